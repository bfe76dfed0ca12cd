"""`make test` runs each of these tests on 50 examples, `make fuzz` on 10,000, of which none may take over a second."""

from hypothesis import HealthCheck, settings

settings.register_profile("test", max_examples=50, deadline=None)
settings.register_profile("fuzz", max_examples=10_000, deadline=1000, suppress_health_check=list(HealthCheck))
settings.load_profile("test")
