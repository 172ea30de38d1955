"""Findings about names: two spellings of one person, unknown names, placeholders, and people in a single file."""

from __future__ import annotations

from indexium_core.flows.checks import detection
from indexium_core.flows.checks.finding_page import (
    MAX_FILES,
    FindingPage,
    capitalized,
    name_query,
)
from indexium_core.model import query, wording
from indexium_core.model.check import CheckName, CheckRow, Resolution
from indexium_core.model.people import likeness


def spelling_finding(subject: str, digest: int, page: FindingPage) -> CheckRow | None:
    """Return the finding of two similar spellings; None if one of them is no longer in use."""
    one, other = detection.names_of_pair(subject)
    if one not in page.names or other not in page.names:
        return None
    both = [page.names[one], page.names[other]]
    # The better spelling comes first: a person's spelling, else mixed case, else the spelling in more files.
    best, rest = sorted(both, key=lambda each: (not each.is_known, _is_single_case(each.name), -each.files, each.name))
    file_ids = list(dict.fromkeys([*rest.first, *best.first]))
    is_complete = all(len(each.first) == each.files for each in both)
    return CheckRow(
        kind="spelling",
        subject=subject,
        facts=digest,
        title=f"{best.name} · {rest.name}",
        text=f"{capitalized(likeness.compare(one, other) or 'nearly the same')}.",
        files=tuple(page.files[file_id] for file_id in file_ids[:MAX_FILES] if file_id in page.files),
        file_count=len(file_ids) if is_complete else best.files + rest.files,
        names=(best, rest),
        resolutions=(
            _merge(rest, best.name, f"Both are {best.name}", rest.files),
            _merge(best, rest.name, f"Both are {rest.name}", best.files),
        ),
        query=f"person:{query.quoted(best.name, exact=True)} OR person:{query.quoted(rest.name, exact=True)}",
    )


def unknown_finding(subject: str, digest: int, page: FindingPage) -> CheckRow | None:
    """Return the finding of a name without a person; None if the name is no longer in any file."""
    name = page.names.get(subject)
    files, count = page.first_files(subject)
    if name is None or not count:
        return None
    merges = [_merge(name, each.name, f"It is {each.name}", count) for each in page.similar.get(subject, [])]
    return CheckRow(
        kind="unknown",
        subject=subject,
        facts=digest,
        title=subject,
        text=f"{wording.files(count)} {_verb(count)} this person; the database has no person of this name.",
        files=tuple(files),
        file_count=count,
        names=(name,),
        resolutions=(
            *merges,
            Resolution(
                code="add",
                label="Add to the database",
                text=f"The database adds the person {subject} to {wording.files(count)}; no file changes.",
                files=0,
                names=(subject,),
                asks=count > 1,
            ),
            Resolution(
                code="remove",
                label=f"Remove from {wording.files(count)}",
                text=_removal(subject, count),
                files=count,
                names=(subject,),
                asks=count > 1,
            ),
        ),
        query=name_query(subject, files),
    )


def placeholder_finding(subject: str, digest: int, page: FindingPage) -> CheckRow | None:
    """Return the finding of a placeholder name; None if it is no longer in a file or in the database."""
    name = page.names[subject]
    files, count = page.first_files(subject)
    if not count and not name.is_known:
        return None
    plan_label = f"Remove from the plan of {'this file' if count == 1 else 'these files'}"
    return CheckRow(
        kind="placeholder",
        subject=subject,
        facts=digest,
        title=name.name,
        text=_placeholder_text(name, count),
        files=tuple(files),
        file_count=count,
        names=(name,),
        resolutions=(
            Resolution(
                code="remove",
                label=plan_label if count else "Remove from the database",
                text=_placeholder_removal(name, count),
                files=count,
                names=(name.name,),
                asks=count > 1,
            ),
        ),
        query=name_query(name.name, files) if count else "",
    )


def single_finding(subject: str, digest: int, page: FindingPage) -> CheckRow | None:
    """Return the finding of a person in one file; None if the file no longer exists."""
    files, count = page.first_files(subject)
    if not files:
        return None
    name = page.names.get(subject)
    copies = "its copy" if count == 2 else f"its {count - 1:,} copies"
    return CheckRow(
        kind="single",
        subject=subject,
        facts=digest,
        title=subject,
        text=f"Only in {files[0].file_name}" + (f" and {copies}." if count > 1 else "."),
        files=tuple(files),
        file_count=count,
        names=(name,) if name else (),
        resolutions=(
            Resolution(code="remove", label="Remove", text=_removal(subject, count), files=count, names=(subject,)),
        ),
        query=name_query(subject, files),
    )


def _merge(old: CheckName, new: str, label: str, file_count: int) -> Resolution:
    """Return the resolution that replaces one spelling with the other."""
    text = f"{old.name} becomes {new} in {wording.files(file_count)}"
    if old.named:
        text += f"; the next write corrects {wording.plural(old.named, 'comment')}"
    return Resolution(code=f"unite:{new}", label=label, text=f"{text}.", files=file_count, asks=True)


def _removal(name: str, file_count: int) -> str:
    return f"The plan removes {name} from {wording.files(file_count)}."


def _placeholder_text(name: CheckName, file_count: int) -> str:
    """Describe in one or two sentences where a placeholder occurs."""
    if not file_count:
        return f"The database has a person with the placeholder name “{name.name}”; no file names it."
    files = wording.files(file_count)
    text = f"{files} {_verb(file_count)} the placeholder “{name.name}”."
    if not name.named:
        text = f"A write would add the placeholder “{name.name}” to {files}."
    elif name.is_known:
        text = f"{files} {_verb(file_count)} the placeholder “{name.name}” now or after a write."
    return f"{text} The database has a person of this name." if name.is_known else text


def _placeholder_removal(name: CheckName, file_count: int) -> str:
    """Describe the effect of removing a placeholder, in sentences."""
    sentences = [f"The plan removes “{name.name}” from {wording.files(file_count)}."] if file_count else []
    if name.is_known:
        sentences.append(f"The database deletes the person “{name.name}”.")
    return " ".join([*sentences, "Undo restores this."])


def _verb(file_count: int) -> str:
    return "names" if file_count == 1 else "name"


def _is_single_case(name: str) -> bool:
    """Return whether a name is written in capital letters only, or in small letters only."""
    return name.isupper() or name.islower()
