"""Settings of all tests."""

import signal

from hypothesis import HealthCheck, settings

SLOWNESS = [HealthCheck.too_slow]  # says how busy the machine is, and nothing of the test
settings.register_profile(
    "steady", deadline=None, derandomize=True, suppress_health_check=SLOWNESS
)  # no test asserts a time, and none fails by chance
settings.register_profile("explore", deadline=None, max_examples=1_000, suppress_health_check=SLOWNESS)
settings.load_profile("steady")

# A shell has what it runs in the background ignore Ctrl-C, and the builds that tests interrupt would inherit that.
if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
    signal.signal(signal.SIGINT, signal.default_int_handler)
