"""The arithmetic of `fixed_point` inside compiled code, with its tables in one array.

Every function has the name of the one that it repeats and gives the same numbers; the tests compare them
over random and extreme values. Ranges are the callers' business here: they check what documents state.
"""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Final

import numpy as np

from journeyctl import tables
from journeyctl.fixed_point import CERTAIN, LARGEST, ONE
from journeyctl.simulate.population_engine.jit import compiled

if TYPE_CHECKING:
    from numpy import int64
    from numpy.typing import NDArray

    Integers = NDArray[int64]

_SIGMOID: Final = 0
_NORMAL: Final = _SIGMOID + tables.SIGMOID_CELLS + 1
_EXP2: Final = _NORMAL + tables.QUANTILE_ENTRIES
_LOG: Final = _EXP2 + tables.EDGES
ENTRIES: Final = _LOG + tables.EDGES
_EDGES: Final = tables.EDGES
_CELLS: Final = tables.CELLS
_LAST_CELL: Final = tables.CELLS - 1
_LAST_SIGMOID: Final = tables.SIGMOID_CELLS - 1
_LN_2: Final = 3_121_657_384_082_680
_LOG2_E: Final = 1_549_082_005
_LOGIT_LIMIT: Final = 16 * ONE
_EXPONENT_LIMIT: Final = 31 * ONE
_CELL_BITS: Final = 29
_CELL_MASK: Final = (1 << _CELL_BITS) - 1
_CELL_HALF: Final = 1 << (_CELL_BITS - 1)
_LOG_MASK: Final = (1 << 40) - 1
_HOUR: Final = 3_600


@cache
def number_tables() -> Integers:
    """The shipped tables that lives read, one after the other: what functions here call `numbers`."""
    parts = [np.array(tables.load(name), dtype=np.int64) for name in ("sigmoid", "normal", "exp2", "log")]
    joined = np.concatenate(parts)
    assert joined.size == ENTRIES, "the tables have the lengths that the places are worked out from"
    return joined


@compiled
def multiply(a: int, b: int, shift: int) -> int:
    """a x b / 2^shift, rounded half up; `shift` at least 1."""
    return (a * b + (1 << (shift - 1))) >> shift


@compiled
def scaled(coefficient: int, amount: int) -> int:
    """Coefficient times amount, both in 2^-20, rounded half up."""
    return (amount * coefficient + (1 << 19)) >> 20


@compiled
def threshold(numbers: Integers, logit: int) -> int:
    """The threshold in 2^-53 of a logit in 2^-20."""
    place = min(max(logit, -_LOGIT_LIMIT), _LOGIT_LIMIT) + _LOGIT_LIMIT
    cell = min(place >> 14, _LAST_SIGMOID)
    low = numbers[_SIGMOID + cell]
    return low + multiply(numbers[_SIGMOID + cell + 1] - low, place - (cell << 14), 14)


@compiled
def normal(numbers: Integers, u: int) -> int:
    """A standard normal value in 2^-20 from a draw."""
    return quantile(numbers, _NORMAL, u)


@compiled
def quantile(numbers: Integers, start: int, u: int) -> int:
    """The value of a quantile table that stands in `numbers` from `start` on."""
    cell, index, within = u >> 41, start, u & _CELL_MASK
    if cell == 0:
        index += _EDGES + (u >> _CELL_BITS)
    elif cell == _LAST_CELL:
        index += 2 * _EDGES + ((u >> _CELL_BITS) & _LAST_CELL)
    else:
        index += cell
        within = (u >> 12) & _CELL_MASK
    low = numbers[index]
    return low + (((numbers[index + 1] - low) * within + _CELL_HALF) >> _CELL_BITS)


@compiled
def exp2_parts(numbers: Integers, x: int) -> tuple[int, int]:
    """2^x as a power of two and a mantissa in 2^-30 from 1 to 2; x in 2^-20, held within 31."""
    held = min(max(x, -_EXPONENT_LIMIT), _EXPONENT_LIMIT - 1)
    cell = (held >> 8) & _LAST_CELL
    low = numbers[_EXP2 + cell]
    return held >> 20, low + multiply(numbers[_EXP2 + cell + 1] - low, held & 255, 8)


@compiled
def lognormal(numbers: Integers, u: int, median: int, sigma: int) -> int:
    """A lognormal amount in the median's unit; `sigma` in 2^-20."""
    power, mantissa = exp2_parts(numbers, multiply(multiply(sigma, normal(numbers, u), 20), _LOG2_E, 30))
    amount, shift = median * ((mantissa + 128) >> 8), 22 - power
    if shift > 0:
        return min((amount + (1 << (shift - 1))) >> shift, LARGEST)
    # The limit is applied before the shift to the left, which could leave 64 bits.
    return min(min(amount, (LARGEST >> -shift) + 1) << -shift, LARGEST)


@compiled
def bit_length(x: int) -> int:
    """How many binary digits a whole number above 0 has."""
    length = 0
    for step in (32, 16, 8, 4, 2, 1):
        if x >> step > 0:
            length += step
            x >>= step
    return length + 1


@compiled
def natural_log(numbers: Integers, x: int, bits: int) -> int:
    """ln of x / 2^bits, in 2^-40; x from 1 to 2^62 - 1."""
    power = bit_length(x) - 1
    whole = x << (52 - power) if power <= 52 else x >> (power - 52)
    part = whole >> 40
    rest = ((whole & _LOG_MASK) + (part >> 1)) // part
    square = (rest * rest) >> 41
    cube = ((rest * square) >> 39) // 3
    return multiply(power - bits, _LN_2, 12) + numbers[_LOG + part - _CELLS] + rest - square + cube


@compiled
def exponential_seconds(numbers: Integers, u: int, mean_seconds: int) -> int:
    """An exponential delay in whole seconds."""
    log = natural_log(numbers, 2 * (CERTAIN - u) - 1, 54)
    return multiply(multiply(-log, 1, 16), mean_seconds, 24)


@compiled
def count_not_above(values: Integers, first: int, length: int, u: int) -> int:
    """How many of the ascending `values[first:first + length]` are not above `u`.

    With the thresholds of a Poisson mean this is the count that a draw gives.
    """
    # Halved without a question that a draw decides: nobody could foresee the answer.
    low, left = 0, length
    while left > 0:
        half = (left + 1) >> 1
        low += half if values[first + low + half - 1] <= u else 0
        left -= half
    return low


@compiled
def decayed(values: Integers, first: int, length: int, elapsed_seconds: int) -> int:
    """What is left of 1 after this time, in 2^-32, by a decay table that stands in `values` from `first` on."""
    return values[first + min(max(elapsed_seconds // _HOUR, 0), length - 1)]
