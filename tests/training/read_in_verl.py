"""Reads an export for verl with verl's own data set, and scores answers with its reward managers and our function.

`python read_in_verl.py EXPORT.parquet MODEL CACHE OUT` runs in the training environment. OUT gets a JSON object: what
a row becomes, and the scores of a right and of a wrong answer to every row.
"""

import json
import sys
from pathlib import Path
from typing import Any

from omegaconf import OmegaConf
from tensordict import TensorDict
from transformers import AutoTokenizer

# verl is imported first: it sets up what the others of its modules use.
from verl import DataProto
from verl.utils.dataset.rl_dataset import RLHFDataset, collate_fn
from verl.workers.reward_manager.batch import BatchRewardManager
from verl.workers.reward_manager.naive import NaiveRewardManager

from verifiers.rewards import compute_score, compute_scores


def scores(rows: dict[str, Any], tokenizer: Any, answers: list[str]) -> dict[str, list[Any]]:
    """Score one answer to each row, as a trainer does after the rollout."""
    prompts = [tokenizer.apply_chat_template(list(raw), tokenize=False) for raw in rows["raw_prompt"]]
    tokenizer.padding_side = "left"
    asked = tokenizer(prompts, return_tensors="pt", padding=True)
    tokenizer.padding_side = "right"
    answered = tokenizer(answers, return_tensors="pt", padding=True)
    mask = {"attention_mask": _joined(asked["attention_mask"], answered["attention_mask"])}
    tensors = {"prompts": asked["input_ids"], "responses": answered["input_ids"]} | mask
    batch = TensorDict(tensors, batch_size=[len(answers)])
    data = DataProto(
        batch=batch, non_tensor_batch={name: rows[name] for name in ("data_source", "reward_model", "extra_info")}
    )
    one = NaiveRewardManager(tokenizer, num_examine=0, compute_score=compute_score)(data, return_dict=True)
    many = BatchRewardManager(tokenizer, num_examine=0, compute_score=compute_scores)(data, return_dict=True)
    return {
        "one by one": one["reward_tensor"].sum(-1).tolist(),
        "as a batch": many["reward_tensor"].sum(-1).tolist(),
        "status": [str(status) for status in one["reward_extra_info"]["status"]],
    }


def _joined(left: Any, right: Any) -> Any:
    import torch

    return torch.cat([left, right], dim=1)


def main() -> None:
    """Read, score, write."""
    export, model, cache, out = sys.argv[1:]
    tokenizer = AutoTokenizer.from_pretrained(model)
    tokenizer.pad_token = tokenizer.pad_token or tokenizer.eos_token
    config = OmegaConf.create({"cache_dir": cache, "max_prompt_length": 512, "return_raw_chat": True})
    found = RLHFDataset(export, tokenizer, config)
    rows = collate_fn([found[n] for n in range(len(found))])
    truths = [row["ground_truth"] for row in rows["reward_model"]]
    result = {
        "rows": len(found),
        "keys": sorted(rows),
        "first_prompt": list(rows["raw_prompt"][0]),
        "first_reward_model": rows["reward_model"][0],
        "right": scores(rows, tokenizer, [f"So it is \\boxed{{{truth}}}." for truth in truths]),
        "wrong": scores(rows, tokenizer, [f"So it is \\boxed{{{truth}7}}." for truth in truths]),
    }
    Path(out).write_text(json.dumps(result), encoding="utf-8")


if __name__ == "__main__":
    main()
