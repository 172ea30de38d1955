"""
Homes with a folder of files that are prepared once by a process and copied for each test.

A copy gets what is particular to it: the path of the folder, and the inodes of the files.
"""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from indexium_core.library import Library
from indexium_core.model.names import film_evidence
from indexium_core.model.people import people_comment
from indexium_core.store.connection import Connection
from indexium_core.store.home_files import FILE_NAME
from tests.support import homes, media, tables

_TEXTS = """SELECT c.table_name, c.column_name, c.data_type
            FROM duckdb_columns() AS c JOIN duckdb_tables() AS t USING (table_oid)
            WHERE c.data_type IN ('VARCHAR', 'JSON', 'BLOB') AND NOT t.internal AND NOT t.temporary"""


def search_all_names(monkeypatch: pytest.MonkeyPatch) -> None:
    """Keep no name back, for tests of what follows: their clips have short names, and no film has their durations."""
    monkeypatch.setattr(
        film_evidence, "BAR", min(sign.points for sign in film_evidence.SIGNS.values()) * len(film_evidence.SIGNS)
    )


def scan_titles(library: Library, folder: Path) -> None:
    """Add a folder of films and series, and identify them."""
    library.inventory.add(folder, kind="mixed")
    library.scan()


@dataclass(frozen=True)
class _Template:
    database: Path
    folder: Path
    updates: tuple[str, ...]  # one for each table that names the folder


class CopiedHome:
    """A folder with a different clip for each name, and a home after its preparation."""

    def __init__(
        self,
        names: Iterable[str] | Mapping[str, Mapping[str, str]],
        prepare: Callable[[Library, Path], object] = scan_titles,
        *,
        options: Callable[[], dict[str, Any]] = dict,
    ) -> None:
        """
        Note how the files and the first home are made.

        `names`: paths below the folder, perhaps with tags; `options` returns arguments of `Library.open`.
        """
        self._tags = names if isinstance(names, Mapping) else {name: {} for name in names}
        self._prepare, self._options = prepare, options
        self._templates: dict[tuple[str, ...], _Template] = {}  # by the settings in the environment

    def lay_out(self, folder: Path) -> Path:
        """Copy the files into a new folder and return it."""
        shutil.copytree(self._template().folder, folder)
        return folder

    def open(self, home: Path, folder: Path, **options: Any) -> Library:
        """Open a home, which may have settings but no database, that knows the files of `lay_out`."""
        template = self._template()
        home.mkdir(exist_ok=True)
        shutil.copyfile(template.database, home / FILE_NAME)
        library = Library.open(home, **options)
        with tables.changing(library) as tx:
            for statement in template.updates:
                tx.execute(statement, paths(template.folder, folder))
            homes.update_inodes(tx, [path for path in folder.rglob("*") if path.is_file()])
            tx.execute("DELETE FROM hash_cache")  # of the inodes of other copies
        return library

    def _template(self) -> _Template:
        key = homes.settings_in_environment(but="INDEXIUM_SNAPSHOTS")  # a copy has none
        if key not in self._templates:
            self._templates[key] = self._make()
        return self._templates[key]

    def _make(self) -> _Template:
        root = Path(tempfile.mkdtemp(dir=homes.folder()))
        folder = root / "media"
        for seed, (name, tags) in enumerate(self._tags.items()):
            media.video(folder / name, seed=seed, tags=dict(tags))
        with _without_snapshots(), Library.open(root / "home", **self._options()) as library:
            self._prepare(library, folder)
            with tables.changing(library) as reader:
                found = tuple(updates(reader, folder))
        homes.forget_planned_runs(root / "home")
        return _Template(root / "home" / FILE_NAME, folder, found)


class SettledHome:
    """
    A copied home after operations on its files: each test gets the home anew, and the files at one path.

    The journals of operations name the files, so their folder is the same in each test of a process.
    """

    def __init__(self, base: CopiedHome, prepare: Callable[[Library, Path], object]) -> None:
        self._base, self._prepare = base, prepare
        self._templates: dict[tuple[str, ...], Path] = {}  # by the settings in the environment

    def lay_out(self) -> Path:
        """Put the files into their folder, and return it; what earlier tests left beside it is removed."""
        root = self._template()
        shutil.rmtree(root / "used", ignore_errors=True)
        shutil.copytree(root / "media", root / "used/media", symlinks=True)
        return root / "used/media"

    def open(self, home: Path, **options: Any) -> Library:
        """Open a new home that knows the files of `lay_out`."""
        root = self._template()
        shutil.copytree(root / "home", home, dirs_exist_ok=True)
        library = Library.open(home, **options)
        with tables.changing(library) as tx:
            homes.update_inodes(tx, [path for path in (root / "used/media").rglob("*") if path.is_file()])
            tx.execute("DELETE FROM hash_cache")  # of the inodes of other copies
        return library

    def _template(self) -> Path:
        key = homes.settings_in_environment(but="INDEXIUM_SNAPSHOTS")  # a copy has none
        if key not in self._templates:
            root = Path(tempfile.mkdtemp(dir=homes.folder()))
            folder = self._base.lay_out(root / "used/media")
            with _without_snapshots(), self._base.open(root / "home", folder) as library:
                self._prepare(library, folder)
            homes.forget_planned_runs(root / "home")
            shutil.move(folder, root / "media")
            self._templates[key] = root
        return self._templates[key]


class CopiedFolder:
    """A folder that has a home and its media: made once by a process, and copied with every file of the home."""

    def __init__(self, make: Callable[[Path], object]) -> None:
        """Note the function that makes the home and its media in a folder, and closes the library."""
        self._make = make
        self._templates: dict[tuple[str, ...], tuple[Path, tuple[str, ...]]] = {}  # by the settings in the environment

    def open(self, folder: Path, **options: Any) -> Library:
        """Copy everything into a folder and open the home there."""
        template, statements = self._template()
        shutil.copytree(template, folder, dirs_exist_ok=True)
        library = Library.open(folder / "home", **options)
        with tables.changing(library) as tx:
            for statement in statements:
                tx.execute(statement, paths(template, folder))
            homes.update_files(tx, [path for path in folder.rglob("*") if path.is_file()])
        return library

    def _template(self) -> tuple[Path, tuple[str, ...]]:
        key = homes.settings_in_environment()
        if key not in self._templates:
            folder = Path(tempfile.mkdtemp(dir=homes.folder()))
            self._make(folder)
            with Library.open(folder / "home") as library, tables.changing(library) as reader:
                statements = tuple(updates(reader, folder))
            homes.forget_planned_runs(folder / "home")
            self._templates[key] = folder, statements
        return self._templates[key]


@contextmanager
def _without_snapshots() -> Iterator[None]:
    """Prepare a home the same way for all tests: some of them take snapshots."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("INDEXIUM_SNAPSHOTS", "false")
        yield


def paths(old: Path, new: Path) -> dict[str, str]:
    """Return the parameters of the updates: the paths, and their form in columns for searches."""
    folded = {"old_search": people_comment.fold(str(old)), "new_search": people_comment.fold(str(new))}
    return {"old": str(old), "new": str(new)} | folded


def updates(reader: Connection, folder: Path) -> Iterable[str]:
    """Return a statement for each table whose rows name the folder."""
    found: dict[str, list[str]] = {}
    wanted = {name: value for name, value in paths(folder, folder).items() if name.startswith("old")}
    for table, column, kind in reader.execute(_TEXTS).fetchall():
        text = f"decode({column})" if kind == "BLOB" else column
        names = f"SELECT count(*) FROM {table} WHERE contains({column}::VARCHAR, $old)"
        if reader.value(f"{names} OR contains({column}::VARCHAR, $old_search)", wanted):
            new = f"replace(replace({text}, $old, $new), $old_search, $new_search)"
            found.setdefault(table, []).append(f"{column} = {f'encode({new})' if kind == 'BLOB' else new}")
    return [f"UPDATE {table} SET {', '.join(changes)}" for table, changes in found.items()]
