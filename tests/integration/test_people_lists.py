"""Lists of people that a page sends: their preview and import by a token."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from indexium_core import errors
from indexium_core.library import Library
from indexium_core.model.people.import_report import ListComparison
from tests.support.studio import Studio


@pytest.fixture
def studio(tmp_path: Path) -> Iterator[Studio]:
    made = Studio(tmp_path, 2)
    with made.library:
        yield made


def sent(library: Library, folder: Path, text: str, name: str = "own.csv") -> tuple[str, Path]:
    """Send a list; return its token and its file."""
    path = folder / f"{secrets.token_hex(4)}.csv"
    path.write_text(text, encoding="utf-8")
    return library.people_lists.keep(path, name), path


def listed(library: Library) -> str:
    """Return a list with the first file of the library."""
    return f"path,people\n{library.plan().items[0].file_name},Cy Orr\n"


def refusal(call: Callable[[str], object], token: str) -> str:
    """Return why a call refuses a list."""
    with pytest.raises(errors.UsageError) as caught:
        call(token)
    return caught.value.message


def test_list_is_checked_and_imported_once(studio: Studio, tmp_path: Path) -> None:
    library = studio.library
    token, path = sent(library, tmp_path, listed(library))
    check = library.people_lists.check(token)
    assert (check.report.matched, check.root) == (1, library.inventory.list()[0].path)
    assert "Cy Orr" not in [each.name for each in library.people.list()]

    assert library.people_lists.take(token).added == 1

    assert "Cy Orr" in [each.name for each in library.people.list()]
    assert not path.exists()
    with pytest.raises(errors.UnknownIdError, match="Choose it again"):
        library.people_lists.check(token)
    assert library.people_lists.comparison(token) is None


def test_another_folder_of_the_paths_matches_nothing(studio: Studio, tmp_path: Path) -> None:
    library = studio.library
    token, _ = sent(library, tmp_path, listed(library))
    elsewhere = library.people_lists.check(token, root="/elsewhere")
    assert (elsewhere.report.waiting, elsewhere.root) == (1, "/elsewhere")
    assert library.people_lists.take(token, root="/elsewhere").waiting == 1


def test_message_has_the_name_of_the_file_that_was_sent(studio: Studio, tmp_path: Path) -> None:
    library = studio.library
    token, path = sent(library, tmp_path, "no list", name="notes.csv")
    for said in (refusal(library.people_lists.check, token), refusal(library.people_lists.take, token)):
        assert "notes.csv" in said
        assert str(path) not in said
    library.people_lists.discard(token)
    assert not path.exists()


def test_newer_lists_replace_the_oldest(studio: Studio, tmp_path: Path) -> None:
    library = studio.library
    lists = [sent(library, tmp_path, listed(library)) for _ in range(9)]
    assert [path.exists() for _, path in lists] == [False, *[True] * 8]
    with pytest.raises(errors.UnknownIdError):
        library.people_lists.check(lists[0][0])


def test_comparison_is_told_while_it_runs(studio: Studio, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    library = studio.library
    token, _ = sent(library, tmp_path, listed(library))
    told: list[ListComparison | None] = []

    def check_import(*_: Any, on_progress: Any, **__: Any) -> None:
        told.append(library.people_lists.comparison(token))
        on_progress(1, 9)
        told.append(library.people_lists.comparison(token))

    monkeypatch.setattr(library.people_lists._people, "check_import", check_import)
    library.people_lists.check(token)
    assert told == [None, ListComparison(done=1, total=9)]
    assert library.people_lists.comparison(token) is None
