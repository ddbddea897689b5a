"""Which labels a session gets at the destination: rules, applied in the order in which they were given.

Labels are text from end to end: "001" stays "001". Subject and session label are XNAT's; neither is the
accession ID or the PatientID.
"""

import re
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from enum import StrEnum

from msgspec import Struct

from xnat_ferry.errors import BadLabelRule
from xnat_ferry.model import SessionRow


class Labels(Struct, frozen=True):
    """A session's labels on one side."""

    subject: str
    session: str


class Of(StrEnum):
    """Which of the two labels a rule changes."""

    SUBJECT = "subject"
    SESSION = "session"
    BOTH = "both"


class Rule(Struct, frozen=True, kw_only=True):
    """One change: ``kind`` is prefix, suffix, replace or template."""

    kind: str
    of: Of
    value: str
    pattern: str = ""
    """The regular expression of a replacement."""


class LabelRules(Struct, frozen=True, kw_only=True):
    """All that was asked for; without anything, labels are kept."""

    rules: tuple[Rule, ...] = ()
    table: Mapping[str, Labels] = {}
    """Labels given one by one, by the session's accession ID or label; they win over the rules."""

    @property
    def keep(self) -> bool:
        """Whether every label stays as it is."""
        return not self.rules and not self.table

    def apply(self, row: SessionRow) -> Labels:
        """The labels at the destination; what XNAT would refuse is not judged here."""
        given = self.given(row)
        if given is not None:
            return given
        named = Labels(row.subject, row.label)
        for rule in self.rules:
            named = _changed(rule, named, row)
        return named

    def given(self, row: SessionRow) -> Labels | None:
        """The labels that were given to this session by itself; None where there are none."""
        return self.table.get(row.id) or self.table.get(row.label)


KEEP = LabelRules()
FIELDS = ("subject", "session", "modality", "date", "project", "id")
"""What a template may name; ``date`` is yyyymmdd, ``id`` the accession ID at the source."""


def parse_rule(text: str) -> Rule:
    """One rule as it is written on the command line. Raises BadLabelRule.

    ``prefix=P_``, ``suffix=_b``, ``replace=^A/B`` (a regular expression and what stands for it, parted by
    ``/``) and ``template={subject}_{modality}_{date}``; ``subject.`` or ``session.`` in front limits it to
    one label. A template without that makes the session's label.
    """
    try:
        text.encode()
    except UnicodeEncodeError:
        raise BadLabelRule(rule=text[:60], why="it is no UTF-8") from None
    head, sign, value = text.partition("=")
    target, dot, kind = head.rpartition(".")
    if not sign or kind not in _READERS or (dot and target not in ("subject", "session")):
        known = ", ".join(f"{one}=…" for one in _READERS)
        raise BadLabelRule(rule=text[:60], why=f"it is none of {known}, keep, or a .csv file")
    default = Of.SESSION if kind == "template" else Of.BOTH
    return _READERS[kind](text, Of(target) if dot else default, value)


def _plain(kind: str) -> Callable[[str, Of, str], Rule]:
    return lambda text, of, value: Rule(kind=kind, of=of, value=value)


def _replacement(text: str, of: Of, value: str) -> Rule:
    pattern, slash, replacement = value.partition("/")
    try:
        re.compile(f"(?:{pattern})|").sub(replacement, "")  # matches, so that the replacement is tried too
    except (re.error, IndexError) as error:
        raise BadLabelRule(rule=text[:60], why=f"its regular expression makes no sense ({error})") from None
    if not slash or not pattern:
        raise BadLabelRule(rule=text[:60], why="write replace=OLD/NEW with a / between")
    return Rule(kind="replace", of=of, value=replacement, pattern=pattern)


def _template(text: str, of: Of, value: str) -> Rule:
    if of == Of.BOTH:
        of = Of.SESSION
    unknown = sorted(set(re.findall(r"\{([^{}]*)\}", value)) - set(FIELDS))
    if unknown or re.sub(r"\{[^{}]*\}", "", value).count("{"):
        names = ", ".join(f"{{{name}}}" for name in FIELDS)
        raise BadLabelRule(rule=text[:60], why=f"a template may name {names}")
    return Rule(kind="template", of=of, value=value)


_READERS: dict[str, Callable[[str, Of, str], Rule]] = {
    "prefix": _plain("prefix"),
    "suffix": _plain("suffix"),
    "replace": _replacement,
    "template": _template,
}


def _changed(rule: Rule, named: Labels, row: SessionRow) -> Labels:
    subject = named.subject if rule.of == Of.SESSION else _one(rule, named.subject, named, row)
    session = named.session if rule.of == Of.SUBJECT else _one(rule, named.session, named, row)
    return Labels(subject, session)


def _one(rule: Rule, label: str, named: Labels, row: SessionRow) -> str:
    if rule.kind == "prefix":
        return rule.value + label
    if rule.kind == "suffix":
        return label + rule.value
    if rule.kind == "replace":
        return re.sub(rule.pattern, rule.value, label)
    facts = {
        "subject": named.subject,
        "session": named.session,
        "modality": row.modality,
        "date": row.date.replace("-", ""),
        "project": row.owner or "",
        "id": row.id,
    }
    return re.sub(r"\{(\w+)\}", lambda found: facts[found[1]], rule.value)


def like_an_id(label: str) -> bool:
    """Whether a subject's label may be an accession ID as XNAT makes them, such as ``XNAT_S00001``.

    Servers take one for that subject, in whatever project it is, unless the project has the label
    (wire-read 2.3, wire-write 3.1).
    """
    return _ID.fullmatch(label) is not None


_ID = re.compile(r".+_S[0-9]{5,}", re.IGNORECASE | re.DOTALL)


def shape(label: str) -> str:
    """A label's form, for comparing naming habits: ``P01_MR1`` is ``A9_A9``."""
    return _DIGITS.sub("9", _LETTERS.sub("A", label))


_LETTERS, _DIGITS = re.compile(r"[A-Za-z]+"), re.compile(r"[0-9]+")


_ENOUGH, _MOST = 3, 0.8


def common_shape(labels: Sequence[str]) -> str | None:
    """The form that most of these labels have; None where there are few or they follow none."""
    if len(labels) < _ENOUGH:
        return None
    ((best, count),) = Counter(map(shape, labels)).most_common(1)
    return best if count >= _MOST * len(labels) else None
