"""Content houses of made-up workspaces: levels, topics and items with every way of being unavailable."""

from __future__ import annotations

from dataclasses import dataclass

from tests.agreement.chances import Chances, Document

TOPICS = ("ai", "ct", "mri", "service", "workforce")
LINES = ("ct", "mri", "service")
LEVELS = ("first", "second", "third", "fourth")
LANGUAGES = ("en-US", "de-DE", "en-GB", "fr-FR")

ITEM_CONDITIONS = (
    'list contains(account.modalities, "CT")',
    'list contains(account.modalities, "MRI") or contact.tier >= 2',
    "contact.tier >= 2",
    "not(account.is_customer)",
    'contact.role in ["head", "cio"]',
    "score >= 3",
    "hospital.beds > 150",
    'sends(topic: item.topic, within: duration("P10D")) < 3',
    "account.last_purchase_line = null or account.last_purchase_line != item.line",
)
"""Who may get an item; some change within a run."""


@dataclass(frozen=True, slots=True)
class House:
    """A content house with what journeys need to know of it."""

    name: str
    levels: tuple[str, ...]
    items: tuple[str, ...]
    document: Document


def house(chances: Chances, name: str, *, days: tuple[str, ...]) -> House:
    """A house; `days` are dates within the run, for launches and ends of sale."""
    levels = LEVELS[: chances.whole(2, 4)]
    names = {
        level: [f"{name}-{level}-{k}" for k in range(1, chances.whole(1 if depth == 0 else 2, 4) + 1)]
        for depth, level in enumerate(levels)
    }
    items: Document = {}
    for depth, level in enumerate(levels):
        below = names[levels[depth + 1]] if depth + 1 < len(levels) else []
        for item in names[level]:
            line = LINES[len(items) % len(LINES)]
            items[item] = {"line": line, **_item(chances, level, below, days)}
    everything = tuple(str(item) for item in items)
    document: Document = {
        "kind": "catalog", "name": name, "levels": list(levels), "topics": {topic: topic for topic in TOPICS},
        "items": items, **chances.maybe(40, order=chances.shuffled(everything)[:3]),
    }  # fmt: skip
    return House(name, levels, everything, document)


def _item(chances: Chances, level: str, below: list[str], days: tuple[str, ...]) -> Document:
    made: Document = {"level": level, "topic": chances.one(TOPICS)}
    if below and chances.happens(85):
        made["next"] = chances.some(chances.shuffled(below), least=1, most=3)
    if chances.happens(22):
        made["when"] = chances.one(ITEM_CONDITIONS)
    if chances.happens(10):
        made["status"] = chances.one(("draft", "planned"))
    if chances.happens(12):
        made["available"] = chances.one(({"from": days[1]}, {"until": days[1]}, {"from": days[0], "until": days[2]}))
    if chances.happens(45):
        tags = chances.some(LANGUAGES, least=1, most=2)
        made["email"] = {"subject": dict.fromkeys(tags, "subject")}
        if chances.happens(80):
            made["fallback"] = tags[0]
    if chances.happens(20):
        made["variants"] = [{"name": "own", "when": 'contact.role = "cio"', "subject": "for you"}]
    return {**made, **chances.maybe(15, tags=["imaging"])}
