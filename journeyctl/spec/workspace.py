"""Loads a workspace: finds its files, reads and decodes them all, and says everything that is wrong."""

from __future__ import annotations

import importlib.resources
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from journeyctl.diagnostics import Finding, Label, Origin, Part, Severity, SpecError, UsageError
from journeyctl.model.specification import DOCUMENT_KINDS, DocumentKind, RawDocument, Workspace
from journeyctl.spec.build import build, missing_documents
from journeyctl.spec.decode import Moved
from journeyctl.spec.decoding_rules import DecodingRule
from journeyctl.spec.files import FileList, find_root
from journeyctl.spec.inherit import BASE_KEYS, RawDocuments, flattened, unmoved, with_changes
from journeyctl.spec.nearest import listed, nearest
from journeyctl.spec.paths import PathError, absolute, assigned, locate, read_setting
from journeyctl.spec.source import Sources, read_source
from journeyctl.spec.words import shown
from journeyctl.spec.yaml_reader import read_document

__all__ = ["Loaded", "comparison", "find_root", "load", "load_with_findings", "with_set"]

DEFAULT_BEHAVIOUR = "journeyctl/spec/defaults/behaviour.yaml"
"""The name under which messages speak of the behaviour that ships with the product."""


@dataclass(frozen=True, slots=True)
class Loaded:
    """What came of reading a workspace."""

    workspace: Workspace | None
    """`None` where a document that nothing works without is missing or wrong."""
    findings: tuple[Finding, ...]
    """Of reading, decoding and putting together, in the order of files and keys."""
    sources: Sources
    """Gives findings their lines."""


class _Reader:
    """Reads files into raw documents and notes what could not be read."""

    def __init__(self) -> None:
        self.sources = Sources()
        self.findings: list[Finding] = []
        self.raws: dict[tuple[str, str], RawDocument] = {}
        self.incomplete: set[str] = set()

    def read(self, file: str, content: bytes) -> None:
        try:
            document = read_document(file, content)
        except SpecError as error:
            self.sources.add_broken(file, content)
            self.broken(file, error)
            return
        self.sources.add_document(document)
        kind = self._kind(file, document.value)
        if kind is not None and isinstance(document.value, dict):
            self._add(kind, file, document.value)

    def broken(self, file: str, error: SpecError) -> None:
        """A file that cannot be read: its findings, and its kind so that names in it are not called unknown."""
        self.findings.extend(error.findings)
        kind = _kind_of_place(file)
        self.incomplete.update([kind.name] if kind else [])

    def _kind(self, file: str, value: object) -> DocumentKind | None:
        place = _kind_of_place(file)
        if not isinstance(value, dict):
            self.incomplete.update([place.name] if place else [])
            example = f"kind: {place.name}" if place else "kind: journey"
            self.findings.append(
                DecodingRule.MISSING_KEY.finding(
                    Origin(file),
                    f"this file is {'empty' if value is None else shown(value)}",
                    help=f"begin it with {example}",
                )
            )
            return None
        finding = _kind_finding(file, value, place)
        if finding is None:
            return DOCUMENT_KINDS[str(value["kind"])]
        self.incomplete.update([place.name] if place else DOCUMENT_KINDS)
        self.findings.append(finding)
        return None

    def _add(self, kind: DocumentKind, file: str, value: Mapping[str, object]) -> None:
        name = "" if kind.single else value.get("name", "")
        if not isinstance(name, str) or (not name and not kind.single):
            # Decoding says what is wrong with the name; the file still has a place of its own.
            name = f"({file})"
            self.incomplete.add(kind.name)
        key = (kind.name, name)
        if key not in self.raws:
            self.raws[key] = RawDocument(kind.name, name, value, Origin(file))
            return
        first = self.raws[key].origin
        place = Origin(file) if kind.single else Origin(file).child("name")
        what = (
            f"the workspace has a {kind.name} document already"
            if kind.single
            else f"there is a {kind.name} '{name}' already"
        )
        self.findings.append(
            DecodingRule.DUPLICATE_NAME.finding(
                place,
                what,
                help="delete one of the two" if kind.single else "choose another name",
                labels=(Label(first if kind.single else first.child("name"), "declared here first"),),
            )
        )


def _kind_finding(file: str, value: Mapping[str, object], place: DocumentKind | None) -> Finding | None:
    """What is wrong with the document's kind, or with where its file lies."""
    if "kind" not in value:
        close = next((key for key in value if nearest(str(key), ("kind",))), None)
        help = f"begin the file with kind: {place.name if place else 'journey'}"
        if close is not None:
            message = f"unknown key '{close}'; did you mean 'kind'?"
            return DecodingRule.UNKNOWN_KEY.finding(
                Origin(file).child(close), message, part=Part.KEY, help="write kind"
            )
        return DecodingRule.MISSING_KEY.finding(Origin(file), "the key 'kind' is missing", help=help, part=Part.KEY)
    kind = DOCUMENT_KINDS.get(str(value["kind"]))
    origin = Origin(file).child("kind")
    if kind is None:
        meant = nearest(str(value["kind"]), DOCUMENT_KINDS)
        hint = f"; did you mean '{meant}'?" if meant else ""
        message = f"there is no kind of document {shown(value['kind'])}{hint}"
        return DecodingRule.UNKNOWN_KIND.finding(
            origin, message, help=f"write {place.name}" if place else f"write one of {', '.join(DOCUMENT_KINDS)}"
        )
    if place is not kind:
        where = kind.place if kind.single else f"the folder {kind.place}/"
        return DecodingRule.WRONG_PLACE.finding(
            origin, f"a {kind.name} document belongs in {where}", help=f"move the file to {where}"
        )
    return None


def _kind_of_place(file: str) -> DocumentKind | None:
    """The kind whose documents lie where this file lies."""
    if file == DEFAULT_BEHAVIOUR:
        return DOCUMENT_KINDS["behaviour"]
    stem = file.rsplit(".", 1)[0]
    for kind in DOCUMENT_KINDS.values():
        if stem == kind.place.removesuffix(".yaml") if kind.single else file.startswith(f"{kind.place}/"):
            return kind
    return None


def load_with_findings(
    path: Path, *, set: Sequence[tuple[str, object]] = (), texts: Mapping[str, bytes] | None = None
) -> Loaded:
    """Reads the workspace that `path` lies in and everything wrong with it.

    `set` holds paths and values that replace those of the files. `texts` replaces the content of files
    by relative name, for editors. Raises `UsageError` where there is no workspace or a path is unknown.
    """
    root = find_root(path)
    return _loaded(root, set, texts or {})


def _loaded(root: Path, settings: Sequence[tuple[str, object]], texts: Mapping[str, bytes]) -> Loaded:
    reader = _Reader()
    listing = FileList(root)
    reader.findings.extend(listing.findings)
    for name, place in listing.files:
        try:
            reader.read(name, texts[name] if name in texts else read_source(place, name))
        except SpecError as error:
            reader.sources.add_broken(name, b"")
            reader.broken(name, error)
    default = importlib.resources.files("journeyctl.spec").joinpath("defaults/behaviour.yaml").read_bytes()
    if ("behaviour", "default") not in reader.raws:
        reader.read(DEFAULT_BEHAVIOUR, default)
    findings = [*reader.findings, *missing_documents(reader.raws, reader.incomplete)]
    built = build(reader.raws, root=str(root), incomplete=reader.incomplete)
    findings = sorted((*findings, *built.findings), key=Finding.sort_key)
    workspace = built.workspace
    if workspace is not None and settings:
        workspace = with_set(workspace, settings)
    return Loaded(workspace, tuple(findings), reader.sources)


def load(path: Path, *, set: Sequence[tuple[str, object]] = ()) -> Workspace:
    """The workspace that `path` lies in. Raises `SpecError` with every finding, `UsageError` where there is none."""
    loaded = load_with_findings(path, set=set)
    errors = [finding for finding in loaded.findings if finding.severity is Severity.ERROR]
    if errors or loaded.workspace is None:
        raise SpecError(loaded.findings)
    return loaded.workspace


def with_set(
    workspace: Workspace, assignments: Sequence[tuple[str, object]], *, scenario: str | None = None
) -> Workspace:
    """The workspace with other values at some paths, decoded as if they stood in the files.

    Text values are read as YAML would read them. A path that starts with a key of scenarios means
    `scenario`. Raises `UsageError` for a path that does not exist or a value that does not fit.
    """
    raws = dict(workspace.raw)
    for path, value in assignments:
        raws = _assign(raws, path, value, scenario=scenario)
    return _rebuilt(raws, workspace)


def _assign(
    raws: dict[tuple[str, str], RawDocument], path: str, value: object, *, scenario: str | None
) -> dict[tuple[str, str], RawDocument]:
    raws = dict(raws)
    segments = absolute(path, scenario=scenario).split(".")
    for kind, base_key in BASE_KEYS.items():
        key = (kind, segments[1] if len(segments) > 1 else "")
        if DOCUMENT_KINDS[kind].plural == segments[0] and key in raws and base_key in raws[key].value:
            raws[key] = flattened(raws, key)
    try:
        place = locate(raws, path, scenario=scenario)
    except PathError as error:
        raise UsageError(str(error), f"write {error.nearest_path}" if error.nearest_path else "") from None
    if not place.route:
        raise UsageError(f"'{path}' names a whole document", "add the key to set")
    setting, origin = unmoved(value, Origin("", ("--set", path)))
    raws[place.document] = assigned(raws[place.document], place.route, Moved(read_setting(setting), origin))
    return raws


def _rebuilt(raws: RawDocuments, workspace: Workspace) -> Workspace:
    built = build(raws, root=workspace.root, incomplete=workspace.incomplete, previous=workspace)
    if built.findings:
        # What was wrong before is told by whoever loaded the workspace, not as a fault of the settings.
        before = build(workspace.raw, root=workspace.root, previous=workspace).findings
        new = sorted(set(built.findings) - set(before), key=Finding.sort_key)
        if new:
            raise UsageError(new[0].message, new[0].help)
    if built.workspace is None:
        raise SpecError(built.findings)
    return built.workspace


def comparison(workspace: Workspace, scenario: str, name: str) -> Workspace:
    """The workspace in which the scenario is changed as one of its comparisons says.

    Raises `UsageError` where the scenario has no such comparison, or its settings name nothing.
    """
    found = [item for item in workspace.scenarios[scenario].compare if item.name == name]
    if not found:
        names = [item.name for item in workspace.scenarios[scenario].compare]
        raise UsageError(
            f"scenario '{scenario}' has no comparison '{name}'", f"name one of {listed(names)}" if names else ""
        )
    raws = dict(workspace.raw)
    raws["scenario", scenario] = with_changes(flattened(raws, ("scenario", scenario)), found[0])
    for path, value in found[0].set.items():
        raws = _assign(raws, path, Moved(value, found[0].origin.child("set", path)), scenario=scenario)
    built = build(raws, root=workspace.root, incomplete=workspace.incomplete, previous=workspace)
    if built.findings or built.workspace is None:
        raise SpecError(built.findings)
    return built.workspace
