"""Output files: whole or not at all, whatever happens on the way."""

from __future__ import annotations

import errno
import os
import signal
import stat
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Never

import pytest

from journeyctl import output_file
from journeyctl.diagnostics import UsageError
from journeyctl.output_file import PREFIX, SUFFIX, replacing, write_atomically

OLD = b"the old report\n"
NEW = b"the new report\n" * 1_000


@pytest.fixture
def report(tmp_path: Path) -> Path:
    """A report of an earlier run, alone in its folder."""
    path = tmp_path / "report.json"
    path.write_bytes(OLD)
    return path


def folder_holds(path: Path, content: bytes) -> bool:
    """Whether the file has this content and nothing else lies beside it."""
    return path.read_bytes() == content and list(path.parent.iterdir()) == [path]


def test_a_file_is_written_whole_or_in_pieces(tmp_path: Path) -> None:
    path = tmp_path / "out.bin"
    write_atomically(path, NEW)
    assert folder_holds(path, NEW)
    write_atomically(path, (NEW[k : k + 100] for k in range(0, len(NEW), 100)))
    assert folder_holds(path, NEW)
    write_atomically(path, b"")
    assert folder_holds(path, b"")


def test_the_old_file_stays_readable_until_the_new_one_is_whole(report: Path) -> None:
    with replacing(report) as file:
        file.write(NEW)
        file.flush()
        assert report.read_bytes() == OLD
        (partial,) = set(report.parent.iterdir()) - {report}
        assert partial.name.startswith(PREFIX)
        assert partial.name.endswith(SUFFIX)
    assert folder_holds(report, NEW)


@pytest.mark.parametrize("exception", [KeyboardInterrupt(), ValueError("no measure"), SystemExit(3)], ids=repr)
def test_an_exception_leaves_the_old_file_and_nothing_else(report: Path, exception: BaseException) -> None:
    def pieces() -> Iterator[bytes]:
        yield NEW
        raise exception

    with pytest.raises(type(exception)) as caught:
        write_atomically(report, pieces())
    assert caught.value is exception
    assert folder_holds(report, OLD)


def test_a_piece_that_cannot_be_made_leaves_no_new_file(tmp_path: Path) -> None:
    def pieces() -> Iterator[bytes]:
        yield NEW
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        write_atomically(tmp_path / "out.bin", pieces())
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("refused", ["write", "fsync", "replace"])
def test_a_full_disk_is_a_message_and_the_old_file_stays(
    report: Path, monkeypatch: pytest.MonkeyPatch, refused: str
) -> None:
    def full(*_: object) -> Never:
        raise OSError(errno.ENOSPC, "No space left on device")

    if refused == "fsync":
        monkeypatch.setattr(os, "fsync", full)
    elif refused == "replace":
        monkeypatch.setattr(Path, "replace", full)
    with pytest.raises(UsageError) as caught:
        write_atomically(report, (NEW, NEW) if refused != "write" else (full() for _ in range(1)))
    assert caught.value.message == f"'{report}' cannot be written: no space left on device"
    assert "free some space" in caught.value.help
    assert folder_holds(report, OLD)


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="this system has no device that is always full")
def test_the_systems_own_full_disk_is_a_message(report: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    create = output_file._create_beside

    def on_full_disk(target: Path, mode: int | None) -> tuple[Path, object]:
        partial, file = create(target, mode)
        full = os.open("/dev/full", os.O_WRONLY)
        os.dup2(full, file.fileno())
        os.close(full)
        return partial, file

    monkeypatch.setattr(output_file, "_create_beside", on_full_disk)
    # Small content stays in the buffer until the end, large content fails within the block.
    for content in (b"small", b"large" * 100_000):
        with pytest.raises(UsageError, match="no space left on device"):
            write_atomically(report, content)
        assert folder_holds(report, OLD)


def test_an_error_about_another_file_keeps_its_own_name(report: Path) -> None:
    with pytest.raises(FileNotFoundError) as caught, replacing(report):
        (report.parent / "no-such-input.csv").read_bytes()
    assert caught.value.filename.endswith("no-such-input.csv")
    assert folder_holds(report, OLD)


def test_a_folder_is_refused(tmp_path: Path) -> None:
    (tmp_path / "out").mkdir()
    with pytest.raises(UsageError, match="cannot be written: it is a folder") as caught:
        write_atomically(tmp_path / "out", NEW)
    assert caught.value.help == "name a file in that folder"
    assert list((tmp_path / "out").iterdir()) == []


@pytest.mark.parametrize("place", ["missing/out.json", "report.json/out.json"])
def test_a_place_that_does_not_exist_is_refused(report: Path, place: str) -> None:
    with pytest.raises(UsageError, match="cannot be written") as caught:
        write_atomically(report.parent / place, NEW)
    assert caught.value.help == "create the folder first or name another place"
    assert folder_holds(report, OLD)


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="this system has no named pipes")
def test_a_pipe_is_not_replaced_by_a_file(tmp_path: Path) -> None:
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    with pytest.raises(UsageError, match="it is no regular file"):
        write_atomically(pipe, NEW)
    assert stat.S_ISFIFO(pipe.stat().st_mode)


def test_a_write_protected_file_is_not_replaced(report: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    # The superuser may write everything, so the system's answer is given here.
    monkeypatch.setattr(os, "access", lambda *_: False)
    with pytest.raises(UsageError, match="it is write-protected") as caught:
        write_atomically(report, NEW)
    assert caught.value.help == "name another place or change its permissions"
    assert folder_holds(report, OLD)


@pytest.mark.skipif(os.name == "nt", reason="permissions and links of POSIX")
def test_permissions_and_links_outlive_a_new_content(report: Path, tmp_path_factory: pytest.TempPathFactory) -> None:
    report.chmod(0o640)
    link = tmp_path_factory.mktemp("elsewhere") / "link.json"
    link.symlink_to(report)
    write_atomically(link, NEW)
    assert link.is_symlink()
    assert stat.S_IMODE(report.stat().st_mode) == 0o640
    assert folder_holds(report, NEW)


def test_a_system_that_cannot_sync_folders_still_gets_its_file(report: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    sync = os.fsync

    def files_only(descriptor: int) -> None:
        if stat.S_ISDIR(os.fstat(descriptor).st_mode):
            raise OSError(errno.EINVAL, "Invalid argument")
        sync(descriptor)

    monkeypatch.setattr(os, "fsync", files_only)
    write_atomically(report, NEW)
    assert folder_holds(report, NEW)


def test_the_rename_is_synced_after_the_content(report: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    synced: list[tuple[bool, bytes]] = []

    def record(descriptor: int) -> None:
        synced.append((stat.S_ISDIR(os.fstat(descriptor).st_mode), report.read_bytes()))

    monkeypatch.setattr(os, "fsync", record)
    write_atomically(report, NEW)
    assert synced == [(False, OLD), (True, NEW)]


def test_writers_at_the_same_time_leave_one_whole_file(report: Path) -> None:
    contents = [bytes([65 + k]) * 200_000 for k in range(8)]
    threads = [threading.Thread(target=write_atomically, args=(report, content)) for content in contents]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert any(folder_holds(report, content) for content in contents)


@pytest.mark.skipif(os.name == "nt", reason="needs SIGKILL")
def test_a_killed_writer_leaves_the_old_file_and_a_harmless_remainder(report: Path) -> None:
    program = (
        "import sys, time; from pathlib import Path; from journeyctl.output_file import replacing\n"
        "with replacing(Path(sys.argv[1])) as file:\n"
        "    file.write(b'half' * 100_000); file.flush(); print('half', flush=True); time.sleep(60)\n"
    )
    with subprocess.Popen([sys.executable, "-c", program, str(report)], stdout=subprocess.PIPE) as writer:
        assert writer.stdout is not None
        assert writer.stdout.readline() == b"half\n"
        writer.kill()
        assert writer.wait() == -signal.SIGKILL
    assert report.read_bytes() == OLD
    (remainder,) = set(report.parent.iterdir()) - {report}
    assert remainder.name == f"{PREFIX}{writer.pid}-0{SUFFIX}"
    # Even a later process with the same number neither trips over it nor takes it for its own.
    taken = report.parent / f"{PREFIX}{os.getpid()}-0{SUFFIX}"
    remainder.rename(taken)
    write_atomically(report, NEW)
    assert report.read_bytes() == NEW
    assert taken.read_bytes() == b"half" * 100_000
