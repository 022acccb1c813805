"""How many requests an endpoint is given: what is learnt from answers, failures and the server's own queues."""

import random

import pytest

from generators.vllm_metrics import read_load
from generators.window import FIRST_SIZE, Load, Window


def test_it_starts_with_what_any_server_takes_and_never_leaves_its_bounds():
    """A bound below the first size is the first size; a thousand failures leave one request."""
    assert Window(most=8).whole == 8
    window = Window(most=10_000)
    assert window.whole == FIRST_SIZE
    for moment in range(1000):
        window.overloaded(in_flight=1, sent_at=moment, now=moment)
    assert window.whole == 1
    for _ in range(100_000):
        window.answered(window.whole)
    assert window.whole > FIRST_SIZE
    assert Window(most=300, size=300.0).whole == 300


def test_answers_let_it_grow_one_by_one_and_after_a_limit_one_a_round():
    """Before any limit each answer makes room for one more; afterwards a whole window of answers does."""
    window = Window(most=1000, size=100)
    for _ in range(50):
        window.answered(window.whole)
    assert window.whole == 150
    window.overloaded(in_flight=150, sent_at=1.0, now=2.0)
    assert window.whole == 75
    for _ in range(76):
        window.answered(window.whole)
    assert window.whole == 76


def test_a_window_that_is_not_used_up_does_not_grow():
    """Twenty requests in flight say nothing about whether three hundred are too many."""
    window = Window(most=1000)
    for _ in range(1000):
        window.answered(in_flight=20)
    assert window.whole == FIRST_SIZE


def test_requests_that_fail_together_halve_it_once():
    """They were all sent before the decrease; one that was sent after it halves again."""
    window = Window(most=256)
    for _ in range(200):
        window.overloaded(in_flight=200, sent_at=5.0, now=10.0)
    assert window.whole == 100
    window.overloaded(in_flight=80, sent_at=11.0, now=12.0)
    assert window.whole == 40


def test_a_long_queue_in_the_server_shortens_it_to_what_runs_and_a_little_more():
    """The server keeps a quarter more than it runs, so that no slot waits for the next request."""
    window = Window(most=4096, size=2048)
    for moment in range(10):
        window.saw(Load(running=256, waiting=max(0, window.whole - 256), cache_use=0.5), window.whole, moment)
    assert 256 < window.whole <= 384


def test_it_is_counted_in_requests_where_a_request_is_several_sequences():
    """With eight samples a request, 256 slots are 32 requests, and eight more wait."""
    window = Window(most=512)
    for moment in range(20):
        sequences = 8 * window.whole
        load = Load(running=min(256, sequences), waiting=max(0, sequences - 256), cache_use=0.5)
        window.saw(load, window.whole, moment)
    assert 32 < window.whole <= 48


def test_an_empty_queue_lets_it_grow_at_once_and_a_full_cache_does_not():
    """The server's queue is looked at once a second: nobody waits for the first answers, which take minutes."""
    window = Window(most=4096)
    for moment in range(5):
        window.saw(Load(running=window.whole, waiting=0, cache_use=0.4), window.whole, moment)
    assert window.whole > 5 * FIRST_SIZE
    before = window.whole
    window.saw(Load(running=before, waiting=0, cache_use=0.99), before, 9)
    assert window.whole == before


@pytest.mark.parametrize("slots", [4, 48, 256, 700])
def test_it_finds_any_number_of_slots_and_stays_there(slots):
    """Whatever the server's size: no slot is idle, and the queue inside stays below the number of slots."""
    chance, window = random.Random(slots), Window(most=4096)
    for moment in range(200):
        in_flight = window.whole
        running = min(slots, in_flight)
        window.saw(Load(running, in_flight - running, chance.uniform(0.3, 0.9)), in_flight, moment)
        if moment > 60:
            assert window.whole >= slots
            assert window.whole - slots <= max(12, slots)


PAGE = """\
# HELP vllm:num_requests_running Number of requests in model execution batches.
# TYPE vllm:num_requests_running gauge
vllm:num_requests_running{engine="0",model_name="m"} 12.0
vllm:num_requests_running{engine="1",model_name="m"} 30.0
vllm:num_requests_waiting{engine="0",model_name="m"} 1.0
vllm:num_requests_waiting{engine="1",model_name="m"} 2.0
vllm:num_requests_waiting_by_reason{engine="0",model_name="m",reason="capacity"} 3.0
vllm:kv_cache_usage_perc{engine="0",model_name="m"} 0.25
vllm:kv_cache_usage_perc{engine="1",model_name="m"} 9.5e-01
process_open_fds 31.0
"""


def test_a_metrics_page_gives_the_load_of_all_engines():
    """Requests add up; the fullest cache counts."""
    assert read_load(PAGE) == Load(running=42.0, waiting=3.0, cache_use=0.95)
    old = "vllm:num_requests_running 3\nvllm:num_requests_waiting 0\nvllm:gpu_cache_usage_perc 0.5\n"
    assert read_load(old) == Load(3.0, 0.0, 0.5)


@pytest.mark.parametrize("page", ["", "not a page", PAGE.replace("waiting", "parked"), "vllm:num_requests_running NaN"])
def test_a_page_that_does_not_tell_gives_nothing(page):
    """Other servers have such pages too."""
    assert read_load(page) is None
