"""A version as a dataset of torch's DataLoader, with workers and a position; torch is the trainer's, not ours."""

from collections.abc import Iterator
from typing import Any

from torch.utils.data import IterableDataset, get_worker_info

from data.reading import TraceStream


class TorchTraces(IterableDataset):  # type: ignore[misc]
    """The rows of a stream; workers of a DataLoader share its row groups, so that no row comes twice.

    >>> loader = DataLoader(TorchTraces(stream), batch_size=8, num_workers=2, collate_fn=list)   # doctest: +SKIP

    To go on in the middle of an epoch, say how many batches were consumed and of which size; `num_workers` must be
    the same.
    """

    def __init__(self, stream: TraceStream, consumed_batches: int = 0, batch_size: int = 1) -> None:
        """Read `stream` from behind the first `consumed_batches` batches of `batch_size` rows."""
        self._stream = stream
        self._consumed = consumed_batches
        self._batch_size = batch_size

    def __iter__(self) -> Iterator[dict[str, Any]]:
        """Yield this worker's rows."""
        info = get_worker_info()
        number, workers = (info.id, info.num_workers) if info else (0, 1)
        part = self._stream.share(number, workers)
        part.skip_rows = self._stream.taken_by(number, workers, self._consumed, self._batch_size)
        return iter(part)
