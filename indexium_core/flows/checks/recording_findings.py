"""Findings about recordings: people that wait for their recording, and people of another one."""

from __future__ import annotations

from indexium_core.flows.checks.finding_page import FindingPage, are, names_text, path_query
from indexium_core.model.check import CheckFile, CheckRow, Kind, Resolution


def other_recording_finding(subject: str, digest: int, page: FindingPage) -> CheckRow | None:
    """Return the finding of one file; None if the file or the people no longer exist."""
    file, names = page.files.get(int(subject)), page.names_of_recordings.get(subject, [])
    if file is None or not names:
        return None
    people = names_text(names)
    return _of_file(
        "other_recording",
        subject,
        digest,
        file,
        text=f"This path held another recording, with {people}. Nothing shows that this one is the same.",
        resolution=Resolution(
            code="add",
            label="It is the same recording",
            text=f"{people} {are(names)} added to this file in the database; the file does not change.",
            files=0,
            names=tuple(names),
        ),
    )


def copied_people_finding(subject: str, digest: int, page: FindingPage) -> CheckRow | None:
    """Return the finding of one file; None if the file or the people no longer exist."""
    file, names = page.files.get(int(subject)), page.names_of_recordings.get(subject, [])
    if file is None or not names:
        return None
    people = names_text(names)
    return _of_file(
        "copied_people",
        subject,
        digest,
        file,
        text=f"An earlier version took {people} from another recording that had this path, or this shape.",
        resolution=Resolution(
            code="forget",
            label="Remove from the database",
            text=f"{people} {are(names)} removed from this file in the database; the file does not change.",
            files=0,
            names=tuple(names),
        ),
    )


def _of_file(kind: Kind, subject: str, digest: int, file: CheckFile, *, text: str, resolution: Resolution) -> CheckRow:
    return CheckRow(
        kind=kind,
        subject=subject,
        facts=digest,
        title=file.file_name,
        text=text,
        files=(file,),
        file_count=1,
        names=(),
        resolutions=(resolution,),
        query=path_query([file]),
    )
