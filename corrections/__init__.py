"""What people say a drawing really was, kept in SQLite or PostgreSQL, and looked through before anything learns it.

Knows neither the page nor training; importing it does not import SQLAlchemy.
"""

from corrections.correction import Correction
from corrections.errors import CorrectionError

__all__ = ["Correction", "CorrectionError"]
