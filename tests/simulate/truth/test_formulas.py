"""The formulas against published or independently computed values."""

from __future__ import annotations

from math import exp

import pytest

from journeyctl.simulate.truth import formulas


@pytest.mark.parametrize(
    ("queue", "tabled"),
    [
        ((0.8, 1.0, 1), (0.8, 4.0, 0.723870)),
        ((1.5, 1.0, 2), (0.642857, 1.285714, 0.500658)),
        ((10.0, 1.0, 12), (0.449388, 0.224694, 0.165321)),
        ((100.0, 4 / 3, 80), (0.462726, 0.069409, 0.016507)),
    ],
)
def test_erlang_c_gives_the_tabled_values(queue: tuple[float, float, int], tabled: tuple[float, float, float]) -> None:
    found, long = formulas.erlang_c(*queue), formulas.erlang_c_beyond(*queue, 0.5)
    assert (found.waits, found.mean_wait, long) == pytest.approx(tabled, abs=1e-6)


def test_a_queue_that_cannot_keep_up_has_no_long_run() -> None:
    with pytest.raises(ValueError, match="cannot keep up"):
        formulas.erlang_c(2.0, 1.0, 2)


@pytest.mark.parametrize(
    ("queue", "tabled"),
    [
        ((4.0, 4 / 3, 0.1, 4), (0.471354, 0.025875, 0.258749)),
        ((20.0, 4 / 3, 0.25, 15), (0.717672, 0.062107, 0.248429)),
        ((1.0, 1.0, 1.0, 1), (1 - 1 / exp(1), 1 / exp(1), 1 / exp(1))),
    ],
)
def test_erlang_a_gives_the_tabled_values(
    queue: tuple[float, float, float, int], tabled: tuple[float, float, float]
) -> None:
    found = formulas.erlang_a(*queue)
    assert (found.waits, found.leaves, found.mean_wait) == pytest.approx(tabled, abs=1e-6)


@pytest.mark.parametrize(
    ("arrivals", "servers", "patience", "waits", "leaves"),
    [
        (6.0, 4, 40.0, 1.0, 0.111111),
        (4.0, 3, 8.0, 0.945860, 0.028662),
        (4.4, 3, 8.0, 0.993778, 0.093820),
        (4.0, 3, 1.0, 0.725806, 0.145161),
    ],
)
def test_fixed_patience_gives_the_tabled_values(
    arrivals: float, servers: int, patience: float, waits: float, leaves: float
) -> None:
    found = formulas.fixed_patience(arrivals, 4 / 3, servers, patience)
    assert (found.waits, found.leaves) == pytest.approx((waits, leaves), abs=1e-6)


def test_fixed_patience_meets_the_limit_where_as_much_comes_as_can_be_served() -> None:
    found = formulas.fixed_patience(1.0, 1.0, 1, 1.0)
    assert (found.waits, found.leaves) == pytest.approx((2 / 3, 1 / 3), abs=1e-9)


def test_long_patience_is_the_same_as_endless_patience() -> None:
    patient = formulas.erlang_c(2.0, 1.0, 3)
    found = formulas.fixed_patience(2.0, 1.0, 3, 200.0)
    assert (found.waits, found.mean_wait) == pytest.approx((patient.waits, patient.mean_wait), rel=1e-9)


def test_one_server_waits_grow_with_the_spread_of_the_service() -> None:
    assert formulas.pollaczek_khinchine(0.5, 1.0) == pytest.approx(formulas.erlang_c(0.5, 1.0, 1).mean_wait)
    assert formulas.pollaczek_khinchine(0.8, formulas.lognormal_variation(0.6)) == pytest.approx(2.866659, abs=1e-6)
    assert formulas.pollaczek_khinchine(0.9, 0.0) == pytest.approx(4.5)


def test_cobham_keeps_the_mean_wait_of_first_come_first_served() -> None:
    ahead, behind = formulas.cobham(1.0, 2.0, 4 / 3, 3)
    assert (ahead, behind) == pytest.approx((0.189252, 0.757009), abs=1e-6)
    assert (ahead + 2 * behind) / 3 == pytest.approx(formulas.erlang_c(3.0, 4 / 3, 3).mean_wait)


def test_a_changing_day_follows_the_kolmogorov_equations() -> None:
    found = formulas.changing_day(lambda hour: 6.0 if hour < 4 else 2.0, 4 / 3, 3, (2.0, 4.0, 6.0, 8.0))
    assert [moment.inside for moment in found] == pytest.approx([6.179837, 10.493323, 7.142200, 4.840000], abs=1e-5)
    assert [moment.queue for moment in found] == pytest.approx([3.385561, 7.558614, 4.581951, 2.661479], abs=1e-5)
    assert [moment.all_busy for moment in found] == pytest.approx([0.861118, 0.955108, 0.755627, 0.564276], abs=1e-5)


def test_endless_servers_follow_the_wave_late_and_damped() -> None:
    found = [formulas.endless_servers(10, 8, 24, 0.5, hour) for hour in (0, 6, 12, 18)]
    assert found == pytest.approx([13.424995, 32.557335, 26.575005, 7.442665], abs=1e-5)
