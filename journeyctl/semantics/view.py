"""What conditions see of one contact at one second. Satisfies `expr.Environment` and the gate's `Recipient`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime

from journeyctl.calendars import Calendar, local_date
from journeyctl.expr import Environment, Value
from journeyctl.graph.house import Item
from journeyctl.graph.program import Country, Program, Scoring
from journeyctl.semantics import scoring
from journeyctl.semantics.state import NOBODY, Contact, Visit
from journeyctl.units import Duration


class ContactView:
    """Answers names, histories, groups and audiences for one contact; bound anew before each question."""

    __slots__ = ("_contact", "_country_path", "_item", "_now", "_program", "_visit")

    def __init__(self, program: Program, contact: Contact = NOBODY) -> None:
        self._program = program
        self._country_path = program.meanings.get("country", "contact.country")
        self.of(contact)

    def of(self, contact: Contact) -> None:
        """From now on the view of another contact, as it became known."""
        self._contact = contact
        self._now = contact.created_at
        self._visit: Visit | None = None
        self._item: Item | None = None

    def at(self, now: int, visit: Visit | None = None, item: Item | None = None) -> ContactView:
        """The same view for another second, visit or item."""
        self._now, self._visit, self._item = now, visit, item
        return self

    # --- expr.Environment

    def value(self, path: str) -> Value:
        """The value at a path; a field's default where it is missing, else `None`."""
        found = self._contact.fields.get(path)
        if found is not None:
            return found
        default = self._program.defaults.get(path)
        if default is not None:
            self._contact.defaults_used[path] = self._contact.defaults_used.get(path, 0) + 1
            return default
        return self._derived(path)

    def now(self) -> int:
        """UTC seconds."""
        return self._now

    def today(self) -> date:
        """The date in the workspace's zone."""
        return local_date(self._now, self._program.zone)

    def history(
        self,
        kind: str,
        *,
        item: str | None = None,
        topic: str | None = None,
        level: str | None = None,
        journey: str | None = None,
        within: Duration | None = None,
        human: bool | None = None,
    ) -> int:
        """How many acts of this kind the contact's history holds; `within` reaches back from now, boundary included."""
        since, count = self._since(within), 0
        for time, what, about, during, by_human in self._contact.acts:
            if (
                what == kind
                and (item is None or about == item)
                and time >= since
                and (human is None or by_human == human)
                and (journey is None or during == journey)
                and ((topic is None and level is None) or self._item_fits(about, topic, level))
            ):
                count += 1
        return count

    def group(self, name: str, field: str) -> Value:
        """What the last account evaluation said of a buying group; `None` for a non-member."""
        known = self._contact.groups.get(name)
        return known.get(field) if known is not None else None

    def in_audience(self, name: str) -> bool | None:
        """Whether the contact is in the audience now; `None` where that is unknown."""
        program = self._program
        audiences = program.audiences_for(self.country) if program.shared else program.audiences
        found = audiences[name].evaluate(self)
        return found if isinstance(found, bool) else None

    # --- what overlays of the contact's country may change; its country is read only where some do

    @property
    def items(self) -> Mapping[str, Item]:
        """All items as they are for the contact now."""
        program = self._program
        return program.items_for(self.country) if program.shared else program.items

    @property
    def scoring(self) -> Scoring | None:
        """What scores the contact now."""
        program = self._program
        return program.scoring_for(self.country) if program.shared else program.scoring

    # --- gate.Recipient

    @property
    def environment(self) -> Environment:
        """The view itself."""
        return self

    @property
    def zone(self) -> str | None:
        """The contact's zone, else its country's."""
        path = self._program.meanings.get("zone")
        known = self.value(path) if path is not None else None
        if isinstance(known, str):
            return known
        country = self._country()
        return country.zone if country is not None else None

    @property
    def country(self) -> str | None:
        """The contact's country code."""
        known = self._contact.fields.get(self._country_path) or self.value(self._country_path)
        return known if isinstance(known, str) else None

    @property
    def calendar(self) -> Calendar:
        """Business days that apply to waits: the contact's country's, else the workspace's."""
        country = self._country()
        return country.calendar if country is not None else self._program.calendar

    @property
    def locales(self) -> Sequence[str]:
        """The contact's, its country's and the workspace's language tag, where known."""
        path, country = self._program.meanings.get("locale"), self._country()
        own = self.value(path) if path is not None else None
        tags = (own if isinstance(own, str) else None, country.locale if country is not None else None)
        return [tag for tag in (*tags, self._program.locale) if tag]

    @property
    def held_out(self) -> bool:
        """In the global holdout, or in a holdout arm of the journey at hand."""
        return self._contact.held_out or (self._visit is not None and self._visit.held_out)

    def consents(self, path: str) -> bool | None:
        """Whether the consent was given; `None` where nobody recorded it. A default never gives consent."""
        known = self._contact.fields.get(path)
        return known if isinstance(known, bool) else None

    # --- derived names

    def _country(self) -> Country | None:
        return self._program.countries.get(self.country or "")

    def _derived(self, path: str) -> Value:
        if path == "contact.deliverable":
            return True
        root, _, rest = path.partition(".")
        match root:
            case "score":
                return scoring.current(self.scoring, self._contact.score, self._now) / 100
            case "fit":
                return scoring.fit_of(self.scoring, self)
            case "lead":
                return self._lead(rest)
            case "journey" if self._visit is not None and rest == "entered_at":
                return datetime.fromtimestamp(self._visit.entered_at, UTC)
            case "item" if self._item is not None:
                return self._item_field(self._item, rest)
            case _:
                return None

    def _lead(self, name: str) -> Value:
        contact = self._contact
        match name:
            case "open":
                return bool(contact.leads)
            case "age":
                created = min((lead.created_at for lead in contact.leads.values()), default=None)
                return None if created is None else Duration(seconds=self._now - created)
            case "outcome":
                return contact.last_outcome or None
            case "reason":
                return contact.last_reason or None
            case _:
                return None

    def _item_field(self, item: Item, name: str) -> Value:
        match name:
            case "name":
                return item.name
            case "line":
                return item.line
            case "topic":
                return item.topic
            case "level":
                return item.level_name
            case "tags":
                return item.tags
            case _:
                return None

    def _item_fits(self, name: str, topic: str | None, level: str | None) -> bool:
        item = self.items.get(name)
        return (
            item is not None and (topic is None or item.topic == topic) and (level is None or item.level_name == level)
        )

    def _since(self, within: Duration | None) -> int:
        if within is None:
            return -(1 << 62)
        return self._program.calendar.add(self._now, -within)
