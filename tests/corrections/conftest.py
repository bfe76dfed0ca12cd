import os

import pytest

from corrections.database import open_engine
from corrections.store import CorrectionStore
from tests.corrections import postgres


@pytest.fixture(scope="session")
def server():
    """A PostgreSQL server; without the programs the tests are skipped, or fail where REQUIRE_POSTGRES is set."""
    folder = postgres.programs()
    if folder is None:
        if os.environ.get("REQUIRE_POSTGRES"):
            pytest.fail("REQUIRE_POSTGRES is set, and there is no PostgreSQL server: apt-get install postgresql")
        pytest.skip("no PostgreSQL server: apt-get install postgresql")
    server = postgres.Server(folder)
    server.start()
    yield server
    server.remove()


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
