"""What secrets.toml says about corrections."""

import pytest

from corrections import CorrectionError
from corrections.settings import DEFAULT_URL, Settings, settings_from, settings_from_files


def test_settings_are_read_from_files_the_later_before_the_earlier(tmp_path):
    first, second, missing = tmp_path / "a.toml", tmp_path / "b.toml", tmp_path / "c.toml"
    first.write_text('[corrections]\nenabled = true\n[connections.corrections]\nurl = "sqlite:///a.db"\n')
    second.write_text("[corrections]\nenabled = false\n")
    assert settings_from_files((first, second, missing)) == Settings(False, "sqlite:///a.db")
    assert settings_from_files((missing,)) == Settings(None, DEFAULT_URL)


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        ("[corrections", "cannot be read as TOML"),
        ('[corrections]\nenabled = "true"', "has to be true or false"),
        ("corrections = 1", "has to be a section"),
        ("[connections]\ncorrections = 1", "has to be a section"),
        ("[connections.corrections]\nurl = 1", "needs a url"),
        ('[connections.corrections]\nhost = "h"\ndialect = "postgresql"', "needs a url"),
    ],
)
def test_settings_that_make_no_sense_are_a_sentence(tmp_path, content, sentence):
    (tmp_path / "secrets.toml").write_text(content)
    with pytest.raises(CorrectionError, match=sentence):
        settings_from_files((tmp_path / "secrets.toml",))


def test_settings_do_not_show_the_password():
    settings = settings_from({"connections": {"corrections": {"url": "postgresql://u:hush@h/d", "type": "sql"}}})
    assert settings.url.endswith("hush@h/d") and "hush" not in repr(settings) + str(settings)
