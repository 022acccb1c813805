"""What a running build shows."""

import asyncio
from pathlib import Path

from configs.loading import load_build
from flows.opening import open_run
from flows.progress import Progress, Reporter, duration
from tests.builds import sum_answers, sums, write_build
from tests.scripted_teacher import scripted_teacher


class Seen(Reporter):
    """Keeps how many samples each update showed."""

    def __init__(self) -> None:
        self.samples: list[int] = []

    def say(self, message: str) -> None:
        """Nothing is kept of messages."""

    def update(self, progress: Progress) -> None:
        """Keep the count."""
        self.samples.append(progress.samples)

    def close(self) -> None:
        """Nothing to leave."""


def test_progress_is_shown_until_the_last_shard_is_done(tmp_path: Path) -> None:
    """Also where all shards were begun at once, and none is left to begin."""
    seen = Seen()

    async def run(config: Path) -> None:
        async with open_run(load_build(config, []), seen) as build, build.workplace():
            await build.run_shards(build.chunks(), build.work_on)

    with scripted_teacher(tmp_path / "script.json", answers=sum_answers(6), delay_s=0.8) as url:
        asyncio.run(run(write_build(tmp_path, url, sums(6), teacher={"max_in_flight": 8})))
    assert any(0 < count < 24 for count in seen.samples)


def test_times_are_for_people() -> None:
    """Hours, minutes and seconds, the two largest of them."""
    assert [duration(seconds) for seconds in (None, 9, 75, 3700)] == ["?", "9 s", "1 min 15 s", "1 h 1 min"]
