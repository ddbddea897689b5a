"""What was carried beside the images: resources and values."""

from xnat_ferry import wording
from xnat_ferry.record.sections.section import Section, shortened
from xnat_ferry.record.values import Record, RecordedResource, RecordedValues


def resources(record: Record) -> Section:
    """A row for each that was planned, carried or not."""
    return Section(
        title="Resources",
        head=("resource", "of", "files#", "bytes#", "verified", "compared", "SHA-256 of its file list"),
        rows=tuple(
            (
                one.label,
                f"{one.level} {one.scan} of {one.holder}" if one.scan else f"{one.level} {_whose(one)}",
                str(one.files),
                wording.size(one.bytes),
                one.verdict or "not carried",
                (wording.counts(one.counts) if one.files else "it is empty") if one.verdict else "",
                one.fingerprint,
            )
            for one in record.resources
        ),
        notes=shortened(
            f"{one.label} of {one.holder}: {wording.plural(one.left_out, 'file')} left behind, whose names "
            "XNAT does not store"
            for one in record.resources
            if one.left_out
        ),
    )


def values(record: Record) -> Section:
    """By name alone: what they say may be about a person."""
    return Section(
        title="Values",
        head=("values", "of", "written", "the same", "kept as they are there", "not as at the source"),
        rows=tuple(
            (
                one.kind,
                f"{one.level} {_whose(one)}",
                ", ".join(one.written),
                ", ".join(one.same),
                ", ".join(one.kept),
                ", ".join((*one.refused, *one.differing)),
            )
            for one in record.values
        ),
    )


def _whose(one: RecordedResource | RecordedValues) -> str:
    """The holder, a subject with what it became where that is called otherwise."""
    return f"{one.holder} -> {one.to}" if one.to not in ("", one.holder) else one.holder
