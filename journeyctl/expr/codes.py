"""Texts that follow a convention of the world outside: country codes, language tags, names of time zones."""

from __future__ import annotations

import re
import zoneinfo
from collections.abc import Callable, Mapping
from functools import cache

from journeyctl.expr.nearest import nearest
from journeyctl.expr.scope import Type

COUNTRY_PATTERN = "[A-Z]{2}"
LOCALE_PATTERN = "[a-z]{2,3}(-[A-Za-z0-9]{2,8})*"


def follows(kind: Type, text: str) -> bool:
    """False for a text that no field of this type can ever hold."""
    convention = _CONVENTIONS.get(kind)
    return convention is None or convention(text)


def suggested(kind: Type, text: str) -> str | None:
    """The text that was probably meant, where it differs by little; `None` where that cannot be told."""
    match kind:
        case Type.COUNTRY:
            return text.upper() if follows(kind, text.upper()) else None
        case Type.LOCALE:
            language, *parts = text.replace("_", "-").split("-")
            written = "-".join((language.lower(), *parts))
            return written if follows(kind, written) else None
        case _:
            return nearest(text, sorted(zoneinfo.available_timezones()))


WANTED: Mapping[Type, str] = {
    Type.COUNTRY: "write a country code such as US",
    Type.LOCALE: "write a language tag such as en-US",
    Type.ZONE: "write an IANA name such as Europe/Berlin",
}
"""What to write where nothing can be suggested."""


@cache
def _is_zone(name: str) -> bool:
    try:
        zoneinfo.ZoneInfo(name)
    except (ValueError, OSError, zoneinfo.ZoneInfoNotFoundError):
        return False
    return True


_CONVENTIONS: Mapping[Type, Callable[[str], bool]] = {
    Type.COUNTRY: lambda text: re.fullmatch(COUNTRY_PATTERN, text) is not None,
    Type.LOCALE: lambda text: re.fullmatch(LOCALE_PATTERN, text) is not None,
    Type.ZONE: _is_zone,
}
