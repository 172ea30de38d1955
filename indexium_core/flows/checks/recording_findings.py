"""Findings about recordings: people that wait for their recording, and people of another one."""

from __future__ import annotations

from collections.abc import Callable

from indexium_core.flows.checks.finding_page import FindingPage, are, names_text, path_query
from indexium_core.model.check import CheckRow, Kind, Resolution


def other_recording_finding(subject: str, digest: int, page: FindingPage) -> CheckRow | None:
    """Return the finding of one file; None if the file or the people no longer exist."""
    return _finding(
        ("other_recording", subject, digest),
        page,
        text=lambda people, path: (
            f"This path held another recording, with {people}. Nothing shows that this one is the same."
            if path is None
            else f"{path} is missing, with {people}. This file begins with the same media, or is a photo of the same "
            "camera and moment."
        ),
        choice=("add", "It is the same recording", "added to"),
    )


def copied_people_finding(subject: str, digest: int, page: FindingPage) -> CheckRow | None:
    """Return the finding of one file; None if the file or the people no longer exist."""
    return _finding(
        ("copied_people", subject, digest),
        page,
        text=lambda people, _: (
            f"An earlier version took {people} from another recording that had this path, or this shape."
        ),
        choice=("forget", "Remove from the database", "removed from"),
    )


def _finding(
    about: tuple[Kind, str, int],
    page: FindingPage,
    *,
    text: Callable[[str, str | None], str],
    choice: tuple[str, str, str],
) -> CheckRow | None:
    """
    Return a finding.

    Args:
        about: Its kind, subject and digest.
        page: The data of its page.
        text: Makes its text from the people and the path of the other recording.
        choice: The code and the label of its resolution, and what happens to the people.

    """
    (kind, subject, digest), (code, label, done) = about, choice
    file, former = page.files.get(int(subject)), page.former_recordings.get(subject)
    if file is None or former is None:
        return None
    names = former.names
    people = names_text(names)
    return CheckRow(
        kind=kind,
        subject=subject,
        facts=digest,
        title=file.file_name,
        text=text(people, former.path),
        files=(file,),
        file_count=1,
        names=(),
        resolutions=(
            Resolution(
                code=code,
                label=label,
                text=f"{people} {are(names)} {done} this file in the database; the file does not change.",
                files=1,
                names=tuple(names),
            ),
        ),
        query=path_query([file]),
    )
