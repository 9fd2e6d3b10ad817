"""From raw documents to the workspace: inheritance, overlays, decoding, hash."""

from __future__ import annotations

import dataclasses
import hashlib
import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, TypeVar

from journeyctl.diagnostics import Finding, Origin, Part
from journeyctl.model.audiences import Audiences
from journeyctl.model.behaviour import Behaviour
from journeyctl.model.buying_group import BuyingGroup
from journeyctl.model.catalog import Catalog
from journeyctl.model.desk import Desk
from journeyctl.model.fields import Struct
from journeyctl.model.journey import Journey
from journeyctl.model.journey_test import JourneyTest
from journeyctl.model.overlay import Overlay
from journeyctl.model.policies import Policies
from journeyctl.model.profile import Profile
from journeyctl.model.scenario import Scenario
from journeyctl.model.scoring import Scoring
from journeyctl.model.specification import DOCUMENT_KINDS, NameUse, RawDocument, Workspace
from journeyctl.model.workspace import SPEC_VERSION, Settings
from journeyctl.spec.decode import FAILED, Decoded, Decoder
from journeyctl.spec.decoding_rules import DecodingRule
from journeyctl.spec.inherit import BASE_KEYS, Inheritance, RawDocuments, plain, test_cases, unmoved, with_changes
from journeyctl.spec.overlay import overlaid
from journeyctl.spec.paths import PathError, locate, read_setting

Documents = TypeVar("Documents")


@dataclass(frozen=True, slots=True)
class Built:
    """A workspace, or nothing where a document that it cannot do without is missing or wrong."""

    workspace: Workspace | None
    findings: tuple[Finding, ...]


@dataclass(slots=True)
class _Cache:
    """Documents decoded once, by the raw document that they were made from."""

    decoded: dict[int, tuple[RawDocument, Any]] = field(default_factory=dict)
    uses: dict[int, tuple[NameUse, ...]] = field(default_factory=dict)

    def of(self, raw: RawDocument) -> Decoded:
        known = self.decoded.get(id(raw))
        return known[1] if known and known[0] is raw else None


def build(raws: RawDocuments, *, root: str, incomplete: Iterable[str] = (), previous: Workspace | None = None) -> Built:
    """Decodes all documents, applies overlays, and puts them together. Makes one finding per mistake.

    `previous` saves decoding documents again that it already holds.
    """
    cache = _Cache()
    if previous is not None:
        _remember(cache, previous)
    decoder = _DocumentDecoder(cache)
    overlays = {
        name: document
        for (kind, name), raw in raws.items()
        if kind == "overlay" and isinstance(document := decoder.one(raw), Overlay)
    }
    layers = overlaid(raws, overlays)
    findings: list[Finding] = [*layers.findings]
    common = _assembled(decoder.all(layers.common), raws, root=root)
    uses = decoder.uses
    digest = content_hash(raws)
    variants: dict[str, Workspace] = {}
    for country, country_raws in layers.by_country.items():
        variant = _assembled(decoder.all(country_raws), raws, root=root)
        if variant is not None:
            variants[country] = dataclasses.replace(variant, uses=decoder.uses, hash=digest)
    findings.extend(decoder.findings)
    if common is None:
        return Built(None, tuple(dict.fromkeys(findings)))
    gaps = frozenset(incomplete) | decoder.failed
    workspace = dataclasses.replace(common, uses=uses, variants=variants, hash=digest, incomplete=gaps)
    findings.extend(comparison_findings(workspace, layers.common))
    return Built(workspace, tuple(dict.fromkeys(findings)))


def comparison_findings(workspace: Workspace, raws: RawDocuments) -> Iterator[Finding]:
    """What comparisons and sliders get wrong: paths that do not exist, values that do not fit."""
    inheritance = Inheritance(raws)
    whole = {key: inheritance.whole(key) or raw for key, raw in raws.items()}
    for name, scenario in workspace.scenarios.items():
        for item in scenario.compare:
            if item.changes:
                decoder = Decoder()
                changed = with_changes(whole["scenario", name], item)
                decoder.decode(Struct(Scenario), dict(changed.value), changed.origin)
                yield from decoder.findings
            for path, value in item.set.items():
                yield from _path_findings(
                    whole, path, scenario=name, origin=item.origin.child("set", path), part=Part.KEY, value=value
                )
        for slider in scenario.adjust:
            yield from _path_findings(
                whole, slider.path, scenario=name, origin=slider.origin.child("path"), part=Part.VALUE
            )


def _path_findings(
    raws: RawDocuments, path: str, *, scenario: str, origin: Origin, part: Part, value: object = FAILED
) -> list[Finding]:
    try:
        place = locate(raws, path, scenario=scenario)
    except PathError as error:
        help = f"write {error.nearest_path}" if error.nearest_path else "check the path"
        return [DecodingRule.UNKNOWN_PATH.finding(origin, str(error), part=part, help=help)]
    decoder = Decoder()
    if value is not FAILED:
        decoder.decode(place.kind, read_setting(value), origin)
    return decoder.findings


def content_hash(raws: RawDocuments) -> str:
    """BLAKE2b-128 over kind, name and content of every document. Files' names, order and comments do not count."""
    digest = hashlib.blake2b(digest_size=16)
    for (kind, name), raw in sorted(raws.items()):
        content = json.dumps([kind, name, raw.value], separators=(",", ":"), default=plain)
        digest.update(content.encode())
        digest.update(b"\n")
    return digest.hexdigest()


class _DocumentDecoder:
    """Decodes documents of every kind, each raw document once."""

    def __init__(self, cache: _Cache) -> None:
        self.findings: list[Finding] = []
        self.failed: set[str] = set()
        self.uses: dict[tuple[str, str], tuple[NameUse, ...]] = {}
        """Of the documents decoded last."""
        self._cache = cache

    def one(self, raw: RawDocument) -> Decoded:
        known = self._cache.of(raw)
        if known is None:
            known = self._decoded(raw)
            self._cache.decoded[id(raw)] = (raw, known)
        return known

    def _decoded(self, raw: RawDocument) -> Decoded:
        if raw.kind == "workspace" and (finding := _newer_spec(raw)):
            self.findings.append(finding)
            return FAILED
        decoder = Decoder()
        document = decoder.decode(Struct(DOCUMENT_KINDS[raw.kind].of), dict(raw.value), raw.origin)
        self.findings.extend(decoder.findings)
        self._cache.uses[id(raw)] = tuple(
            NameUse(to, name, (raw.kind, raw.name), origin, part) for to, name, origin, part in decoder.references
        )
        if document is FAILED:
            self.failed.add(raw.kind)
        elif raw.name:
            document = dataclasses.replace(document, name=raw.name)
        return document

    def all(self, raws: RawDocuments) -> dict[str, dict[str, Any]]:
        """Decoded documents by kind and name; those with mistakes are left out."""
        inheritance = Inheritance(raws)
        found: dict[str, dict[str, Any]] = {kind: {} for kind in DOCUMENT_KINDS}
        self.uses = {}
        for key, raw in raws.items():
            whole = inheritance.whole(key) if raw.kind in BASE_KEYS else raw
            if whole is None:
                self.failed.add(raw.kind)
                continue
            for part in test_cases(whole) if raw.kind == "journey_test" else (whole,):
                document = self.one(part)
                if document is not FAILED:
                    found[raw.kind][part.name] = document
                    self.uses[part.kind, part.name] = self._cache.uses.get(id(part), ())
        self.findings.extend(inheritance.findings)
        return found


def _newer_spec(raw: RawDocument) -> Finding | None:
    version, origin = unmoved(raw.value.get("spec"), raw.origin.child("spec"))
    if not isinstance(version, int) or isinstance(version, bool) or version <= SPEC_VERSION:
        return None
    return DecodingRule.UNSUPPORTED_SPEC.finding(
        origin,
        f"this workspace is written for version {version} of the language; this journeyctl reads up to {SPEC_VERSION}",
        help="install a newer journeyctl",
    )


def _remember(cache: _Cache, previous: Workspace) -> None:
    documents: list[tuple[str, Mapping[str, Any]]] = [
        ("catalog", previous.catalogs),
        ("journey", previous.journeys),
        ("desk", previous.desks),
        ("buying_group", previous.buying_groups),
        ("overlay", previous.overlays),
    ]
    for kind, by_name in documents:
        for name, document in by_name.items():
            raw = previous.raw.get((kind, name))
            if raw is not None:
                cache.decoded[id(raw)] = (raw, document)
                cache.uses[id(raw)] = previous.uses.get((kind, name), ())


def _only(documents: Mapping[str, Any], of: type[Documents]) -> Documents | None:
    document = documents.get("")
    return document if isinstance(document, of) else None


def _of(documents: Mapping[str, Any], of: type[Documents]) -> dict[str, Documents]:
    return {name: document for name, document in sorted(documents.items()) if isinstance(document, of)}


def _assembled(found: Mapping[str, Mapping[str, Any]], raws: RawDocuments, *, root: str) -> Workspace | None:
    """All documents put together. `raws` are those as written, so that settings by path pass overlays again."""
    settings = next((item for item in found["workspace"].values() if isinstance(item, Settings)), None)
    profile = _only(found["profile"], Profile)
    audiences = _only(found["audiences"], Audiences)
    policies = _only(found["policies"], Policies)
    if settings is None or profile is None or audiences is None or policies is None:
        return None
    return Workspace(
        settings=settings,
        profile=profile,
        audiences=audiences,
        policies=policies,
        scoring=_only(found["scoring"], Scoring),
        catalogs=_of(found["catalog"], Catalog),
        journeys=_of(found["journey"], Journey),
        desks=_of(found["desk"], Desk),
        buying_groups=_of(found["buying_group"], BuyingGroup),
        overlays=_of(found["overlay"], Overlay),
        behaviours=_of(found["behaviour"], Behaviour),
        scenarios=_of(found["scenario"], Scenario),
        tests=_of(found["journey_test"], JourneyTest),
        root=root,
        hash="",
        raw=raws,
    )


def missing_documents(raws: RawDocuments, incomplete: Iterable[str]) -> list[Finding]:
    """The kinds that a workspace cannot do without and that no file holds."""
    unread = set(incomplete)
    return [
        DecodingRule.MISSING_DOCUMENT.finding(
            Origin(DOCUMENT_KINDS[kind].place),
            f"the workspace has no {kind} document",
            help=f"write {DOCUMENT_KINDS[kind].place}",
        )
        for kind in ("workspace", "profile", "audiences", "policies")
        if (kind, "") not in raws and kind not in unread
    ]
