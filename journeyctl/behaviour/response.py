"""The response model: what contacts and machines do with a mail, decided draw by draw in whole numbers.

`sent` decides what does not depend on later events and plans it; `happens` is called when a planned
event's second has come, gives the stimuli to post and plans what follows. Calls for one contact must
come in the order of time. The formulas are in `logits`; sources are named in the behaviour document.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from typing import TYPE_CHECKING, Protocol, assert_never

from journeyctl.behaviour import purposes
from journeyctl.behaviour.activity import activity_clock
from journeyctl.behaviour.coefficients import Coefficients, exact, fixed
from journeyctl.behaviour.interests import Personas
from journeyctl.behaviour.logits import (
    ClickTerms,
    OpenTerms,
    UnsubscribeTerms,
    click_terms,
    need_terms,
    open_terms,
    relative_interest,
    request_terms,
    scaled,
    unsubscribe_terms,
)
from journeyctl.behaviour.planned import Planned, What
from journeyctl.behaviour.traits import Traits
from journeyctl.calendars import local_date
from journeyctl.fixed_point import (
    CERTAIN,
    ONE,
    decay_table,
    dirichlet,
    exponential_seconds,
    lognormal_seconds,
    normal,
    poisson,
    share_threshold,
    threshold,
)
from journeyctl.model.values import WEEKDAYS
from journeyctl.semantics.stimuli import (
    Clicked,
    FormSubmitted,
    Opened,
    PageViewed,
    SalesRequested,
    Stimulus,
    Unsubscribed,
)

if TYPE_CHECKING:
    from journeyctl.draws import DrawSource
    from journeyctl.expr import Environment
    from journeyctl.graph.house import Item
    from journeyctl.graph.program import Scoring
    from journeyctl.model.behaviour import Behaviour

LAST_STAGE = 3
PREFETCH_DELAY = 600
"""Mean seconds until a mail program fetches a mail by itself; assumed, only "soon" is known."""
_MOST_PRESSURE = 512 * ONE
"""Bound that keeps products below 2^62; nobody gets five hundred mails in five days."""
_HALF = 1 << 31
"""Rounds a product in 2^-32."""
_HOUR = 3_600
_DAY = 86_400

Happening = tuple[tuple[Stimulus, ...], tuple[Planned, ...]]
"""What reaches the journeys at this second, and what is planned for later."""
_NOTHING: Happening = ((), ())
_opened = lru_cache(maxsize=4_096)(Opened)
"""The same few items are opened by everybody."""


class Known(Protocol):
    """What the model asks of a lowered workspace; `graph.Program` is one."""

    @property
    def items(self) -> Mapping[str, Item]:
        """All items by name."""

    @property
    def meanings(self) -> Mapping[str, str]:
        """Field path of `country`."""

    @property
    def scoring(self) -> Scoring | None:
        """Grades of fit, best first."""


class ResponseModel:
    """A behaviour document, ready to answer for any number of contacts. Holds no state of theirs."""

    def __init__(self, behaviour: Behaviour, program: Known) -> None:
        """Raises `SpecError` where a parameter is absent or out of range."""
        self.coefficients = Coefficients.of(behaviour)
        self.items = program.items
        self.topics = tuple(sorted({item.topic for item in program.items.values() if item.topic is not None}))
        """Topics of all houses, among which interests are shared out."""
        self.personas = Personas.of(behaviour, self.topics)
        self.clock = activity_clock(tuple(behaviour.activity))
        self.stages = _bounds(behaviour.stages)
        """Upper thresholds of the stages at the start."""
        self.weekdays = tuple(
            fixed(behaviour.weekdays[day].value) if day in behaviour.weekdays else 0 for day in WEEKDAYS
        )
        self.has_weekday_effect = any(self.weekdays)
        """Whether the local weekday of a mail changes its chance to be opened."""
        self.placement = {key: share_threshold(entry.value) for key, entry in behaviour.placement.items()}
        """Threshold of reaching the inbox by country, and by `default`."""
        self.country = program.meanings.get("country", "contact.country")
        self._grades = tuple(name for name, _ in program.scoring.fit) if program.scoring is not None else ()
        c = self.coefficients
        self.open_median = self.clock.median_units(c.open_delay_median)
        # Left of 1 after so many times the memory is less than 2^-32 can hold.
        hours = c.fatigue_memory * 23 // _HOUR + 1
        self.memory = decay_table(exact(c.fatigue_memory) / _HOUR, hours=hours)
        self.bounced = c.hard_bounce + ((CERTAIN - c.hard_bounce) * c.soft_bounce >> 53)
        """Threshold in 2^-53 of a bounce, hard or soft, of a mail to an address that works."""

    # --- who a contact is

    def traits(
        self,
        draws: DrawSource,
        *,
        contact: str,
        clinic: str,
        hospital: str,
        environment: Environment,
        at: int = 0,
        invalid_address: bool = False,
    ) -> Traits:
        """The latent traits of a contact; `environment` answers the personas' conditions and the country.

        For a second record of a person, `contact` is the name of the first: both records are one person.
        """
        c = self.coefficients
        own = scaled(c.responsiveness_spread, normal(draws.bits(contact, purposes.RESPONSIVENESS)))
        shared = scaled(c.clinic_responsiveness_spread, normal(draws.bits(clinic, purposes.CLINIC_RESPONSIVENESS)))
        return Traits(
            responsiveness=own + shared,
            interests=self._interests(draws, contact, environment),
            stage=_first_above(self.stages, draws.bits(contact, purposes.STAGE)),
            placement=self.inbox(environment),
            prefetching=draws.bits(contact, purposes.PREFETCHING) < c.prefetching,
            scanned=draws.bits(hospital, purposes.SCANNER) < c.scanning,
            invalid_address=invalid_address,
            idle_since=at,
        )

    def inbox(self, environment: Environment) -> int:
        """The threshold in 2^-53 with which a contact's mail reaches the inbox, by its country."""
        country = environment.value(self.country)
        found = self.placement.get(country) if isinstance(country, str) else None
        return self.placement.get("default", CERTAIN) if found is None else found

    def needs(self, draws: DrawSource, traits: Traits, *, contact: str, fit: str | None) -> bool:
        """Whether qualification finds a need now; `fit` is the grade. One draw per contact, so need only grows."""
        limit = self.need_threshold(stage=traits.stage, asked=traits.asked, fit=fit)
        return draws.bits(contact, purposes.NEED) < limit

    def need_threshold(self, *, stage: int, asked: bool, fit: str | None) -> int:
        """The threshold in 2^-53 of a need at a stage of readiness, for somebody who has asked for sales or not."""
        c = self.coefficients
        by_rank = (c.need_fit_a, c.need_fit_b, c.need_fit_c)
        rank = self._grades.index(fit) if fit in self._grades else None
        odds = c.need_fit_none if rank is None else by_rank[min(rank, len(by_rank) - 1)]
        return threshold(sum(need_terms(c, stage=stage, asked=int(asked), fit=odds)))

    def _interests(self, draws: DrawSource, contact: str, environment: Environment) -> Mapping[str, int]:
        topics = self.topics
        if not topics:
            return {}
        us = [draws.bits(contact, purposes.INTEREST, place=topic) for topic in topics]
        shares = dirichlet(us, self.personas.shapes(environment))
        limit = self.coefficients.interest_limit
        return {
            topic: relative_interest(share, topics=len(topics), limit=limit)
            for topic, share in zip(topics, shares, strict=True)
        }

    # --- recent mail

    def mailed(self, traits: Traits, now: int) -> None:
        """A mail of any line was delivered: it weighs on what follows, not on itself.

        The caller tells of every delivered mail, own ones after `sent` was asked. Whole hours of UTC
        between two mails count, so the order of looking leaves no trace.
        """
        pressure = self.pressure(traits, now) + ONE
        traits.pressure = pressure if pressure < _MOST_PRESSURE else _MOST_PRESSURE
        traits.pressure_hour = now // _HOUR

    def pressure(self, traits: Traits, now: int) -> int:
        """Recent mail in 2^-20: the sum over earlier mails of what is left of each."""
        hours = now // _HOUR - traits.pressure_hour
        if hours <= 0 or not traits.pressure:
            return traits.pressure
        # As `multiply(traits.pressure, decayed(self.memory, ..), 32)`, but every mail of any line asks, often twice.
        memory = self.memory
        return (traits.pressure * memory[hours if hours < len(memory) else -1] + _HALF) >> 32

    # --- one mail

    def sent(
        self,
        draws: DrawSource,
        traits: Traits,
        item: Item,
        number: int,
        now: int,
        *,
        contact: str,
        zone: str,
        place: str = "",
    ) -> tuple[Planned, ...]:
        """What comes of the `number`-th send (from 1) of an item, in order of time.

        The first entry says at `now` whether it was delivered; the rest is later. `place` is the item or
        step that addresses the draws, the item's name without it; `zone` is the contact's.
        """
        if self.coefficients.stage_decay:
            self.idle(draws, traits, now, contact=contact)
        mail = _Mail(draws, contact, Planned(now, What.DELIVERED, item.name, number, place or item.name))
        bounced = self._bounce(mail, traits)
        if bounced is not None:
            return (mail.plan(now, bounced),)
        if traits.placement < CERTAIN and mail.u(purposes.PLACEMENT) >= traits.placement:
            return (mail.origin,)
        # Machines act on mail in the inbox: only so do machines and people together record the published 38 %
        # of opens; were spam folders fetched and scanned, too, it would be 42 %.
        plans = [mail.origin, *self._machines(mail, traits), *self._opening(mail, traits, item, zone)]
        plans.sort()
        return tuple(plans)

    def open_logit(self, draws: DrawSource, traits: Traits, item: Item, now: int, *, zone: str) -> OpenTerms[int]:
        """The summands for a mail that reaches the inbox at `now`."""
        c = self.coefficients
        return open_terms(
            c,
            responsiveness=traits.responsiveness,
            interest=_interest(traits, item),
            misfit=abs(item.level - traits.stage),
            pressure=self.pressure(traits, now),
            weekday=self.weekdays[local_date(now, zone).weekday()] if self.has_weekday_effect else 0,
            quality=_quality(draws, item, c.open_item_spread, purposes.OPEN_QUALITY),
        )

    def click_logit(self, draws: DrawSource, traits: Traits, item: Item) -> ClickTerms[int]:
        """The summands for a contact that has opened, at its present stage."""
        c = self.coefficients
        return click_terms(
            c,
            responsiveness=traits.responsiveness,
            interest=_interest(traits, item),
            misfit=abs(item.level - traits.stage),
            quality=_quality(draws, item, c.click_item_spread, purposes.CLICK_QUALITY),
        )

    def unsubscribe_logit(self, traits: Traits, item: Item, now: int) -> UnsubscribeTerms[int]:
        """The summands for a contact that opens a mail sent at `now`."""
        return unsubscribe_terms(
            self.coefficients, interest=_interest(traits, item), pressure=self.pressure(traits, now)
        )

    def _bounce(self, mail: _Mail, traits: Traits) -> What | None:
        if traits.invalid_address:
            return What.HARD_BOUNCE
        if not self.bounced:
            return None
        u = mail.u(purposes.BOUNCE)
        if u < self.coefficients.hard_bounce:
            return What.HARD_BOUNCE
        return What.SOFT_BOUNCE if u < self.bounced else None

    def _machines(self, mail: _Mail, traits: Traits) -> list[Planned]:
        plans: list[Planned] = []
        if not (traits.scanned or traits.prefetching):
            return plans
        c, now = self.coefficients, mail.origin.time
        if traits.scanned and mail.u(purposes.SCANNER_OPEN) < c.scanner_open:
            delay = mail.u(purposes.SCANNER_OPEN_DELAY) * c.scanner_delay >> 53
            plans.append(mail.plan(now + delay, What.SCANNER_OPEN))
        if traits.scanned and mail.u(purposes.SCANNER_CLICK) < c.scanner_click:
            delay = mail.u(purposes.SCANNER_CLICK_DELAY) * c.scanner_delay >> 53
            plans.append(mail.plan(now + delay, What.SCANNER_CLICK))
        if traits.prefetching and mail.u(purposes.PREFETCH) < c.prefetch_open:
            delay = exponential_seconds(mail.u(purposes.PREFETCH_DELAY), PREFETCH_DELAY)
            plans.append(mail.plan(now + delay, What.PREFETCH))
        return plans

    def _opening(self, mail: _Mail, traits: Traits, item: Item, zone: str) -> list[Planned]:
        c, now = self.coefficients, mail.origin.time
        terms = self.open_logit(mail.draws, traits, item, now, zone=zone)
        if mail.u(purposes.OPEN) >= threshold(sum(terms)):
            return []
        activity = lognormal_seconds(mail.u(purposes.OPEN_DELAY), self.open_median, c.open_delay_sigma)
        opened = self.clock.later(now, activity, zone=zone)
        plans = [mail.plan(opened, What.OPEN)]
        if mail.u(purposes.UNSUBSCRIBE) < threshold(sum(self.unsubscribe_logit(traits, item, now))):
            delay = lognormal_seconds(mail.u(purposes.UNSUBSCRIBE_DELAY), c.click_delay_median, c.click_delay_sigma)
            plans.append(mail.plan(opened + delay, What.UNSUBSCRIBE))
        return plans

    # --- what happens later

    def happens(
        self, draws: DrawSource, traits: Traits, planned: Planned, now: int, *, contact: str, zone: str
    ) -> Happening:
        """A planned event's second has come: the stimuli for `now`, and what it leads to later.

        Moves the stage and keeps the time between requests. Deliveries and bounces are the caller's to
        post and give nothing here; `zone` takes no part yet.
        """
        if self.coefficients.stage_decay:
            self.idle(draws, traits, now, contact=contact)
        mail, item, number = _Mail(draws, contact, planned), planned.item, planned.number
        match planned.what:
            case What.OPEN:
                return (_opened(item, number),), self._after_open(mail, traits, now)
            case What.CLICK:
                return self._click(mail, traits, now)
            case What.SCANNER_OPEN | What.PREFETCH:
                return (Opened(item, number, who="machine"),), ()
            case What.SCANNER_CLICK:
                return (Clicked(item, number, who="machine", every_link=True),), ()
            case What.VISIT:
                stimuli, plans = self._visit(mail, traits, now, level=0, interest=0)
                return stimuli, plans
            case What.REQUEST:
                return self._request(traits, planned, now), ()
            case What.UNSUBSCRIBE:
                return (Unsubscribed(item, number),), ()
            case What.DELIVERED | What.HARD_BOUNCE | What.SOFT_BOUNCE:
                return _NOTHING
            case _:
                assert_never(planned.what)

    def _after_open(self, mail: _Mail, traits: Traits, now: int) -> tuple[Planned, ...]:
        c, item = self.coefficients, self.items[mail.origin.item]
        if mail.u(purposes.CLICK) >= threshold(sum(self.click_logit(mail.draws, traits, item))):
            return ()
        delay = lognormal_seconds(mail.u(purposes.CLICK_DELAY), c.click_delay_median, c.click_delay_sigma)
        return (mail.plan(now + delay, What.CLICK),)

    def _click(self, mail: _Mail, traits: Traits, now: int) -> Happening:
        item = self.items[mail.origin.item]
        stimuli, plans = self._visit(mail, traits, now, level=item.level, interest=_interest(traits, item))
        # Asking reads the stage that the contact came with; what the click changes holds from now on.
        self._move_up(mail, traits, item.level)
        traits.idle_since = now
        return (Clicked(mail.origin.item, mail.origin.number), *stimuli), plans

    def _visit(self, mail: _Mail, traits: Traits, now: int, *, level: int, interest: int) -> Happening:
        c, item, number = self.coefficients, mail.origin.item, mail.origin.number
        sent = number if item else 0
        mean = c.further_pages + (c.further_pages_interested if interest > 0 else 0)
        # What cannot happen is not drawn.
        further = poisson(mail.u(purposes.PAGES), mean) if mean else 0
        stimuli: tuple[Stimulus, ...] = (PageViewed(item, sent, pages=1 + further),)
        fills_form = c.form_base + level * c.form_per_level
        if fills_form and mail.u(purposes.FORM) < fills_form:
            stimuli += (FormSubmitted(item, sent),)
        terms = request_terms(c, level=level, stage=traits.stage, interest=interest)
        if mail.u(purposes.REQUEST) >= threshold(sum(terms)):
            return stimuli, ()
        delay = lognormal_seconds(mail.u(purposes.REQUEST_DELAY), c.request_delay_median, c.request_delay_sigma)
        return stimuli, (mail.plan(now + delay, What.REQUEST),)

    def _request(self, traits: Traits, planned: Planned, now: int) -> tuple[Stimulus, ...]:
        last = traits.last_request_at
        if last is not None and now - last < self.coefficients.request_pause:
            return ()
        traits.last_request_at = now
        return (SalesRequested(planned.item, planned.number if planned.item else 0),)

    # --- stage

    def _move_up(self, mail: _Mail, traits: Traits, level: int) -> None:
        if level == traits.stage:
            traits.clicks_at_stage += 1
        shows = level == traits.stage + 1 or (level == traits.stage and traits.clicks_at_stage == 2)
        limit = self.coefficients.stage_up
        if shows and limit and traits.stage < LAST_STAGE and mail.u(purposes.STAGE_UP) < limit:
            traits.stage += 1
            traits.clicks_at_stage = 0

    def idle(self, draws: DrawSource, traits: Traits, now: int, *, contact: str) -> None:
        """Lets stages go that were lost through idleness up to `now`; nothing where stage decay is off."""
        c = self.coefficients
        if c.stage_decay == 0:
            return
        while traits.idle_since + c.stage_idle <= now:
            traits.idle_since += c.stage_idle
            day = max(0, traits.idle_since // _DAY)
            if traits.stage and draws.bits(contact, purposes.STAGE_DOWN, occurrence=day) < c.stage_decay:
                traits.stage -= 1
                traits.clicks_at_stage = 0

    # --- without a mail

    def unsolicited(
        self,
        draws: DrawSource,
        traits: Traits,
        *,
        week: str,
        start: int,
        end: int,
        contact: str,
        zone: str,
        activated: bool = False,
    ) -> tuple[Planned, ...]:
        """Visits of one ISO week `[start, end)` that no mail causes, at the stage of the call.

        A visit reads the top of the house, of average interest. With `activated` the contact is in a
        matched audience, which acts as a part of one further mail a week, without tiring anybody.
        """
        self.idle(draws, traits, start, contact=contact)
        c = self.coefficients
        mean = c.unsolicited_visits_late if traits.stage >= 2 else c.unsolicited_visits_early
        count = poisson(draws.bits(contact, purposes.VISITS, place=week), mean)
        if activated and draws.bits(contact, purposes.ACTIVATED_VISIT, place=week) < self._activated_visit(traits):
            count += 1
        times = (
            self.clock.moment_in(
                draws.bits(contact, purposes.VISIT_TIME, place=week, occurrence=k), start, end, zone=zone
            )
            for k in range(count)
        )
        return tuple(sorted(Planned(time, What.VISIT, "", k + 1, week) for k, time in enumerate(times)))

    def _activated_visit(self, traits: Traits) -> int:
        """The threshold of a visit through a matched audience: that of a click in a mail of average interest."""
        c, stage = self.coefficients, traits.stage
        opens = open_terms(
            c, responsiveness=traits.responsiveness, interest=0, misfit=stage, pressure=0, weekday=0, quality=0
        )
        clicks = click_terms(c, responsiveness=traits.responsiveness, interest=0, misfit=stage, quality=0)
        both = threshold(sum(opens)) * threshold(sum(clicks)) >> 53
        return min(both * c.activated_interest >> 20, CERTAIN)

    @property
    def role_limit(self) -> int:
        """Chance in 2^-53 that in a week a matched audience brings a new contact for a role that a group lacks.

        Drawn at `place_of_role`, by clinic; a platform may have a chance of its own.
        """
        return self.coefficients.activated_form


def place_of_role(group: str, role: str, week: str) -> str:
    """Place in the address of the draws that decide who fills a role in an ISO week."""
    return f"{group}/{role}/{week}"


class _Mail:
    """One send to one contact, or one visit: where its draws come from."""

    __slots__ = ("_contact", "_occurrence", "_place", "draws", "origin")

    def __init__(self, draws: DrawSource, contact: str, origin: Planned) -> None:
        self.draws = draws
        self.origin = origin
        self._contact, self._place, self._occurrence = contact, origin.place, origin.number - 1

    def u(self, purpose: str) -> int:
        """The draw for a purpose: n-th send at this place, counted from 0 in the address."""
        return self.draws.bits(self._contact, purpose, place=self._place, occurrence=self._occurrence)

    def plan(self, time: int, what: What) -> Planned:
        """Something later that comes of the same send."""
        return Planned(time, what, self.origin.item, self.origin.number, self.origin.place)


def _interest(traits: Traits, item: Item) -> int:
    return traits.interests.get(item.topic, 0) if item.topic is not None else 0


def _quality(draws: DrawSource, item: Item, spread: int, purpose: str) -> int:
    return scaled(spread, normal(draws.bits(item.name, purpose))) if spread else 0


def _bounds(shares: tuple[float, ...]) -> tuple[int, ...]:
    """Upper thresholds of exclusive results in their order; what rounding leaves over is the last one's."""
    total, bounds = 0, []
    for share in shares or (1.0,):
        total = min(total + share_threshold(share), CERTAIN)
        bounds.append(total)
    return (*bounds[:-1], CERTAIN)


def _first_above(bounds: tuple[int, ...], u: int) -> int:
    return next(place for place, bound in enumerate(bounds) if u < bound)
