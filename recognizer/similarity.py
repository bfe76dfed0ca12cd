"""How alike two pictures of digits are: the inner product of their vectors, up to 1.

It is the cosine between their features, as the model's last layer gets them, and the cosine between the pictures
themselves, slightly blurred, weighted. Each sees what the other misses: the features forgive another slant or
thickness, the pictures keep what the model has learned to ignore.
"""

import numpy as np

PICTURES_SHARE = 1 / 3  # of the pictures in the similarity; the rest is the features'
# Blurs the rows, and then the columns, of a picture: a Gaussian with a standard deviation of one pixel.
BLUR = np.exp(-np.square(np.subtract.outer(np.arange(28), np.arange(28))) / 2).astype(np.float32)


def vectors(features: np.ndarray, pictures: np.ndarray) -> np.ndarray:
    """Return unit vectors, float32 (n, d + 784), of features (n, d) and pictures (n, 28, 28), both float32.

    Where a model gives no features, d is 0, and the pictures alone count.
    """
    blurred = _units((BLUR @ pictures @ BLUR).reshape(len(pictures), -1))
    if not features.shape[1]:
        return blurred
    share = np.float32(PICTURES_SHARE)
    return np.hstack([np.sqrt(1 - share) * _units(features), np.sqrt(share) * blurred])


def _units(rows: np.ndarray) -> np.ndarray:
    return rows / np.maximum(np.linalg.norm(rows, axis=1, keepdims=True), np.float32(1e-12))
