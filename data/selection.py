"""Which samples become traces: the publishing policy, and what it says of one problem.

Everything asked and judged stays in the warehouse; a version is what its policy chooses from it. Every
sample that was judged has one fate: it is chosen, or left out for one reason.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from fnmatch import fnmatchcase
from typing import Annotated, Any, Literal, Self

from pydantic import BeforeValidator, Field, model_validator

from data.identity import content_id
from data.records import Record, Status
from data.survey import JudgedProblem, JudgedSample
from data.text_tokens import exact_key


class Choice(StrEnum):
    """Which of a problem's accepted samples are taken where only some are wanted."""

    FIRST = "first"
    """Those asked first, by index."""
    SHORTEST = "shortest"
    """Those with the fewest completion tokens."""
    DIVERSE = "diverse"
    """The first, then each time the one that shares least with those taken: shortest longest common subsequence."""


class Reason(StrEnum):
    """Why something is not in a version; a sample's status, where it was not asked for, is the reason itself."""

    NOT_JUDGED = "not_judged"
    """The warehouse holds no sample of the problem with a verdict of this verifier; a build asks and verifies."""
    SUSPECT = "suspect"
    """A confident majority contradicts the problem's reference."""
    SOURCE = "source"
    TAGS = "tags"
    LICENSE = "license"
    PASS_RATE = "pass_rate"  # noqa: S105 - no password
    """Outside the band, or nothing could be decided and a band was asked for."""
    PROMPT_TOKENS = "prompt_tokens"
    COMPLETION_TOKENS = "completion_tokens"
    FALSE_STEPS = "false_steps"
    CONTAMINATED = "contaminated"
    """The question stands in one of the benchmark files."""
    DUPLICATE_PROBLEM = "duplicate_problem"
    NEAR_DUPLICATE_PROBLEM = "near_duplicate_problem"
    BETWEEN_SPLITS = "between_splits"
    """Like problems of two splits: it would leak from one to the other."""
    DUPLICATE_TRACE = "duplicate_trace"
    NEAR_DUPLICATE_TRACE = "near_duplicate_trace"
    MORE_THAN_WANTED = "more_than_wanted"
    """Beyond `traces_per_problem`."""


class Bounds(Record):
    """An inclusive range of whole numbers; None is no bound."""

    min: int | None = Field(default=None, ge=0)
    max: int | None = Field(default=None, ge=0)

    @model_validator(mode="after")
    def _must_have_room(self) -> Self:
        if self.min is not None and self.max is not None and self.min > self.max:
            raise ValueError(f"min {self.min} is above max {self.max}")
        return self

    def hold(self, value: int) -> bool:
        """Whether `value` lies inside."""
        return (self.min is None or value >= self.min) and (self.max is None or value <= self.max)


class Band(Record):
    """An inclusive range of pass rates."""

    min: float = Field(default=0.0, ge=0, le=1)
    max: float = Field(default=1.0, ge=0, le=1)

    @model_validator(mode="after")
    def _must_have_room(self) -> Self:
        if self.min > self.max:
            raise ValueError(f"min {self.min:g} is above max {self.max:g}")
        return self

    def hold(self, rate: float | None) -> bool:
        """Whether `rate` lies inside; an unknown rate does so only where everything does."""
        if rate is None:
            return self == Band()
        return self.min <= rate <= self.max


class NameFilter(Record):
    """Which names pass, as shell patterns such as `tracemill/*`."""

    allow: tuple[str, ...] | None = None
    """Only these; None lets all pass."""
    deny: tuple[str, ...] = ()
    """Never these."""

    def passes(self, names: Sequence[str]) -> bool:
        """Whether one of `names` is allowed and none denied."""
        allowed = self.allow is None or any(fnmatchcase(name, each) for name in names for each in self.allow)
        return allowed and not any(fnmatchcase(name, each) for name in names for each in self.deny)


AllowsTraining = Literal["yes", "no", "unknown"]
"""Whether a teacher's licence lets other models be trained on its answers."""


def yes_or_no(value: Any) -> Any:
    """Return what was meant: YAML reads a bare yes and no as true and false."""
    return {True: "yes", False: "no"}[value] if isinstance(value, bool) else value


class Likeness(StrEnum):
    """What counts as a duplicate."""

    NONE = "none"
    EXACT = "exact"
    """The same text after normalisation: compatible characters, letter case, white space."""
    NEAR = "near"
    """Also what is nearly the same, by MinHash of its shingles."""


class Duplicates(Record):
    """Which duplicates are left out; the first of a kind stays."""

    problems: Likeness = Likeness.NONE
    traces: Likeness = Likeness.NONE
    """Of one problem."""
    threshold: float = Field(default=0.7, gt=0, le=1)
    """Estimated Jaccard similarity of the shingles from which two texts are nearly the same."""
    numbers: Literal["distinguish", "ignore"] = "distinguish"
    """Problems that name other numbers are other problems, however alike their words are."""


class Decontamination(Record):
    """Benchmarks whose questions no problem may repeat; see `data.decontamination` for the rule and its source."""

    files: tuple[str, ...] = ()
    """JSONL or Parquet, relative to the configuration."""
    field: str = "question"
    """The column with the question."""
    n: int = Field(default=8, ge=1)
    """Tokens in an n-gram."""
    threshold: float = Field(default=0.5, ge=0, lt=1)
    """Share of a benchmark row's tokens in shared n-grams above which a problem matches it."""


class BenchmarkFile(Record):
    """A benchmark file as it was when the version was made."""

    name: str
    """As the configuration has it."""
    sha256: str
    path: str = Field(exclude=True, default="")
    """Where it lies; not recorded."""


class LicenseGate(Record):
    """Which licences may enter a version: those of problems, and the teacher's."""

    allow: tuple[str, ...] | None = None
    """Licences as the problems name them, in any case; None lets all pass, also `unknown`."""

    teacher: Annotated[Literal["yes", "unknown"], BeforeValidator(yes_or_no)] = "unknown"
    """What the teacher's licence must say of training, at least."""

    def refuses_teacher(self, allows_training: AllowsTraining) -> bool:
        """Whether answers of a teacher whose licence says this may not be published."""
        return allows_training == "no" or (self.teacher == "yes" and allows_training != "yes")

    def passes(self, name: str) -> bool:
        """Whether a problem of this licence may enter."""
        return self.allow is None or name.casefold() in {each.casefold() for each in self.allow}


SplitName = Annotated[str, Field(pattern=r"^[A-Za-z][A-Za-z0-9_]*$")]


class SelectionPolicy(Record):
    """The `publish` section of a configuration: what a version takes from what the warehouse holds."""

    statuses: tuple[Status, ...] = Field(default=(Status.CORRECT,), min_length=1)
    """Configurations may name `correct` alone; versions of earlier releases may hold others, labelled in `status`."""
    pass_rate: Band = Band()
    traces_per_problem: int | None = Field(default=None, ge=1)
    choose: Choice = Choice.FIRST
    prompt_tokens: Bounds = Bounds()
    completion_tokens: Bounds = Bounds()
    max_false_steps: int | None = Field(default=None, ge=0)
    """0 keeps a trace only where every arithmetic statement that was checked holds."""
    sources: NameFilter = NameFilter()
    tags: NameFilter = NameFilter()
    duplicates: Duplicates = Duplicates()
    decontaminate: Decontamination = Decontamination()
    splits: dict[SplitName, Annotated[float, Field(gt=0, lt=1)]] = Field(default_factory=dict)
    """Split → share of the problems; the rest is `train`."""

    @model_validator(mode="after")
    def _must_leave_training_data(self) -> Self:
        if "train" in self.splits:
            raise ValueError("splits: `train` is what the others leave; name only those")
        if sum(self.splits.values()) >= 1:
            raise ValueError("splits: the shares leave nothing for `train`; let them sum to less than 1")
        return self

    @property
    def needs_texts(self) -> bool:
        """Whether choosing reads what the samples say."""
        diverse = self.traces_per_problem is not None and self.choose is Choice.DIVERSE
        return diverse or self.duplicates.traces is not Likeness.NONE

    @property
    def compares_problems(self) -> bool:
        """Whether a problem's fate depends on others."""
        return bool(self.splits) or self.duplicates.problems is not Likeness.NONE

    @property
    def finds_near_problems(self) -> bool:
        """Whether nearly equal questions matter too; to splits they always do."""
        return bool(self.splits) or self.duplicates.problems is Likeness.NEAR


class Selection(Record):
    """Everything that decides what a version holds."""

    policy: SelectionPolicy = SelectionPolicy()
    licenses: LicenseGate = LicenseGate()
    benchmarks: tuple[BenchmarkFile, ...] = ()

    @property
    def selection_hash(self) -> str:
        """Content hash; empty for the defaults, under which everything accepted is taken."""
        return "" if self == Selection() else content_id("selection", self.model_dump(mode="json"))


@dataclass(frozen=True, slots=True)
class ProblemFacts:
    """What the selection asks of a problem beside its samples."""

    source: str
    license: str
    tags: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Decided:
    """The fates of one problem and its samples."""

    reason: Reason | None
    """Why the whole problem is out."""
    kept: tuple[JudgedSample, ...]
    left_out: tuple[tuple[JudgedSample, str], ...]
    """Every other sample with its reason: a `Reason`, or its status."""


def decide_problem(
    problem: JudgedProblem, facts: ProblemFacts, selection: Selection, texts: Mapping[str, str]
) -> Decided:
    """Apply the policy to one problem; `texts` holds completions by sample id where the policy needs them.

    A rejected sample is left out for its status, whatever else is wrong with it or its problem.
    """
    policy = selection.policy
    reason = _problem_reason(problem, facts, selection)
    kept: list[JudgedSample] = []
    left_out: list[tuple[JudgedSample, str]] = []
    for each in problem.judged:
        if each.verdict.status not in policy.statuses:
            left_out.append((each, each.verdict.status.value))
        elif why := reason or _sample_reason(each, policy):
            left_out.append((each, why.value))
        else:
            kept.append(each)
    repeated = _repeated(kept, policy, texts)
    left_out += [(each, why) for each, why in zip(kept, repeated, strict=True) if why]
    kept = [each for each, why in zip(kept, repeated, strict=True) if not why]
    chosen = choose(kept, policy, texts)
    wanted = {each.sample.sample_id for each in chosen}
    left_out += [(each, Reason.MORE_THAN_WANTED.value) for each in kept if each.sample.sample_id not in wanted]
    return Decided(reason, tuple(chosen), tuple(left_out))


def choose(samples: Sequence[JudgedSample], policy: SelectionPolicy, texts: Mapping[str, str]) -> list[JudgedSample]:
    """Return at most `traces_per_problem` of a problem's samples, in the order in which they were asked."""
    wanted = policy.traces_per_problem
    if wanted is None or len(samples) <= wanted:
        return list(samples)
    match policy.choose:
        case Choice.FIRST:
            chosen = list(samples[:wanted])
        case Choice.SHORTEST:
            chosen = sorted(samples, key=lambda each: (each.sample.completion_tokens, each.sample.index))[:wanted]
        case Choice.DIVERSE:
            from data.diversity import most_different  # noqa: PLC0415 - rapidfuzz loads only where it is used

            numbers = most_different([texts[each.sample.sample_id] for each in samples], wanted)
            chosen = [samples[number] for number in numbers]
    return sorted(chosen, key=lambda each: each.sample.index)


def _repeated(samples: Sequence[JudgedSample], policy: SelectionPolicy, texts: Mapping[str, str]) -> list[str | None]:
    """Return why each sample is a repetition of an earlier one, None where it is none."""
    likeness = policy.duplicates.traces
    if likeness is Likeness.NONE or len(samples) < 2:  # noqa: PLR2004 - one repeats nothing
        return [None] * len(samples)
    said = [texts[each.sample.sample_id] for each in samples]
    found: list[str | None] = []
    seen: set[str] = set()
    for text in said:
        found.append(Reason.DUPLICATE_TRACE.value if (key := exact_key(text)) in seen else None)
        seen.add(key)
    if likeness is Likeness.NEAR:
        from data.min_hash import TRACE_SHINGLE, first_of_its_kind, signatures  # noqa: PLC0415 - loads numpy

        first = [number for number, why in enumerate(found) if why is None]
        repeats = first_of_its_kind(signatures([said[n] for n in first], TRACE_SHINGLE), policy.duplicates.threshold)
        for number, earlier in zip(first, repeats, strict=True):
            if earlier is not None:
                found[number] = Reason.NEAR_DUPLICATE_TRACE.value
    return found


def _problem_reason(problem: JudgedProblem, facts: ProblemFacts, selection: Selection) -> Reason | None:
    policy = selection.policy
    if problem.is_quarantined:
        return Reason.SUSPECT
    if not policy.sources.passes([facts.source]):
        return Reason.SOURCE
    if not policy.tags.passes(facts.tags):
        return Reason.TAGS
    if not selection.licenses.passes(facts.license):
        return Reason.LICENSE
    return None if policy.pass_rate.hold(problem.pass_rate) else Reason.PASS_RATE


def _sample_reason(each: JudgedSample, policy: SelectionPolicy) -> Reason | None:
    if not policy.prompt_tokens.hold(each.sample.prompt_tokens):
        return Reason.PROMPT_TOKENS
    if not policy.completion_tokens.hold(each.sample.completion_tokens):
        return Reason.COMPLETION_TOKENS
    if policy.max_false_steps is not None and each.verdict.false_steps > policy.max_false_steps:
        return Reason.FALSE_STEPS
    return None
