"""Duplicates, benchmark rows and splits: what is left out or kept together because problems are alike."""

import json
from collections import Counter

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from data import decontamination
from data.decontamination import BenchmarkIndex, check_benchmarks
from data.errors import InputError
from data.files import sha256_of
from data.min_hash import first_of_its_kind, signatures, similarity
from data.records import Status
from data.selection import BenchmarkFile, Decontamination, Duplicates, Likeness, Selection, SelectionPolicy
from data.splits import Place, place_alike, placed
from data.text_tokens import exact_key, numbers_key, tokens
from data.versions import LEFT_OUT_FILE, read_version
from tests.data.small_warehouse import DATASET, contents_of, opened, problem, publish, put_shard, traces_in

LONG = "Tom has {} red apples in a large basket and gives {} of them to his sister Anna. How many are {} now?"
RIGHT = (Status.CORRECT,)


def asked(question, **more):
    """Return a problem with a question."""
    return problem(1, question=question, **more)


def policy(**more):
    """Return a selection with a policy."""
    return Selection(policy=SelectionPolicy(**more))


def stocked(folder, problems):
    """Return a warehouse in which every problem has one right sample."""
    warehouse, catalog = opened(folder)
    put_shard(warehouse, catalog, problems, samples_each=1, statuses=RIGHT)
    return warehouse, catalog


@pytest.mark.parametrize(
    ("likeness", "expected"),
    [
        (Likeness.NONE, {}),
        (Likeness.EXACT, {"duplicate_problem": 1}),
        (Likeness.NEAR, {"duplicate_problem": 1, "near_duplicate_problem": 1}),
    ],
)
def test_the_first_of_a_kind_stays(tmp_path, likeness, expected):
    """Spacing and case make no other problem, one other word nearly none; other numbers do, and other texts."""
    problems = [
        asked(LONG.format(9, 4, "left")),
        asked(LONG.format(9, 4, "left").upper().replace(" ", "  ")),
        asked(LONG.format(9, 4, "there")),
        asked(LONG.format(8, 4, "left")),
        asked("Which prime number follows directly after the number 23?"),
    ]
    warehouse, catalog = stocked(tmp_path, problems)
    published = publish(warehouse, catalog, problems, policy(duplicates=Duplicates(problems=likeness)))
    assert published.left_out.problems == expected
    assert published.traces == 5 - len(expected)
    left_out = pq.read_table(warehouse.dataset(DATASET) / "v0001" / LEFT_OUT_FILE).to_pylist()
    whole = [row for row in left_out if row["sample_id"] is None]
    assert sorted(row["reason"] for row in whole) == sorted(expected)
    assert all(row["detail"].endswith(problems[0].problem_id) for row in whole)


def test_numbers_can_be_ignored(tmp_path):
    """Then a problem with other numbers repeats the first."""
    problems = [asked(LONG.format(9, 4, "left")), asked(LONG.format(8, 4, "left"))]
    warehouse, catalog = stocked(tmp_path, problems)
    for numbers, traces in (("distinguish", 2), ("ignore", 1)):
        duplicates = Duplicates(problems=Likeness.NEAR, numbers=numbers, threshold=0.6)
        assert contents_of(warehouse, catalog, problems, policy(duplicates=duplicates)).report.traces == traces


def test_a_problem_that_is_out_does_not_take_its_duplicate_along(tmp_path):
    """Where the first copy has no trace, the second stays."""
    problems = [asked("What is 2 + 3?"), asked("what is 2 + 3?")]
    warehouse, catalog = opened(tmp_path)
    put_shard(warehouse, catalog, problems[:1], statuses=(Status.INCORRECT,))
    put_shard(warehouse, catalog, problems[1:], statuses=RIGHT)
    found = contents_of(warehouse, catalog, problems, policy(duplicates=Duplicates(problems=Likeness.EXACT))).report
    assert (found.problems_with_traces, found.left_out_problems) == (1, {"nothing_chosen": 1})


def test_many_alike_in_one_band_are_all_found(tmp_path):
    """More copies with one changed word than a band compares pair by pair."""
    words = [chr(ord("a") + n // 26) * 3 + chr(ord("a") + n % 26) for n in range(70)]
    problems = [asked(LONG.format(9, 4, "left") + f" Call it {word}.") for word in words]
    warehouse, catalog = stocked(tmp_path, problems)
    found = contents_of(warehouse, catalog, problems, policy(duplicates=Duplicates(problems=Likeness.NEAR))).report
    assert found.left_out_problems == {"near_duplicate_problem": 69}


def test_repeated_traces_of_a_problem_are_left_out(tmp_path):
    """The same text exactly, and nearly the same by its shingles; before the k of a problem are chosen."""
    warehouse, catalog = opened(tmp_path)
    one = problem(1)
    put_shard(
        warehouse, catalog, [one], samples_each=3, statuses=RIGHT, completion="One  more. \\boxed{2}", reasoning=None
    )
    duplicates = Duplicates(traces=Likeness.EXACT)
    found = contents_of(warehouse, catalog, [one], policy(duplicates=duplicates, traces_per_problem=2)).report
    assert (found.traces, found.left_out_samples) == (1, {"duplicate_trace": 2})


def test_nearly_equal_texts_have_nearly_equal_signatures():
    """The estimate follows the share of common shingles; the first of a kind is kept."""
    text = " ".join(f"word{chr(97 + n % 26)}{chr(97 + n // 26)}" for n in range(200))
    near, far = text.replace("wordab", "other"), text[::-1]
    rows = signatures([text, near, far, text], 5)
    assert similarity(rows[:1], rows[3:])[0] == 1
    assert similarity(rows[:1], rows[1:2])[0] > 0.9
    assert similarity(rows[:1], rows[2:3])[0] < 0.1
    assert first_of_its_kind(rows, 0.7) == [None, 0, None, 0]


def test_normalised_texts():
    """What is the same, and what is compared."""
    assert exact_key("What is  2 + 3 ?") == exact_key("what is 2 + 3 ?")
    assert exact_key("(a+b)c") != exact_key("a+bc")
    assert exact_key("Which?", ["a", "b"]) != exact_key("Which?", ["a", "c"])
    assert numbers_key("3 of 12.5") == numbers_key("12.5 or 3") != numbers_key("3 of 12")
    assert tokens("What is $\\frac{1}{2} + 3$?") == ["what", "is", "frac", "1", "2", "+", "3"]


def test_problems_that_stand_in_a_benchmark_are_out_and_named(tmp_path):
    """A copy in other words around it, a short row as a whole; which row of which file is listed."""
    rows = [{"q": "Which prime number follows directly after 23?"}, {"q": LONG.format(9, 4, "left")}, {"q": "2 + 3?"}]
    (tmp_path / "bench.jsonl").write_text("\n".join(map(json.dumps, rows)))
    pq.write_table(
        pa.Table.from_pylist([{"q": "Name the capital of the largest country in the north of Europe."}]),
        tmp_path / "b.parquet",
    )
    problems = [
        asked("Please solve: " + LONG.format(9, 4, "left") + " Answer with a number."),
        asked("Tom has 9 green apples in a red basket, and Anna gives 4 of them away. How many are left for him?"),
        asked("2 + 3"),
        asked("name the capital of the largest country in the North of Europe"),
    ]
    warehouse, catalog = stocked(tmp_path / "warehouse", problems)
    paths = [tmp_path / "bench.jsonl", tmp_path / "b.parquet"]
    files = tuple(BenchmarkFile(name=path.name, sha256=sha256_of(path), path=str(path)) for path in paths)
    rule = SelectionPolicy(decontaminate=Decontamination(files=("x",), field="q"))
    wanted = Selection(policy=rule, benchmarks=files)
    published = publish(warehouse, catalog, problems, wanted)
    assert published.left_out.problems == {"contaminated": 3}
    recorded = read_version(warehouse, DATASET, 1).selection.benchmarks
    assert [(each.name, each.path) for each in recorded] == [("bench.jsonl", ""), ("b.parquet", "")]
    left_out = pq.read_table(warehouse.dataset(DATASET) / "v0001" / LEFT_OUT_FILE).to_pylist()
    matched = [row["detail"] for row in left_out if row["sample_id"] is None]
    assert matched == ["bench.jsonl:2 (1.00)", "bench.jsonl:3 (1.00)", "b.parquet:1 (1.00)"]


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ('{"question": 3}', r"b\.jsonl:1: the row has no text 'question'"),
        ("{", "cannot be read as JSONL"),
        ("[]", r"b\.jsonl:1: the row has no text"),
    ],
)
def test_a_benchmark_that_cannot_be_read_is_named(tmp_path, content, message):
    """File, row and key; the quick look before a build says the same as the index after it."""
    (tmp_path / "b.jsonl").write_text(content)
    files = [("b.jsonl", tmp_path / "b.jsonl")]
    for read in (lambda: BenchmarkIndex(files, "question", 8, 0.5), lambda: check_benchmarks(files, "question")):
        with pytest.raises(InputError, match=message):
            read()


def test_a_benchmark_that_can_be_read_is_not_indexed_to_check_it(tmp_path, monkeypatch):
    """Before a build, no n-gram is made."""
    (tmp_path / "b.jsonl").write_text('{"question": "How many?"}\n')
    monkeypatch.setattr(decontamination, "ngram_hashes", None)
    check_benchmarks([("b.jsonl", tmp_path / "b.jsonl")], "question")


SPLITS = {"validation": 0.2, "test": 0.3}


def sides(warehouse, manifest):
    """Return the split of every question."""
    folder = warehouse.dataset(DATASET) / manifest.folder
    return {
        row["question"]: file.path.split("/")[0]
        for file in manifest.files
        for row in pq.read_table(folder / file.path).to_pylist()
    }


def test_splits_follow_the_content_and_stay(tmp_path):
    """The same in every warehouse; further problems, in front and behind, move none."""
    problems = [problem(n) for n in range(60)]
    warehouse, catalog = stocked(tmp_path / "one", problems)
    small = publish(warehouse, catalog, problems[20:40], policy(splits=SPLITS))
    whole = publish(warehouse, catalog, problems, policy(splits=SPLITS))
    assert sides(warehouse, small).items() <= sides(warehouse, whole).items()
    other, catalog = stocked(tmp_path / "two", problems[::-1])
    assert sides(other, publish(other, catalog, problems[::-1], policy(splits=SPLITS))) == sides(warehouse, whole)
    assert set(whole.splits) == {"train", *SPLITS}
    assert all(share > 0 for share in whole.splits.values())
    assert len(traces_in(warehouse, whole)) == whole.traces == 60


def test_shares_are_kept():
    """Of many problems, each split gets about its share."""
    counts = Counter(placed(exact_key(f"What is {n} + 1?"), SPLITS) for n in range(4000))
    assert counts["validation"] == pytest.approx(800, abs=80)
    assert counts["test"] == pytest.approx(1200, abs=100)


def test_near_duplicates_are_on_one_side(tmp_path):
    """A problem goes where the one is that it is like, whatever its own place would be."""
    words = ["left", "there", "over", "hers", "eaten", "ripe", "sold", "lost"]
    problems = [asked(LONG.format(9, 4, word)) for word in words]
    assert len({placed(exact_key(each.question), SPLITS) for each in problems}) > 1
    warehouse, catalog = stocked(tmp_path, problems)
    published = publish(warehouse, catalog, problems, policy(splits=SPLITS, duplicates=Duplicates(threshold=0.5)))
    assert len(set(sides(warehouse, published).values())) == 1
    assert published.traces == len(words)


def sided(places, pairs):
    """Return the splits of problems that are alike in pairs."""
    ordered = sorted(places, key=lambda place: (place.pinned is None, place.position))
    near = {
        place.position: [other for pair in pairs if place.position in pair for other in pair if other != place.position]
        for place in places
    }
    return dict(place_alike([(place, near[place.position]) for place in ordered], 10))


def test_what_the_last_version_holds_stays_on_its_side():
    """A new problem follows the published one, also where it comes first; between two sides it is left out."""
    one, two = Place(5, "test", "test"), Place(6, "train", "train")
    assert sided([Place(1, "train", None), one], [(1, 5)]) == {1: "test", 5: "test"}
    between = sided([one, two, Place(9, "train", None)], [(5, 9), (6, 9)])
    assert between == {5: "test", 6: "train", 9: ("test", "train")}
    chain = sided([Place(1, "test", None), Place(2, "train", None), Place(3, "train", None)], [(1, 2), (2, 3)])
    assert set(chain.values()) == {"test"}


@pytest.mark.parametrize(
    ("splits", "message"),
    [({"train": 0.5}, "name only"), ({"a": 0.5, "b": 0.5}, "leave nothing"), ({"a/b": 0.1}, "pattern")],
)
def test_impossible_splits_are_refused(splits, message):
    """The rest is the training split, and there must be one."""
    with pytest.raises(ValueError, match=message):
        SelectionPolicy(splits=splits)
