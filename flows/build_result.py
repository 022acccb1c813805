"""What a run comes to: its result, and what it says when there is nothing to publish."""

from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from data.catalog import RunRow
from data.errors import TracemillError
from data.selection import Reason
from data.selection_plan import SelectionReport
from data.survey import Survey
from data.versions import VersionContents, VersionManifest
from flows.chunks import BadRows

REASONS = "SELECT status, reason, count(*) FROM verdicts GROUP BY ALL ORDER BY 3 DESC"


class NothingAcceptedError(TracemillError):
    """A build came to its end without one accepted sample; there is nothing to publish."""


@dataclass(frozen=True, slots=True)
class BuildResult:
    """What a run did."""

    run: RunRow
    survey: Survey
    report: SelectionReport
    manifest: VersionManifest
    path: str
    is_new_version: bool
    bad_rows: BadRows
    duplicates: int
    contradictions: int
    refusals: Counter[str]
    currency: str = ""

    def summary(self) -> dict[str, Any]:
        """Return the object that `--json` prints; counts are those of the dataset as it now stands."""
        return {
            "run_id": self.run.run_id,
            "dataset": self.run.dataset,
            "version": self.manifest.version,
            "path": self.path,
            "problems": self.survey.problems,
            "samples": self.survey.samples,
            "accepted": self.survey.accepted,
            "traces": self.report.traces,
            "problems_solved": self.survey.problems_solved,
            "prompt_tokens": self.survey.prompt_tokens,
            "completion_tokens": self.survey.completion_tokens,
            "seconds": round(self.run.seconds, 3),
            "published": self.is_new_version,
            "new_samples": self.run.new_samples,
            "cached_tokens": self.survey.cached_tokens,
            "wasted_tokens": self.survey.wasted_tokens,
            "gpu_hours": self.run.gpu_hours,
            "cost": self.run.cost,
            "cost_per_accepted": self.run.cost_per_accepted,
            "stopped": self.run.stopped,
            "suspects": self.survey.suspects,
            "by_status": dict(sorted(self.survey.by_status.items())),
            "left_out": {"samples": self.report.left_out_samples, "problems": self.report.left_out_problems},
            "bad_rows": self.bad_rows.count,
            "duplicates": self.duplicates,
            "refused": sum(self.refusals.values()),
        }


def nothing_accepted(
    survey: Survey,
    bad_rows: BadRows,
    refusals: Counter[str],
    *,
    stopped: str | None,
    asked: bool,
    warehouse: Path,
    config: Path,
) -> str:
    """Return the message about a dataset without one accepted sample.

    `stopped` names the budget that is used up, None if none is; `asked` tells whether the run has asked the teacher.
    """
    if not survey.problems:
        first = f"; the first bad row: {bad_rows.first[0]}" if bad_rows.first else ""
        return f"no problem could be read from the sources ({bad_rows.count} bad rows{first})"
    if not survey.samples and stopped:
        return f"{stopped} are used, before any sample was judged; raise the budget"
    if not survey.samples and not asked:
        return (
            f"{warehouse}: holds no judged sample of these {survey.problems} problems for this teacher, "
            f"prompt, sampling and verifier; ask for them first: tracemill build {config}"
        )
    if not survey.samples:
        refused = next(iter(refusals), "no answer came")
        return f"the teacher gave no sample for {survey.problems} problems: {refused}"
    counts = ", ".join(f"{count} {status}" for status, count in survey.by_status.most_common())
    return (
        f"none of {survey.samples} samples was accepted ({counts}), so nothing is published; see why with: "
        f'tracemill sql "{REASONS}" --warehouse {warehouse}'
    )


def nothing_chosen(contents: VersionContents) -> str:
    """Return the message about a policy that leaves nothing of what was accepted."""
    out = contents.report.left_out_samples
    counts = ", ".join(f"{count} {reason}" for reason, count in out.items() if reason in set(Reason))
    return (
        f"{contents.survey.accepted} samples were accepted, and the publishing policy leaves out every one of them "
        f"({counts}), so nothing is published; loosen `publish` or `licenses` in the configuration"
    )
