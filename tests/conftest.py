"""Settings of all tests."""

from hypothesis import settings

settings.register_profile("steady", deadline=None, derandomize=True)  # no test asserts a time, and none fails by chance
settings.register_profile("explore", deadline=None, max_examples=1_000)
settings.load_profile("steady")
