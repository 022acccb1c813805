"""A judge that obeys its text: stands in for the verifier where the pool's own behaviour is tested.

Workers load it by name from the pool's argument `target`; the real verifier has no way to get here.
"""

import os
import signal
import time
from pathlib import Path

from data.records import Problem, Status, Verdict
from verifiers.policy import Policy

HELD: list[bytearray] = []


def judge(problem: Problem, text: str, is_answer: bool, policy: Policy) -> Verdict:
    """Do what the first word of `text` says, then accept the text when it equals the reference."""
    word, _, argument = text.partition(" ")
    if word == "hang":
        while True:
            pass
    elif word == "sleep":
        time.sleep(float(argument))
    elif word == "segfault":
        os.kill(os.getpid(), signal.SIGSEGV)
    elif word == "killed":
        be_killed(*argument.split())
    elif word == "hog":
        HELD.append(bytearray(4 << 30))
    elif word == "grow":
        HELD.append(bytearray(b"x" * (int(argument) << 20)))
    elif word == "raise":
        raise ValueError(argument)
    elif word == "print":
        print("not a frame", flush=True)
    return Verdict(
        status=Status.CORRECT if text == problem.reference else Status.INCORRECT,
        extracted=text,
        reason=str(os.getpid()),
        verifier="misbehaving",
        policy=policy.policy_hash,
    )


def be_killed(times: str, folder: str) -> None:
    """Kill the process as somebody else would, `times` times in all: folders count, since workers write no files."""
    so_far = len(list(Path(folder).iterdir()))
    if so_far < int(times):
        Path(folder, str(so_far)).mkdir()
        os.kill(os.getpid(), signal.SIGKILL)
