"""A behaviour document as one array: what `behaviour.response` knows, in the form that compiled code reads.

The tables of `arithmetic` come first, then the coefficients, whose places have the names that they have in
the document, then what the document and the run imply: coefficients say where each such list begins.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import astuple, dataclass
from typing import TYPE_CHECKING, Final

import numpy as np
from numpy import int64
from numpy.typing import NDArray

from journeyctl import tables
from journeyctl.behaviour import purposes
from journeyctl.behaviour.logits import scaled
from journeyctl.draws import Draws, name_hash, name_hashes
from journeyctl.fixed_point import CERTAIN, alpha_index, normal, poisson_thresholds
from journeyctl.simulate.contact_terms import Week, week_may_bring_a_visit
from journeyctl.simulate.population_engine.arithmetic import ENTRIES, number_tables

if TYPE_CHECKING:
    from numpy import uint64

    from journeyctl.behaviour.response import ResponseModel

Integers = NDArray[int64]

FIRST: Final = ENTRIES
"""The coefficients follow the tables of `arithmetic`."""
(
    RESPONSIVENESS_SPREAD, CLINIC_RESPONSIVENESS_SPREAD, INTEREST_CONCENTRATION, INTEREST_LIMIT, HARD_BOUNCE,
    SOFT_BOUNCE, OPEN_INTERCEPT, OPEN_INTEREST_SLOPE, OPEN_MISFIT_SLOPE, FATIGUE, FATIGUE_MEMORY,
    OPEN_ITEM_SPREAD, CLICK_INTERCEPT, CLICK_RESPONSIVENESS_SLOPE, CLICK_INTEREST_SLOPE, CLICK_MISFIT_SLOPE,
    CLICK_ITEM_SPREAD, UNSUBSCRIBE_INTERCEPT, UNSUBSCRIBE_INTEREST_SLOPE, UNSUBSCRIBE_FATIGUE,
    REQUEST_INTERCEPT, REQUEST_LEVEL_SLOPE, REQUEST_STAGE_SLOPE, REQUEST_UNREADY_SLOPE, REQUEST_INTEREST_SLOPE,
    REQUEST_PAUSE, NEED_INTERCEPT, NEED_STAGE_SLOPE, NEED_ASKED, NEED_FIT_A, NEED_FIT_B, NEED_FIT_C,
    NEED_FIT_NONE, OPEN_DELAY_MEDIAN, OPEN_DELAY_SIGMA, CLICK_DELAY_MEDIAN, CLICK_DELAY_SIGMA,
    REQUEST_DELAY_MEDIAN, REQUEST_DELAY_SIGMA, FURTHER_PAGES, FURTHER_PAGES_INTERESTED, FORM_BASE,
    FORM_PER_LEVEL, UNSOLICITED_VISITS_EARLY, UNSOLICITED_VISITS_LATE, STAGE_UP, STAGE_DECAY, STAGE_IDLE,
    PREFETCHING, PREFETCH_OPEN, SCANNING, SCANNER_OPEN, SCANNER_CLICK, SCANNER_DELAY, ACTIVATED_INTEREST,
    ACTIVATED_FORM,
) = range(FIRST, FIRST + 56)  # fmt: skip
(
    SOFT_BOUNCE_BOUND, OPEN_MEDIAN, STAGES, STAGES_LENGTH, MEMORY, MEMORY_LENGTH, PAGES, PAGES_LENGTH,
    PAGES_INTERESTED, PAGES_INTERESTED_LENGTH, VISITS_EARLY, VISITS_EARLY_LENGTH, VISITS_LATE,
    VISITS_LATE_LENGTH, POSSIBLE_VISIT, WEEKDAYS, ACTIVITY, ACTIVITY_SUMS, LOG_GAMMA, TOPICS, WEEKS,
    WEEKS_LENGTH, ITEM_HASHES, WEEK_HASHES, TOPIC_HASHES, ITEMS, ARMS, ARMS_LENGTH, LINES, GRADES, GRADES_LENGTH,
    ROUTES, DESKS, DESKS_LENGTH,
    PLATFORMS, PLATFORMS_LENGTH, LEFT, DOCUMENT_END,
) = range(FIRST + 56, FIRST + 94)  # fmt: skip

(LEVEL, TOPIC, LINE, OPEN_QUALITY, CLICK_QUALITY, RANK, AT_RANK, ITEM_COLUMNS) = range(8)
"""Of each item: its level, its places among the topics and among the lines (-1: none), its own effects, its place
among all items by name (from 1), and the item that has this row's place among them."""

ResponseTables = Integers
"""What lives read about how people respond; of one replication, because items' qualities are."""
_QUALITIES: Final = np.array([[name_hash(purposes.OPEN_QUALITY), name_hash(purposes.CLICK_QUALITY)]], np.uint64)


@dataclass(frozen=True, slots=True, kw_only=True)
class Around:
    """What lives ask of the program's tables besides what journeys do."""

    arms: Sequence[Sequence[int]]
    """By form: the personas' conditions."""
    grades: Sequence[int] = ()
    """Codes of the grades of fit, best first."""
    desks: Sequence[int] = ()
    """Names of the desks."""
    routes: Sequence[Sequence[int]] = ()
    """By form and desk: the conditions of its routing, in their order; -1 holds always."""
    platforms: Sequence[int] = ()
    """Names of the advertising platforms whose audiences have an effect."""
    left: int = -1
    """Name of the row that says that a contact has left the company."""


class ResponseLists:
    """The parts that are the same in all replications of a run."""

    def __init__(self, model: ResponseModel, *, items: Sequence[str], weeks: Sequence[Week], around: Around) -> None:
        """`items` gives the order of item numbers."""
        self._model = model
        self._items = tuple(items)
        self.lines = tuple(sorted({i.line for i in model.items.values() if i.line is not None and i.topic is not None}))
        """Business lines that an opportunity may cover; a desk event has bit k for the k-th."""
        self.topics, self.weeks = len(model.topics), len(weeks)
        implied = {
            TOPICS: len(model.topics), WEEKS_LENGTH: len(weeks), LINES: len(self.lines), LEFT: around.left,
            GRADES_LENGTH: len(around.grades), DESKS_LENGTH: len(around.desks),
            PLATFORMS_LENGTH: len(around.platforms), ARMS_LENGTH: 1 + len(model.personas.arms), **_implied(model),
        }  # fmt: skip
        parts = [(ITEMS, np.zeros(len(items) * ITEM_COLUMNS, np.int64)), *_lists(model, items, weeks, around)]
        reached = DOCUMENT_END
        for place, part in parts:
            implied[place] = reached
            reached += part.size
        coefficients = [*astuple(model.coefficients), *(implied[place] for place in sorted(implied))]
        assert len(coefficients) == DOCUMENT_END - FIRST, "every coefficient is set"
        self._array = np.concatenate(
            [number_tables(), np.array(coefficients, np.int64), *(part for _, part in parts)]
        )  # fmt: skip
        self._items_at, self._is_read = implied[ITEMS], False
        self._same, self._hashes = self._items_of_all(), name_hashes(items)

    def tables(self, draws: Draws) -> ResponseTables:
        """The tables of one replication; of several ones, where these agree. Nobody may write to them."""
        found = self._item_table(draws)
        if not np.array_equal(found, self._rows):
            if self._is_read:
                self._array = self._array.copy()
            self._rows[:] = found
        self._is_read = True
        return self._array

    @property
    def _rows(self) -> Integers:
        """The rows of items."""
        return self._array[self._items_at :][: len(self._items) * ITEM_COLUMNS].reshape(-1, ITEM_COLUMNS)

    def _item_table(self, draws: Draws) -> Integers:
        c, table = self._model.coefficients, self._same.copy()
        if not len(table) or not (c.open_item_spread or c.click_item_spread):
            return table
        drawn = draws.block(self._hashes[:, None], _QUALITIES).tolist()
        table[:, (OPEN_QUALITY, CLICK_QUALITY)] = [
            (
                scaled(c.open_item_spread, normal(opened)) if c.open_item_spread else 0,
                scaled(c.click_item_spread, normal(clicked)) if c.click_item_spread else 0,
            )
            for opened, clicked in drawn
        ]
        return table

    def _items_of_all(self) -> Integers:
        """What is the same of the items in all replications."""
        topics = {topic: place for place, topic in enumerate(self._model.topics)}
        table = np.zeros((len(self._items), ITEM_COLUMNS), np.int64)
        ranked = sorted(range(len(self._items)), key=self._items.__getitem__)
        for rank, number in enumerate(ranked):
            table[number, :3] = self._known(self._items[number], topics)
            table[number, RANK] = rank + 1
            table[rank, AT_RANK] = number
        return table

    def _known(self, name: str, topics: Mapping[str, int]) -> tuple[int, int, int]:
        item = self._model.items.get(name)
        if item is None:
            return 0, -1, -1
        topic = topics[item.topic] if item.topic is not None else -1
        return item.level, topic, self.lines.index(item.line) if topic >= 0 and item.line is not None else -1


def _implied(model: ResponseModel) -> dict[int, int]:
    c = model.coefficients
    lengths = {STAGES_LENGTH: model.stages, MEMORY_LENGTH: model.memory, **_counts(model)}
    return {
        SOFT_BOUNCE_BOUND: c.hard_bounce + ((CERTAIN - c.hard_bounce) * c.soft_bounce >> 53),
        OPEN_MEDIAN: model.open_median, POSSIBLE_VISIT: week_may_bring_a_visit(model),
        **{place: len(values) for place, values in lengths.items()},
    }  # fmt: skip


def _counts(model: ResponseModel) -> dict[int, tuple[int, ...]]:
    """The thresholds of counts, by the coefficient that says how many there are."""
    c = model.coefficients
    return {
        PAGES_LENGTH: poisson_thresholds(c.further_pages),
        PAGES_INTERESTED_LENGTH: poisson_thresholds(c.further_pages + c.further_pages_interested),
        VISITS_EARLY_LENGTH: poisson_thresholds(c.unsolicited_visits_early),
        VISITS_LATE_LENGTH: poisson_thresholds(c.unsolicited_visits_late),
    }


def _lists(
    model: ResponseModel, items: Sequence[str], weeks: Sequence[Week], around: Around
) -> Iterator[tuple[int, Integers]]:
    """Each list with the coefficient that says where it begins."""
    own: list[tuple[int, Sequence[int]]] = [
        (STAGES, model.stages), (MEMORY, model.memory), (WEEKDAYS, model.weekdays), (ACTIVITY, model.clock.weights),
        (ACTIVITY_SUMS, model.clock.sums), (WEEKS, [second for _, *both in weeks for second in both]),
        *((length - 1, thresholds) for length, thresholds in _counts(model).items()),
    ]  # fmt: skip
    alphas = (*(alphas for _, alphas in model.personas.arms), model.personas.otherwise)
    shapes = [tuple(map(alpha_index, row)) for row in alphas]
    # Of the quantiles of all shapes, those of the few that occur; none where interests make no difference.
    occurring = sorted({shape for row in shapes for shape in row}) if model.coefficients.interest_limit else []
    numbers = {shape: number for number, shape in enumerate(occurring, 1)}
    own += [
        (ARMS, [n for arms in around.arms for arm, row in zip((*arms, -1), shapes, strict=True)
                for n in (arm, *(numbers.get(shape, 0) for shape in row))]),
        (GRADES, around.grades), (DESKS, around.desks), (PLATFORMS, around.platforms),
        (ROUTES, _with_places(around.routes)),
    ]  # fmt: skip
    for place, values in own:
        yield place, np.array(values, np.int64)
    yield LOG_GAMMA, _quantiles(occurring)
    for place, names in (
        (ITEM_HASHES, items), (WEEK_HASHES, [name for name, _, _ in weeks]), (TOPIC_HASHES, model.topics),
    ):  # fmt: skip
        yield place, name_hashes(names).view(np.int64)


def _quantiles(shapes: Sequence[int]) -> Integers:
    """The quantiles of these shapes, by their places in the table from 1."""
    if not shapes:
        return np.zeros(0, np.int64)
    known = np.asarray(tables.load("log_gamma")).reshape(-1, tables.QUANTILE_ENTRIES)
    return known[np.array(shapes) - 1].astype(np.int64).ravel()


def _with_places(lists: Sequence[Sequence[int]]) -> list[int]:
    """Lists one after the other, behind a table of where each begins, counted from the table, and its length."""
    reached = 2 * len(lists)
    table: list[int] = []
    content: list[int] = []
    for found in lists:
        table += [reached, len(found)]
        content += found
        reached += len(found)
    return table + content


def purpose_hash(name: str) -> uint64:
    """A purpose as compiled code addresses draws with it."""
    return np.uint64(name_hash(name))
