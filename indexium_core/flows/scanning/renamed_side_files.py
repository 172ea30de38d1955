"""
Side files of ours that have other paths, because other programs renamed their folders or their media.

A scan knows the former and the present path of each media file. What ends alike in both is cut; what is left are the
former and the present name of a folder. Our files below it follow in the transaction of the scan, before anything reads
them by their path: otherwise our own NFO file would be one of others. The folder counts as renamed if the former one is
gone. Where it still exists, as after an exchange of two names, the bytes decide: a file of ours is where its hash is.
"""

from __future__ import annotations

import os
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from blake3 import blake3

from indexium_core.model.publishing.side_file_names import stem_of
from indexium_core.store.connection import Connection
from indexium_core.store.publishing import choices, items


def follow(tx: Connection, renamed: Sequence[tuple[bytes, bytes]]) -> int:
    """
    Give our side files their present paths, with what people decided about them; return their number.

    `renamed` has the former and the present path of each media file that a scan found at another path.
    """
    if not renamed or not items.has_ours(tx):
        return 0
    folders, moved = _folders_of(renamed), dict[bytes, bytes]()
    for former, now in _stems_of(renamed).items():  # the name of the media decides before that of its folder
        for path, content_hash in items.ours_below(tx, former[0]).items():
            if path not in moved and (new := _with_stem(path, content_hash, former, now)):
                moved[path] = new
    for folder in sorted(folders, key=len, reverse=True):  # the innermost folder decides about a file
        for path, content_hash in items.ours_below(tx, folder).items():
            if path not in moved and (new := _present_path(path, content_hash, folder, folders[folder])):
                moved[path] = new
    moved |= _exchanged(tx, moved)
    moved |= _changed(tx, moved, folders)
    taken = {path for path in items.ours_at(tx, list(moved.values())) if path not in moved}
    moved = {old: new for old, new in moved.items() if new not in taken}
    if moved:
        items.move(tx, moved)
        choices.move(tx, moved)
    return len(moved)


def _folders_of(renamed: Sequence[tuple[bytes, bytes]]) -> dict[bytes, list[bytes]]:
    """Return the present names of each former folder, the most frequent one first."""
    found: dict[bytes, Counter[bytes]] = defaultdict(Counter)
    for pair in dict.fromkeys((os.path.split(old)[0], os.path.split(new)[0]) for old, new in renamed):
        for old, new in _outwards(*pair):
            found[old][new] += 1
    return {old: [new for new, _ in counted.most_common()] for old, counted in found.items()}


def _outwards(old: bytes, new: bytes) -> Iterator[tuple[bytes, bytes]]:
    """Yield a former and a present folder, and those around both as long as their last parts are alike."""
    while old != new:
        yield old, new
        (old, last), (new, now) = os.path.split(old), os.path.split(new)
        if last != now:
            return


def _stems_of(renamed: Sequence[tuple[bytes, bytes]]) -> dict[tuple[bytes, bytes], tuple[bytes, bytes]]:
    """Return the present folder and stem of each media file whose name has changed, by the former ones."""
    found = {}
    for old, new in renamed:
        (folder, name), (place, now) = os.path.split(old), os.path.split(new)
        if stem_of(name) != stem_of(now):
            found[folder, stem_of(name)] = place, stem_of(now)
    return found


def _present_path(path: bytes, content_hash: str, folder: bytes, places: Sequence[bytes]) -> bytes | None:
    """Return where a file of a renamed folder is now; None if it has not moved."""
    candidates = [place + path[len(folder) :] for place in places]
    if not os.path.lexists(folder):
        return next(filter(os.path.lexists, candidates), candidates[0])
    if _hash(path) == content_hash:
        return None
    return next((each for each in candidates if _hash(each) == content_hash), None)


def _with_stem(path: bytes, content_hash: str, former: tuple[bytes, bytes], now: tuple[bytes, bytes]) -> bytes | None:
    """Return where a file with the name of its media is, if another program renamed it along with the media."""
    folder, name = os.path.split(path)
    (place, stem), (new_place, new_stem) = former, now
    is_of_media = folder == place and (stem_of(name) == stem or name.startswith(stem + b"-"))
    if not is_of_media or _hash(path) == content_hash:
        return None
    new = os.path.join(new_place, new_stem + name[len(stem) :])  # noqa: PTH118 - a path of bytes
    return new if _hash(new) == content_hash else None


def _exchanged(tx: Connection, moved: Mapping[bytes, bytes]) -> dict[bytes, bytes]:
    """Return our files that give way to moved ones and are at the former paths of these now."""
    known = items.ours_at(tx, [new for new in moved.values() if new not in moved])
    former = {new: old for old, new in moved.items()}
    return {path: former[path] for path, content_hash in known.items() if _hash(former[path]) == content_hash}


def _changed(
    tx: Connection, moved: Mapping[bytes, bytes], folders: Mapping[bytes, Sequence[bytes]]
) -> dict[bytes, bytes]:
    """
    Return our files at whose place another one of ours is now, and that are not where their bytes are.

    Another program has changed them, too. They are where their folder is, if no other file of ours is there.
    """
    taken, found = {*moved.values()}, dict[bytes, bytes]()
    for path in items.ours_at(tx, [each for each in taken if each not in moved]):
        folder = next((each for each in _around(path) if each in folders), None)
        places = [place + path[len(folder) :] for place in folders[folder]] if folder else []
        if new := next((each for each in places if each not in taken and os.path.lexists(each)), None):
            found[path] = new
            taken.add(new)
    return found


def _around(path: bytes) -> Iterator[bytes]:
    """Yield the folders around a file, the innermost first."""
    while (folder := os.path.split(path)[0]) != path:
        yield folder
        path = folder


def _hash(path: bytes) -> str | None:
    try:
        return blake3(Path(os.fsdecode(path)).read_bytes()).hexdigest()
    except OSError:
        return None
