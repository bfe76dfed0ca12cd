import pytest

from corrections.database import open_engine
from corrections.store import CorrectionStore


@pytest.fixture(params=["sqlite", "postgresql"])
def url(request, tmp_path):
    """The address of an empty database, of each kind in turn."""
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path / 'corrections.db'}"
    return request.getfixturevalue("server").new_database()


@pytest.fixture
def store(url):
    """A store in an empty database."""
    return CorrectionStore(open_engine(url))
