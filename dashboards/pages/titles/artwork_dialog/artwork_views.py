"""What the dialog of pictures shows of kinds and candidates, as views."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from dashboards.pages.titles.artwork_dialog.view_types import ArtworkKindView, ArtworkPartView, ArtworkPictureView
from indexium_core.model import wording
from indexium_core.model.artwork.assets import LOCAL, AssetCandidate, ScorePart
from indexium_core.model.artwork.selection_config import label_of_type
from indexium_core.model.artwork.selections import SlotSummary
from indexium_core.model.operations.actor import Actor
from indexium_core.model.providers.registry import label_of

_TITLE_KINDS = ("poster", "backdrop", "logo", "banner", "clearart", "thumb")
KINDS: Mapping[str, tuple[str, ...]] = {  # that the list shows even if no picture is offered
    "movie": (*_TITLE_KINDS[:-1], "disc", "thumb"),
    "series": _TITLE_KINDS,
    "season": ("poster", "banner", "thumb"),
    "episode": ("still",),
}
_NAMES = {"disc": "disc picture", "clearart": "clear art"}
_PARTS = {"resolution": "Size"}
_ORDINALS = {1: "st", 2: "nd", 3: "rd"}


class PictureKey(NamedTuple):
    """One entry of the list on the left: a kind, of a series perhaps for one season."""

    asset_type: str
    season: int | None = None

    def __str__(self) -> str:
        return self.asset_type if self.season is None else f"{self.asset_type}-{self.season}"


@dataclass(frozen=True, slots=True, kw_only=True)
class PictureTitle:
    """The title whose pictures are chosen."""

    entity_type: str
    id: int
    name: str
    seasons: tuple[int, ...] = ()  # of a series


def main_kind(entity_type: str) -> str:
    """Return the kind that the dialog shows first for a type of titles."""
    return KINDS[entity_type][0]


def kinds(
    title: PictureTitle, shown: PictureKey, slots: Sequence[SlotSummary], *, is_read: bool
) -> list[ArtworkKindView]:
    """Return the kinds that the list shows: those of the title, then those of its seasons."""
    is_season = title.entity_type == "season"
    known = {PictureKey(each.asset_type, None if is_season else each.season): each for each in slots}
    keys = [PictureKey(each) for each in KINDS[title.entity_type]]
    keys += [each for each in (*known, shown) if each.season is None]
    seasons = {*(PictureKey("poster", number) for number in title.seasons), *known, shown}
    keys += sorted(
        (each for each in seasons if each.season is not None), key=lambda each: (each.season or 0, each.asset_type)
    )
    return [_kind(each, known.get(each), is_read=is_read) for each in dict.fromkeys(keys)]


def _kind(key: PictureKey, slot: SlotSummary | None, *, is_read: bool) -> ArtworkKindView:
    label, name = label_of_type(key.asset_type), kind_name(key.asset_type)
    season = "" if key.season is None else f", season {key.season}" if key.season else ", specials"
    of_season = season.replace(", ", " of ", 1)
    return {
        "key": str(key),
        "type": key.asset_type,
        "label": f"{label[:1].upper()}{label[1:]}{season}",
        "name": name,
        "named": (name if key.asset_type == "clearart" else f"a {name}") + of_season,
        "count": (slot.total + slot.rejected if slot else 0) if is_read else None,
        "chosen": slot is not None and slot.is_by_person,
    }


def kind_name(asset_type: str) -> str:
    """Return a kind as in "No … yet"."""
    return _NAMES.get(asset_type, label_of_type(asset_type))


def picture(each: AssetCandidate, actor: Actor, rank: str) -> ArtworkPictureView:
    """Return a candidate as the present actor sees it; `rank` is its place by score, such as `2nd of 14`."""
    is_local = each.provider == LOCAL
    label = "In the folder" if is_local else label_of(each.provider)
    version = (each.content_hash or "") if is_local else each.provider_url
    mark = f"?v={hashlib.blake2s(version.encode(), digest_size=6).hexdigest()}" if version else ""
    return {
        "id": each.id,
        "preview": f"/picture/{each.id}{mark}",
        "original": f"/picture/{each.id}/original{mark}",
        "size": each.size_text,
        "width": each.width,
        "language": each.language,
        "provider": each.provider,
        "label": label,
        "source": each.provider_url.rsplit("/", 1)[-1] if is_local else label,
        "local": is_local,
        "votes": wording.plural(each.votes, "vote") if each.votes else "no votes",
        "score": "" if each.auto_score is None else f"{each.auto_score:.2f}",
        "rank": rank,
        "parts": [_part(part) for part in each.score_parts],
        "selected": each.is_selected,
        "by": _by(each, actor) if each.is_by_person else "",
        "when": wording.when(each.selected_at) if each.is_by_person and each.selected_at else "",
        "former": each.is_of_former_match,
        "rejected": each.is_rejected and not each.is_by_person,
        "reason": each.reject_reason,
        "same": each.duplicate_of,
    }


def _part(part: ScorePart) -> ArtworkPartView:
    return {
        "label": _PARTS.get(part.name, part.name.capitalize()),
        "points": f"{part.points:.2f}",
        "most": f"{part.most:.2f}",
        "share": round(100 * part.points / part.most, 1) if part.most else 0.0,
        "width": round(100 * part.points, 1),
        "reason": part.reason,
    }


def _by(each: AssetCandidate, actor: Actor) -> str:
    """Return who selected a picture: "you", or the name of the person."""
    is_own = (each.actor_kind, each.actor_id or "") == (actor.kind, actor.id)
    return "you" if (is_own and each.selected_by == actor.name) or not each.selected_by else each.selected_by


def ordinal(number: int) -> str:
    """Return `1st`, `2nd`, `11th`."""
    ending = "th" if number % 100 in (11, 12, 13) else _ORDINALS.get(number % 10, "th")
    return f"{number}{ending}"
