"""Fine-tuning on corrections: the new model replaces the old one only where it is no worse."""

import hashlib
import json
import shutil
import zipfile
from dataclasses import replace

import numpy as np
import pytest

from recognizer import Recognizer
from recognizer.explain.kin import KinIndex
from recognizer.model import load_network, sha256_of
from tests.tiny import FINETUNE, HALF_TAUGHT, corrections
from train import __main__ as program
from train import finetune as finetune_module
from train.config import FinetuneConfig
from train.data import split_and_prepare
from train.errors import TrainError
from train.evaluate import DrawnResult, right_as_corrected
from train.extra import sides
from train.finetune import finetune, outcome
from train.pipeline import train_and_evaluate

LEARNS = replace(FINETUNE, learning_rate=2e-3, epochs=4)


@pytest.fixture(scope="module")
def trained(mnist_sample, tmp_path_factory):
    """A folder with a tiny model that still has much to learn, and what a benchmark and an export left there."""
    out = tmp_path_factory.mktemp("trained")
    card = train_and_evaluate(
        HALF_TAUGHT, split_and_prepare(mnist_sample, HALF_TAUGHT.validation_size, HALF_TAUGHT.seed), out
    )
    (out / "digits.json").write_text(json.dumps({**card, "benchmarks": {"speed": 1}}))
    (out / "digits.onnx").write_bytes(b"an export of the old model")
    return out


@pytest.fixture
def folder(trained, tmp_path):
    return shutil.copytree(trained, tmp_path / "models")


@pytest.fixture(scope="module")
def improved(trained, mnist_sample, tmp_path_factory):
    """A folder after a fine-tuning that helped, its card, and the digits of each epoch."""
    out = shutil.copytree(trained, tmp_path_factory.mktemp("improved") / "models")
    epochs = []
    fit_further = finetune_module.fit_further
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(finetune_module, "fit_further", lambda *given: epochs.extend(given[2]) or fit_further(*given))
        card = finetune(LEARNS, corrections(), mnist_sample, out)
    return out, card, epochs


def hashes(folder):
    """Of every file in a folder, but for its folders."""
    return {path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in folder.iterdir() if path.is_file()}


def wrong(labels):
    return np.uint8((labels + 1) % 10)


def test_a_better_model_replaces_the_old_one_with_everything_that_belongs_to_it(improved, trained):
    out, card, _ = improved
    gate = card["finetuned"][-1]["gate"]
    assert card["finetuned"][-1]["replaced"]
    assert gate["test"]["new"] >= gate["test"]["old"] and gate["held_out"]["new"] > gate["held_out"]["old"]
    assert json.loads((out / "digits.json").read_text()) == json.loads(json.dumps(card))
    assert card["sha256"] == sha256_of(out / "digits.keras") != sha256_of(trained / "digits.keras")
    assert KinIndex.load(out / "digits.keras")
    assert {path.name for path in out.iterdir()} == {path.name for path in trained.iterdir()} | {"previous"}
    before, after = hashes(trained), hashes(out)
    drawings = {f"digits_drawn_{name}.png" for name in ("digits", "restyled", "no_digits")}
    kept = {"digits.onnx", "digits_curves.png", *drawings}
    assert {name for name in before if before[name] == after[name]} == kept


def test_the_old_model_can_be_put_back(improved, trained, tmp_path):
    out = shutil.copytree(improved[0], tmp_path / "models")
    previous = hashes(out / "previous")
    assert {"digits.keras", "digits.json", "digits_kin.npz"} < set(previous)
    for path in (out / "previous").iterdir():
        path.replace(out / path.name)
    assert hashes(out) == hashes(trained)


def test_the_gates_figures_are_those_of_the_models(improved, trained, mnist_sample):
    out, card, _ = improved
    gate, (_, held_out) = card["finetuned"][-1]["gate"], sides(corrections())
    for name, where in (("old", trained), ("new", out)):
        recognizer = Recognizer.load(where / "digits.keras")
        test = recognizer.predict_many(list(mnist_sample["x_test"]))
        right = sum(p.digit == label for p, label in zip(test, mnist_sample["y_test"], strict=True))
        assert gate["test"][name] == right
        drawn = recognizer.predict_prepared(held_out.digits)
        said = [p.digit if p.is_digit else 10 for p in drawn]
        assert gate["held_out"][name] == sum(np.array(said) == held_out.labels)
    assert gate["test"]["of"] == 100 and gate["held_out"]["of"] == len(held_out) > 20
    assert card["test"]["right"] == gate["test"]["new"]


def test_the_card_says_where_the_model_comes_from_and_nothing_that_is_no_longer_true(improved, trained):
    _, card, _ = improved
    old = json.loads((trained / "digits.json").read_text())
    this_time = card["finetuned"][-1]
    assert this_time["from_sha256"] == old["sha256"] and this_time["corrections_sha256"] == "0" * 64
    assert this_time["corrections"] == 180 == this_time["learned_from"] + this_time["held_out"]
    assert this_time["none_of_these"] == 30 and this_time["looks_at_test"] == 1 and len(this_time["history"]) == 4
    assert "benchmarks" in old and "benchmarks" not in card
    assert card["test"] != old["test"] and card["drawings"] != old["drawings"]
    assert set(old) - {"benchmarks"} == set(card) - {"finetuned"}
    assert card["history"] == old["history"] and card["config"] == old["config"]


def test_what_is_held_out_is_never_learned_from(improved):
    _, _, epochs = improved
    learned, held_out = sides(corrections())
    assert len(held_out) > 20
    seen = {picture.tobytes() for epoch in epochs for picture in epoch.digits}
    assert all(picture.tobytes() in seen for picture in learned.digits)
    assert not any(picture.tobytes() in seen for picture in held_out.digits)


def test_the_model_file_differs_in_nothing_but_its_weights(improved, trained):
    def network(folder):
        with zipfile.ZipFile(folder / "digits.keras") as archive:
            return [layer["config"] for layer in json.loads(archive.read("config.json"))["config"]["layers"]]

    def settings(node):
        """Without what Keras numbers anew each time."""
        if isinstance(node, list):
            return [settings(item) for item in node]
        if not isinstance(node, dict):
            return node
        return {key: settings(value) for key, value in node.items() if key not in ("name", "shared_object_id")}

    assert settings(network(improved[0])) == settings(network(trained))


def test_batch_normalisation_stays_as_it_was_and_the_rest_learns(improved, trained):
    for before, after in zip(*(load_network(f / "digits.keras").layers for f in (trained, improved[0])), strict=True):
        same = all((a == b).all() for a, b in zip(before.get_weights(), after.get_weights(), strict=True))
        assert same == (type(before).__name__ not in ("Conv2D", "Dense"))


def test_corrections_take_turns_so_that_none_is_left_out():
    for count, most in ((7, 1), (50, 9), (300, 9)):
        config = FinetuneConfig(replay=100, share=0.3, most_repeats=most, epochs=3)
        rows = np.concatenate([finetune_module._corrections_of(config, count, epoch) for epoch in range(3)])
        times = np.bincount(rows, minlength=count)
        assert len(rows) == 3 * min(30, most * count) and np.ptp(times) <= 1


def test_a_worse_model_is_kept_beside_the_old_one_which_stays_as_it_was(folder, mnist_sample):
    before = hashes(folder)
    harmful = replace(LEARNS, learning_rate=1e-2, share=2.0, most_repeats=100)
    card = finetune(harmful, corrections(labels=wrong), mnist_sample, folder)
    gate = card["finetuned"][-1]["gate"]
    assert not card["finetuned"][-1]["replaced"] and gate["test"]["new"] < gate["test"]["old"]
    assert hashes(folder) == before
    assert {path.name for path in folder.iterdir()} - set(before) == {"candidate"}
    candidate = folder / "candidate" / "digits.keras"
    assert sha256_of(candidate) == card["sha256"] and KinIndex.load(candidate)
    assert json.loads(candidate.with_suffix(".json").read_text()) == json.loads(json.dumps(card))
    said = outcome(card, folder)
    assert "is worse" in said and str(candidate) in said and f"{gate['test']['old']} of 100 right" in said

    again = finetune(replace(harmful, epochs=1), corrections(labels=wrong), mnist_sample, folder)
    assert again["finetuned"][-1]["looks_at_test"] == 2 and hashes(folder) == before


def test_worse_on_one_side_alone_keeps_the_old_model(folder, mnist_sample, monkeypatch):
    """Whichever side it is; and as good on both is good enough."""
    monkeypatch.setattr(finetune_module, "fit_further", lambda *_: [])
    gate, before = finetune_module._gate, hashes(folder)

    def with_loss(side, loss):
        def changed(*given):
            figures, result = gate(*given)
            assert figures["test"]["old"] == figures["test"]["new"]
            figures[side]["new"] -= loss
            return figures, result

        return changed

    for side, loss, replaced in (("test", 1, False), ("held_out", 1, False), ("test", 0, True)):
        monkeypatch.setattr(finetune_module, "_gate", with_loss(side, loss))
        card = finetune(FINETUNE, corrections(), mnist_sample, folder)
        assert card["finetuned"][-1]["replaced"] == replaced
        assert (hashes(folder) == before) != replaced


def test_a_stopped_fine_tuning_changes_nothing(folder, mnist_sample, monkeypatch):
    def stop(*_):
        raise KeyboardInterrupt

    before = {path.name for path in folder.iterdir()}, hashes(folder)
    for step in ("fit_further", "_gate", "_promote"):
        with monkeypatch.context() as patch:
            patch.setattr(finetune_module, "fit_further", lambda *_: [])
            patch.setattr(finetune_module, step, stop)
            with pytest.raises(KeyboardInterrupt):
                finetune(FINETUNE, corrections(), mnist_sample, folder)
        assert ({path.name for path in folder.iterdir()}, hashes(folder)) == before


def test_the_new_model_goes_only_as_far_as_validation_allows(trained, mnist_sample):
    old = load_network(trained / "digits.keras")
    validation = split_and_prepare(mnist_sample, HALF_TAUGHT.validation_size, HALF_TAUGHT.seed).validation

    def ends(change):
        model = finetune_module._copy_of(trained / "digits.keras")
        model.set_weights([change(weight) for weight in model.get_weights()])
        way = finetune_module._go_part_of_the_way(model, old, (1.0, 0.5, 0.0), validation)
        return way, model.get_weights()

    assert ends(lambda weight: weight)[0] == 1.0
    way, weights = ends(lambda weight: weight * 0)
    assert way == 0.0
    assert all((a == b).all() for a, b in zip(weights, old.get_weights(), strict=True))


def test_right_is_what_people_said():
    drawn = DrawnResult(
        right=np.array([True, True, False, False, False]),
        confidences=np.ones(5),
        refused=np.array([False, True, False, True, False]),
    )
    assert right_as_corrected(drawn, np.array([1, 2, 3, 10, 10])) == 2  # the first and the fourth


def test_too_few_corrections_are_one_sentence(folder, mnist_sample):
    with pytest.raises(TrainError, match="at least 20; these are 12"):
        finetune(FINETUNE, corrections(10), mnist_sample, folder)
    with pytest.raises(TrainError, match=r"Of these 180 corrections \d+ are held out and .* at least 170 and 1"):
        finetune(replace(FINETUNE, least_held_out=170), corrections(), mnist_sample, folder)


def test_a_model_or_a_card_that_cannot_be_used_is_one_sentence(folder, mnist_sample):
    def refused(sentence):
        with pytest.raises(TrainError, match=sentence):
            finetune(FINETUNE, corrections(), mnist_sample, folder)

    card = folder / "digits.json"
    good = json.loads(card.read_text())
    for changed, sentence in (
        ("{", "cannot be used"),
        ("[]", "cannot be used"),
        (json.dumps({**good, "sha256": "0"}), "it is that of another model"),
        (json.dumps({key: good[key] for key in good if key != "history"}), "it lacks history"),
        (json.dumps({**good, "finetuned": 3}), "it lacks a list of earlier"),
        (json.dumps({**good, "config": {"hello": 1}}), "cannot be used"),
        (json.dumps({**good, "config": {**good["config"], "epochs": "many"}}), "cannot be used"),
        (json.dumps({**good, "config": {**good["config"], "no_digits": 0}}), "never taught what is no digit"),
    ):
        card.write_text(changed)
        refused(sentence)
    card.unlink()
    refused("cannot be used")
    (folder / "digits.keras").unlink()
    refused("There is no .*digits.keras to fine-tune")


@pytest.mark.parametrize(
    ("options", "sentence"),
    [
        (["--resume"], "--resume does not go with --extra"),
        (["--preset", "quick"], "--preset does not go with --extra"),
        (["--architecture", "digits"], "--architecture does not go with --extra"),
        (["--no-augment"], "--augment does not go with --extra"),
        (["--weight-decay", "0.1"], "--weight-decay does not go with --extra"),
        (["--epochs", "0"], "--epochs is 0"),
        (["--learning-rate", "-1"], "--learning-rate is -1.0"),
        ([], "There is no file"),
    ],
)
def test_the_command_says_in_one_sentence_what_does_not_go(options, sentence, tmp_path, capsys):
    assert program.main(["--extra", str(tmp_path / "none.npz"), "--out", str(tmp_path), *options]) == 1
    error = capsys.readouterr().err
    assert error.startswith(f"python -m train: {sentence}") and error.count("\n") == 1


def test_the_command_takes_what_fine_tuning_has_of_the_training_options():
    options = program.parser().parse_args(
        ["--extra", "c.npz", "--epochs", "1", "--seed", "3", "--learning-rate", "0.5", "--batch-size", "9"]
    )
    assert program.finetune_config_from(options) == FinetuneConfig(epochs=1, seed=3, learning_rate=0.5, batch_size=9)


def test_the_command_fine_tunes_and_says_what_came_of_it(folder, tmp_path, mnist_sample, monkeypatch, capsys):
    given = corrections()
    path = tmp_path / "corrections.npz"
    np.savez(
        path,
        pictures=np.uint8(np.rint(255 * given.pictures.digits)),
        labels=given.pictures.labels,
        drawings=given.drawings,
    )
    monkeypatch.setattr("train.data.load_mnist", lambda _: mnist_sample)
    monkeypatch.setattr(program, "finetune_config_from", lambda _: LEARNS)
    assert program.main(["--extra", str(path), "--out", str(folder)]) == 0
    said = capsys.readouterr().out
    assert (
        f"The new model is now {folder / 'digits.keras'}" in said and str(folder / "previous" / "digits.keras") in said
    )
    assert "digits.onnx still hold the old model: make them anew with `python -m train.export`" in said
    card = json.loads((folder / "digits.json").read_text())
    assert card["finetuned"][0]["corrections_sha256"] == sha256_of(path)


def test_ctrl_c_says_that_nothing_changed(tmp_path, monkeypatch, capsys):
    def stop(_):
        raise KeyboardInterrupt

    monkeypatch.setattr("train.extra.read_corrections", stop)
    assert program.main(["--extra", "c.npz", "--out", str(tmp_path)]) == 130
    assert "The model is what it was" in capsys.readouterr().err
