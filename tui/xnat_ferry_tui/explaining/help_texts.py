"""What the help says: of the thing in focus by its ID (``#log``), of an area or a dialog by its place."""

_IN_A_FIELD = "In a field ? is a letter like any other: F1 is the help."

HELP = {
    "checks": (
        "Area 1 leads from two projects to a transfer. 5 to 0 go to any step, c goes on, b goes back, "
        "u takes back what was said last, U says it again. All that is said is kept: you may leave "
        "and come back."
    ),
    "#connect": (
        "The two projects, and the servers that have a short name. N stores another server: its "
        "address only, never a password."
    ),
    "#choose": (
        "The sessions that shall travel: all, unless some are marked. s takes only scans of some IDs "
        "or types. f takes a folder, a .zip or a .tar.gz on this machine in place of the source, "
        "F a folder in place of the destination, for files or ZIPs; o another road."
    ),
    "#checks": (
        "Seven items, and what was found below each. r looks again at what the line rests on, R at "
        "everything. a accepts what headers say of persons, where somebody knows that it may be "
        "there; K tells what the project's approval keeps in the headers."
    ),
    "#conflicts": (
        "Each line is a session and what it meets. s leaves it out, l gives it another label, m sends "
        "what the other lacks, i merges on purpose; the capital letters do it for the whole class. d "
        "forgets the answer, f shows only what is open, n goes to the next of those."
    ),
    "#labels": (
        "Labels before and after. l asks for a rule and shows at once what it makes; Enter gives one "
        "session labels of its own. What would collide, be refused or make one person of two is marked !."
    ),
    "prompt": (
        "One line to type in. Enter takes it; what will not do is said above it, and what was typed stays. "
        f"Escape leaves everything as it was. {_IN_A_FIELD}"
    ),
    "#review": (
        "All that will happen. t says how far the sessions go, v how much is compared afterwards, m "
        "whether the source is deleted in the end, e what else travels, p how fast it may go; w writes the "
        "plan for 'xnat-ferry run'. F5 starts it here, s hands it to Slurm."
    ),
    "browse": (
        "Area 2 shows both projects. Right opens a subject, a session, a scan, or the prearchive at "
        "the end of a pane; Left closes. Marked sessions go to the checklist with c; without marks it "
        "is the line one stands on. R takes another road, V compares both projects file by file. + is "
        "only at the source, - only at the destination, ? there too but not compared, = and ~ proven by "
        "a verification, * different."
    ),
    "#browse-filter": (
        "Only sessions with all these words are shown, in both panes while they are in step. Enter keeps the "
        f"words, Escape clears them. {_IN_A_FIELD}"
    ),
    "header": (
        "A header as the server's file has it. What may identify a person is hidden until i is "
        "pressed; nothing of it is kept."
    ),
    "transfer": (
        "Area 3 shows what transfers do. The work is done by a process of its own: closing this "
        "window changes nothing, and whoever opens another one sees the same."
    ),
    "verify": (
        "Area 4 lists what is not as it should be after the newest verification. = is the same, ~ was "
        "changed by the destination's own scripts and is the same image, + is missing there, - is "
        "only there, * differs, ! could not be read, ? is not known."
    ),
    "#log": ("The log stands still once you leave its first line; g goes back to it and follows the newest."),
    "ask": (
        "A question before something is done. y does it. Enter, Escape and n leave everything as it is, so "
        "that a key too many does nothing."
    ),
    "tell": "Why something is not done, or what came of it. Nothing is asked: Enter and Escape go back.",
    "name": (
        "Something would be lost, so y is not enough. Type the name that is asked for and press Enter: with "
        "that name it is done, with any other nothing is, and it is asked again. Escape leaves everything "
        f"as it is. {_IN_A_FIELD}"
    ),
    "choice": (
        "One of a few things; below stands what each of them means. Arrows move, Enter takes the line one "
        "stands on, Escape leaves all as it was."
    ),
    "ticks": (
        "Any of a few things, all or none. Space ticks a line or takes the tick away, Enter takes what is "
        "ticked, Escape leaves all as it was."
    ),
    "form": (
        "A few short answers. Enter goes to the next field and takes all from the last one; F5 takes them "
        "from whichever field. What will not do is said above the fields, and what was typed stays. Escape "
        f"leaves all as it was. {_IN_A_FIELD}"
    ),
    "words": (
        "Enter goes to the next field, and from the last one goes on with what stands in all of them. What "
        "cannot be read is asked again, with what was typed. Escape leaves all as it was. "
        f"{_IN_A_FIELD}"
    ),
    "login": (
        "Enter leads from the name to the password, and from there logs in; after a refusal the name stands "
        "there still. Escape leaves, and nothing is sent. What you type is for this server alone and stays "
        "in memory until this window is closed. "
        f"{_IN_A_FIELD}"
    ),
    "adding": (
        "Each line is a session; m, i and s answer the one you stand on, the capital letters all of them. "
        "Below stands what the server said. Enter goes on with the answers, and asks once more before "
        "anything is archived; Escape changes nothing."
    ),
    "beside": (
        "The header of one file at the source and at the destination; * is where they differ. What may "
        "identify a person is hidden until i is pressed; nothing of it is kept. Escape goes back."
    ),
    "page": "Text to read. Arrows and PgDn move, Escape and Enter go back; nothing is asked.",
    "palette": (
        "All that can be done here, each with its key. Type some letters of what you want, choose with the "
        f"arrows, and Enter does it; Escape leaves. {_IN_A_FIELD}"
    ),
    "projects": (
        "The projects that your account sees there. Words narrow the list; Enter takes the line you stand "
        "on, or what you typed where it is ALIAS:PROJECT or an address. Escape leaves the pane as it was. "
        f"{_IN_A_FIELD}"
    ),
}
