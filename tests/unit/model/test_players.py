"""The table of players: its bases, its page, and what no player forgets."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Literal

from indexium_core.model.publishing import players
from indexium_core.model.publishing.player_views import FileAction, rollback_notes, versions
from indexium_core.model.publishing.players import PLAYERS
from tests.support.cases import each_case

PAGE = Path(__file__).resolve().parents[3] / "docs" / "readers.md"
BASES = {"measured", "source", "stated", "reported", ""}
# Kodi 20 and 21, and the versions of Jellyfin, have the same names and elements.
PROGRAMS = {each.program: each for each in reversed(PLAYERS)}


def cell(names: tuple[str, ...], basis: str, by: str = ", ") -> str:
    if not names:
        return f"none ({basis})" if basis else "not known"
    return f"{by.join(f'`{name}`' for name in names)} ({basis})"


def rows() -> Iterator[list[str]]:
    """The rows of the three tables of the page, from the table of players."""
    order = [PROGRAMS[name] for name in ("Kodi", "Jellyfin", "Plex")]
    for place in order[0].nfo:
        yield [f"NFO file: {place}", *(cell(each.nfo[place].names, each.nfo[place].basis) for each in order)]
    for place in order[0].pictures:
        yield [f"poster: {place}", *(cell(each.pictures[place].names, each.pictures[place].basis) for each in order)]
    for name in order[0].elements:
        found = [each.elements[name] for each in order]
        yield [f"element: {name}", *(f"{cell(each.names, each.basis)}, {each.wins}" for each in found)]


def documented() -> list[list[str]]:
    lines = PAGE.read_text(encoding="utf-8").splitlines()
    starts = ("| NFO file: ", "| poster: ", "| element: ")
    return [[each.strip() for each in line.strip("|").split("|")] for line in lines if line.startswith(starts)]


def test_page_has_names_and_elements_of_every_player() -> None:
    assert documented() == list(rows())


def test_page_has_extensions_of_pictures_and_times() -> None:
    text = PAGE.read_text(encoding="utf-8").partition("## NFO files and pictures")[2]
    for player in PLAYERS:
        assert f"{player.program}: {', '.join(f'`{each}`' for each in player.extensions)}" in text
        assert f"{player.program} {versions(player.first, player.last)}" in text


@each_case("player", PLAYERS, ids=lambda each: f"{each.program} {each.first}")
def test_every_entry_has_its_basis(player: players.Player) -> None:
    entries = [*player.nfo.values(), *player.pictures.values(), *player.elements.values(), *player.notes.values()]
    assert {each.basis for each in entries} <= BASES
    unknown = [each for each in player.notes.values() if not each.basis]
    assert all("not known" in each.text for each in unknown)
    assert all(each.text.endswith(".") for each in player.notes.values())


def test_every_player_has_every_place() -> None:
    places = set(PLAYERS[0].nfo)
    assert all(set(each.nfo) == set(each.pictures) == places for each in PLAYERS)


def test_versions_of_a_program_follow_each_other() -> None:
    found = [[int(each.first.partition(".")[0]), each.program] for each in PLAYERS]
    for program in PROGRAMS:
        numbers = [number for number, name in found if name == program]
        assert numbers == sorted(numbers)


def test_rollback_of_new_file_is_not_forgotten() -> None:
    notes = {each.player: each.reason for each in rollback_notes([FileAction(kind="nfo", action="create")])}
    assert notes["Kodi"] == "Kodi keeps the values of an NFO file that is deleted, after a refresh too."
    assert notes["Jellyfin"].startswith("Jellyfin keeps the values")
    assert set(notes) == {"Kodi", "Jellyfin", "Plex"}


def test_rollback_of_changed_file_is_read_again() -> None:
    notes = rollback_notes([FileAction(kind="nfo", action="update"), FileAction(kind="nfo", action="replace")])
    assert [each.player for each in notes] == ["Kodi", "Jellyfin", "Plex"]
    assert all("restored" in each.reason for each in notes[:2])


def test_rollback_of_lock_is_not_read_by_jellyfin() -> None:
    notes = rollback_notes([FileAction(kind="nfo", action="update", locks=True)])
    [jellyfin] = [each.reason for each in notes if each.player == "Jellyfin"]
    assert re.search("locked .* does not read the restored NFO file", jellyfin)


@each_case("action", ["create", "replace"])
def test_rollback_of_picture_names_copy_of_kodi(action: Literal["create", "replace"]) -> None:
    [note] = rollback_notes([FileAction(kind="picture", action=action)])
    assert note.player == "Kodi"
    assert ("copy" in note.reason) == (action == "replace")


def test_rollback_of_nothing_has_no_note() -> None:
    assert rollback_notes([]) == []
    assert rollback_notes([FileAction(kind="picture", action="remove")]) == []
