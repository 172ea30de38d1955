"""What an event wanted and did not reach keeps it waiting, with the cause, until the cause ends."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from indexium_core import errors
from indexium_core.flows.writing import blockers, side_files
from indexium_core.library import Library
from indexium_core.model.connections.webhooks import WebhookEvent
from tests.support import media
from tests.support.published_home import tree
from tests.support.senders import Radarr, settled
from tests.support.waiting import until

LANTERN = "Films/The Lantern Keeper (2014)"
NAME = "The Lantern Keeper (2014)"


@pytest.fixture(autouse=True)
def _soon(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("indexium_core.flows.webhooks.reactions.LATER", timedelta(seconds=1))
    monkeypatch.setattr("indexium_core.flows.webhooks.reactions.FAR", timedelta(seconds=1))
    monkeypatch.setattr("indexium_core.flows.webhooks.event_intake._REACTION_SECONDS", 1.0)


# Reactions: what a sender does, and whether the reaction to it has ended.


def scan(library: Library, folder: Path) -> Callable[[], bool]:
    radarr, new = Radarr(library, folder), folder / "Films/Cold Harvest (2018)/Cold.Harvest.2018.mp4"
    media.video(folder.parent / "new.mp4", seed=77)

    def has_ended() -> bool:
        return any(each.title == "Cold Harvest" for each in library.titles.list().items)

    (folder.parent / "new.mp4").rename(_made(new))
    body = {"eventType": "Download", "movie": radarr.subject(new.parent), "movieFile": {"path": radarr.path(new)}}
    radarr.send(body)
    return has_ended


def restore(library: Library, folder: Path) -> Callable[[], bool]:
    before, film = tree(folder), folder / LANTERN / f"{NAME}.mp4"
    Radarr(library, folder).upgrade(film, film)
    ours = {name: content for name, content in before.items() if not name.endswith(".mp4")}
    return lambda: {name: content for name, content in tree(folder).items() if name in ours} == ours


def publish(library: Library, folder: Path) -> Callable[[], bool]:
    library.automation.change(1, {"automation_mode": "automatic"})
    film = next(each.id for each in library.titles.list().items if each.title == "The Lantern Keeper")
    library.titles.set(film, "plot", "Another plot.")
    radarr, path = Radarr(library, folder), folder / LANTERN / f"{NAME}.mp4"
    radarr.send(
        {"eventType": "Download", "movie": radarr.subject(path.parent), "movieFile": {"path": radarr.path(path)}}
    )
    return lambda: b"Another plot." in (folder / LANTERN / "movie.nfo").read_bytes()


def _made(path: Path) -> Path:
    path.parent.mkdir(parents=True)
    return path


# Causes: each lasts as long as its context.


@contextmanager
def away(library: Library, folder: Path) -> Iterator[None]:
    folder.rename(folder.with_name("away"))
    folder.mkdir()
    yield
    folder.rmdir()
    folder.with_name("away").rename(folder)


@contextmanager
def paused(library: Library, folder: Path) -> Iterator[None]:
    library.automation.pause()
    library._parts.core.is_served = True  # a service looks at the events when its automation continues
    yield
    library.automation.pause(is_paused=False)


@contextmanager
def quiet(library: Library, folder: Path) -> Iterator[None]:
    library.automation.change(1, {"quiet_from": "00:00", "quiet_until": "23:59"})
    yield
    library.automation.change(1, {"quiet_from": "", "quiet_until": ""})


def refusing(code: str, message: str, free: int) -> Callable[[Library, Path], AbstractContextManager[None]]:
    """A disk that answers each write of a side file with an error."""

    def fail(*_: object) -> Any:
        raise errors.FileAccessError(message, code=code)

    @contextmanager
    def lasting(library: Library, folder: Path) -> Iterator[None]:
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(side_files, "_edits", fail)
            patch.setattr(blockers, "_free", lambda _: free)
            yield

    return lasting


FULL = refusing("low_space", "movie.nfo could not be written: the disk is full.", 0)
READ_ONLY = refusing("read_only", "movie.nfo is not writable: its file system is read-only.", 10**9)
LOCKED = refusing("busy", "movie.nfo is being written by another process.", 10**9)


@contextmanager
def refused(library: Library, folder: Path) -> Iterator[None]:
    """Folders without a write bit: the plan knows it, and nothing is started."""
    places = [each for each in folder.rglob("*") if each.is_dir()]
    for each in places:
        each.chmod(0o555)
    yield
    for each in places:
        each.chmod(0o755)


CAUSES = {
    "refused": (refused, "cannot be written: its folder refuses files"),
    "mount": (away, "is empty"),
    "pause": (paused, "All automation is paused."),
    "full": (FULL, "is full"),
    "read-only": (READ_ONLY, "is read-only"),
    "lock": (LOCKED, "by another process"),
    "quiet time": (quiet, "quiet time"),
}
WRITES = ("mount", "pause", "full", "read-only", "lock", "refused")
REACTIONS = [
    *((scan, each) for each in ("mount", "pause")),
    *((react, cause) for cause in WRITES for react in (restore, publish)),
    (publish, "quiet time"),
]
USUAL = {(scan, "pause"), (restore, "full"), (restore, "lock"), (publish, "refused")}


def by_itself(library: Library) -> list[int]:
    """The publications that began by themselves."""
    found = library.history.get_operations().items
    return [each.id for each in found if each.actor_kind == "webhook"]


@pytest.mark.parametrize(
    ("react", "cause"),
    [pytest.param(*each, marks=[] if each in USUAL else [pytest.mark.further]) for each in REACTIONS],
)
def test_event_waits_with_the_cause_until_the_cause_ends(
    library: Library,
    folder: Path,
    published: dict[str, bytes],
    react: Callable[[Library, Path], Callable[[], bool]],
    cause: str,
) -> None:
    lasting, sentence = CAUSES[cause]
    library.automation.pause()
    has_ended = react(library, folder)
    with lasting(library, folder):
        if cause != "pause":
            library.automation.pause(is_paused=False)

        def waits() -> WebhookEvent | None:
            found = library.webhooks.events().items
            return found[0] if sentence in found[0].result else None

        until(lambda: waits() is not None)
        if cause not in ("mount", "pause"):
            jobs = library.jobs.list(("reaction",)).total
            until(lambda: library.jobs.list(("reaction",)).total > jobs + 1)  # it is retried
        assert {each.state for each in library.webhooks.events().items} == {"waiting"}
        assert cause == "mount" or not has_ended()
        assert len(by_itself(library)) <= 1  # an attempt that would write nothing is no operation
    events = settled(library)
    assert {each.state for each in events} == {"handled"}, events
    assert has_ended(), events[0].result


def test_events_that_a_full_home_could_not_take_are_handled_later(
    library: Library, folder: Path, published: dict[str, bytes], monkeypatch: pytest.MonkeyPatch
) -> None:
    """The job that reads them fails, and nothing else starts the next one."""
    monkeypatch.setattr("indexium_core.flows.webhooks.event_intake.LATER", timedelta(seconds=1))
    tried = []

    def fail(*_: object) -> None:
        tried.append(1)
        raise errors.StoreError("The disk of the home is full, so the database cannot be written.")

    with monkeypatch.context() as patch:
        patch.setattr("indexium_core.store.connections.webhooks.put_event", fail)
        has_ended = restore(library, folder)
        until(lambda: len(tried) > 1)
        assert not has_ended()
    until(has_ended)
    assert {each.state for each in settled(library, count=2)} == {"handled"}
