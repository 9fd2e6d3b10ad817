"""What the documents of a made-up workspace agree on, and those that speak of all of it: overlay, group, scenario."""

from __future__ import annotations

import datetime
from dataclasses import dataclass

from tests.agreement import people
from tests.agreement.chances import Chances, Document
from tests.agreement.desks import other_leads
from tests.agreement.houses import House, house

SCENARIO = "run"
"""The only scenario of every made-up workspace."""


@dataclass(frozen=True, slots=True)
class Frame:
    """Where and when a made-up workspace plays, and the names in it."""

    countries: tuple[str, ...]
    start: datetime.date
    weeks: int
    houses: tuple[House, ...]
    desks: tuple[str, ...]


def frame_of(number: int) -> Frame:
    """The frame of the workspace with this number."""
    chances = Chances(number, "frame")
    third = chances.one(tuple(people.COUNTRIES)[2:])
    countries = tuple(chances.shuffled(("US", "DE", third))[: chances.whole(2, 3)])
    start = datetime.date.fromisoformat(chances.one(people.STARTS))
    weeks = chances.whole(4, 8)
    days = tuple(str(start + datetime.timedelta(days=weeks * 7 * quarter // 4)) for quarter in (1, 2, 3))
    names = ("north", "south")[: chances.whole(1, 2)]
    houses = tuple(house(Chances(number, name), name, days=days) for name in names)
    return Frame(countries, start, weeks, houses, ("one", "two")[: 2 if chances.happens(30) else 1])


def overlays(chances: Chances, frame: Frame, journeys: list[Document]) -> list[Document]:
    """Another journey, other windows or other quiet hours for one country; none for some workspaces."""
    if chances.happens(45):
        return []
    first, last = journeys[0], journeys[-1]
    settings: Document = {"policies.consent.unknown": "granted"} if chances.happens(30) else {}
    if chances.happens(50):
        settings["policies.quiet_hours"] = {"send_between": "10:00-15:00", "days": "mon-fri", "zone": "contact"}
    if chances.happens(60):
        settings[f"journeys.{last['name']}"] = {
            "name": f"{last['name']}-abroad", "priority": 60, "entry.audience": "everybody", "entry.again": "always",
        }  # fmt: skip
    for step in first["steps"] if isinstance(first["steps"], list) else ():
        path = f"journeys.{first['name']}.steps.{step['id']}"
        settings |= {f"{path}.{key}": value for verb, (key, value) in _PATCHES.items() if verb in step}
    settings = settings or {f"journeys.{first['name']}.priority": 90}
    return [{"kind": "overlay", "name": "abroad", "for": {"countries": [frame.countries[0]]}, "set": settings}]


_PATCHES = {"ladder": ("ladder.window", "3d"), "listen": ("listen.for", "2d"), "wait": ("wait", "5h")}
"""What an overlay changes in a step, by its verb."""


def buying_group(chances: Chances, frame: Frame) -> Document:
    """A group that a few active colleagues complete."""
    return {
        "kind": "buying_group", "name": "circle", "interest": "ai", "scope": chances.one(("clinic", "hospital")),
        "roles": {
            "decides": {"need": 1, "weight": 3, "when": 'contact.role = "head"'},
            "speaks": {"need": 2, "weight": 1, "when": 'contact.role in ["cio", "buyer"]'},
            **chances.maybe(50, cares={"need": 1, "weight": 2, "when": chances.one(_CARES)}),
        },
        "joins": chances.one(_JOINS),
        "ready": {"completeness": "50%", "handoff": frame.desks[0], "again": "14d",
                  **chances.maybe(50, engagement=chances.one((1, 4)))},
        **chances.maybe(80, fill={"audience_on": "linkedin", "below": "100%"}),
    }  # fmt: skip


_CARES = ('clicks(within: duration("P7D")) >= 1', 'clicks(topic: "ai") >= 1', "contact.vip = true")
_JOINS = (
    "score >= 3",
    'score >= 3 or clicks(within: duration("P14D")) >= 1',
    'opens() >= 1 and contact.role != "other"',
)


def scenario(chances: Chances, frame: Frame, journeys: list[Document], *, has_overlay: bool) -> Document:
    """People, inflow, facts, launches and leads from elsewhere."""
    names = [str(made["name"]) for made in journeys]
    mail = {"lines": chances.some(("lab", "events", "ct"), least=1), "per_week": chances.one((0.3, 0.8))}
    facts = ["contact.left_company", *chances.some(people.OTHER_FACTS, least=4)]
    if has_overlay and "contact.move" in facts and not chances.happens(5):
        # Rare: not every engine can carry contacts from one country's journeys to another's.
        facts.remove("contact.move")
    return {
        "kind": "scenario", "name": SCENARIO,
        "population": people.population(chances, frame.countries, frame.start), "behaviour": "lively",
        "inflow": people.inflow(chances), "quality": {"duplicates": "8%", "invalid_email": "5%"},
        **chances.maybe(75, desk_inflow=other_leads(chances, frame.desks)), **chances.maybe(80, other_mail=mail),
        "facts": {name: people.FACTS[name] for name in facts}, "launches": _launches(chances, frame, names),
        "activation": {"linkedin": {"fills_role": "25%", "per": "10d"}},
        "start": str(frame.start), "length": f"{frame.weeks}w", **chances.maybe(40, drain="2w"),
        "replications": {"min": 1, "max": 1}, "seed": chances.whole(1, 10**9),
        **chances.maybe(30, journeys=[name for name in names if not name.startswith("child")]),
    }  # fmt: skip


def _launches(chances: Chances, frame: Frame, journeys: list[str]) -> Document:
    """Some journeys begin later, some spread over days; an item may come on sale in the run."""
    found: Document = {}
    for name in chances.some(journeys, most=2):
        on = frame.start + datetime.timedelta(days=chances.whole(0, 12))
        found[name] = {"on": str(on), **chances.maybe(60, ramp=chances.one(("5bd", "8bd", "9d")))}
    later = {"on": str(frame.start + datetime.timedelta(days=10))}
    return found | chances.maybe(40, **{chances.one(frame.houses[0].items): later})
