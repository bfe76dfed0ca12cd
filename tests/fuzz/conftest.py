"""`make fuzz` gives each of these tests 10,000 examples, `make test` a hundred."""

from hypothesis import HealthCheck, settings

settings.register_profile("fuzz", max_examples=10_000, deadline=None, suppress_health_check=list(HealthCheck))
