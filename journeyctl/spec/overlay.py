"""Overlays: the same workspace, patched for some countries at the paths that documents open for it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from journeyctl.diagnostics import Finding, Label, Origin, Part
from journeyctl.model.overlay import Overlay
from journeyctl.model.specification import RawDocument
from journeyctl.spec.decode import Moved
from journeyctl.spec.decoding_rules import DecodingRule
from journeyctl.spec.inherit import RawDocuments, plain, unmoved
from journeyctl.spec.nearest import listed
from journeyctl.spec.paths import PLURALS, PathError, Place, assigned, locate

ALWAYS_OVERRIDABLE: Mapping[str, tuple[str, ...]] = {"policies": ("caps", "consent", "quiet_hours")}
"""Paths that every overlay may set, by document kind."""


@dataclass(frozen=True, slots=True)
class Setting:
    """One value that an overlay sets."""

    path: str
    """From the plural of the kind, as in the file."""
    copy_name: str
    """The name of the second journey that it belongs to; empty where it patches the document itself."""
    value: object
    origin: Origin
    countries: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Overlaid:
    """What all overlays together make of a workspace."""

    common: RawDocuments
    """The documents of all countries, with the second journeys."""
    by_country: Mapping[str, RawDocuments]
    findings: tuple[Finding, ...]


def overlaid(raws: RawDocuments, overlays: Mapping[str, Overlay]) -> Overlaid:
    """Applies overlays in the order of their names; none depends on another."""
    patcher = _Patcher(raws)
    settings = [setting for name in sorted(overlays) for setting in _settings(overlays[name])]
    patcher.find_conflicts(settings)
    for setting in settings:
        patcher.apply(setting)
    return Overlaid(patcher.common, patcher.by_country(), tuple(patcher.findings))


def _settings(overlay: Overlay) -> list[Setting]:
    """The overlay's settings, one per path."""
    found = []
    for path, written in overlay.set.items():
        value, origin = unmoved(written, overlay.origin.child("set", path))
        if not isinstance(value, dict) or not _names_document(path):
            found.append(Setting(path, "", value, origin, overlay.scope.countries))
            continue
        name = plain(value["name"]) if path.startswith("journeys.") and "name" in value else ""
        for key, item in value.items():
            found.append(Setting(f"{path}.{key}", str(name), item, origin.child(key), overlay.scope.countries))
    return found


def _names_document(path: str) -> bool:
    kind, _, rest = path.partition(".")
    return kind in PLURALS and (PLURALS[kind].single if not rest else not PLURALS[kind].single and "." not in rest)


class _Patcher:
    def __init__(self, raws: RawDocuments) -> None:
        self.findings: list[Finding] = []
        self._raws = raws
        self._copies: dict[tuple[str, str], RawDocument] = {}
        self._patched: dict[str, dict[tuple[str, str], RawDocument]] = {}

    @property
    def common(self) -> RawDocuments:
        return {**self._raws, **self._copies}

    def by_country(self) -> Mapping[str, RawDocuments]:
        common = self.common
        return {country: {**common, **patched} for country, patched in sorted(self._patched.items())}

    def find_conflicts(self, settings: list[Setting]) -> None:
        """Two overlays that set one path, or one within the other, for one country."""
        for index, setting in enumerate(settings):
            for other in settings[:index]:
                shared = [country for country in setting.countries if country in other.countries]
                if not shared or setting.copy_name != other.copy_name or not _overlap(setting.path, other.path):
                    continue
                self.findings.append(
                    DecodingRule.CONFLICTING_OVERLAYS.finding(
                        setting.origin,
                        f"'{setting.path}' is set twice for {listed(shared, 'and')}",
                        part=Part.KEY,
                        help="keep one of the two",
                        labels=(Label(other.origin, "also set here", Part.KEY),),
                    )
                )

    def apply(self, setting: Setting) -> None:
        try:
            place = locate(self._raws, setting.path)
        except PathError as error:
            help = f"write {error.nearest_path}" if error.nearest_path else "check the path"
            self.findings.append(
                DecodingRule.UNKNOWN_PATH.finding(setting.origin, str(error), part=Part.KEY, help=help)
            )
            return
        if not self._may_set(setting, place):
            return
        if setting.copy_name:
            self._apply_to_copy(setting, place)
            return
        for country in setting.countries:
            patched = self._patched.setdefault(country, {})
            raw = patched.get(place.document, self._raws[place.document])
            patched[place.document] = assigned(raw, place.route, Moved(setting.value, setting.origin))

    def _apply_to_copy(self, setting: Setting, place: Place) -> None:
        kind, original = place.document
        key = (kind, setting.copy_name)
        if key in self._raws:
            if place.route == ("name",):
                self.findings.append(
                    DecodingRule.DUPLICATE_NAME.finding(
                        setting.origin,
                        f"there is a journey '{setting.copy_name}' already",
                        help="choose another name",
                        labels=(Label(self._raws[key].origin, "declared here"),),
                    )
                )
            return
        raw = self._copies.get(key) or RawDocument(
            kind, setting.copy_name, self._raws[kind, original].value, self._raws[kind, original].origin
        )
        self._copies[key] = assigned(raw, place.route, Moved(setting.value, setting.origin))

    def _may_set(self, setting: Setting, place: Place) -> bool:
        raw = self._raws[place.document]
        declared, origin = unmoved(raw.value.get("overridable"), raw.origin.child("overridable"))
        opened = [str(plain(path)) for path in declared] if isinstance(declared, list) else []
        opened += ALWAYS_OVERRIDABLE.get(raw.kind, ())
        depth = 1 if PLURALS[setting.path.split(".")[0]].single else 2
        inner = ".".join(setting.path.split(".")[depth:])
        if (setting.copy_name and inner == "name") or any(
            inner == path or inner.startswith(f"{path}.") for path in opened
        ):
            return True
        label = origin if isinstance(declared, list) else raw.origin
        document = setting.path.removesuffix(f".{inner}")
        self.findings.append(
            DecodingRule.NOT_OVERRIDABLE.finding(
                setting.origin,
                f"'{inner}' of '{document}' is not open to overlays",
                part=Part.KEY,
                help=f"list {inner} under overridable there, or leave it as it is",
                labels=(Label(label, "what is open is listed here" if opened else "nothing is listed as overridable"),),
            )
        )
        return False


def _overlap(left: str, right: str) -> bool:
    return left == right or left.startswith(f"{right}.") or right.startswith(f"{left}.")
