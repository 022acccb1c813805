"""The teacher behind an OpenAI-compatible server, asked over real HTTP."""

import asyncio
import json
import time
from contextlib import AsyncExitStack, ExitStack, aclosing, asynccontextmanager
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

import aiohttp
import pytest
from aiohttp import web

from data.errors import TeacherDownError, TeacherError
from data.records import FinishReason, Message, Prompt
from generators import endpoints, openai
from generators.local_port import reserved_port
from generators.openai import OpenAITeacher
from generators.openai_protocol import read_answer
from generators.sampling import SamplingParams, sample_seed
from generators.teacher import Completion, Refusal
from tests.scripted_teacher import Script, ScriptedTeacher, let_out, scripted_teacher

SAMPLING = SamplingParams(temperature=0.5, top_p=0.9, top_k=5, min_p=0.1, max_tokens=64, stop=("\n\n",), seed=3)


@pytest.fixture(autouse=True)
def _hurried(monkeypatch):
    """Pauses between attempts are short here; which there are does not change."""
    monkeypatch.setattr(openai, "BACKOFF_FIRST_S", 0.01)
    monkeypatch.setattr(openai, "BACKOFF_MOST_S", 0.1)
    monkeypatch.setattr(endpoints, "REST_S", 0.1)


@pytest.fixture
async def serve():
    """Start scripted teachers on ports of this machine, and return their URLs."""
    async with AsyncExitStack() as stack:

        async def start(port=0, **script):
            return await stack.enter_async_context(serving(ScriptedTeacher(Script(**script)).app(), port))

        yield start


@pytest.fixture
def port():
    """A port that is nobody else's, and on which nobody listens yet."""
    with reserved_port() as free:
        yield free


@pytest.fixture
def serve_apart(tmp_path):
    """Start a scripted teacher in a process of its own, which can die, and return its URL."""
    with ExitStack() as stack:
        yield lambda port=0, **script: stack.enter_context(scripted_teacher(tmp_path / "script.json", port, **script))


@asynccontextmanager
async def serving(app, port=0):
    """Serve an application while the body runs."""
    runner = web.AppRunner(app, shutdown_timeout=0.1)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", port).start()
    try:
        yield f"http://127.0.0.1:{runner.addresses[0][1]}/v1"
    finally:
        await runner.cleanup()


def prompt(question="1 + 1?"):
    """Return a prompt with one question."""
    return Prompt(template="t", template_hash="h", messages=(Message(role="user", content=question),))


def teacher(*urls, model="scripted", **settings):
    """Return a teacher that gives up only where everything hangs."""
    return OpenAITeacher(urls, model, **({"patience_s": 120, "request_timeout_s": 120} | settings))


async def ask(model, indices=range(4), asked=None):
    """Return everything that a started teacher yields, completions by index."""
    async with aclosing(model.complete(asked or prompt(), list(indices), SAMPLING)) as answers:
        found = [answer async for answer in answers]
    return sorted(found, key=lambda each: each.index if isinstance(each, Completion) else -1)


async def ask_once(url, count=1, **settings):
    """Start a teacher, ask for some samples, and close it."""
    async with teacher(url, **settings) as model:
        return await ask(model, range(count))


async def stats(url):
    """Return what the server has seen."""
    async with aiohttp.ClientSession() as session, session.get(url.removesuffix("/v1") + "/stats") as response:
        return await response.json()


def answer(message, *, usage=None, finish_reason="stop"):
    """Return a whole answer of a server as a step of a script."""
    body = {"choices": [{"index": 0, "message": message, "finish_reason": finish_reason}]}
    return {"body": json.dumps(body if usage is None else body | {"usage": usage})}


async def test_every_index_is_answered_with_its_seed(serve):
    """Each sample is asked for with the seed that is derived for it, and carries it."""
    url = await serve(default="{seed}")
    found = await ask_once(url, 4)
    seeds = [sample_seed(SAMPLING, prompt().prompt_id, index) for index in range(4)]
    assert [(each.index, each.seed, each.text) for each in found] == [(n, s, str(s)) for n, s in enumerate(seeds)]
    assert {each.finish_reason for each in found} == {FinishReason.STOP}
    assert {(each.prompt_tokens, each.completion_tokens) for each in found} == {(len("1 + 1?") // 4, 7)}


async def test_a_request_says_everything_about_sampling():
    """Messages and all parameters are in the body; what was not set is left out; extra fields come last."""
    seen = []

    async def record(request):
        seen.append(await request.json())
        return web.Response(text=answer({"content": "x"})["body"], content_type="application/json")

    app = web.Application()
    app.router.add_post("/v1/chat/completions", record)
    async with serving(app) as url, teacher(f"{url}/", extra_body={"think": True, "top_k": 9}) as model:
        await ask(model, [2])
        async with aclosing(model.complete(prompt(), [0], SamplingParams())) as answers:
            assert len([each async for each in answers]) == 1
    assert seen[0] == {
        "model": "scripted",
        "messages": [{"role": "user", "content": "1 + 1?"}],
        "temperature": 0.5,
        "top_p": 0.9,
        "top_k": 9,
        "min_p": 0.1,
        "max_tokens": 64,
        "stop": ["\n\n"],
        "seed": sample_seed(SAMPLING, prompt().prompt_id, 2),
        "think": True,
    }
    assert seen[1].keys().isdisjoint({"min_p", "stop", "n"})


async def test_all_samples_come_although_a_fifth_of_the_requests_fail(serve):
    """503, dropped connections, broken JSON and slow answers cost time and no sample."""
    url = await serve(faults=0.2, slow_s=0.05, default="{seed}")
    async with teacher(url, max_in_flight=16, patience_s=20) as model:
        found = await asyncio.gather(*(ask(model, range(8), prompt(f"question {n}")) for n in range(20)))
    assert [[each.index for each in one] for one in found] == [list(range(8))] * 20
    for number, one in enumerate(found):
        expected = [sample_seed(SAMPLING, prompt(f"question {number}").prompt_id, index) for index in range(8)]
        assert [each.text for each in one] == [str(seed) for seed in expected]


@pytest.mark.parametrize("status", sorted(openai.RETRIED_STATUSES))
async def test_a_server_in_trouble_is_asked_again(serve, status):
    """Each status that speaks of a moment's trouble leads to another attempt."""
    url = await serve(first=[{"status": status, "body": "trouble"}] * 2)
    assert len(await ask_once(url)) == 1
    assert (await stats(url))["requests"] == 3


@pytest.mark.parametrize(
    "step",
    [
        {"drop": True},
        {"body": ""},
        {"body": '{"choices": [{"mess'},
        {"body": "[" * 100_000},
        {"body": '{"choices": ' + "9" * 5000 + "}"},
        {"body": "[]"},
        {"body": "{}"},
        {"body": '{"choices": []}'},
        {"body": '{"choices": null}'},
        {"body": '{"choices": ["text"]}'},
        {"body": '{"choices": [{"message": null}]}'},
        {"body": '{"choices": [{"message": {"content": 5}}]}'},
        {"body": '{"choices": [{"message": {"content": "x", "reasoning": {"a": 1}}}]}'},
        answer({"content": "x"}, usage=[1]),
        answer({"content": "x"}, usage={"completion_tokens": "many"}),
        answer({"content": "x"}, usage={"completion_tokens": -1}),
        answer({"content": "x"}, usage={"completion_tokens": 1e30}),
        answer({"content": "x"}, finish_reason="error"),
        answer({"content": "x"}, finish_reason="abort"),
        {"body": "<html>busy</html>", "headers": {"Content-Type": "text/html; charset=none-such"}},
    ],
    ids=lambda step: str(step)[:50],
)
async def test_an_answer_that_cannot_be_read_is_asked_for_again(serve, step):
    """Dropped connections and whatever is not the interface's answer lead to another attempt."""
    url = await serve(first=[step], default="fine")
    (found,) = await ask_once(url)
    assert found.text == "fine"
    assert (await stats(url))["requests"] == 2


@pytest.mark.parametrize(
    ("step", "expected"),
    [
        (answer({"content": "x"}), {"text": "x", "reasoning": None, "prompt_tokens": 0, "completion_tokens": 0}),
        (answer({"content": "x"}, usage={"prompt_tokens": None, "completion_tokens": 7.0}), {"completion_tokens": 7}),
        (answer({"content": None, "reasoning_content": "thought"}), {"text": "", "reasoning": "thought"}),
        (answer({"reasoning_content": "thought"}), {"text": "", "reasoning": "thought"}),
        (answer({"content": "x", "reasoning": "thought"}), {"text": "x", "reasoning": "thought"}),
        (answer({"content": "x", "reasoning_content": "", "reasoning": None}), {"text": "x", "reasoning": None}),
        (answer({"content": "<think>a"}), {"text": "<think>a", "reasoning": None}),
        (answer({"content": ""}), {"text": ""}),
        (answer({"content": "x"}, finish_reason="length"), {"finish_reason": FinishReason.LENGTH}),
        (answer({"content": "x"}, finish_reason="content_filter"), {"finish_reason": FinishReason.LENGTH}),
        (answer({"content": "x"}, finish_reason=None), {"finish_reason": FinishReason.STOP}),
        (answer({"content": "x"}, finish_reason="eos"), {"finish_reason": FinishReason.STOP}),
        (answer({"content": "x"}, finish_reason=["stop"]), {"finish_reason": FinishReason.STOP}),
        (
            answer({"content": "half \ud800, whole \U0001f600, \0", "reasoning": "\udfff"}),
            {"text": "half \ufffd, whole \U0001f600, \0", "reasoning": "\ufffd"},
        ),
    ],
    ids=lambda value: str(value)[:60],
)
async def test_answers_of_many_servers_are_understood(serve, step, expected):
    """Missing usage, reasoning in fields of its own, missing content, and characters that no file can hold."""
    (found,) = await ask_once(await serve(first=[step]))
    assert {name: getattr(found, name) for name in expected} == expected


@pytest.mark.parametrize("asked", ["a date", "0.4", "soon"])
async def test_a_server_that_asks_to_wait_is_given_the_time(serve, asked):
    """`Retry-After` in seconds or as a date is the least pause before the next attempt."""
    least = datetime.now(UTC) + timedelta(seconds={"a date": 2, "0.4": 0.4}.get(asked, 0))
    if asked == "a date":
        least = least.replace(microsecond=0)  # all that a date in a header can say
        asked = format_datetime(least, usegmt=True)
    url = await serve(first=[{"status": 429, "headers": {"Retry-After": asked}}])
    assert len(await ask_once(url)) == 1
    assert datetime.now(UTC) >= least
    assert (await stats(url))["requests"] == 2


async def test_several_samples_of_one_request(serve):
    """With `samples_per_request`, neighbours are asked for together, and each has the seed that it had alone."""
    url = await serve(default="{seed}")
    together = await ask_once(url, 10, samples_per_request=4)
    assert (await stats(url))["requests"] == 3
    # The server works on a request's prompt once: for all samples but the first it counts as cached.
    assert [each.cached_tokens for each in together] == [0, 1, 1, 1, 0, 1, 1, 1, 0, 1]
    alone = await ask_once(url, 10)
    assert [each.model_copy(update={"cached_tokens": 0}) for each in together] == alone


async def test_gaps_between_samples_are_not_asked_for(serve):
    """Samples that are there already are left out, also where several go into one request."""
    url = await serve(default="{seed}")
    async with teacher(url, samples_per_request=4) as model:
        found = await ask(model, [7, 0, 1, 3, 4, 5])
    assert [each.index for each in found] == [0, 1, 3, 4, 5, 7]
    assert [int(each.text) for each in found] == [each.seed for each in found]
    assert (await stats(url))["answered"] == 3


async def test_a_server_that_answers_with_fewer_is_asked_for_the_rest(serve):
    """Samples that are missing from an answer are asked for again, with the seeds that are theirs."""
    url = await serve(default="{seed}", most_choices=2)
    found = await ask_once(url, 5, samples_per_request=5)
    assert [each.index for each in found] == [0, 1, 2, 3, 4]
    assert [int(each.text) for each in found] == [each.seed for each in found]
    assert (await stats(url))["requests"] == 3


async def test_a_server_that_answers_with_more_is_taken_at_our_word(serve):
    """Choices beyond those asked for are not stored."""
    body = {"choices": [{"message": {"content": str(n)}, "finish_reason": "stop"} for n in range(3)]}
    assert [each.text for each in await ask_once(await serve(first=[{"body": json.dumps(body)}]))] == ["0"]


async def test_tokens_of_a_request_are_shared_out_whole(serve):
    """The parts of several samples add up to what the server counted."""
    message = [{"message": {"content": "x" * n}, "finish_reason": "stop"} for n in (1, 5, 94)]
    body = {"choices": message, "usage": {"prompt_tokens": 11, "completion_tokens": 101}}
    found = await ask_once(await serve(first=[{"body": json.dumps(body)}]), 3, samples_per_request=3)
    assert sum(each.completion_tokens for each in found) == 101
    assert found[2].completion_tokens > found[0].completion_tokens
    assert {each.prompt_tokens for each in found} == {11}


async def test_a_model_that_is_not_served_is_told_with_those_that_are(serve):
    """The message has the wanted name and the served ones."""
    with pytest.raises(TeacherError, match="'other' is not served there; it serves scripted"):
        await teacher(await serve(), model="other").start()
    many = json.dumps({"data": [{"id": f"model-{n}"} for n in range(500)]})
    with pytest.raises(TeacherError, match=r"model-19 and 480 more$"):
        await teacher(await serve(models_body=many)).start()


@pytest.mark.parametrize(
    ("status", "body"), [(404, "no such page"), (200, "<html>"), (200, "{}"), (200, "[1]"), (405, None), (503, "busy")]
)
async def test_a_server_without_a_list_of_models_is_used(serve, status, body):
    """Not every server has `/models`; the requests themselves will show."""
    assert len(await ask_once(await serve(models_status=status, models_body=body))) == 1


KEY = "sk-very-secret-1234"


async def test_a_wrong_key_is_told_without_the_key(serve):
    """A refused key leads to the configuration, and is in no message, although the server repeats it."""
    url = await serve(api_key="right")
    with pytest.raises(TeacherError, match=r"HTTP 401; check teacher\.api_key") as caught:
        await teacher(url, api_key=KEY).start()
    assert KEY not in str(caught.value)
    with pytest.raises(TeacherError, match="401"):
        await teacher(url).start()
    assert len(await ask_once(url, api_key="right")) == 1


@pytest.mark.parametrize("status", [400, 401, 403, 404, 418, 503])
async def test_no_error_repeats_the_key(serve, status):
    """Whatever a server says back, the key is hidden in what we say and keep."""
    echo = {"status": status, "body": f"you sent Bearer {KEY}, " * 20}
    async with teacher(await serve(first=[echo] * 50), api_key=KEY, patience_s=0.5) as model:
        try:
            said = str(await ask(model, [0]))
        except TeacherError as error:
            said = str(error) + str(error.__cause__)
    assert "you sent Bearer (hidden)" in said
    assert KEY[:10] not in said


async def test_name_and_password_of_an_address_are_used_and_not_shown(serve):
    """They become the usual header, and are in no message."""
    url = await serve(api_key="dXNlcjpwYXNzOndvcmQ=")  # user:pass:word
    with_login = url.replace("http://", "http://user:pass%3Aword@")
    assert len(await ask_once(with_login)) == 1
    with reserved_port() as port, pytest.raises(TeacherDownError) as caught:
        await teacher(f"http://user:geheim@127.0.0.1:{port}/v1").start()
    assert "geheim" not in str(caught.value)
    with pytest.raises(TeacherError, match="401") as refused:
        await teacher(url.replace("http://", "http://user:geheim@")).start()
    assert "geheim" not in str(refused.value)


@pytest.mark.parametrize("status", sorted(openai.REFUSING_STATUSES))
async def test_a_request_that_is_refused_is_no_sample(serve, status):
    """A prompt that the server will never take is counted with its reason, and the others are answered."""
    url = await serve(first=[{"status": status, "body": "prompt too long"}])
    async with teacher(url, max_in_flight=1) as model:
        found = await ask(model, range(3))
    refusals = [each for each in found if isinstance(each, Refusal)]
    assert len(found) == 3
    assert [(len(each.indices), f"HTTP {status} prompt too long" in each.reason) for each in refusals] == [(1, True)]


async def test_when_every_request_is_refused_the_teacher_gives_up(serve):
    """Before the first answer, refusal after refusal means that the requests are wrong, not the prompts."""
    async with teacher(await serve(refuse_with=400)) as model:
        with pytest.raises(TeacherError, match=r"every request so far was refused, last with: .*HTTP 400 .*by script"):
            await ask(model, range(openai.REFUSALS_BEFORE_GIVING_UP))


async def test_refusals_after_an_answer_never_stop_the_teacher(serve):
    """A server that has answered once is right to refuse many long prompts."""
    steps = [answer({"content": "x"})] + [{"status": 400}] * 30
    async with teacher(await serve(first=steps), max_in_flight=1) as model:
        found = await ask(model, range(31))
    assert sum(isinstance(each, Refusal) for each in found) == 30


async def test_a_request_that_always_fails_while_others_are_answered_is_refused(serve):
    """One prompt that the server cannot bear does not stop the build: it is counted with its reason."""
    app = web.Application()
    app.router.add_post("/v1/chat/completions", FailsOnPoison(after=5).answer)
    async with serving(app) as url, teacher(url, max_attempts=4, max_in_flight=4) as model:
        found = await asyncio.gather(ask(model, [0], prompt("poison")), *(ask(model, range(40)) for _ in range(2)))
        (refusal,) = found[0]
        assert isinstance(refusal, Refusal)
        assert "failed 4 times, last with: " in refusal.reason
        assert "HTTP 500 boom" in refusal.reason
        assert all(isinstance(each, Completion) for each in found[1] + found[2])


class FailsOnPoison:
    """Fails on one question, not before so many others were asked, of which some have their answers then."""

    def __init__(self, after):
        self.others, self.after = 0, after
        self.may_fail = asyncio.Event()

    async def answer(self, request):
        """Answer at once, or fail."""
        body = await request.json()
        if body["messages"][-1]["content"] == "poison":
            await self.may_fail.wait()
            return web.Response(status=500, text="boom")
        self.others += 1
        if self.others >= self.after:
            self.may_fail.set()
        return web.Response(text=answer({"content": "x"})["body"], content_type="application/json")


async def test_a_teacher_that_is_down_from_the_start_is_named():
    """One clear error with every URL, at once."""
    said = r"cannot reach the teacher .* is the server running"
    with reserved_port() as one, reserved_port() as other:
        urls = [f"http://127.0.0.1:{port}/v1" for port in (one, other)]
        with pytest.raises(TeacherDownError, match=said) as caught:
            await teacher(*urls, patience_s=3600).start()
    assert all(url in str(caught.value) for url in urls)


async def test_a_teacher_that_could_not_be_started_can_be_started_later(serve, port):
    """A failed start leaves nothing open, and another try begins from the beginning."""
    model = teacher(f"http://127.0.0.1:{port}/v1")
    for _ in range(2):
        with pytest.raises(TeacherDownError):
            await model.start()
    await serve(port=port)
    async with model:
        await model.start()
        assert len(await ask(model, [0])) == 1
    await model.close()
    with pytest.raises(TeacherError, match="before it was started"):
        await ask(model, [0])


async def test_a_teacher_that_dies_is_waited_for_and_then_given_up(serve_apart):
    """After the patience that it was given, the error names the URL and what came last; earlier answers stand."""
    url = serve_apart(dies_after=3, default="{seed}")
    found = []

    async def listen(model):
        async with aclosing(model.complete(prompt(), list(range(6)), SAMPLING)) as answers:
            async for each in answers:
                found.append(each)  # noqa: PERF401 - what came before the error is what counts

    async with teacher(url, max_in_flight=1, patience_s=0.6) as model:
        with pytest.raises(TeacherDownError, match=r"no answer for 0\.6 s, last error: .*Cannot connect") as caught:
            await listen(model)
    assert url in str(caught.value)
    assert len(found) == 3


async def test_a_server_that_comes_back_in_time_is_forgiven(serve, serve_apart, port):
    """Requests that fail while a server restarts are answered afterwards, however many attempts that takes."""
    serve_apart(port=port, dies_after=1, default="{seed}")
    async with teacher(f"http://127.0.0.1:{port}/v1", max_attempts=2) as model:
        await ask(model, [0])
        waiting = asyncio.ensure_future(ask(model, range(1, 9)))
        fleet = model._fleet
        while not waiting.done():
            if "Cannot connect" in fleet.last_error and fleet.failures_in_a_row > 3 * 8:
                break
            await asyncio.sleep(0.01)
        await serve(port=port, default="{seed}")
        assert [each.index for each in await waiting] == list(range(1, 9))


async def test_requests_in_flight_are_bounded(serve):
    """However much is asked for at once, the server never sees more at a time than it may."""
    url = await serve(together=5, delay_s=0.03)
    async with teacher(url, max_in_flight=5) as model:
        await asyncio.gather(*(ask(model, range(10), prompt(f"{n}")) for n in range(5)))
    assert (await stats(url))["peak"] == 5
    assert (await stats(url))["requests"] == 50


async def test_an_abandoned_question_closes_its_connections(serve, tmp_path):
    """Who stops listening, or is cancelled, leaves no request behind that a server would go on working for."""
    url = await serve(lets_out=let_out(tmp_path / "answers", 0))
    async with teacher(url) as model:
        asking = asyncio.ensure_future(ask(model, range(6)))
        while (await stats(url))["in_flight"] < 6:  # noqa: ASYNC110 - the server tells no other way
            await asyncio.sleep(0.02)
        asking.cancel()
        with pytest.raises(asyncio.CancelledError):
            await asking
        while (await stats(url))["in_flight"]:  # noqa: ASYNC110 - no answer was given: only their leaving ends them
            await asyncio.sleep(0.02)
        assert (await stats(url))["abandoned"] == 6
        let_out(tmp_path / "answers", 100)
        assert len(await ask(model, [0])) == 1


async def test_a_slow_answer_is_given_up_and_asked_for_again(serve, tmp_path):
    """The time-out of a request is one failed attempt."""
    url = await serve(first=[{"drop": True}])
    slow = await serve(lets_out=let_out(tmp_path / "answers", 0))
    async with teacher(slow, url, request_timeout_s=1) as model:
        assert len(await ask(model, range(4))) == 4
    assert (await stats(slow))["requests"] >= 1


async def test_two_endpoints_share_the_work(serve):
    """Each new request goes to the endpoint with the fewest in flight."""
    urls = [await serve(delay_s=0.02) for _ in range(2)]
    async with teacher(*urls, max_in_flight=8) as model:
        await ask(model, range(60))
    counts = [(await stats(url))["answered"] for url in urls]
    assert sum(counts) == 60
    assert min(counts) >= 20


async def test_one_dead_endpoint_is_survived(serve, port):
    """All samples come from the one that works, and the dead one is asked ever more rarely."""
    dead, alive = f"http://127.0.0.1:{port}/v1", await serve(default="{seed}")
    async with teacher(dead, alive) as model:
        found = await ask(model, range(80))
    assert [each.index for each in found] == list(range(80))
    assert (await stats(alive))["answered"] == 80


async def test_an_endpoint_that_comes_back_is_used_again(serve, port):
    """After its rest one request finds out, and then it shares the work."""
    other = await serve(delay_s=0.02)
    async with AsyncExitStack() as stack:
        model = await stack.enter_async_context(teacher(f"http://127.0.0.1:{port}/v1", other, max_in_flight=4))
        await ask(model, range(8))
        back = await serve(port=port, delay_s=0.02)
        deadline = time.monotonic() + 120
        while (await stats(back))["answered"] < 10 and time.monotonic() < deadline:
            await ask(model, range(8))
        assert (await stats(back))["answered"] >= 10


@pytest.mark.parametrize(
    ("usage", "expected"),
    [
        ({"prompt_tokens": 40, "prompt_tokens_details": {"cached_tokens": 32}}, [32, 40, 40]),
        ({"prompt_tokens": 40, "prompt_tokens_details": {"cached_tokens": 99}}, [40, 40, 40]),
        ({"prompt_tokens": 40, "prompt_tokens_details": None}, [0, 40, 40]),
        ({"prompt_tokens": 40}, [0, 40, 40]),
        ({}, [0, 0, 0]),
    ],
)
def test_a_prompt_is_paid_for_once(usage, expected):
    """What came from the server's cache is told apart; further samples of a request share its prompt."""
    choices = [{"message": {"content": "4"}, "finish_reason": "stop"}] * 3
    answer = {"choices": choices, "usage": usage}
    assert [each.cached_tokens for each in read_answer(answer, prompt(), [0, 1, 2], SamplingParams())] == expected
