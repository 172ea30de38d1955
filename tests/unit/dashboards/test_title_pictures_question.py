"""The question which pictures are chosen for many titles."""

from __future__ import annotations

import datetime as dt
from typing import Any

from dashboards.questions.title_pictures_question import PicturesChoice, sections
from indexium_core.model.artwork.assets import AssetCandidate
from indexium_core.model.artwork.selections import PictureChange, SelectionPreview, SelectionRule


def picture(number: int, **changes: Any) -> AssetCandidate:
    facts: dict[str, Any] = {
        "entity_type": "movie", "entity_id": 7, "asset_type": "poster", "provider": "tmdb", "provider_url": "",
        "width": 2000, "height": 3000, "language": "de", "votes": 1, "vote_average": 5.0, "season": None,
        "is_downloaded": False, "content_hash": None, "perceptual_hash": None, "is_selected": False,
        "is_rejected": False, "created_at": dt.datetime(2026, 1, 1, tzinfo=dt.UTC),
    }  # fmt: skip
    return AssetCandidate(id=number, **facts | changes)


def change(old: AssetCandidate | None, new: AssetCandidate) -> PictureChange:
    return PictureChange(slot=new.slot, title="Ring", old=old, new=new)


def preview(*changes: PictureChange, **counts: int) -> SelectionPreview:
    return SelectionPreview(
        **{"titles": 9, "changes": list(changes), "total": len(changes), "kept": 0, "without": 0} | counts
    )


def test_question_shows_each_picture_before_and_after() -> None:
    local = picture(2, provider="local", language="", width=None)
    choice = PicturesChoice(by="provider", provider="local")
    _, text, listing, hint = sections(
        choice, preview(change(picture(1), local), change(None, picture(3)), without=2), has_pictures=True
    )
    assert text["text"] == "2 of 9 titles would change. Nothing has changed yet."
    assert listing["items"][0]["pictures"] == [
        {"source": "/picture/1", "text": "TMDB, German, 2000\u00a0×\u00a03000"},
        {"source": "/picture/2", "text": "In the folder, no text, size not known"},
    ]
    assert listing["items"][1]["pictures"][0] == {"source": "", "text": "none"}
    assert hint["text"].startswith("2 titles have no poster that fits, and would not change. The new pictures count")


def test_question_says_who_decides_about_a_picture_that_stays() -> None:
    mine = picture(1, is_selected=True, actor_kind="user")
    changes = change(mine, picture(1)), change(picture(2), picture(2))
    items = sections(PicturesChoice(), preview(*changes), has_pictures=False)[2]["items"]
    assert [(each["message"], len(each["pictures"])) for each in items] == [
        ("The picture stays. The rule decides from now on.", 1),
        ("The picture stays. It counts as your selection.", 1),
    ]


def test_many_changes_have_pages_and_the_number_of_those_that_are_not_listed() -> None:
    many = preview(*(change(None, picture(number)) for number in range(1, 24)), total=30)
    listing = sections(PicturesChoice(), many, has_pictures=True)[2]
    assert (len(listing["items"]), listing["pages"], listing["more"]) == (20, 2, "7 more titles would change.")


def test_nothing_to_change_is_a_sentence() -> None:
    [_, text] = sections(PicturesChoice(asset_type="logo"), preview(without=1), has_pictures=True)
    assert text["text"] == "No picture would change. 1 title has no logo that fits, and would not change."


def test_choice_takes_only_values_that_it_offers() -> None:
    choice = PicturesChoice().after("by", "language").after("language", "none").after("asset_type", "logo")
    assert choice.rule == SelectionRule(asset_type="logo", language="none")
    assert choice.after("language", "xx") == choice.after("provider", "local") == choice.after("more", "1") == choice
    assert choice.after("by", "provider").after("provider", "local").rule.provider == "local"
