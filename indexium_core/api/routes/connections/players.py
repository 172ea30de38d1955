"""Routes of players: connections, their test, messages, and what they show. No answer has a key."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Path, Query
from pydantic import BaseModel, Field

from indexium_core.api.answers import Json
from indexium_core.api.context import Body, Number, Open, Page, PerPage, Text
from indexium_core.model.connections.player_connection import (
    PlayerConnection,
    PlayerNotice,
    PlayerReading,
    PlayerReadingPage,
    PlayerTest,
)

router = APIRouter(prefix="/api/players", tags=["players"])
PlayerId = Annotated[int, Path(ge=1, lt=2**31, description="Id of a player.")]
Folders = Annotated[
    list[tuple[Text, Text]],
    Field(max_length=100, description="Pairs: a folder as the player names it, and the same folder here."),
]
Key = Annotated[str, Field(max_length=1000, description="API key, `user:password` of Kodi, or token. Never shown.")]


class PlayerList(BaseModel):
    """The players."""

    items: list[PlayerConnection]
    total: int


class NewPlayerBody(Body):
    """A new player."""

    kind: Annotated[Text, Field(description="jellyfin, emby, kodi or plex.")]
    url: Annotated[Text, Field(description="Scheme, host and port.")]
    name: Text = ""
    folders: Folders = Field(default_factory=list)
    key: Key = ""
    enabled: bool = True


class PlayerChange(Body):
    """Parts of a player; a part that is missing stays."""

    name: Text | None = None
    url: Text | None = None
    folders: Folders | None = None
    enabled: bool | None = None


class PlayerKeyBody(Body):
    """The key of a player; "" removes it."""

    key: Key


class PlayerTitleBody(Body):
    """One title or video."""

    entity_type: Annotated[Text, Field(description="movie, series, season, episode or video.")]
    entity_id: Number


class PlayerNotices(BaseModel):
    """What became of the messages to players."""

    items: list[PlayerNotice]
    total: int


class PlayerReadings(BaseModel):
    """What a player showed just now."""

    items: list[PlayerReading]
    total: int


@router.get("", response_model=PlayerList)
def players(library: Open) -> Json:
    """Return the players with their last contact and the counts of their titles."""
    found = library.players.list()
    return Json({"items": found, "total": len(found)})


@router.post("", status_code=201, response_model=PlayerConnection)
def add(library: Open, body: NewPlayerBody) -> Json:
    """Add a player. It is told of what is published from now on."""
    return Json(library.players.add(**body.model_dump()), 201)


@router.post("/notify", response_model=PlayerNotices)
def notify(library: Open) -> Json:
    """Tell all players that are on now what waits for them."""
    found = library.players.notify()
    return Json({"items": found, "total": len(found)})


@router.post("/notify-title", response_model=PlayerNotices)
def notify_title(library: Open, body: PlayerTitleBody) -> Json:
    """Tell all players that are on about one title, whether it changed or not."""
    found = library.players.notify_players(body.entity_type, body.entity_id)
    return Json({"items": found, "total": len(found)})


@router.get("/{player_id}", response_model=PlayerConnection)
def player(library: Open, player_id: PlayerId) -> Json:
    """Return a player."""
    return Json(library.players.get(player_id))


@router.put("/{player_id}", response_model=PlayerConnection)
def change(library: Open, player_id: PlayerId, body: PlayerChange) -> Json:
    """Change parts of a player."""
    return Json(library.players.change(player_id, **body.model_dump()))


@router.delete("/{player_id}", response_model=PlayerConnection)
def remove(library: Open, player_id: PlayerId) -> Json:
    """Remove a player with its key, its messages and its readings; return it as it was."""
    return Json(library.players.remove(player_id))


@router.put("/{player_id}/key", response_model=PlayerConnection)
def set_key(library: Open, player_id: PlayerId, body: PlayerKeyBody) -> Json:
    """Store the key of a player in the key file of the home."""
    return Json(library.players.set_key(player_id, body.key))


@router.post("/{player_id}/test", response_model=PlayerTest)
def check(library: Open, player_id: PlayerId) -> Json:
    """Ask a player who it is, and return its version and what the account may do."""
    return Json(library.players.test(player_id))


@router.post("/{player_id}/notify", response_model=PlayerNotices)
def notify_one(library: Open, player_id: PlayerId) -> Json:
    """Tell a player now what waits for it."""
    found = library.players.notify(player_id)
    return Json({"items": found, "total": len(found)})


@router.post("/{player_id}/read", response_model=PlayerReadings)
def read(library: Open, player_id: PlayerId, body: PlayerTitleBody | None = None) -> Json:
    """Read what a player shows of a title, or of all titles with published files."""
    found = (
        library.players.read_back(player_id)
        if body is None
        else library.players.read_back(player_id, body.entity_type, body.entity_id)
    )
    return Json({"items": found, "total": len(found)})


@router.get("/{player_id}/readings", response_model=PlayerReadingPage)
def readings(
    library: Open,
    player_id: PlayerId,
    state: Annotated[Text, Query(description="seen, not_yet or differs; default: all.")] = "",
    page: Page = 1,
    per_page: PerPage = 50,
) -> Json:
    """Return one page of the last readings of a player, those first that are not as they should be."""
    return Json(library.players.reads(player_id, state, page=page, per_page=per_page))
