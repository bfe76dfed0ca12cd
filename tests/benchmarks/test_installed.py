"""Which distributions a requirements file needs, and how large they are."""

import pytest

from benchmarks.support.installed import needed_by, requirements_of, size_mb


@pytest.fixture(autouse=True)
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

    make("toy-page", "Toy_Ink>=1", "toy-server ; extra == 'fast'", "toy-dos ; sys_platform == 'dos'", size=3_000_000)
    make("toy-ink", "toy-page ; python_version >= '3'")
    make("toy-server")
    make("toy-broken", "toy-nothing")


@pytest.mark.parametrize(
    ("lines", "needed"),
    [
        ("toy-page==1.0  # a comment\n\n# toy-server\n", {"toy-page", "toy-ink"}),
        ("toy-page[fast]\n-c constraints.txt", {"toy-page", "toy-ink", "toy-server"}),
        ("-r more.txt\ntoy-dos ; sys_platform == 'dos'", {"toy-server"}),
    ],
)
def test_a_file_needs_what_its_lines_need_on_this_machine(tmp_path, lines, needed):
    (tmp_path / "requirements.txt").write_text(lines)
    (tmp_path / "more.txt").write_text("toy-server")
    assert needed_by(requirements_of(tmp_path / "requirements.txt")) == needed


def test_what_is_not_installed_is_one_sentence(tmp_path):
    (tmp_path / "requirements.txt").write_text("toy-broken")
    with pytest.raises(LookupError, match="toy-nothing is not installed"):
        needed_by(requirements_of(tmp_path / "requirements.txt"))


def test_a_file_counts_once_and_one_that_is_gone_not_at_all():
    assert size_mb(["toy-page"]) == 3
