"""Why the model read a digit as it did: `Explainer.load()` shows it in six ways."""

from recognizer.explain.explainer import Explainer

__all__ = ["Explainer"]
