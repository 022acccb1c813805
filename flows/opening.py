"""How a run begins: its inputs are checked, the dataset is taken, what a killed run left is finished."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from pathlib import Path

from configs.assembly import check_teacher_license, problem_sources, selection, teacher
from configs.loading import LoadedBuild
from configs.prompting import prompt_mix
from data.catalog import Catalog, RunRow
from data.errors import TracemillError
from data.holdings import Request
from data.members import Members
from data.publishing import check_benchmark_files
from data.recovery import recover, write_run
from data.sources import Source
from data.warehouse import Warehouse, open_warehouse
from flows.build_run import BuildRun
from flows.progress import Progress, Reporter
from flows.spending import spending_of
from flows.verdicts import verdict_set_of
from generators.prompt_mix import PromptMix
from generators.sampling import sampling_id
from generators.teacher import Teacher


def check_publishing(loaded: LoadedBuild) -> None:
    """Raise `InputError` for what would stop the publishing at the end: a licence, or a file that cannot be read."""
    check_teacher_license(loaded)
    check_benchmark_files(selection(loaded))


@asynccontextmanager
async def open_run(loaded: LoadedBuild, reporter: Reporter) -> AsyncIterator[BuildRun]:
    """Check the inputs, take the dataset, finish what a killed run left; record how the run ends.

    Raises `InputError` before anything is written; `TeacherError` too, where the warehouse is new.
    """
    check_publishing(loaded)
    sources, template = problem_sources(loaded), prompt_mix(loaded)
    model = teacher(loaded, reporter.say)
    root = loaded.warehouse
    try:
        if not (root / "catalog.duckdb").exists():
            await model.start()  # a teacher that is down leaves no trace of a warehouse behind
        warehouse = open_warehouse(root)
        with warehouse.lock(loaded.config.name):
            build = start_run(loaded, reporter, warehouse, sources, template, model)
            try:
                yield build
            except BaseException as error:
                with suppress(TracemillError):  # on a full disk the first error is the one that tells
                    build.fail(error)
                raise
            finally:
                build.members.close()
    finally:
        await model.close()


def start_run(
    loaded: LoadedBuild,
    reporter: Reporter,
    warehouse: Warehouse,
    sources: list[Source],
    template: PromptMix,
    model: Teacher,
) -> BuildRun:
    """Finish what a killed run left, then record that this one began; only for the holder of the dataset's lock."""
    catalog = Catalog(warehouse.catalog, warehouse.root)
    catalog.migrate()
    recover(warehouse, catalog, loaded.config.name)
    scratch = warehouse.scratch(loaded.config.name)
    build = prepare_run(loaded, reporter, warehouse, catalog, sources, template, model, scratch)
    write_run(warehouse, catalog, build.run)
    return build


def prepare_run(
    loaded: LoadedBuild,
    reporter: Reporter,
    warehouse: Warehouse,
    catalog: Catalog,
    sources: list[Source],
    template: PromptMix,
    model: Teacher,
    scratch: Path,
) -> BuildRun:
    """Put a run together, with its members in the folder `scratch`; the warehouse is left as it is."""
    config = loaded.config
    hints = [source.size_hint() for source in sources]
    expected = sum(hint for hint in hints if hint is not None) if None not in hints else None
    policy = config.sampling.rounds()
    run = RunRow.begun(config.name, loaded.config_hash)
    return BuildRun(
        policy=policy,
        spending=spending_of(catalog, config.name, run.run_id, config.cost, config.budget),
        loaded=loaded,
        warehouse=warehouse,
        catalog=catalog,
        sources=sources,
        template=template,
        teacher=model,
        reporter=reporter,
        run=run,
        members=Members(scratch),
        request=Request(
            sampling_id=sampling_id(config.sampling.params(), model.teacher_id),
            samples_per_problem=policy.most if policy else config.sampling.samples_per_problem,
            verdict_set=verdict_set_of(config.verification.policy.policy_hash),
            voting=config.verification.majority.settings_hash,
            quarantine=config.verification.majority.suspects == "quarantine",
        ),
        selection=selection(loaded),
        progress=Progress(problems_expected=expected),
    )
