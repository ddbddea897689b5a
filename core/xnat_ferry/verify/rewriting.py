"""What the destination's scripts are known to do to headers, as far as a comparison needs it."""

from collections.abc import Callable
from functools import partial

from msgspec import Struct
from msgspec.structs import replace

from xnat_ferry.dicom.edit_script import Effect, ScriptEffects, Tags, effects
from xnat_ferry.dicom.glance import PIXEL_TAGS
from xnat_ferry.dicom.profile import attribute_of
from xnat_ferry.model import Instance, Where
from xnat_ferry.project import ProjectSettings, Script
from xnat_ferry.transfer.units.shrinking import fewest_bytes
from xnat_ferry.verify.headers import HeaderChange

SOP_INSTANCE_UID, SERIES_INSTANCE_UID, STUDY_INSTANCE_UID = 0x00080018, 0x0020000E, 0x0020000D
_ROUTING = '(0008,1030) := "xnat://"'
_ONE = 0xFFFFFFFF
_SHORT_VRS = frozenset({"AE", "AS", "CS", "DA", "DS", "DT", "IS", "LO", "PN", "SH", "TM", "UI", "US", "UL"})
_TRACE = 0x00120064
"""DeidentificationMethodCodeSequence: every script run adds an item to it (wire-read 13.8)."""


class Rewriting(Struct, frozen=True, kw_only=True):
    """Whether a script rewrites headers on the way in, and which elements."""

    runs: bool | None
    """None: not known, so nothing about headers is."""
    effects: tuple[ScriptEffects, ...] = ()
    alters_pixels: bool = False

    def explains(self, change: HeaderChange) -> bool | None:
        """Whether a change of a header is what these scripts do; None where they are not known."""
        if self.runs is not True:
            return self.runs
        if _TRACE in (change.tag, *change.within):
            return True
        return self.touches(change.tag, change.within, change.creator)

    @property
    def may_change_uids(self) -> bool:
        """Whether instances or series may have other UIDs there."""
        return self.runs is None or any(map(self.touches, (SOP_INSTANCE_UID, SERIES_INSTANCE_UID)))

    def fewest_bytes(self) -> Callable[[Instance], int]:
        """What tells the fewest bytes that known scripts may leave of a file; 0 where that is not known."""
        if not self.runs or self.alters_pixels or any(map(self.touches, PIXEL_TAGS)):
            return lambda _: 0
        return partial(fewest_bytes, much=any(map(_takes_much, self.effects)))

    def touches(self, tag: int, within: tuple[int, ...] = (), creator: str = "") -> bool:
        """Whether a known script may change this element."""
        return any(script.on(tag, within, creator) != Effect.KEPT for script in self.effects)


def _takes_much(script: ScriptEffects) -> bool:
    """Whether it may take away more than a few short texts."""
    return bool(script.not_understood) or any(
        change.deep or not change.tags or not all(map(_is_short, change.tags)) for change in script.changes
    )


def _is_short(tags: Tags) -> bool:
    """Whether this is one element of the standard, of a VR whose values are short (PS3.5 6.2)."""
    return tags.mask == _ONE and _vr(tags.value) in _SHORT_VRS


def _vr(tag: int) -> str:
    """An element's VR, "" for one that is not of the standard; pydicom is slow to load, seldom wanted."""
    if attribute := attribute_of(tag):
        return attribute.vr
    from xnat_ferry.dicom.loaded import datadict

    return datadict.dictionary_VR(tag) if datadict.dictionary_has_tag(tag) else ""


def routed(settings: ProjectSettings) -> ProjectSettings:
    """The settings under which files arrive that were sent to a receiver: StudyDescription is another one.

    That is no script of the destination's, but it changes a header as one would, before the first of them.
    """
    site = settings.site_script
    if site is None:
        return settings
    text = f"{_ROUTING}\n{site.text if site.runs else ''}"
    return replace(settings, site_script=Script(enabled=True, text=text))


def rewriting_at(settings: ProjectSettings, where: Where) -> Rewriting:
    """The site's script runs at receipt, the project's at archiving (wire-write 1.12)."""
    scripts = [settings.site_script]
    if where == Where.ARCHIVE:
        scripts.append(settings.project_script)
    running = [script for script in scripts if script is not None and script.runs]
    # one script that is not known may do anything, whatever the other one does
    return Rewriting(
        runs=None if None in scripts else bool(running),
        effects=tuple(effects(script.text) for script in running),
        alters_pixels=any("alterPixels" in script.text for script in running),
    )
