"""The configuration of a build, as frozen models; `configs.loading` reads them from YAML."""

from pathlib import Path
from typing import Annotated, Any, Literal, Self

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, SecretStr, field_validator, model_validator

from configs.spending import BudgetConfig, CostConfig
from data.records import AnswerKind, Status
from data.selection import AllowsTraining, LicenseGate, SelectionPolicy, yes_or_no
from data.selection_plan import MEMORY_MB
from data.soft_targets import SoftTargetPolicy
from generators.policies import AdaptivePolicy, AdaptiveSettings, PolicyName, RoundPolicy, TailPolicy, TailSettings
from generators.sampling import SamplingParams
from generators.vllm_options import VllmOptions
from verifiers.majority import MajoritySettings
from verifiers.policy import Policy

NAME_PATTERN = r"^[A-Za-z0-9][A-Za-z0-9._-]{0,99}$"


def _listed(value: Any) -> Any:
    return [value] if isinstance(value, str) else value


Paths = Annotated[tuple[Annotated[str, Field(min_length=1)], ...], BeforeValidator(_listed), Field(min_length=1)]
"""A path or glob, or a list of them."""
Command = Annotated[tuple[Annotated[str, Field(min_length=1)], ...], BeforeValidator(_listed), Field(min_length=1)]
"""A program, or a list of it and its first arguments."""


class ConfigModel(BaseModel):
    """Base of all configuration models: frozen, unknown keys refused."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class FieldMap(ConfigModel):
    """Names of the source's columns where they differ from ours."""

    question: str | None = None
    answer: str | None = None
    id: str | None = None
    answer_kind: str | None = None
    unit: str | None = None
    rel_tol: str | None = None
    choices: str | None = None
    source: str | None = None
    license: str | None = None
    tags: str | None = None


class SourceBase(ConfigModel):
    """What every problem source may say."""

    fields: FieldMap = FieldMap()
    name: str | None = None
    """Recorded as the problems' source where a row does not name one; else the file's name."""
    license: str | None = None
    """For rows that do not say."""
    tags: tuple[str, ...] = ()
    """For rows that have none."""
    answer_kind: AnswerKind | None = None
    unit: str | None = None
    rel_tol: float | None = Field(default=None, ge=0, lt=1)
    answer_after: str | None = None
    """Marker before the final answer inside the answer column, such as `####` in GSM8K."""
    limit: int | None = Field(default=None, ge=1)
    """Only the first rows."""
    reference: Literal["given", "majority"] = "given"
    """`majority`: rows without an answer are problems too, on which a majority of their samples decides."""


class JsonlSourceConfig(SourceBase):
    """JSONL files: a path or glob, or a list of them."""

    source: Literal["jsonl"]
    path: Paths


class ParquetSourceConfig(SourceBase):
    """Parquet files: a path or glob, or a list of them."""

    source: Literal["parquet"]
    path: Paths


class HuggingFaceSourceConfig(SourceBase):
    """A folder written by `save_to_disk` of Hugging Face `datasets`."""

    source: Literal["hf"]
    path: str
    split: str | None = None


class ReasoningGymSourceConfig(SourceBase):
    """A task of the reasoning-gym library."""

    source: Literal["reasoning-gym"]
    task: str
    size: int = Field(default=100, ge=1)
    seed: int = 0
    parameters: dict[str, Any] = {}
    """Parameters of the task, as reasoning-gym names them."""


class GeneratedSourceConfig(SourceBase):
    """One of Tracemill's own problem sets, made by code."""

    source: Literal["generated"]
    set: str
    size: int = Field(default=100, ge=1)
    seed: int = 0


SourceConfig = Annotated[
    JsonlSourceConfig
    | ParquetSourceConfig
    | HuggingFaceSourceConfig
    | ReasoningGymSourceConfig
    | GeneratedSourceConfig,
    Field(discriminator="source"),
]


class TeacherLicenseConfig(ConfigModel):
    """What the teacher's licence says of its answers."""

    name: str | None = None
    """Such as `Apache-2.0`; recorded."""
    allows_training: Annotated[AllowsTraining, BeforeValidator(yes_or_no)] = "unknown"
    """Whether other models may be trained on its answers; with `no` nothing is published."""


class TeacherBase(ConfigModel):
    """What every teacher may say."""

    license: TeacherLicenseConfig = TeacherLicenseConfig()


class EmbeddedTeacherConfig(TeacherBase):
    """A GGUF model inside this process (extra `embedded`)."""

    engine: Literal["embedded"]
    model: str = "smollm2-135m-instruct"
    """Name that is recorded; `smollm2-135m-instruct` comes with `make install`."""
    model_path: Path | None = None
    """GGUF file of any other model."""
    slots: int = Field(default=16, ge=1, le=256)
    """Samples decoded together."""
    context_tokens: int = Field(default=1024, ge=64)
    """Longest prompt and completion together."""
    threads: int | None = Field(default=None, ge=1)
    """CPU threads; None takes all cores."""


class RequestSettings(ConfigModel):
    """How requests are put to servers with the OpenAI interface."""

    max_in_flight: int = Field(default=256, ge=1)
    """Requests in flight over all servers, at most; fewer where they cannot take so many."""
    samples_per_request: int = Field(default=1, ge=1)
    """Above 1 the interface's `n` is used; the server must support it."""
    request_timeout_s: float = Field(default=600.0, gt=0)
    max_attempts: int = Field(default=20, ge=1)
    patience_s: float = Field(default=60.0, ge=0)
    """How long nobody may answer before the teacher counts as down."""
    extra_body: dict[str, Any] = {}
    """Further fields of every request, such as `chat_template_kwargs`; part of the teacher's identity."""


class OpenAITeacherConfig(TeacherBase, RequestSettings):
    """Any server with the OpenAI chat completions interface; vLLM first."""

    engine: Literal["openai"]
    base_urls: tuple[str, ...] = Field(min_length=1)
    model: str = Field(min_length=1)
    revision: str | None = None
    """Recorded; a new revision is a new teacher, whose samples are asked anew."""
    api_key: SecretStr | None = None

    @field_validator("base_urls")
    @classmethod
    def _must_be_http(cls, urls: tuple[str, ...]) -> tuple[str, ...]:
        for url in urls:
            if not url.startswith(("http://", "https://")):
                raise ValueError(f"{url!r} does not start with http:// or https://")
        return urls

    @field_validator("api_key")
    @classmethod
    def _must_fit_a_header(cls, key: SecretStr | None) -> SecretStr | None:
        text = key.get_secret_value().strip() if key else ""
        if not (text.isascii() and text.isprintable() and " " not in text):
            raise ValueError("the key holds characters that no HTTP header may have")
        return SecretStr(text) if text else None


class VllmTeacherConfig(TeacherBase, RequestSettings, VllmOptions):
    """vLLM servers that the build starts and ends itself."""

    engine: Literal["vllm"]
    model: str = Field(min_length=1)
    """Folder of the model, or its name on the hub."""
    name: str | None = Field(default=None, min_length=1)
    """Name that is recorded; None takes the folder's name, or that on the hub."""
    python: Command = ("python",)
    """Interpreter that has vLLM installed, with words to put before it where need be."""
    environment: dict[str, str] = {}
    """Environment variables of the servers, beside those of the build."""
    replicas: int = Field(default=1, ge=1, le=64)
    """Servers, each with all of the above."""
    devices: tuple[tuple[int, ...], ...] = ()
    """GPUs of each replica, such as `[[0, 1], [2, 3]]`; empty lets each server see all."""
    log_folder: str | None = None
    """Folder that keeps what the servers say."""
    start_timeout_s: float = Field(default=1800.0, gt=0)
    max_restarts: int = Field(default=3, ge=0)
    """How often in a row a server may die before it is given up."""
    request_timeout_s: float = Field(default=3600.0, gt=0)

    @model_validator(mode="after")
    def _must_agree(self) -> Self:
        if self.devices and self.replicas not in (1, len(self.devices)):
            raise ValueError(f"devices: give {self.replicas} lists, one for each of the replicas")
        return self


TeacherConfig = Annotated[
    EmbeddedTeacherConfig | OpenAITeacherConfig | VllmTeacherConfig, Field(discriminator="engine")
]


class SamplingConfig(SamplingParams):
    """How many samples of a problem, and how they are sampled."""

    samples_per_problem: int = Field(default=4, ge=1, le=100_000)
    """Of every problem; with the policy `tail` in the first round."""
    policy: PolicyName = "fixed"
    adaptive: AdaptiveSettings = AdaptiveSettings()
    tail: TailSettings = TailSettings()

    @model_validator(mode="after")
    def _settings_fit_the_policy(self) -> Self:
        for name in {"adaptive", "tail"} & self.model_fields_set:
            if self.policy != name:
                raise ValueError(f"`{name}` is set, and the policy is {self.policy}; set `policy: {name}` too")
        if self.policy == "adaptive" and "samples_per_problem" in self.model_fields_set:
            raise ValueError(
                "samples_per_problem is set beside the policy adaptive; set adaptive.min and adaptive.max instead"
            )
        return self

    def params(self) -> SamplingParams:
        """Return the part that is a sample's identity."""
        return SamplingParams(**{name: getattr(self, name) for name in SamplingParams.model_fields})

    def rounds(self) -> RoundPolicy | None:
        """Return the policy that decides on further rounds; None where every problem gets the same."""
        if self.policy == "adaptive":
            return AdaptivePolicy(self.adaptive)
        return TailPolicy(self.tail, self.samples_per_problem) if self.policy == "tail" else None


class TemplateUse(ConfigModel):
    """A prompt template, and what the build changes of it."""

    template: str = "boxed"
    """Name of a template that comes with Tracemill, or path of a YAML file."""
    system: str | None = None
    """In the place of the template's own system prompt; empty for none."""
    examples: str | None = None
    """JSONL file of worked examples, in the place of the template's own."""
    shots: int | None = Field(default=None, ge=1)
    """How many of the examples are shown at most; None shows all that serve a problem."""


class WeightedTemplate(TemplateUse):
    """One of several templates."""

    template: str
    name: str | None = None
    """Recorded with samples and traces, where the template's own name would come twice."""
    weight: float = Field(default=1.0, gt=0)
    kinds: tuple[AnswerKind, ...] = ()


class PromptConfig(TemplateUse):
    """How problems are put to the teacher: one template, or several with weights."""

    templates: tuple[WeightedTemplate, ...] = ()

    @model_validator(mode="after")
    def _one_or_several(self) -> Self:
        if self.templates and (alone := self.model_fields_set - {"templates"}):
            raise ValueError(f"{', '.join(sorted(alone))} stands beside `templates`; say it in each of them")
        return self

    @property
    def uses(self) -> tuple[WeightedTemplate, ...]:
        """All templates of the build, also where there is only one."""
        return self.templates or (WeightedTemplate(**self.model_dump(exclude={"templates"})),)


class VerificationConfig(ConfigModel):
    """How samples are verified."""

    workers: int | None = Field(default=None, ge=1)
    """Processes; None takes one for each core."""
    timeout_s: float = Field(default=3.0, gt=0)
    memory_mb: int = Field(default=1024, ge=256)
    policy: Policy = Policy()
    majority: MajoritySettings = MajoritySettings()


class ExecutionConfig(ConfigModel):
    """How the work is cut; nothing here changes what comes out."""

    shard_size: int = Field(default=256, ge=1, le=100_000)
    """Problems in a shard: the unit that is committed at once."""
    shards_in_flight: int = Field(default=8, ge=1, le=64)
    """Shards worked on together, at most; one is begun when too little stands in line before the teacher."""
    publish_memory_mb: int = Field(default=MEMORY_MB, ge=64)
    """What choosing the next version may keep in memory; the rest of it lies in the warehouse's scratch folder."""


class BuildConfig(ConfigModel):
    """Everything `tracemill build` needs to know."""

    name: str = Field(pattern=NAME_PATTERN)
    """Name of the dataset."""
    problems: tuple[SourceConfig, ...] = Field(min_length=1)
    on_bad_row: Literal["skip", "fail"] = "skip"
    teacher: TeacherConfig
    prompt: PromptConfig = PromptConfig()
    sampling: SamplingConfig = SamplingConfig()
    verification: VerificationConfig = VerificationConfig()
    execution: ExecutionConfig = ExecutionConfig()
    soft_targets: SoftTargetPolicy | None = None
    """The teacher's distribution at every token, for token-level distillation; None asks for none."""
    publish: SelectionPolicy = SelectionPolicy()
    cost: CostConfig = CostConfig()
    budget: BudgetConfig = BudgetConfig()
    licenses: LicenseGate = LicenseGate()
    warehouse: str = Field(min_length=1)
    """A folder; relative to the config file."""

    @field_validator("publish")
    @classmethod
    def _only_what_is_correct_is_published(cls, policy: SelectionPolicy) -> SelectionPolicy:
        # Versions of earlier releases may hold others, so it is not the policy itself that refuses them.
        if refused := [status.value for status in policy.statuses if status is not Status.CORRECT]:
            raise ValueError(
                f"statuses: {', '.join(refused)}: only `correct` can become a trace; rejected samples stay in the "
                "warehouse, and `tracemill export NAME --format preference` pairs them with accepted ones"
            )
        return policy

    @model_validator(mode="after")
    def _costs_are_known_where_they_are_bounded(self) -> Self:
        if self.budget.cost is not None and not self.cost.is_priced:
            raise ValueError("budget.cost is set, and `cost` names no price")
        return self
