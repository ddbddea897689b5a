"""What the help says of the thing in focus: by the ID of a widget (``#log``), else by the area."""

HELP = {
    "checks": "Area 1 asks what a transfer would meet, before anything is sent.",
    "browse": "Area 2 shows both projects; marked sessions are copied with c. + is only at the source, "
    "- only at the destination, ? there too but not compared, = and ~ proven by a verification.",
    "transfer": "Area 3 shows what transfers do. The work is done by a process of its own: closing this "
    "window changes nothing, and whoever opens another one sees the same.",
    "verify": "Area 4 lists what is not as it should be after the newest verification. = is the same, ~ was "
    "changed by the destination's own scripts and is the same image, + is missing there, - is only there, "
    "* differs, ! could not be read, ? is not known.",
    "#log": "The log stands still once you leave its first line; g goes back to it and follows the newest.",
}
