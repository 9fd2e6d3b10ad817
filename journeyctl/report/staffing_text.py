"""The answer to a staffing question as plain text: what keeps the promise, then the table of what was tried."""

from __future__ import annotations

from collections.abc import Iterator

from journeyctl.report import numbers
from journeyctl.report.doubts_text import ABOUT_INTERVALS, fallbacks, faults, left_out
from journeyctl.report.text_table import Row, table, wrapped
from journeyctl.simulate.staffing import Answer, Candidate, Staffing, Topic, Verdict

_TITLES: dict[Topic, str] = {"headcount": "SDRS", "ramp": "LAUNCH RAMP", "cap": "FREQUENCY CAP"}
_COLUMNS: dict[Topic, tuple[tuple[str, str], ...]] = {
    "headcount": (("asked", "demand_per_capacity"), ("used", "utilisation")),
    "ramp": (("used", "utilisation"),),
    "cap": (("askers", "askers"), ("opt-outs", "opt_outs")),
}
_WORDS: dict[Verdict, str] = {"keeps": "keeps", "may or may not keep": "unsure", "misses": "misses", "n/a": "n/a"}
_FOUND = {
    "headcount": "{0} is the fewest SDRs that keep it",
    "ramp": "the launch keeps it from a ramp of {0} on, with the SDRs that are planned",
    "cap": "a cap of {0} is the best that keeps it, with the SDRs that are planned",
}
ABOUT_REFERENCES = (
    "References, not answers: the workload bound ({0}) asks only whether the work can be done at all; Erlang C "
    "({1}) knows no absences, no waves and no follow-up calls."
)
ABOUT_SEVERAL_TEAMS = (
    "No bound by workload and no Erlang C stand beside these rows: the desk has several teams, and which of its work "
    "is this team's is known to the simulation only."
)
ABOUT_VERDICTS = (
    "* as planned. 'Keeps' is said where the whole 90 % interval reaches the target, 'misses' where none of it does; "
    f"more replications make it narrower. Asked and used: of the desk's capacity. {ABOUT_INTERVALS}"
)


def render(staffing: Staffing, *, width: int) -> str:
    """The whole answer; ends with a line break."""
    blocks = [_head(staffing, width), _verdict(staffing, width)]
    blocks += [_table(staffing, answer, width) for answer in staffing.answers]
    blocks.append(_notes(staffing, width))
    return "\n\n".join(block for block in blocks if block) + "\n"


def _head(staffing: Staffing, width: int) -> str:
    promise = staffing.promise
    worst = " of every week with 10 leads due or more" if staffing.criterion == "sla_worst_week" else ""
    partial = ", partial: the search was interrupted" if staffing.partial else ""
    facts = (
        f"Desk {staffing.desk}, team {staffing.team}: first call within {promise.limit_text} ({promise.clock} clock) "
        f"for {staffing.target * 100:g} % of leads{worst}. {_replications(staffing)} of each row on the "
        f"same people{partial}, seed {staffing.seed}, {staffing.engine} engine, 90 % intervals"
    )
    lines = [wrapped(line, width) for line in (facts, *fallbacks(staffing))]
    return "\n".join((f"{staffing.title} ({staffing.scenario})", *lines))


def _replications(staffing: Staffing) -> str:
    number = f"{staffing.replications} replications"
    if not staffing.precision:
        return number
    goals = (f"{goal.name} +-{goal.amount * 100:g} {'%' if goal.relative else 'pp'}" for goal in staffing.precision)
    return f"Up to {number} (for {', '.join(goals)})"


def _verdict(staffing: Staffing, width: int) -> str:
    sentences = [f"{_sentence(answer)}." for answer in staffing.answers]
    sentences += _overloads(staffing)
    return "\n".join(["VERDICT", *(wrapped(sentence, width, first="* ", then="  ") for sentence in sentences)])


def _sentence(answer: Answer) -> str:
    name = _TITLES[answer.topic].capitalize() if answer.topic != "headcount" else "Headcount"
    if answer.found is None:
        return f"{name}: {answer.reason}"
    value = next(found.value for found in answer.candidates if found.amount == answer.found)
    tail = f" ({answer.reason})" if answer.reason else ""
    return f"{name}: {_FOUND[answer.topic].format(value)}{tail}"


def _overloads(staffing: Staffing) -> Iterator[str]:
    """Headcounts of which more is asked than they can do, in one sentence."""
    for answer in staffing.answers:
        loads = [(one, one.measures["demand_per_capacity"].value) for one in answer.candidates]
        over = [(one.value, load) for one, load in loads if load is not None and load > 1]
        if answer.topic == "headcount" and over:
            listed = ", ".join(f"{value} (asked for {load * 100:.0f} % of what they can do)" for value, load in over)
            yield f"Overloaded, so that the backlog grows as long as the run: {listed}."


def _table(staffing: Staffing, answer: Answer, width: int) -> str:
    columns = _COLUMNS[answer.topic]
    erlang = ("Erlang C",) if staffing.load is not None and answer.topic == "headcount" else ()
    header = ("", "in time", "worst week", *(title for title, _ in columns), *erlang)
    rows = [_row(staffing, answer, candidate) for candidate in answer.candidates]
    return table(f"{_TITLES[answer.topic]} ({' and '.join(answer.paths)})", header, rows, width)


def _row(staffing: Staffing, answer: Answer, candidate: Candidate) -> Row:
    planned = "*" if candidate.amount == answer.present else ""
    erlang: tuple[str, ...] = ()
    if staffing.load is not None and answer.topic == "headcount":
        erlang = ("-" if candidate.erlang is None else numbers.number(candidate.erlang, "share"),)
    return (
        f"{candidate.value}{planned} {_WORDS[candidate.verdict]}",
        *(_share(candidate, name, whole=name == staffing.criterion) for name in ("sla", "sla_worst_week")),
        *(
            numbers.value(candidate.measures[name], "count" if name in ("askers", "opt_outs") else "share")
            for _, name in _COLUMNS[answer.topic]
        ),
        *erlang,
    )


def _share(candidate: Candidate, name: str, *, whole: bool) -> str:
    """A share of leads in time; with its interval where that is what decides."""
    found = candidate.measures[name]
    return numbers.of_measure(name, found) if whole else numbers.value(found, "share")


def _notes(staffing: Staffing, width: int) -> str:
    notes = []
    if staffing.load is not None:
        erlang = staffing.load.erlang_bound(staffing.target)
        by_erlang = "no number of SDRs" if erlang is None else _people(erlang)
        notes.append(ABOUT_REFERENCES.format(_people(staffing.load.workload_bound), by_erlang))
    elif not staffing.partial and any(answer.topic == "headcount" for answer in staffing.answers):
        notes.append(ABOUT_SEVERAL_TEAMS)
    notes += [ABOUT_VERDICTS, *left_out(staffing), *faults(staffing), f"workspace {staffing.workspace_hash}"]
    return "\n".join(wrapped(note, width) for note in notes)


def _people(number: int) -> str:
    return f"{number:,} SDR" if number == 1 else f"{number:,} SDRs"
