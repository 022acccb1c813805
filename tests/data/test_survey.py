"""Counting what a run holds, and the fingerprint of it."""

from dataclasses import replace

import pytest

from data.records import FinishReason, Status
from data.survey import JudgedProblem, JudgedSample, Survey
from tests.data.small_warehouse import (
    STATUSES,
    judged,
    member,
    opened,
    problem,
    put_shard,
    request,
    sample,
    survey_of,
)


@pytest.fixture(scope="module")
def held(tmp_path_factory):
    """A warehouse with four problems of two sources, four samples each; the last is never solved."""
    warehouse, catalog = opened(tmp_path_factory.mktemp("held"))
    problems = [problem(n, source=f"source {n % 2}") for n in range(4)]
    put_shard(warehouse, catalog, problems[:3])
    put_shard(warehouse, catalog, problems[3:], statuses=(Status.INCORRECT, Status.BAD_REFERENCE))
    return warehouse, catalog, problems


def test_everything_is_counted_once(held):
    """Problems, samples, tokens and statuses add up, in all and by source."""
    _, catalog, problems = held
    survey = survey_of(catalog, problems)
    assert (survey.problems, survey.samples, survey.accepted, survey.problems_solved) == (4, 16, 6, 3)
    assert survey.by_status == {"correct": 6, "incorrect": 5, "error": 3, "bad_reference": 2}
    assert (survey.prompt_tokens, survey.completion_tokens) == (160, 4 * (5 + 6 + 7 + 8))
    assert survey.accepted_completion_tokens == 3 * (5 + 7)
    by_source = {name: (c.problems, c.samples, c.accepted, c.problems_solved) for name, c in survey.by_source.items()}
    assert by_source == {"source 0": (2, 8, 4, 2), "source 1": (2, 8, 2, 1)}


def test_what_could_not_be_decided_counts_neither_for_nor_against(held):
    """Of correct, incorrect, correct and error, two of three are right."""
    _, catalog, problems = held
    first, *_, last = judged(catalog, problems)
    assert first.pass_rate == pytest.approx(2 / 3)
    assert last.pass_rate == 0


def test_a_problem_without_a_decision_has_no_pass_rate(tmp_path):
    """Nothing decided is not the same as nothing right."""
    warehouse, catalog = opened(tmp_path)
    put_shard(warehouse, catalog, [problem(1)], statuses=(Status.BAD_REFERENCE, Status.ERROR))
    (found,) = judged(catalog, [problem(1)])
    assert (len(found.judged), found.pass_rate, found.accepted) == (4, None, [])


def test_a_smaller_wish_sees_only_the_first_samples(held):
    """A run with fewer samples a problem counts as if the others were not there."""
    _, catalog, problems = held
    survey = survey_of(catalog, problems, request(samples_per_problem=2))
    assert (survey.samples, survey.accepted) == (8, 3)


@pytest.mark.parametrize("change", [{"sampling_id": "another"}, {"verdict_set": "another"}])
def test_another_way_of_sampling_or_judging_holds_nothing_yet(held, change):
    """Samples of other parameters and verdicts of another verifier are not mixed in."""
    _, catalog, problems = held
    survey = survey_of(catalog, problems, request().model_copy(update=change))
    assert (survey.problems, survey.samples) == (4, 0)


def test_samples_come_by_index_with_their_facts(held):
    """What planning and publishing need of a sample is in the catalog."""
    _, catalog, problems = held
    (found,) = judged(catalog, problems[:1])
    assert [each.sample.index for each in found.judged] == [0, 1, 2, 3]
    assert [each.verdict.status for each in found.judged] == list(STATUSES)
    first = found.judged[0].sample
    assert first.finish_reason is FinishReason.STOP
    assert (first.prompt_tokens, first.completion_tokens) == (10, 5)


def test_the_fingerprint_says_whether_anything_changed(held):
    """The same holdings have the same fingerprint; another status, sample or problem changes it."""
    _, catalog, problems = held
    whole = survey_of(catalog, problems).fingerprint
    assert survey_of(catalog, problems).fingerprint == whole
    others = [
        survey_of(catalog, problems[:3]).fingerprint,
        survey_of(catalog, problems, request(3)).fingerprint,
        survey_of(catalog, problems[::-1]).fingerprint,
        fingerprint_with(catalog, problems, Status.CORRECT),
        fingerprint_with(catalog, problems, Status.TIMEOUT),
    ]
    assert len({whole, *others}) == len(others) + 1


def fingerprint_with(catalog, problems, status):
    """Return the fingerprint where the very last sample had another status."""
    *found, last = judged(catalog, problems)
    *samples, final = last.judged
    changed = JudgedSample(final.sample, replace(final.verdict, status=status))
    survey = Survey()
    for each in [*found, JudgedProblem(last.member, (*samples, changed))]:
        survey.add(each, "made")
    return survey.fingerprint


def test_an_empty_run_has_a_survey():
    """Nothing counted is a survey of zeros."""
    survey = Survey()
    assert (survey.problems, survey.samples, survey.by_source) == (0, 0, {})
    assert survey.fingerprint == Survey().fingerprint
    assert sample(problem(1), 0).prompt_id == member(problem(1)).prompt_id
