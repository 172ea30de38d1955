"""Uploaded lists of people: only from own pages, with a size limit, and in a file of their own."""

from __future__ import annotations

import http.client
import json
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace

import pytest

from dashboards.web import server, uploads
from dashboards.web.server import DashboardServer
from tests.support.fake_library import FakeLibrary


@pytest.fixture
def kept() -> list[tuple[Path, str]]:
    """The files that the library has got, with their names; their tokens are their numbers."""
    return []


@pytest.fixture
def served(tmp_path: Path, kept: list[tuple[Path, str]]) -> Iterator[DashboardServer]:
    def keep(path: Path, name: str) -> str:
        kept.append((path, name))
        return str(len(kept))

    library = FakeLibrary(count=1)
    library.home, library.people_lists = tmp_path, SimpleNamespace(keep=keep)
    with server.make_server(library, port=0).background() as running:  # type: ignore[arg-type]
        yield running
    library.close()


def send(served: DashboardServer, body: bytes = b"path,person\n", **changed: str) -> tuple[int, str]:
    headers = {
        "Origin": f"http://127.0.0.1:{served.port}",
        "Content-Type": "application/octet-stream",
        "X-File-Name": "people%20%C3%A9.csv",
    } | {name.replace("_", "-"): value for name, value in changed.items()}
    connection = http.client.HTTPConnection("127.0.0.1", served.port, timeout=20)
    connection.request("POST", "/files/people", body, {name: value for name, value in headers.items() if value})
    answer = connection.getresponse()
    text = answer.read().decode()
    connection.close()
    return answer.status, text


def test_library_gets_the_uploaded_list_with_its_name(
    served: DashboardServer, kept: list[tuple[Path, str]], tmp_path: Path
) -> None:
    status, text = send(served, b"path,person\nsea.mp4,Ann Lee\n")
    [(path, name)] = kept

    assert (status, json.loads(text), name) == (200, {"token": "1"}, "people é.csv")
    assert path.parent == tmp_path / "uploads"
    assert path.suffix == ".csv"
    assert path.read_bytes() == b"path,person\nsea.mp4,Ann Lee\n"
    assert path.stat().st_mode & 0o077 == 0 or path.parent.stat().st_mode & 0o077 == 0


@pytest.mark.parametrize(
    ("changed", "status"),
    [
        ({"Origin": "http://evil.example"}, 403),
        ({"Origin": ""}, 403),
        ({"Content_Type": "text/plain"}, 415),
        ({"X_File_Name": "people.exe"}, 415),
        ({"X_File_Name": ""}, 415),
        ({"Content_Length": str(uploads.LARGEST + 1)}, 413),
        ({"Content_Length": "\xb2"}, 413),
    ],
)
def test_other_uploads_are_refused(
    served: DashboardServer, tmp_path: Path, changed: dict[str, str], status: int
) -> None:
    body = b"" if "Content_Length" in changed else b"path,person\n"
    assert send(served, body, **changed)[0] == status
    assert list(tmp_path.glob("uploads/*")) == []


def test_uploads_of_earlier_process_are_deleted(tmp_path: Path) -> None:
    left = tmp_path / uploads.FOLDER / "left.csv"
    left.parent.mkdir()
    left.touch()
    uploads.routes(SimpleNamespace(home=tmp_path), None)  # type: ignore[arg-type]
    assert not left.exists()
