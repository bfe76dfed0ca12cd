"""What happens on the page and in the API, as Prometheus reads it.

`where` is "draw", "photo" or "api". Why something was refused: "no digit", nothing on it looks like one; "unusable", it
is no picture that can be opened; or the status with which the API answers.
"""

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, ProcessCollector, disable_created_metrics
from prometheus_client.exposition import CONTENT_TYPE_PLAIN_0_0_4, generate_latest
from starlette.requests import Request
from starlette.responses import Response
from streamlit import runtime
from streamlit.runtime.stats import ACTIVE_SESSIONS_FAMILY, GaugeStat

from views import events

disable_created_metrics()  # when each began to be counted, which is when the server started
REGISTRY = CollectorRegistry()
BUCKETS = (0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2)  # s; a digit takes 0.01, a photograph 0.5
READINGS = Histogram("digits_reading_seconds", "Time to read", ["where"], buckets=BUCKETS, registry=REGISTRY)
REFUSALS = Counter("digits_refusals", "What was not read, and why", ["where", "reason"], registry=REGISTRY)
CORRECTIONS = Counter("digits_corrections", "Taps under Was it right?", registry=REGISTRY)
SESSIONS = Gauge("digits_sessions", "Pages that are open", registry=REGISTRY)
ProcessCollector(registry=REGISTRY)  # memory, processor time and open files


def listen() -> None:
    """Count from now on."""
    if _count not in events.listeners:
        events.listeners.append(_count)


def metrics(request: Request) -> Response:
    """All metrics, in Prometheus' text format."""
    SESSIONS.set(_sessions())
    return Response(generate_latest(REGISTRY), headers={"Content-Type": CONTENT_TYPE_PLAIN_0_0_4})


def _count(event: str, amount: float, labels: dict[str, str]) -> None:
    if event == "reading":
        READINGS.labels(**labels).observe(amount)
    elif event == "refusal":
        REFUSALS.labels(**labels).inc(amount)
    elif event == "correction":
        CORRECTIONS.inc(amount)


def _sessions() -> int:
    if not runtime.exists():
        return 0
    stats = runtime.get_instance().stats_mgr.get_stats(family_names=[ACTIVE_SESSIONS_FAMILY])
    return sum(stat.value for stat in stats.get(ACTIVE_SESSIONS_FAMILY, ()) if isinstance(stat, GaugeStat))
