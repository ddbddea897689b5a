"""The text of a DicomEdit script as statements, as far as it is understood (wire-read 4.3)."""

import re
import uuid
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import lru_cache

Lookup = Callable[[int], str]
"""An element's text by tag."""
Expression = Callable[[Lookup, dict[str, str]], str | None]
"""Its value for one object; None where a name has none."""


class ScriptError(Exception):
    """The script is broken: XNAT's parser would not have it."""


@dataclass(frozen=True)
class Assign:
    """``(0010,0010) := subject``"""

    tag: int
    expression: Expression


@dataclass(frozen=True)
class Define:
    """``name := "text"``"""

    name: str
    expression: Expression


@dataclass(frozen=True)
class Delete:
    """``- (0010,4000)``"""

    tag: int


@dataclass(frozen=True)
class DropPrivate:
    """``removeAllPrivateTags``"""


@dataclass(frozen=True)
class Reject:
    """``reject``"""


@dataclass(frozen=True)
class Unknown:
    """What nobody here can interpret."""

    line: str


@dataclass(frozen=True)
class Choose:
    """``(0008,0060) = "MR" ? action : other``; the operators are ``=``, ``!=``, ``~`` and ``!~``"""

    tag: int
    operator: str
    wanted: str
    then: "Statement"
    otherwise: "Statement | None"


Statement = Assign | Define | Delete | DropPrivate | Reject | Choose | Unknown
Script = tuple[Statement, ...]

_TAG = r"\(\s*([0-9A-Fa-f]{4})\s*,\s*([0-9A-Fa-f]{4})\s*\)"
_ASSIGN = re.compile(rf"{_TAG}\s*:=\s*(.+)")
_DELETE = re.compile(rf"-\s*{_TAG}")
_DEFINE = re.compile(r"([A-Za-z_]\w*)\s*:=\s*(.+)")
_CHOOSE = re.compile(rf'{_TAG}\s*(=|!=|~|!~)\s*"([^"]*)"\s*\?\s*(.+)')
_PASSING = re.compile(r"version\s+\"[^\"]*\"|")
_TOKEN = re.compile(rf'\s*(?:"(?P<text>[^"]*)"|{_TAG}|(?P<name>[A-Za-z_]\w*)|(?P<sign>[\[\],+]))')
_NAMED = ("project", "subject", "session")


@lru_cache(maxsize=64)
def read_script(text: str) -> Script:
    """The statements, one a line. Raises ScriptError where quotes or brackets do not match."""
    return tuple(_statements(text))


def _statements(text: str) -> Iterator[Statement]:
    known = set(_NAMED)
    for number, raw in enumerate(text.splitlines(), 1):
        line = _without_comment(raw).strip()
        if not _PASSING.fullmatch(line):
            if not _balanced(line):
                raise ScriptError(f"line {number}: {line}")
            statement = _statement(line, known)
            if isinstance(statement, Define):
                known.add(statement.name)
            yield statement


def _without_comment(line: str) -> str:
    """Two slashes begin one, unless they stand in quotes."""
    outside = re.match(r'(?:[^"/]|"[^"]*"|"[^"]*$|/(?!/))*', line)
    return outside[0] if outside else line


def _balanced(line: str) -> bool:
    bare = re.sub(r'"[^"]*"', "", line)
    pairs = (("(", ")"), ("[", "]"), ("{", "}"))
    return '"' not in bare and all(bare.count(one) == bare.count(other) for one, other in pairs)


def _statement(line: str, known: set[str]) -> Statement:
    if found := _DELETE.fullmatch(line):
        return Delete(_tag(found))
    if line in ("removeAllPrivateTags", "reject"):
        return Reject() if line == "reject" else DropPrivate()
    if found := _CHOOSE.fullmatch(line):
        return _choice(found, known) or Unknown(line)
    for pattern in (_ASSIGN, _DEFINE):
        found = pattern.fullmatch(line)
        expression = _expression(found[found.re.groups], known) if found else None
        if found and expression is not None:
            return Assign(_tag(found), expression) if pattern is _ASSIGN else Define(found[1], expression)
    return Unknown(line)


def _choice(found: re.Match[str], known: set[str]) -> Statement | None:
    first, _, second = found[5].partition(" : ")
    branches = [_statement(part.strip(), known) for part in (first, second) if part.strip()]
    if any(isinstance(branch, Unknown) for branch in branches):
        return None
    return Choose(_tag(found), found[3], found[4], branches[0], branches[1] if second.strip() else None)


def _tag(found: re.Match[str]) -> int:
    return int(found[1] + found[2], 16)


def _expression(text: str, known: set[str]) -> Expression | None:
    """The value on the right of ``:=``; None where it is not understood."""
    tokens = list(_tokens(text))
    if not tokens or tokens[-1] is None:
        return None
    try:
        expression, after = _sum([token for token in tokens if token is not None], 0, known)
    except (IndexError, KeyError):
        return None
    return expression if after == len(tokens) else None


Token = tuple[str, str]


def _tokens(text: str) -> Iterator[Token | None]:
    at = 0
    text = text.rstrip()
    while at < len(text):
        found = _TOKEN.match(text, at)
        if found is None:
            yield None
            return
        at = found.end()
        if found["text"] is not None:
            yield "text", found["text"]
        elif found[2] is not None:
            yield "tag", found[2] + found[3]
        elif found["name"] is not None:
            yield "name", found["name"]
        else:
            yield found["sign"], ""


def _sum(tokens: list[Token], at: int, known: set[str]) -> tuple[Expression, int]:
    """Terms, with or without a plus between them: their texts follow each other."""
    terms: list[Expression] = []
    while at < len(tokens) and tokens[at][0] not in (",", "]"):
        if terms and tokens[at][0] == "+":
            at += 1
        term, at = _term(tokens, at, known)
        terms.append(term)
    return (terms[0] if len(terms) == 1 else _joined(terms)), at


def _term(tokens: list[Token], at: int, known: set[str]) -> tuple[Expression, int]:
    kind, value = tokens[at]
    if kind == "text":
        return (lambda lookup, names: value), at + 1
    if kind == "tag":
        return (lambda lookup, names: lookup(int(value, 16))), at + 1
    if kind != "name":
        raise KeyError(kind)
    if at + 1 < len(tokens) and tokens[at + 1][0] == "[":
        return _call(value, tokens, at + 2, known)
    if value not in known:
        raise KeyError(value)
    return (lambda lookup, names: names.get(value)), at + 1


def _call(name: str, tokens: list[Token], at: int, known: set[str]) -> tuple[Expression, int]:
    function = _FUNCTIONS[name]
    arguments: list[Expression] = []
    while tokens[at][0] != "]":
        argument, at = _sum(tokens, at, known)
        arguments.append(argument)
        at += tokens[at][0] == ","

    def value(lookup: Lookup, names: dict[str, str]) -> str | None:
        return function([argument(lookup, names) or "" for argument in arguments])

    return value, at + 1


def _joined(terms: list[Expression]) -> Expression:
    return lambda lookup, names: "".join(term(lookup, names) or "" for term in terms)


def hashed_uid(uid: str) -> str:
    """A UID that follows from another and does not betray it: an OID made of a UUID (PS3.5 B.2)."""
    return f"2.25.{uuid.uuid5(uuid.NAMESPACE_OID, uid).int}" if uid else ""


_FUNCTIONS: dict[str, Callable[[list[str]], str]] = {
    "hashUID": lambda values: hashed_uid(values[0]),
    "concatenate": "".join,
    "lowercase": lambda values: values[0].lower(),
    "uppercase": lambda values: values[0].upper(),
}
