"""What several measures and accounts need of one record, worked out from its rows once."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from functools import cached_property

from journeyctl.results.measures.breaches import AllMail, Bound, CountedMail, Persons
from journeyctl.results.measures.context import CapTerms
from journeyctl.results.measures.messages_table import MessageNumbers
from journeyctl.results.record import EventRecord, Integers
from journeyctl.semantics.effects import Kind


@dataclass(frozen=True)
class Tables:
    """One record, which must hold one replication only, or `ValueError` is raised."""

    record: EventRecord
    _mail: dict[tuple[str, Kind], CountedMail] = field(default_factory=dict, init=False, repr=False, compare=False)
    _counted: dict[tuple[Kind, str | None, int], AllMail] = field(
        default_factory=dict, init=False, repr=False, compare=False
    )
    _bound: dict[str, Bound] = field(default_factory=dict, init=False, repr=False, compare=False)
    _all: dict[Kind, AllMail] = field(default_factory=dict, init=False, repr=False, compare=False)
    _persons: Persons | None = field(default=None, init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        if len(self.record.replications()) > 1:
            raise ValueError("measures and accounts look at one replication at a time")

    @cached_property
    def messages(self) -> MessageNumbers:
        """The numbers of all messages of the journeys."""
        return MessageNumbers.of(self.record)

    def mail(self, cap: CapTerms, own: Kind = Kind.SENT) -> CountedMail:
        """The mail that a cap counts; `own` is what stands for a mail of a journey."""
        if (cap.name, own) not in self._mail:
            bound, group = self.bound(cap), (own, cap.channel, id(cap.contacts))
            if group not in self._counted:
                self._counted[group] = self.all_mail(own).counted(bound)
            self._mail[cap.name, own] = self._counted[group].in_windows(bound)
        return self._mail[cap.name, own]

    def bound(self, cap: CapTerms) -> Bound:
        """Whom a cap holds for."""
        if cap.name not in self._bound:
            self._bound[cap.name] = Bound.of(self.record, cap, self._numbers_of)
        return self._bound[cap.name]

    def _numbers_of(self, names: Collection[str]) -> Integers:
        # Most caps hold for the same contacts, which they then share, and so do all replications.
        return self.record.names.numbers_of_lasting(names)

    def persons(self, people: Mapping[str, str]) -> Persons:
        """Which records are of one person; `people`, the same each time, names the first record of each further one."""
        if self._persons is None:
            object.__setattr__(self, "_persons", Persons.of(self.record, people))
        assert self._persons is not None, "made just now"
        return self._persons

    def all_mail(self, own: Kind) -> AllMail:
        """The mail that any cap may count."""
        if own not in self._all:
            self._all[own] = AllMail.of(self.record, own)
        return self._all[own]
