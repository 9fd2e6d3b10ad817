"""Every command in the guides works as shown, in a copy of the reference workspace."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from tests.docs.console_examples import Block, Example, SourceFile, blocks, matches, run

ROOT = Path(__file__).parents[2]
GUIDES = sorted((ROOT / "docs" / "guides").glob("*.md"))
PAGES = {path.relative_to(ROOT).as_posix(): path for path in (ROOT / "README.md", *GUIDES)}
PARTS = {name: tuple(blocks(name, path.read_text(encoding="utf-8"))) for name, path in PAGES.items()}


def pages_with(*, slow: bool) -> list[str]:
    """Pages with a command to run, among the slow or the other blocks."""
    return [name for name in PAGES if any(runs(part, slow=slow) for part in PARTS[name])]


def runs(part: Block | SourceFile, *, slow: bool) -> bool:
    return isinstance(part, Block) and part.run and part.slow == slow and bool(commands(part))


def commands(block: Block) -> list[Example]:
    return [example for example in block.examples if example.command.startswith("journeyctl")]


@pytest.fixture
def workspace(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A copy of the reference workspace as the present folder, seen through a terminal of 80 columns."""
    for folder in ("journey_specs", "content_catalog"):
        shutil.copytree(ROOT / folder, tmp_path / folder)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("COLUMNS", "80")
    monkeypatch.setenv("NO_COLOR", "1")
    return tmp_path


def follow(page: str, workspace: Path, *, slow: bool) -> None:
    """Does what a reader of the page does."""
    for part in PARTS[page]:
        if isinstance(part, SourceFile):
            place = workspace / part.name
            place.parent.mkdir(parents=True, exist_ok=True)
            place.write_text(part.text, encoding="utf-8")
        elif runs(part, slow=slow):
            for example in commands(part):
                status, output = run(example)
                assert status == example.status, f"{example.place}\n{output}"
                assert example.output == "" or matches(example.output, output), f"{example.place}\n{output}"


@pytest.mark.parametrize("page", pages_with(slow=False))
def test_the_commands_of_a_page_print_what_it_shows(page: str, workspace: Path) -> None:
    follow(page, workspace, slow=False)


@pytest.mark.slow
@pytest.mark.parametrize("page", pages_with(slow=True))
def test_the_slow_commands_of_a_page_print_what_it_shows(page: str, workspace: Path) -> None:
    follow(page, workspace, slow=True)


@pytest.mark.parametrize("page", [path.relative_to(ROOT).as_posix() for path in GUIDES])
def test_a_guide_runs_a_command_and_leaves_nothing_else_unmarked(page: str) -> None:
    found = [part for part in PARTS[page] if isinstance(part, Block)]
    assert any(commands(block) for block in found if block.run)
    unmarked = [example.place for block in found if block.run for example in block.examples]
    assert [place for place in unmarked if "$ journeyctl" not in place] == []


PAGE = """
<!-- file: journey_specs/note.yaml -->
```yaml
kind: note
```

```console
$ journeyctl validate      # a comment
fine
$ journeyctl test \\
    --only x
...
$ echo $?
2
```

<!-- slow -->
```console
$ journeyctl simulate
```

<!-- not run -->
```console
$ cd elsewhere
```
"""


def test_a_page_is_read_as_files_and_commands_in_their_order() -> None:
    assert list(blocks("p.md", PAGE)) == [
        SourceFile("journey_specs/note.yaml", "kind: note\n"),
        Block(
            (
                Example("p.md", 8, "journeyctl validate", "fine"),
                Example("p.md", 10, "journeyctl test --only x", "...", 2),
            ),
            slow=False,
            run=True,
        ),
        Block((Example("p.md", 19, "journeyctl simulate", ""),), slow=True, run=True),
        Block((Example("p.md", 24, "cd elsewhere", ""),), slow=False, run=False),
    ]


@pytest.mark.parametrize(
    ("shown", "output", "is_same"),
    [
        ("a\nb", "a\nb\n", True),
        ("a\nb", "a  \nb\n\n", True),
        ("a\nb", "a\n", False),
        ("a", "a\nb\n", False),
        ("a\n...", "a\n", True),
        ("a\n...\nd", "a\nb\nc\nd\n", True),
        ("a\n...\nd", "a\nb\nc\n", False),
        ("took ... s", "took 1.5 s\n", True),
        ("took ... s", "took 1.5\ns\n", False),
        ("1.5", "105\n", False),
    ],
)
def test_dots_stand_for_what_may_differ(shown: str, output: str, is_same: bool) -> None:
    assert matches(shown, output) is is_same
