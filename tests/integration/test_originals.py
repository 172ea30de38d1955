"""`/media/{id}`: the bytes of films for players, by ranges, and only from inside the library folders."""

from __future__ import annotations

import http.client
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from dashboards.web import server
from indexium_core import errors
from indexium_core.flows.pictures.originals import Originals
from indexium_core.library import Library
from indexium_core.store.catalog import catalog
from tests.support import media as clips


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    made = tmp_path / "films"
    made.mkdir()
    clips.build("mp4", made, name="a.mp4")
    return made


@pytest.fixture
def url(library: Library) -> Iterator[str]:
    with server.make_server(library, port=0).background() as running:
        yield running.url


def fetch(url: str, file_id: int, method: str = "GET", **headers: str) -> tuple[int, dict[str, str], bytes]:
    host = urlsplit(url).netloc
    connection = http.client.HTTPConnection(host, timeout=10)
    sent = {name.replace("_", "-"): value for name, value in headers.items()}
    connection.request(method, f"/media/{file_id}", headers=sent)
    answer = connection.getresponse()
    body = answer.read()
    connection.close()
    return answer.status, {name.lower(): value for name, value in answer.getheaders()}, body


def test_whole_file_and_ranges_have_the_bytes_of_the_file(url: str, library: Library, folder: Path) -> None:
    data, [file_id] = (folder / "a.mp4").read_bytes(), library.media.ids()
    status, headers, body = fetch(url, file_id)
    assert (status, body) == (200, data)
    assert headers["content-type"] == "video/mp4"
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["accept-ranges"] == "bytes"

    size = len(data)
    for asked, first, last in (
        ("bytes=0-", 0, size - 1),
        ("bytes=10-19", 10, 19),
        ("bytes=5-5", 5, 5),
        (f"bytes={size - 5}-{size + 50}", size - 5, size - 1),
        ("bytes=-7", size - 7, size - 1),
    ):
        status, headers, body = fetch(url, file_id, Range=asked)
        assert (status, headers["content-range"]) == (206, f"bytes {first}-{last}/{size}")
        assert body == data[first : last + 1]
    for asked in (f"bytes={size}-", "bytes=-0"):
        status, headers, body = fetch(url, file_id, Range=asked)
        assert (status, headers["content-range"], body) == (416, f"bytes */{size}", b"")
    for asked in ("bytes=5-2", "bytes=a-", "bytes=0-1,3-4", "lines=0-1"):  # not valid, or several: the whole file
        assert fetch(url, file_id, Range=asked)[0] == 200
    assert fetch(url, file_id, Range="bytes=0-1", If_Range='"other"')[0] == 200
    status, headers, body = fetch(url, file_id, "HEAD")
    assert (status, headers["content-length"], body) == (200, str(size), b"")


def test_files_outside_the_library_folder_are_not_served(
    url: str, library: Library, folder: Path, tmp_path: Path
) -> None:
    [file_id] = library.media.ids()
    outside = tmp_path / "outside.mp4"
    (folder / "a.mp4").rename(outside)
    (folder / "a.mp4").symlink_to(outside)
    assert fetch(url, file_id)[0] == 404
    assert fetch(url, 4711)[0] == 404
    assert fetch(url, 10**18)[0] == 404


def test_changed_file_and_unknown_host_are_refused(url: str, library: Library, folder: Path) -> None:
    [file_id] = library.media.ids()
    with (folder / "a.mp4").open("ab") as film:
        film.write(b"more")
    assert fetch(url, file_id)[0] == 404
    assert fetch(url, file_id, Host="evil.example")[0] in (400, 403, 421)


def test_file_that_the_browser_has_is_not_sent_again(url: str, library: Library, folder: Path) -> None:
    [file_id] = library.media.ids()
    tag = fetch(url, file_id)[1]["etag"]
    for method in ("GET", "HEAD"):
        status, headers, body = fetch(url, file_id, method, If_None_Match=tag)
        assert (status, headers["etag"], body) == (304, tag, b"")
    assert fetch(url, file_id, If_None_Match='"other"')[0] == 200
    status, _, body = fetch(url, file_id, If_None_Match=tag, Range="bytes=0-3")
    assert (status, body) == (206, (folder / "a.mp4").read_bytes()[:4])


def test_offline_folder_and_failed_search_are_no_server_error(
    url: str, library: Library, monkeypatch: pytest.MonkeyPatch
) -> None:
    [file_id] = library.media.ids()
    [row] = library.inventory.list()
    with library.media._database.atomic() as tx:
        catalog.set_library_state(tx, row.library_id, "offline", "The disk is not connected.")
    assert fetch(url, file_id)[0] == 404

    def fail(*_: object) -> None:
        raise errors.StoreError("The home cannot be read.")

    monkeypatch.setattr(Originals, "find", fail)
    assert fetch(url, file_id)[0] == 404
