"""What a running build shows."""

import asyncio
from pathlib import Path

from configs.loading import load_build
from flows.opening import open_run
from flows.progress import Progress, Reporter, duration
from tests.builds import sum_answers, sums, write_build
from tests.processes import HANGS_S
from tests.scripted_teacher import let_out, scripted_teacher


class Seen(Reporter):
    """Keeps how many samples each update showed; the teacher gives the second half when the first was shown."""

    def __init__(self, lets_out: Path) -> None:
        self.samples: list[int] = []
        self.lets_out = lets_out

    def say(self, message: str) -> None:
        """Nothing is kept of messages."""

    def update(self, progress: Progress) -> None:
        """Keep the count."""
        self.samples.append(progress.samples)
        if progress.samples:
            let_out(self.lets_out, 24)

    def close(self) -> None:
        """Nothing to leave."""


def test_progress_is_shown_until_the_last_shard_is_done(tmp_path: Path) -> None:
    """Also where all shards were begun at once, and none is left to begin."""
    seen = Seen(tmp_path / "answers")

    async def run(config: Path) -> None:
        async with open_run(load_build(config, []), seen) as build, build.workplace():
            await build.run_shards(build.chunks(), build.work_on)

    script = {"answers": sum_answers(6), "lets_out": let_out(seen.lets_out, 12)}
    with scripted_teacher(tmp_path / "script.json", **script) as url:
        config = write_build(tmp_path, url, sums(6), teacher={"max_in_flight": 8})
        asyncio.run(asyncio.wait_for(run(config), HANGS_S))
    assert any(0 < count < 24 for count in seen.samples)


def test_times_are_for_people() -> None:
    """Hours, minutes and seconds, the two largest of them."""
    assert [duration(seconds) for seconds in (None, 9, 75, 3700)] == ["?", "9 s", "1 min 15 s", "1 h 1 min"]
