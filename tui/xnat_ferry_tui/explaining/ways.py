"""Advice names the ways of the plain face; here each of them is the key that does the same on the screen.

It is put so when it is shown, since advice also comes out of journals that a worker wrote for either face.
"""

import re

from xnat_ferry.errors import FerryError

_WAYS = tuple(
    (re.compile(plain_face), here)
    for plain_face, here in (
        # errors
        (r"Run the command with --help to see what it takes", "F1 tells what can be done here"),
        (r"Store it with 'xnat-ferry login ALIAS URL'", "Store it with N in step 5"),
        (r"look at the source with 'xnat-ferry check SRC DST'", "look at the source in area 2"),
        (r"labels are listed by 'xnat-ferry check SRC DST --json'", "labels are listed in step 6"),
        (r"write a new plan with 'xnat-ferry plan'", "make a new one in area 1"),
        (r"Answer with --on-conflict when making the plan", "Answer in step 8"),
        (r"Make a new plan with 'xnat-ferry plan'", "Check again with R in step 7"),
        (
            r"List what is there with 'xnat-ferry status', or name the folder with --transfers",
            "Area 3 lists what is there; XNAT_FERRY_TRANSFERS names another folder",
        ),
        (r"another folder with --spool or --transfers, then resume", "another folder, then do it again"),
        (r"another folder with --transfers", "another folder in XNAT_FERRY_TRANSFERS"),
        (
            r"Give more with --spool-size, or a roomier folder with --spool",
            "Name a roomier folder in XNAT_FERRY_SPOOL and open this window anew",
        ),
        (r"Continue with 'xnat-ferry resume'", "Go on with s in area 3"),
        (r"continue with 'xnat-ferry resume'", "go on with s in area 3"),
        (r"Watch it with 'xnat-ferry status'", "Watch it in area 3"),
        (r"archive with --answer SESSION=merge", "press A in area 4 and answer i"),
        (r"with 'xnat-ferry verify --level full'", "in area 4 after v, level full"),
        (r"with 'xnat-ferry verify'", "in area 4"),
        (r"Run 'xnat-ferry archive' again", "Archive again with A in area 3"),
        (r"run 'xnat-ferry archive' again", "archive again with A in area 3"),
        (r"settle with --unshare", "press H in area 4"),
        (r"'xnat-ferry settle --remove-waiting' removes it", "W in area 4 removes it"),
        (r", or run this in a terminal to be asked", ", or press C to be asked"),
        (r"Copy instead \('--road copy'\)", "Copy instead"),
        (r"to carry the others without them, add --leave-out-others", "say yes to carrying the others alone"),
        (
            r"for instance with --labels subject\.prefix=P_",
            "for instance by the rule subject.prefix=P_ in step 9",
        ),
        (
            r"with --existing keep or --existing replace",
            "that keeps or replaces what is there (e in step 0)",
        ),
        (r"settle with --despite-workflows", "wait for them to end"),
        (r"End it there with 'xnat-ferry stop'", "End it there"),
        # findings and answers
        (r"Check without --(?:headers none|quick)", "R looks at everything"),
        (r"Leave these scans out with --scans", "Leave these scans out with s in step 6"),
        (r"leave out with --scans what does not belong here", "leave out with s in step 6 what is not of it"),
        (r"Send one of them with --scans", "Send one of them: s in step 6"),
        (r"say --keep [a-z,]+", "tick it with K"),
        (r"say --accept [a-z-]+", "accept it with a"),
        (r"(?:--spool|--transfers) or (XNAT_FERRY_[A-Z]+)", r"\1"),
        (r"(?:map them|map the labels|give its label) with --labels", "give labels in step 9"),
        (r"Answer with --on-conflict [a-z-]+=ANSWER; .*", "Answer it in step 8."),
        (
            r"Say --existing keep to leave what is there, or --existing replace to write over it",
            "Keep or replace what is there: e in step 0",
        ),
        (r"leave it out of --with", "leave it out with e in step 0"),
        (r"say --to archive", "press t in step 0"),
        (
            r"--write-labels FILE\.csv, change them there, then --labels FILE\.csv; or a --labels template",
            "w in step 9 writes a table, change them there, then i; or l, a rule",
        ),
        (
            r"--write-labels FILE\.csv, change them there, then --labels FILE\.csv",
            "w in step 9 writes a table, change them there, then i",
        ),
        (r"'xnat-ferry undo'", "U in area 3"),
        (r"'xnat-ferry record' tells", "The record in area 4 tells"),
        (r"plan with those as --aet and --calling", "give those with o in step 6"),
        (r"leave assessors out of --with", "leave assessors out with e in step 0"),
        (
            r"Choose a folder of your own with --transfers",
            "Name a folder of your own in XNAT_FERRY_TRANSFERS",
        ),
        (r"Change --partition, --account, --time, --memory or --tasks", "Change what is asked of it"),
        (r"as --labels subject\.prefix=P_", "as subject.prefix=P_ after l in step 9"),
        (r"with --labels", "in step 9"),
        # differences
        (r"--refresh has", "A refresh of its catalog has"),
        (
            r"'xnat-ferry resources' carries it with --existing replace",
            "a new transfer with e in step 0 carries it and replaces what is there",
        ),
        (r"'xnat-ferry resources' carries it", "a new transfer with e in step 0 carries it"),
        # commands of which nothing else is said
        (r"'xnat-ferry resume'", "s in area 3"),
        (r"'xnat-ferry archive'", "A in area 3"),
        (r"Run 'xnat-ferry settle' again", "Press D in area 4 again"),
        (r"'xnat-ferry stop'", "x in area 3"),
        (r"'xnat-ferry status'", "area 3"),
        (r"'xnat-ferry run'", "F5 in step 0"),
        # whatever has no key
        (r"'?--([a-z][a-z-]*)(?:[ =][A-Za-z0-9_.=/]+)?'?", r"the plain face's option \1"),
    )
)


def on_screen(advice: str) -> str:
    """The advice with every command and option put as the key that does it here."""
    for plain_face, here in _WAYS:
        advice = plain_face.sub(here, advice)
    return advice


def told(error: FerryError) -> str:
    """What went wrong and what to do about it, for the screen."""
    return f"{error} {on_screen(error.advice)}"
