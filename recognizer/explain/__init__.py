"""Why the model said so: `Explainer.load()` looks at a digit that was read, in five ways."""

from recognizer.explain.explainer import Explainer

__all__ = ["Explainer"]
