"""The demo library, prepared once by a process and copied for each test."""

from __future__ import annotations

import functools
import shutil
import tempfile
from pathlib import Path

from indexium_core import demo
from indexium_core.library import Library
from indexium_core.store.home_files import FILE_NAME
from tests.support import homes, media, tables


def lay_out(stage: Path, name: str = "demo") -> Path:
    """Return a copy of the demo's files in the folder `stage`, without what another test left there."""
    shutil.rmtree(stage)
    shutil.copytree(media.original_demo(), stage / name, copy_function=shutil.copy2)
    return stage / name


def home(path: Path, films: Path) -> Library:
    """Open a home at `path` after the preparation of the demo, without other changes."""
    path.mkdir()
    shutil.copyfile(_prepared(films), path / FILE_NAME)
    library = Library.open(path)
    with tables.changing(library) as tx:
        homes.update_inodes(tx, [path for path in films.rglob("*") if path.is_file()])
        tx.execute("DELETE FROM hash_cache")  # of the inodes of other copies
    return library


@functools.cache  # for each folder, because a database identifies files by their paths
def _prepared(films: Path) -> Path:
    """Return the database of the prepared demo; its home is closed."""
    made = Path(tempfile.mkdtemp(dir=films.parent.parent, prefix="prepared")) / "home"
    with Library.open(made) as library:
        demo.prepare(library, films)
    homes.forget_planned_runs(made)
    return made / FILE_NAME
