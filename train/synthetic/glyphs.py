"""What people mean when they write: digits, and letters and signs that are not digits, as the strokes of a pen.

These are skeletons, of which `train.synthetic.writer` makes handwriting. So a digit needs another skeleton only where
it has other parts, not where a part is longer, rounder, looped, joined, or drawn in another order.

A glyph is a string of strokes separated by `/` or `|`, and a stroke is a row of points `x,y` (y down) in a box 60 wide
and 100 high (tails and slashes leave it), in the usual order of writing. The pen runs through them in a smooth curve
and turns sharply where a point has a `!`; one with a `*` may lie almost anywhere. A stroke that starts with `~` is
placed freely: people put slashes, bars, and dots where they like. One that starts with `o` is a ring: its last point
joins its first. Where strokes are separated by `/`, some people keep the pen down; at `|` nobody does.
"""

from functools import cache
from typing import NamedTuple

import numpy as np

LONGEST_PIECE = 45.0  # two points that are farther apart get more between them, so that the line can bend


class Stroke(NamedTuple):
    """One stroke of a glyph.

    points: float (n, 2), x right and y down, in per cent of the glyph's height.
    sharp: bool (n,), where the pen turns sharply.
    loose: bool (n,), the points that may lie almost anywhere.
    free, ring, apart: whether it is placed freely, is a ring, and is never joined to the stroke before.
    """

    points: np.ndarray
    sharp: np.ndarray
    loose: np.ndarray
    free: bool = False
    ring: bool = False
    apart: bool = False


# Digits, and letters and signs that nobody means as a digit. Left out are those that many write like one (b B D g G I l
# o O q s S z Z), whatever their owners think.
_TABLE = """
0  o 30,0 8,18 2,50 9,84 30,100 51,84 58,50 52,18; o 44,6 16,6 3,40 8,82 30,100 51,88 58,52 54,22
0  o 30,0 8,18 2,50 9,84 30,100 51,84 58,50 52,18 / ~ 54,8 6,92
0  o 30,0 8,18 2,50 9,84 30,100 51,84 58,50 52,18 / ~ 76,-14 -16,114
0  o 30,0 8,18 2,50 9,84 30,100 51,84 58,50 52,18 / ~ 82,24 -22,80
0  o 30,0 8,18 2,50 9,84 30,100 51,84 58,50 52,18 / ~ 44,26 16,74
1  30,0 30,100; 18,30* 32,0! 32,100; 24,50* 33,0! 32,100; 20,44* 27,14 33,0! 32,100; 0,58* 34,0! 33,100
1  2,34* 34,0! 34,100; 4,28* 24,16 36,0! 35,100; -14,84* 36,0! 36,100; 14,20* 32,0! 32,100! 8,99! 56,99*
1  16,30* 32,0! 32,100 | ~ 8,100 56,100; -6,62* 36,0! 34,100 | ~ 10,100 62,99; 30,0 30,100 | ~ 8,100 52,100
2  4,24* 14,4 34,0 54,14 52,36 30,68 4,98! 58,98*; 6,22* 26,0 50,8 50,36 30,68 8,88 2,80 12,76 30,92 48,99 60,90*
2  4,4! 52,4! 4,98! 56,98*
3  6,14* 28,0 52,14 48,38 22,47! 50,56 56,80 34,100 4,90*; 6,12* 32,0 52,16 44,38 26,47 46,55 57,77 36,99 2,88*
3  4,2! 53,2! 24,42! 50,52 56,80 32,100 2,90*
4  38,0* 4,62! 66,62 / 42,26* 40,100; 42,0 2,66! 68,66 / 42,0 42,100; 8,0* 4,50! 58,50 / 50,0 46,100
4  10,2* 6,40 18,54 48,50 / 54,0 46,100
5  54,0* 14,0! 10,42! 34,36 56,58 52,86 28,100 2,90*; 12,2 8,44! 36,36 58,58 48,92 22,100 2,88* | 12,2 58,0*
5  54,2* 22,2 12,34 30,44 50,58 48,86 26,100 2,92*; 56,0! 10,0! 10,44! 50,44! 52,96! 4,98*
6  46,0* 18,24 4,62 12,94 34,100 54,84 50,60 30,52 8,70*; 24,0* 8,56 10,90 30,100 48,90 46,70 28,62 8,78*
6  38,0* 10,40 3,70 / o 3,70 12,94 32,100 54,84 50,62 30,54 12,60
7  4,4 56,2! 26,100*; 2,18* 5,2! 56,2! 28,100; 2,12* 14,2 34,8 58,0! 36,46 24,100; 4,4 56,2! 26,100* / ~ 12,60 56,57
7  2,14* 8,0 26,6 56,0! 22,100 / ~ 10,60 56,57
8  o 52,14 30,0 8,14 14,36 46,58 56,82 30,100 4,82 14,58 46,36
8  o 30,47 50,36 50,10 30,0 10,10 10,36 / o 30,47 6,58 6,88 30,100 54,88 54,58
8  30,47 10,34 10,8 30,0 50,8 48,34 24,50 6,70 12,94 34,100 56,86 50,62 30,47*
8  14,4* 48,54 50,92 28,100 6,88 12,56 46,4*
9  o 50,16 28,0 6,18 10,44 32,50 50,32 / 51,10 48,100*; o 50,16 28,0 6,18 10,44 32,50 50,32 / 52,10 54,64 40,98 10,94*
9  52,20* 36,0 8,12 8,38 28,48 46,34 54,10 50,60 34,94 10,99*; 50,4! 10,4! 8,44! 50,44! / 50,4 50,100*
A  2,100 30,0! 58,100 / ~ 12,62 48,62; 0,96 16,40 38,0! 46,100 / ~ 6,60 56,58
C  56,16 34,0 8,22 4,66 26,100 56,86
E  56,0 8,0! 8,100! 56,100 | ~ 8,48 46,48; 50,12 26,0 10,20 34,44! 8,66 20,98 56,88
F  8,0 8,100 / 6,2 56,0 / ~ 8,46 44,44; 58,0 8,2! 8,100 / ~ 8,44 46,42
H  6,0 6,100 / 54,0 54,100 / ~ 6,50 54,48
J  46,0 46,80 26,100 4,80
K  8,0 8,100 / 54,2 8,56! 58,100
L  10,0 6,100! 58,98; 30,0 20,10 18,90 6,98 20,92 40,98 60,90
M  2,100 8,0! 30,60! 52,0! 60,100
N  4,100 6,0! 52,100! 54,0
P  10,0 8,100 / 8,4 40,0 56,22 40,48 10,52
Q  30,0 6,20 4,70 28,98 54,72 52,20 30,0 / ~ 36,70 66,108
R  8,0 8,100 / 8,2 44,4 52,28 36,48 8,50! 58,100
T  30,0 30,100 | ~ 2,0 58,0
U  4,0 4,70 28,100 54,72 56,0
V  2,0 28,100! 58,0
W  0,0 14,100! 30,30! 46,100! 60,0; 0,4 8,88 22,96 30,30 38,94 52,88 60,2
X  2,0 58,100 | 58,0 2,100
Y  2,0 30,48 | 58,0 30,48 30,100
a  50,36 26,26 6,48 8,82 30,94 50,60 50,34! 50,84 62,96; 8,36 34,26 50,44 50,94 / 50,56 20,58 4,78 20,96 48,84
d  52,0 52,98 / 52,60 28,44 6,66 12,96 36,98 52,80
e  8,64 52,60 44,30 22,28 4,60 16,96 56,88
f  54,10 36,0 26,20 24,100 | ~ 4,46 50,44; 20,52 50,24 42,0 28,20 24,120 38,110 26,70 60,66
h  8,0 8,100! / 8,66 30,44 48,56 50,100
i  28,40 28,100 | ~ 28,-6 30,-2
j  34,42 34,100 20,118 2,104 | ~ 34,-4 36,-2
k  10,0 10,100 / 46,40 12,72! 50,100
m  2,100 4,44! 4,60 18,44 28,60 28,100! 30,60 46,44 56,62 56,100
n  6,40 8,100! 10,62 32,42 50,58 52,100
p  8,34 8,130 / 8,44 34,34 54,56 42,86 10,84
r  8,40 10,100! 12,60 30,42 54,48
t  30,0 30,84 44,100 58,88 | ~ 6,32 56,30
u  6,40 6,80 26,98 48,80 50,40! 50,84 62,98
v  4,40 26,100! 52,40
w  2,40 14,100! 28,54! 42,100! 58,40
x  4,40 54,100 | 52,40 4,100; 2,46 16,42 38,94 56,96 / 54,42 36,54 22,90 2,100
x  4,40 12,76 32,78 50,40! 44,110 26,128 10,112 40,84 62,76
?  6,18 26,0 50,14 46,40 28,56 28,72 | ~ 28,108 29,110
!  30,-10 30,60 | ~ 30,102 31,104
+  30,10 30,90 | ~ 0,50 60,50
=  0,34 60,34 | ~ 0,66 60,66
-  0,50 60,48
~  0,60 14,40 30,50 46,60 60,42
*  30,14 30,86 / 0,32 60,68 / 60,32 0,68
#  18,4 12,96 / 46,4 40,96 / 0,34 60,30 / -2,68 58,66
&  58,98 14,30 22,2 40,10 32,36 6,66 10,94 32,96 56,60
@  40,44 22,46 18,66 34,70 42,46! 46,72 58,60 56,24 30,6 6,30 4,70 28,96 54,90
$  54,18 30,8 8,24 20,46 44,54 54,76 30,92 4,80 / ~ 30,-4 30,104
%  56,0 4,100 / 14,4 4,16 14,28 24,16 14,4 / 46,72 36,84 46,96 56,84 46,72
<  56,16 4,50! 56,84
>  4,16 56,50! 4,84
tick  0,60 20,90! 60,10
triangle  0,96 30,10! 60,96! 0,96
square  2,10! 58,10! 58,90! 2,90! 2,10
diamond  30,10 54,50! 30,90! 6,50! 30,10
star  12,98 30,0! 48,98! 0,36! 60,36! 12,98
heart  30,30 14,6 0,28 30,94! 60,28 46,6 30,30
infinity  0,50 14,30 30,50 46,70 60,50 46,30 30,50 14,70 0,50
arrow  0,50 60,50! 40,30 / 60,50 40,70
spiral  32,50 40,44 40,60 22,62 18,36 46,26 58,56 40,86 4,80 -4,30 34,2 72,26
zigzag  0,20 12,80! 20,20! 32,80! 40,20! 52,80! 60,20
two-strokes  14,0 14,100 | 50,0 50,100
one  6,2! 56,2 / 6,96 56,96 / 30,2 30,96
face  30,0 2,30 0,70 30,100 60,70 58,30 30,0 / ~ 18,36 19,38 / ~ 42,36 43,38 / ~ 16,66 30,78 44,66
dot  30,49 31,51
"""
_GLYPHS = [(line.split()[0], glyph) for line in _TABLE.split("\n") if line for glyph in line.split("  ")[1].split("; ")]
DIGITS = {digit: tuple(glyph for name, glyph in _GLYPHS if name == str(digit)) for digit in range(10)}
NEGATIVES = tuple(glyph for name, glyph in _GLYPHS if not name.isdigit())


@cache
def parse(glyph: str) -> tuple[Stroke, ...]:
    """Split a glyph's string into its strokes."""
    parts = glyph.replace("|", "/ |").split("/")
    return tuple(_stroke(part.split()) for part in parts)


def _stroke(words: list[str]) -> Stroke:
    marks = [word for word in words if "," not in word]
    words = [word for word in words if "," in word]
    points = np.array([[float(number) for number in word.rstrip("!*").split(",")] for word in words])
    flags = np.array([[word.endswith("!"), word.endswith("*")] for word in words])
    pieces = []
    for start, end, flag in zip(points[:-1], points[1:], flags[:-1], strict=True):
        n = int(np.hypot(*(end - start)) // LONGEST_PIECE) + 1
        pieces.append((np.linspace(start, end, n, endpoint=False), np.vstack([flag, np.zeros((n - 1, 2), bool)])))
    points, flags = (np.concatenate(part) for part in zip(*pieces, (points[-1:], flags[-1:]), strict=True))
    return Stroke(points, flags[:, 0], flags[:, 1], "~" in marks, "o" in marks, "|" in marks)
