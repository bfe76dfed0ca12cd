"""Every hyper-parameter of a training run, with its reason, and the three runs that the project knows."""

from dataclasses import dataclass, replace

from train.errors import TrainError


@dataclass(frozen=True)
class TrainConfig:
    """One training run. Angles in degrees, distances in px of the 28x28 picture, factors relative to 1."""

    architecture: str = "digits"  # a key of train.network.architecture.ARCHITECTURES
    name: str = "digits"  # the files are called NAME.keras, NAME.json, ...
    formats: tuple[str, ...] = ("keras",)  # which model files to write
    note: str = ""  # a remark for the card
    seed: int = 2026  # of the split, the first weights, the order of the digits and the augmentation
    validation_size: int = 5_000  # digits of the 60,000, held out writer by writer; everything is chosen on these

    # Drawings of what MNIST lacks (train/synthetic/drawings.py), beside its 55,000 digits in every epoch; 0 for none.
    drawn_digits: int = 27_000  # digits in other styles and with other pens, most of them by writers who do not exist
    negatives: int = 12_000  # letters, signs, scribbles: an eleventh class
    validation_drawings: int = 4_000  # of each of the two kinds, to choose, to calibrate and to report on
    calibrate: bool = True  # confidence and refusals, on MNIST's validation digits and drawn ones (calibration.py)
    pool: int = 5  # how many epochs' drawings are made; each epoch takes its own at random
    corrections: str = ""  # SHA-256 of the file of corrections that are trained on, too (train/data/corrections.py)
    corrections_repeat: int = 8  # times that an epoch has each of them, so that a few dozen among 90,000 matter

    # Wider networks are trained first; the one that is shipped, their student, also learns their probabilities, which
    # say what else a digit looks like (Hinton, Vinyals & Dean 2015, arXiv 1503.02531).
    teachers: int = 2  # trained one after another, with seeds of their own; 0 for none
    teacher_width: float = 4 / 3  # in place of `width`
    teacher_epochs: int = 9  # in place of `epochs`
    distill: float = 0.7  # share of the teachers' mean probabilities in the student's targets; the labels are the rest

    width: float = 1.0  # times the network's filters; `digits` has as many in its first stage at any width
    epochs: int = 24
    batch_size: int = 128
    precision: str = "mixed_bfloat16"  # of training: a quarter faster on processors that calculate in it, else slower
    optimizer: str = "adamw"
    learning_rate: float = 2e-3  # the peak; AdamW with batch normalisation trains stably there
    schedule: str = "cosine"  # one cycle: a linear rise, then a cosine down to 0; or "constant"
    warmup_epochs: float = 1.0  # the rise, while the batch statistics settle
    weight_decay: float = 0.02
    ema: float = 0.998  # momentum of the averaged weights (about the last epoch's); 0 keeps the last weights

    augment: bool = True
    rotation: float = 10.0  # degrees either way: how unevenly people hold a sheet
    shear: float = 0.15  # the slant of handwriting, left and right
    scale: float = 0.1  # each side on its own; preparation fits the longer side, people vary the other
    shift: float = 1.0  # preparation centres to half a pixel; odd shapes are off by more
    elastic: float = 0.5  # standard deviation of the wobble of a hand
    thin: float = 0.3  # share of the way to the strokes' erosion by a pixel
    thicken: float = 0.5  # share of the way to the strokes' dilation by a pixel: felt pens on small drawings
    contrast: float = 1.5  # edges up to half again as hard as MNIST's scans: pens on a canvas have no grey

    @property
    def classes(self) -> int:
        """How many outputs the network has: ten digits, and "none of these" where negatives teach it."""
        return 11 if self.negatives else 10

    def network(self, number: int) -> "TrainConfig":
        """The configuration of the `number`th network that is trained, from 1: first the teachers, then the student."""
        if number > self.teachers:
            return self
        return replace(self, seed=self.seed + number, width=self.teacher_width, epochs=self.teacher_epochs)

    def __post_init__(self) -> None:
        """Raise `TrainError` for values with which no training can work."""
        above_0 = ("epochs", "batch_size", "validation_size", "learning_rate", "width", "pool", "validation_drawings")
        for name in (*above_0, "corrections_repeat", "teacher_width", "teacher_epochs"):
            if getattr(self, name) <= 0:
                raise TrainError(f"--{name.replace('_', '-')} is {getattr(self, name)}: it has to be above 0.")
        for name in ("drawn_digits", "negatives", "teachers"):
            if getattr(self, name) < 0:
                raise TrainError(f"--{name.replace('_', '-')} is {getattr(self, name)}: it cannot be below 0.")
        choices = {"optimizer": ("adamw", "adadelta"), "schedule": ("cosine", "constant")}
        for name, allowed in {**choices, "precision": ("float32", "mixed_bfloat16")}.items():
            if getattr(self, name) not in allowed:
                raise TrainError(f"--{name} is {getattr(self, name)!r}: choose {' or '.join(allowed)}.")
        for name in ("ema", "distill"):
            if not 0 <= getattr(self, name) < 1:
                raise TrainError(f"--{name} is {getattr(self, name)}: it has to be 0 or above, and below 1.")


DIGITS = TrainConfig(note="models/README.md lists every time that MNIST's test digits were read.")

# A quick run, for trying things out; its model never takes the place of the shipped one.
QUICK = TrainConfig(
    name="quick",
    teachers=0,
    epochs=8,
    drawn_digits=15_000,
    negatives=8_000,
    pool=2,
    validation_drawings=1_500,
)

# The network of the tutorials, as they train it, but for the learning rate.
CLASSIC = TrainConfig(
    architecture="classic",
    name="mnist",
    note="The tutorials leave Adadelta's learning rate to Keras, which now starts at 0.001. Its paper (Zeiler 2012, "
    "arXiv 1212.5701) multiplies its steps by nothing at all, so the learning rate is 1.0 here.",
    formats=("keras", "h5"),
    teachers=0,
    epochs=10,
    precision="float32",
    optimizer="adadelta",
    learning_rate=1.0,
    schedule="constant",
    warmup_epochs=0.0,
    weight_decay=0.0,
    ema=0.0,
    augment=False,
    drawn_digits=0,
    negatives=0,
    calibrate=False,
)

CONFIGS = {config.architecture: config for config in (DIGITS, CLASSIC)}
PRESETS = {"quick": QUICK}
