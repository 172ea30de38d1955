"""The list of titles, and the commands."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from indexium_core import errors
from indexium_core.library import Library
from tests.support.identified_home import run, titles


def test_list_filters_sorts_and_pages(library: Library) -> None:
    assert [each.title for each in library.titles.list("thing THE").items] == ["The Thing"]
    assert [each.title for each in library.titles.list(sort="year", descending=True).items] == [
        "The Thing",
        "Pond",
        "Thng",
    ]
    page = library.titles.list(kind="episode", page=2, per_page=3)
    assert (page.total, [each.episode for each in page.items]) == (4, [4])
    with pytest.raises(errors.UnknownIdError, match="no library folder 77"):
        library.titles.list(library_id=77)
    with pytest.raises(errors.UsageError, match="no kind “film”"):
        library.titles.list(kind="film")


def test_commands(library: Library, folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = folder / "Films/Thng.mp4"
    path.rename(path.with_name("Thng - Final Cut.mp4"))
    library.scan()
    title_id = str(titles(library)["Thng"].id)
    library.close()
    assert run(library, capsys, "titles", "set", title_id, "title=By hand", "year=1951")[0] == 0
    assert run(library, capsys, "titles", "lock", title_id, "title")[0] == 0
    code, text = run(library, capsys, "titles", "identify", "--json")
    assert (code, json.loads(text)["status"]) == (0, "completed")
    assert json.loads(text)["message"].startswith("6 files: 2 of films, 3 of episodes, 0 extras, 1 home video")
    code, text = run(library, capsys, "titles", "list", "--json")
    assert [each["title"] for each in json.loads(text)["items"]] == ["By hand", "Pond", "The Thing"]
    assert "By hand (1951)" in run(library, capsys, "titles", "list")[1]
    code, text = run(library, capsys, "titles", "show", title_id, "--candidates")
    assert ("locked" in text, "not shown" in text) == (True, True)
    assert re.search(r"main +Final Cut .+/Thng - Final Cut\.mp4", text)
    assert run(library, capsys, "titles", "unlock", title_id, "title")[0] == 0
    assert run(library, capsys, "titles", "set", title_id, "title=")[0] == 0
    assert "Thng" in run(library, capsys, "titles", "show", title_id)[1]
    assert run(library, capsys, "titles", "set", title_id, "nonsense")[0] == 2
    assert run(library, capsys, "libraries", "set", "1", "--kind", "series")[0] == 0
    assert "series" in run(library, capsys, "libraries", "list")[1]
