"""Area 1: the checklist, with evidence and advice for the line one stands on."""

from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import BindingType

from xnat_ferry.checks import Checklist, Finding
from xnat_ferry.model import Verdict
from xnat_ferry_tui import keys
from xnat_ferry_tui.screens.area import Area
from xnat_ferry_tui.widgets.facts import Facts
from xnat_ferry_tui.widgets.lines import Column, Line, Lines

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

    def show(self) -> None:
        checklist = self.desk.checklist
        self.query_one("#summary", Facts).put(self._summary(checklist))
        findings = checklist.findings if checklist else ()
        lines = self.query_one(Lines)
        lines.say_when_empty("" if self.desk.ends is None else "Press r to run the checks.")
        lines.put(
            [Line((_SIGNS[one.verdict], one.check, one.message), _STYLES[one.verdict]) for one in findings]
        )
        self._show_details()

    def _summary(self, checklist: Checklist | None) -> tuple[str, ...]:
        if self.desk.busy:
            return (f"{self.desk.busy}",)
        if self.desk.problem is not None:
            return (f"{self.desk.problem}", f"{self.desk.problem.advice}")
        if self.desk.ends is None:
            return tuple(f"{line}" for line in _WELCOME)
        if checklist is None:
            return (" Not checked yet.",)
        counts = [
            f"{sum(one.verdict == verdict for one in checklist.findings)} {word}"
            for verdict, word in ((Verdict.OK, "ok"), (Verdict.WARN, "to look at"), (Verdict.FAIL, "failed"))
        ]
        about = f"{len(self.desk.survey.chosen)} sessions surveyed" if self.desk.survey else ""
        return (f"{checklist.verdict.upper()}: {', '.join(counts)}.  {about}",)

    @on(Lines.Highlighted)
    def _show_details(self) -> None:
        findings = self.desk.checklist.findings if self.desk.checklist else ()
        place = self.query_one(Lines).highlighted
        chosen: Finding | None = findings[place] if place < len(findings) else None
        self.query_one("#details", Facts).put(_details(chosen) if chosen else ())

    def action_check_again(self) -> None:
        self.ferry.check()


def _details(finding: Finding) -> list[str]:
    lines = [f"{finding.about}: {finding.message}"]
    if finding.advice:
        lines.append(f"Do this: {finding.advice}")
    evidence = ", ".join(f"{name} {value}" for name, value in finding.evidence.items() if name != "server")
    return [*lines, f"Evidence: {evidence}"] if evidence else lines
