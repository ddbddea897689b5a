"""The facts that nobody could confirm in XNAT's source: a switch each, under ``[server].unconfirmed``."""

from typing import NamedTuple

from xnat_ferry.practice.errors import PracticeError


class Switch(NamedTuple):
    """One such fact."""

    default: bool
    source: str
    """The section that leaves it open."""
    on: str
    """What the server does when it is on; off is the opposite."""


SWITCHES: dict[str, Switch] = {
    "range_past_the_end_is_empty": Switch(
        True, "read 0.6", "a range that starts past the end of a file is 206 with nothing in it, not 500"
    ),
    "webdav_codes_link_to_webdav": Switch(
        True, "write 0.5", "the page of a 422 or 423 explains itself with WebDAV's paper, not with HTTP's"
    ),
    "missing_csrf_token_is_403": Switch(
        False, "write 0.2", "a browser's write without the token is 403, not 500"
    ),
    "token_times_are_milliseconds": Switch(
        True, "read 1.7", "the times of alias tokens are milliseconds since 1970, not written out"
    ),
    "build_fails_without_scans": Switch(
        True, "write 2.3", "building the document of a row without any scan fails and leaves ERROR"
    ),
    "batch_move_of_unassigned_needs_admin": Switch(
        False, "write 2.7", "services/prearchive/move refuses unassigned rows to all but admins"
    ),
    "projects_have_autorun": Switch(
        False, "write 3.4", "projects have an AutoRun pipeline, so that archiving starts one"
    ),
    "move_without_create_right_is_500": Switch(
        False, "write 5.3", "a move into a project where the caller may not create is 500, not 403"
    ),
    "share_without_label_shows_the_owners": Switch(
        True, "write 5.2", "lists show the owner's label for a share without one, not an empty one"
    ),
    "deleted_subject_leaves_foreign_sessions": Switch(
        True, "write 6", "sessions of a deleted subject that another project owns stay, without a subject"
    ),
    "chunked_forms_are_refused": Switch(
        False, "write 7", "an import takes no multipart body in chunks: 400, as for other raw bodies"
    ),
    "refresh_fills_uids": Switch(
        True, "write 4.5", "refreshing a DICOM catalog fills in the UIDs of files that were put there raw"
    ),
    "filtered_projects_describe_columns": Switch(
        False, "read 2.2", "the filtered project listing has ``Columns`` beside its rows"
    ),
    "many_resources_have_the_data_prefix": Switch(
        True, "read 2.8", "addresses in a file listing of several resources begin with /data"
    ),
    "all_true_names_no_scan_type": Switch(
        True, "read 2.10", "scan folders in a zip made with all=true are called by their ID only"
    ),
    "dicom_labels_are_cleaned_at_receipt": Switch(
        True,
        "write 1.9",
        "labels from DICOM get _ for all but letters, digits and - at receipt already, not at archiving",
    ),
    "multipart_carries_the_csrf_token": Switch(
        False, "read 1.5", "a token counts in a part of a multipart body too, not in query and form alone"
    ),
    "prearchive_list_refusal_is_404": Switch(
        False, "write 0.5", "who may not edit a project gets 404 for its prearchive list, not 403"
    ),
    "files_of_hidden_sessions_are_500": Switch(
        True, "read 3.2", "the files of a session that one may not read are 500, not 404"
    ),
}


def settled(given: dict[str, bool]) -> dict[str, bool]:
    """Every switch with its value; raises PracticeError for a name that is none."""
    unknown = sorted(set(given) - set(SWITCHES))
    if unknown:
        known = ", ".join(SWITCHES) or "none"
        raise PracticeError(
            f"There is no switch {unknown[0]} under [server].unconfirmed: use one of {known}."
        )
    return {name: given.get(name, switch.default) for name, switch in SWITCHES.items()}
