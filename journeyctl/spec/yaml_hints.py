"""What a YAML fault most likely comes from, in the words of somebody who writes journeys.

The parser says where it gave up; that is often far from the mistake. Each detector below knows one
common mistake and where it truly stands; the first that recognises its own speaks.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

import yaml
from yaml.events import ScalarEvent

from journeyctl.diagnostics import Finding, Fix, Origin
from journeyctl.spec.text_lines import TextLines
from journeyctl.spec.yaml_conditions import UnquotedText, looks_like_condition, unquoted_condition, unquoted_text
from journeyctl.spec.yaml_events import ParserEvent, open_events
from journeyctl.spec.yaml_limits import MAX_NODES, ReadingRule, shortened

__all__ = (
    "explain_cut_condition",
    "explain_lost_colon",
    "explain_syntax_error",
    "is_refused_escape",
    "looks_like_condition",
    "placeholder",
    "written_tag",
)


@dataclass(frozen=True, slots=True)
class _Fault:
    """What the parser said, and the last scalar that it could read."""

    file: str
    text: str
    lines: TextLines
    problem: str
    context: str
    at: int
    context_at: int
    last: ParserEvent

    def finding(self, start: int, end: int, message: str, help: str, fix: Fix | None = None) -> Finding:
        """A syntax finding over a stretch of the text."""
        position = self.lines.position(start, end)
        return ReadingRule.YAML_SYNTAX.finding(Origin(self.file), message, position=position, help=help, fix=fix)

    @property
    def character(self) -> str:
        """The character at which the parser gave up; `""` at the end of the file."""
        return self.text[self.at : self.at + 1]


def explain_syntax_error(file: str, text: str, error: yaml.YAMLError) -> Finding:
    """One finding for a text that is no YAML, at the place of the mistake rather than of its effect."""
    mark = getattr(error, "problem_mark", None)
    context_mark = getattr(error, "context_mark", None)
    at = mark.index if mark else getattr(error, "position", 0)
    fault = _Fault(
        file,
        text,
        TextLines(text),
        getattr(error, "problem", None) or "",
        getattr(error, "context", None) or "",
        at,
        context_mark.index if context_mark else at,
        _last_scalar(text),
    )
    for detect in _DETECTORS:
        finding = detect(fault)
        if finding is not None:
            return finding
    return _plain_words(fault)


def explain_lost_colon(file: str, text: str, start: int, end: int) -> Finding:
    """For `{a: x, b}`: the piece `b` of a mapping in braces has no value, mostly a cut-off condition."""
    lines = TextLines(text)
    condition = unquoted_condition(text, lines.start_of(start), start, in_braces=True)
    if condition is not None:
        return _quote_condition(file, lines, condition)
    piece = text[start:end]
    return ReadingRule.YAML_SYNTAX.finding(
        Origin(file),
        f"'{shortened(piece)}' has no ': ' and no value, as a mapping in braces needs",
        position=lines.position(start, end),
        help="put the text that holds the comma before it in single quotes, or write the value",
    )


def explain_cut_condition(file: str, text: str, start: int, end: int, key: str) -> Finding | None:
    """For `when: x = "a #1"`: a condition that ends within a quoted text because ` #` starts a comment."""
    comment = _COMMENT.match(text, end)
    if comment is None or '"' not in comment.group() or not looks_like_condition(text[start:end], key=key):
        return None
    whole = UnquotedText(start, start + len(text[start : comment.end()].rstrip()), " #")
    return _quote_condition(file, TextLines(text), whole)


def placeholder(file: str, text: str, at: int) -> Finding | None:
    """For `{{ name }}` outside quotes: YAML takes the braces for mappings. `at` is near the braces."""
    lines = TextLines(text)
    for match in _PLACEHOLDER.finditer(text, lines.start_of(at), lines.end_of(at)):
        if match.end() + 1 >= at:
            return ReadingRule.YAML_SYNTAX.finding(
                Origin(file),
                f"placeholder '{shortened(match.group())}' is not in quotes, so YAML takes its braces for mappings",
                position=lines.position(match.start(), match.end()),
                help="put the whole text in double quotes",
            )
    return None


def written_tag(text: str, at: int) -> str:
    """The tag as it stands in the text, near the start of its value."""
    found = re.compile(r"(?:&\S*\s+)?(![^\s,\[\]{}]*)").match(text, at)
    return found.group(1) if found else "!"


def is_refused_escape(character: str) -> bool:
    """Whether a character may not even be meant: controls but tab and line ends, and halves of pairs."""
    code = ord(character)
    return (code < 0x20 and character not in "\t\n\r") or 0x7F <= code < 0xA0 or 0xD800 <= code <= 0xDFFF


_SHOWN_FIX = 200
"""Characters of a corrected text that the help line repeats; a longer one is only in the fix."""
_ESCAPE_PROBLEMS = ("escape", "hexdecimal")
"""Words of both parsers about escapes; the second is libyaml's spelling."""
_COMMENT = re.compile(r"[ \t]+#[^\r\n]*")
_PLACEHOLDER = re.compile(r"\{\{[^{}\r\n]*\}\}")


def _last_scalar(text: str) -> ParserEvent:
    last = None
    try:
        next_event = open_events(text)
        for _ in range(2 * MAX_NODES):
            event = next_event()
            if event is None:
                break
            if event.__class__ is ScalarEvent:
                last = event
    except yaml.YAMLError:
        pass  # the fault that is being explained
    return last


def _tab(fault: _Fault) -> Finding | None:
    line_start = fault.lines.start_of(fault.at)
    indent = re.compile(r"[ \t]*").match(fault.text, line_start)
    tab = fault.text.find("\t", line_start, indent.end() if indent else line_start)
    if tab < 0 or (fault.character != "\t" and "tab" not in fault.problem and fault.context == ""):
        return None
    end = len(fault.text) - len(fault.text[tab:].lstrip("\t"))
    return fault.finding(tab, end, "this line is indented with a tab", "indent with spaces only")


def _template(fault: _Fault) -> Finding | None:
    return placeholder(fault.file, fault.text, fault.at)


def _condition(fault: _Fault) -> Finding | None:
    starts = [fault.at]
    if fault.last is not None:
        starts.append(fault.last.start_mark.index)
    for at in starts:
        in_braces = "flow" in fault.context
        found = unquoted_condition(fault.text, fault.lines.start_of(at), at, in_braces=in_braces)
        if found is not None:
            return _quote_condition(fault.file, fault.lines, found)
    return None


def _quote_condition(file: str, lines: TextLines, found: UnquotedText) -> Finding:
    condition = lines.text[found.start : found.end]
    quoted = "'" + condition.replace("'", "''") + "'"
    return ReadingRule.YAML_SYNTAX.finding(
        Origin(file),
        f"this condition holds '{found.culprit}', which YAML reads as its own sign outside quotes",
        position=lines.position(found.start, found.end),
        help="put the condition in single quotes" + (f": {quoted}" if len(quoted) <= _SHOWN_FIX else ""),
        fix=Fix("put the condition in single quotes", quoted, safe=False),
    )


def _open_quote(fault: _Fault) -> Finding | None:
    if fault.context == "while scanning a quoted scalar" and "escape" not in fault.problem:
        return _unclosed(fault, fault.context_at)
    last = fault.last
    if last is None or last.style not in ("'", '"') or last.start_mark.line == last.end_mark.line:
        return None
    follows = fault.at - last.end_mark.index <= 1 or fault.lines.start_of(fault.at) <= last.end_mark.index
    return _unclosed(fault, last.start_mark.index) if follows else None


def _escape(fault: _Fault) -> Finding | None:
    start = fault.text.rfind("\\", fault.context_at, fault.at + 2)
    if start < 0 or not any(word in fault.problem for word in _ESCAPE_PROBLEMS):
        return None
    help = "write the backslash twice, or use single quotes, where it stands for itself"
    return fault.finding(start, start + 2, f"'{fault.text[start : start + 2]}' is no escape of YAML", help)


def _unclosed(fault: _Fault, start: int) -> Finding:
    quote = fault.text[start : start + 1]
    if quote == "'":
        help = "add ' at the end of the text; within single quotes an apostrophe is written twice: ''"
    else:
        help = 'add " at the end of the text; within double quotes a quote is written \\"'
    return fault.finding(start, start + 1, f"the quote {quote} that opens here is not closed", help)


def _after_quote(fault: _Fault) -> Finding | None:
    """`title: "Foo" and more`."""
    last = fault.last
    if last is None or last.style not in ("'", '"') or fault.character in ("", ":", "\n", "\r"):
        return None
    gap = fault.text[last.end_mark.index : fault.at]
    if gap.strip(" ") or "\n" in gap:
        return None
    line_end = fault.lines.end_of(fault.at)
    rest = fault.text[fault.at : line_end].rstrip()
    other = "'" if last.style == '"' else '"'
    help = f"put the whole text in quotes ({other} around it if it holds {last.style}), or delete the rest"
    message = f"'{shortened(rest)}' follows a text that ended with its quote"
    return fault.finding(fault.at, fault.at + len(rest), message, help)


def _reserved_sign(fault: _Fault) -> Finding | None:
    if fault.problem != "found character that cannot start any token" or fault.character not in ("@", "%", "`"):
        return None
    rest = re.compile(r"[^\s,{}]*").match(fault.text, fault.at)
    end = rest.end() if rest else fault.at + 1
    while fault.text[fault.at : end].count("]") > fault.text[fault.at : end].count("["):
        end -= 1
    message = f"a text that starts with '{fault.character}' is not in quotes"
    return fault.finding(fault.at, end, message, f"write '{shortened(fault.text[fault.at : end])}', in quotes")


def _star(fault: _Fault) -> Finding | None:
    if fault.context not in ("while scanning an alias", "while scanning an anchor"):
        return None
    sign = fault.text[fault.context_at : fault.context_at + 1]
    message = f"a text that starts with '{sign}' is not in quotes"
    return fault.finding(fault.context_at, fault.context_at + 1, message, "put the text in quotes")


def _colon(fault: _Fault) -> Finding | None:
    if not fault.problem.startswith("mapping values are not allowed"):
        return None
    last = fault.last
    line_start = fault.lines.start_of(fault.at)
    if last is not None and last.start_mark.index < line_start:
        key = fault.text[line_start : fault.at].lstrip()
        key_start = fault.at - len(key)
        message = f"'{shortened(key)}:' is indented deeper than the line above, which already has a value"
        return fault.finding(key_start, fault.at + 1, message, "line it up with the key above")
    found = unquoted_text(fault.text, line_start, fault.at)
    if found is None:
        help = "put the text in quotes"
        return fault.finding(fault.at, fault.at + 1, "a second ':' stands in one entry", help)
    quoted = "'" + fault.text[found.start : found.end].replace("'", "''") + "'"
    return fault.finding(
        found.start,
        found.end,
        "this text holds ': ', which YAML reads as the end of a key outside quotes",
        "put the text in quotes" + (f": {quoted}" if len(quoted) <= _SHOWN_FIX else ""),
        Fix("put the text in quotes", quoted),
    )


def _open_bracket(fault: _Fault) -> Finding | None:
    openers = {"while parsing a flow sequence": ("[", "]"), "while parsing a flow mapping": ("{", "}")}
    at, pair = fault.context_at, openers.get(fault.context)
    if pair is None and fault.context == "while parsing a flow node" and not fault.text[fault.at :].strip():
        at = _innermost_open(fault.text[: fault.at])
        pair = {"[": ("[", "]"), "{": ("{", "}")}.get(fault.text[at : at + 1])
    if pair is None:
        return None
    line, _ = fault.lines.point(fault.at)
    if fault.lines.start_of(fault.at) == fault.lines.start_of(at):
        shown = fault.character or "the end"
        message = f"'{shown}' stands where ',' or '{pair[1]}' should follow"
        return fault.finding(fault.at, fault.at + 1, message, "put the text before it in quotes, or add the sign")
    message = f"the '{pair[0]}' that opens here is not closed before line {line}"
    return fault.finding(at, at + 1, message, f"add '{pair[1]}' or a comma where the text before line {line} ends")


def _innermost_open(text: str) -> int:
    return max(text.rfind("["), text.rfind("{"))


_WORDS = {
    "did not find expected key": (
        "this is no key of the mapping above: ':' is missing or the indentation is wrong",
        "write 'key: value', lined up with the keys above",
    ),
    "did not find expected '-' indicator": (
        "the list above goes on with something that is no '- ' entry",
        "start the entry with '- ', or line it up with the key that it belongs to",
    ),
    "could not find expected ':'": (
        "this line is no 'key: value' and no '- ' entry",
        "add ': ' after the key, or put a long text in quotes",
    ),
    "block sequence entries are not allowed in this context": (
        "a list cannot start on the line of its key",
        "put the first '- ' on the next line",
    ),
    "did not find expected node content": (
        "a value is missing here",
        "write the value, or put the text in quotes if it starts with a sign",
    ),
    "did not find expected <document start>": (
        "the document has ended above; this cannot follow it",
        "indent it, or delete it",
    ),
}
_SAME_PROBLEM = {
    "expected <block end>, but found": "did not find expected key",
    "could not found expected ':'": "could not find expected ':'",
    "sequence entries are not allowed here": "block sequence entries are not allowed in this context",
    "expected the node content, but found": "did not find expected node content",
    "expected '<document start>'": "did not find expected <document start>",
}
"""How PyYAML's own parser words the same faults."""


def _plain_words(fault: _Fault) -> Finding:
    problem = next((ours for theirs, ours in _SAME_PROBLEM.items() if theirs in fault.problem), fault.problem)
    at = fault.context_at if problem == "could not find expected ':'" else fault.at
    if at >= len(fault.text.rstrip()):
        at = max(len(fault.text.rstrip()) - 1, 0)
    message, help = _WORDS.get(problem, (f"this is no valid YAML ({problem or 'unknown fault'})", ""))
    word = re.compile(r"[^\s,\[\]{}:]*").match(fault.text, at)
    end = max(word.end() if word else at, min(at + 1, len(fault.text)))
    return fault.finding(at, end, message, help or "check quotes, brackets and indentation near this place")


_DETECTORS = (
    _tab,
    _template,
    _condition,
    _escape,
    _open_quote,
    _after_quote,
    _reserved_sign,
    _star,
    _colon,
    _open_bracket,
)
