"""
Side files of ours that have other paths, because other programs renamed their folders or their media.

A scan knows the former and the present path of each media file. What ends alike in both is cut; what is left are the
former and the present name of a folder. Our files below it follow in the transaction of the scan, before anything reads
them by their path: otherwise our own NFO file would be one of others. The folder counts as renamed if the former one is
gone. Where it still exists, as after an exchange of two names, the bytes decide: a file of ours is where its hash is.
"""

from __future__ import annotations

import os
import re
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from blake3 import blake3

from indexium_core.model.publishing.side_file_names import stem_of
from indexium_core.store.connection import Connection
from indexium_core.store.publishing import choices, items

_WORDS = re.compile(rb"[^\s<>]+")


def follow(tx: Connection, renamed: Sequence[tuple[bytes, bytes]]) -> int:
    """
    Give our side files their present paths, with what people decided about them; return their number.

    `renamed` has the former and the present path of each media file that a scan found at another path.
    """
    if not renamed or not items.has_ours(tx):
        return 0
    folders, moved, places = _folders_of(renamed), dict[bytes, bytes](), defaultdict[bytes, list[bytes]](list)
    for former, now in _stems_of(renamed).items():  # the name of the media decides before that of its folder
        for path, content_hash in items.ours_below(tx, former[0]).items():
            if new := _with_stem(path, former, now):
                places[path].append(new)
                if path not in moved and _hash(path) != content_hash and _hash(new) == content_hash:
                    moved[path] = new
    for folder in sorted(folders, key=len, reverse=True):  # the innermost folder decides about a file
        for path, content_hash in items.ours_below(tx, folder).items():
            candidates = [place + path[len(folder) :] for place in folders[folder]]
            # A file that other programs changed and that got the new name of its media, too, is where that name is.
            is_elsewhere = not any(map(os.path.lexists, candidates)) and any(map(os.path.lexists, places[path]))
            places[path] += candidates
            if path in moved or is_elsewhere:
                continue
            if new := _present_path(path, content_hash, folder, candidates):
                moved[path] = new
    moved |= _exchanged(tx, moved)
    moved |= _changed(tx, moved, places)
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


def _present_path(path: bytes, content_hash: str, folder: bytes, candidates: Sequence[bytes]) -> bytes | None:
    """Return where a file of a renamed folder is now; None if it has not moved."""
    if not os.path.lexists(folder):
        return next(filter(os.path.lexists, candidates), candidates[0])
    if _hash(path) == content_hash:
        return None
    return next((each for each in candidates if _hash(each) == content_hash), None)


def _with_stem(path: bytes, former: tuple[bytes, bytes], now: tuple[bytes, bytes]) -> bytes | None:
    """Return where a file with the name of its media would be, if another program renamed it along with the media."""
    folder, name = os.path.split(path)
    (place, stem), (new_place, new_stem) = former, now
    is_of_media = folder == place and (stem_of(name) == stem or name.startswith(stem + b"-"))
    if not is_of_media:
        return None
    return os.path.join(new_place, new_stem + name[len(stem) :])  # noqa: PTH118 - a path of bytes


def _exchanged(tx: Connection, moved: Mapping[bytes, bytes]) -> dict[bytes, bytes]:
    """Return our files that give way to moved ones and are at the former paths of these now."""
    known = items.ours_at(tx, [new for new in moved.values() if new not in moved])
    former = {new: old for old, new in moved.items()}
    return {path: former[path] for path, content_hash in known.items() if _hash(former[path]) == content_hash}


def _changed(
    tx: Connection, moved: Mapping[bytes, bytes], places: Mapping[bytes, Sequence[bytes]]
) -> dict[bytes, bytes]:
    """
    Return our files that other programs have changed, too, so that their bytes do not tell where they are.

    Such a file is at one of its `places` if its own path has none or another one of ours, or if what we wrote is more
    like the file at the place.
    """
    taken, found = {*moved.values()}, dict[bytes, bytes]()
    for own in items.contents_at(tx, [each for each in places if each not in moved]):
        data = _read(own.path_bytes)
        free = [each for each in places[own.path_bytes] if each not in taken and os.path.lexists(each)]
        if not free or (data is not None and blake3(data).hexdigest() == own.content_hash):
            continue
        likeness = {each: _likeness(own.body, _read(each)) for each in free}
        near = max(likeness, key=likeness.__getitem__)
        if data is None or own.path_bytes in taken or likeness[near] > _likeness(own.body, data):
            found[own.path_bytes] = near
            taken.add(near)
    return found


def _likeness(body: bytes | None, data: bytes | None) -> int:
    """Return how many words a file has that we wrote into it."""
    return len({*_WORDS.findall(body or b"")} & {*_WORDS.findall(data or b"")})


def _read(path: bytes) -> bytes | None:
    try:
        return Path(os.fsdecode(path)).read_bytes()
    except OSError:
        return None


def _hash(path: bytes) -> str | None:
    data = _read(path)
    return None if data is None else blake3(data).hexdigest()
