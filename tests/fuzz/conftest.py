"""`make test` gives each of these tests 100 examples, `make fuzz` 10,000, none of which may take over a second."""

from hypothesis import HealthCheck, settings

settings.register_profile("test", deadline=None)
settings.register_profile("fuzz", max_examples=10_000, deadline=1000, suppress_health_check=list(HealthCheck))
settings.load_profile("test")
