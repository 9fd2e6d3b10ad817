"""Arithmetic that decides: whole numbers only, the same result on every machine and in both engines.

Numbers are ints with a scale: logits, traits, fatigue and shares in 2^-20, thresholds in 2^-53,
decay in 2^-32, logarithms in 2^-40; times in seconds, money in cents. A draw `u` is a whole number
below 2^53 (`draws`). Every scalar function has a twin over int64 arrays, named with `_array`, that
broadcasts and agrees with it bit for bit; all products stay below 2^62.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence
from decimal import ROUND_HALF_EVEN, Decimal, localcontext
from functools import cache, lru_cache
from itertools import pairwise
from typing import TYPE_CHECKING, Final

from journeyctl import tables

if TYPE_CHECKING:
    from array import array

    from numpy import int64
    from numpy.typing import NDArray

    Integers = NDArray[int64]

ONE: Final = 1 << 20
"""1 in the scale of logits, traits, fatigue and shares."""
CERTAIN: Final = 1 << 53
"""The threshold that every draw lies below."""
DECAY_ONE: Final = 1 << 32
"""1 in the scale of decay tables."""
LOG_ONE: Final = 1 << 40
"""1 in the scale of `natural_log`."""
LARGEST: Final = (1 << 38) - 1
"""Seconds or cents that a lognormal amount never exceeds, nor the median it is drawn from."""

_LN_2: Final = 3_121_657_384_082_680
"""ln 2 in 2^-52."""
_LOG2_E: Final = 1_549_082_005
"""1 / ln 2 in 2^-30."""
_Z_90: Final = Decimal("1.28155156554460046696510332945")
"""The 90 % quantile of the standard normal distribution."""
_LOGIT_LIMIT: Final = 16 * ONE
_EXPONENT_LIMIT: Final = 31 * ONE
_CELL_BITS: Final = 29
_CELL_MASK: Final = (1 << _CELL_BITS) - 1
_CELL_HALF: Final = 1 << (_CELL_BITS - 1)
_LAST_CELL: Final = tables.CELLS - 1
_DIGITS: Final = 40
_LARGEST_SIGMA: Final = 8 * ONE
_LARGEST_MEAN: Final = (1 << 32) - 1
LARGEST_POISSON: Final = 100_000 * ONE
"""The greatest mean of a Poisson count, in 2^-20."""


# --- products and powers -------------------------------------------------------------------------


def multiply(a: int, b: int, shift: int = 20) -> int:
    """a x b / 2^shift, rounded half up; `shift` at least 1."""
    return (a * b + (1 << (shift - 1))) >> shift


def multiply_array(a: Integers, b: Integers | int, shift: int = 20) -> Integers:
    """`multiply` over arrays; the caller keeps a x b below 2^62."""
    return (a * b + (1 << (shift - 1))) >> shift


def part_array(u: Integers, count: int) -> Integers:
    """Into which of `count` equal parts, from 0, draws fall: u x count / 2^53, rounded down; `count` below 2^36."""
    _check("number of parts", count, (1 << 36) - 1)
    # The product has up to 89 bits; the lower 27 bits of the draw are multiplied by themselves.
    high, low = u >> 27, u & ((1 << 27) - 1)
    return (high * count + (low * count >> 27)) >> 26


def exp2(x: int) -> int:
    """2^x, both in 2^-20. Relative error below 10^-8; x is held within -31 to just below 31."""
    power, mantissa = _power_and_mantissa(x)
    shift = 10 - power
    return (mantissa + (1 << (shift - 1))) >> shift if shift > 0 else mantissa << -shift


def exp2_array(x: Integers) -> Integers:
    """`exp2` over arrays."""
    import numpy as np

    power, mantissa = _power_and_mantissa_array(x)
    right, left = np.maximum(10 - power, 0), np.maximum(power - 10, 0)
    return ((mantissa + ((1 << right) >> 1)) >> right) << left


def exp(x: int) -> int:
    """e^x, both in 2^-20; held within e^-21 to e^21, about."""
    return exp2(multiply(_held(x, _EXPONENT_LIMIT), _LOG2_E, 30))


def exp_array(x: Integers) -> Integers:
    """`exp` over arrays."""
    import numpy as np

    return exp2_array(multiply_array(np.clip(x, -_EXPONENT_LIMIT, _EXPONENT_LIMIT), _LOG2_E, 30))


def natural_log(x: int, *, bits: int = 20) -> int:
    """ln of x / 2^bits, in 2^-40, with an error of at most 4 units. Raises `ValueError` unless 0 < x < 2^62."""
    if not 0 < x < 1 << 62:
        raise ValueError(f"no logarithm of {x}: only whole numbers from 1 to 2^62 - 1 have one here")
    power = x.bit_length() - 1
    whole = x << (52 - power) if power <= 52 else x >> (power - 52)
    part = whole >> 40
    # ln(c + r) = ln c + ln(1 + r/c); r/c is below 2^-12, so three terms of the series are enough.
    rest = ((whole & (LOG_ONE - 1)) + (part >> 1)) // part
    square = (rest * rest) >> 41
    cube = ((rest * square) >> 39) // 3
    return multiply(power - bits, _LN_2, 12) + _table("log")[part - tables.CELLS] + rest - square + cube


def natural_log_array(x: Integers, *, bits: int = 20) -> Integers:
    """`natural_log` over arrays."""
    import numpy as np

    if x.size and not (int(x.min()) > 0 and int(x.max()) < 1 << 62):
        raise ValueError(f"no logarithm of {int(x.min())} to {int(x.max())}: only 1 to 2^62 - 1 have one here")
    power = _bit_length_array(x) - 1
    whole = (x << np.maximum(52 - power, 0)) >> np.maximum(power - 52, 0)
    part = whole >> 40
    rest = ((whole & (LOG_ONE - 1)) + (part >> 1)) // part
    square = (rest * rest) >> 41
    cube = ((rest * square) >> 39) // 3
    logs: Integers = multiply_array(power - bits, _LN_2, 12) + _array("log")[part - tables.CELLS] + rest - square + cube
    return logs


# --- chances -------------------------------------------------------------------------------------


def share_threshold(share: float) -> int:
    """The threshold of a share in 0..1: the event happens where u < threshold. 0 and 1 are exact."""
    if not 0.0 <= share <= 1.0:
        raise ValueError(f"{share} is no share: it lies outside 0 to 1")
    # Scaling by a power of two is exact, and round() on a float is exact, so no machine differs.
    return round(share * CERTAIN)


def threshold(logit: int) -> int:
    """The threshold of a logit in 2^-20: 2^53 / (1 + e^-x) with an error below 3 x 2^53 / 10^6.

    Logits beyond -16 and 16 count as -16 and 16: a chance of 1.1 in 10^7 less than never or always.
    """
    # Written out, because every mail asks twice: `multiply` with a shift of 14 within a cell of the table.
    table, place = tables.load("sigmoid"), logit + _LOGIT_LIMIT
    if place <= 0 or logit >= _LOGIT_LIMIT:
        return table[0 if place <= 0 else -1]
    cell = place >> 14
    low = table[cell]
    return low + (((table[cell + 1] - low) * (place & 16_383) + 8_192) >> 14)


def threshold_array(logits: Integers) -> Integers:
    """`threshold` over arrays."""
    import numpy as np

    place = np.clip(logits, -_LOGIT_LIMIT, _LOGIT_LIMIT) + _LOGIT_LIMIT
    cell = np.minimum(place >> 14, tables.SIGMOID_CELLS - 1)
    table = _array("sigmoid")
    low: Integers = table[cell]
    return low + multiply_array(table[cell + 1] - low, place - (cell << 14), 14)


# --- draws turned into amounts -------------------------------------------------------------------


def normal(u: int) -> int:
    """A standard normal value in 2^-20 from a draw; its tails reach to 5.6, as a 24-bit table's do."""
    return _quantile(_table("normal"), 0, u)


def normal_array(u: Integers) -> Integers:
    """`normal` over arrays."""
    return _quantile_array(_array("normal"), u)


def lognormal(u: int, *, median: int, sigma: int) -> int:
    """A lognormal amount in the median's unit (seconds, cents); `sigma` in 2^-20, at most 8.

    Rounded to the nearest whole number, never above `LARGEST` nor 2^31 times the median. Raises
    `ValueError` for a median or sigma out of range.
    """
    if not (0 <= median <= LARGEST and 0 <= sigma <= _LARGEST_SIGMA):
        _check("median", median, LARGEST)
        _check("sigma in 2^-20", sigma, _LARGEST_SIGMA)
    spread = (sigma * _quantile(tables.load("normal"), 0, u) + (1 << 19)) >> 20
    power, mantissa = _power_and_mantissa((spread * _LOG2_E + (1 << 29)) >> 30)
    amount, shift = median * ((mantissa + 128) >> 8), 22 - power
    if shift > 0:
        return min((amount + (1 << (shift - 1))) >> shift, LARGEST)
    return min(amount << -shift, LARGEST)


def lognormal_array(u: Integers, *, median: Integers | int, sigma: Integers | int) -> Integers:
    """`lognormal` over arrays; `median` and `sigma` may be arrays too."""
    import numpy as np

    medians, sigmas = np.asarray(median, dtype=np.int64), np.asarray(sigma, dtype=np.int64)
    _check_array("median", medians, LARGEST)
    _check_array("sigma in 2^-20", sigmas, _LARGEST_SIGMA)
    exponent = multiply_array(multiply_array(normal_array(u), sigmas), _LOG2_E, 30)
    power, mantissa = _power_and_mantissa_array(exponent)
    amount = medians * ((mantissa + 128) >> 8)
    right, left = np.maximum(22 - power, 0), np.maximum(power - 22, 0)
    amount = (amount + ((1 << right) >> 1)) >> right
    # The limit is applied before the shift to the left, which could leave 64 bits.
    held: Integers = np.minimum(amount, (LARGEST >> left) + 1) << left
    return np.minimum(held, LARGEST)


def lognormal_seconds(u: int, median_seconds: int, sigma: int) -> int:
    """A lognormal delay in whole seconds; `sigma` in 2^-20."""
    return lognormal(u, median=median_seconds, sigma=sigma)


def lognormal_seconds_array(u: Integers, median_seconds: Integers | int, sigma: Integers | int) -> Integers:
    """`lognormal_seconds` over arrays."""
    return lognormal_array(u, median=median_seconds, sigma=sigma)


def exponential_seconds(u: int, mean_seconds: int) -> int:
    """An exponential delay in whole seconds, at most 38 times its mean; the mean is below 136 years."""
    _check("mean in seconds", mean_seconds, _LARGEST_MEAN)
    # The middle of the draw's stretch, so that the logarithm of 0 never comes up.
    log = natural_log(2 * (CERTAIN - u) - 1, bits=54)
    return multiply(multiply(-log, 1, 16), mean_seconds, 24)


def exponential_seconds_array(u: Integers, mean_seconds: Integers | int) -> Integers:
    """`exponential_seconds` over arrays; `mean_seconds` may be an array too."""
    import numpy as np

    means = np.asarray(mean_seconds, dtype=np.int64)
    _check_array("mean in seconds", means, _LARGEST_MEAN)
    log = natural_log_array(2 * (CERTAIN - u) - 1, bits=54)
    return multiply_array(multiply_array(-log, 1, 16), means, 24)


def poisson(u: int, mean: int) -> int:
    """A Poisson count by inversion, for a mean in 2^-20 up to 100,000.

    The distribution's table is made once per mean, so this is meant for few distinct means.
    """
    return bisect_right(poisson_thresholds(mean), u)


def poisson_array(u: Integers, mean: Integers | int) -> Integers:
    """`poisson` over arrays; one table per distinct mean."""
    import numpy as np

    given = np.asarray(mean, dtype=np.int64)
    draws, means = np.broadcast_arrays(u, given)
    counts = np.zeros(draws.shape, dtype=np.int64)
    for value in sorted(set(given.ravel().tolist())):
        here = means == value
        counts[here] = np.searchsorted(np.array(poisson_thresholds(value), dtype=np.int64), draws[here], side="right")
    return counts


@lru_cache(maxsize=256)
def poisson_thresholds(mean: int) -> tuple[int, ...]:
    """P(count <= k) in 2^-53 for k = 0, 1, ... up to where nothing is left; `mean` in 2^-20."""
    _check("Poisson mean in 2^-20", mean, LARGEST_POISSON)
    thresholds, count = [], 0
    with localcontext() as context:
        context.prec = _DIGITS
        exact = Decimal(mean) / ONE
        term = total = (-exact).exp()
        while (reached := int(total * CERTAIN)) < CERTAIN - 1 or count < exact:
            thresholds.append(reached)
            count += 1
            term *= exact / count
            total += term
    return tuple(thresholds)


# --- gamma and Dirichlet -------------------------------------------------------------------------


def alpha_index(alpha: float) -> int:
    """The place of a shape on the grid 1/8, 2/8, ... 6: the nearest, counted from 1, the larger of two.

    Raises `ValueError` outside of 0 to 6. `index / 8` is the shape that is used; reports show it.
    """
    if not 0 < alpha <= tables.GAMMA_ALPHAS / 8:
        raise ValueError(f"a Dirichlet weight of {alpha} is outside 0 to {tables.GAMMA_ALPHAS // 8}")
    return max(1, int(alpha * 8 + 0.5))


def log_gamma_quantile(u: int, index: int) -> int:
    """ln of a Gamma(index / 8, 1) amount in 2^-20; `index` from 1 to 48."""
    return _quantile(_table("log_gamma"), _gamma_start(index), u)


def log_gamma_quantile_array(u: Integers, index: int) -> Integers:
    """`log_gamma_quantile` over arrays, for one shape."""
    start = _gamma_start(index)
    return _quantile_array(_array("log_gamma")[start : start + tables.QUANTILE_ENTRIES], u)


def dirichlet(us: Sequence[int], alphas: Sequence[float]) -> tuple[int, ...]:
    """Shares in 2^-20, one per draw, that add up to exactly 2^20; shapes are rounded by `alpha_index`.

    A share may be 0; take at least 1 before `natural_log`.
    """
    logs = [log_gamma_quantile(u, alpha_index(alpha)) for u, alpha in zip(us, alphas, strict=True)]
    # Only ratios count: the largest amount becomes 1, so that none is lost where all are tiny.
    largest = max(logs)
    amounts = [_weight(value - largest) for value in logs]
    total, sum_so_far, bounds = sum(amounts), 0, [0]
    for amount in amounts:
        sum_so_far += amount
        bounds.append(((sum_so_far << 20) + (total >> 1)) // total)
    return tuple(after - before for before, after in pairwise(bounds))


def dirichlet_array(us: Integers, alphas: Sequence[float]) -> Integers:
    """`dirichlet` over draws of shape `(people, shares)`; the result has the same shape."""
    import numpy as np

    if us.shape[-1] != len(alphas):
        raise ValueError(f"{us.shape[-1]} draws for {len(alphas)} Dirichlet weights")
    logs = np.stack([log_gamma_quantile_array(us[..., k], alpha_index(a)) for k, a in enumerate(alphas)], axis=-1)
    amounts = _weight_array(logs - logs.max(axis=-1, keepdims=True))
    sums = np.cumsum(amounts, axis=-1)
    total = sums[..., -1:]
    return np.diff(((sums << 20) + (total >> 1)) // total, axis=-1, prepend=0)


# --- tables that depend on a parameter -----------------------------------------------------------


@lru_cache(maxsize=64)
def decay_table(tau_hours: int | Decimal, *, hours: int) -> tuple[int, ...]:
    """exp(-h / tau) in 2^-32 for whole hours h = 0 ... `hours`, ended early by its first 0."""
    return _decay(tau_hours, hours, per_unit=Decimal(-1))


@lru_cache(maxsize=64)
def half_life_table(half_life_hours: int | Decimal, *, hours: int) -> tuple[int, ...]:
    """2^(-h / half-life) in 2^-32 for whole hours h = 0 ... `hours`, ended early by its first 0."""
    with localcontext() as context:
        context.prec = _DIGITS
        return _decay(half_life_hours, hours, per_unit=-Decimal(2).ln())


def decayed(table: Sequence[int], elapsed_seconds: int) -> int:
    """What is left of 1 after this time, in 2^-32: begun hours do not count, the last entry lasts."""
    return table[_held_index(elapsed_seconds // 3_600, len(table))]


def decayed_array(table: Integers, elapsed_seconds: Integers) -> Integers:
    """`decayed` over arrays; `table` is a decay table as an int64 array."""
    import numpy as np

    return table[np.clip(elapsed_seconds // 3_600, 0, len(table) - 1)]


def median_p90(median: int, p90: int) -> tuple[int, int]:
    """The lognormal of this median and 90 % quantile (one unit): the median, and sigma in 2^-20."""
    if not 0 < median <= p90:
        raise ValueError(f"a lognormal of median {median} and 90 % quantile {p90}: 0 < median <= quantile must hold")
    with localcontext() as context:
        context.prec = _DIGITS
        sigma = (Decimal(p90) / Decimal(median)).ln() / _Z_90
        return median, _rounded(sigma * ONE)


# --- the works -----------------------------------------------------------------------------------


def _table(name: str) -> array[int]:
    return tables.load(name)


@cache
def _array(name: str) -> Integers:
    import numpy as np

    values = np.array(tables.load(name), dtype=np.int64)
    values.flags.writeable = False
    return values


def _held(value: int, limit: int) -> int:
    return -limit if value < -limit else limit if value > limit else value


def _held_index(index: int, length: int) -> int:
    return 0 if index < 0 else index if index < length else length - 1


def _power_and_mantissa(x: int) -> tuple[int, int]:
    """2^x as a power of two and a mantissa in 2^-30 from 1 to 2; x in 2^-20, held within 31."""
    held = -_EXPONENT_LIMIT if x < -_EXPONENT_LIMIT else x if x < _EXPONENT_LIMIT else _EXPONENT_LIMIT - 1
    cell, table = (held >> 8) & _LAST_CELL, tables.load("exp2")
    low = table[cell]
    return held >> 20, low + (((table[cell + 1] - low) * (held & 255) + 128) >> 8)


def _power_and_mantissa_array(x: Integers) -> tuple[Integers, Integers]:
    import numpy as np

    held = np.clip(x, -_EXPONENT_LIMIT, _EXPONENT_LIMIT - 1)
    cell, table = (held >> 8) & _LAST_CELL, _array("exp2")
    return held >> 20, table[cell] + multiply_array(table[cell + 1] - table[cell], held & 255, 8)


def _bit_length_array(x: Integers) -> Integers:
    import numpy as np

    length, rest = np.zeros_like(x), x.copy()
    for step in (32, 16, 8, 4, 2, 1):
        taller = rest >> step > 0
        length += np.where(taller, step, 0)
        rest = np.where(taller, rest >> step, rest)
    return length + (rest > 0)


def _quantile(table: array[int], start: int, u: int) -> int:
    """Linear between the edges of u's cell; the two end cells have edges of their own, 4,096 each."""
    cell = u >> 41
    if cell == 0:
        index, within = start + tables.EDGES + (u >> _CELL_BITS), u & _CELL_MASK
    elif cell == _LAST_CELL:
        index, within = start + 2 * tables.EDGES + ((u >> _CELL_BITS) & _LAST_CELL), u & _CELL_MASK
    else:
        index, within = start + cell, (u >> 12) & _CELL_MASK
    low = table[index]
    return low + (((table[index + 1] - low) * within + _CELL_HALF) >> _CELL_BITS)


def _quantile_array(table: Integers, u: Integers) -> Integers:
    import numpy as np

    cell, inner = u >> 41, (u >> _CELL_BITS) & _LAST_CELL
    low_end, high_end = cell == 0, cell == _LAST_CELL
    index = np.where(low_end, inner + tables.EDGES, np.where(high_end, inner + 2 * tables.EDGES, cell))
    within = np.where(low_end | high_end, u, u >> 12) & _CELL_MASK
    low = table[index]
    values: Integers = low + (((table[index + 1] - low) * within + _CELL_HALF) >> _CELL_BITS)
    return values


def _check(name: str, value: int, most: int) -> None:
    if not 0 <= value <= most:
        raise ValueError(f"a {name} of {value} is outside 0 to {most}")


def _check_array(name: str, values: Integers, most: int) -> None:
    if values.size:
        _check(name, int(values.min()), most)
        _check(name, int(values.max()), most)


def _gamma_start(index: int) -> int:
    if not 1 <= index <= tables.GAMMA_ALPHAS:
        raise ValueError(f"no gamma table {index}: they are numbered 1 to {tables.GAMMA_ALPHAS}")
    return (index - 1) * tables.QUANTILE_ENTRIES


def _weight(log: int) -> int:
    """e^log in 2^-30 for a log in 2^-20 of at most 0."""
    power, mantissa = _power_and_mantissa(multiply(_held(log, _EXPONENT_LIMIT), _LOG2_E, 30))
    return mantissa >> -power


def _weight_array(logs: Integers) -> Integers:
    import numpy as np

    power, mantissa = _power_and_mantissa_array(multiply_array(np.maximum(logs, -_EXPONENT_LIMIT), _LOG2_E, 30))
    return mantissa >> -power


def _decay(scale: int | Decimal, hours: int, *, per_unit: Decimal) -> tuple[int, ...]:
    if scale <= 0:
        raise ValueError(f"a decay time of {scale} hours is not above 0")
    entries = []
    with localcontext() as context:
        context.prec = _DIGITS
        left, factor, one = Decimal(1), (per_unit / Decimal(scale)).exp(), Decimal(DECAY_ONE)
        for _ in range(hours + 1):
            entries.append(round(left * one))
            if entries[-1] == 0:
                break
            left *= factor
    return tuple(entries)


def _rounded(value: Decimal) -> int:
    return int(value.to_integral_value(ROUND_HALF_EVEN))
