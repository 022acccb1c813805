"""A training job reads one version while the next ones are published."""

import subprocess
import sys

from tests.data.small_warehouse import DATASET, opened, problem, publish, put_shard

READER = """
import sys, hashlib
from pathlib import Path
import pyarrow.dataset as ds
folder, stop = Path(sys.argv[1]), Path(sys.argv[2])
def seen():
    rows = ds.dataset(folder / "train").to_table().to_pylist()
    files = sorted(path for path in folder.rglob("*") if path.is_file())
    return hashlib.sha256(repr((rows, [path.read_bytes() for path in files])).encode()).hexdigest()
first = seen()
print("reading", flush=True)
rounds = 0
while not stop.exists() or rounds < 3:
    assert seen() == first
    rounds += 1
print(rounds)
"""


def test_a_reader_is_not_disturbed_by_the_next_versions(tmp_path):
    """Another process reads version 1 again and again, every byte the same, while versions 2 to 6 appear."""
    warehouse, catalog = opened(tmp_path / "warehouse")
    problems = [problem(n) for n in range(12)]
    put_shard(warehouse, catalog, problems)
    publish(warehouse, catalog, problems[:2])
    folder, stop = warehouse.dataset(DATASET) / "v0001", tmp_path / "stop"
    with subprocess.Popen([sys.executable, "-c", READER, folder, stop], stdout=subprocess.PIPE, text=True) as reader:
        assert reader.stdout is not None
        assert reader.stdout.readline() == "reading\n"
        published = [publish(warehouse, catalog, problems[: 2 * number]).version for number in range(2, 7)]
        stop.touch()
        rounds = int(reader.stdout.read())
    assert published == [2, 3, 4, 5, 6]
    assert reader.returncode == 0
    assert rounds >= 3
