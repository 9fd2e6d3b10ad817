"""What will happen at desks, in the order of time; and the ranks of waiting tasks, two heaps for each team.

Events lie in one binary heap. Ranks are nodes of skew heaps, so that all teams share one region: one heap of
ranks that hold, one of those that will hold from some second on.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from journeyctl.simulate.population_engine import desk_columns as c
from journeyctl.simulate.population_engine.jit import compiled

if TYPE_CHECKING:
    from numpy import int64
    from numpy.typing import NDArray

    Integers = NDArray[int64]

_NUMBERS: Final = (1 << c.NUMBER_BITS) - 1

# --- events


@compiled
def plan(T: Integers, S: Integers, time: int, order: int, what: int, whom: int, ticket: int) -> None:
    """Something will happen; what lies beyond the end never does."""
    if time >= T[c.T_UNTIL]:
        return
    S[c.H_SEQUENCE] += 1
    key = (time - T[c.T_START] << c.ORDER_BITS) | (order << c.NUMBER_BITS) | (S[c.H_SEQUENCE] & _NUMBERS)
    first, place = S[c.H_HEAP_AT], S[c.H_HEAP]
    S[c.H_HEAP] = place + 1
    while place > 0:
        above = first + ((place - 1) >> 1) * c.ENTRY
        if S[above + c.E_KEY] <= key:
            break
        _move(S, above, first + place * c.ENTRY)
        place = (place - 1) >> 1
    entry = first + place * c.ENTRY
    S[entry + c.E_KEY] = key
    S[entry + c.E_WHAT] = (whom << c.WHAT_BITS) | what
    S[entry + c.E_TICKET] = ticket


@compiled
def drop_first(S: Integers) -> None:
    """Takes the first event away; there is one."""
    first, count = S[c.H_HEAP_AT], S[c.H_HEAP] - 1
    S[c.H_HEAP] = count
    last = first + count * c.ENTRY
    key, place = S[last + c.E_KEY], 0
    while True:
        child = 2 * place + 1
        if child >= count:
            break
        below = first + child * c.ENTRY
        if child + 1 < count and S[below + c.ENTRY + c.E_KEY] < S[below + c.E_KEY]:
            child += 1
            below += c.ENTRY
        if S[below + c.E_KEY] >= key:
            break
        _move(S, below, first + place * c.ENTRY)
        place = child
    _move(S, last, first + place * c.ENTRY)


@compiled
def _move(S: Integers, source: int, target: int) -> None:
    for column in range(c.ENTRY):
        S[target + column] = S[source + column]


# --- people


@compiled
def put_free(T: Integers, S: Integers, team: int, number: int) -> None:
    """Somebody of the team is free."""
    row, queue = T[c.T_TEAMS_AT] + team * c.TEAM, S[c.H_TEAMS_AT] + team * c.QUEUE
    first, place = S[c.H_FREE_AT] + T[row + c.M_FIRST_WORKER], S[queue + c.Q_THERE]
    S[queue + c.Q_THERE] = place + 1
    while place > 0 and S[first + ((place - 1) >> 1)] > number:
        S[first + place] = S[first + ((place - 1) >> 1)]
        place = (place - 1) >> 1
    S[first + place] = number


@compiled
def first_free(T: Integers, S: Integers, team: int) -> int:
    """The first of those who are free and may be there, and are not looked at again until they are put back."""
    row, queue = T[c.T_TEAMS_AT] + team * c.TEAM, S[c.H_TEAMS_AT] + team * c.QUEUE
    first, count = S[c.H_FREE_AT] + T[row + c.M_FIRST_WORKER], S[queue + c.Q_THERE] - 1
    S[queue + c.Q_THERE] = count
    found, last, place = S[first], S[first + count], 0
    while True:
        child = 2 * place + 1
        if child >= count:
            break
        if child + 1 < count and S[first + child + 1] < S[first + child]:
            child += 1
        if S[first + child] >= last:
            break
        S[first + place] = S[first + child]
        place = child
    S[first + place] = last
    return found


@compiled
def put_aside(T: Integers, S: Integers, team: int, number: int) -> None:
    """Somebody who is free is away. Those set aside lie behind those who may be there, the last one first."""
    row, queue = T[c.T_TEAMS_AT] + team * c.TEAM, S[c.H_TEAMS_AT] + team * c.QUEUE
    aside = S[queue + c.Q_FREE] - S[queue + c.Q_THERE] - 1
    S[S[c.H_FREE_AT] + T[row + c.M_FIRST_WORKER] + T[row + c.M_WORKERS] - 1 - aside] = number


@compiled
def call_back(T: Integers, S: Integers, team: int) -> None:
    """All who were set aside may be there again."""
    row, queue = T[c.T_TEAMS_AT] + team * c.TEAM, S[c.H_TEAMS_AT] + team * c.QUEUE
    after = S[c.H_FREE_AT] + T[row + c.M_FIRST_WORKER] + T[row + c.M_WORKERS]
    for place in range(after - (S[queue + c.Q_FREE] - S[queue + c.Q_THERE]), after):
        put_free(T, S, team, S[place])


# --- ranks


@compiled
def add_rank(T: Integers, S: Integers, team: int, lead: int, since: int, rank: int, now: int) -> int:
    """The lead's task has this rank from a second on, under its present ticket; answers where the rank stands.

    Within rank and due time the three numbers at `N_A` sort, which the caller may set before the next call.
    """
    number = S[c.H_FREE_NODE]
    if number >= 0:
        S[c.H_FREE_NODE] = S[S[c.H_NODES_AT] + number * c.NODE + c.N_LEFT]
    else:
        number = S[c.H_NODES]
        S[c.H_NODES] = number + 1
    node = S[c.H_NODES_AT] + number * c.NODE
    S[node + c.N_LEFT] = -1
    S[node + c.N_RIGHT] = -1
    S[node + c.N_LEAD] = (lead - S[c.H_LEADS_AT]) // c.LEAD
    S[node + c.N_TICKET] = S[lead + c.L_QUEUED]
    S[node + c.N_SINCE] = since
    S[node + c.N_RANK] = rank
    S[node + c.N_A] = 0
    S[node + c.N_B] = 0
    S[node + c.N_C] = 0
    S[node + c.N_DUE] = S[lead + c.L_DUE]
    if rank == c.SCORED:
        _sort_by_order(T, S, node, lead)
    _let_wait(S, team, number, now)
    return node


@compiled
def _sort_by_order(T: Integers, S: Integers, node: int, lead: int) -> None:
    words, column = T[S[lead + c.L_DESK] + c.D_ORDER], node + c.N_A
    while words > 0:
        word = words & 3
        if word == c.BY_ARRIVAL:
            S[column] = S[lead + c.L_CREATED]
        elif word == c.BY_SCORE:
            S[column] = -S[lead + c.L_SCORE]
        else:
            S[column] = 1 - S[lead + c.L_REQUEST]
        words >>= 2
        column += 1


@compiled
def _let_wait(S: Integers, team: int, number: int, now: int) -> None:
    """Puts a rank among those that hold, or among those that will."""
    rising = S[S[c.H_NODES_AT] + number * c.NODE + c.N_SINCE] > now
    root = S[c.H_TEAMS_AT] + team * c.QUEUE + (c.Q_RISING if rising else c.Q_READY)
    S[root] = _merged(S, S[root], number, rising)


@compiled
def taken(S: Integers, team: int, now: int) -> int:
    """The number of the lead whose task comes first in this second, which waits no longer; some task waits."""
    queue = S[c.H_TEAMS_AT] + team * c.QUEUE
    nodes, leads = S[c.H_NODES_AT], S[c.H_LEADS_AT]
    while S[queue + c.Q_RISING] >= 0 and S[nodes + S[queue + c.Q_RISING] * c.NODE + c.N_SINCE] <= now:
        number = _off(S, queue + c.Q_RISING, True)
        node = nodes + number * c.NODE
        if S[leads + S[node + c.N_LEAD] * c.LEAD + c.L_QUEUED] == S[node + c.N_TICKET]:
            _let_wait(S, team, number, now)
        else:
            _free(S, number)
    while True:
        number = _off(S, queue + c.Q_READY, False)
        node = nodes + number * c.NODE
        found, ticket = S[node + c.N_LEAD], S[node + c.N_TICKET]
        _free(S, number)
        if S[leads + found * c.LEAD + c.L_QUEUED] == ticket:
            S[leads + found * c.LEAD + c.L_QUEUED] = 0
            S[queue + c.Q_WAITING] -= 1
            return found


@compiled
def _free(S: Integers, number: int) -> None:
    S[S[c.H_NODES_AT] + number * c.NODE + c.N_LEFT] = S[c.H_FREE_NODE]
    S[c.H_FREE_NODE] = number


@compiled
def _off(S: Integers, root: int, rising: bool) -> int:
    number = S[root]
    node = S[c.H_NODES_AT] + number * c.NODE
    left, right = S[node + c.N_LEFT], S[node + c.N_RIGHT]
    S[node + c.N_LEFT] = -1
    S[node + c.N_RIGHT] = -1
    S[root] = _merged(S, left, right, rising)
    return number


@compiled
def _merged(S: Integers, a: int, b: int, rising: bool) -> int:
    """One heap of two: down their right sides, where at each node left and right change places."""
    nodes, root, above = S[c.H_NODES_AT], -1, -1
    while a >= 0 and b >= 0:
        if _before(S, nodes + b * c.NODE, nodes + a * c.NODE, rising):
            a, b = b, a
        if above < 0:
            root = a
        else:
            S[above + c.N_LEFT] = a
        above = nodes + a * c.NODE
        a = S[above + c.N_RIGHT]
        S[above + c.N_RIGHT] = S[above + c.N_LEFT]
    rest = a if a >= 0 else b
    if above < 0:
        return rest
    S[above + c.N_LEFT] = rest
    return root


@compiled
def _before(S: Integers, a: int, b: int, rising: bool) -> bool:
    if rising:
        return S[a + c.N_SINCE] < S[b + c.N_SINCE]
    for column in range(c.N_RANK, c.NODE):
        if S[a + column] != S[b + column]:
            return S[a + column] < S[b + column]
    leads = S[c.H_LEADS_AT]
    return _named_before(S, leads + S[a + c.N_LEAD] * c.LEAD, leads + S[b + c.N_LEAD] * c.LEAD)


@compiled
def _named_before(S: Integers, a: int, b: int) -> bool:
    """Names lie in words of eight bytes whose order is that of their characters."""
    mine, yours = S[c.H_NAMES_AT] + S[a + c.L_NAME], S[c.H_NAMES_AT] + S[b + c.L_NAME]
    count, others = S[a + c.L_WORDS], S[b + c.L_WORDS]
    for place in range(min(count, others)):
        if S[mine + place] != S[yours + place]:
            return S[mine + place] < S[yours + place]
    return count < others
