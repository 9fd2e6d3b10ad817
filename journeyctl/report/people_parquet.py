"""The people of a scenario as a Parquet file, in the types of the profile. A scenario can read it back."""

from __future__ import annotations

from pathlib import Path
from types import ModuleType
from typing import TYPE_CHECKING, Any

from journeyctl import __version__
from journeyctl.diagnostics import UsageError
from journeyctl.model.profile import FieldType
from journeyctl.model.specification import Workspace
from journeyctl.output_file import replacing
from journeyctl.simulate.population import Population

if TYPE_CHECKING:
    import pyarrow


def write_people(people: Population, workspace: Workspace, path: Path) -> None:
    """One row per record with all of its fields; unknown values are null. The file appears whole or not at all.

    Raises `UsageError` without the extra `parquet`.
    """
    try:
        import pyarrow as arrow
        from pyarrow import parquet
    except ImportError as error:
        raise UsageError(
            "people as Parquet need the extra 'parquet'", "pip install 'journeyctl[parquet]', or write a .csv"
        ) from error
    said = {"journeyctl": __version__, "workspace_hash": workspace.hash}
    with replacing(path) as file:
        parquet.write_table(_table(arrow, people, workspace).replace_schema_metadata(said), file)


def _table(arrow: ModuleType, people: Population, workspace: Workspace) -> pyarrow.Table:
    persons = people.persons
    columns: dict[str, pyarrow.Array] = {
        "contact": arrow.array([person.key for person in persons], arrow.string()),
        "clinic": arrow.array([person.clinic for person in persons], arrow.string()),
        "hospital": arrow.array([person.hospital for person in persons], arrow.string()),
        "umbrella": arrow.array([person.umbrella for person in persons], arrow.string()),
        "duplicate_of": arrow.array([person.duplicate_of or None for person in persons], arrow.string()),
        "invalid_email": arrow.array([person.invalid_email for person in persons], arrow.bool_()),
    }
    for path in sorted({path for person in persons for path in person.fields}):
        level, _, name = path.partition(".")
        of_type = _type(arrow, getattr(workspace.profile, level)[name].type)
        columns[path] = arrow.array([person.fields.get(path) for person in persons], of_type)
    return arrow.table(columns)


def _type(arrow: ModuleType, kind: FieldType) -> Any:  # noqa: ANN401 - the package has no types
    match kind:
        case "boolean":
            return arrow.bool_()
        case "integer":
            return arrow.int64()
        case "number" | "money":
            return arrow.float64()
        case "date":
            return arrow.date32()
        case "date-time":
            return arrow.timestamp("s", "UTC")
        case "list of text":
            return arrow.list_(arrow.string())
        case _:
            return arrow.string()
