"""Findings about files: copies with different people, and files whose comment and database assignments differ."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence

from indexium_core.flows.checks.finding_page import FindingPage, are, names_text, path_query
from indexium_core.model import wording
from indexium_core.model.check import CheckFile, CheckRow, Kind, Resolution
from indexium_core.model.fields.table import title_of
from indexium_core.model.people.people_comment import person_key
from indexium_core.model.providers.external_ids import ExternalId
from indexium_core.store.checks import FormerRecording

_COMPARED = 4  # files of a title that the sentence of a finding compares


def copies_finding(subject: str, digest: int, page: FindingPage) -> CheckRow | None:
    """Return the finding of one payload; None if its files no longer exist."""
    files, count = page.first_files(subject)
    if not files:
        return None
    names = _not_in_all(files, page.placeholder_keys)
    people = names_text(names)
    lacking = [file for file in files if not _has_all(file, names)]
    having = [file for file in files if _has_any(file, names)]
    return CheckRow(
        kind="copies",
        subject=subject,
        facts=digest,
        title=files[0].file_name,
        text=f"{wording.files(count)} have the same content, but only some of them have {people}.",
        files=tuple(files),
        file_count=count,
        names=(),
        resolutions=(
            Resolution(
                code="add",
                label="Add to all copies",
                text=f"The plan and the database add {people} to {_files_text(lacking)}.",
                files=len(lacking),
                names=tuple(names),
            ),
            Resolution(
                code="remove",
                label="Remove from all copies",
                text=f"The plan removes {people} from {_files_text(having)}.",
                files=len(having),
                names=tuple(names),
            ),
        ),
        query=path_query(files),
    )


def differ_finding(subject: str, digest: int, page: FindingPage) -> CheckRow | None:
    """Return the finding of one file; None if the file no longer exists."""
    file = page.files.get(int(subject))
    if file is None:
        return None
    missing = missing_in_database(file, page.aliases, page.placeholder_keys)
    people = names_text(missing)
    assigned = f"assigns {names_text(file.known)} to it" if file.known else "has no people for it"
    return _of_file(
        "differ",
        subject,
        digest,
        file,
        text=f"The file names {people}; the database {assigned}.",
        resolutions=(
            Resolution(
                code="add",
                label="Add to the database",
                text=f"{people} {are(missing)} added to this file in the database; the file does not change.",
                files=0,
                names=tuple(missing),
            ),
            Resolution(
                code="remove",
                label="Remove from the file",
                text=f"The plan removes {people} from the file.",
                files=1,
                names=tuple(missing),
            ),
        ),
    )


def faces_finding(subject: str, digest: int, page: FindingPage) -> CheckRow | None:
    """Return the finding of one photo; None if the photo no longer exists."""
    file = page.files.get(int(subject))
    if file is None:
        return None
    missing = missing_faces(file, page.aliases, page.placeholder_keys)
    people, names = names_text(missing), "the name" if len(missing) == 1 else "the names"
    others = f"its people are {names_text(file.people)}" if file.people else "it has no people"
    return _of_file(
        "faces",
        subject,
        digest,
        file,
        text=f"The photo has {'a named face' if len(missing) == 1 else 'named faces'} of {people}; {others}.",
        resolutions=(
            Resolution(
                code="add",
                label="Add to the database",
                text=f"{people} {are(missing)} added to this photo in the database, and the plan adds {names}.",
                files=1,
                names=tuple(missing),
            ),
        ),
    )


def ambiguous_finding(subject: str, digest: int, page: FindingPage) -> CheckRow | None:
    """Return the finding of a name in a file that matches several people; None if the file or the people are gone."""
    file_id, key = file_and_key(subject)
    file, candidates = page.files.get(file_id), page.people.get(key, [])
    name = next((name for name in (file.named if file else ()) if person_key(name) == key), None)
    if file is None or name is None or not candidates:
        return None
    choices = wording.list_of([row.label for row in candidates], conjunction="or")
    _, count = page.file_lists.get(subject, ([], 0))
    for_all = [
        Resolution(
            code=f"choose_all:{row.person_id}",
            label=f"It is {row.label} in all {wording.files(count)}",
            text=f"The database adds {row.label} to the {wording.files(count)} with this finding.",
            files=0,
            names=(name,),
            asks=True,
        )
        for row in candidates
        if count > 1
    ]
    return _of_file(
        "ambiguous_person",
        subject,
        digest,
        file,
        text=f"The file names {name}. This may be {choices}.",
        resolutions=(
            *(
                Resolution(
                    code=f"choose:{row.person_id}",
                    label=f"It is {row.label}",
                    text=f"The database adds {row.label} to this file.",
                    files=0,
                    names=(name,),
                )
                for row in candidates
            ),
            *for_all,
        ),
        title=name,
    )


def corruption_finding(subject: str, digest: int, page: FindingPage) -> CheckRow | None:
    """Return the finding of one file, which has no resolution; None if the file no longer exists."""
    file = page.files.get(int(subject))
    if file is None:
        return None
    return _of_file(
        "corruption",
        subject,
        digest,
        file,
        text="The media of the file is not the same as when it was hashed, but its size and modification time are. "
        "Check the disk, restore the file from a copy, and verify it again.",
        resolutions=(),
    )


def file_and_key(subject: str) -> tuple[int, str]:
    """Return the file and the key of the name of a finding of the kind `ambiguous_person`."""
    file_id, _, key = subject.partition(" ")
    return int(file_id), key


def same_name_finding(subject: str, digest: int, page: FindingPage) -> CheckRow | None:
    """Return the finding of one unmatched file of a legacy .db file; None if its candidate no longer exists."""
    unmatched = page.same_names.get(subject)
    file = page.files.get(unmatched.file_id) if unmatched else None
    if unmatched is None or file is None:
        return None
    parts = [names_text(unmatched.names)] if unmatched.names else []
    parts += [wording.plural(unmatched.faces, "suggestion")] if unmatched.faces else []
    parts += [wording.plural(unmatched.items, "history entry", "history entries")] if unmatched.items else []
    content = wording.list_of(parts)
    return _of_file(
        "same_name",
        subject,
        digest,
        file,
        text=f"The old Indexium has {content} for {subject}, which is not here. Only this file has the same name.",
        resolutions=(
            Resolution(
                code="take",
                label="It is this file",
                text=f"The database uses {content} for this file; the file does not change.",
                files=0,
                names=tuple(unmatched.names),
            ),
        ),
    )


def several_files_finding(subject: str, digest: int, page: FindingPage) -> CheckRow | None:
    """Return the finding of one film or episode, which has no resolution; None if its files no longer exist."""
    title = page.titles.get(subject)
    files, count = page.first_files(subject)
    if title is None or not files:
        return None
    facts = "; ".join(each.media for each in files[:_COMPARED])
    return CheckRow(
        kind="several_files",
        subject=subject,
        facts=digest,
        title=title.name,
        text=f"This {title.kind} has {wording.files(count)}: {facts}{'; …' if count > _COMPARED else '.'}",
        files=tuple(files),
        file_count=count,
        names=(),
        resolutions=(),
        query=path_query(files),
    )


def shared_id_finding(subject: str, digest: int, page: FindingPage) -> CheckRow | None:
    """Return the finding of films or series with one id, which has no resolution; None if their files are gone."""
    shared = page.shared_ids.get(subject)
    files, count = page.first_files(subject)
    if shared is None or not files:
        return None
    names = [f"“{each}”" for each in shared.names]
    known = ExternalId(shared.provider, shared.value)
    return CheckRow(
        kind="shared_id",
        subject=subject,
        facts=digest,
        title=wording.list_of(shared.names),
        text=f"{wording.list_of(names)} have the id {known}, which counts for {names[0]}. "
        f"If they are one {shared.kind}, move the files to one of them; otherwise correct the id.",
        files=tuple(files),
        file_count=count,
        names=(),
        resolutions=(),
        query=path_query(files),
    )


def missing_in_database(file: CheckFile, aliases: Mapping[str, str], placeholder_keys: frozenset[str]) -> list[str]:
    """
    Return the people that a file names but that the database does not assign to it.

    Args:
        file: The file.
        aliases: The name of the person by the key of each alias.
        placeholder_keys: The keys of placeholder names, which are not people.

    """
    return _not_among(file.named, file.known, aliases, placeholder_keys)


def missing_faces(file: CheckFile, aliases: Mapping[str, str], placeholder_keys: frozenset[str]) -> list[str]:
    """Return the names of faces in a photo that are not among its people. Arguments: `missing_in_database`."""
    return _not_among(file.faces, file.people, aliases, placeholder_keys)


def _not_among(
    names: Iterable[str], people: Iterable[str], aliases: Mapping[str, str], placeholder_keys: frozenset[str]
) -> list[str]:
    def key(name: str) -> str:
        own = person_key(name)
        return person_key(aliases[own]) if own in aliases else own

    excluded = {key(name) for name in people} | placeholder_keys
    return [name for name in names if key(name) not in excluded]


def _of_file(
    kind: Kind,
    subject: str,
    digest: int,
    file: CheckFile,
    *,
    text: str,
    resolutions: tuple[Resolution, ...],
    title: str = "",
) -> CheckRow:
    """Return a finding of one file; its title is the name of the file unless `title` is given."""
    return CheckRow(
        kind=kind,
        subject=subject,
        facts=digest,
        title=title or file.file_name,
        text=text,
        files=(file,),
        file_count=1,
        names=(),
        resolutions=resolutions,
        query=path_query([file]),
    )


def _not_in_all(files: Sequence[CheckFile], placeholder_keys: frozenset[str]) -> list[str]:
    """Return the people (without placeholders) who are in some files but not in all, in the order of the files."""
    in_all = set.intersection(*({person_key(name) for name in file.people} for file in files))
    name_by_key = {person_key(name): name for file in reversed(files) for name in reversed(file.people)}
    return [name for key, name in reversed(name_by_key.items()) if key not in in_all | placeholder_keys]


def _has_all(file: CheckFile, names: Iterable[str]) -> bool:
    keys = {person_key(name) for name in file.people}
    return all(person_key(name) in keys for name in names)


def _has_any(file: CheckFile, names: Iterable[str]) -> bool:
    keys = {person_key(name) for name in file.people}
    return any(person_key(name) in keys for name in names)


def _files_text(files: Sequence[CheckFile]) -> str:
    return files[0].file_name if len(files) == 1 else wording.files(len(files))


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
