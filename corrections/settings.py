"""What `.streamlit/secrets.toml` says about corrections, read without SQLAlchemy.

[corrections]
enabled = true

[connections.corrections]
url = "postgresql://user:password@host/database"
"""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from corrections.correction import CorrectionError

ROOT = Path(__file__).resolve().parent.parent
DEFAULT_URL = f"sqlite:///{ROOT / 'corrections.db'}"


@dataclass(frozen=True)
class Settings:
    """enabled: None if secrets.toml does not say; url: of the database, not in `repr`, for it can hold a password."""

    enabled: bool | None = None
    url: str = field(default=DEFAULT_URL, repr=False)


def settings_from(secrets: Mapping[str, Any]) -> Settings:
    """Return the settings in a parsed secrets.toml; `CorrectionError` if they make no sense."""
    enabled = _section(secrets, "corrections").get("enabled")
    if enabled is not None and not isinstance(enabled, bool):
        raise CorrectionError("secrets.toml: [corrections] enabled has to be true or false, without quotation marks.")
    connection = _section(_section(secrets, "connections"), "corrections")
    url = connection.get("url", None if connection.keys() - {"type"} else DEFAULT_URL)
    if not isinstance(url, str) or not url:
        raise CorrectionError("secrets.toml: [connections.corrections] needs a url, an address in quotation marks.")
    return Settings(enabled, url)


def settings_from_files(paths: tuple[Path, ...]) -> Settings:
    """Return the settings in the files that exist; sections of later files replace earlier ones, as in Streamlit."""
    secrets: dict[str, Any] = {}
    for path in paths:
        try:
            secrets.update(tomllib.loads(path.read_text(encoding="utf-8")))
        except FileNotFoundError:
            continue
        except (OSError, ValueError) as error:
            raise CorrectionError(f"{path} cannot be read as TOML. Correct it, or move it away.") from error
    return settings_from(secrets)


def _section(table: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    section = table.get(name, {})
    if not isinstance(section, Mapping):
        raise CorrectionError(f"secrets.toml: {name} has to be a section, in square brackets.")
    return section
