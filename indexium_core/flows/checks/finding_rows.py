"""
Findings in full: what disagrees, which files and names it is about, and how it could be settled, in sentences.

A page of findings is read with a number of statements that does not grow with it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from indexium_core.flows.checks import detection
from indexium_core.model import query, wording
from indexium_core.model.check import CheckFile, CheckName, CheckRow, Kind, Resolution
from indexium_core.model.people import likeness
from indexium_core.model.people import people_comment as names_of
from indexium_core.model.planning.plan import RISK_LEVELS
from indexium_core.store import checks as store
from indexium_core.store.checks import FileRow, NameInFiles
from indexium_core.store.connection import Connection
from indexium_core.store.database import Database
from indexium_core.store.people import people
from indexium_core.store.people.casts import Casts
from indexium_core.store.planning.plans import Version

__all__ = ["FindingRows", "listed", "missing_in"]

_FILES = 12  # files that a finding shows
_LIKE = 2  # people whom a name may mean that are offered


@dataclass(frozen=True, slots=True)
class _Page:
    """What all findings of a page are made from."""

    files: Mapping[int, FileRow]
    names: Mapping[str, NameInFiles] = field(default_factory=dict)
    places: Mapping[str, tuple[list[int], int]] = field(default_factory=dict)  # subject: its first files, and how many
    like: Mapping[str, list[likeness.Likeness]] = field(default_factory=dict)
    aliases: Mapping[str, str] = field(default_factory=dict)  # whom other spellings mean, by key
    placeholder_keys: frozenset[str] = frozenset()  # of names that stand for nobody


class FindingRows:
    """Reads findings of a home."""

    def __init__(
        self, database: Database, casts: Casts, placeholder_keys: Callable[[], frozenset[str]] = frozenset
    ) -> None:
        self._database = database
        self._placeholder_keys = placeholder_keys
        self._casts = casts
        self._readers: Mapping[Kind, Callable[[Sequence[str], Version], _Page]] = {
            "copies": self._copies,
            "differ": self._differ,
            "spelling": self._spelling,
            "unknown": self._unknown,
            "placeholder": self._placeholder,
            "single": self._single,
        }

    def read(self, kind: Kind, subjects: Sequence[str], facts: Sequence[int], version: Version) -> list[CheckRow]:
        """Return findings in full, in their order; one whose files are gone by now is left out."""
        if not subjects:
            return []
        page = self._readers[kind](subjects, version)
        made = (_MAKERS[kind](subject, digest, page) for subject, digest in zip(subjects, facts, strict=True))
        return [row for row in made if row is not None]

    def _copies(self, subjects: Sequence[str], version: Version) -> _Page:
        reader = self._database.read()
        found = store.files_of_payloads(reader, subjects)
        places = {file_hash: (file_ids, len(file_ids)) for file_hash, file_ids in found.items()}
        return _Page(self._files(reader, version, places), places=places, placeholder_keys=self._placeholder_keys())

    def _differ(self, subjects: Sequence[str], version: Version) -> _Page:
        reader = self._database.read()
        files = store.files(reader, version, [int(each) for each in subjects])
        return _Page(files, aliases=people.aliases(reader), placeholder_keys=self._placeholder_keys())

    def _spelling(self, subjects: Sequence[str], version: Version) -> _Page:
        reader = self._database.read()
        asked = {name for subject in subjects for name in detection.names_of_pair(subject)}
        names = store.names_in_files(reader, asked, limit=_FILES)
        return _Page(self._files(reader, version, _places(names)), names=names)

    def _unknown(self, subjects: Sequence[str], version: Version) -> _Page:
        reader = self._database.read()
        names = store.names_in_files(reader, subjects, limit=_FILES)
        keys = {subject: names_of.person_key(subject) for subject in subjects}
        naming = store.naming(reader, list(keys.values()), limit=_FILES)
        places = {subject: naming.get(key, ([], 0)) for subject, key in keys.items()}
        like = _alike(subjects, store.people(reader))
        return _Page(self._files(reader, version, places), names=names, places=places, like=like)

    def _placeholder(self, subjects: Sequence[str], version: Version) -> _Page:
        reader = self._database.read()
        spelt = {name: key for name, key in store.people(reader).items() if key in subjects}
        naming = store.naming(reader, subjects, limit=1)
        places = store.using(reader, version, subjects, limit=_FILES)
        files = self._files(reader, version, places)
        shown = {key: _spelling(key, spelt, places, files) for key in subjects}
        found = store.names_in_files(reader, list(shown.values()), limit=1)
        names = {key: found[name]._replace(named=naming.get(key, ([], 0))[1]) for key, name in shown.items()}
        return _Page(files, names=names, places=places)

    def _single(self, subjects: Sequence[str], version: Version) -> _Page:
        names = store.names_in_files(self._database.read(), subjects, limit=_FILES)
        reader = self._casts.at(version)
        places = store.files_with(reader, subjects, limit=_FILES)
        return _Page(self._files(reader, version, places), names=names, places=places)

    def _files(
        self, reader: Connection, version: Version, places: Mapping[str, tuple[list[int], int]]
    ) -> dict[int, FileRow]:
        return store.files(
            reader, version, {file_id for file_ids, _ in places.values() for file_id in file_ids[:_FILES]}
        )


def _spelling(
    key: str, people: Mapping[str, str], places: Mapping[str, tuple[list[int], int]], files: Mapping[int, FileRow]
) -> str:
    """Return how a name with this key is spelt: by a person, else in the first file that has it."""
    spelt = [name for name, own in people.items() if own == key]
    in_files = (files[file_id] for file_id in places.get(key, ([], 0))[0] if file_id in files)
    spelt += [name for file in in_files for name in (*file.people, *file.named) if names_of.person_key(name) == key]
    return spelt[0] if spelt else key


def _places(names: Mapping[str, NameInFiles]) -> dict[str, tuple[list[int], int]]:
    return {name: (found.first, found.files) for name, found in names.items()}


def _alike(names: Iterable[str], people: Iterable[str]) -> dict[str, list[likeness.Likeness]]:
    known = list(people)
    return {name: likeness.similar(name, known, limit=_LIKE) for name in names}


# One finding of each kind.


def _of_copies(subject: str, facts: int, page: _Page) -> CheckRow | None:
    file_ids, count = page.places.get(subject, ([], 0))
    files = [page.files[file_id] for file_id in file_ids if file_id in page.files]
    if not files:
        return None
    some = _not_in_all(files, page.placeholder_keys)
    them, lacking = listed(some), [file for file in files if not _has_all(file, some)]
    having = [file for file in files if _has_any(file, some)]
    are = "is" if len(some) == 1 else "are"
    return CheckRow(
        kind="copies",
        subject=subject,
        facts=facts,
        title=files[0].file_name,
        text=f"{count:,} files with the same content; {them} {are} only in some of them.",
        files=_shown(files),
        file_count=count,
        names=(),
        mends=(
            Resolution(
                code="add",
                label="Add to all copies",
                text=f"{them} {_comes(some)} into {_named(lacking)}; the database learns it, too.",
                files=len(lacking),
                names=tuple(some),
            ),
            Resolution(
                code="remove",
                label="Take out of all copies",
                text=f"{them} {_is(some)} taken out of {_named(having)}.",
                files=len(having),
                names=tuple(some),
            ),
        ),
        query=_paths(files),
    )


def _of_differ(subject: str, facts: int, page: _Page) -> CheckRow | None:
    file = page.files.get(int(subject))
    if file is None:
        return None
    missing = missing_in(file, page.aliases, page.placeholder_keys)
    them = listed(missing)
    knows = f"knows {listed(file.known)} in it" if file.known else "knows nobody in it"
    return CheckRow(
        kind="differ",
        subject=subject,
        facts=facts,
        title=file.file_name,
        text=f"The file names {them}; the database {knows}.",
        files=_shown([file]),
        file_count=1,
        names=(),
        mends=(
            Resolution(
                code="add",
                label="Add to the database",
                text=f"The database learns that {them} {_is(missing)} in it; the file stays as it is.",
                files=0,
                names=tuple(missing),
            ),
            Resolution(
                code="remove",
                label="Take out of the file",
                text=f"The plan takes {them} out of the file.",
                files=1,
                names=tuple(missing),
            ),
        ),
        query=_paths([file]),
    )


def missing_in(file: FileRow, aliases: Mapping[str, str], placeholder_keys: frozenset[str]) -> list[str]:
    """
    Return whom a file names though the database does not have them in it.

    `aliases`: whom spellings mean, by key; `placeholder_keys`: keys of names that stand for nobody, and are left out.
    """
    known = {names_of.person_key(name) for name in file.known}

    def key(name: str) -> str:
        own = names_of.person_key(name)
        return names_of.person_key(aliases[own]) if own in aliases else own

    left_out = known | placeholder_keys
    return [name for name in file.named if key(name) not in left_out]


def _of_spelling(subject: str, facts: int, page: _Page) -> CheckRow | None:
    one, other = detection.names_of_pair(subject)
    if one not in page.names or other not in page.names:
        return None
    both = [page.names[one], page.names[other]]
    # The likelier spelling first: that of a person, one that is not shouted, the one in more files.
    best, rest = sorted(both, key=lambda each: (not each.is_known, _is_plain(each.name), -each.files, each.name))
    file_ids = list(dict.fromkeys([*rest.first, *best.first]))
    is_all = all(len(each.first) == each.files for each in both)
    return CheckRow(
        kind="spelling",
        subject=subject,
        facts=facts,
        title=f"{best.name} · {rest.name}",
        text=f"{_sentence(likeness.compare(one, other) or 'nearly the same')}.",
        files=_shown([page.files[file_id] for file_id in file_ids[:_FILES] if file_id in page.files]),
        file_count=len(file_ids) if is_all else best.files + rest.files,
        names=tuple(_name(each) for each in (best, rest)),
        mends=(_unite(rest, best), _unite(best, rest)),
        query=f"person:{query.quoted(best.name, exact=True)} OR person:{query.quoted(rest.name, exact=True)}",
    )


def _of_unknown(subject: str, facts: int, page: _Page) -> CheckRow | None:
    name, (file_ids, count) = page.names.get(subject), page.places.get(subject, ([], 0))
    if name is None or not count:
        return None
    files = [page.files[file_id] for file_id in file_ids if file_id in page.files]
    offered = [_named_like(name, each.name, count) for each in page.like.get(subject, [])]
    return CheckRow(
        kind="unknown",
        subject=subject,
        facts=facts,
        title=subject,
        text=f"Named in {wording.files(count)}; the database knows nobody of this name.",
        files=_shown(files),
        file_count=count,
        names=(_name(name),),
        mends=(
            *offered,
            Resolution(
                code="add",
                label="Add to the database",
                text=f"{subject} becomes a person, in {wording.files(count)}; no file changes.",
                files=0,
                names=(subject,),
                asks=count > 1,
            ),
            Resolution(
                code="remove",
                label=f"Take out of {wording.files(count)}",
                text=f"The plan takes {subject} out of {wording.files(count)}.",
                files=count,
                names=(subject,),
                asks=count > 1,
            ),
        ),
        query=_person(subject, files),
    )


def _of_placeholder(subject: str, facts: int, page: _Page) -> CheckRow | None:
    name, (file_ids, count) = page.names[subject], page.places.get(subject, ([], 0))
    if not count and not name.is_known:
        return None
    files = [page.files[file_id] for file_id in file_ids if file_id in page.files]
    return CheckRow(
        kind="placeholder",
        subject=subject,
        facts=facts,
        title=name.name,
        text=_of_whom(name, count),
        files=_shown(files),
        file_count=count,
        names=(_name(name),),
        mends=(
            Resolution(
                code="remove",
                label=f"Remove it from {'this file’s' if count == 1 else 'these files’'} plan"
                if count
                else "Remove it",
                text=_without_placeholder(name, count),
                files=count,
                names=(name.name,),
                asks=count > 1,
            ),
        ),
        query=_person(name.name, files) if count else "",
    )


def _of_whom(name: NameInFiles, count: int) -> str:
    """Return where a placeholder is, as one or two sentences."""
    if not count:
        return f"The database has a person of the name “{name.name}”, which is a placeholder; no file names it."
    named = "names" if count == 1 else "name"
    text = f"{_sentence(wording.files(count))} {named} the placeholder “{name.name}”."
    if not name.named:
        text = f"A write would put the placeholder “{name.name}” into {wording.files(count)}."
    elif name.is_known:
        text = f"{_sentence(wording.files(count))} {named} the placeholder “{name.name}” now or after a write."
    return f"{text} The database has a person of this name." if name.is_known else text


def _without_placeholder(name: NameInFiles, count: int) -> str:
    """Return what the removal of a placeholder does."""
    parts = [f"The plan leaves “{name.name}” out of {wording.files(count)}."] if count else []
    if name.is_known:
        parts.append(f"The database forgets the person “{name.name}”.")
    return " ".join([*parts, "Undo takes this back."])


def _of_single(subject: str, facts: int, page: _Page) -> CheckRow | None:
    file_ids, count = page.places.get(subject, ([], 0))
    files = [page.files[file_id] for file_id in file_ids if file_id in page.files]
    if not files:
        return None
    name = page.names.get(subject)
    where = f"Only in {files[0].file_name}" + (f" and its {_copies(count - 1)}." if count > 1 else ".")
    return CheckRow(
        kind="single",
        subject=subject,
        facts=facts,
        title=subject,
        text=where,
        files=_shown(files),
        file_count=count,
        names=(_name(name),) if name else (),
        mends=(
            Resolution(
                code="remove",
                label="Take out",
                text=f"The plan takes {subject} out of {wording.files(count)}.",
                files=count,
                names=(subject,),
            ),
        ),
        query=_person(subject, files),
    )


_MAKERS: Mapping[Kind, Callable[[str, int, _Page], CheckRow | None]] = {
    "copies": _of_copies,
    "differ": _of_differ,
    "spelling": _of_spelling,
    "unknown": _of_unknown,
    "placeholder": _of_placeholder,
    "single": _of_single,
}


# Ways to settle it.


def _unite(old: NameInFiles, new: NameInFiles) -> Resolution:
    """Return how two spellings become the second one."""
    return _united(old, new.name, f"Both are {new.name}")


def _named_like(old: NameInFiles, new: str, files: int) -> Resolution:
    return _united(old, new, f"It is {new}", files=files)


def _united(old: NameInFiles, new: str, label: str, *, files: int | None = None) -> Resolution:
    number = old.files if files is None else files
    text = f"{old.name} becomes {new} in {wording.files(number)}"
    if old.named:
        text += f"; {_comments(old.named)} spelt anew when you write"
    return Resolution(code=f"unite:{new}", label=label, text=f"{text}.", files=number, asks=True)


def _comments(number: int) -> str:
    return "1 comment is" if number == 1 else f"{number:,} comments are"


# Words.


def listed(names: Sequence[str]) -> str:
    """Return `Ann Lee, Bob Ray and Zoë Öz`."""
    return wording.list_of(names) or "nobody"


def _is(names: Sequence[str]) -> str:
    return "is" if len(names) == 1 else "are"


def _comes(names: Sequence[str]) -> str:
    return "comes" if len(names) == 1 else "come"


def _copies(number: int) -> str:
    return "copy" if number == 1 else f"{number:,} copies"


def _is_plain(name: str) -> bool:
    """Tell whether a name, of letters that come in two cases, is written in one of them."""
    return name.isupper() or name.islower()


def _sentence(words: str) -> str:
    return words[:1].upper() + words[1:]


def _named(files: Sequence[FileRow]) -> str:
    return files[0].file_name if len(files) == 1 else wording.files(len(files))


def _not_in_all(files: Sequence[FileRow], placeholder_keys: frozenset[str]) -> list[str]:
    """Return the people, placeholders aside, who are in some of the files only, in the order in which they are met."""
    lists = [{names_of.person_key(name) for name in file.people} for file in files]
    everywhere = set.intersection(*lists)
    met = {names_of.person_key(name): name for file in reversed(files) for name in reversed(file.people)}
    return [name for key, name in reversed(met.items()) if key not in everywhere | placeholder_keys]


def _has_all(file: FileRow, names: Iterable[str]) -> bool:
    keys = {names_of.person_key(name) for name in file.people}
    return all(names_of.person_key(name) in keys for name in names)


def _has_any(file: FileRow, names: Iterable[str]) -> bool:
    keys = {names_of.person_key(name) for name in file.people}
    return any(names_of.person_key(name) in keys for name in names)


def _name(found: NameInFiles) -> CheckName:
    return CheckName(
        name=found.name,
        is_known=found.is_known,
        assigned=found.assigned,
        named=found.named,
        files=found.files,
    )


def _shown(files: Iterable[FileRow]) -> tuple[CheckFile, ...]:
    return tuple(
        CheckFile(
            file_id=file.file_id,
            file_name=file.file_name,
            file_path=file.file_path,
            folder=file.folder,
            library=file.library,
            people=tuple(file.people),
            named=tuple(file.named),
            known=tuple(file.known),
            is_planned=file.risk is not None,
        )
        for file in files
    )


def _paths(files: Sequence[FileRow]) -> str:
    """Return a search that finds these files in the plan; "" where none of them is in it."""
    planned = [file for file in files if file.risk is not None]
    places = ["/".join(part for part in (file.folder, file.file_name) if part) for file in planned]
    found = " OR ".join(f"path:{query.quoted(place, exact=True)}" for place in places)
    return _with_unchanged(f"({found})" if len(places) > 1 else found, planned) if places else ""


def _person(name: str, files: Sequence[FileRow]) -> str:
    planned = [file for file in files if file.risk is not None]
    return _with_unchanged(f"person:{query.quoted(name, exact=True)}", planned) if planned else ""


def _with_unchanged(text: str, files: Iterable[FileRow]) -> str:
    """Return a search that finds unchanged files, too, where there are any: they are listed only if it says so."""
    levels = {file.risk for file in files}
    if "unchanged" not in levels:
        return text
    return f"{text} risk:{'unchanged' if levels == {'unchanged'} else ','.join(RISK_LEVELS)}"
