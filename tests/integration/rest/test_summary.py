"""The text of a library in a notebook: the same in the process that has the home open and through its service."""

from __future__ import annotations

from pathlib import Path

from dashboards.web import server
from indexium_core.api.remote import RemoteLibrary
from indexium_core.api.service import Service
from indexium_core.library import Library
from tests.support.rest import Client, ended


def test_library_is_shown_by_its_folders_files_plan_and_last_write(library: Library, home: Path) -> None:
    name = f"<library {home}"
    assert repr(library) == f"{name}: 1 folder, 5 files; no plan yet; no write yet>"
    library.plan()
    assert "5 files; plan 1: 1 safe, 2 warning, 1 danger, 1 blocked, 0 unchanged; no write yet>" in repr(library)
    with server.make_server(library, port=0).background() as running:
        found = Service(url=running.url, token=running.token, pid=0, instance_id=library.instance_id, version="")
        remote = RemoteLibrary(home, found)
        number = Client(running.url).post("/api/metadata/write", {"q": "lake OR copy"}).json["operation_id"]
        ended(Client(running.url), number)
        before = library.plan().id
        for each in (library, remote):
            text = repr(each)
            assert text.startswith(f"{name}: 1 folder, 5 files; plan {before}: ")
            assert "2 unchanged; last write today " in text
            assert text.endswith("(2 files)>")
            html = each._repr_html_()
            assert "<th scope" in html
            assert "operation 1, today" in html
        statements = library._parts.core.store.statements
        library._repr_html_()
        assert library._parts.core.store.statements - statements <= 4
        assert library.plan().id == before
    assert "ended before it answered" in repr(remote)
    library.close()
    for text in (repr(library), library._repr_html_()):
        assert "closed" in text
    assert repr(Library.__new__(Library)) == "<library, not open>"
