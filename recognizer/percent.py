"""How a confidence is written, wherever one is shown."""


def percent(share: float) -> str:
    """Return a share 0-1 in whole per cent; never 100 %, because the model is never certain."""
    return "> 99 %" if share >= 0.995 else f"{100 * share:.0f} %"
