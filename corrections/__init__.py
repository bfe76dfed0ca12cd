"""What visitors say that their drawings are, in SQLite or PostgreSQL, reviewed before a model learns from it.

This package knows neither the page nor training. Importing it does not import SQLAlchemy.
"""

from corrections.correction import Correction, CorrectionError

__all__ = ["Correction", "CorrectionError"]
