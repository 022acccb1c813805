"""The dataset card of a version: what Hugging Face reads, and what people read."""

import re
from collections.abc import Mapping, Sequence
from typing import Any

from data.card_columns import PROBLEM_COLUMNS, TRACE_COLUMNS

EXAMPLE_CHARS = 4000
PLOTS_SHOWN = {
    "tokens.svg": "Histogram of the traces' lengths in tokens",
    "pass_rates.svg": "Histogram of the problems' pass rates",
    "statuses.svg": "Samples by verdict",
    "sources.svg": "Traces by problem source",
}
"""The pictures of a card, and what they show."""
_PROBLEMS_SNIPPET = (
    "\n\nAll problems that were asked, also those without a trace (columns: "
    + ", ".join(f"`{name}`" for name in PROBLEM_COLUMNS)
    + "):\n\n```python\n"
    '# "train" is what `datasets` calls all rows of a file; the column `split` says where a problem belongs\n'
    'problems = load_dataset("parquet", data_files=f"{folder}/_problems.parquet", split="train")\n'
    'unsolved = problems.filter(lambda row: row["n_accepted"] == 0)\n```'
)
_BRACKETS = re.compile(r"[\\\[\]]")


def render_card(manifest: Mapping[str, Any], examples: Sequence[Mapping[str, Any]]) -> str:
    """Return `README.md` for the version that `manifest` describes.

    Texts of problems and of the model stand in fenced blocks only, with a fence that they cannot close.
    """
    name, version = manifest["dataset"], manifest["version"]
    sections = [
        _front_matter(manifest),
        f"# {name}, version {version}",
        _summary(manifest),
        "## Use it\n\n" + _usage(manifest),
        "## Columns\n\n" + _columns(),
        "## Where the problems come from\n\n" + _sources(manifest),
        "## What verification found\n\n" + _statuses(manifest),
        "## How it was made\n\n" + _making(manifest),
        "## Limits\n\n" + _LIMITS,
    ]
    if examples:
        shown = "\n\n".join(map(_example, examples))
        sections.insert(5, ("## One trace\n\n" if len(examples) == 1 else "## Two traces\n\n") + shown)
    if manifest["statistics"]:
        sections.insert(-3, "## How hard, how long\n\n" + _difficulty(manifest))
    if manifest["left_out"]["samples"]:
        sections.insert(-2, "## What is not in it\n\n" + _left_out(manifest))
    return "\n\n".join(sections) + "\n"


def _front_matter(manifest: Mapping[str, Any]) -> str:
    licenses = sorted({name.lower() for name in manifest["licenses"]})
    listed = "\n".join(f"- {_yaml_text(name)}" for name in licenses)
    count = manifest["traces"]
    bounds = ((1_000, "n<1K"), (10_000, "1K<n<10K"), (100_000, "10K<n<100K"), (1_000_000, "100K<n<1M"))
    size = next((label for bound, label in bounds if count < bound), "1M<n<10M")
    return (
        f"---\npretty_name: {_yaml_text(manifest['dataset'])}\nlicense:\n{listed}\n"
        f"task_categories:\n- text-generation\nsize_categories:\n- {size}\n"
        "tags:\n- reasoning\n- chain-of-thought\n- synthetic\n"
        "configs:\n- config_name: default\n  data_files:\n"
        + "".join(f"  - split: {split}\n    path: {split}/*.parquet\n" for split in manifest["splits"])
        + "---"
    )


def _summary(manifest: Mapping[str, Any]) -> str:
    return (
        f"{manifest['traces']:,} verified chain-of-thought traces for {manifest['problems_with_traces']:,} of "
        f"{manifest['problems']:,} problems, chosen by rejection sampling from {manifest['samples']:,} samples of "
        f"`{_code(manifest['teacher']['name'])}`. A trace is here because its final answer was checked against a known "
        f"reference by `{manifest['verifier']}`. This version never changes; a training job pins it by its number."
    )


def _usage(manifest: Mapping[str, Any]) -> str:
    splits = list(manifest["splits"])
    first = "train" if "train" in splits else next(iter(splits), "train")
    listed = ", ".join(f"`{name}` ({count:,} rows)" for name, count in manifest["splits"].items())
    problems = _PROBLEMS_SNIPPET if manifest["problems_file"] else ""
    return (
        "With nothing but the library `datasets` (`pip install datasets`), in a Python that was started in the folder "
        f"of this card. Splits: {listed}.\n\n"
        "```python\nfrom pathlib import Path\n\nfrom datasets import load_dataset\n\n"
        "folder = str(Path.cwd())  # or the path of this folder\n"
        f'traces = load_dataset(folder, split="{first}")\n'
        'print(traces[0]["messages"])  # [{"role": "user", "content": …}, {"role": "assistant", "content": …}]\n'
        "```\n\n"
        "For supervised fine-tuning `messages` is enough; trainers such as TRL's take it as it is:\n\n"
        '```python\nconversations = traces.select_columns(["messages"])\n```\n\n'
        "Some of them, by what the columns say: here without false steps, and not of the easiest problems.\n\n"
        '```python\nharder = traces.filter(lambda row: row["false_steps"] == 0 and row["pass_rate"] <= 0.75)\n```\n\n'
        "Row by row, without a copy in the cache of `datasets`:\n\n"
        f'```python\nstream = load_dataset(folder, split="{first}", streaming=True)\n'
        'print(next(iter(stream))["question"])\n```' + problems
    )


def _columns() -> str:
    rows = "\n".join(f"| `{name}` | {meaning} |" for name, meaning in TRACE_COLUMNS.items())
    return f"| column | meaning |\n|---|---|\n{rows}\n\nA column is empty where the row has no such thing."


def _sources(manifest: Mapping[str, Any]) -> str:
    lines = ["| source | problems | solved | samples | accepted |", "|---|---:|---:|---:|---:|"]
    for source, counts in manifest["by_source"].items():
        cells = [counts[key] for key in ("problems", "problems_solved", "samples", "accepted")]
        lines.append(f"| {_cell(source)} | " + " | ".join(f"{cell:,}" for cell in cells) + " |")
    listed = ", ".join(f"{_cell(name)} ({count:,} traces)" for name, count in manifest["licenses"].items())
    return "\n".join(lines) + f"\n\nLicences of the problems: {listed or 'none'}."


def _statuses(manifest: Mapping[str, Any]) -> str:
    lines = ["| status | samples |", "|---|---:|"]
    lines += [f"| `{status}` | {count:,} |" for status, count in manifest["by_status"].items()]
    return "\n".join(lines) + "\n\nRejected samples are kept in the warehouse with their reasons; they are not here."


def _difficulty(manifest: Mapping[str, Any]) -> str:
    statistics = manifest["statistics"]
    low, middle, high, longest = (
        f"{statistics['token_quantiles'][name]:,.0f}" for name in ("p05", "p50", "p95", "max")
    )
    text = (
        f"A trace has {middle} completion tokens in the middle, {low} to {high} between the 5th and 95th percentile, "
        f"{longest} at most. The pass rate of a problem is the share of its decided samples that were right. "
        "A problem with several tags counts for each of them."
    )
    pictures = "\n\n".join(f"![{shown}](plots/{name})" for name, shown in PLOTS_SHOWN.items())
    tables = [_groups(title, statistics[key]) for title, key in (("licence", "by_license"), ("tag", "by_tag"))]
    return "\n\n".join([text, pictures, *(table for table in tables if table)])


def _groups(title: str, groups: Sequence[Mapping[str, Any]]) -> str:
    if not groups:
        return ""
    lines = [f"| {title} | problems | traces | mean pass rate |", "|---|---:|---:|---:|"]
    for group in groups:
        rate = "–" if group["pass_rate"] is None else f"{group['pass_rate']:.2f}"
        lines.append(f"| {_cell(group['name'])} | {group['problems']:,} | {group['traces']:,} | {rate} |")
    return "\n".join(lines)


def _left_out(manifest: Mapping[str, Any]) -> str:
    lines = ["| reason | samples |", "|---|---:|"]
    lines += [f"| `{reason}` | {count:,} |" for reason, count in manifest["left_out"]["samples"].items()]
    return (
        "\n".join(lines)
        + "\n\nA status is a verdict; the other reasons are the publishing policy's. `_left_out.parquet` lists what "
        "the policy left out, `_problems.parquet` all problems with their pass rates, solved or not."
    )


def _making(manifest: Mapping[str, Any]) -> str:
    facts = {
        "teacher": f"{manifest['teacher']['name']} ({manifest['teacher']['engine']})",
        "teacher's licence": (
            f"{manifest['teacher']['license'] or 'not said'}; allows training: {manifest['teacher']['allows_training']}"
        ),
        "prompt": f"{manifest['prompt_template']} ({manifest['prompt_template_hash']})",
        "sampling": _settings(manifest["sampling"]),
        "verifier": f"{manifest['verifier']}, policy {manifest['policy_hash']}",
        "tokens": f"{manifest['prompt_tokens']:,} prompt, {manifest['completion_tokens']:,} completion",
        "tracemill": manifest["tracemill"],
        "run": manifest["run_id"],
        "published": manifest["created"],
    }
    rows = "\n".join(f"| {key} | {_cell(str(value))} |" for key, value in facts.items())
    return f"| | |\n|---|---|\n{rows}\n\n`manifest.json` has the whole configuration and a hash of every file."


def _settings(sampling: Mapping[str, Any]) -> str:
    """Return what was set, without the settings of policies that were not used."""
    policy = sampling.get("policy", "fixed")
    unused = {"adaptive", "tail"} | ({"samples_per_problem"} if policy == "adaptive" else set())
    said = {key: value for key, value in sampling.items() if key not in unused and value not in (None, [])}
    said |= {f"{policy}.{key}": value for key, value in (sampling.get(policy) or {}).items() if value is not None}
    return ", ".join(f"{key} {value}" for key, value in said.items())


def _example(example: Mapping[str, Any]) -> str:
    conversation = "\n\n".join(f"{message['role']}: {message['content']}" for message in example["messages"])
    if len(conversation) > EXAMPLE_CHARS:
        conversation = conversation[:EXAMPLE_CHARS] + " […]"
    return f"Reference `{_code(example['reference'])}`, answer `{_code(example['answer'] or '')}`:\n\n" + _fenced(
        conversation
    )


def _fenced(text: str) -> str:
    """Put text into a code block that nothing inside it can close."""
    runs = [len(run) for run in _backtick_runs(text)]
    fence = "`" * max(3, max(runs, default=0) + 1)
    return f"{fence}text\n{text}\n{fence}"


def _backtick_runs(text: str) -> list[str]:
    return [run for run in "".join(c if c == "`" else " " for c in text).split(" ") if run]


def _code(text: str) -> str:
    """Make text harmless inside inline code."""
    flat = " ".join(text.split())[:200]
    return flat.replace("|", "¦").replace("`", "'").replace("<", "‹").replace(">", "›")


def _cell(text: str) -> str:
    """Make text harmless inside a table cell, where links and images could stand too."""
    return _BRACKETS.sub(r"\\\g<0>", _code(text))


def _yaml_text(text: str) -> str:
    """Return text as a double-quoted YAML scalar, everything unusual escaped."""
    plain = (c if c.isprintable() and c not in '"\\' else f"\\U{ord(c):08x}" for c in text)
    return f'"{"".join(plain)}"'


_LIMITS = (
    "A right final answer does not prove right reasoning: a trace may reach its answer over a false step "
    "(see `false_steps`). The traces carry whatever style, mistakes and biases the teacher has, and easy problems "
    "are solved more often than hard ones: weigh by `pass_rate` where that matters. Check the licences above, and "
    "the terms of the teacher, before you train on them."
)
