"""A teacher behind any OpenAI-compatible server: vLLM, SGLang, llama.cpp, a hosted API."""

import asyncio
import contextlib
import json
import math
import random
from collections.abc import AsyncGenerator, Mapping, Sequence
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Any

import aiohttp
import orjson

from data.errors import TeacherDownError, TeacherError
from data.identity import content_id
from data.records import Prompt
from generators.endpoints import Endpoint, Fleet, Lease, endpoint_at
from generators.openai_protocol import asked, endpoint_path, read_answer, request_body
from generators.sampling import SamplingParams
from generators.teacher import Completion, Refusal, Teacher
from generators.token_probabilities import NoTokenIdsError, asking_for, with_soft_targets
from generators.vllm_metrics import read_load

RETRIED_STATUSES = frozenset({408, 409, 425, 429, 500, 502, 503, 504, 520, 521, 522, 523, 524, 529})
BUSY_STATUSES = frozenset({408, 429, 503, 504, 529})
"""The server was given too much; it is given less from then on."""
TOO_MANY_REQUESTS = 429
"""The one of them that says: the server itself is well."""
REFUSING_STATUSES = frozenset({400, 413, 422})
"""The server will not serve this request, whoever asks and however often."""
REFUSALS_BEFORE_GIVING_UP = 16
"""So many refusals before the first answer mean that the requests are wrong, not the prompts."""
BACKOFF_FIRST_S, BACKOFF_MOST_S = 0.25, 10.0
LISTED_MODELS = 20
LOOK_EVERY_S, LOOK_AGAIN_S = 1.0, 30.0
"""Between two looks at a server's queues, and where it has none to show."""
ERROR_CHARS = 300
"""How much of a server's error text a message quotes."""


_JSON = {"Content-Type": "application/json"}


class _TryAgainError(Exception):
    """One attempt failed; another may succeed."""

    def __init__(self, reason: str, after_s: float = 0.0) -> None:
        super().__init__(reason)
        self.after_s = after_s


class OpenAITeacher(Teacher):
    """Asks OpenAI-compatible servers, with retries and as many requests in flight as they can take.

    `samples_per_request` above 1 uses the interface's `n`; vLLM then shares the prompt's work and gives
    sample i the seed + i, as if it had been asked for alone.
    """

    def __init__(
        self,
        base_urls: Sequence[str],
        model: str,
        *,
        api_key: str | None = None,
        revision: str | None = None,
        max_in_flight: int = 256,
        samples_per_request: int = 1,
        request_timeout_s: float = 600.0,
        max_attempts: int = 20,
        patience_s: float = 60.0,
        extra_body: Mapping[str, Any] | None = None,
        soft_targets_k: int | None = None,
    ) -> None:
        self.name = model
        self.capacity = max_in_flight * samples_per_request
        self._extra = dict(extra_body or {})
        self.teacher_id = content_id("teacher", [model, revision, self._extra])
        headers = {"Authorization": f"Bearer {api_key}"} if api_key else {}
        self._fleet = Fleet([endpoint_at(url, headers) for url in base_urls], patience_s, max_in_flight)
        self._api_key = api_key
        self._soft_targets_k = soft_targets_k
        self._samples_per_request = samples_per_request
        self._request_timeout_s = request_timeout_s
        self._max_attempts = max_attempts
        self._session: aiohttp.ClientSession | None = None
        self._lookers: list[asyncio.Task[None]] = []
        self._refusals = 0

    async def start(self) -> None:
        """Reach every server and check that the model is served."""
        if self._session:
            return
        self._session = aiohttp.ClientSession(
            connector=aiohttp.TCPConnector(limit=0),
            timeout=aiohttp.ClientTimeout(total=self._request_timeout_s, sock_connect=10),
        )
        try:
            await self._reach_all()
        except BaseException:
            await self.close()
            raise
        self._lookers = [asyncio.create_task(self._look(endpoint)) for endpoint in self._fleet.endpoints]

    async def _reach_all(self) -> None:
        found = await asyncio.gather(*(self._probe(e) for e in self._fleet.endpoints), return_exceptions=True)
        for problem in found:
            if isinstance(problem, BaseException):
                raise problem
        problems = [problem for problem in found if isinstance(problem, str)]
        if len(problems) == len(self._fleet.endpoints):
            raise TeacherDownError("; ".join(problems))

    async def close(self) -> None:
        """Close all connections."""
        for looker in self._lookers:
            looker.cancel()
        await asyncio.gather(*self._lookers, return_exceptions=True)
        self._lookers = []
        if self._session:
            await self._session.close()
            self._session = None

    async def complete(
        self, prompt: Prompt, indices: Sequence[int], sampling: SamplingParams
    ) -> AsyncGenerator[Completion | Refusal, None]:
        """Yield the completions as their requests are answered."""
        requests = [
            asyncio.ensure_future(self._request(prompt, group, sampling))
            for group in _consecutive(indices, self._samples_per_request)
        ]
        try:
            for done in asyncio.as_completed(requests):
                for completion in await done:
                    yield completion
        finally:
            for request in requests:
                request.cancel()
            await asyncio.gather(*requests, return_exceptions=True)

    async def _probe(self, endpoint: Endpoint) -> str | None:
        """Return why `endpoint` cannot be used now, or None; raise when it can never be."""
        url = f"{endpoint.url}/models"
        try:
            timeout = aiohttp.ClientTimeout(total=30)
            async with self._open().get(url, timeout=timeout, headers=endpoint.headers) as response:
                body = await response.text(errors="replace")
        except (aiohttp.ClientError, TimeoutError, OSError) as error:
            return f"{endpoint.url}: cannot reach the teacher ({_describe(error)}); is the server running?"
        if response.status in (401, 403):
            raise TeacherError(f"{url}: HTTP {response.status}; check teacher.api_key")
        if response.status in RETRIED_STATUSES:
            return None  # busy or starting: the requests themselves will wait for it
        served = _served_models(body) if response.ok else None
        if served is not None and self.name not in served:
            raise TeacherError(f"{url}: the model {self.name!r} is not served there; it serves {_listed(served)}")
        return None

    async def _look(self, endpoint: Endpoint) -> None:
        """Follow the lengths of a server's own queues, where it publishes them."""
        timeout = aiohttp.ClientTimeout(total=10)
        while True:
            load = None
            url = f"{endpoint.url.removesuffix('/v1')}/metrics"
            with contextlib.suppress(aiohttp.ClientError, TimeoutError, OSError):
                async with self._open().get(url, timeout=timeout, headers=endpoint.headers) as response:
                    load = read_load(await response.text(errors="replace")) if response.ok else None
            if load:
                self._fleet.saw(endpoint, load)
            await asyncio.sleep(LOOK_EVERY_S if endpoint.window.is_metered else LOOK_AGAIN_S)

    async def _request(
        self, prompt: Prompt, indices: list[int], sampling: SamplingParams
    ) -> list[Completion | Refusal]:
        """Ask until every index is answered; a server may answer fewer than asked for."""
        results: list[Completion | Refusal] = []
        left = indices
        while left:
            answered = await self._ask_patiently(prompt, left, sampling)
            if isinstance(answered, Refusal):
                return [*results, answered]
            results += answered
            left = left[len(answered) :]
        return results

    async def _ask_patiently(
        self, prompt: Prompt, indices: list[int], sampling: SamplingParams
    ) -> list[Completion] | Refusal:
        body = request_body(self.name, prompt, indices, sampling, self._extra)
        if self._soft_targets_k is not None:
            body |= asking_for(self._soft_targets_k, chat="messages" in body)
        others_answered = self._fleet.successes
        attempts = 0
        while True:
            try:
                async with self._fleet.lease(again=attempts > 0) as lease:
                    status, text = await self._post(lease, body)
                    return self._read(lease, status, text, prompt, indices, sampling)
            except _TryAgainError as error:
                if self._fleet.is_down():
                    raise self._down() from error
                attempts += 1
                if attempts >= self._max_attempts and self._fleet.successes > others_answered:
                    # Others are answered, so it is this request that the server cannot bear.
                    return Refusal(indices=tuple(indices), reason=f"failed {attempts} times, last with: {error}")
                ceiling = min(BACKOFF_MOST_S, BACKOFF_FIRST_S * 2 ** min(attempts - 1, 16))
                # Full jitter keeps hundreds of failed requests from coming back at the same moment.
                await asyncio.sleep(max(error.after_s, random.uniform(0, ceiling)))

    async def _post(self, lease: Lease, body: dict[str, Any]) -> tuple[int, bytes]:
        endpoint = lease.endpoint
        url = f"{endpoint.url}/{endpoint_path(body)}"
        try:
            async with self._open().post(url, data=orjson.dumps(body), headers=_JSON | endpoint.headers) as response:
                text = await response.read()
        except TimeoutError as error:
            self._fleet.overloaded(lease)
            raise self._failed(lease, f"{url}: {_describe(error)}") from error
        except (aiohttp.ClientError, OSError) as error:
            raise self._failed(lease, f"{url}: {_describe(error)}") from error
        if response.status in RETRIED_STATUSES:
            reason = f"{url}: HTTP {response.status} {self._quoted(text)}".strip()
            if response.status in BUSY_STATUSES:
                self._fleet.overloaded(lease)
            self._fleet.failed(lease, reason, rests=response.status != TOO_MANY_REQUESTS)
            raise _TryAgainError(reason, _retry_after(response.headers))
        return response.status, text

    def _read(
        self,
        lease: Lease,
        status: int,
        text: bytes,
        prompt: Prompt,
        indices: list[int],
        sampling: SamplingParams,
    ) -> list[Completion] | Refusal:
        url = f"{lease.endpoint.url}/{endpoint_path(asked(prompt))}"
        if status in REFUSING_STATUSES:
            said = f"{url}: HTTP {status} {self._quoted(text)}".strip()
            self._refusals += 1
            if not self._fleet.successes and self._refusals >= REFUSALS_BEFORE_GIVING_UP:
                raise TeacherError(f"every request so far was refused, last with: {said}")
            return Refusal(indices=tuple(indices), reason=said)
        if status != 200:  # noqa: PLR2004
            hint = "check teacher.api_key" if status in (401, 403) else f"is {self.name!r} being served there?"
            raise TeacherError(f"{url}: HTTP {status} {self._quoted(text)}; {hint}")
        try:
            parsed = _parse(text)
            answer = read_answer(parsed, prompt, indices, sampling)
            if self._soft_targets_k is not None:
                answer = with_soft_targets(answer, parsed, self._soft_targets_k)
        except NoTokenIdsError as error:
            raise TeacherError(
                f"{url}: {error}, so soft targets cannot be kept; they need a vLLM server, or leave out soft_targets"
            ) from error
        except (ValueError, RecursionError) as error:
            reason = str(error).splitlines()[0][:ERROR_CHARS]
            raise self._failed(lease, f"{url}: unreadable answer ({reason})") from error
        self._fleet.succeeded(lease)
        return answer

    def _quoted(self, said: bytes) -> str:
        """Return the beginning of a server's words; some repeat the key that they were sent."""
        text = said.decode("utf-8", "replace")
        if self._api_key:
            text = text.replace(self._api_key, "(hidden)")
        return text[:ERROR_CHARS]

    def _failed(self, lease: Lease, reason: str, after_s: float = 0.0) -> _TryAgainError:
        self._fleet.failed(lease, reason)
        return _TryAgainError(reason, after_s)

    def _down(self) -> TeacherDownError:
        urls = ", ".join(endpoint.url for endpoint in self._fleet.endpoints)
        return TeacherDownError(
            f"{urls}: no answer for {self._fleet.patience_s:g} s, last error: {self._fleet.last_error}"
        )

    def _open(self) -> aiohttp.ClientSession:
        if self._session is None:
            raise TeacherError("the teacher is used before it was started")
        return self._session


def _parse(text: bytes) -> object:
    """Return what JSON says; the slower parser also takes halves of surrogate pairs, which some servers send."""
    try:
        return orjson.loads(text)
    except orjson.JSONDecodeError:
        return json.loads(text.decode("utf-8", "replace"))


def _consecutive(indices: Sequence[int], most: int) -> list[list[int]]:
    """Split sorted indices into runs of consecutive ones, at most `most` long."""
    groups: list[list[int]] = []
    for index in sorted(indices):
        if groups and len(groups[-1]) < most and groups[-1][-1] == index - 1:
            groups[-1].append(index)
        else:
            groups.append([index])
    return groups


def _served_models(body: str) -> list[str] | None:
    """Return the ids in a `/models` answer, or None where the server has no such list."""
    with contextlib.suppress(json.JSONDecodeError, TypeError, KeyError):
        return [str(model["id"]) for model in json.loads(body)["data"]]
    return None


def _listed(names: Sequence[str]) -> str:
    more = f" and {len(names) - LISTED_MODELS} more" if len(names) > LISTED_MODELS else ""
    return (", ".join(names[:LISTED_MODELS]) or "nothing") + more


def _retry_after(headers: Mapping[str, str]) -> float:
    """Return the seconds a server asks to wait, at most a minute; it may say them or a date (RFC 9110, 10.2.3)."""
    asked = headers.get("Retry-After", "")
    try:
        seconds = float(asked)
    except ValueError:
        try:
            seconds = (parsedate_to_datetime(asked) - datetime.now(UTC)).total_seconds()
        except (ValueError, TypeError):
            return 0.0
    return min(max(seconds, 0.0), 60.0) if math.isfinite(seconds) else 0.0


def _describe(error: BaseException) -> str:
    return f"{type(error).__name__}: {error}" if str(error) else type(error).__name__
