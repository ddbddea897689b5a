"""The colours: two of our own, the terminal's own sixteen on dark and on light, and one of high contrast."""

from textual.theme import BUILTIN_THEMES, Theme

DARK = Theme(
    name="dark",
    primary="#2f6f9f",
    secondary="#4f8f8f",
    accent="#e0a040",
    warning="#e0a040",
    error="#f07070",
    success="#70c080",
    foreground="#d8d8d8",
    background="#16191d",
    surface="#1b1f24",
    panel="#272d34",
)
LIGHT = Theme(
    name="light",
    primary="#9cc4e4",
    secondary="#5f8f8f",
    accent="#8a5a00",
    warning="#8a5a00",
    error="#a01818",
    success="#106030",
    foreground="#202428",
    background="#f4f4f0",
    surface="#fafaf8",
    panel="#dcdfe0",
    dark=False,
)
CONTRAST = Theme(
    name="contrast",
    primary="#0000c0",
    secondary="#00ffff",
    accent="#ffff00",
    warning="#ffff00",
    error="#ff8080",
    success="#80ff80",
    foreground="#ffffff",
    background="#000000",
    surface="#000000",
    panel="#303030",
    text_alpha=1.0,
)
THEMES = (DARK, LIGHT, BUILTIN_THEMES["ansi-dark"], BUILTIN_THEMES["ansi-light"], CONTRAST)


def after(name: str) -> str:
    """The theme that comes after this one, and after the last the first."""
    names = [theme.name for theme in THEMES]
    return names[(names.index(name) + 1) % len(names)] if name in names else names[0]
