"""Why each item of the checklist is looked at, in a sentence or two."""

REASONS = {
    "access": (
        "You need to read at the source, and to add sessions and perhaps subjects at the destination. "
        "What you may not do is better known now than in the middle."
    ),
    "conflicts": (
        "XNAT merges what comes under a label that is taken, often without a word. So each meeting is found "
        "before, in the archive and in the prearchive, and answered by you."
    ),
    "labels": (
        "Projects name subjects and sessions in their own ways. Labels that follow the destination's are "
        "found again later."
    ),
    "metadata": (
        "StudyInstanceUID, PatientID and routing strings in the headers decide where XNAT puts a file; they "
        "have to say what is meant for the destination."
    ),
    "settings": (
        "The destination may archive by itself, filter series, refuse new subjects or rewrite headers. None "
        "of that should come as a surprise."
    ),
    "anonymization": (
        "What still tells of a person must not reach people who may not see it. Headers are looked at, not "
        "believed."
    ),
    "belongings": (
        "Resources and values are no part of the images. Most resources can be made again in the "
        "destination; what you asked for is carried once its session is archived."
    ),
    "room": "Data in flight and the transfer's journal need room on this machine's disks.",
}
