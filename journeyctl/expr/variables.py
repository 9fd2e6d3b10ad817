"""Names under which platforms without history, groups or audiences can be given the answers."""

from __future__ import annotations

import re

from journeyctl.expr.syntax import Boolean, DurationLiteral, Expression, GroupField, History, InAudience, Text


def variable_name(expression: History | GroupField | InAudience) -> str | None:
    """A stable snake_case name such as `clicks__topic_ai__within_p90d` or `group__imaging_ai__my_role`.

    Equal questions have equal names. `None` for a history call whose arguments are not all literals,
    because its answer is not one variable.
    """
    match expression:
        case GroupField(group, field):
            return f"group__{_word(group)}__{field}"
        case InAudience(audience):
            return f"in_audience__{_word(audience)}"
    parts = [expression.act.value]
    for name, value in expression.arguments:
        worth = _worth(value)
        if worth is None:
            return None
        parts.append(f"{name}_{_word(worth)}")
    return "__".join(parts)


def _worth(expression: Expression) -> str | None:
    match expression:
        case Text(value):
            return value
        case DurationLiteral(value):
            return value.iso()
        case Boolean(value):
            return "true" if value else "false"
        case _:
            return None


def _word(text: str) -> str:
    return re.sub(r"\W", "_", text.lower())
