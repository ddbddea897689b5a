"""Where the road receiver sends: the options of ``plan`` for it."""

from dataclasses import dataclass

from cyclopts import Parameter

from xnat_ferry.errors import UsageError
from xnat_ferry.model import Road
from xnat_ferry.plan.receiver import NO_RECEIVER, Receiver, parse_receiver


@Parameter(name="*")
@dataclass(frozen=True, kw_only=True)
class Receiving:
    """The options of the road receiver.

    Parameters
    ----------
    receiver
        HOST:PORT of the DICOM receiver, for --road receiver.
    aet
        The receiver's AE title.
    calling
        What this side calls itself (XNATFERRY), where the receiver lets in known titles only.
    """

    receiver: str | None = None
    aet: str | None = None
    calling: str | None = None

    def to(self, road: Road) -> Receiver:
        """The receiver that is meant; raises UsageError for what does not go together."""
        if road != Road.RECEIVER:
            if self.receiver or self.aet or self.calling:
                raise UsageError(what="--receiver, --aet and --calling need --road receiver.")
            return NO_RECEIVER
        if not self.receiver or not self.aet:
            raise UsageError(what="--road receiver needs --receiver HOST:PORT and --aet TITLE.")
        return parse_receiver(self.receiver, self.aet, self.calling or NO_RECEIVER.calling)

    def again(self) -> tuple[str, ...]:
        """These options as arguments for the same command again."""
        if not self.receiver or not self.aet:
            return ()
        calling = ("--calling", self.calling) if self.calling else ()
        return "--receiver", self.receiver, "--aet", self.aet, *calling


NOWHERE = Receiving()
