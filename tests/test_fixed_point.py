"""Fixed point: the scalar and the array form agree to the last bit, and both agree with theory."""

from __future__ import annotations

import math
import pkgutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from decimal import Decimal
from functools import cache
from hashlib import sha256
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray
from scipy import stats

from journeyctl import fixed_point as fp
from journeyctl import tables
from journeyctl.diagnostics import UsageError
from journeyctl.fixed_point import CERTAIN, ONE
from journeyctl.tables import generate

Integers = NDArray[np.int64]
Floats = NDArray[np.float64]
COUNT = 100_000
EDGE_DRAWS = (0, 1, (1 << 29) - 1, 1 << 29, (1 << 41) - 1, 1 << 41, CERTAIN // 2)
DRAWS = st.integers(0, CERTAIN - 1)


@cache
def draws() -> Integers:
    """Random draws, and those on both sides of each edge of a quantile table's end cells."""
    edges = [*EDGE_DRAWS, *(CERTAIN - 1 - u for u in EDGE_DRAWS)]
    return np.concatenate([edges, np.random.default_rng(1).integers(0, CERTAIN, COUNT)]).astype(np.int64)


def whole(low: int, high: int) -> Integers:
    """Random whole numbers as long as `draws`, both limits among them."""
    values = np.random.default_rng(2).integers(low, high, len(draws()), endpoint=True)
    values[:2] = low, high
    return values


def spread_powers() -> Integers:
    """Random whole numbers from 1 to 2^62 - 1 with every number of bits equally often."""
    bits = np.random.default_rng(3).integers(0, 62, len(draws()))
    return (np.int64(1) << bits) + whole(0, (1 << 62) - 1) % (np.int64(1) << bits)


# --- the two forms -------------------------------------------------------------------------------

LOGITS = (-20 * ONE, 20 * ONE)
PAIRS: dict[str, tuple[Callable[..., int], Callable[..., Integers], Callable[[], tuple[Integers, ...]]]] = {
    "multiply": (fp.multiply, fp.multiply_array, lambda: (whole(-(2**30), 2**30), draws() - CERTAIN // 2 >> 22)),
    "exp2": (fp.exp2, fp.exp2_array, lambda: (whole(-40 * ONE, 40 * ONE),)),
    "exp": (fp.exp, fp.exp_array, lambda: (whole(-40 * ONE, 40 * ONE),)),
    "natural_log": (fp.natural_log, fp.natural_log_array, lambda: (spread_powers(),)),
    "threshold": (fp.threshold, fp.threshold_array, lambda: (whole(*LOGITS),)),
    "normal": (fp.normal, fp.normal_array, lambda: (draws(),)),
    "lognormal_seconds": (
        fp.lognormal_seconds,
        fp.lognormal_seconds_array,
        lambda: (draws(), whole(0, fp.LARGEST), np.roll(whole(0, 8 * ONE), 7)),
    ),
    "lognormal_seconds, short": (
        fp.lognormal_seconds,
        fp.lognormal_seconds_array,
        lambda: (draws(), whole(0, 100), np.roll(whole(0, 8 * ONE), 7)),
    ),
    "exponential_seconds": (
        fp.exponential_seconds,
        fp.exponential_seconds_array,
        lambda: (draws(), whole(0, 2**32 - 1)),
    ),
    "poisson": (fp.poisson, fp.poisson_array, lambda: (draws(), whole(0, 9) * ONE // 2)),
}


@pytest.mark.parametrize("name", PAIRS)
def test_the_array_form_agrees_with_the_scalar_form_to_the_last_bit(name: str) -> None:
    scalar, array_form, make = PAIRS[name]
    inputs = make()
    assert len(inputs[0]) > COUNT
    expected = [scalar(*values) for values in zip(*(part.tolist() for part in inputs), strict=True)]
    found = array_form(*inputs)
    assert found.dtype == np.int64
    assert int((found != np.array(expected, dtype=np.int64)).sum()) == 0


@pytest.mark.parametrize("index", [1, 2, 9, 24, 48])
def test_both_forms_of_the_log_gamma_quantile_agree(index: int) -> None:
    found = fp.log_gamma_quantile_array(draws()[:20_014], index).tolist()
    assert found == [fp.log_gamma_quantile(u, index) for u in draws()[:20_014].tolist()]


@pytest.mark.parametrize("alphas", [(1.0,), (0.125, 0.2), (0.3, 1.2, 6.0), (0.75, 0.75, 0.75, 0.75)])
def test_both_forms_of_the_dirichlet_agree_and_add_up_to_one(alphas: tuple[float, ...]) -> None:
    us = draws()[: 12_000 * len(alphas)].reshape(-1, len(alphas))[:25_000]
    found = fp.dirichlet_array(us, alphas)
    assert np.array_equal(found, np.array([fp.dirichlet(row, alphas) for row in us.tolist()]))
    assert np.all(found.sum(axis=-1) == ONE)
    assert found.min() >= 0


@given(u=DRAWS, median=st.integers(0, fp.LARGEST), sigma=st.integers(0, 8 * ONE), mean=st.integers(0, 2**32 - 1))
def test_amounts_stay_within_their_limits(u: int, median: int, sigma: int, mean: int) -> None:
    assert 0 <= fp.lognormal_seconds(u, median, sigma) <= fp.LARGEST
    assert 0 <= fp.exponential_seconds(u, mean) <= 38 * mean


@given(a=DRAWS, b=DRAWS)
def test_a_larger_draw_never_gives_a_smaller_amount(a: int, b: int) -> None:
    low, high = sorted((a, b))
    assert fp.normal(low) <= fp.normal(high)
    assert fp.lognormal_seconds(low, 14_400, 2 * ONE) <= fp.lognormal_seconds(high, 14_400, 2 * ONE)
    assert fp.exponential_seconds(low, 86_400) <= fp.exponential_seconds(high, 86_400)
    assert fp.poisson(low, 3 * ONE) <= fp.poisson(high, 3 * ONE)
    assert fp.log_gamma_quantile(low, 1) <= fp.log_gamma_quantile(high, 1)


def test_no_product_of_the_extremes_reaches_2_to_the_62nd(monkeypatch: pytest.MonkeyPatch) -> None:
    largest = 0

    def watched(a: int, b: int, shift: int = 20) -> int:
        nonlocal largest
        largest = max(largest, abs(a * b))
        return (a * b + (1 << (shift - 1))) >> shift

    monkeypatch.setattr(fp, "multiply", watched)
    for u in (0, CERTAIN - 1):
        fp.lognormal_seconds(u, fp.LARGEST, 8 * ONE)
        fp.exponential_seconds(u, 2**32 - 1)
    for logit in range(-ONE, ONE, 4_099):
        fp.threshold(logit)
        fp.exp(logit * 40)
    assert 2**60 < largest < 2**62
    # The lognormal's own product: the median times a mantissa of 23 bits.
    assert fp.LARGEST * 2**23 < 2**62


# --- against theory ------------------------------------------------------------------------------


@cache
def quadrature() -> tuple[Integers, Floats]:
    """Draws and their weights: 8 midpoints in every stretch that a quantile table treats as linear."""
    inner = (np.arange(8, 8 * 4_095) * 2 + 1) << 37
    end = (np.arange(8 * 4_096) * 2 + 1) << 25
    u = np.concatenate([end, inner, CERTAIN - end])
    weights = np.concatenate([np.full(end.size, 2.0**-27), np.full(inner.size, 2.0**-15), np.full(end.size, 2.0**-27)])
    assert math.isclose(weights.sum(), 1)
    return u, weights


def moments(values: Floats) -> tuple[float, float]:
    weights = quadrature()[1]
    mean = float((weights * values).sum())
    return mean, float((weights * (values - mean) ** 2).sum())


def test_normal_values_have_the_moments_of_the_theory() -> None:
    values = fp.normal_array(quadrature()[0]) / ONE
    mean, variance = moments(values)
    assert abs(mean) < 1e-6
    assert abs(variance - 1) < 1e-4
    assert abs(float((quadrature()[1] * values**4).sum()) - 3) < 2e-3


def test_normal_tails_are_those_of_the_theory() -> None:
    u = quadrature()[0]
    u = u[(u > 1 << 29) & (u < CERTAIN - (1 << 29))]  # beyond that only the mean of the outermost stretch is right
    exact = stats.norm.ppf(u / CERTAIN)
    error = np.abs(fp.normal_array(u) / ONE - exact)
    assert error[np.abs(exact) < 3].max() < 0.002
    # Where a stretch doubles the tail (the first ones of an end cell) a straight line is at its worst.
    assert error.max() < 0.02
    for limit in (2.0, 3.0, 3.5, 4.0, 4.5, 5.0):
        beyond = float(quadrature()[1][fp.normal_array(quadrature()[0]) > limit * ONE].sum())
        assert beyond == pytest.approx(stats.norm.sf(limit), rel=0.06)


def test_a_lognormal_keeps_its_quantiles_and_its_spread_at_sigma_2() -> None:
    theory = stats.lognorm(2, scale=14_400)
    for share in (1e-6, 1e-4, 0.01, 0.1, 0.25, 0.5, 0.75, 0.9, 0.99, 0.999, 0.9999, 0.999999):
        found = fp.lognormal_seconds(round(share * CERTAIN), 14_400, 2 * ONE)
        assert found == pytest.approx(theory.ppf(share), rel=0.02, abs=0.5)
    mean, variance = moments(fp.lognormal_seconds_array(quadrature()[0], 14_400, 2 * ONE).astype(np.float64))
    assert mean == pytest.approx(theory.mean(), rel=0.001)
    assert math.sqrt(variance) == pytest.approx(theory.std(), rel=0.02)


def test_a_lognormal_without_spread_is_its_median() -> None:
    assert {fp.lognormal_seconds(u, 14_400, 0) for u in (0, 1, CERTAIN // 3, CERTAIN - 1)} == {14_400}
    assert fp.lognormal_seconds(CERTAIN - 1, 1_000, 8 * ONE) == fp.LARGEST


@pytest.mark.parametrize("index", [1, 2, 4, 8, 12, 24, 48])
def test_gamma_amounts_have_the_moments_of_the_theory(index: int) -> None:
    alpha = index / 8
    logs = fp.log_gamma_quantile_array(quadrature()[0], index) / ONE
    mean, variance = moments(np.exp(logs))
    assert mean == pytest.approx(alpha, rel=0.001)
    assert variance == pytest.approx(alpha, rel=0.002)
    assert moments(logs)[0] == pytest.approx(stats.loggamma(alpha).mean(), abs=2e-4)
    for share in (1e-6, 0.001, 0.05, 0.5, 0.95, 0.999, 0.999999):
        found = math.exp(fp.log_gamma_quantile(round(share * CERTAIN), index) / ONE)
        # In the lowest cells the logarithm itself is read from a straight line.
        assert stats.gamma.cdf(found, alpha) == pytest.approx(share, rel=0.03, abs=1e-6)


@pytest.mark.parametrize("alphas", [(1.0, 1.0, 1.0), (0.375, 0.75, 1.875), (0.125, 0.25, 0.5, 6.0)])
def test_dirichlet_shares_have_the_means_and_variances_of_the_theory(alphas: tuple[float, ...]) -> None:
    count = 40_000
    us = np.random.default_rng(5).integers(0, CERTAIN, (count, len(alphas)))
    shares = fp.dirichlet_array(us, alphas) / ONE
    theory = stats.dirichlet(alphas)
    # 99.9 % intervals over all shares at once; the variance's own error from the fourth moment.
    limit = stats.norm.isf(0.0005 / len(alphas))
    deviation = (shares - theory.mean()) ** 2
    assert np.all(np.abs(shares.mean(axis=0) - theory.mean()) < limit * np.sqrt(theory.var() / count))
    assert np.all(np.abs(deviation.mean(axis=0) - theory.var()) < limit * deviation.std(axis=0) / math.sqrt(count))


@pytest.mark.parametrize("mean", [0.01, 0.5, 1.2, 2.0, 24.0, 800.0])
def test_poisson_counts_have_the_probabilities_of_the_theory(mean: float) -> None:
    fixed = round(mean * ONE)
    thresholds = np.array(fp.poisson_thresholds(fixed)) / CERTAIN
    assert thresholds == pytest.approx(stats.poisson.cdf(np.arange(len(thresholds)), fixed / ONE), abs=1e-12)
    # Inversion: the count changes exactly at the threshold.
    for count, limit in enumerate(fp.poisson_thresholds(fixed)[:40]):
        if limit > 0:
            assert fp.poisson(limit - 1, fixed) <= count
            assert fp.poisson(limit, fixed) > count


def test_a_poisson_of_mean_0_never_happens() -> None:
    assert [fp.poisson(u, 0) for u in (0, CERTAIN - 1)] == [0, 0]


def test_exponential_delays_have_the_moments_of_the_theory() -> None:
    mean, variance = moments(fp.exponential_seconds_array(quadrature()[0], 86_400).astype(np.float64))
    assert mean == pytest.approx(86_400, rel=1e-4)
    assert math.sqrt(variance) == pytest.approx(86_400, rel=1e-3)
    assert fp.exponential_seconds(CERTAIN // 2, 86_400) == round(86_400 * math.log(2))
    assert fp.exponential_seconds(0, 2**32 - 1) == 0


def test_the_sigmoid_is_right_to_1_in_100_000() -> None:
    logits = np.arange(-20 * ONE, 20 * ONE, 997)
    exact = 1 / (1 + np.exp(-logits / ONE))
    assert np.abs(fp.threshold_array(logits) / CERTAIN - exact).max() < 1e-5
    assert fp.threshold(0) == CERTAIN // 2
    assert fp.threshold(1_000 * ONE) == fp.threshold(16 * ONE) < CERTAIN
    assert fp.threshold(-1_000 * ONE) == fp.threshold(-16 * ONE) > 0


def test_powers_and_logarithms_are_right_to_their_last_places() -> None:
    x = np.arange(-8 * ONE, 21 * ONE, 9_991)
    np.testing.assert_allclose(fp.exp2_array(x) / ONE, np.exp2(x / ONE), rtol=1e-8, atol=0.51 / ONE)
    np.testing.assert_allclose(fp.exp_array(x) / ONE, np.exp(x / ONE), rtol=5e-7, atol=0.51 / ONE)
    values = spread_powers()
    error = fp.natural_log_array(values) / fp.LOG_ONE - np.log(values / ONE)
    assert np.abs(error).max() < 4 / fp.LOG_ONE
    assert fp.natural_log(ONE) == 0
    assert fp.natural_log(1, bits=0) == 0
    assert fp.natural_log(2, bits=0) == round(Decimal(2).ln() * 2**40)


@pytest.mark.parametrize(("share", "expected"), [(0.0, 0), (1.0, CERTAIN), (0.5, 2**52), (2.0**-53, 1), (0.25, 2**51)])
def test_a_share_becomes_its_threshold_exactly(share: float, expected: int) -> None:
    assert fp.share_threshold(share) == expected


# --- tables of a parameter -----------------------------------------------------------------------


def test_decay_follows_its_time_constant() -> None:
    table = fp.decay_table(120, hours=5_000)
    assert len(table) < 5_000
    assert (table[0], table[-1]) == (2**32, 0)
    assert np.array(table) / 2**32 == pytest.approx(np.exp(-np.arange(len(table)) / 120), abs=2.0**-33)


def test_half_life_halves() -> None:
    table = fp.half_life_table(24 * 30, hours=24 * 90)
    assert table[:: 24 * 30] == (2**32, 2**31, 2**30, 2**29)
    assert fp.half_life_table(Decimal("0.5"), hours=3) == (2**32, 2**30, 2**28, 2**26)


def test_decay_counts_whole_hours_and_lasts_beyond_its_table() -> None:
    table = fp.half_life_table(1, hours=3)
    seconds = [-5, 0, 3_599, 3_600, 10_799, 10_800, 10**9]
    expected = [table[0], table[0], table[0], table[1], table[2], table[3], table[3]]
    assert [fp.decayed(table, value) for value in seconds] == expected
    assert fp.decayed_array(np.array(table), np.array(seconds)).tolist() == expected


def test_a_lognormal_given_by_two_quantiles_has_both() -> None:
    median, sigma = fp.median_p90(14_400, 186_000)
    assert fp.lognormal_seconds(CERTAIN // 2, median, sigma) == 14_400
    assert fp.lognormal_seconds(CERTAIN * 9 // 10, median, sigma) == pytest.approx(186_000, rel=1e-5)
    assert sigma == round(math.log(186_000 / 14_400) / stats.norm.ppf(0.9) * ONE)
    assert fp.median_p90(7, 7) == (7, 0)


@pytest.mark.parametrize(
    ("alpha", "index"), [(0.01, 1), (0.125, 1), (0.1875, 2), (1.0, 8), (1.05, 8), (1.07, 9), (6.0, 48)]
)
def test_a_dirichlet_weight_is_rounded_to_the_nearest_eighth(alpha: float, index: int) -> None:
    assert fp.alpha_index(alpha) == index


# --- refusals ------------------------------------------------------------------------------------

REFUSED: dict[str, tuple[Callable[[], object], str]] = {
    "share": (lambda: fp.share_threshold(1.01), "1.01 is no share"),
    "share that is no number": (lambda: fp.share_threshold(math.nan), "nan is no share"),
    "logarithm": (lambda: fp.natural_log(0), "no logarithm of 0"),
    "logarithms": (lambda: fp.natural_log_array(np.array([3, -1])), "no logarithm of -1 to 3"),
    "median": (lambda: fp.lognormal_seconds(0, -1, ONE), "median of -1"),
    "medians": (lambda: fp.lognormal_seconds_array(draws(), fp.LARGEST + 1, ONE), "median of 274877906944"),
    "sigma": (lambda: fp.lognormal_seconds(0, 1, 9 * ONE), "sigma in 2"),
    "mean": (lambda: fp.exponential_seconds(0, 2**32), "mean in seconds of 4294967296"),
    "Poisson mean": (lambda: fp.poisson(0, -1), "Poisson mean"),
    "Dirichlet weight of 0": (lambda: fp.alpha_index(0.0), "weight of 0.0 is outside 0 to 6"),
    "Dirichlet weight above the grid": (lambda: fp.dirichlet((1, 2), (1, 6.2)), "weight of 6.2 is outside 0 to 6"),
    "draws for other weights": (lambda: fp.dirichlet_array(np.ones((2, 3), np.int64), (1, 1)), "3 draws for 2"),
    "gamma table": (lambda: fp.log_gamma_quantile(0, 49), "no gamma table 49"),
    "decay time": (lambda: fp.decay_table(0, hours=1), "decay time of 0"),
    "quantiles": (lambda: fp.median_p90(10, 9), "median 10 and 90 % quantile 9"),
}


@pytest.mark.parametrize("name", REFUSED)
def test_a_number_out_of_range_is_refused_with_its_value(name: str) -> None:
    call, words = REFUSED[name]
    with pytest.raises(ValueError, match=words):
        call()


# --- the shipped tables --------------------------------------------------------------------------


@pytest.fixture
def unread_tables() -> Iterator[None]:
    tables.load.cache_clear()
    tables.checksums.cache_clear()
    yield
    tables.load.cache_clear()
    tables.checksums.cache_clear()


def test_the_shipped_tables_are_what_the_generator_makes(tmp_path: Path) -> None:
    generate.main(tmp_path)
    lines = (tmp_path / tables.CHECKSUMS).read_text(encoding="ascii").splitlines()
    assert [line.split()[1] for line in lines] == list(tables.ENTRIES)
    for line, (name, (kind, entries)) in zip(lines, tables.ENTRIES.items(), strict=True):
        raw = (tmp_path / f"{name}.bin").read_bytes()
        assert line.split()[0] == sha256(raw).hexdigest()
        difference = np.abs(np.subtract(tables.unpack(raw, kind=kind, entries=entries), tables.load(name)))
        # SciPy may differ between versions by a unit of 2^-20 where a quantile lies half way.
        assert difference.max() <= (1 if name in ("normal", "log_gamma") else 0)


def test_the_shipped_tables_are_small() -> None:
    folder = Path(tables.__file__).parent
    assert sum(path.stat().st_size for path in folder.glob("*.bin")) < 3_000_000


def test_a_table_of_another_length_is_refused() -> None:
    with pytest.raises(ValueError, match="a table has 2 entries instead of 3"):
        tables.unpack(tables.pack([1, 2], kind="q"), kind="q", entries=3)


@pytest.mark.usefixtures("unread_tables")
@pytest.mark.parametrize(
    ("damage", "message"),
    [
        (lambda content: content[:-40], "is damaged: its SHA-256 is"),
        (lambda content: content[:-1] + b"!", "is damaged: its SHA-256 is"),
        (lambda _: b"", "is damaged"),
    ],
    ids=["cut short", "changed", "empty"],
)
def test_a_damaged_table_is_refused(
    monkeypatch: pytest.MonkeyPatch, damage: Callable[[bytes], bytes], message: str
) -> None:
    read = pkgutil.get_data

    def damaged(package: str, resource: str) -> bytes | None:
        content = read(package, resource)
        return damage(content) if content is not None and resource == "normal.bin" else content

    monkeypatch.setattr(tables, "get_data", damaged)
    with pytest.raises(UsageError, match=message) as caught:
        fp.normal(1)
    assert caught.value.help == "install journeyctl again"


@pytest.mark.usefixtures("unread_tables")
@pytest.mark.parametrize("missing", ["normal.bin", "checksums.txt"])
def test_a_missing_file_of_the_tables_is_named(monkeypatch: pytest.MonkeyPatch, missing: str) -> None:
    read = pkgutil.get_data

    def without(package: str, resource: str) -> bytes | None:
        return read(package, "nowhere" if resource == missing else resource)

    monkeypatch.setattr(tables, "get_data", without)
    with pytest.raises(UsageError, match=r"cannot be read: No such file or directory"):
        fp.normal(1)


def test_scalar_amounts_load_neither_numpy_nor_a_table_before_the_first_use() -> None:
    program = (
        "import sys; from journeyctl import fixed_point as fp, tables; print(tables.load.cache_info().currsize);"
        "fp.normal(5), fp.threshold(0), fp.dirichlet((1, 2), (1, 1)), fp.poisson(1, 5), fp.exponential_seconds(9, 60);"
        "print('numpy' in sys.modules)"
    )
    result = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert result.stdout.split() == ["0", "False"]
