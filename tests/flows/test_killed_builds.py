"""Builds that are killed, interrupted or left without a teacher, and the runs that continue them."""

import json
import os
import random
import shutil
import signal
import subprocess
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from data.journal import read_journal
from generators.local_port import reserved_port
from tests.builds import COMMAND, build_json, stored, sum_answers, sums, tracemill, write_build
from tests.flows.test_rounds import adaptive, decisions, mixed_answers
from tests.processes import HANGS_S
from tests.scripted_teacher import in_flight, let_out, scripted_teacher

PROBLEMS, SAMPLES = 120, 4


def start_build(config: Path, api: str, *changes: str) -> subprocess.Popen[str]:
    """Start a build as the leader of a process group of its own."""
    return subprocess.Popen(
        [*COMMAND, "build", str(config), *(f"--set={change}" for change in changes)],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
        env=os.environ | {"PREFECT_API_URL": api},
        start_new_session=True,
    )


def kill(build: subprocess.Popen[str]) -> None:
    """Kill a build with all its processes."""
    os.killpg(build.pid, signal.SIGKILL)
    build.communicate()


def committed(warehouse: Path) -> int:
    """Return how many shards of samples there are."""
    return len(list(warehouse.glob("samples/*/*.json")))


def answered(log: Path) -> int:
    """Return how many answers a teacher has given."""
    return len(log.read_text(encoding="utf-8").splitlines()) if log.exists() else 0


def journaled(warehouse: Path) -> int:
    """Return how many answers there are that no shard holds yet."""
    return sum(1 for path in warehouse.glob("journal/*/*") for _ in read_journal(path))


def wait_for(condition: Callable[[], bool], build: subprocess.Popen[str]) -> None:
    """Wait until a build has brought something about; one that ends before has not."""
    deadline = time.monotonic() + HANGS_S
    while not condition():
        assert build.poll() is None, f"the build ended before: {build.communicate()[1]}"
        assert time.monotonic() < deadline, "the build stands still"
        time.sleep(0.05)


def wait_for_shards(warehouse: Path, more_than: int, build: subprocess.Popen[str]) -> None:
    """Wait until the build has committed something."""
    wait_for(lambda: committed(warehouse) > more_than, build)


def completions(warehouse: Path) -> dict[str, str]:
    """Return the stored completions by sample id; a sample stored twice fails the test."""
    rows = stored(warehouse, "samples")
    found = {row["sample_id"]: row["completion"] for row in rows}
    assert len(found) == len(rows)
    return found


@pytest.mark.slow
def test_a_build_killed_at_random_points_ends_with_every_sample_exactly_once(tmp_path: Path, prefect_api: str) -> None:
    """After several kill -9 of the whole group, the next run has what an undisturbed one has."""
    log = tmp_path / "requests.jsonl"
    answers = sum_answers(PROBLEMS)
    with scripted_teacher(tmp_path / "calm.json", answers=answers) as url:
        calm = write_build(tmp_path / "calm", url, sums(PROBLEMS))
        build_json(calm, prefect_api)
    chance = random.Random(20_240_601)
    kills, each, lets_out = 5, 80, tmp_path / "answers"
    warehouse = tmp_path / "killed" / "warehouse"
    script = {"answers": answers, "delay_s": 0.5, "log": str(log), "lets_out": let_out(lets_out, 0)}
    with scripted_teacher(tmp_path / "slow.json", **script) as url:
        config = write_build(tmp_path / "killed", url, sums(PROBLEMS))
        for number in range(kills):
            before = committed(warehouse)
            let_out(lets_out, each * (number + 1))  # never all of them: no build ends before it is killed
            build = start_build(config, prefect_api)
            wait_for_shards(warehouse, before, build)
            wait_for(lambda: len(list(warehouse.glob("runs/*.json"))) == number + 1, build)  # noqa: B023
            if number:
                time.sleep(chance.uniform(0, 1.5))
            else:  # once, answers are on their way for certain
                wait_for(lambda: answered(log) == each and in_flight(url) > 0, build)
            kill(build)
        let_out(lets_out, 10 * PROBLEMS * SAMPLES)
        result = build_json(config, prefect_api)
    assert completions(warehouse) == completions(tmp_path / "calm" / "warehouse")
    assert result["samples"] == PROBLEMS * SAMPLES
    verdicts = [(row["problem_id"], row["sample_id"]) for row in stored(warehouse, "verdicts")]
    assert len(verdicts) == len(set(verdicts)) == PROBLEMS * SAMPLES
    on_their_way = kills * 32  # at each kill: nothing that was answered is asked again
    assert PROBLEMS * SAMPLES < answered(log) <= PROBLEMS * SAMPLES + on_their_way
    assert not list((warehouse / "journal").glob("*/*"))
    states = tracemill(
        "sql", "SELECT state, count(*) FROM runs GROUP BY ALL ORDER BY 1", "--warehouse", warehouse, "--format", "csv"
    ).stdout.splitlines()
    assert states == ["state,count_star()", f"killed,{kills}", "published,1"]


@pytest.mark.slow
def test_a_build_in_rounds_that_is_killed_decides_as_one_that_was_not(tmp_path: Path, prefect_api: str) -> None:
    """Further rounds are asked before the shards of earlier ones are committed; after kill -9 nothing differs."""
    log, answers, count = tmp_path / "requests.jsonl", mixed_answers(100), 100
    with scripted_teacher(tmp_path / "calm.json", answers=answers) as url:
        calm = write_build(tmp_path / "calm", url, sums(count))
        changes = adaptive(calm, min=2, max=16, target=3, pays_up_to=100)
        result = build_json(calm, prefect_api, *(f"--set={change}" for change in changes))
    chance = random.Random(7)
    kills, lets_out, warehouse = 4, tmp_path / "answers", tmp_path / "killed" / "warehouse"
    slow = {"slow_question": "What is 1 + 2?", "slow_s": 4.0, "lets_out": let_out(lets_out, 0)}
    with scripted_teacher(tmp_path / "slow.json", answers=answers, delay_s=0.2, log=str(log), **slow) as url:
        config = write_build(tmp_path / "killed", url, sums(count))
        adaptive(config)
        for number in range(kills):
            enough = 100 + 150 * number
            let_out(lets_out, min(enough + 75, result["samples"] - 75))  # no build ends before it is killed
            build = start_build(config, prefect_api, *changes)
            wait_for(lambda: answered(log) >= enough, build)  # noqa: B023
            time.sleep(chance.uniform(0, 1.5))
            kill(build)
        let_out(lets_out, 10 * result["samples"])
        again = build_json(config, prefect_api, *(f"--set={change}" for change in changes))
    assert completions(warehouse) == completions(tmp_path / "calm" / "warehouse")
    assert again["samples"] == result["samples"]
    verdicts = [(row["problem_id"], row["sample_id"]) for row in stored(warehouse, "verdicts")]
    assert len(verdicts) == len(set(verdicts)) == result["samples"]
    assert decisions(warehouse) == decisions(tmp_path / "calm" / "warehouse")
    assert answered(log) <= result["samples"] + kills * 32
    assert not list((warehouse / "journal").glob("*/*"))


def test_an_answer_of_a_shard_that_was_never_committed_is_not_asked_for_again(tmp_path: Path, prefect_api: str) -> None:
    """One shard holds everything: killed three times in its midst, what was answered is never asked for twice."""
    log, lets_out, places, kills, each = tmp_path / "requests.jsonl", tmp_path / "answers", 4, 3, 40
    warehouse = tmp_path / "warehouse"
    script = {"answers": sum_answers(60), "log": str(log), "lets_out": let_out(lets_out, 0)}
    with scripted_teacher(tmp_path / "script.json", **script) as url:
        config = write_build(tmp_path, url, sums(60), execution={"shard_size": 1000})
        for number in range(kills):
            let_out(lets_out, answered(log) + each)
            build = start_build(config, prefect_api, f"teacher.max_in_flight={places}")
            wait_for(lambda: journaled(warehouse) == each and in_flight(url) == places, build)
            kill(build)
            while in_flight(url):  # finished for nobody
                time.sleep(0.05)
            assert answered(log) == (number + 1) * (each + places)
        let_out(lets_out, 10 * 60 * SAMPLES)
        result = build_json(config, prefect_api)
    assert len(completions(warehouse)) == 60 * SAMPLES == result["samples"]
    assert answered(log) == 60 * SAMPLES + kills * places
    assert result["new_samples"] == 60 * SAMPLES - kills * each
    assert not list((warehouse / "journal").glob("*/*"))


def test_ctrl_c_commits_what_was_answered_and_exits_with_130(tmp_path: Path, prefect_api: str) -> None:
    """An interrupted build says so, keeps what it has, and the next run asks only for the rest."""
    lets_out = tmp_path / "answers"
    script = {"answers": sum_answers(240), "lets_out": let_out(lets_out, 100)}
    with scripted_teacher(tmp_path / "script.json", **script) as url:
        config = write_build(tmp_path, url, sums(240))
        build = start_build(config, prefect_api)
        wait_for_shards(tmp_path / "warehouse", 0, build)
        build.send_signal(signal.SIGINT)
        _, errors = build.communicate(timeout=HANGS_S)
        assert build.returncode == 130
        assert "interrupted" in errors
        assert "Traceback" not in errors
        kept = len(completions(tmp_path / "warehouse"))
        let_out(lets_out, 10 * 240 * SAMPLES)
        result = build_json(config, prefect_api)
    assert kept > 0
    assert result["new_samples"] == 240 * SAMPLES - kept
    assert result["samples"] == len(completions(tmp_path / "warehouse")) == 240 * SAMPLES


@pytest.mark.slow
def test_a_teacher_that_goes_down_for_good_leaves_what_was_committed(tmp_path: Path, prefect_api: str) -> None:
    """The build exits with 1 and one message; the next run, with the teacher back, asks only for the rest."""
    answers = sum_answers(40)
    with reserved_port() as port:
        with scripted_teacher(tmp_path / "dying.json", port, answers=answers, dies_after=70) as url:
            config = write_build(tmp_path, url, sums(40))
            done = tracemill("build", config, "--json", "--set=teacher.patience_s=3", api=prefect_api)
        assert done.returncode == 1
        assert done.stdout == ""
        (message,) = [line for line in done.stderr.splitlines() if line.startswith("tracemill:")]
        assert url in message
        kept = len(completions(tmp_path / "warehouse"))
        with scripted_teacher(tmp_path / "back.json", port, answers=answers):
            result = build_json(config, prefect_api)
    assert result["new_samples"] == 40 * SAMPLES - kept
    assert 0 < kept < 40 * SAMPLES == len(completions(tmp_path / "warehouse"))


def test_a_teacher_down_from_the_start_is_one_error_that_names_the_url(tmp_path: Path) -> None:
    """Nothing is written, not even an empty warehouse."""
    with reserved_port() as port:
        url = f"http://127.0.0.1:{port}/v1"
        config = write_build(tmp_path, url, sums(3))
        done = tracemill("build", config)
    assert done.returncode == 1
    assert len(done.stderr.splitlines()) == 1
    assert url in done.stderr
    assert not (tmp_path / "warehouse").exists()


@pytest.mark.slow
def test_a_teacher_that_fails_a_fifth_of_its_requests_gives_the_same_samples(tmp_path: Path, prefect_api: str) -> None:
    """503, dropped connections, broken JSON and slow answers change nothing in what is stored."""
    answers = sum_answers(40)
    for name, faults in (("calm", 0.0), ("faulty", 0.2)):
        with scripted_teacher(tmp_path / f"{name}.json", answers=answers, faults=faults) as url:
            build_json(write_build(tmp_path / name, url, sums(40)), prefect_api)
    assert completions(tmp_path / "faulty" / "warehouse") == completions(tmp_path / "calm" / "warehouse")


def test_a_dataset_that_is_being_built_names_the_process_that_builds_it(tmp_path: Path, prefect_api: str) -> None:
    """A second build of the same dataset stops at once."""
    script = {"answers": sum_answers(40), "lets_out": let_out(tmp_path / "answers", 80)}
    with scripted_teacher(tmp_path / "script.json", **script) as url:
        config = write_build(tmp_path, url, sums(40))
        first = start_build(config, prefect_api)
        wait_for_shards(tmp_path / "warehouse", 0, first)
        second = tracemill("build", config, api=prefect_api)
        kill(first)
    assert second.returncode == 1
    assert f"process {first.pid}" in second.stderr
    assert json.loads((tmp_path / "warehouse" / "locks" / "sums.lock").read_text())["pid"] == first.pid


@pytest.mark.skipif(shutil.which("unshare") is None, reason="the command unshare is not installed")
def test_a_full_disk_is_one_message_that_says_so(tmp_path: Path, prefect_api: str) -> None:
    """No traceback of any library; exit code 1. The disk is a real one, of two megabytes."""
    mount = 'mount -t tmpfs -o size=2m tmpfs "$1" || exit 77; exec "$2" build "$3" --set "warehouse=$1/warehouse"'
    disk = tmp_path / "disk"
    disk.mkdir()
    answers = {question: [os.urandom(6000).hex()] for question in sum_answers(80)}
    with scripted_teacher(tmp_path / "script.json", answers=answers) as url:
        config = write_build(tmp_path, url, sums(80))
        done = subprocess.run(
            ["unshare", "--user", "--map-root-user", "--mount", "sh", "-c", mount, "sh", disk, *COMMAND, config],  # noqa: S607
            capture_output=True,
            text=True,
            check=False,
            env=os.environ | {"PREFECT_API_URL": prefect_api},
        )
    if done.returncode == 77:
        pytest.skip("this machine lets nobody mount a file system")
    assert done.returncode == 1
    assert "Traceback" not in done.stderr
    (message,) = [line for line in done.stderr.splitlines() if line.startswith("tracemill:")]
    assert str(disk) in message
    assert "the disk is full" in message
