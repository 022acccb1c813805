"""Publishing without asking: the configured selection over what the warehouse already holds."""

import tempfile
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from configs.assembly import problem_sources, teacher
from configs.loading import LoadedBuild
from configs.prompting import prompt_mix
from data.catalog import Catalog
from data.errors import TracemillError
from data.holdings import look_up
from data.published import latest_version
from data.publishing import choose_traces
from data.rounds import Place
from data.selection_plan import SelectionPlan
from data.shards import ShardManifest, write_shard
from data.versions import VersionContents
from data.warehouse import Warehouse, existing_warehouse
from flows.build_result import BuildResult
from flows.build_run import BuildRun
from flows.opening import check_publishing, prepare_run, start_run
from flows.progress import Reporter
from flows.shard_work import problem_row
from generators.policies import RoundPolicy


@dataclass(slots=True)
class Pending:
    """What a build would still do; publishing goes without it."""

    samples_to_ask: int = 0
    samples_to_verify: int = 0


@dataclass(frozen=True, slots=True)
class DryRun:
    """What the next version would hold."""

    dataset: str
    contents: VersionContents
    latest: int | None
    """The newest version now."""
    is_unchanged: bool
    """Whether that version holds exactly this already."""
    pending: Pending

    def summary(self) -> dict[str, Any]:
        """Return the object that `--dry-run --json` prints."""
        survey, report = self.contents.survey, self.contents.report
        return {
            "dataset": self.dataset,
            "latest": self.latest,
            "unchanged": self.is_unchanged,
            "traces": report.traces,
            "problems_with_traces": report.problems_with_traces,
            "completion_tokens": report.completion_tokens,
            "licenses": report.licenses,
            "problems": survey.problems,
            "samples": survey.samples,
            "accepted": survey.accepted,
            "left_out": {"samples": report.left_out_samples, "problems": report.left_out_problems},
            "samples_to_ask": self.pending.samples_to_ask,
            "samples_to_verify": self.pending.samples_to_verify,
        }


def publish(loaded: LoadedBuild, reporter: Reporter) -> tuple[BuildResult, Pending]:
    """Publish the next version from stored samples and verdicts, unless the last one already holds exactly this.

    The teacher is not asked. Problems that are described anew are stored first. Raises as `open_run` does.
    """
    check_publishing(loaded)
    sources, template, model = problem_sources(loaded), prompt_mix(loaded), teacher(loaded)
    warehouse = existing_warehouse(loaded.warehouse)
    with warehouse.lock(loaded.config.name):
        build = start_run(loaded, reporter, warehouse, sources, template, model)
        with closing(build.members), _end_recorded(build):
            pending = _read_members(build, warehouse, build.catalog)
            return build.publish(), pending


def dry_run(loaded: LoadedBuild, reporter: Reporter) -> DryRun:
    """Say what `publish` would publish now; the warehouse is only read, also while a build of the dataset runs."""
    check_publishing(loaded)
    sources, template, model = problem_sources(loaded), prompt_mix(loaded), teacher(loaded)
    warehouse = existing_warehouse(loaded.warehouse)
    catalog = Catalog(warehouse.catalog, warehouse.root)
    catalog.migrate()
    with tempfile.TemporaryDirectory(prefix="tracemill-") as name:
        beside = Warehouse(Path(name))
        unsaved = Catalog(beside.catalog, beside.root)
        unsaved.migrate()
        build = prepare_run(loaded, reporter, warehouse, catalog, sources, template, model, beside.root)
        memory_mb = loaded.config.execution.publish_memory_mb
        with closing(build.members), SelectionPlan(beside.root, memory_mb) as plan:
            pending = _read_members(build, beside, unsaved)
            stock = replace(build.stock, unsaved=(beside, unsaved))
            newest = latest_version(warehouse, catalog, loaded.config.name)
            contents = choose_traces(stock, build.selection, plan, newest)
    build.check_chosen(contents)
    unchanged = newest is not None and newest.fingerprint == contents.fingerprint
    return DryRun(loaded.config.name, contents, newest.version if newest else None, unchanged, pending)


def _read_members(build: BuildRun, store: Warehouse, catalog: Catalog) -> Pending:
    """Read the sources, so that the run knows its problems; those described anew are kept in `store`."""
    pending = Pending()
    described: list[ShardManifest] = []
    for chunk in build.read(ahead=True):
        pending.samples_to_ask += chunk.samples_to_ask
        pending.samples_to_verify += len(chunk.unverified)
        if chunk.new_records:
            rows = [problem_row(problem, build.run.run_id) for problem in chunk.new_records]
            ids = [row["record_id"] for row in rows]
            described.append(write_shard(store, "problems", build.dataset, build.run.run_id, rows, ids))
    catalog.register_shards(described)
    if build.policy and not pending.samples_to_ask and not pending.samples_to_verify:
        _grant_what_is_there(build, build.policy, pending)
    return pending


def _grant_what_is_there(build: BuildRun, policy: RoundPolicy, pending: Pending) -> None:
    """Go through the policy's rounds as a build would, up to the first one that lacks a sample."""
    with closing(build.rounds(policy, lambda _: None)) as rounds:
        rounds.judge_first_round()
        while not pending.samples_to_ask and rounds.decide():
            for grants in rounds.grants(build.loaded.config.execution.shard_size):
                rounds.judged([Place(grant.before.chunk, grant.before.position) for grant in grants])
                members = [grant.member for grant in grants]
                holdings = look_up(build.catalog, members, build.request)
                for member in members:
                    held = holdings.samples_of(member)
                    pending.samples_to_ask += holdings.wanted(member) - len(held)
                    pending.samples_to_verify += sum(holdings.verdict_of(member, each) is None for each in held)


@contextmanager
def _end_recorded(build: BuildRun) -> Iterator[None]:
    try:
        yield
    except BaseException as error:
        with suppress(TracemillError):  # on a full disk the first error is the one that tells
            build.fail(error)
        raise
