"""The seal of a manifest: a hash of all that stands in it, so that a changed byte is found there too."""

from collections.abc import Mapping
from typing import Any

from data.identity import content_id

SEAL = "seal"


def sealed(manifest: Mapping[str, Any]) -> dict[str, Any]:
    """Return a manifest, as JSON has it, with its seal."""
    return {**manifest, SEAL: _hash(manifest)}


def is_intact(manifest: Mapping[str, Any]) -> bool:
    """Whether a manifest is as it was sealed; one of an earlier release has no seal."""
    return SEAL not in manifest or manifest[SEAL] == _hash(manifest)


def _hash(manifest: Mapping[str, Any]) -> str:
    return content_id("manifest", {key: value for key, value in manifest.items() if key != SEAL})
