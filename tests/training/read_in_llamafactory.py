"""Reads an export as a data set folder of LLaMA-Factory, with its own loader and one of its chat templates.

`python read_in_llamafactory.py FOLDER DATASET MODEL CACHE OUT` runs in the training environment. OUT gets a JSON
object: of each row the text that a model is trained on, and the part of it that counts for the loss.
"""

import json
import sys
from pathlib import Path

from llamafactory.data import get_dataset, get_template_and_fix_tokenizer
from llamafactory.extras.constants import IGNORE_INDEX
from llamafactory.hparams import DataArguments, ModelArguments
from transformers import AutoTokenizer, Seq2SeqTrainingArguments


def main() -> None:
    """Read, decode, write."""
    folder, dataset, model, cache, out = sys.argv[1:]
    settings = DataArguments(dataset_dir=folder, dataset=dataset, template="chatml", cutoff_len=512)
    tokenizer = AutoTokenizer.from_pretrained(model)
    template = get_template_and_fix_tokenizer(tokenizer, settings)
    rows = get_dataset(
        template,
        ModelArguments(model_name_or_path=model, cache_dir=cache),
        settings,
        Seq2SeqTrainingArguments(output_dir=str(Path(cache) / "out"), use_cpu=True),
        stage="sft",
        tokenizer=tokenizer,
    )["train_dataset"]
    texts = [tokenizer.decode(row["input_ids"]) for row in rows]
    learned = [tokenizer.decode([label for label in row["labels"] if label != IGNORE_INDEX]) for row in rows]
    Path(out).write_text(json.dumps({"texts": texts, "learned": learned}), encoding="utf-8")


if __name__ == "__main__":
    main()
