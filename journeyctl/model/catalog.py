"""The catalog document: a content house with its levels, topics and items."""

from __future__ import annotations

import datetime
from collections.abc import Mapping
from dataclasses import field
from typing import Literal

from journeyctl.diagnostics import NOWHERE, Origin
from journeyctl.model.document import Governed, NamedDocument
from journeyctl.model.fields import (
    ByShape,
    Choice,
    ListOf,
    MappingOf,
    Plain,
    Reference,
    Special,
    Spelled,
    Struct,
    Wrap,
    about,
    spelled,
)
from journeyctl.model.values import Condition, Localised


@spelled
class Texts(Spelled):
    """Text for every locale (key `""`) or by locale."""

    by_locale: Localised
    origin: Origin = NOWHERE

    @property
    def locales(self) -> tuple[str, ...]:
        """Locales with a text of their own; empty where one text serves all."""
        return tuple(locale for locale in self.by_locale if locale)


LOCALISED = ByShape(
    text=Wrap(Texts, "by_locale", Plain.TEXT),
    mapping=Wrap(Texts, "by_locale", MappingOf(Plain.LOCALE, Plain.TEXT, least=1)),
)
"""Decoded to `Texts` in both forms."""


@spelled
class Email(Spelled):
    """The message that leads to an item."""

    subject: Texts = field(
        metadata=about(LOCALISED, "Subject line, by locale.", example={"en-US": "Fewer people, more scans"})
    )
    preheader: Texts | None = field(
        default=None,
        metadata=about(LOCALISED, "Line shown after the subject, by locale.", example={"en-US": "Five minutes"}),
    )
    template: str = field(default="", metadata=about(Plain.TEXT, "The platform's template.", example="standard-2026"))
    origin: Origin = NOWHERE


@spelled
class Availability(Spelled):
    """The dates between which an item may be sent; the last day does not belong to them."""

    start: datetime.date | None = field(
        default=None, metadata=about(Plain.DATE, "First day on which it may be sent.", key="from", example="2026-03-02")
    )
    until: datetime.date | None = field(
        default=None, metadata=about(Plain.DATE, "First day on which it may no longer be sent.", example="2027-01-01")
    )
    origin: Origin = NOWHERE


@spelled
class Asset(Spelled):
    """Something to read, watch or attend behind the message."""

    kind: str = field(metadata=about(Plain.LABEL, "What it is.", example="article"))
    url: str = field(metadata=about(Plain.TEXT, "Where it is.", example="https://example.com/workforce"))
    title: str = field(default="", metadata=about(Plain.TEXT, "What people call it.", example="Workforce study"))
    origin: Origin = NOWHERE


@spelled
class ContentVariant(Spelled):
    """Other content for some contacts; the first variant whose condition is true is used."""

    name: str = field(
        default="", metadata=about(Plain.NAME, "Its name in counts; its number without it.", example="for-cio")
    )
    when: Condition = field(metadata=about(Plain.CONDITION, "Who gets it.", example='contact.role = "cio"'))
    subject: Texts | None = field(default=None, metadata=about(LOCALISED, "Another subject line.", example="For CIOs"))
    page: Texts | None = field(
        default=None, metadata=about(LOCALISED, "Another page.", example="https://example.com/cio")
    )
    origin: Origin = NOWHERE


@spelled
class Item(Governed):
    """One piece of content with its email and page."""

    name: str = field(metadata=about(Special.KEY, "The item's name."))
    level: str = field(
        metadata=about(Reference("level"), "The level of the house on which it lies.", example="educational")
    )
    topic: str = field(metadata=about(Reference("topic"), "What it is about.", example="ai"))
    next: tuple[str, ...] = field(
        default=(),
        metadata=about(
            ListOf(Reference("item")), "Items one level deeper, in the order of offer.", example=["ai-in-mri"]
        ),
    )
    when: Condition | None = field(
        default=None,
        metadata=about(
            Plain.CONDITION, "Who may get it; everybody without it.", example='list contains(account.modalities, "MRI")'
        ),
    )
    line: str = field(default="", metadata=about(Plain.LABEL, "The business line that it sells for.", example="mri"))
    tags: tuple[str, ...] = field(default=(), metadata=about(ListOf(Plain.TEXT), "Free labels.", example=["imaging"]))
    status: Literal["live", "draft", "planned"] = field(
        default="live",
        metadata=about(
            Choice(("live", "draft", "planned")), "Whether it exists; `planned` marks a gap to fill.", example="live"
        ),
    )
    available: Availability = field(
        default_factory=Availability, metadata=about(Struct(Availability), "Launch and end dates.")
    )
    fallback: str | None = field(
        default=None, metadata=about(Plain.LOCALE, "Locale used where none matches.", example="en-US")
    )
    email: Email | None = field(default=None, metadata=about(Struct(Email), "The message that leads to it."))
    page: Texts | None = field(
        default=None,
        metadata=about(LOCALISED, "Address of its page, by locale where needed.", example="https://example.com/ai"),
    )
    assets: tuple[Asset, ...] = field(default=(), metadata=about(ListOf(Struct(Asset)), "What the email leads to."))
    variants: tuple[ContentVariant, ...] = field(
        default=(), metadata=about(ListOf(Struct(ContentVariant)), "Dynamic content; the first true condition wins.")
    )


@spelled
class Catalog(NamedDocument):
    """The document of kind `catalog`: a content house."""

    levels: tuple[str, ...] = field(
        metadata=about(
            ListOf(Plain.NAME, least=1),
            "Levels from the top of the house downwards.",
            example=["educational", "product"],
        )
    )
    topics: Mapping[str, str] = field(
        metadata=about(MappingOf(Plain.NAME, Plain.TEXT), "Topics with what people call them.", example={"ai": "AI"})
    )
    order: tuple[str, ...] = field(
        default=(),
        metadata=about(
            ListOf(Reference("item")),
            "Items that come first, before those in the order of the file.",
            example=["workforce-crisis"],
        ),
    )
    items: Mapping[str, Item] = field(metadata=about(MappingOf(Plain.NAME, Struct(Item)), "The content by name."))
