"""Field values as scripts and command lines write them, in the types of the profile."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import cast

from journeyctl.expr import Value
from journeyctl.model.profile import Profile, ProfileField
from journeyctl.model.values import Scalar


def field_of(profile: Profile, path: str) -> ProfileField | None:
    """The profile's entry for a path such as `contact.role`; `account.` is the clinic's."""
    level, _, name = path.partition(".")
    fields = getattr(profile, "clinic" if level == "account" else level, None)
    return fields.get(name) if isinstance(fields, dict) else None


def field_value(profile: Profile, path: str, value: Scalar) -> Value:
    """The value in the field's type. Raises `ValueError` where the text is no such value."""
    field = field_of(profile, path)
    if field is None or value is None:
        return _plain(value)
    match field.type:
        case "date" if isinstance(value, str):
            return date.fromisoformat(value)
        case "date-time" if isinstance(value, str):
            moment = datetime.fromisoformat(value)
            return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).astimezone(UTC)
        case "list of text" if not isinstance(value, tuple):
            return (str(value),)
        case "list of text" if isinstance(value, tuple):
            return tuple(str(part) for part in value)
        case _:
            return _plain(value)


def _plain(value: Scalar) -> Value:
    # The decoder has made every list a tuple of plain values, which both types name in their own words.
    return cast("Value", value)


def value_from_text(profile: Profile, path: str, text: str) -> Value:
    """A value from the command line: `true`, `12`, `2026-01-05`, `MRI,CT`. Raises `ValueError`."""
    field = field_of(profile, path)
    if field is None:
        raise ValueError(f"there is no field '{path}' in the profile")
    if text in ("null", "unknown"):
        return None
    match field.type:
        case "boolean":
            if text not in ("true", "false"):
                raise ValueError(f"'{path}' is true or false, not '{text}'")
            return text == "true"
        case "integer":
            return int(text)
        case "number" | "money":
            return float(text)
        case "list of text":
            return tuple(part.strip() for part in text.split(",") if part.strip())
        case _:
            return field_value(profile, path, text)
