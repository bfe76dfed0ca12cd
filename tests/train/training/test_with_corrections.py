import json
import shutil
from dataclasses import replace

import numpy as np
import pytest

from recognizer import Recognizer
from recognizer.prediction import NO_DIGIT
from recognizer.runtimes.loader import DEFAULT_MODEL, sha256_of
from tests.helpers import always
from tests.train.tiny import TINY, corrections
from tests.train.training.crash import CrashError
from train import pipeline
from train.__main__ import main
from train.config import CLASSIC, CONFIGS
from train.data.corrections import Corrections, sides
from train.data.mnist import Split
from train.errors import TrainError
from train.export.runtimes import outdated_exports
from train.pipeline import LEAST_HELD_OUT, check_start, train_and_evaluate
from train.report import metrics
from train.report.metrics import compare
from train.report.model_card import summary

FILES = ["digits.keras", "digits.json", "digits_neighbours.npz", "digits_misread.npz"]


def contents(folder):
    return {path.name: path.read_bytes() for path in folder.iterdir() if path.is_file()}


def only(some, rows):
    return Corrections(some.pictures[rows], some.drawings[rows], some.sha256)


@pytest.fixture
def file(tmp_path):
    """A file of corrections."""
    some = corrections()
    pictures = np.uint8(np.rint(255 * some.pictures.digits))
    path = tmp_path / "corrections.npz"
    np.savez(path, pictures=pictures, labels=some.pictures.labels, drawings=some.drawings)
    return path


def test_a_model_that_is_worse_than_the_one_there_is_kept_aside_and_the_command_says_why(
    mnist_sample, tmp_path, file, monkeypatch, capsys
):
    """The whole command, with a model to replace that reads nearly everything."""
    out = tmp_path / "models"
    out.mkdir()
    for suffix in (".keras", ".json", ".onnx"):
        shutil.copy(DEFAULT_MODEL.with_suffix(suffix), out)
    before = contents(out)
    monkeypatch.setattr("train.data.mnist.load_mnist", lambda _: mnist_sample)
    monkeypatch.setitem(CONFIGS, "digits", replace(TINY, architecture="digits", width=0.25, epochs=1))
    main(["--out", str(out), "--corrections", str(file)])
    assert contents(out) == before and set(FILES) <= {path.name for path in (out / "candidate").iterdir()}

    card = json.loads((out / "candidate" / "digits.json").read_text())
    entry = card["corrections"]
    learned, held_out = sides(corrections())
    assert card["sha256"] == sha256_of(out / "candidate" / "digits.keras")
    assert card["config"]["corrections"] == sha256_of(file) and entry["old_sha256"] == sha256_of(out / "digits.keras")
    assert entry["learned"] == len(learned) and entry["held_out"]["of"] == len(held_out) and not entry["replaced"]
    assert entry["validation"]["of"] == 60 and entry["validation"]["old"] > 50 > entry["validation"]["new"]
    printed = capsys.readouterr().out
    for row in (entry["validation"], entry["held_out"]):
        assert f"{row['new']} of {row['of']}" in printed and f"(the old one {row['old']})" in printed
    assert "worse than the old digits.keras, which stays" in printed and "candidate" in printed
    assert "digits.onnx" not in printed, "it is that of the model that stays"


def test_a_model_that_is_no_worse_replaces_the_one_there(mnist, tmp_path, untrained, monkeypatch):
    """The first has nothing to replace, the second is as good; both are compared on nothing but what is held out."""
    splits = []
    monkeypatch.setattr(metrics, "compare", lambda models, read: splits.append(read) or compare(models, read))
    first, second = (train_and_evaluate(TINY, mnist, tmp_path, corrections=corrections()) for _ in range(2))
    assert first["corrections"]["replaced"] and set(first["corrections"]["validation"]) == {"of", "new"}
    assert "no older digits.keras" in summary(first) and "replaces the old digits.keras" in summary(second)
    assert second["corrections"]["replaced"] and second["corrections"]["old_sha256"] == first["sha256"]
    assert second["corrections"]["validation"]["old"] == first["corrections"]["validation"]["new"]
    assert second["sha256"] == sha256_of(tmp_path / "digits.keras") and not (tmp_path / "candidate").exists()
    _, held_out = sides(corrections())
    for read in splits:
        assert set(read) == {"validation", "held_out"} and read["validation"] is mnist.validation
        assert (read["held_out"].digits == held_out.digits).all()


@pytest.mark.parametrize(
    ("new", "old", "replaced"),
    [((8, 5), (8, 5), True), ((9, 6), (8, 5), True), ((9, 4), (8, 5), False), ((7, 6), (8, 5), False)],
    ids=["as good", "better", "worse on corrections", "worse on validation"],
)
def test_a_model_that_reads_less_of_either_replaces_none(tmp_path, monkeypatch, new, old, replaced):
    names = ("validation", "held_out")
    counts = {name: {"of": 10, "new": a, "old": b} for name, a, b in zip(names, new, old, strict=True)}
    monkeypatch.setattr(metrics, "compare", lambda *_: counts)
    older = DEFAULT_MODEL.with_suffix(".onnx")
    entry = pipeline._compare(always(1), older, None, None)
    assert entry == {"replaced": replaced, **counts, "old_sha256": sha256_of(older)}


def test_right_is_a_digit_read_as_itself_and_not_refused_and_a_negative_refused():
    split = Split(np.zeros((4, 28, 28), np.float32), np.array([7, 7, 1, NO_DIGIT]))
    models = {"reads sevens": Recognizer(always(7, none=0.1)), "refuses all": Recognizer(always(7, none=0.9))}
    assert compare(models, {"some": split}) == {"some": {"of": 4, "reads sevens": 2, "refuses all": 1}}


@pytest.mark.parametrize(("exports", "outdated"), [({"digits.onnx": {}}, False), ({}, True)])
def test_exports_that_the_card_does_not_know_hold_the_old_model(tmp_path, exports, outdated):
    (tmp_path / "digits.onnx").write_bytes(b"an export")
    (tmp_path / "digits.json").write_text(json.dumps({"exports": exports}))
    assert ("digits.onnx still hold" in outdated_exports(tmp_path / "digits.keras")) == outdated


def test_each_epoch_has_every_digit_and_the_corrections_that_are_not_held_out(mnist, tmp_path, monkeypatch, crash):
    trained_on = []
    crash(pipeline, "fit", first=lambda config, train, *_: trained_on.append(train))
    with pytest.raises(CrashError):
        train_and_evaluate(replace(TINY, corrections_repeat=3), mnist, tmp_path, corrections=corrections())
    learned, held_out = sides(corrections())
    assert len(learned) and len(held_out) and NO_DIGIT in learned.labels
    expected = [*mnist.train.digits, *[*learned.digits] * 3]
    assert sorted(map(bytes, trained_on[0].digits)) == sorted(map(bytes, expected))
    assert not {*map(bytes, held_out.digits)} & {*map(bytes, trained_on[0].digits)}


NAMES = corrections()
HELD_OUT = np.isin([bytes(p) for p in NAMES.pictures.digits], [bytes(p) for p in sides(NAMES)[1].digits])
REFUSED = {
    "none": (TINY, only(NAMES, np.zeros(80, bool)), "0 corrections are too few"),
    "too few held out": (TINY, only(NAMES, ~HELD_OUT), f"0 are held out \\({LEAST_HELD_OUT} are needed\\)"),
    "none to learn": (TINY, only(NAMES, HELD_OUT), "0 of them can be trained on"),
    "no output for negatives": (CLASSIC, NAMES, "20 corrections say .* not a digit, and this network has no output"),
}


@pytest.mark.parametrize(("config", "some", "sentence"), REFUSED.values(), ids=REFUSED)
def test_corrections_that_cannot_be_used_are_refused_before_anything_is_touched(tmp_path, config, some, sentence):
    with pytest.raises(TrainError, match=sentence):
        check_start(config, tmp_path / "models", resume=False, corrections=some)
    assert not (tmp_path / "models").exists()


def test_ten_outputs_do_for_corrections_of_digits(tmp_path):
    some = only(NAMES, NAMES.pictures.labels < NO_DIGIT)
    assert check_start(CLASSIC, tmp_path, resume=False, corrections=some).corrections == some.sha256


def test_a_model_that_cannot_be_compared_is_refused_before_training(tmp_path, file, no_data):
    (tmp_path / "digits.keras").write_bytes(b"no model")
    for corrections_file, sentence in ((file, "digits.keras"), (tmp_path / "none.npz", "There is no file")):
        with pytest.raises(SystemExit, match=f"^python -m train: .*{sentence}.*$"):
            main(["--out", str(tmp_path), "--corrections", str(corrections_file)])
