"""Findings about recordings: people and decisions that wait for their recording, and people of another one."""

from __future__ import annotations

from collections.abc import Callable

from indexium_core.flows.checks.finding_page import FindingPage, are, names_text, path_query
from indexium_core.model.check import CheckRow, Kind, Resolution
from indexium_core.model.fields.table import title_of
from indexium_core.store.checks import FormerRecording


def other_recording_finding(subject: str, digest: int, page: FindingPage) -> CheckRow | None:
    """Return the finding of one file; None if the file or the people no longer exist."""
    return _finding(("other_recording", subject, digest), page, _other_recording)


def copied_people_finding(subject: str, digest: int, page: FindingPage) -> CheckRow | None:
    """Return the finding of one file; None if the file or the people no longer exist."""
    return _finding(("copied_people", subject, digest), page, _copied_people)


def _other_recording(former: FormerRecording) -> tuple[str, Resolution]:
    facts, is_photo = [*former.names, *map(_fact_text, former.facts)], former.is_photo
    former_place = f"{former.path} is missing" if former.path else "This path held another recording"
    reasons = {
        "path": "Nothing shows that this one is the same.",
        "rewrite": f"This one {'has its camera and moment' if is_photo else 'is as long'}.",
        "digest": f"This file {'has its camera and moment' if is_photo else 'begins with the same media'}.",
        "duration": "This file came later into the same folder, and is the only such file that is as long.",
    }
    follow = "follows" if len(facts) == 1 else "follow"
    return f"{former_place}, with {names_text(facts)}. {reasons[former.evidence]}", Resolution(
        code="add",
        label="It is the same recording",
        text=f"{names_text(facts)} {follow} to this file in the database; the file does not change.",
        files=1,
        names=tuple(former.names),
    )


def _copied_people(former: FormerRecording) -> tuple[str, Resolution]:
    people = names_text(former.names)
    text = f"An earlier version took {people} from another recording that had this path, or this shape."
    return text, Resolution(
        code="forget",
        label="Remove from the database",
        text=f"{people} {are(former.names)} removed from this file in the database; the file does not change.",
        files=1,
        names=tuple(former.names),
    )


def _fact_text(fact: str) -> str:
    """Return what was decided about a recording: `an edit of Rating`, `a lock of Camera`."""
    kind, _, name = fact.partition(":")
    match kind:
        case "field":
            return f"an edit of {title_of(name)}"
        case "lock":
            return f"a lock of {name.replace('_', ' ')}"
        case _:
            return {"postpone": "a skip", "mode": "a mode", "title": "a title by hand"}.get(kind, kind)


def _finding(
    about: tuple[Kind, str, int],
    page: FindingPage,
    describe: Callable[[FormerRecording], tuple[str, Resolution]],
) -> CheckRow | None:
    """
    Return a finding.

    Args:
        about: Its kind, subject and digest.
        page: The data of its page.
        describe: Returns the text and the resolution for the other recording.

    """
    kind, subject, digest = about
    file, former = page.files.get(int(subject)), page.former_recordings.get(subject)
    if file is None or former is None:
        return None
    text, choice = describe(former)
    return CheckRow(
        kind=kind,
        subject=subject,
        facts=digest,
        title=file.file_name,
        text=text,
        files=(file,),
        file_count=1,
        names=(),
        resolutions=(choice,),
        query=path_query([file]),
    )
