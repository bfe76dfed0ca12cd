"""The benchmark of pen digits, which needs a file that is not part of this project."""

import pytest

from benchmarks import pen


def test_a_missing_benchmark_is_one_sentence(monkeypatch, capsys):
    monkeypatch.setattr("sys.argv", ["pen", "PEN_BENCH.py"])
    with pytest.raises(SystemExit) as end:
        pen.main()
    assert end.value.code == 2
    assert "PEN_BENCH.py: the benchmark and its data are not part of this project" in capsys.readouterr().err
