"""What changed between two versions, and why."""

import pytest

from data.errors import InputError
from data.published import find_version, latest_version
from data.records import Status
from data.selection import LicenseGate, Selection, SelectionPolicy
from data.version_diff import diff_versions
from tests.data.small_warehouse import DATASET, opened, problem, publish, put_shard


@pytest.fixture(scope="module")
def stocked(tmp_path_factory):
    """A warehouse with four versions: two problems, three, one trace each, and one under another licence."""
    warehouse, catalog = opened(tmp_path_factory.mktemp("stocked"))
    problems = [problem(n) for n in range(3)]
    put_shard(warehouse, catalog, problems)
    relabelled = problem(0, license="MIT")
    put_shard(warehouse, catalog, [relabelled])
    versions = [
        publish(warehouse, catalog, problems[:2]),
        publish(warehouse, catalog, problems),
        publish(warehouse, catalog, problems, Selection(policy=SelectionPolicy(traces_per_problem=1))),
        publish(warehouse, catalog, [relabelled, *problems[1:]], Selection(licenses=LicenseGate(allow=("MIT",)))),
    ]
    for each in versions:
        catalog.put_version(each.row(f"datasets/{DATASET}/{each.folder}"))
    return warehouse, catalog, versions


def test_new_problems_are_added(stocked):
    """Two traces of the third problem; the others are the same."""
    warehouse, catalog, (one, two, *_) = stocked
    found = diff_versions(warehouse, catalog, one, two)
    assert (found.added, found.removed, found.changed, found.same) == (2, 0, 0, 4)
    assert found.added_because == {"a problem that the old version has not": 2}
    assert [each.question for each in found.examples["added"]] == ["2 + 1?", "2 + 1?"]
    back = diff_versions(warehouse, catalog, two, one)
    assert back.removed_because == {"a problem that is gone": 2}


def test_a_policy_is_named_as_the_reason(stocked):
    """What the policy of one version leaves out is told with the reason recorded there, in both directions."""
    warehouse, catalog, (_, two, three, _) = stocked
    found = diff_versions(warehouse, catalog, two, three)
    assert (found.removed, found.same) == (3, 3)
    assert found.removed_because == {"policy: more_than_wanted": 3}
    assert found.settings == {"selection.policy.traces_per_problem": (None, 1)}
    assert diff_versions(warehouse, catalog, three, two).added_because == {"policy: more_than_wanted": 3}


def test_changed_columns_are_counted(stocked):
    """The same trace under another licence is changed, not removed and added."""
    warehouse, catalog, (_, two, _, four) = stocked
    found = diff_versions(warehouse, catalog, two, four)
    assert (found.added, found.removed, found.changed, found.same) == (0, 4, 2, 0)
    assert found.changed_columns == {"license": 2}
    assert found.removed_because == {"policy: license": 4}


def test_a_verdict_that_changed_is_the_reason(tmp_path):
    """Verified again under another set: the traces are gone, for their new status."""
    warehouse, catalog = opened(tmp_path)
    put_shard(warehouse, catalog, [problem(1)])
    put_shard(
        warehouse, catalog, [problem(1)], statuses=(Status.CORRECT, *[Status.UNIT_MISMATCH] * 3), verdict_set="new"
    )
    old = publish(warehouse, catalog, [problem(1)])
    new = publish(warehouse, catalog, [problem(1)], verdict_set="new")
    found = diff_versions(warehouse, catalog, old, new)
    assert found.removed_because == {"verdict: unit_mismatch": 1}
    assert diff_versions(warehouse, catalog, new, old).added_because == {"verdict: unit_mismatch": 1}


def test_versions_are_found_by_name(stocked):
    """By number in any form, or as the latest, through the catalog."""
    warehouse, catalog, versions = stocked
    for name in ("2", "v2", "v0002"):
        assert find_version(warehouse, catalog, DATASET, name) == versions[1]
    assert find_version(warehouse, catalog, DATASET) == versions[3] == latest_version(warehouse, catalog, DATASET)
    (warehouse.dataset(DATASET) / "v0099").mkdir()
    assert find_version(warehouse, catalog, DATASET).version == 4
    with pytest.raises(InputError, match="no version 'v9'; there are: v1, v2, v3, v4, latest"):
        find_version(warehouse, catalog, DATASET, "v9")
    with pytest.raises(InputError, match="no published dataset 'none'; there are: sums"):
        find_version(warehouse, catalog, "none")
