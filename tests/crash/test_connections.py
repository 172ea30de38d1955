"""A service that is killed while it hears events: none is lost after its answer, and none is handled twice."""

from __future__ import annotations

import time
from pathlib import Path

import pytest

from indexium_core import settings
from indexium_core.library import Library
from indexium_core.model.publishing.requests import PublicationFilter, PublicationSelection
from tests.support import killed_reaction
from tests.support.children import Child
from tests.support.published_home import HOME, picture, select_picture, tree
from tests.support.senders import settled

pytestmark = pytest.mark.crash


# The events are received, they are read and wait, the reaction begins.
@pytest.mark.parametrize("seconds", [0.0, pytest.param(1.2, marks=pytest.mark.further), 2.4])
def test_events_of_a_killed_service_are_handled_once(tmp_path: Path, seconds: float) -> None:
    folder, home = HOME.lay_out(tmp_path / "media"), tmp_path / "home"
    with HOME.open(home, folder) as library:
        library.publications.set_options(1, publish="both")
        for each in library.titles.list(kind="movie").items:
            select_picture(library, each.id, picture("red"))
        library.publications.refresh()
        library.publications.start(PublicationSelection(filter=PublicationFilter())).wait()
    published = side_files(tree(folder))

    with Child(killed_reaction.serve, home, folder) as child:
        assert child.hear("received") == "4"
        time.sleep(seconds)
        child.kill()

    config = settings.load(home, webhook_quiet_seconds=1)  # as in the killed process; the default is 45
    with Library.open(home, url="http://127.0.0.1:1", config=config) as library:
        events = settled(library, count=4)
        assert {each.state for each in events} == {"handled"}
        assert side_files(tree(folder)) == published
        written = [each for each in library.history.get_operations().items if each.source == "recovery"]
        done = [
            item.entity_id for each in written for item in library.operation(each.id).items if item.status == "success"
        ]
        assert len(done) == len(set(done)) == 2
        assert list((home / "webhooks").iterdir()) == []


def side_files(files: dict[str, bytes]) -> dict[str, bytes]:
    return {name: content for name, content in files.items() if not name.endswith(".mp4")}
