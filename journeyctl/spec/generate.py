"""Makes everything that follows from the field table: `python -m journeyctl.spec.generate` (`make generate`)."""

from __future__ import annotations

from journeyctl.spec.schema_writer import FOLDER, write_schemas


def generate() -> None:
    """Writes the generated files of this package anew."""
    write_schemas(FOLDER)


if __name__ == "__main__":
    generate()
