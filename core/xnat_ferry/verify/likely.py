"""The likely cause of each kind of difference, and what to do about it: one or two sentences each."""

_SEND_ANEW = "Send the session again; in the archive only once this file was deleted there."
"""An archived file is never written over by sending it again, one in the prearchive is (wire-write 1.7)."""
CUT_SHORT = "The upload was cut, or the server refused it. Send the session again."
FILTERED = (
    "The destination's series import filter refuses this series. Ask an owner whether it should; then send "
    "it again or leave it out of the plan."
)
PERHAPS_FILTERED = (
    "All of its scan is missing: the destination's series import filter may refuse it. Ask an owner; else "
    "send the session again."
)
GONE = "It is listed there, but its file is gone from the server's disk. Send the session again."
SOMEBODY = "It was there before, or somebody else sent it. Ask the destination's owners."
TWICE = "The same instance lies there twice. Ask the destination's owners to remove one of the two."
RENAMED = (
    "Files there have other names, and the server does not say which instances they are. Level full looks "
    "into them."
)
NEW_UIDS = (
    "A script of the destination may give new UIDs, so this file is known by its name alone. Level full "
    "compares its pixels."
)
NO_UID = (
    "The catalog there does not say which instance this is. --refresh has the server look (it changes the "
    "catalog only); level full looks into the file."
)
NO_SIZE = (
    "The server tells neither size nor digest. --refresh has it take them (it changes the catalog only); "
    "level full fetches the file."
)
OTHER_SUBJECT = (
    "The session lies under another subject. Nothing of it may be relied on: ask the destination's owners to "
    "move it."
)
WAITS_UNDER_ANOTHER = (
    "It waits under another subject, and would be archived there. Ask the destination's owners to set its "
    "subject in the prearchive page."
)
SUBJECT_UNREAD = (
    "Whether it lies under the right subject could not be read. Verify again; else ask the destination's "
    "owners."
)
OTHER_STUDY = (
    "The session there says that it is another study: it was merged into one, or is another one with this "
    "label. Ask the destination's owners."
)
UNREAD = "The server could not show it. Verify again; if it stays, ask the server's administrator."
OPEN = (
    "Its row is not built: files are coming in, or an upload was carried out late. Resume the transfer: it "
    "has it built and compares it."
)
NOT_SENT = "It was planned and has not arrived. Resume the transfer; where it fails, its error tells why."
NOT_FETCHED = "It could not be fetched. Verify again; if it stays, ask the server's administrator."
SCRIPT_UNKNOWN = "Whether a script of the destination rewrote it is not known. Ask the project's owners."
NO_SCRIPT = (
    "No script is switched on there, so it should be the same. Level full tells whether the image is. If "
    f"it is not: {_SEND_ANEW}"
)
TOO_SHORT = f"It is shorter than a script makes a file by rewriting its header: it was cut. {_SEND_ANEW}"
PERHAPS_CUT = (
    "It is shorter there than a script makes a file by rewriting its header, if the source's size is right. "
    "Level full tells."
)
OTHER_PIXELS = f"The image is another one than was sent: damaged, or replaced. {_SEND_ANEW}"
ALTERS_PIXELS = (
    "A script of the destination alters pixels. Ask an owner whether it should have altered these."
)
OTHER_INSTANCE = (
    f"Another instance lies under this entry: files were mixed up, or one was replaced. {_SEND_ANEW}"
)
NO_DICOM = f"What lies there is no readable DICOM file any more: cut short or replaced. {_SEND_ANEW}"
OTHER_HEADER = (
    "No script of the destination is known to make these changes. Ask an owner who changed it. If nobody "
    f"did: {_SEND_ANEW}"
)
SAME_IMAGE = (
    "The image is the same; its header was changed, and no script is switched on there. Ask an owner who did."
)
OTHER_BYTES = (
    "Image and every element are the same, yet its bytes are not, and no script is switched on there. Ask an "
    "owner who wrote it anew."
)
NO_PIXELS = (
    "It has no image, and a script rewrote it, so that only the source's file could tell whether it is the "
    "same. Verify again once the source can be asked."
)
BEHIND_PIXELS = (
    "Whether what follows its image is what was sent is not known: only the source's file could tell. Verify "
    "again once the source can be asked, at level full."
)
OTHER_OWNER = (
    "Another project owns it than should. Look at it in the web interface; somebody may have moved it since."
)
RESOURCE_MISSING = (
    "It was carried and is not there now. Ask the destination's owners; 'xnat-ferry resources' carries it "
    "again."
)
RESOURCE_DIFFERS = (
    "Another file has its name there, or the one at the source was changed since. Compare the two by eye."
)
RESOURCE_NO_DIGEST = (
    "One of the two servers has no digest of it. --refresh has the destination take them (it changes the "
    "catalog only)."
)
RESOURCE_NOT_AS_SENT = "It is not what was sent as a whole, and the source cannot be asked which file it is."
RESOURCE_WAITS = "It has not been carried yet. Resume the transfer, once its session is in the archive."
VALUE_DIFFERS = "One of the two was changed since it was carried. Look at both in the web interface."
VALUE_UNREAD = "One of the two servers does not show it now, so that it could not be compared."
NEVER_SENT = "It never passed through, so nothing is known of it. Resume the transfer."
