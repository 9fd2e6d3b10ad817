"""Single values: how the text of a file becomes a duration, a share, a window of the day."""

from __future__ import annotations

import datetime
import re
from collections.abc import Callable

from journeyctl.diagnostics import Origin
from journeyctl.expr.codes import COUNTRY_PATTERN, LOCALE_PATTERN, WANTED, follows, suggested
from journeyctl.expr.scope import Type
from journeyctl.model.fields import Choice, Integer, Number, Plain, Reference
from journeyctl.model.values import WEEKDAYS, Condition, Expression, Precision, TimeWindow, WeekTime, ZoneChoice
from journeyctl.spec.nearest import listed, nearest
from journeyctl.spec.words import shown, words
from journeyctl.units import parse_duration, parse_share

NAME_PATTERN = "[a-z0-9]+(-[a-z0-9]+)*"
LABEL_PATTERN = "[A-Za-z0-9][A-Za-z0-9_-]*"
FIELD_PATTERN = r"score|(contact|account|clinic|hospital|umbrella)\.[a-z][a-z0-9_]*"
TIME_PATTERN = "([01][0-9]|2[0-3]):[0-5][0-9]|24:00"
DURATION_PATTERN = "[0-9]{1,9}(s|min|h|d|w|bd|mo|y)"
SHARE_PATTERN = r"(100(\.0{1,9})?|0?[0-9]{1,2}(\.[0-9]{1,9})?)\s?%"
PRECISION_PATTERN = r"(?=.*[1-9])[0-9]{1,2}(\.[0-9]{1,9})?(pp|%)"
_DAY = "(mon|tue|wed|thu|fri|sat|sun)"
_DAYS = ONE_DAY_PATTERN = rf"\s*{_DAY}(-{_DAY})?\s*"
DAYS_PATTERN = f"{_DAYS}(,{_DAYS})*"
WEEKDAY_NAMES = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
WEEK_TIME = re.compile(f"(?:({DAYS_PATTERN}) )?({TIME_PATTERN})")


class RefusedError(Exception):
    """A value that is not what its key needs: the fact, and the next move."""

    def __init__(self, message: str, help: str = "", *, is_type: bool = False) -> None:
        super().__init__(message)
        self.message = message
        self.help = help
        self.is_type = is_type


def read_plain(kind: Plain, value: object, origin: Origin) -> object:
    """The decoded value. Raises `RefusedError`."""
    return _READERS[kind](value, origin)


def spells_share(text: str) -> bool:
    """True for a text that is meant as a share, such as `40%`, and not as a word."""
    return text.strip().endswith("%") and text.strip()[:1] in "-0123456789"


def read_reference(kind: Reference, value: object) -> str:
    """A name that refers to something. Whether it exists is checked by a rule. Raises `RefusedError`."""
    text = _text(value, kind)
    if not text.strip():
        raise RefusedError("this name is empty", f"write {words(kind)}")
    return text


def read_choice(kind: Choice, value: object) -> str:
    """One of the fixed words. Raises `RefusedError`."""
    text = value if isinstance(value, str) else _text(value, kind)
    if text in kind.values:
        return text
    meant = nearest(text, kind.values)
    hint = f"; did you mean '{meant}'?" if meant else ""
    raise RefusedError(f"'{text}' is not one of the words that may stand here{hint}", f"write {listed(kind.values)}")


def read_number(kind: Integer | Number, value: object) -> float | int:
    """A number within its bounds. Raises `RefusedError`."""
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        raise RefusedError(f"{shown(value)} is no number", f"write {words(kind)}", is_type=True)
    if isinstance(kind, Integer):
        if value != int(value):
            raise RefusedError(f"{value} is no whole number", f"write {words(kind)}")
        value = int(value)
    else:
        value = float(value)
    if (kind.low is not None and value < kind.low) or (kind.high is not None and value > kind.high):
        bound = f"less than {kind.low}" if kind.low is not None and value < kind.low else f"more than {kind.high}"
        raise RefusedError(f"{value} is {bound}", f"write {words(kind)}")
    return value


def _text(value: object, kind: Plain | Reference | Choice) -> str:
    if isinstance(value, str):
        return value
    raise RefusedError(f"{shown(value)} cannot stand here", f"write {words(kind)}", is_type=True)


def _matching(kind: Plain, pattern: str) -> Callable[[object, Origin], str]:
    matches = re.compile(pattern).fullmatch

    def read(value: object, origin: Origin) -> str:
        text = _text(value, kind)
        if matches(text):
            return text
        raise RefusedError(f"'{text}' is not {kind.value}", f"write {kind.value}")

    return read


def _duration(value: object, origin: Origin) -> object:
    if isinstance(value, (int, float)) and not isinstance(value, bool):
        raise RefusedError(
            f"the number {value} has no unit", f"write a duration such as {value}d, or with min, h, w, bd, mo or y"
        )
    text = _text(value, Plain.DURATION)
    try:
        return parse_duration(text)
    except ValueError:
        raise RefusedError(
            f"'{text}' is no duration", "write a whole number and a unit, such as 30min, 48h, 7d, 2w, 2bd, 3mo or 2y"
        ) from None


def _share(value: object, origin: Origin) -> float:
    if isinstance(value, bool) or not isinstance(value, (int, float, str)):
        raise RefusedError(f"{shown(value)} is no share", f"write {words(Plain.SHARE)}", is_type=True)
    try:
        return parse_share(value)
    except ValueError:
        pass
    text = str(value)
    number = re.fullmatch(r"(-?[0-9.]+) ?%?", text)
    if number and text.lstrip("-").replace(".", "", 1).rstrip("% ").isdigit():
        amount = float(number[1])
        if amount < 0:
            raise RefusedError(f"the share {text} is negative", "write a share from 0% to 100%")
        percent = f"; {text} per cent is written '{text}%'" if not text.endswith("%") and amount <= 100 else ""
        raise RefusedError(f"the share {text} is above 100%", f"write a share from 0% to 100%{percent}")
    raise RefusedError(f"'{text}' is no share", "write a share such as 25% or 0.25")


def _money(value: object, origin: Origin) -> float:
    return float(read_number(Number(), value))


def _boolean(value: object, origin: Origin) -> bool:
    if isinstance(value, bool):
        return value
    word = value.lower() if isinstance(value, str) else ""
    if word in ("yes", "on", "no", "off"):
        answer = "true" if word in ("yes", "on") else "false"
        raise RefusedError(f"'{value}' is a text here, not a boolean", f"write {answer}")
    raise RefusedError(f"{shown(value)} is not true or false", "write true or false", is_type=True)


def _condition(value: object, origin: Origin) -> Condition:
    if isinstance(value, bool):
        return Condition(str(value).lower(), origin)
    if isinstance(value, dict):
        raise RefusedError(
            "a condition is read here as a mapping",
            "put the condition in single quotes: it holds a colon",
            is_type=True,
        )
    if isinstance(value, list):
        raise RefusedError(
            "a condition is read here as a list",
            "put the condition in single quotes: it starts with a bracket",
            is_type=True,
        )
    return Condition(_filled(value, Plain.CONDITION), origin)


def _expression(value: object, origin: Origin) -> Expression:
    if isinstance(value, (bool, int, float)):
        return Expression(str(value).lower(), origin)
    return Expression(_filled(value, Plain.EXPRESSION), origin)


def _filled(value: object, kind: Plain) -> str:
    text = _text(value, kind)
    if not text.strip():
        raise RefusedError(f"{kind.value} is empty here", f"write {kind.value} or delete the key")
    return text


def _date(value: object, origin: Origin) -> datetime.date:
    text = _text(value, Plain.DATE)
    try:
        if re.fullmatch(r"\d{4}-\d{2}-\d{2}", text):
            return datetime.date.fromisoformat(text)
    except ValueError:
        raise RefusedError(f"the calendar has no day '{text}'", "write an existing day as year-month-day") from None
    raise RefusedError(f"'{text}' is no date", "write year-month-day, such as 2026-01-05")


def _time_of_day(value: object, origin: Origin) -> int:
    text = _text(value, Plain.TIME_OF_DAY)
    if re.fullmatch(TIME_PATTERN, text):
        return int(text[:2]) * 3_600 + int(text[3:]) * 60
    raise RefusedError(f"'{text}' is no time of day", 'write hours and minutes, such as "09:00"')


def _window(value: object, origin: Origin) -> TimeWindow:
    text = _text(value, Plain.WINDOW)
    if not re.fullmatch(f"({TIME_PATTERN})-({TIME_PATTERN})", text):
        raise RefusedError(f"'{text}' is no stretch of the day", 'write start and end, such as "09:00-16:00"')
    start, end = (_time_of_day(part, origin) for part in text.split("-"))
    if start == end:
        raise RefusedError(f"'{text}' begins and ends at the same time", 'write "00:00-24:00" for the whole day')
    return TimeWindow(start, end)


def _weekdays(value: object, origin: Origin) -> tuple[int, ...]:
    parts = value if isinstance(value, list) else _text(value, Plain.WEEKDAYS).split(",")
    days: set[int] = set()
    for part in parts:
        text = part.strip() if isinstance(part, str) else ""
        if not re.fullmatch(f"{_DAY}(-{_DAY})?", text):
            raise RefusedError(f"{shown(part)} is no weekday", "write weekdays such as mon-fri or mon, wed, sat")
        first, last = WEEKDAYS.index(text[:3]), WEEKDAYS.index(text[-3:])
        days.update((first + step) % 7 for step in range((last - first) % 7 + 1))
    if not days:
        raise RefusedError("no weekday is named", "write weekdays such as mon-fri")
    return tuple(sorted(days))


def _weekday(value: object, origin: Origin) -> int:
    return WEEKDAY_NAMES.index(read_choice(Choice(WEEKDAY_NAMES), value))


def _zone(value: object, origin: Origin) -> str:
    return _known_zone(_text(value, Plain.ZONE))


def _known_zone(name: str) -> str:
    if not follows(Type.ZONE, name):
        meant = suggested(Type.ZONE, name)
        hint = f"; did you mean '{meant}'?" if meant else ""
        raise RefusedError(f"there is no time zone '{name}'{hint}", WANTED[Type.ZONE])
    return name


def _zone_choice(value: object, origin: Origin) -> ZoneChoice:
    text = _text(value, Plain.ZONE_CHOICE)
    first, bar, fallback = (part.strip() for part in text.partition("|"))
    if first == "contact":
        return ZoneChoice(of_contact=True, name=_known_zone(fallback) if bar else "")
    if bar:
        raise RefusedError(f"'{text}' gives a fallback to a fixed zone", "write one zone, or contact | Europe/Berlin")
    return ZoneChoice(of_contact=False, name=_known_zone(first))


def _moment(value: object, origin: Origin) -> WeekTime | Expression:
    text = _filled(value, Plain.MOMENT)
    match = WEEK_TIME.fullmatch(text)
    if match is None:
        return Expression(text, origin)
    days = _weekdays(match[1], origin) if match[1] else tuple(range(7))
    return WeekTime(days, _time_of_day(text[-5:], origin))


def _precision(value: object, origin: Origin) -> Precision:
    text = _text(value, Plain.PRECISION)
    if not re.fullmatch(PRECISION_PATTERN, text):
        help = "write percentage points such as 1pp, or per cent of the measure such as 5%, above zero"
        raise RefusedError(f"'{text}' is no half-width", help)
    return Precision(float(text.rstrip("p%")) / 100, relative=text.endswith("%"))


def _scalar(value: object, origin: Origin) -> object:
    if isinstance(value, dict):
        raise RefusedError("a mapping cannot stand here", "write a single value or a list of values", is_type=True)
    if not isinstance(value, list):
        return value
    for part in value:
        if isinstance(part, (dict, list)):
            raise RefusedError(f"{shown(part)} cannot stand in this list", "write single values only", is_type=True)
    return tuple(value)


def _plain_text(value: object, origin: Origin) -> str:
    # A title such as 2026 or a version is a number to YAML and still a text to its author.
    if isinstance(value, (int, float)) and not isinstance(value, bool):
        return str(value)
    return _text(value, Plain.TEXT)


def _null(value: object, origin: Origin) -> None:
    return None


def _anything(value: object, origin: Origin) -> object:
    return value


_READERS: dict[Plain, Callable[[object, Origin], object]] = {
    Plain.TEXT: _plain_text,
    Plain.NAME: _matching(Plain.NAME, NAME_PATTERN),
    Plain.LABEL: _matching(Plain.LABEL, LABEL_PATTERN),
    Plain.BOOLEAN: _boolean,
    Plain.DURATION: _duration,
    Plain.SHARE: _share,
    Plain.MONEY: _money,
    Plain.CONDITION: _condition,
    Plain.EXPRESSION: _expression,
    Plain.FIELD: _matching(Plain.FIELD, FIELD_PATTERN),
    Plain.DATE: _date,
    Plain.TIME_OF_DAY: _time_of_day,
    Plain.WINDOW: _window,
    Plain.WEEKDAYS: _weekdays,
    Plain.WEEKDAY: _weekday,
    Plain.ZONE: _zone,
    Plain.ZONE_CHOICE: _zone_choice,
    Plain.COUNTRY: _matching(Plain.COUNTRY, COUNTRY_PATTERN),
    Plain.LOCALE: _matching(Plain.LOCALE, LOCALE_PATTERN),
    Plain.MOMENT: _moment,
    Plain.PRECISION: _precision,
    Plain.SCALAR: _scalar,
    Plain.ANYTHING: _anything,
    Plain.NULL: _null,
}
