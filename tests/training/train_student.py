"""Fine-tunes a small model on a published version, straight from its folder, and lets it answer.

`python train_student.py VERSION MODEL EXPORTS OUT` runs in the training environment. OUT gets a JSON object: losses,
the student's answers, and what the libraries read.
"""

import json
import sys
from pathlib import Path
from typing import Any

STEPS = 8
BATCH = 2
ASKED = 4


def train(version: Path, model: Path, folder: Path) -> tuple[list[float], Any, Any]:
    """Run a supervised fine-tuning with TRL; return the losses, the student and its tokenizer."""
    import torch
    from datasets import load_dataset
    from transformers import AutoTokenizer
    from trl import SFTConfig, SFTTrainer

    torch.manual_seed(0)
    traces = load_dataset(str(version), split="train", cache_dir=str(folder / "cache")).select_columns(["messages"])
    tokenizer = AutoTokenizer.from_pretrained(model)
    settings = SFTConfig(
        output_dir=str(folder / "student"),
        max_steps=STEPS,
        per_device_train_batch_size=BATCH,
        learning_rate=5e-4,
        lr_scheduler_type="constant",
        logging_steps=1,
        max_length=128,
        save_strategy="no",
        report_to="none",
        use_cpu=True,
        bf16=False,
        seed=0,
        model_init_kwargs={"dtype": "float32"},
    )
    trainer = SFTTrainer(str(model), args=settings, train_dataset=traces, processing_class=tokenizer)
    trainer.train()
    losses = [entry["loss"] for entry in trainer.state.log_history if "loss" in entry]
    return losses, trainer.model, tokenizer


def answers(version: Path, student: Any, tokenizer: Any, cache: Path) -> list[dict[str, str]]:
    """Let the student answer the first problems of the version."""
    import torch
    from datasets import load_dataset

    traces = load_dataset(str(version), split="train", cache_dir=str(cache))
    asked = {row["question"]: row for row in traces}
    found = []
    student.eval()
    for question, row in list(asked.items())[:ASKED]:
        prompt = tokenizer.apply_chat_template(
            row["messages"][:-1], add_generation_prompt=True, return_tensors="pt", return_dict=True
        )
        with torch.no_grad():
            tokens = student.generate(**prompt, max_new_tokens=24, do_sample=False)
        text = tokenizer.decode(tokens[0, prompt["input_ids"].shape[1] :], skip_special_tokens=True)
        found.append({"id": question, "reference": row["reference"], "text": text})
    return found


def read_exports(exports: Path, tokenizer: Any, cache: Path) -> dict[str, list[str]]:
    """Return what TRL makes of the first row of each export: which texts it trains on."""
    from datasets import load_dataset
    from trl.data_utils import apply_chat_template, is_conversational

    found = {}
    for name in ("messages", "prompt-completion", "preference", "grpo"):
        files = {"train": str(exports / name / "train.parquet")}
        row = load_dataset("parquet", data_files=files, split="train", cache_dir=str(cache))[0]
        kept = {key: row[key] for key in ("messages", "prompt", "completion", "chosen", "rejected") if key in row}
        assert is_conversational(kept), name
        found[name] = sorted(apply_chat_template(kept, tokenizer))
    return found


def read_with_workers(version: Path) -> dict[str, Any]:
    """Read a version with a DataLoader of two workers: which traces come, and which behind two batches."""
    from torch.utils.data import DataLoader

    from data.reading import TraceStream
    from data.torch_stream import TorchTraces

    def ids(consumed: int) -> list[list[str]]:
        stream = TraceStream(version, columns=["trace_id"], seed=1)
        dataset = TorchTraces(stream, consumed_batches=consumed, batch_size=BATCH)
        loader = DataLoader(dataset, batch_size=BATCH, num_workers=2, collate_fn=list)
        return [[row["trace_id"] for row in batch] for batch in loader]

    return {"whole": ids(0), "behind_two": ids(2)}


def main() -> None:
    """Do all of it."""
    version, model, exports, out = (Path(argument) for argument in sys.argv[1:])
    read = read_with_workers(version)
    losses, student, tokenizer = train(version, model, out.parent)
    cache = out.parent / "cache"
    result = {
        "losses": losses,
        "answers": answers(version, student, tokenizer, cache),
        "exports": read_exports(exports, tokenizer, cache),
        "read": read,
    }
    out.write_text(json.dumps(result), encoding="utf-8")


if __name__ == "__main__":
    main()
