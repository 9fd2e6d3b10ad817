"""Files that appear whole or not at all: written under another name, synced, then renamed.

A run that is killed, cancelled or out of disk space leaves the old file as it was. What a killed
run may leave behind is named `.journeyctl-<process>-<number>.partial`, is read by nobody and may be
deleted.
"""

from __future__ import annotations

import errno
import os
import stat
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import BinaryIO, Final

from journeyctl.diagnostics import UsageError

PREFIX: Final = ".journeyctl-"
SUFFIX: Final = ".partial"
"""A file named with both is the remainder of a killed run."""
_NO_FOLDER_SYNC: Final = (errno.EINVAL, errno.ENOTSUP, errno.EACCES, errno.EPERM, errno.EBADF)
"""Answers of systems that cannot sync a folder; the rename itself has worked by then."""


def write_atomically(path: Path, content: bytes | Iterable[bytes]) -> None:
    """Writes `content`, whole or in pieces, to `path` as `replacing` does."""
    pieces = (content,) if isinstance(content, bytes) else content
    with replacing(path) as file:
        for piece in pieces:
            file.write(piece)


@contextmanager
def replacing(path: Path) -> Iterator[BinaryIO]:
    """A new binary file that takes the place of `path` when the block ends without an exception.

    A link is followed, the old file's permissions are kept. Raises `UsageError` where the system
    refuses: no such folder, no permission, disk full, `path` is a folder or a device.
    """
    target = Path(os.path.realpath(path))
    with _reported(path):
        mode = _mode_of_old_file(target, path)
        partial, file = _create_beside(target, mode)
    finished = False
    try:
        with _reported(path, only_unnamed=True), file:
            yield file
            file.flush()
            os.fsync(file.fileno())
        with _reported(path):
            partial.replace(target)
            finished = True
            _sync_folder(target.parent)
    finally:
        if not finished:
            with suppress(OSError):
                partial.unlink()


@contextmanager
def _reported(path: Path, *, only_unnamed: bool = False) -> Iterator[None]:
    """Turns the system's refusal into a `UsageError` about `path`.

    `only_unnamed` lets errors about named files pass: within the caller's block they concern the
    files it opens itself, while a failing write carries no name.
    """
    try:
        yield
    except OSError as error:
        if only_unnamed and error.filename is not None:
            raise
        reason = (error.strerror or str(error)).lower()
        raise UsageError(f"'{path}' cannot be written: {reason}", _next_move(error)) from error


def _next_move(error: OSError) -> str:
    match error.errno:
        case errno.ENOSPC | errno.EDQUOT:
            return "free some space or write to another disk; the old file, if any, is untouched"
        case errno.ENOENT | errno.ENOTDIR:
            return "create the folder first or name another place"
        case errno.EISDIR:
            return "name a file in that folder"
        case _:
            return "name another place or change its permissions"


def _mode_of_old_file(target: Path, path: Path) -> int | None:
    """The permissions of the file to be replaced, `None` where there is none."""
    try:
        mode = target.stat().st_mode
    except FileNotFoundError:
        return None
    if stat.S_ISDIR(mode):
        raise OSError(errno.EISDIR, "it is a folder", str(path))
    if not stat.S_ISREG(mode):
        raise OSError(errno.EINVAL, "it is no regular file", str(path))
    if not os.access(target, os.W_OK):
        # A rename would replace it all the same; write protection is a wish to be heeded.
        raise OSError(errno.EACCES, "it is write-protected", str(path))
    return stat.S_IMODE(mode)


def _create_beside(target: Path, mode: int | None) -> tuple[Path, BinaryIO]:
    """A new empty file in the target's folder; a name that is taken is skipped, never reused."""
    flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_BINARY", 0) | getattr(os, "O_CLOEXEC", 0)
    number = 0
    while True:
        partial = target.parent / f"{PREFIX}{os.getpid()}-{number}{SUFFIX}"
        try:
            descriptor = os.open(partial, flags, 0o666)
            break
        except FileExistsError:
            number += 1
    if mode is not None:
        with suppress(OSError):
            partial.chmod(mode)
    return partial, os.fdopen(descriptor, "wb")


def _sync_folder(folder: Path) -> None:
    """Makes the rename itself survive a power cut, where the system can."""
    if os.name == "nt":
        return
    try:
        descriptor = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)
    except OSError as error:
        if error.errno not in _NO_FOLDER_SYNC:
            raise
