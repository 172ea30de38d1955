"""
The catalog: the libraries (roots) and their files.

Every mutator takes the connection of an open transaction, and adds the files whose plan is outdated to `plan_marks`. An
unchanged file is neither written nor marked. The number of statements does not depend on the number of files.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING, Any, NamedTuple

from indexium_core import errors
from indexium_core.model.files.inventory import LibraryRow
from indexium_core.model.files.media import FileStat, MediaKind
from indexium_core.model.names.title_guess import LibraryKind
from indexium_core.store import rows, sql
from indexium_core.store.catalog import faces, films
from indexium_core.store.connection import Connection
from indexium_core.store.rows import Restat, ScannedFile

if TYPE_CHECKING:
    from indexium_core.model.files.hash_cache import KnownHash
    from indexium_core.store.database import Database

_KEEPING = ("keep_identity", "keep_facts", "keep_stable")  # statements about facts of files that cannot be read


class KnownFile(NamedTuple):
    """The facts with which a walk compares a file: a tuple, because a library may have a million files."""

    path_bytes: bytes
    file_id: int
    size: int
    mtime_ns: int
    device: int | None
    inode: int | None
    nlink: int | None
    mode: int | None
    state: str  # ok, missing, empty, corrupt, unreadable, not_video
    growing: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class UpsertReport:
    """The number of new, changed and unchanged files of a batch."""

    added: int
    changed: int  # including moved files
    moved: int  # missing files found at another path; they keep their file_id
    unchanged: int
    added_ids: tuple[int, ...] = field(default=(), compare=False)
    changed_ids: tuple[int, ...] = field(default=(), compare=False)
    displaced_ids: tuple[int, ...] = field(default=(), compare=False)  # of files whose paths have other recordings now
    renamed: tuple[tuple[bytes, bytes], ...] = field(
        default=(), compare=False
    )  # former and present path of moved files
    deferred: frozenset[bytes] = field(default=frozenset(), compare=False)  # paths that a later call stores


def libraries(reader: Connection) -> list[LibraryRow]:
    """Return all libraries in the order of their names."""
    return [LibraryRow(**row) for row in reader.execute(_sql("libraries")).fetch_dicts()]


def library(reader: Connection, library_id: int) -> LibraryRow:
    """Return a library; UnknownIdError if it does not exist."""
    for row in libraries(reader):
        if row.library_id == library_id:
            return row
    raise errors.UnknownIdError(f"There is no library {library_id}. 'indexium libraries list' shows all libraries.")


def home_counts(reader: Connection) -> tuple[int, int, tuple[int, datetime, int] | None]:
    """Return the numbers of libraries and of files, and the last write: its id, its start, the number of its files."""
    [(folders, files, written)] = reader.execute(_sql("home_counts")).fetchall()
    return folders, files, written


def add_library(tx: Connection, path_bytes: bytes, *, name: str = "", photos: bool = True) -> int:
    """Add a library and return its id; an existing library does not change. The default name is that of the folder."""
    from indexium_core.store.artwork import selection

    existing = tx.value(_sql("library_at"), [path_bytes])
    if existing is not None:
        return int(existing)
    path = rows.display(path_bytes)
    name = name or path.rstrip("/").rpartition("/")[2] or path
    library_id = int(tx.value(_sql("add_library"), [name, path, path_bytes, photos]))
    selection.seed_configs(tx, library_id)
    return library_id


def name_library(tx: Connection, library_id: int, name: str) -> None:
    """Rename a library."""
    tx.execute(_sql("name_library"), [library_id, name])


def set_library_state(tx: Connection, library_id: int, state: str, reason: str = "") -> None:
    """Set the state of a library, `online` or `offline`, and its reason; mark its files if the state changes."""
    if tx.value(_sql("set_library_state"), [library_id, state, reason]) is not None:
        tx.execute(_sql("mark_library"), [library_id])


def set_library_modes(tx: Connection, library_id: int, *, people_mode: str | None, comment_mode: str | None) -> None:
    """Set the modes of a library (None: the default); mark its files if a mode changes."""
    if tx.value(_sql("set_library_modes"), [library_id, people_mode, comment_mode]) is not None:
        tx.execute(_sql("mark_library"), [library_id])


def set_library_media(tx: Connection, library_id: int, kind: MediaKind, *, included: bool) -> None:
    """
    Set whether scans of a library include media of a kind, `audio` or `photo`.

    The next scan reads the files again that may be of an included kind, but have names of another kind.
    """
    tx.execute(_sql("set_library_media"), {"library_id": library_id, "kind": kind, "included": included})
    if included:
        tx.execute(_sql("read_excluded_media_again"), [library_id])


def set_library_ratings(tx: Connection, library_id: int, *, at_once: bool) -> None:
    """Set whether a rating in a library is written as soon as it is set."""
    tx.execute(_sql("set_library_ratings"), [library_id, at_once])


def set_library_cast(tx: Connection, library_id: int, cast_people: str) -> None:
    """Set what happens with the cast of the films of a library."""
    tx.execute(_sql("set_library_cast"), [library_id, cast_people])


def set_library_language(tx: Connection, library_id: int, language: str) -> None:
    """Set in which language a library has titles and pictures; "" for that of the settings."""
    tx.execute(_sql("set_library_language"), [library_id, language or None])


def languages_of_titles(reader: Connection, title_ids: Sequence[int]) -> dict[int, str]:
    """Return the languages of titles by id, of those whose library has one of its own."""
    return dict(reader.execute(_sql("languages_of_titles"), {"ids": list(title_ids)}).fetchall())


def set_library_kind(tx: Connection, library_id: int, kind: LibraryKind) -> None:
    """Set what a library holds; with `home`, its titles that no person has changed are deleted."""
    from indexium_core.store.titles import identified

    tx.execute(_sql("set_library_kind"), [library_id, kind])
    if kind == "home":
        identified.forget_library(tx, library_id)


def set_library_exclude(tx: Connection, library_id: int, patterns: Sequence[str]) -> None:
    """Set the patterns of what scans of a library leave out."""
    tx.execute(_sql("set_library_exclude"), [library_id, list(patterns)])


def paths_of_library(reader: Connection, library_id: int) -> list[tuple[int, bytes]]:
    """Return id and path of all files of a library, also of missing ones."""
    return [(file_id, bytes(path)) for file_id, path in reader.execute(_sql("paths"), [library_id]).fetchall()]


def library_scanned(
    tx: Connection, library_id: int, *, device: int, at: datetime, free_bytes: int | None = None
) -> None:
    """Store the facts of a complete scan of a library. If `free_bytes` is None, the free space is unknown."""
    tx.execute(_sql("mark_low_space"), [library_id, free_bytes])
    tx.execute(_sql("library_scanned"), [library_id, device, at, free_bytes])


def stable_stats(reader: Connection, root: bytes) -> dict[bytes, tuple[Any, ...]]:
    """
    Return the stat facts of every stable file below `root`, by path (about 0.1 s for 100,000 files).

    A file is stable if it is `ok` and was not growing at the last scan.

    The values are `(path, size, mtime_ns, mode, inode, nlink)`.
    """
    return {row[0]: row for row in reader.execute(_sql("stable_stats"), _span(root)).fetchall()}


def note_fields(database: Database, keys: Sequence[str], *, at: datetime) -> None:
    """Note the fields that scans read from now on: files that an earlier version read are outdated after a new one."""
    if database.read().value(_sql("has_new_fields"), {"keys": list(keys)}):
        with database.atomic() as tx:
            tx.execute(_sql("store_new_fields"), {"keys": list(keys), "at": at})


def read_before_fields(reader: Connection, root: bytes) -> set[bytes]:
    """Return the paths below `root` of the files that were read before a field was new or a custom field changed."""
    parameters = (*_span(root), reader.value(_sql("fields_changed_at")))
    return {row[0] for row in reader.execute(_sql("read_before"), parameters).fetchall()}


def without_permission(reader: Connection, root: bytes) -> dict[bytes, str]:
    """Return the paths below `root` of the files whose folder or whose attributes forbid a write, with the reason."""
    return dict(reader.execute(_sql("without_permission"), _span(root)).fetchall())


def sidecars(reader: Connection, root: bytes) -> dict[bytes, str]:
    """Return the stamp of the sidecar of each file below `root` that has one, by path."""
    return dict(reader.execute(_sql("sidecars"), _span(root)).fetchall())


def known(reader: Connection, root: bytes, paths: Collection[bytes] | None = None) -> dict[bytes, KnownFile]:
    """
    Return the known files below `root` by path, also missing ones: all, or those in `paths` and all unstable files.

    A file that is `missing` or `unreadable` must be read again even if size and mtime are the same.
    """
    found = reader.execute(_sql("known"), [*_span(root), None if paths is None else list(paths)]).fetchall()
    return {row[0]: KnownFile._make(row) for row in found}


def read_since(reader: Connection, root: bytes, moment: datetime) -> set[bytes]:
    """Return the paths below `root` of the files that were read since a time."""
    return {row[0] for row in reader.execute(_sql("read_since"), [*_span(root), moment]).fetchall()}


def _span(root: bytes) -> list[bytes]:
    """Return the two paths between which all paths below `root` sort; "0" is the byte after "/"."""
    return [root.rstrip(b"/") + b"/", root.rstrip(b"/") + b"0"]


def equal_paths(reader: Connection, paths: Collection[bytes]) -> dict[bytes, bytes]:
    """
    Return the path of the only present file whose path is the same text as one of `paths` in another normal form.

    A list that was made on another system may have `é` as one character where the name on the disk has two.
    """
    texts = {path: text for path in paths if (text := normal_text(path))}
    if not texts:
        return {}
    facts = {"paths": list(texts), "texts": list(texts.values())}
    return {bytes(path): bytes(found) for path, found in reader.execute(_sql("equal_paths"), facts).fetchall()}


def normal_text(path: bytes) -> str:
    """Return the text of a path in the form NFC; "" for one that has a single form or is not UTF-8."""
    if path.isascii():
        return ""
    try:
        return unicodedata.normalize("NFC", path.decode("utf-8"))
    except UnicodeDecodeError:
        return ""


def upsert_files(
    tx: Connection, library_id: int, files: Sequence[ScannedFile], *, at: datetime, defers: bool = False
) -> UpsertReport:
    """
    Store probed files, in batches of a few thousand. `at` is the time of the reading.

    With `defers`, files with weak evidence are not stored but returned as `deferred`: a later batch may have their
    recording under another name.

    The recording identifies a file, by the evidence of docs/writing.md. If a path has the hash and size of a missing
    file (or another hash of the same recording), it is that file at a new path: so mark missing files first, and
    files that `recordings.elsewhere` returns and whose path has other content now. If a known path has another
    recording, its old file becomes missing, and the path gets the file of that recording, or a new one. If another
    program wrote the recording anew, the file keeps its id and its people. People that were assigned to a path are
    assigned to its payload, and people of a rewritten recording are found under any of its hashes.

    Raises:
        UnknownIdError: There is no such library.

    """
    from indexium_core.store.catalog import properties
    from indexium_core.store.operations import legacy_history
    from indexium_core.store.people import people

    root = _root(tx, library_id)
    if not files:
        return UpsertReport(added=0, changed=0, moved=0, unchanged=0)
    unique = list({file.path_bytes: file for file in files}.values())
    films.link(tx, _kinds_of_hashes(unique), at=at)
    tx.execute(_sql("define_places_of"))
    tx.execute(_sql("incoming"), rows.columns_of_files(unique, root))
    tx.execute(_sql("no_same_path"))
    (known,) = tx.execute(_sql("at_path")).fetchone() or (0,)
    if known:
        tx.execute(_sql("same_path"))
    deferred = _defer(tx) if defers else frozenset[bytes]()
    for statement in ("displace", "resolved", *_KEEPING, "changed"):
        tx.execute(_sql(statement))
    films.find_new_hashes(tx)
    changed_at = tx.value(_sql("fields_changed_at"))
    counts = tx.execute(_sql("counts"), {"changed_at": changed_at}).fetchone() or (0, 0, 0, 0, 0, 0, 0, 0)
    added, changed, moved, rehashed, displaced, settled, undigested, outdated = counts
    differing = added or changed or settled
    if undigested:
        tx.execute(_sql("fill_digests"))
    pairs = _rewritten_by_others(tx) if rehashed else []
    renamed = tx.execute(_sql("renamed_paths")).fetchall() if moved else []
    for statement in ("update_files", "insert_files") if differing else ():
        tx.execute(_sql(statement), {"library_id": library_id, "at": at})
    if rehashed:
        films.link(tx, pairs, at=at)
        films.follow_scan(tx)
    ids: dict[bool, list[int]] = {True: [], False: []}  # True: the new files; False: the others
    if differing:
        read = {file.path_bytes: file for file in unique}
        changed_paths = tx.execute(_sql("changed_paths")).fetchall()
        properties.put_facts(tx, {file_id: read[bytes(path)] for file_id, path, _ in changed_paths}, at=at)
        for file_id, _, is_new in changed_paths:
            ids[is_new].append(file_id)
    if outdated:
        tx.execute(_sql("read_again"), {"at": at, "changed_at": changed_at})
    if differing or displaced:
        tx.execute(_sql("mark_changed"))
        people.adopt_waiting(tx)
        faces.adopt(tx)
        legacy_history.adopt(tx)
    displaced_ids = _ids(tx.execute(_sql("displaced"))) if displaced else []
    tx.execute(_sql("drop_incoming"))
    return UpsertReport(
        added=added,
        changed=changed,
        moved=moved,
        unchanged=len(unique) - len(deferred) - added - changed,
        added_ids=tuple(ids[True]),
        changed_ids=tuple(ids[False]),
        displaced_ids=tuple(displaced_ids),
        renamed=tuple(renamed),
        deferred=deferred,
    )


def _defer(tx: Connection) -> frozenset[bytes]:
    """Leave the files with weak evidence out of a batch; return their paths."""
    paths = frozenset(bytes(path) for (path,) in tx.execute(_sql("weak")).fetchall())
    for statement in ("defer", "defer_evidence") if paths else ():
        tx.execute(_sql(statement), {"paths": list(paths)})
    return paths


def update_written(
    tx: Connection, files: Mapping[int, ScannedFile], *, at: datetime, since: datetime | None = None
) -> dict[int, int]:
    """
    Store the facts of files after a write, by file id, and of other hard links to the same inodes.

    This is much cheaper than `upsert_files`, because the path has not changed. If the media was rewritten and has
    another hash, both hashes are linked to one film and the people are copied to the new hash; copies of the file with
    the old hash keep their people. Returns the file ids of the other hard links, each with the file of `files` that it
    links to. The next scan reads the files again if the custom fields changed after `since`, the start of the write.
    """
    from indexium_core.store.catalog import hash_cache, properties

    if not files:
        return {}
    written = dict(files)
    others: dict[int, int] = {}
    linked = {file_id: file for file_id, file in files.items() if file.stat.nlink > 1}
    if linked:
        columns = rows.columns_of_written(linked)
        names = {key: columns[key] for key in ("file_id", "device", "inode")}
        others = dict(tx.execute(_sql("other_names"), names).fetchall())
        written = {other: files[file_id] for other, file_id in others.items()} | written
    rewritten = _rewritten(tx, written)
    hash_cache.follow_write(tx, {key: file.stat for key, file in written.items() if key not in rewritten})
    hash_cache.put(tx, _hashes_of([written[key] for key in rewritten]), at=at)
    tx.execute(_sql("define_places_of"))
    tx.execute(_sql("update_written"), rows.columns_of_written(written) | {"at": at, "since": since or at})
    tx.execute(_sql("mark_written"), {"file_id": list(written)})
    properties.follow_write(tx, written)
    if rewritten:
        tx.execute(_sql("update_rewritten"), rows.columns_of_rewritten({key: written[key] for key in rewritten}))
        films.link(tx, rewritten.values(), at=at)
        films.follow(tx, rewritten.values())
    return others


def _hashes_of(files: Iterable[ScannedFile]) -> list[tuple[FileStat, KnownHash]]:
    from indexium_core.model.files.hash_cache import KnownHash

    return [(file.stat, KnownHash(file.facts.file_hash, 0.0)) for file in files if file.facts.file_hash]


def _rewritten(tx: Connection, written: Mapping[int, ScannedFile]) -> dict[int, films.HashPair]:
    """Return the files whose payload hash changed, with both hashes."""
    facts = {
        "file_id": list(written),
        "file_hash": [file.facts.file_hash for file in written.values()],
        "size": [file.stat.size for file in written.values()],
    }
    return {
        file_id: films.HashPair(old_hash=old, new_hash=new, old_size=old_size, new_size=new_size)
        for file_id, old, new, old_size, new_size in tx.execute(_sql("rewritten"), facts).fetchall()
    }


def _kinds_of_hashes(files: Iterable[ScannedFile]) -> list[films.HashPair]:
    """Return both kinds of hashes of files of which all bytes were read."""
    return [
        films.HashPair(old_hash=facts.sample_hash, new_hash=facts.file_hash, old_size=size, new_size=size)
        for facts, size in ((each.facts, each.stat.size) for each in files)
        if facts.sample_hash and facts.file_hash
    ]


def _rewritten_by_others(tx: Connection) -> list[films.HashPair]:
    """Return the hashes of the recordings of a batch that another program wrote anew. The batch is not stored yet."""
    return [
        films.HashPair(old_hash=old, new_hash=new, old_size=old_size, new_size=new_size)
        for old, new, old_size, new_size in tx.execute(_sql("rewritten_by_others")).fetchall()
    ]


def restat(tx: Connection, stats: Sequence[Restat]) -> int:
    """Store stat facts of files whose content has not changed; return the number of changed rows."""
    if not stats:
        return 0
    tx.execute(_sql("changed_stats"), rows.columns_of_stats(stats))
    tx.execute(_sql("restat"))
    changed = _ids(tx.execute(_sql("changed_stat_ids")))
    tx.execute(_sql("drop_changed_stats"))
    return mark_files(tx, changed)


def mark_missing(tx: Connection, file_ids: Sequence[int]) -> int:
    """Set files to `missing`; return the number of changed files. Their rows and people are kept."""
    new = _ids(tx.execute(_sql("not_missing"), [list(file_ids)]))
    tx.execute(_sql("mark_missing"), [new])
    return mark_files(tx, new)


def missing(reader: Connection, file_ids: Sequence[int]) -> list[int]:
    """Return which of these files are missing."""
    return _ids(reader.execute(_sql("missing"), [list(file_ids)])) if file_ids else []


def count_growing(reader: Connection, library_ids: Sequence[int]) -> int:
    """Return the number of files of some libraries that changed less than a minute before their scan."""
    return int(reader.value(_sql("count_growing"), [list(library_ids)]))


def mark_files(tx: Connection, file_ids: Sequence[int]) -> int:
    """Mark the plans of these files and of their copies as outdated; return the number of these files."""
    if file_ids:
        tx.execute(_sql("mark_files"), [list(file_ids)])
    return len(file_ids)


def _root(tx: Connection, library_id: int) -> bytes:
    root = tx.value(_sql("library_root"), [library_id])
    if root is None:
        raise errors.UnknownIdError(f"There is no library {library_id}.")
    return bytes(root)


def _ids(found: Connection) -> list[int]:
    return [file_id for (file_id,) in found.fetchall()]


def _sql(name: str) -> str:
    return sql.compose("catalog", "digests")[name]
