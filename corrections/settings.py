"""What `.streamlit/secrets.toml` says about corrections, read without SQLAlchemy.

[corrections]
enabled = true

[connections.corrections]
url = "postgresql://user:password@host/database"
"""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import tomllib

from corrections.errors import CorrectionError

ROOT = Path(__file__).resolve().parent.parent
DEFAULT_URL = f"sqlite:///{ROOT / 'corrections.db'}"


@dataclass(frozen=True)
class Settings:
    """enabled: None where nothing is said. url: of the database; not part of `repr`, for it may hold a password."""

    enabled: bool | None = None
    url: str = DEFAULT_URL

    def __repr__(self) -> str:
        return f"Settings(enabled={self.enabled})"


def settings_from(secrets: Mapping) -> Settings:
    """Return what a parsed secrets.toml says; `CorrectionError` where it says something that makes no sense."""
    enabled = _section(secrets, "corrections").get("enabled")
    if enabled is not None and not isinstance(enabled, bool):
        raise CorrectionError("secrets.toml: [corrections] enabled has to be true or false, without quotation marks.")
    connection = _section(_section(secrets, "connections"), "corrections")
    url = connection.get("url", None if connection.keys() - {"type"} else DEFAULT_URL)
    if not isinstance(url, str) or not url:
        raise CorrectionError("secrets.toml: [connections.corrections] needs a url, an address in quotation marks.")
    return Settings(enabled, url)


def settings_from_files(paths: tuple[Path, ...]) -> Settings:
    """Return what the files say that are there, a later one before an earlier one, as Streamlit reads them."""
    secrets: dict = {}
    for path in paths:
        try:
            secrets.update(tomllib.loads(path.read_text(encoding="utf-8")))
        except FileNotFoundError:
            continue
        except (OSError, ValueError) as error:  # TOMLDecodeError is a ValueError
            raise CorrectionError(f"{path} cannot be read as TOML. Correct it, or move it away.") from error
    return settings_from(secrets)


def _section(table: Mapping, name: str) -> Mapping:
    section = table.get(name, {})
    if not isinstance(section, Mapping):
        raise CorrectionError(f"secrets.toml: {name} has to be a section, in square brackets.")
    return section
