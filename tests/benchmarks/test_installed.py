"""Which distributions a requirements file needs, and how large they are."""

import pytest

from benchmarks.support.installed import needed_by, requirements_of, size_mb


@pytest.fixture
def install(tmp_path, monkeypatch):
    """Make distributions up: a name, what it requires, and how many bytes it has."""
    monkeypatch.syspath_prepend(tmp_path)

    def make(name, *requires, size=0):
        info = tmp_path / f"{name.replace('-', '_')}-1.0.dist-info"
        info.mkdir()
        lines = ["Metadata-Version: 2.1", f"Name: {name}", "Version: 1.0", *(f"Requires-Dist: {r}" for r in requires)]
        (info / "METADATA").write_text("\n".join(lines) + "\n")
        (tmp_path / f"{name}.py").write_bytes(b"#" * size)
        (info / "RECORD").write_text(f"{name}.py,,\n{name}.py,,\ngone.py,,\n")

    return make


def needed(tmp_path, text):
    file = tmp_path / "requirements.txt"
    file.write_text(text)
    return needed_by(requirements_of(file))


def test_what_is_needed_by_what_is_needed_counts_once(install, tmp_path):
    install("made-up-page", "Made_Up.Paper>=1", "made-up-ink")
    install("made-up-paper", "made-up-ink ; python_version >= '3'")
    install("made-up-ink", "made-up-page")
    assert needed(tmp_path, "made-up-page==1.0  # the page\n\n# made-up-other\n") == {
        "made-up-page",
        "made-up-paper",
        "made-up-ink",
    }


def test_what_only_another_platform_or_an_extra_needs_does_not_count_unless_it_is_asked_for(install, tmp_path):
    install("made-up-page", "made-up-server ; extra == 'fast'", "made-up-dos ; sys_platform == 'dos'")
    install("made-up-server")
    assert needed(tmp_path, "made-up-page\nmade-up-dos ; sys_platform == 'dos'") == {"made-up-page"}
    assert needed(tmp_path, "made-up-page\nmade-up-page[fast]") == {"made-up-page", "made-up-server"}


def test_a_file_of_requirements_may_include_another(install, tmp_path):
    install("made-up-page")
    install("made-up-ink")
    (tmp_path / "more.txt").write_text("made-up-ink")
    assert needed(tmp_path, "-r more.txt\nmade-up-page") == {"made-up-page", "made-up-ink"}


def test_what_is_not_installed_is_one_sentence(install, tmp_path):
    install("made-up-page", "made-up-nothing")
    with pytest.raises(LookupError, match="made-up-nothing is not installed"):
        needed(tmp_path, "made-up-page")


def test_a_file_counts_once_and_one_that_is_gone_not_at_all(install):
    install("made-up-page", size=3_000_000)
    assert size_mb(["made-up-page"]) == 3
