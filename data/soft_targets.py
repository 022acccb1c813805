"""Soft targets: what else the teacher would have said, and how probable it found it, at every token of a sample.

For token-level distillation (Hinton, Vinyals and Dean 2015, "Distilling the Knowledge in a Neural Network"). Kept are
the k most probable tokens at each position, with the log-probabilities of the model at temperature 1, before any
top-p or top-k: a temperature is applied when they are read.

    from data.soft_targets import read_soft_targets

    for each in read_soft_targets("warehouse", "gsm8k-mini"):
        soft = each.at_temperature(2.0)
        soft.ids, soft.logprobs, soft.rest      # (tokens, k) int32, (tokens, k) float32, (tokens,) float32
"""

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
from pydantic import ConfigDict, Field

from data.errors import StorageError
from data.identity import content_id
from data.records import Record
from data.shards import ShardManifest, read_manifest, unreadable_shard, write_shard
from data.warehouse import Warehouse

Int32s = npt.NDArray[np.int32]
Float32s = npt.NDArray[np.float32]

LOWEST = -60000.0
"""Below this a 16-bit float has no number; servers send -9999 or minus infinity for what cannot come."""
READ_ROWS = 32
"""Samples read from a file at once."""
SOFT_TARGETS = "soft_targets"
"""Key under which a sample's row in a journal carries them."""


class SoftTargetPolicy(Record):
    """Whether and how soft targets are asked for and kept."""

    k: int = Field(ge=1, le=1000)
    """Most probable tokens that are kept at each position."""
    accepted_only: bool = True
    """Kept only where the sample is accepted."""


class MisalignedError(StorageError):
    """Stored tokens are not those of the stored completion; the message names the sample."""


class SoftTargets(Record):
    """The k most probable tokens at each position of one completion, as a teacher gave them; packed as bytes."""

    model_config = ConfigDict(frozen=True, extra="forbid", ser_json_bytes="base64", val_json_bytes="base64")

    k: int
    token_ids: bytes
    """int32, the completion's own tokens, its end included where the teacher counts one."""
    token_logprobs: bytes
    """float16, of the completion's own tokens."""
    top_ids: bytes
    """int32, k for each token, the most probable first."""
    top_logprobs: bytes
    """float16, aligned with `top_ids`."""

    @classmethod
    def of(cls, k: int, tokens: Sequence[tuple[int, float, Sequence[tuple[int, float]]]]) -> "SoftTargets":
        """Pack (id, log-probability, [(id, log-probability), …]) of each token; exactly k alternatives each."""
        top = [pair for _, _, pairs in tokens for pair in pairs]
        return cls(
            k=k,
            token_ids=np.array([token for token, _, _ in tokens], np.int32).tobytes(),
            token_logprobs=_halves([logprob for _, logprob, _ in tokens]).tobytes(),
            top_ids=np.array([token for token, _ in top], np.int32).tobytes(),
            top_logprobs=_halves([logprob for _, logprob in top]).tobytes(),
        )

    def row(self) -> dict[str, Any]:
        """Return the columns of the Parquet file."""
        return {
            "k": self.k,
            "tokens": len(self.token_ids) // 4,
            "token_ids": np.frombuffer(self.token_ids, np.int32),
            "token_logprobs": np.frombuffer(self.token_logprobs, np.float16),
            "top_ids": np.frombuffer(self.top_ids, np.int32),
            "top_logprobs": np.frombuffer(self.top_logprobs, np.float16),
        }


@dataclass(frozen=True, slots=True)
class Distribution:
    """A teacher's distribution at every token of a sample, over the k tokens that were kept."""

    ids: Int32s
    """(tokens, k)."""
    logprobs: Float32s
    """(tokens, k): at the temperature asked for, and renormalised, so that each row's probabilities add up to 1."""
    rest: Float32s
    """(tokens,): the probability of everything that was not kept, at temperature 1; at another it is not known."""


@dataclass(frozen=True, slots=True)
class StoredTargets:
    """The soft targets of one stored sample."""

    sample_id: str
    problem_id: str
    text_hash: str
    """Of the completion that they belong to, see `text_hash_of`."""
    k: int
    token_ids: Int32s
    """(tokens,): the completion's own tokens."""
    token_logprobs: Float32s
    """(tokens,): what the teacher gave its own tokens, at temperature 1."""
    ids: Int32s
    """(tokens, k): the most probable tokens, the most probable first."""
    logprobs: Float32s
    """(tokens, k): their log-probabilities at temperature 1, not renormalised."""

    def at_temperature(self, temperature: float = 1.0) -> Distribution:
        """Return the distribution over the tokens kept, at a temperature above 0.

        Softened as Hinton et al. do it: logits divided by T. Of the tokens kept, logits are known up to a constant
        of each position, which renormalising over them takes out.
        """
        if not temperature > 0:
            raise ValueError(f"the temperature must be above 0, not {temperature}")
        scaled = self.logprobs / np.float32(temperature)
        top = scaled.max(axis=1, keepdims=True)
        normal = scaled - (top + np.log(np.exp(scaled - top).sum(axis=1, keepdims=True)))
        rest = np.clip(1.0 - np.exp(self.logprobs).sum(axis=1), 0.0, 1.0)
        return Distribution(self.ids, normal.astype(np.float32), rest.astype(np.float32))

    def check(self, completion: str, decode: Callable[[list[int]], str], reasoning: str | None = None) -> None:
        """Check that the tokens are those of the sample's completion, by a tokenizer's own decoding.

        `decode` leaves out special tokens, such as `tokenizer.decode(ids, skip_special_tokens=True)`. Text that the
        server cut off at a stop sequence may be missing at the completion's end. Where the server sent `reasoning`
        in a field of its own, it must stand before the completion. Raises `MisalignedError`.
        """
        if text_hash_of(completion) != self.text_hash:
            raise MisalignedError(f"sample {self.sample_id}: its soft targets were stored for another completion")
        decoded = decode(self.token_ids.tolist())
        _, found, after = decoded.partition((reasoning or "").strip() or "\0")
        if decoded.strip().startswith(completion.strip()) or (found and completion.strip() in after):
            return
        at = next((n for n, (a, b) in enumerate(zip(decoded, completion, strict=False)) if a != b), len(decoded))
        raise MisalignedError(
            f"sample {self.sample_id}: its tokens decode to another text from character {at} on: "
            f"{decoded[at : at + 20]!r} instead of {completion[at : at + 20]!r}; is this the teacher's tokenizer?"
        )


def text_hash_of(completion: str) -> str:
    """Return the hash that ties soft targets to the completion that they were given for."""
    return content_id("completion", completion)


def soft_row(sample: Mapping[str, Any], soft: SoftTargets) -> dict[str, Any]:
    """Return the row of a sample's soft targets."""
    names = ("sample_id", "problem_id", "teacher", "run_id")
    return {name: sample[name] for name in names} | {"text_hash": text_hash_of(sample["completion"])} | soft.row()


def write_soft_targets(
    warehouse: Warehouse, dataset: str, run_id: str, rows: Sequence[Mapping[str, Any]]
) -> ShardManifest:
    """Commit soft targets as a shard; before their samples, which are never asked again once they are there.

    Should that samples' shard never come, and the same samples be answered otherwise, the hash of the text tells them
    apart: it is part of a row's identity.
    """
    ids = [f"{row['sample_id']} {row['text_hash']}" for row in rows]
    return write_shard(warehouse, "soft_targets", dataset, run_id, rows, ids)


def read_soft_targets(warehouse: str | Path, dataset: str) -> Iterator[StoredTargets]:
    """Yield all soft targets of a dataset, from its committed shards; raises `StorageError`."""
    folder = Path(warehouse) / "soft_targets" / dataset
    for manifest in sorted(folder.glob("*.json")):
        yield from read_soft_shard(Path(warehouse) / read_manifest(manifest).path)


def read_soft_shard(path: Path, wanted: Collection[str] | None = None) -> Iterator[StoredTargets]:
    """Yield the soft targets of a shard, of all samples or of those `wanted`; raises `StorageError`."""
    values = None if wanted is None else pa.array(sorted(wanted), pa.string())
    try:
        with pq.ParquetFile(path) as file:
            for batch in file.iter_batches(batch_size=READ_ROWS):
                if values is not None:
                    batch = batch.filter(pc.is_in(batch.column("sample_id"), value_set=values))  # noqa: PLW2901
                yield from _rows(batch)
    except (OSError, pa.ArrowException) as error:
        raise unreadable_shard(str(path), error) from error


def _rows(batch: pa.RecordBatch) -> Iterator[StoredTargets]:
    columns: Mapping[str, Any] = {name: batch.column(name) for name in batch.schema.names}
    for number in range(batch.num_rows):
        k = columns["k"][number].as_py()
        ids, logprobs = _values(columns["top_ids"], number), _values(columns["top_logprobs"], number)
        own, own_logprobs = _values(columns["token_ids"], number), _values(columns["token_logprobs"], number)
        sample_id = columns["sample_id"][number].as_py()
        if not (len(ids) == len(logprobs) == k * len(own) and len(own) == len(own_logprobs)):
            raise MisalignedError(f"sample {sample_id}: {len(own)} tokens, but {len(ids)} alternatives of {k} each")
        yield StoredTargets(
            sample_id=sample_id,
            problem_id=columns["problem_id"][number].as_py(),
            text_hash=columns["text_hash"][number].as_py(),
            k=k,
            token_ids=own,
            token_logprobs=own_logprobs.astype(np.float32),
            ids=ids.reshape(-1, k),
            logprobs=logprobs.astype(np.float32).reshape(-1, k),
        )


def _values(column: pa.ListArray, number: int) -> npt.NDArray[Any]:
    values: npt.NDArray[Any] = column[number].values.to_numpy(zero_copy_only=False)
    return values


def _halves(logprobs: Sequence[float]) -> npt.NDArray[np.float16]:
    return np.maximum(np.array(logprobs, np.float64), LOWEST).astype(np.float16)
