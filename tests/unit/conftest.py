"""Properties give the same answer on every machine; `pytest --hypothesis-profile=explore` looks further."""

from datetime import timedelta

from hypothesis import settings

settings.register_profile("steady", derandomize=True, database=None, deadline=None, max_examples=100)
settings.register_profile("explore", database=None, deadline=timedelta(seconds=5), max_examples=5000)
settings.load_profile("steady")
