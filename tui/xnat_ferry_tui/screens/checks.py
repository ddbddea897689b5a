"""Area 1: the checklist, with evidence and advice for the line one stands on."""

from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import BindingType

from xnat_ferry import wording
from xnat_ferry.checks import Checklist, Finding
from xnat_ferry.model import Verdict
from xnat_ferry_tui import keys
from xnat_ferry_tui.screens.area import Area
from xnat_ferry_tui.widgets.facts import Facts
from xnat_ferry_tui.widgets.lines import Column, Line, Lines
from xnat_ferry_tui.widgets.made_lines import MadeLines

_SIGNS = {Verdict.OK: "[ ok ]", Verdict.WARN: "[warn]", Verdict.FAIL: "[FAIL]", Verdict.UNKNOWN: "[ ?? ]"}
_STYLES = {Verdict.OK: "good", Verdict.WARN: "", Verdict.FAIL: "bad", Verdict.UNKNOWN: ""}
_WELCOME = (
    "xnat-ferry carries DICOM sessions from one XNAT project to another: checked before, proved after.",
    "Press C to name the two projects; F1 shows all keys. Nothing is sent before you say so.",
)


class ChecksArea(Area):
    """Findings above, the reason of the highlighted one below."""

    AREA = "checks"
    BINDINGS: ClassVar[list[BindingType]] = keys.bindings("checks")

    def content(self) -> ComposeResult:
        yield Facts(id="summary")
        yield Lines(
            [Column("", 7), Column("check", 10), Column("finding")],
            id="findings",
            empty="Press r to look at both projects and run the checks.",
        )
        yield Facts(id="details")

    def on_mount(self) -> None:
        self._drawn: Checklist | None = None
        super().on_mount()
        self.query_one(Lines).focus()

    def show(self) -> None:
        checklist = self.desk.checklist
        self.query_one("#summary", Facts).put(self._summary(checklist))
        findings = checklist.findings if checklist else ()
        lines = self.query_one(Lines)
        lines.say_when_empty("" if self.desk.ends is None else "Press r to run the checks.")
        if checklist is not self._drawn:
            self._drawn = checklist
            lines.put(MadeLines(len(findings), lambda place: _line(findings[place])))
        self._show_details()

    def _summary(self, checklist: Checklist | None) -> tuple[str, ...]:
        if self.desk.busy:
            return (self.desk.busy,)
        if self.desk.problem is not None:
            return (str(self.desk.problem), self.desk.problem.advice)
        if self.desk.ends is None:
            return _WELCOME
        if checklist is None:
            return ("Not checked yet.",)
        counts = [
            f"{sum(one.verdict == verdict for one in checklist.findings)} {word}"
            for verdict, word in ((Verdict.OK, "ok"), (Verdict.WARN, "to look at"), (Verdict.FAIL, "failed"))
        ]
        surveyed = self.desk.survey.chosen if self.desk.survey else ()
        about = f"{wording.plural(len(surveyed), 'session')} surveyed"
        return (f"{checklist.verdict.upper()}: {', '.join(counts)}.  {about}",)

    @on(Lines.Highlighted)
    def _show_details(self) -> None:
        findings = self.desk.checklist.findings if self.desk.checklist else ()
        place = self.query_one(Lines).highlighted
        chosen: Finding | None = findings[place] if place < len(findings) else None
        self.query_one("#details", Facts).put(_details(chosen) if chosen else ())

    def action_check_again(self) -> None:
        self.ferry.check()


def _line(finding: Finding) -> Line:
    return Line((_SIGNS[finding.verdict], finding.check, finding.message), _STYLES[finding.verdict])


def _details(finding: Finding) -> list[str]:
    lines = [f"{finding.about}: {finding.message}"]
    if finding.advice:
        lines.append(f"Do this: {finding.advice}")
    evidence = ", ".join(f"{name} {value}" for name, value in finding.evidence.items() if name != "server")
    return [*lines, f"Evidence: {evidence}"] if evidence else lines
