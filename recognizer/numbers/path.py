"""The candidates of a line -> those that make it up."""

import numpy as np

from recognizer.numbers.candidates import Candidate

DOUBT = np.log(0.5)  # a less probable candidate is doubtful
# In nats, chosen as the costs in `recognizer.numbers.candidates` were:
DOUBT_COST = 2.0  # for a doubtful candidate: it is more often two digits or part of one than an odd digit
WORST = -4.0  # what a candidate counts at least, or a blot would be joined with its neighbour
BLOT_COST = 8.0  # for a doubtful candidate, times how much wider it is than a digit: two blots are not to be one
BROAD = 0.9  # times its height; a digit is seldom wider


def best_path(candidates: list[Candidate], log_probabilities: np.ndarray) -> list[int]:
    """Choose the candidates that are most probable together, and have each piece of the line once -> their indices.

    `log_probabilities`: float (n,), of each candidate being the digit it looks most like.
    """
    length = max(candidate.end for candidate in candidates)
    best: list[tuple[float, list[int]]] = [(0.0, []), *[(-np.inf, list[int]())] * length]
    for i in sorted(range(len(candidates)), key=lambda i: candidates[i].first):
        candidate = candidates[i]
        score, path = best[candidate.first]
        score += _log_likelihood(candidate, float(log_probabilities[i])) - candidate.cost
        if score > best[candidate.end][0]:
            best[candidate.end] = (score, [*path, i])
    return best[length][1]


def _log_likelihood(candidate: Candidate, log_probability: float) -> float:
    if log_probability >= DOUBT:
        return log_probability
    left, top, right, bottom = candidate.box
    broader = max(0.0, (right - left) / (bottom - top) - BROAD)
    return max(log_probability - DOUBT_COST, WORST - BLOT_COST * broader)
