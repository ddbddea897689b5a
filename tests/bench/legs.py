"""What is measured: the legs, each a world of its own, and how they are made smaller to try them."""

from dataclasses import dataclass, replace

SOURCE = "SRC"
TOOLS = ("ferry", "curl", "copy-project", "by-hand")
"""Each has a destination project of its own on the same server."""

_BYTES_PER_PIXEL = 2


@dataclass(frozen=True)
class Leg:
    """Sessions of ``scans`` scans of ``files`` square slices each, ``side`` pixels wide."""

    name: str
    words: str
    sessions: int
    scans: int
    files: int
    side: int
    delay: float = 0.0
    """Seconds that the server adds to each answer."""
    there: int = 0
    """Sessions that are at the destination already."""

    @property
    def labels(self) -> list[tuple[str, str]]:
        """Subject and session labels."""
        return [(f"{number:03d}", f"{number:03d}_MR1") for number in range(1, self.sessions + 1)]

    @property
    def total_files(self) -> int:
        return self.sessions * self.scans * self.files

    @property
    def total_bytes(self) -> int:
        """Of pixel data."""
        return self.total_files * self.side**2 * _BYTES_PER_PIXEL

    @property
    def size(self) -> str:
        sessions = "1 session" if self.sessions == 1 else f"{self.sessions:,} sessions"
        return f"{sessions}, {self.total_files:,} files, {self.total_bytes / 1e6:,.0f} MB of pixels"


LEGS = {
    leg.name: leg
    for leg in (
        Leg("small", "a small session", 1, 5, 20, 100),
        Leg("nothing", "nothing to do: all is there", 20, 2, 5, 128, there=20),
        Leg("little", "a little to do: one session of twenty", 20, 2, 5, 128, there=19),
        Leg("far50", "a far server, 50 ms added to each answer", 5, 5, 20, 100, delay=0.05),
        Leg("far150", "a far server, 150 ms added to each answer", 5, 5, 20, 100, delay=0.15),
        Leg("large", "a large session", 1, 12, 300, 500),
        Leg("many", "many sessions", 60, 2, 5, 128),
        Leg("tiny", "35,000 tiny files", 1, 10, 3500, 16),
    )
}
"""In the order in which they run: what is over quickly first."""


def sized(leg: Leg, *, megabytes: int | None, sessions: int | None, files: int | None) -> Leg:
    """The leg with other numbers: ``files`` of each session, or as many as make up the megabytes of all."""
    if sessions:
        leg = replace(leg, sessions=sessions, there=max(leg.there - leg.sessions + sessions, 0))
    if megabytes:
        files = megabytes * 1_000_000 // (leg.side**2 * _BYTES_PER_PIXEL) // leg.sessions
    return replace(leg, files=max(files // leg.scans, 1)) if files else leg


def destination(tool: str) -> str:
    """The project that a tool copies into."""
    return f"D_{tool.replace('-', '_')}"


def world_of(leg: Leg) -> str:
    """The leg's sessions in the source, and an empty project for each tool; ``ada`` owns them all."""
    projects = [SOURCE, *map(destination, TOOLS)]
    roles = ", ".join(f'{name} = "owner"' for name in projects)
    text = f'[[users]]\nlogin = "ada"\nprojects = {{ {roles} }}\n'
    text += "".join(f'[[projects]]\nid = "{name}"\n' for name in projects)
    scans = ", ".join(
        f'{{ id = "{scan}", type = "t{scan}", files = {leg.files}, rows = {leg.side}, columns = {leg.side} }}'
        for scan in range(1, leg.scans + 1)
    )
    return text + "".join(
        f'[[sessions]]\nproject = "{SOURCE}"\nsubject = "{subject}"\nlabel = "{label}"\nscans = [{scans}]\n'
        for subject, label in leg.labels
    )
