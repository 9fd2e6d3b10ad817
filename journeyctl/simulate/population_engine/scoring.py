"""The score of a contact, decayed to a second: the twin of `semantics.scoring` over a state."""

from __future__ import annotations

from numpy import int64
from numpy.typing import NDArray

from journeyctl.simulate.population_engine import program_columns as p
from journeyctl.simulate.population_engine import state_columns as c
from journeyctl.simulate.population_engine.arithmetic import decayed, multiply
from journeyctl.simulate.population_engine.jit import compiled

_HOUR = 3_600


@compiled
def current(state: NDArray[int64], program: NDArray[int64]) -> int:
    """The score in hundredths, decayed to now."""
    form = p.form_at(program, state[c.FORM])
    hundredths, elapsed = state[c.SCORE], state[c.NOW] - state[c.SCORE_AT]
    if program[form + p.F_SCORES] == 0 or program[form + p.F_HALF_LIFE_LENGTH] == 0 or elapsed < _HOUR:
        return hundredths
    if hundredths == 0:
        return 0
    left = decayed(program, program[form + p.F_HALF_LIFE], program[form + p.F_HALF_LIFE_LENGTH], elapsed)
    return multiply(hundredths, left, 32)


@compiled
def points_for(state: NDArray[int64], program: NDArray[int64], event: int, who: int) -> int:
    """Hundredths of a point that an act is worth."""
    form = p.form_at(program, state[c.FORM])
    if program[form + p.F_SCORES] == 0 or event >= program[p.EVENTS] or who not in (p.HUMAN, p.MACHINE):
        return 0
    return program[program[form + p.F_POINTS] + 2 * event + (1 if who == p.MACHINE else 0)]


@compiled
def add(state: NDArray[int64], program: NDArray[int64], hundredths: int) -> None:
    """Decays the score to now and adds points; a score never falls below zero."""
    before = current(state, program)
    threshold = program[p.form_at(program, state[c.FORM]) + p.F_MQL_SCORE]
    if threshold >= 0 and before < threshold:
        state[c.ARMED] = 1
    state[c.SCORE_AT] = state[c.NOW]
    state[c.SCORE] = max(0, before + hundredths)
