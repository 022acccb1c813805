"""The publishing policy: what becomes a trace, and why the rest does not."""

import pytest

from data.diversity import most_different, structure
from data.errors import StorageError
from data.records import Status
from data.selection import Band, Bounds, Choice, LicenseGate, NameFilter, Selection, SelectionPolicy
from data.versions import read_version
from tests.data.small_warehouse import DATASET, contents_of, opened, problem, publish, put_shard, traces_in


@pytest.fixture(scope="module")
def stocked(tmp_path_factory):
    """Four problems of two sources and licences: correct, incorrect, correct, error; tokens 5 to 8."""
    warehouse, catalog = opened(tmp_path_factory.mktemp("stocked"))
    problems = [
        problem(n, source=f"set/{n % 2}", license="MIT" if n else "NC", tags=("odd",) if n % 2 else ())
        for n in range(4)
    ]
    put_shard(warehouse, catalog, problems)
    return warehouse, catalog, problems


def report(stocked, **policy):
    """Return what a policy chooses."""
    warehouse, catalog, problems = stocked
    licenses = policy.pop("licenses", LicenseGate())
    return contents_of(
        warehouse, catalog, problems, Selection(policy=SelectionPolicy(**policy), licenses=licenses)
    ).report


def test_without_a_policy_everything_accepted_is_taken(stocked):
    """Every sample has one fate: chosen, or left out for its status."""
    found = report(stocked)
    assert (found.traces, found.problems_with_traces, found.completion_tokens) == (8, 4, 4 * (5 + 7))
    assert found.left_out_samples == {"error": 4, "incorrect": 4}
    assert found.left_out_problems == {}
    assert found.licenses == {"MIT": 6, "NC": 2}


@pytest.mark.parametrize(
    ("policy", "reason", "traces", "problems_out"),
    [
        ({"sources": NameFilter(allow=("set/1",))}, "source", 4, {"source": 2}),
        ({"sources": NameFilter(deny=("*/1", "other"))}, "source", 4, {"source": 2}),
        ({"tags": NameFilter(allow=("odd",))}, "tags", 4, {"tags": 2}),
        ({"tags": NameFilter(deny=("o*",))}, "tags", 4, {"tags": 2}),
        ({"licenses": LicenseGate(allow=("mit",))}, "license", 6, {"license": 1}),
        ({"completion_tokens": Bounds(max=6)}, "completion_tokens", 4, {}),
        ({"completion_tokens": Bounds(min=6)}, "completion_tokens", 4, {}),
        ({"traces_per_problem": 1}, "more_than_wanted", 4, {}),
        ({"traces_per_problem": 1, "choose": Choice.SHORTEST}, "more_than_wanted", 4, {}),
        ({"traces_per_problem": 1, "choose": Choice.DIVERSE}, "more_than_wanted", 4, {}),
    ],
)
def test_what_a_policy_leaves_out_is_counted_by_reason(stocked, policy, reason, traces, problems_out):
    """Rejected samples keep their status as the reason; only accepted ones can have another."""
    found = report(stocked, **policy)
    assert found.traces == traces
    assert found.left_out_samples == {"error": 4, "incorrect": 4, reason: 8 - traces}
    assert found.left_out_problems == problems_out
    assert sum(found.licenses.values()) == traces


def test_a_policy_that_leaves_nothing_says_why(stocked):
    """A band that no problem meets, and a prompt bound that none keeps."""
    assert report(stocked, pass_rate=Band(max=0.5)).left_out_problems == {"pass_rate": 4}
    found = report(stocked, prompt_tokens=Bounds(max=9))
    assert found.left_out_samples["prompt_tokens"] == 8
    assert found.left_out_problems == {"nothing_chosen": 4}


def test_the_pass_rate_band_holds_its_ends(stocked):
    """Two of three decided samples are right everywhere."""
    assert report(stocked, pass_rate=Band(min=2 / 3, max=2 / 3)).traces == 8
    assert report(stocked, pass_rate=Band(min=0.7)).traces == 0


def test_unknown_difficulty_is_outside_every_real_band():
    """Where nothing could be decided, only the full band takes the problem."""
    assert Band().hold(None)
    assert not Band(min=0.1).hold(None)


def test_other_statuses_are_labelled(stocked):
    """Who asks for rejected samples gets them with their status; they never pass as correct."""
    warehouse, catalog, problems = stocked
    asked = Selection(policy=SelectionPolicy(statuses=(Status.CORRECT, Status.INCORRECT)))
    rows = traces_in(warehouse, publish(warehouse, catalog, problems, asked))
    assert [row["status"] for row in rows[:3]] == ["correct", "incorrect", "correct"]


def test_false_steps_are_a_reason(tmp_path):
    """A right answer over false arithmetic is left out where the policy says so."""
    warehouse, catalog = opened(tmp_path)
    put_shard(warehouse, catalog, [problem(1)], false_steps={2: ("2 + 2 = 5",)})
    kept = contents_of(warehouse, catalog, [problem(1)], Selection(policy=SelectionPolicy(max_false_steps=0))).report
    assert (kept.traces, kept.left_out_samples["false_steps"]) == (1, 1)


def test_a_problem_that_was_never_asked_is_out(stocked):
    """It is counted, and takes nothing from the others."""
    warehouse, catalog, problems = stocked
    put_shard(warehouse, catalog, [problem(9)], samples_each=0)
    found = contents_of(warehouse, catalog, [*problems, problem(9)]).report
    assert (found.traces, found.left_out_problems) == (8, {"not_judged": 1})


def test_the_manifest_tells_policy_counts_and_lineage(stocked):
    """What was chosen, by which policy, and from which runs and shards."""
    warehouse, catalog, problems = stocked
    asked = Selection(policy=SelectionPolicy(traces_per_problem=1))
    published = publish(warehouse, catalog, problems, asked)
    manifest = read_version(warehouse, DATASET, published.version)
    assert manifest == published
    assert (manifest.traces, manifest.accepted, manifest.problems_with_traces) == (4, 8, 4)
    assert manifest.selection == asked
    assert manifest.left_out.samples == {"error": 4, "incorrect": 4, "more_than_wanted": 4}
    assert manifest.lineage.runs == ("run-1",)
    assert {path.split("/")[0] for path in manifest.lineage.shards} == {"problems", "samples", "verdicts"}
    assert all((warehouse.root / path).is_file() for path in manifest.lineage.shards)


def test_another_policy_is_another_version(stocked):
    """The fingerprint changes with the policy, and stays what it was without one."""
    warehouse, catalog, problems = stocked
    plain = contents_of(warehouse, catalog, problems)
    assert plain.fingerprint == plain.survey.fingerprint
    chosen = contents_of(warehouse, catalog, problems, Selection(policy=SelectionPolicy(traces_per_problem=1)))
    assert chosen.fingerprint != plain.fingerprint


def test_diverse_means_sharing_little():
    """After the first, the text that shares least with those taken comes next; copies come last."""
    texts = ["2 + 2 = 4", "2 + 2 = 4.", "First double the number two, which gives four", "2 * 2 = 4"]
    assert most_different(texts, 2) == [0, 2]
    assert most_different(texts, 3) == [0, 2, 3]
    assert sorted(most_different(texts, 9)) == [0, 1, 2, 3]


def test_structure_passes_over_punctuation_and_case():
    """Words, numbers, operators and LaTeX commands count."""
    assert structure("So: 1,000 + x = \\frac{1}{2}!") == ["so", "1,000", "+", "x", "=", "\\frac", "1", "2"]


def test_a_vanished_shard_is_named_when_texts_are_read(tmp_path):
    """Choosing by texts needs them."""
    warehouse, catalog = opened(tmp_path)
    put_shard(warehouse, catalog, [problem(1)])
    for path in (warehouse.root / "samples" / DATASET).glob("*.parquet"):
        path.unlink()
    asked = Selection(policy=SelectionPolicy(traces_per_problem=1, choose=Choice.DIVERSE))
    with pytest.raises(StorageError, match="cannot be read"):
        contents_of(warehouse, catalog, [problem(1)], asked)
