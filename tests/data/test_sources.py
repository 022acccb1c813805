"""Problem sources: real files, folders and generators."""

import gzip
import json
import subprocess
import sys
from datetime import date
from decimal import Decimal
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from data import sources
from data.errors import InputError, ProblemRowError
from data.records import Problem
from data.rows import RowReading
from data.sources import HuggingFaceSource, JsonlSource, LimitedSource, ParquetSource, ReasoningGymSource

PLAIN = RowReading()


def jsonl(path, *lines):
    """Write lines, given as bytes or as values, and return a source of them."""
    encoded = [line if isinstance(line, bytes) else json.dumps(line).encode() for line in lines]
    path.write_bytes(b"\n".join(encoded) + b"\n")
    return JsonlSource([path], PLAIN)


def row(number, **more):
    """Return a good row."""
    return {"question": f"{number} + 1?", "answer": str(number + 1), **more}


def problems(source):
    """Return the questions of the good rows."""
    return [item.question for item in source.read() if isinstance(item, Problem)]


def complaints(source):
    """Return the messages about the bad rows."""
    return [str(item) for item in source.read() if isinstance(item, ProblemRowError)]


def test_files_are_read_in_the_order_in_which_they_are_named(tmp_path):
    """Rows come file by file, line by line, and again the same way."""
    for name in ("b", "a"):
        jsonl(tmp_path / f"{name}.jsonl", *({"question": f"{name}{n}", "answer": 1} for n in range(3)))
    source = JsonlSource([tmp_path / "b.jsonl", tmp_path / "a.jsonl"], PLAIN)
    assert problems(source) == problems(source) == ["b0", "b1", "b2", "a0", "a1", "a2"]


@pytest.mark.parametrize(
    ("line", "complaint"),
    [
        (b'{"question": "?", ', "not JSON"),
        (b"question: yes", "not JSON"),
        (b'{"question": "caf\xe9", "answer": "1"}', "not UTF-8 text .invalid continuation byte at byte 17"),
        (b'{"question": "\xed\xa0\x80", "answer": "1"}', "not UTF-8"),
        (b'[{"question": "?", "answer": "1"}]', "not a JSON object"),
        (b"42", "not a JSON object"),
        (b"null", "not a JSON object"),
        (b"[" * 100_000, "not JSON"),
        (b'{"question": "?", "answer": ' + b"9" * 5000 + b"}", "not JSON"),
        (b'{"question": "?", "answer": NaN}', "nan is not a finite number"),
        (b'{"question": "?", "answer": 1e999}', "inf is not a finite number"),
        (b'{"question": "?", "answer": ["1"]}', "but a list"),
        (b'{"question": "?"}', "no 'answer'"),
        (b'{"question": "", "answer": "1"}', "no 'question'"),
        (b'{"question": "\\ud800", "answer": "1"}', "question"),
        (b'{"question": "?", "answer": "1", "answer_kind": "guess"}', "answer_kind"),
        (b'{"question": "?", "answer": "1", "rel_tol": 2}', "rel_tol"),
        (b'{"a"\x00: 1}', "not JSON"),
    ],
)
def test_a_broken_line_is_named_and_the_others_are_read(tmp_path, line, complaint):
    """One bad line costs itself alone; the error names file and line."""
    path = tmp_path / "p.jsonl"
    source = jsonl(path, row(1), b"", line, row(2))
    (found,) = source_errors = list(complaints(source))
    assert found.startswith(f"{path}:3: "), source_errors
    with pytest.raises(ProblemRowError, match=complaint):
        raise ProblemRowError(found)
    assert problems(source) == ["1 + 1?", "2 + 1?"]


def test_a_zero_character_is_text_like_any_other(tmp_path):
    """An escaped NUL inside a question does no harm and is kept."""
    assert problems(jsonl(tmp_path / "p.jsonl", {"question": "a\0b", "answer": "1"})) == ["a\0b"]


def test_a_line_that_is_too_long_is_skipped_and_no_other(tmp_path, monkeypatch):
    """A huge line is never held whole, and its end is found, whatever its length."""
    monkeypatch.setattr(sources, "MAX_LINE_BYTES", 200)
    for length in (199, 200, 201, 202, 399, 400, 401, 402, 403, 1000):
        long = json.dumps({"question": "x" * (length - 31), "answer": "1"}).encode()
        assert len(long) == length
        source = jsonl(tmp_path / "p.jsonl", row(1), long, row(2), row(3))
        assert problems(source)[-2:] == ["2 + 1?", "3 + 1?"]
        assert complaints(source) == ([f"{tmp_path / 'p.jsonl'}:2: the line is longer than 200 bytes"] * (length > 199))


def test_windows_files_are_read(tmp_path):
    """A byte order mark at the start, CRLF line ends and blank lines are no errors."""
    path = tmp_path / "p.jsonl"
    lines = [json.dumps(row(n), ensure_ascii=False) for n in range(3)]
    path.write_bytes(b"\xef\xbb\xbf" + "\r\n\r\n".join(lines).encode() + b"\r\n \t\r\n")
    source = JsonlSource([path], PLAIN)
    assert problems(source) == ["0 + 1?", "1 + 1?", "2 + 1?"]
    assert complaints(source) == []


def test_the_last_line_needs_no_end(tmp_path):
    """A file without a newline at its end, and an empty one, are read whole."""
    path = tmp_path / "p.jsonl"
    path.write_text(json.dumps(row(1)))
    assert problems(JsonlSource([path], PLAIN)) == ["1 + 1?"]
    path.write_bytes(b"")
    assert problems(JsonlSource([path], PLAIN)) == []
    assert JsonlSource([path], PLAIN).size_hint() == 0


def test_compressed_files_are_read(tmp_path):
    """`.jsonl.gz` is read as what it holds; a cut one is named, after the rows before the cut."""
    path = tmp_path / "p.jsonl.gz"
    whole = gzip.compress(b"\n".join(json.dumps(row(n)).encode() for n in range(2000)))
    path.write_bytes(whole)
    source = JsonlSource([path], PLAIN)
    assert len(problems(source)) == 2000
    assert source.size_hint() is None
    path.write_bytes(whole[: len(whole) // 2])
    with pytest.raises(InputError, match=r"p\.jsonl\.gz: cannot be read to its end"):
        problems(source)


def test_the_size_of_a_jsonl_file_is_estimated(tmp_path):
    """The estimate for the progress display comes close without reading the file."""
    path = tmp_path / "p.jsonl"
    path.write_text("".join(json.dumps(row(n)) + "\n" for n in range(60_000)))
    hint = JsonlSource([path], PLAIN).size_hint()
    assert 54_000 < hint < 66_000


def test_a_file_that_cannot_be_opened_is_named(tmp_path):
    """A missing file and a folder in a file's place are told before anything is read."""
    for path in (tmp_path / "none.jsonl", tmp_path):
        for kind in (JsonlSource, ParquetSource):
            with pytest.raises(InputError, match=str(path)):
                kind([path], PLAIN).check()


READ_AND_MEASURE = """
import resource, sys
from pathlib import Path
from data.rows import RowReading
from data.sources import JsonlSource, ParquetSource

kind = {"jsonl": JsonlSource, "parquet": ParquetSource}[sys.argv[1]]
def read(path):
    return sum(1 for _ in kind([Path(path)], RowReading()).read())
read(sys.argv[2])
before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
rows = read(sys.argv[3])
print(rows, (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) // 1024)
"""


def growth_mb(kind, small, large):
    """Read a small file, then a large one, in a process of its own; return rows and growth of memory."""
    command = [sys.executable, "-c", READ_AND_MEASURE, kind, str(small), str(large)]
    rows, megabytes = subprocess.run(command, check=True, capture_output=True, text=True).stdout.split()
    return int(rows), int(megabytes)


def test_a_large_jsonl_file_is_not_held_in_memory(tmp_path):
    """300,000 rows of 60 MB grow the process by a fraction of that."""
    filler = "x" * 150
    small, large = tmp_path / "s.jsonl", tmp_path / "l.jsonl"
    small.write_text(json.dumps(row(1)) + "\n")
    with large.open("w") as file:
        for n in range(300_000):
            file.write(f'{{"question": "{n} {filler}", "answer": {n}}}\n')
    rows, grown = growth_mb("jsonl", small, large)
    assert rows == 300_000
    assert grown < 20


def test_a_large_parquet_file_is_not_held_in_memory(tmp_path):
    """Row group after row group passes through; the file is never there whole."""
    small, large = tmp_path / "s.parquet", tmp_path / "l.parquet"
    pq.write_table(pa.Table.from_pylist([row(1)]), small)
    schema = pa.schema({"question": pa.string(), "answer": pa.int64()})
    with pq.ParquetWriter(large, schema, use_dictionary=False) as writer:
        for group in range(8):
            texts = [f"{group}-{n} " + "x" * 2000 for n in range(4096)]
            writer.write_table(pa.table({"question": texts, "answer": list(range(4096))}, schema=schema))
    rows, grown = growth_mb("parquet", small, large)
    assert rows == 8 * 4096
    assert grown < 40


def test_parquet_columns_of_any_type_are_read(tmp_path):
    """Numbers, decimals, lists and nulls of a Parquet file become the same problems as from JSON."""
    path = tmp_path / "p.parquet"
    table = pa.table(
        {
            "question": ["a", "b", "c", "d", None],
            "answer": pa.array([Decimal("27.00"), Decimal("0.50"), None, Decimal(3), Decimal(1)], pa.decimal128(6, 2)),
            "id": [1, 2, 3, 4, 5],
            "tags": [["x"], [], None, ["y", "z"], None],
            "rel_tol": pa.array([None, 0.5, None, 2.0, None], pa.float64()),
        }
    )
    pq.write_table(table, path)
    source = ParquetSource([path], RowReading(defaults={"tags": ("all",)}))
    source.check()
    good = [item for item in source.read() if isinstance(item, Problem)]
    assert [(p.id, p.reference, p.tags) for p in good] == [("1", "27", ("x",)), ("2", "0.50", ())]
    assert [text.split(": ")[1] for text in complaints(source)] == ["row 3", "row 4", "row 5"]
    assert source.size_hint() == 5


def test_a_date_is_no_answer(tmp_path):
    """A column of a type that no answer has makes bad rows, not a crash."""
    path = tmp_path / "p.parquet"
    pq.write_table(pa.table({"question": ["a"], "answer": [date(2026, 1, 1)]}), path)
    assert complaints(ParquetSource([path], PLAIN)) == [
        f"{path}: row 1: the answer is neither text nor a number but date"
    ]


def test_a_missing_parquet_column_is_told_at_once(tmp_path):
    """The error names the column that is wanted and those that are there."""
    path = tmp_path / "p.parquet"
    pq.write_table(pa.table({"question": ["a"], "target": ["1"]}), path)
    with pytest.raises(InputError, match="no column 'answer'; it has question, target"):
        ParquetSource([path], PLAIN).check()
    ParquetSource([path], RowReading(columns={"answer": "target"})).check()


def test_a_file_that_is_no_parquet_is_named(tmp_path):
    """Text, an empty file and a file without its end are told before anything starts."""
    path = tmp_path / "p.parquet"
    pq.write_table(pa.table({"question": ["a"] * 1000, "answer": ["1"] * 1000}), path)
    for content in (b"", b"question,answer\n", path.read_bytes()[:-20]):
        path.write_bytes(content)
        with pytest.raises(InputError, match=r"p\.parquet: not a readable Parquet file"):
            ParquetSource([path], PLAIN).check()


def test_parquet_that_is_damaged_inside_is_named(tmp_path):
    """Where the end of the file is whole and the middle is not, the error comes while reading, with the name."""
    path = tmp_path / "p.parquet"
    texts = [f"{n * 7919:0100d}" for n in range(5000)]
    pq.write_table(pa.table({"question": texts, "answer": texts}), path, use_dictionary=False)
    damaged = bytearray(path.read_bytes())
    damaged[4:3000] = b"\xff" * 2996
    path.write_bytes(damaged)
    source = ParquetSource([path], PLAIN)
    source.check()
    with pytest.raises(InputError, match=r"p\.parquet: cannot be read to its end"):
        problems(source)


def test_a_folder_saved_by_datasets_is_read(tmp_path):
    """`Dataset.save_to_disk` is a source; a mapping serves it as it serves files."""
    from datasets import Dataset

    Dataset.from_list([{"q": f"{n}?", "a": float(n)} for n in range(3)]).save_to_disk(tmp_path / "saved")
    source = HuggingFaceSource(tmp_path / "saved", RowReading(columns={"question": "q", "answer": "a"}))
    source.check()
    assert [(p.question, p.reference) for p in source.read()] == [("0?", "0"), ("1?", "1"), ("2?", "2")]
    assert source.size_hint() == 3
    with pytest.raises(InputError, match="no column 'question'; it has q, a"):
        HuggingFaceSource(tmp_path / "saved", PLAIN).check()


def test_a_folder_of_splits_asks_for_one_of_them(tmp_path):
    """`DatasetDict.save_to_disk` needs the name of a split; the error lists them."""
    from datasets import Dataset, DatasetDict

    splits = {name: Dataset.from_list([{"question": f"{name}?", "answer": "1"}]) for name in ("train", "test")}
    DatasetDict(splits).save_to_disk(tmp_path / "saved")
    assert problems(HuggingFaceSource(tmp_path / "saved", PLAIN, "test")) == ["test?"]
    for split in (None, "valid"):
        with pytest.raises(InputError, match="name one of its splits as `split`: train, test"):
            HuggingFaceSource(tmp_path / "saved", PLAIN, split).check()


def test_a_folder_that_datasets_did_not_write_is_named(tmp_path):
    """Any other folder, and none, is an error of the input."""
    with pytest.raises(InputError, match="no such folder"):
        HuggingFaceSource(tmp_path / "none", PLAIN).check()
    with pytest.raises(InputError, match="not a folder saved by datasets"):
        HuggingFaceSource(tmp_path, PLAIN).check()
    (tmp_path / "dataset_info.json").write_text("{")
    (tmp_path / "state.json").write_text("{")
    with pytest.raises(InputError, match="not a folder saved by datasets"):
        HuggingFaceSource(tmp_path, PLAIN).check()


# A dependency of reasoning-gym compiles with a SyntaxWarning on the first import of a fresh environment.
reasoning_gym_warns = pytest.mark.filterwarnings("ignore:.*with a literal:SyntaxWarning")


@reasoning_gym_warns
def test_reasoning_gym_tasks_take_their_parameters():
    """A task is asked by name, size and seed; its parameters shape the problems; ids name them."""
    source = ReasoningGymSource("basic_arithmetic", 5, 42, PLAIN, {"min_terms": 2, "max_terms": 2})
    source.check()
    first, again = list(source.read()), list(source.read())
    assert first == again
    assert len(first) == source.size_hint() == 5
    assert first[0].id == "basic_arithmetic-42-0"
    longer = ReasoningGymSource("basic_arithmetic", 5, 42, PLAIN, {"min_terms": 6, "max_terms": 6})
    assert min(len(p.question) for p in longer.read()) > max(len(p.question) for p in first)
    assert [p.question for p in ReasoningGymSource("basic_arithmetic", 5, 1, PLAIN).read()] != [
        p.question for p in ReasoningGymSource("basic_arithmetic", 5, 2, PLAIN).read()
    ]


@reasoning_gym_warns
@pytest.mark.parametrize(
    ("task", "parameters"),
    [("no_such_task", {}), ("basic_arithmetic", {"no_such_parameter": 1}), ("basic_arithmetic", {"min_terms": -1})],
)
def test_reasoning_gym_mistakes_are_the_inputs(task, parameters):
    """An unknown task, an unknown parameter and a wrong value name the task."""
    with pytest.raises(InputError, match=f"reasoning-gym task '{task}'"):
        ReasoningGymSource(task, 1, 0, PLAIN, parameters).check()


def test_a_limit_reads_no_further(tmp_path):
    """Only the first rows are read, bad ones counted among them."""
    source = LimitedSource(jsonl(tmp_path / "p.jsonl", row(0), b"{", row(2), row(3)), 3)
    assert problems(source) == ["0 + 1?", "2 + 1?"]
    assert source.size_hint() == 3
    assert LimitedSource(source, 100).size_hint() == 3


def test_extras_that_are_missing_are_named():
    """Without the optional library, the error says what to install."""
    code = (
        "import sys; from pathlib import Path; sys.modules['datasets'] = sys.modules['reasoning_gym'] = None\n"
        "from data.errors import InputError; from data.rows import RowReading; from data import sources as s\n"
        "for source in (s.HuggingFaceSource(Path('.'), RowReading()), s.ReasoningGymSource('x', 1, 0, RowReading())):\n"
        "    try: source.check()\n"
        "    except InputError as error: print(error)\n"
    )
    found = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=Path.cwd())
    assert "tracemill[hf]" in found.stdout
    assert "tracemill[reasoning-gym]" in found.stdout
