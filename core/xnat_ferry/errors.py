"""Everything that can go wrong, as one tree. Each class is a sentence, an advice and whether to try again.

FerryError
├── UsageError                      what was asked for cannot be understood or done
│   ├── BadEndpoint  BadAlias  UnknownAlias  NoDefaultServer
│   ├── NothingChosen  TakenBack  UnknownSessions  BadLabelRule  ReceiverMissing
│   ├── PlanUnreadable  PlanUndecided  PlanOutdated  RoadClosed
│   ├── PlaceUnreadable  HostilePlace  NotDicomOnly
│   └── UnknownTransfer  SeveralTransfers  SettingsUnreadable
├── CannotConnect                   no conversation with the server came about
│   ├── ServerUnreachable  NotTrusted  CertificateWanted  CertificateRefused  NotAnXnat
│   └── NoCredentials  LoginRefused
├── ServerAnswer                    the server said something else than was asked for
│   ├── LoginLapsed  NotFound  Forbidden  ServerBusy  ServerFault
│   ├── NotAnAnswer  ConnectionLost  StillWorking  NotTaken  TooLarge  FileTooLarge
│   ├── AlreadyThere  OtherIdentity  NameTaken  UnfitFiles  ValuesRefused
│   └── NothingStored  StoredElsewhere
├── DataProblem                     bytes or labels are not what they must be
│   ├── DownloadBroken  ForeignStudy  SourceChanged  DestinationTaken  BuildFailed
│   ├── SeriesUnknown  SourceFileChanged  SourceUnreadable
│   ├── NotAssigned                 what keeps a session out of a project of the same server
│   │   ├── SharedIn  LabelTaken  SubjectTaken  SubjectCalledOtherwise
│   │   └── AssignmentForbidden  SharingOff  NothingAssigned  FilesAdrift
│   ├── NotProven  StuckInPrearchive
│   ├── ReceiverUnreachable  ReceiverRejects  ReceiverRefused  SyntaxRefused  RoutingTooLong  NotRouted
│   ├── NotStorable  AssessorTaken  NothingMade
│   ├── NotInArchive  BelongingsLeft  ResourceDiffers  ResourceNotTaken  ResourceUnproven  ValuesDiffer
│   ├── ArchiveRefused
│   │   ├── MergeUnanswered  NeverMerged  SubjectElsewhere  NeedsOtherFiles
│   │   └── ArchiverBusy  BadInput
│   ├── ArchiveUnclear  ArchiveNotBegun
│   ├── RowNotRemovable             what keeps a row in the prearchive
│   └── NotDeletable                what keeps a session at the source
│       ├── NoProof  SourceDiffers  HoldsMore  CopyGone  StillWorkedOn
│       └── OnlyShared  NotPermitted  StillThere  GoneAlready
└── HereProblem                     something on this machine
    ├── CannotWrite  NothingBegun  AnswerUnwritten  FileRefused  FolderUnsafe
    ├── SpoolTooSmall  ServerDown  RetriesSpent
    ├── TransferLocked  LockedElsewhere  WorkerDied
    ├── NoScheduler  SchedulerSilent  SchedulerUnreachable  SchedulerRefused  ClaimLost
    └── Stopped
"""

from enum import StrEnum
from typing import ClassVar


class Retry(StrEnum):
    """Whether trying the same thing again may help."""

    AGAIN = "again"
    NEVER = "never"
    STOP = "stop"


class FerryError(Exception):
    """The root. ``str(error)`` is the sentence a user reads; ``advice`` says what to do next."""

    sentence: ClassVar[str] = "Something went wrong."
    advice: str = "Run the same command again; if it stays, please report it with the journal."
    """May be given among the facts where it depends on them."""
    retry: ClassVar[Retry] = Retry.NEVER
    exit_code: ClassVar[int] = 1

    def __init__(self, **facts: object) -> None:
        self.facts = facts
        if "advice" in facts:
            self.advice = str(facts["advice"])
        super().__init__(self.sentence.format(**facts))


class UsageError(FerryError):
    sentence = "{what}"
    advice = "Run the command with --help to see what it takes."
    exit_code = 2


class BadEndpoint(UsageError):
    sentence = "'{text}' does not name a project: {why}."
    advice = "Write PROJECT, ALIAS:PROJECT, or an address such as https://xnat.example.org/PROJECT."


class BadAlias(BadEndpoint):
    sentence = "'{text}' cannot be the short name of a server: {why}."
    advice = "Write a letter first, then letters, digits, dots, - and _."


class UnknownAlias(UsageError):
    sentence = "No server is stored under the alias '{alias}'."
    advice = "Store it with 'xnat-ferry login ALIAS URL', or write the whole address."


class NoDefaultServer(UsageError):
    sentence = "'{text}' names a project but no server."
    advice = "Write ALIAS:PROJECT, or an address such as https://xnat.example.org/PROJECT; or set XNAT_HOST."


class ReceiverMissing(UsageError):
    sentence = "Sending to a DICOM receiver needs a library that is not installed."
    advice = "Install it: pip install 'xnat-ferry[receiver]'."


class NothingChosen(UsageError):
    sentence = "Nothing is chosen: {why}."
    advice = "Choose at least one session, or look at the source with 'xnat-ferry check SRC DST'."


class TakenBack(UsageError):
    sentence = "Nothing of it is at the destination any more: {labels} {was} taken back, last at {when}."
    advice = "'xnat-ferry record' tells what was done. To share or relocate again, make a new plan."


class UnknownSessions(UsageError):
    sentence = "The source project {project} has no session called {labels}."
    advice = "Check the spelling; labels are listed by 'xnat-ferry check SRC DST --json'."


class BadLabelRule(UsageError):
    sentence = "The label rule '{rule}' cannot be used: {why}."
    advice = "Write prefix=P_, suffix=_b, replace=OLD/NEW, template={subject}_{modality}, or a .csv file."


class PlanUnreadable(UsageError):
    sentence = "The plan {path} cannot be used: {why}."
    advice = "Mend that place in the file, or write a new plan with 'xnat-ferry plan'."


class PlanUndecided(UsageError):
    sentence = "The plan leaves open what to do with {labels}."
    advice = 'Answer with --on-conflict when making the plan, or set fate = "skip" for them in its file.'
    exit_code = 1


class PlanOutdated(UsageError):
    sentence = "The plan does not fit {destination} as it is now. {reasons}"
    advice = "Make a new plan with 'xnat-ferry plan', and look at what it says about these points."
    exit_code = 1


class RoadClosed(UsageError):
    sentence = "The road '{road}' cannot be taken here: {why}."
    advice = "Copy instead ('--road copy'), or make a plan for another road."


class PlaceUnreadable(UsageError):
    sentence = "{path} cannot be read: {why}."
    advice = "Name a folder, a .zip or a .tar.gz with DICOM files that this account may read."
    exit_code = 1


class HostilePlace(UsageError):
    sentence = "{path} is refused: {why}."
    advice = "Nothing of it was read further. Ask whoever made it what it is, or unpack it by hand first."
    exit_code = 1


class NotDicomOnly(UsageError):
    sentence = "{path} holds {count} that cannot be carried as DICOM: {examples}."
    advice = "Look at the list; to carry the others without them, add --leave-out-others."
    exit_code = 1


class UnknownTransfer(UsageError):
    sentence = "There is no transfer {name} in {folder}."
    advice = "List what is there with 'xnat-ferry status', or name the folder with --transfers."


class SeveralTransfers(UsageError):
    sentence = "Any of {count} transfers may be meant: {examples}."
    advice = "Name one of them; its last four letters are enough."


class SettingsUnreadable(UsageError):
    sentence = "The settings file {path} cannot be read: {why}."
    advice = "Mend or remove that file."


class CannotConnect(FerryError):
    sentence = "No connection to {server}: {why}."
    advice = "Check the address and the network."
    exit_code = 3


class ServerUnreachable(CannotConnect):
    sentence = "{server} does not answer: {why}."
    advice = "Check the address, the network or VPN, and whether the server is up."
    retry = Retry.AGAIN


class NotTrusted(ServerUnreachable):
    sentence = "The certificate of {server} is not trusted, or is not for that name."
    advice = (
        "Check the address. The site's own authority can be named in SSL_CERT_FILE, or in the settings: "
        'authorities = "FILE" below [tls].'
    )
    retry = Retry.NEVER


class CertificateWanted(ServerUnreachable):
    sentence = "{server} wants to see a certificate of yours."
    advice = (
        'Name it in the settings, as certificate = "FILE" and key = "FILE" below [tls], '
        'or [tls.servers."ADDRESS"] for this server alone.'
    )
    retry = Retry.NEVER


class CertificateRefused(ServerUnreachable):
    sentence = "{server} does not take the certificate that it was shown."
    advice = (
        "See whether it has expired. The one for this server alone is named in the settings, "
        'below [tls.servers."ADDRESS"].'
    )
    retry = Retry.NEVER


class NotAnXnat(CannotConnect):
    sentence = "{server} answers, but not as an XNAT does: {why}."
    advice = "Check the address: it is the one a browser shows before /app or /data."


class NoCredentials(CannotConnect):
    sentence = "There is no user name and password for {server}."
    advice = "Set XNAT_USER and XNAT_PASS, add the host to ~/.netrc, or run this in a terminal to be asked."


class LoginRefused(CannotConnect):
    sentence = "{server} refused the login of {user}."
    advice = "Check user name and password; a locked or expired account is refused in the same way."


class ServerAnswer(FerryError):
    sentence = "{server} answered {status} to {what}: {said}"
    advice = "Read the server's own words above; if they do not help, show them to its administrator."


class LoginLapsed(ServerAnswer):
    sentence = "The login at {server} has lapsed."
    advice = "It is renewed by itself; if this stays, log in again."
    retry = Retry.AGAIN


class NotFound(ServerAnswer):
    sentence = "{server} does not know {what}, or hides it from this account."
    advice = "Check the spelling, and ask an owner of the project whether this account is a member."


class Forbidden(ServerAnswer):
    sentence = "{server} does not let this account do that ({what}): {said}"
    advice = "Ask an owner of the project for the role Member or Owner."


class ServerBusy(ServerAnswer):
    sentence = "{server} is busy ({status}) at {what}: {said}"
    advice = "It is tried again after a pause."
    retry = Retry.AGAIN


class ServerFault(ServerAnswer):
    sentence = "{server} failed ({status}) at {what}: {said}"
    advice = "It is tried again; if it stays, show these words to the server's administrator."
    retry = Retry.AGAIN


class NotAnAnswer(ServerAnswer):
    sentence = "{server} answered {what} with something else than was asked for: {said}"
    advice = "A proxy or a login page may stand between; open the server in a browser and look."
    retry = Retry.AGAIN


class ConnectionLost(ServerAnswer):
    sentence = "The connection to {server} broke at {what}: {why}."
    advice = "It is tried again; if it stays, check the network."
    retry = Retry.AGAIN


class StillWorking(ServerAnswer):
    sentence = "{server} or a proxy before it stopped waiting ({status}) at {what}: {said}"
    advice = "The server may go on working; what came of it is looked at before anything is sent again."
    retry = Retry.AGAIN


class NotTaken(ServerAnswer):
    sentence = "{server} could not store {what}: {said}"
    advice = "A full disk, a failing script and a damaged file look the same here: ask its administrator."
    retry = Retry.AGAIN


class TooLarge(ServerAnswer):
    sentence = "{server} takes no upload of this size ({status}): {what}"
    advice = "A proxy limits it: ask the administrator to raise its limit (nginx: client_max_body_size)."


class FileTooLarge(ServerAnswer):
    sentence = "{server} takes no upload of {size} ({status}), and one file of {what} alone makes that."
    advice = "A file cannot be cut: ask the administrator to raise the limit (nginx: client_max_body_size)."


class AlreadyThere(ServerAnswer):
    sentence = "{server} has it already and refused {what}: {said}"
    advice = "Make a new plan: what is there can be skipped, or completed with what it lacks."


class OtherIdentity(ServerAnswer):
    sentence = "{server} holds something else under that name and refused {what}: {said}"
    advice = "Choose another label in the plan, or ask the destination's owners which of the two is right."


class NameTaken(ServerAnswer):
    sentence = "{server} holds another file under the same name and refused {what}: {said}"
    advice = "XNAT cannot put both in one session. Copy this session under another label."


class UnfitFiles(ServerAnswer):
    sentence = "{server} found files it does not archive and refused {what}: {said}"
    advice = "Look at the session in the prearchive page; its owners can archive it with an override there."


class ValuesRefused(ServerAnswer):
    sentence = "{server} refused ({status}) the values sent by {what}."
    advice = "Its words are not repeated, since they may quote a value; look at them in the web interface."


class NothingStored(ServerAnswer):
    sentence = "{server} said yes to the upload of {what} but stored nothing."
    advice = "The project's series filter or anonymisation may refuse these files; ask its owners."


class StoredElsewhere(ServerAnswer):
    sentence = "{server} put {what} somewhere else: {where}."
    advice = (
        "The account may not read the destination project; ask its owners, and an administrator to clear it."
    )
    retry = Retry.STOP


class DataProblem(FerryError):
    sentence = "{what}"
    advice = "Look at the session in the web interface."


class DownloadBroken(DataProblem):
    sentence = "The download of {what} is not what the server's listing says: {why}."
    advice = "It is fetched again; if it stays, ask the server's administrator to refresh the catalog."
    retry = Retry.AGAIN


class ForeignStudy(DataProblem):
    sentence = "{session} holds instances of another study ({uid}) in {what}."
    advice = "XNAT would make two sessions of it. Ask the session's owner to separate the studies first."


class SourceChanged(DataProblem):
    sentence = "{session} has changed at the source since the plan was made: {why}."
    advice = "Make a new plan, so that you see what has changed."


class SeriesUnknown(DataProblem):
    sentence = "{session} cannot be completed: of scan {scan} {why}."
    advice = "Copy it whole under another label, or have the catalogs refreshed and resume."


class SourceFileChanged(DataProblem):
    sentence = "{path} is not the file any more that was looked at."
    advice = "Make a new plan once nobody writes there, so that you see what has changed."


class NotAssigned(DataProblem):
    sentence = "{session} is not in {project} as planned: {why}."
    advice = "Nothing of it was changed. Look at it in the web interface, then make a new plan."


class SharedIn(NotAssigned):
    sentence = "{session} belongs to {owner} and is only shared into {project}."
    advice = "Share or relocate it from the project that owns it, or copy it."


class LabelTaken(NotAssigned):
    sentence = "{project} has another session called {label}, so {session} cannot get that label there."
    advice = "Nothing of it was changed. Make a new plan that gives it another label."


class SubjectTaken(NotAssigned):
    sentence = "{project} has another subject called {label}, so that of {session} cannot be shown there."
    advice = "Give subjects other labels in a new plan, for instance with --labels subject.prefix=P_."


class SubjectCalledOtherwise(NotAssigned):
    sentence = "The subject of {session} is in {project} already, as {there} and not as {label}."
    advice = "Make a new plan in which the subject keeps the label that it has there."


class AssignmentForbidden(NotAssigned):
    sentence = "The server does not let this account do that with {session}: {said}"
    advice = (
        "Sharing takes the role Member or Owner in the destination; giving away or taking back takes Owner "
        "of the project that has it."
    )


class SharingOff(NotAssigned):
    sentence = "{project} does not allow its data to be shared, so {session} cannot be given to another one."
    advice = "Ask an owner of the project or an administrator to switch sharing on, or copy."


class NothingAssigned(NotAssigned):
    sentence = "The server said yes for {session} and did nothing."
    advice = "Resume to try again; if it stays so, show this to the server's administrator."


class FilesAdrift(NotAssigned):
    sentence = "The server failed while it moved {session}: it is still in {project}, but {why}."
    advice = (
        "Its files may lie in the destination's folder. Change nothing by hand, and show this to the "
        "server's administrator at once."
    )
    retry = Retry.STOP


class SourceUnreadable(DataProblem):
    sentence = "{path} cannot be read any more: {why}."
    advice = "See that this account may read it and that its disk is there, then resume."


class DestinationTaken(DataProblem):
    sentence = "{label} has appeared at the destination since the plan was made: {why}."
    advice = "Make a new plan and answer the conflict there. Nothing more of this session was sent."


class BuildFailed(DataProblem):
    sentence = "The server could not build {session} in the prearchive: its status is {status}."
    advice = "Read the session's log in the prearchive page, or ask the server's administrator."


class NotProven(DataProblem):
    sentence = "{session} could not be proven in the {where}: {why}."
    advice = "Read the differences with 'xnat-ferry verify'; resume tries again what can be tried."


class ArchiveRefused(DataProblem):
    sentence = "The server refused to archive {session}: {said}"
    advice = "The session stays in the prearchive; resolve it there or ask the project's owners."


class MergeUnanswered(ArchiveRefused):
    sentence = "Archiving {session} would add to a session that is there already: {said}"
    advice = "Compare the two; to add on purpose, archive with --answer SESSION=merge."


class NeverMerged(ArchiveRefused):
    sentence = "The server will never archive {session} under this label: {said}"
    advice = "Make a new plan that gives it another label; the one in the prearchive can be removed."


class SubjectElsewhere(ArchiveRefused):
    sentence = "{session} was not archived, as it would come under a subject of another project: {said}."
    advice = "Make a new plan that gives its subject another label; the row in the prearchive can be removed."


class NeedsOtherFiles(ArchiveRefused):
    sentence = "Files of {session} clash with other files of the same name there: {said}"
    advice = "No answer lifts this: give the session another label in a new plan, or have the files renamed."


class ArchiverBusy(ArchiveRefused):
    sentence = "The archive is busy with {session} or what it would become: {said}"
    advice = "Archive again in some minutes; if it stays, ask the project's owners what is running."
    retry = Retry.AGAIN


class BadInput(ArchiveRefused):
    sentence = "The server finds fault with the files of {session}: {said}"
    advice = "Look at the scan in the prearchive page; archive by hand there if you judge it harmless."


class ArchiveUnclear(DataProblem):
    sentence = "Whether {session} was archived is not known: {why}."
    advice = "Run 'xnat-ferry archive' again: it looks at the prearchive and the archive first."


class ArchiveNotBegun(DataProblem):
    sentence = "The server was asked to archive {session} but never began, and gave no answer."
    advice = "It waits in the prearchive as before: run 'xnat-ferry archive' again."
    retry = Retry.AGAIN


class ReceiverUnreachable(DataProblem):
    sentence = "The DICOM receiver {receiver} cannot be sent to: {why}."
    advice = "Check host, port and both AE titles with its administrator; many let in known titles only."
    retry = Retry.AGAIN


class ReceiverRejects(DataProblem):
    sentence = "The DICOM receiver {receiver} does not let this side in: {why}."
    advice = "Ask its administrator which titles it knows, and plan with those as --aet and --calling."


class ReceiverRefused(DataProblem):
    sentence = "The DICOM receiver {receiver} refused an object (status {code})."
    advice = "Its log tells why; ask its administrator."


class SyntaxRefused(DataProblem):
    sentence = "The DICOM receiver {receiver} does not take {kind} in {syntax}, which {session} holds."
    advice = "Nothing is re-encoded on the way: have its administrator allow it, or copy without a receiver."


class NotStorable(DataProblem):
    sentence = "{session} holds an object that cannot be sent to a DICOM receiver as it is: {why}."
    advice = "Nothing is re-encoded on the way: copy it without a receiver, or have the object repaired."


class RoutingTooLong(DataProblem):
    sentence = "{session} cannot be routed: '{address}' is longer than {longest} characters."
    advice = "StudyDescription takes no more (PS3.5, LO): give shorter labels with --labels."


class NotRouted(DataProblem):
    sentence = "{receiver} took {session}, but it does not show in the prearchive of {project}."
    advice = (
        "The site may not route by StudyDescription: ask its administrator, and look under Unassigned and in "
        "other projects."
    )


class NotInArchive(DataProblem):
    sentence = "{session} is not at the destination as {label}: {why}."
    advice = "Its resources and values follow once the session itself is there: copy it first."


class BelongingsLeft(DataProblem):
    sentence = "{session} is in the archive, but {count} of what belongs to it did not arrive. {first}"


class AssessorTaken(DataProblem):
    sentence = "{session} has another kind of assessor called {label} at the destination ({kind})."
    advice = "Rename one of the two in the web interface, or leave assessors out of --with."


class NothingMade(DataProblem):
    sentence = "The server said yes to the assessor {label} of {session} and made none."
    advice = "Its data type may not be known there: ask the server's administrator."


class ResourceDiffers(DataProblem):
    sentence = "The {what} of {holder} has {count} with other content at the destination."
    advice = "Nothing of it was sent. Make a new plan with --existing keep or --existing replace."


class ResourceNotTaken(DataProblem):
    sentence = "The server said yes to the {what} of {holder} and stored nothing of it."
    advice = "It says so to whom may not write there: ask an owner of the project for the role Member."


class ResourceUnproven(DataProblem):
    sentence = "The {what} of {holder} arrived otherwise than it was sent: {count}."
    advice = "Resume sends these again; if it stays, ask the server's administrator."


class ValuesDiffer(DataProblem):
    sentence = "Values of {holder} are not as at the source: {names}."
    advice = (
        "What somebody wrote there was left alone: plan again with --existing keep or --existing replace, or "
        "set it by hand."
    )


class StuckInPrearchive(DataProblem):
    sentence = "{session} waits in the prearchive with the status {status}: {meaning}."
    advice = "Look at the session in the prearchive page, or ask the project's owners."


class NotDeletable(DataProblem):
    sentence = "{session} stays at the source: {why}."
    advice = "Nothing of it was deleted. Look at both sides in the web interface."


class NoProof(NotDeletable):
    sentence = "{session} stays at the source: its copy is not proven file by file ({why})."
    advice = "Nothing of it was deleted. Read what differs with 'xnat-ferry verify --level full'."


class SourceDiffers(NotDeletable):
    sentence = "{session} stays at the source: it has changed there since it was read ({why})."
    advice = "Copy it again with a new plan, so that what changed travels too."


class HoldsMore(NotDeletable):
    sentence = "{session} stays at the source: deleting it would lose what did not travel ({why})."
    advice = "Carry or remove those by hand first, or leave the session where it is."


class StillWorkedOn(NotDeletable):
    sentence = "{session} stays at the source: {why}."
    advice = (
        "Wait until its workflows have ended, or end them in the web interface. To delete it all the same, "
        "settle with --despite-workflows."
    )


class CopyGone(NotDeletable):
    sentence = "{session} stays at the source: its proven copy is not there as it was ({why})."
    advice = "Look at the session at the destination; verify it again before you settle."


class OnlyShared(NotDeletable):
    sentence = "{session} stays: {project} does not own it, it is only shared in from {owner}."
    advice = "To take it out of the project without deleting it, settle with --unshare."


class NotPermitted(NotDeletable):
    sentence = "{session} stays: the server does not let this account delete it ({said})."
    advice = "Only owners of the source project may delete; ask one of them, or the site's administrator."


class StillThere(NotDeletable):
    sentence = "{session} is still there although the server said that it deleted it."
    advice = "Show this to the server's administrator; nothing was lost."


class GoneAlready(NotDeletable):
    sentence = "{session} is no longer at the source, and this transfer did not remove it."
    advice = "If nobody meant to delete it, tell the server's administrators at once."


class RowNotRemovable(DataProblem):
    sentence = "{session} is left in the prearchive: {why}."
    advice = (
        "Look at it in the destination's prearchive page; whoever may edit the project can remove it there."
    )


class HereProblem(FerryError):
    sentence = "{what}"
    advice = "Mend this on the machine you are on, then resume."
    exit_code = 4


class CannotWrite(HereProblem):
    sentence = "Cannot write in {folder}: {why}."
    advice = "Free some space or choose another folder with --spool or --transfers, then resume."
    retry = Retry.STOP


class NothingBegun(CannotWrite):
    advice = "Free some space there or choose another folder with --transfers, then do it again."
    exit_code = 2


class AnswerUnwritten(HereProblem):
    sentence = "The answer cannot be written: {why}."
    advice = "What was done is done all the same: 'xnat-ferry status' tells where a transfer stands."
    exit_code = 2


class FileRefused(HereProblem):
    sentence = "{path} cannot be used: {why}."
    advice = "See that this account may use it and that its disk is there and has room, then do it again."
    exit_code = 2


class FolderUnsafe(HereProblem):
    sentence = "Others could change what a transfer goes by, in {folder}: {why}."
    advice = "Choose a folder of your own with --transfers, or close this one to others with chmod."
    exit_code = 2


class SpoolTooSmall(HereProblem):
    sentence = "The spool of {size} is too small: one piece of {unit} takes {needed}."
    advice = "Give more with --spool-size, or a roomier folder with --spool."
    exit_code = 2


class ServerDown(HereProblem):
    sentence = "{server} has failed {count} times with nothing done between: {said}"
    advice = "Wait until the server is well again, then continue with 'xnat-ferry resume'."
    retry = Retry.STOP


class RetriesSpent(HereProblem):
    sentence = "{server} has failed {count} times in this run, far more often than anything worked: {said}"
    advice = "Wait until the server is well again, then continue with 'xnat-ferry resume'."
    retry = Retry.STOP


class TransferLocked(HereProblem):
    sentence = "Transfer {id} is already being worked on by process {pid} on {host}."
    advice = "Watch it with 'xnat-ferry status', or stop that process first."
    exit_code = 1


class LockedElsewhere(TransferLocked):
    sentence = (
        "Transfer {id} is already being worked on by process {pid} on {host}, which gave its last sign {ago}."
    )
    advice = "End it there with 'xnat-ferry stop'. If that machine is gone, resume again some minutes later."


class WorkerDied(HereProblem):
    sentence = "The worker of transfer {id} ended before its work was done: {why}"
    advice = "Continue with 'xnat-ferry resume'; nothing that was sent is sent again."


class NoScheduler(HereProblem):
    sentence = "There is no Slurm here: the command {command} is not to be found."
    advice = "Do this on the cluster's login node; on this machine 'xnat-ferry run' carries the plan out."
    exit_code = 2


class SchedulerSilent(HereProblem):
    sentence = "Slurm's controller does not answer to {command}."
    advice = "What has begun goes on by itself, and 'xnat-ferry status' shows it; try again in a few minutes."
    exit_code = 3


class SchedulerUnreachable(SchedulerSilent):
    sentence = "Slurm's controller cannot be reached by {command}."
    advice = "It was told nothing, and what has begun goes on by itself; try again in a few minutes."


class SchedulerRefused(HereProblem):
    sentence = "Slurm refused {command}: {said}"
    advice = "Change --partition, --account, --time, --memory or --tasks to what this cluster takes."
    exit_code = 1


class ClaimLost(HereProblem):
    sentence = "Task {task} was taken for lost, and another one has gone on with its work."
    advice = "Nothing is to be done: the other one looks at what arrived, and sends what is missing."
    retry = Retry.STOP
    exit_code = 4


class Stopped(HereProblem):
    sentence = "Stopped on request."
    advice = "Continue with 'xnat-ferry resume'."
    retry = Retry.STOP
