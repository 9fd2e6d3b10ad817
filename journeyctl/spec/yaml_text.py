"""From a file's bytes to its text: size, encoding, and characters that nobody can see.

YAML itself lets many of these pass: an invisible space becomes part of a key, and a character that
turns the writing direction makes a line read differently from what it says.
"""

from __future__ import annotations

import re
import unicodedata

from journeyctl.diagnostics import Origin
from journeyctl.spec.text_lines import TextLines
from journeyctl.spec.yaml_limits import MAX_FILE_BYTES, ReadingRule

_UTF_8_MARK = b"\xef\xbb\xbf"
_WIDE_MARKS = {
    b"\xff\xfe\x00\x00": "UTF-32",
    b"\x00\x00\xfe\xff": "UTF-32",
    b"\xff\xfe": "UTF-16",
    b"\xfe\xff": "UTF-16",
}
_PLAIN_BYTES = bytes([9, 10, 13, *range(32, 127)])

_UNWANTED = re.compile(
    "[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\xa0\xad\u034f\u061c\u115f\u1160\u1680\u17b4\u17b5\u180e\u2000-\u200f"
    "\u2028-\u202f\u205f-\u206f\u3000\u3164\ufeff\uffa0\ufff9-\ufffb\ufffe\uffff\U000e0000-\U000e007f]"
)
_WITHIN_FOREIGN_TEXT = "\u200c\u200d\u3000"
"""Joiners of Persian, Indic scripts and emoji, and the East Asian space: part of text in those scripts."""
_CONTROL_NAMES = {
    0x00: "NULL",
    0x07: "BELL",
    0x08: "BACKSPACE",
    0x0B: "LINE TABULATION",
    0x0C: "FORM FEED",
    0x1B: "ESCAPE",
    0x7F: "DELETE",
    0x85: "NEXT LINE",
}


def decode_text(file: str, content: bytes) -> str:
    """The text of a file, without a byte-order mark. Raises `SpecError` for what is no clean UTF-8."""
    origin = Origin(file)
    if len(content) > MAX_FILE_BYTES:
        raise ReadingRule.BEYOND_LIMIT.error(
            origin,
            f"the file holds {len(content):,} bytes; at most {MAX_FILE_BYTES:,} are read",
            position=TextLines("").position(0, 0),
            help="split the file: one document per file",
        )
    content = content.removeprefix(_UTF_8_MARK)
    if content.isascii() and not content.translate(None, _PLAIN_BYTES):
        return content.decode("ascii")
    _refuse_wide_encodings(origin, content)
    text = _decode_strictly(origin, content)
    _refuse_unwanted(origin, text)
    return text


def readable_text(content: bytes) -> str:
    """The text of a file for showing its lines, also where it is no UTF-8; never raises.

    Wrong bytes become one replacement character each at most, so columns before the first one hold.
    """
    return content[:MAX_FILE_BYTES].removeprefix(_UTF_8_MARK).decode("utf-8", errors="replace")


def character_name(character: str) -> str:
    """A character as a message names it: `U+00A0 NO-BREAK SPACE`."""
    code = ord(character)
    name = unicodedata.name(character, _CONTROL_NAMES.get(code, "control character" if code < 0xA0 else ""))
    return f"U+{code:04X} {name}".rstrip()


def _refuse_wide_encodings(origin: Origin, content: bytes) -> None:
    name = next((name for mark, name in _WIDE_MARKS.items() if content.startswith(mark)), "")
    if not name and b"\x00" in content[:2] and len(content) >= 4 and content[:4].count(0) >= 2:
        name = "UTF-16 or UTF-32"
    if name:
        raise ReadingRule.NOT_UTF_8.error(
            origin,
            f"the file is encoded in {name}, not in UTF-8",
            position=TextLines("").position(0, 0),
            help="save the file as UTF-8",
        )


def _decode_strictly(origin: Origin, content: bytes) -> str:
    try:
        return content.decode("utf-8")
    except UnicodeDecodeError as error:
        before = content[: error.start].decode("utf-8")
        byte = content[error.start : error.start + 1]
        position = TextLines(before + "?").position(len(before), len(before) + 1)
        try:
            guess = f"; in Windows-1252 it is '{byte.decode('cp1252')}'"
        except UnicodeDecodeError:
            guess = ""
        raise ReadingRule.NOT_UTF_8.error(
            origin,
            f"byte 0x{byte[0]:02X} is not UTF-8{guess}",
            position=position,
            help="save the file as UTF-8" + (" (it looks like Windows-1252)" if guess else ""),
        ) from None


def _refuse_unwanted(origin: Origin, text: str) -> None:
    for match in _UNWANTED.finditer(text):
        at = match.start()
        character = text[at]
        if character in _WITHIN_FOREIGN_TEXT and at > 0 and not text[at - 1].isascii():
            continue
        escape = f"\\u{ord(character):04x}" if ord(character) <= 0xFFFF else f"\\U{ord(character):08x}"
        intended = ord(character) >= 0xA0
        raise ReadingRule.INVISIBLE_CHARACTER.error(
            origin,
            f"{character_name(character)} cannot be seen here",
            position=TextLines(text).position(at, at + 1),
            help="delete it or type a plain space"
            + (f"; where it is wanted, write {escape} within double quotes" if intended else ""),
        )
