"""`tracemill prompts show`: the first problems of a build, exactly as they will be sent."""

import json
from argparse import ArgumentParser, Namespace
from collections.abc import Iterator
from itertools import islice
from typing import TYPE_CHECKING, Any

from flows.build_command import add_config

if TYPE_CHECKING:
    from configs.loading import LoadedBuild


def add_arguments(parser: ArgumentParser) -> None:
    """Declare the command's arguments."""
    add_config(parser)
    parser.add_argument("--problems", type=int, default=3, metavar="N", help="how many of the first (default 3)")
    parser.add_argument("--json", action="store_true", help="print one JSON object for each prompt")


def run(args: Namespace) -> int:
    """Render and print; neither teacher nor warehouse is touched."""
    from configs.loading import load_build  # noqa: PLC0415 - `--help` loads nothing of this

    for row in prompt_rows(load_build(args.config, args.changes), args.problems):
        if args.json:
            print(json.dumps(row, ensure_ascii=False))
        else:
            _print_prompt(row)
    return 0


def prompt_rows(loaded: "LoadedBuild", count: int) -> Iterator[dict[str, Any]]:
    """Yield what the first `count` problems are asked: a row for each prompt, with the samples that it gets.

    Raises `InputError` where configuration, sources or templates are wrong, `ProblemRowError` for a row that
    cannot be read.
    """
    from configs.assembly import problem_sources  # noqa: PLC0415 - `--help` loads nothing of this
    from configs.prompting import prompt_mix  # noqa: PLC0415
    from data.errors import InputError  # noqa: PLC0415
    from data.records import Problem  # noqa: PLC0415
    from flows.chunks import member_of  # noqa: PLC0415
    from generators.openai_protocol import asked  # noqa: PLC0415

    if count < 1:
        raise InputError("--problems: at least 1")
    mix = prompt_mix(loaded)
    samples = loaded.config.sampling.samples_per_problem
    problems = (item for source in problem_sources(loaded) for item in source.read())
    found = 0
    for problem in islice((item for item in problems if isinstance(item, Problem)), count):
        found += 1
        prompts = mix.render(problem)
        turns = member_of(mix, problem, prompts).turns(samples)
        for prompt in prompts:
            yield {
                "problem_id": problem.problem_id,
                "source": problem.source,
                "answer_kind": problem.answer_kind.value,
                "template": prompt.template,
                "prompt_id": prompt.prompt_id,
                "samples": sum(prompt_id == prompt.prompt_id for prompt_id, _ in turns),
            } | asked(prompt)
    if not found:
        raise InputError("no problem could be read from the sources")


def _print_prompt(row: dict[str, Any]) -> None:
    from flows.console import harmless  # noqa: PLC0415

    head = f"{row['source']} · {row['problem_id']} · template {row['template']} · {row['samples']} samples"
    print(f"=== {harmless(head)}")
    messages = row.get("messages") or [{"role": "raw text", "content": row["prompt"]}]
    for message in messages:
        print(f"--- {message['role']}")
        print(harmless(message["content"]))
    print()
