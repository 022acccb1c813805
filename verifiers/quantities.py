"""Quantities with units."""

from data.records import Problem
from verifiers.decision import Decision
from verifiers.policy import Policy


def decide_quantity(problem: Problem, reference: str, answer: str, policy: Policy) -> Decision | None:
    """Compare two quantities; None where the reference is no quantity."""
    return None
