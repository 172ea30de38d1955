"""
A home of the commit 0ddd0530, with everything that later versions must still read, undo and roll back.

`python -m tests.support.old_home` made `tests/corpus/old_home.tar.xz` with the code of that commit. Run it again only
from there: the archive is worth what an older program wrote. `extract` unpacks it and stores where its files are now.
"""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import tarfile
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path

import pytest

from indexium_core.demo.providers.stand_in import ProviderStandIn
from indexium_core.library import Library
from tests.support import homes, media, photos
from tests.support.clock import Clock
from tests.support.copied_home import paths, search_all_names, updates
from tests.support.matched_home import ids
from tests.support.providers import store_addresses, use_keys
from tests.support.studio import ALL, OLD

ARCHIVE = Path(__file__).parents[1] / "corpus" / "old_home.tar.xz"
MADE_AT = datetime(2026, 11, 25, 7, tzinfo=UTC)
_ROOT = Path("/tmp/indexium-old-home")
_TITLES = (
    "Films/The Lantern Keeper.mp4",
    "Films/Night Tramway.mp4",
    "Films/Zzyzx Quorum (1999).mp4",
    "Films/Amber Coast (1994).mp4",
    "Shows/Harbour Lights/Season 1/Harbour Lights - S01E01.mp4",
)


def extract(folder: Path) -> tuple[Path, Path, Mapping[str, str]]:
    """Unpack the archive; return the home, the folder of its files, and the hash of each original file."""
    with tarfile.open(ARCHIVE) as archive:
        archive.extraction_filter = getattr(tarfile, "data_filter", None)  # Python 3.11.0 to 3.11.3 have none
        archive.extractall(folder)
    home, files = folder / "home", folder / "media"
    with Library.open(home, clock=clock(), take_over="nothing") as library, library._parts.core.store.atomic() as tx:
        for statement in updates(tx, _ROOT / "media"):
            tx.execute(statement, paths(_ROOT / "media", files))
        homes.update_inodes(tx, [path for path in files.rglob("*") if path.is_file()])
        tx.execute("DELETE FROM hash_cache")
    return home, files, json.loads((folder / "originals.json").read_text())


def clock() -> Clock:
    """Return the time at which the home was closed: steps and backups have a limited age."""
    return Clock(MADE_AT)


def hashes(folder: Path) -> dict[str, str]:
    """Return the hash of each file below a folder by its path in it."""
    return {
        str(path.relative_to(folder)): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }


def _make() -> None:
    shutil.rmtree(_ROOT, ignore_errors=True)
    home, folder = _ROOT / "home", _ROOT / "media"
    for seed, name in enumerate(("a.mp4", "b.mkv", "c.mp4", "d.mkv", "e.mp4")):
        media.video(folder / "clips" / name, seed=seed, comment="People: Bob Ray")
    (folder / "clips/photo.jpg").write_bytes(photos.photo("jpeg", exif=photos.exif(rating=2)))
    for seed, name in enumerate(_TITLES, 10):
        media.video(folder / name, seed=seed)
    for path in folder.rglob("*.*"):
        os.utime(path, (OLD, OLD))
    originals = hashes(folder)
    with pytest.MonkeyPatch.context() as patch, ProviderStandIn() as stand_in:
        patch.setenv("INDEXIUM_SNAPSHOTS", "false")
        search_all_names(patch)
        use_keys(patch, "tmdb_api_key")
        store_addresses(home, stand_in, enrich_pause_ms="0")
        with Library.open(home, clock=Clock(MADE_AT)) as library:
            library.matches.on_accept = lambda _: None
            _decide(library, folder)
        (home / "settings.toml").unlink(missing_ok=True)  # the addresses of the stand-in
        with Library.open(home, clock=Clock(MADE_AT)) as library:
            library.configuration.set("metadata_backup_retention_days", "60")
            library.configuration.set("audit_retention_days", "30")
    for name in ("logs", "snapshots", "backups/database"):
        shutil.rmtree(home / name, ignore_errors=True)
    (_ROOT / "originals.json").write_text(json.dumps(originals, indent=1))
    with tarfile.open(ARCHIVE, "w:xz", preset=9) as archive:
        for name in ("home", "media", "originals.json"):
            archive.add(_ROOT / name, name, filter=_anonymous)
    print(ARCHIVE.stat().st_size, *sorted(str(path.relative_to(_ROOT)) for path in home.rglob("*")), sep="\n")


def _anonymous(info: tarfile.TarInfo) -> tarfile.TarInfo | None:
    info.uid = info.gid = 0
    info.uname = info.gname = ""
    return None if info.name.endswith((".lock", ".sock", ".wal")) else info


def _decide(library: Library, folder: Path) -> None:
    library.inventory.add(folder / "clips", photos=True)
    for name in ("Films", "Shows"):
        library.inventory.add(folder / name, kind="mixed")
    library.scan()
    clips = folder / "clips"
    library.people.add([clips / "a.mp4", clips / "b.mkv"], ["Ann Lee"])
    library.write(library.plan("name:a.mp4"), ALL).wait()  # stays, and can be rolled back
    rolled_back = library.write(library.plan("name:b.mkv"), ALL).wait()
    library.rollback(rolled_back.id).wait()

    library.decisions.set_fields("name:c.mp4", {"title": "Undone title", "rating": "4"})
    library.steps.undo()
    library.people.rename("Ann Lee", "Anna Lee")
    library.decisions.edit("name:c.mp4", ["Dee Poe"])
    library.decisions.set_fields("name:d.mkv", {"rating": "5"})
    library.decisions.postpone("name:e.mp4", "2030-01-01")
    library.steps.undo()  # can be redone

    library.jobs.wait(library.titles.identify().id, timeout=60)
    known = ids(library)
    for name in ("The Lantern Keeper", "Night Tramway", "Harbour Lights"):
        library.matches.find(known[name])
    library.matches.accept(known["The Lantern Keeper"], 1)
    library.matches.reject(known["Harbour Lights"], 1)
    library.matches.later(known["Night Tramway"])
    library.matches.ignore(known["Night Tramway"])
    library.matches.undo()
    library.matches.accept(known["The Lantern Keeper"], 2)
    library.titles.set(known["Night Tramway"], "plot", "By hand")
    library.titles.lock(known["Night Tramway"], ["title"])
    moved = library.files.find(str(folder / "Films/Amber Coast (1994).mp4"))
    library.titles.assign([moved], known["Zzyzx Quorum (1999)"], role="extra")


if __name__ == "__main__":
    _make()
