"""Writes the JSON Schemas beside this file: `python -m journeyctl.spec.schema_writer` (part of `make generate`)."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path

from journeyctl.spec.schema import all_schemas

FOLDER = Path(__file__).parent / "schemas"


def schema_texts() -> Mapping[str, str]:
    """Text of every schema file by its name."""
    return {
        f"{kind}.schema.json": json.dumps(schema, indent=1, ensure_ascii=False) + "\n"
        for kind, schema in all_schemas().items()
    }


def write_schemas(folder: Path) -> None:
    """Writes every schema file that has changed."""
    folder.mkdir(exist_ok=True)
    for name, text in schema_texts().items():
        path = folder / name
        if not path.exists() or path.read_text(encoding="utf-8") != text:
            path.write_text(text, encoding="utf-8")


if __name__ == "__main__":
    write_schemas(FOLDER)
