"""The dataset card, as YAML and Markdown readers see it."""

import itertools
import os
import subprocess
import sys

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from data.card import EXAMPLE_CHARS, PLOTS_SHOWN, render_card
from data.card_columns import PROBLEM_COLUMNS, TRACE_COLUMNS
from data.records import Status
from data.schemas import TRACES, VERSION_PROBLEMS
from data.version_writer import publish_version
from data.warehouse import Warehouse
from tests.data.small_warehouse import DATASET, contents_of, facts, opened, problem, publish, put_shard, traces_of

FENCES = 6
"""Blocks of code of a card, the one trace among them."""
HOSTILE = [
    "`code` and ``` a fence",
    "| a | cell |",
    "<script>alert(1)</script>",
    "<img src=x onerror=alert(1)>",
    "[click](javascript:alert(1)) ![x](http://tracker/x.png)",
    "\\[a](http://b)",
    "line\n# heading\n\n---\nlicense: stolen",
    "```\n</pre><b>out</b>\n```",
    "~~~\nout\n~~~",
    "\x00\x07\x85\u2028\ufeff\U0001f600 é",
    "\"quoted\": 'yes' # no: {a: [b]}",
    "*stars* _lines_ {{ jinja }}",
]


def manifest_and_example(tmp_path, **fields):
    """Publish a problem with given texts, and return what the card is made of."""
    warehouse, catalog = opened(tmp_path)
    asked = problem(
        1, **{name: fields[name] for name in ("question", "reference", "source", "license") if name in fields}
    )
    more = {"completion": fields["completion"]} if "completion" in fields else {}
    put_shard(warehouse, catalog, [asked], statuses=(Status.CORRECT,), **more)
    traces = traces_of(warehouse, catalog, [asked])
    manifest = publish_version(warehouse, facts(), contents_of(warehouse, catalog, [asked]), traces)
    card = (warehouse.dataset(DATASET) / manifest.folder / "README.md").read_text(encoding="utf-8")
    return manifest.model_dump(), traces[0], card


@pytest.fixture(scope="module")
def plain(tmp_path_factory):
    """Manifest, example and card of a small version."""
    return manifest_and_example(tmp_path_factory.mktemp("plain"))


def front_matter(card):
    """Return what a YAML reader makes of the block at the top."""
    _, block, _ = card.split("---\n", 2)
    return yaml.safe_load(block)


def markdown(card):
    """Return all tokens of the text below the front matter, inline ones too."""
    text = card.split("\n---\n", 1)[1]
    blocks = MarkdownIt("commonmark").enable("table").parse(text)
    return [token for block in blocks for token in (block, *(block.children or ()))]


def test_the_front_matter_is_what_hugging_face_reads(plain):
    """Licence, size, task and where the files are."""
    _, _, card = plain
    assert front_matter(card) == {
        "pretty_name": DATASET,
        "license": ["cc0-1.0"],
        "task_categories": ["text-generation"],
        "size_categories": ["n<1K"],
        "tags": ["reasoning", "chain-of-thought", "synthetic"],
        "configs": [{"config_name": "default", "data_files": [{"split": "train", "path": "train/*.parquet"}]}],
    }


@pytest.mark.parametrize(
    ("count", "size"),
    [(999, "n<1K"), (1000, "1K<n<10K"), (10_000, "10K<n<100K"), (999_999, "100K<n<1M"), (1_000_000, "1M<n<10M")],
)
def test_the_size_category_follows_the_count(plain, count, size):
    """The categories are those of the hub."""
    manifest, example, _ = plain
    assert front_matter(render_card(manifest | {"traces": count}, [example]))["size_categories"] == [size]


def test_one_licence_is_listed_once(plain):
    """Two spellings of a licence are one entry."""
    manifest, example, _ = plain
    card = render_card(manifest | {"licenses": {"MIT": 1, "mit": 2, "Apache-2.0": 3}}, [example])
    assert front_matter(card)["license"] == ["apache-2.0", "mit"]


def test_the_card_tells_how_the_version_was_made(plain):
    """Counts, teacher, verifier and sampling stand in it, and the trace in full."""
    _, example, card = plain
    for said in ("`small-model`", "`v-1`", "temperature 0.7", "| made | 1 | 1 | 4 | 4 |", "`correct` | 4"):
        assert said in card
    assert example["messages"][1]["content"] in card


@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_texts_stay_text(tmp_path, text):
    """Whatever problems and model write, the card has no HTML, no link, no image and no heading of theirs."""
    fields = dict.fromkeys(("question", "reference", "source", "license", "completion"), text)
    manifest, example, card = manifest_and_example(tmp_path, **fields)
    tokens = markdown(card)
    assert {token.type for token in tokens}.isdisjoint({"html_block", "html_inline", "link_open"})
    assert pictures(tokens) == [f"plots/{name}" for name in PLOTS_SHOWN]
    headings = [after.content for token, after in itertools.pairwise(tokens) if token.type == "heading_open"]
    assert headings[1:] == [
        "Use it",
        "Columns",
        "One trace",
        "Where the problems come from",
        "How hard, how long",
        "What verification found",
        "How it was made",
        "Limits",
    ]
    fences = [token.content for token in tokens if token.type == "fence"]
    assert len(fences) == FENCES
    seen = (
        MarkdownIt("commonmark")
        .parse(
            "````````text\n"
            + "\n\n".join(f"{message['role']}: {message['content']}" for message in example["messages"])
            + "\n````````"
        )[0]
        .content
    )
    assert fences[-1] == seen
    assert [len(row) for row in table_rows(tokens)] == [2] * (1 + len(TRACE_COLUMNS)) + [5, 5, 4, 4, 2, 2] + [2] * 10
    assert front_matter(card)["license"] == [text.lower()]
    assert manifest["licenses"] == {text: 4}


def pictures(tokens):
    """Return where the pictures of a card lie."""
    return [token.attrs["src"] for token in tokens if token.type == "image"]


def table_rows(tokens):
    """Return the cells of every row of every table."""
    rows = []
    for token in tokens:
        if token.type == "tr_open":
            rows.append([])
        elif token.type in ("td_open", "th_open"):
            rows[-1].append(token)
    return rows


@given(st.text(st.characters(exclude_categories=["Cs"]), min_size=1))
def test_any_licence_survives_the_front_matter(plain, text):
    """A YAML reader gets the very text back, whatever characters it has."""
    manifest, example, _ = plain
    assert front_matter(render_card(manifest | {"licenses": {text: 1}}, [example]))["license"] == [text.lower()]


@given(st.text(st.sampled_from("`~ \n|<>[]()!#-=\\ab"), max_size=60))
def test_no_text_gets_out_of_its_block(plain, text):
    """No mixture of Markdown's own characters makes a link, HTML, or a second block."""
    manifest, example, _ = plain
    counts = manifest["by_source"]["made"]
    hostile = example | {"messages": [{"role": "user", "content": text}], "reference": text or "x", "answer": text}
    card = render_card(manifest | {"by_source": {text: counts}, "licenses": {text: 1}}, [hostile])
    tokens = markdown(card)
    assert {token.type for token in tokens}.isdisjoint({"html_block", "html_inline", "link_open"})
    assert pictures(tokens) == [f"plots/{name}" for name in PLOTS_SHOWN]
    assert sum(token.type == "fence" for token in tokens) == FENCES
    assert sum(token.type == "heading_open" for token in tokens) == 9


def test_a_long_trace_is_shortened(plain):
    """The card stays readable; the file has the whole text."""
    manifest, example, _ = plain
    long = example | {"messages": [{"role": "user", "content": "x" * 100_000}]}
    assert len(render_card(manifest, [long])) < EXAMPLE_CHARS + 500 + len(render_card(manifest, []))


def test_every_column_is_explained(plain):
    """In the order of the files; a new column needs its line."""
    _, _, card = plain
    assert list(TRACE_COLUMNS) == TRACES.names
    assert list(PROBLEM_COLUMNS) == VERSION_PROBLEMS.names
    for name, meaning in TRACE_COLUMNS.items():
        assert f"| `{name}` | {meaning} |" in card


def test_the_settings_of_the_policy_alone_are_told(plain):
    """What another policy would have done is no word of how this version was made."""
    manifest, example, _ = plain
    sampling = {"temperature": 0.7, "samples_per_problem": 4, "stop": [], "tail": {"max": 64}, "adaptive": {"min": 2}}
    fixed = render_card(manifest | {"sampling": sampling | {"policy": "fixed"}}, [example])
    assert "| sampling | temperature 0.7, samples_per_problem 4, policy fixed |" in fixed
    adaptive = render_card(manifest | {"sampling": sampling | {"policy": "adaptive"}}, [example])
    assert "| sampling | temperature 0.7, policy adaptive, adaptive.min 2 |" in adaptive


def test_every_snippet_of_the_card_runs(tmp_path):
    """As somebody would who has the folder and the library `datasets`, and nothing of ours."""
    asked = [problem(number) for number in (1, 2)]
    with_problems = publish(*stocked(tmp_path / "warehouse", asked), asked)
    folder = Warehouse(tmp_path / "warehouse").dataset(DATASET) / with_problems.folder
    blocks = markdown((folder / "README.md").read_text(encoding="utf-8"))
    snippets = [token.content for token in blocks if token.type == "fence" and token.info == "python"]
    told = "print(len(traces), conversations.column_names, len(harder), len(problems), len(unsolved))"
    done = subprocess.run(
        [sys.executable, "-c", "\n".join([*snippets, told])],
        cwd=folder,
        env={"HOME": str(tmp_path), "PATH": os.environ["PATH"], "HF_HUB_OFFLINE": "1"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert done.stdout.splitlines()[-1] == "4 ['messages'] 4 2 0"
    assert len(snippets) == 5


def stocked(folder, problems):
    """Return a warehouse that holds problems with their samples, and its catalog."""
    warehouse, catalog = opened(folder)
    put_shard(warehouse, catalog, problems)
    return warehouse, catalog
