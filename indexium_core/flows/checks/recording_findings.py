"""Findings about recordings: people that wait for their recording, and people of another one."""

from __future__ import annotations

from indexium_core.flows.checks.finding_page import FindingPage, are, names_text, path_query
from indexium_core.model.check import CheckRow, Kind, Resolution


def other_recording_finding(subject: str, digest: int, page: FindingPage) -> CheckRow | None:
    """Return the finding of one file; None if the file or the people no longer exist."""
    return _finding(
        ("other_recording", subject, digest),
        page,
        text="This path held another recording, with {people}. Nothing shows that this one is the same.",
        choice=("add", "It is the same recording", "added to"),
    )


def copied_people_finding(subject: str, digest: int, page: FindingPage) -> CheckRow | None:
    """Return the finding of one file; None if the file or the people no longer exist."""
    return _finding(
        ("copied_people", subject, digest),
        page,
        text="An earlier version took {people} from another recording that had this path, or this shape.",
        choice=("forget", "Remove from the database", "removed from"),
    )


def _finding(
    about: tuple[Kind, str, int], page: FindingPage, *, text: str, choice: tuple[str, str, str]
) -> CheckRow | None:
    """Return a finding; `choice` has the code and the label of its resolution, and what happens to the people."""
    (kind, subject, digest), (code, label, done) = about, choice
    file, names = page.files.get(int(subject)), page.names_of_recordings.get(subject, [])
    if file is None or not names:
        return None
    people = names_text(names)
    return CheckRow(
        kind=kind,
        subject=subject,
        facts=digest,
        title=file.file_name,
        text=text.format(people=people),
        files=(file,),
        file_count=1,
        names=(),
        resolutions=(
            Resolution(
                code=code,
                label=label,
                text=f"{people} {are(names)} {done} this file in the database; the file does not change.",
                files=0,
                names=tuple(names),
            ),
        ),
        query=path_query([file]),
    )
