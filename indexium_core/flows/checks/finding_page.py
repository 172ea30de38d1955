"""The data of one page of findings, and the sentences and searches that findings of all kinds share."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from indexium_core.model import query, wording
from indexium_core.model.check import CheckFile, CheckName
from indexium_core.model.people import likeness
from indexium_core.model.planning.plan import RISK_LEVELS
from indexium_core.store.checks import FormerRecording, SameName
from indexium_core.store.people.people import PersonName
from indexium_core.store.titles.findings import SeveralFiles, SharedId

MAX_FILES = 12  # files that a finding shows

FileList = tuple[list[int], int]  # the first files, and the count of all


@dataclass(frozen=True, slots=True)
class FindingPage:
    """The data from which the findings of one page are made."""

    files: Mapping[int, CheckFile]
    names: Mapping[str, CheckName] = field(default_factory=dict)
    file_lists: Mapping[str, FileList] = field(default_factory=dict)  # by subject
    similar: Mapping[str, list[likeness.Likeness]] = field(default_factory=dict)  # known people, by subject
    aliases: Mapping[str, str] = field(default_factory=dict)  # name of the person, by the key of the alias
    placeholder_keys: frozenset[str] = frozenset()
    people: Mapping[str, list[PersonName]] = field(default_factory=dict)  # the people that a name may mean, by key
    same_names: Mapping[str, SameName] = field(default_factory=dict)  # by subject
    former_recordings: Mapping[str, FormerRecording] = field(default_factory=dict)  # by subject
    titles: Mapping[str, SeveralFiles] = field(default_factory=dict)  # by subject
    shared_ids: Mapping[str, SharedId] = field(default_factory=dict)  # by subject

    def first_files(self, subject: str) -> tuple[list[CheckFile], int]:
        """Return those of the first files of a subject that still exist, and the count of all files."""
        file_ids, count = self.file_lists.get(subject, ([], 0))
        return [self.files[file_id] for file_id in file_ids if file_id in self.files], count


def names_text(names: Sequence[str]) -> str:
    """Return `Ann Lee, Bob Ray and Zoë Öz`; `no people` for an empty list."""
    return wording.list_of(names) or "no people"


def are(names: Sequence[str]) -> str:
    """Return `is` or `are`, for a sentence about these people."""
    return "is" if len(names) == 1 else "are"


def capitalized(text: str) -> str:
    """Return a text with a capital first letter; other letters do not change."""
    return text[:1].upper() + text[1:]


def path_query(files: Sequence[CheckFile]) -> str:
    """Return a search that finds these files in the plan; "" if they are not in the plan."""
    planned = [file for file in files if file.is_planned]
    paths = ["/".join(part for part in (file.folder, file.file_name) if part) for file in planned]
    terms = " OR ".join(f"path:{query.quoted(path, exact=True)}" for path in paths)
    return _with_unchanged(f"({terms})" if len(paths) > 1 else terms, planned) if paths else ""


def name_query(name: str, files: Sequence[CheckFile]) -> str:
    """Return a search that finds a person's files in the plan; "" if these files are not in the plan."""
    planned = [file for file in files if file.is_planned]
    return _with_unchanged(f"person:{query.quoted(name, exact=True)}", planned) if planned else ""


def _with_unchanged(text: str, files: Iterable[CheckFile]) -> str:
    """Extend a search if some files are unchanged: the plan lists these only if the search names the risk level."""
    levels = {file.risk for file in files}
    if "unchanged" not in levels:
        return text
    return f"{text} risk:{'unchanged' if levels == {'unchanged'} else ','.join(RISK_LEVELS)}"
