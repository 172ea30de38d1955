"""What a tile, a list of files and a filter of the library say."""

from __future__ import annotations

from typing import Any

import pytest

from indexium_core.model.files.tiles import Tile
from indexium_core.model.media_lists import MediaFacetValue, MediaOverview
from indexium_core.model.review.reports import DecisionReport


def tile(**changes: Any) -> Tile:
    facts: dict[str, Any] = {
        "file_id": 7,
        "file_name": "a.mp4",
        "title": "",
        "folder": "2019/sea",
        "library": "films",
        "kind": "video",
        "file_ext": "mp4",
        "file_hash": "x",
        "mtime_ns": 1,
        "size": 5_000_000,
        "shown_at": "2019-06-17T08:15:00",
        "date_source": "name",
        "rating": 0,
        "favorite": False,
        "people": [],
        "people_count": 0,
        "duration": 65.0,
        "width": 1920,
        "height": 1080,
        "in_plan": False,
        "skipped": False,
        "offline": False,
        "unwritable": False,
        "container": "mp4",
    }
    return Tile(**facts | changes)


def overview(**changes: Any) -> MediaOverview:
    facts: dict[str, Any] = {
        "list_id": "a",
        "query": "",
        "sort": "newest",
        "total": 9,
        "size": 2_700_000,
        "kinds": {"video": 1, "": 8},
        "favorites": 2,
        "unrated": 5,
        "without_people": 0,
        "offline": 0,
        "sections": [],
        "months": [],
    }
    return MediaOverview(**facts | changes)


def test_tile_has_its_place_title_and_date() -> None:
    one = tile()
    assert (one.shown_title, tile(title="At sea").shown_title) == ("a.mp4", "At sea")
    assert (one.place, one.folder_name) == ("films / 2019 / sea", "sea")
    assert (tile(folder="").place, tile(folder="").folder_name) == ("films", "films")
    assert one.dated == "Date in the file name"


@pytest.mark.parametrize(
    ("changes", "badge", "info"),
    [
        ({}, "▶ 1:05", "Full HD · 5 MB"),
        ({"duration": 0.0, "width": 320, "height": 240}, "▶ MP4", "5 MB"),
        ({"kind": "audio", "width": 0, "height": 0}, "♪ 1:05", "5 MB"),
        ({"kind": "photo", "file_ext": "jpg", "width": 4000, "height": 3000}, "▣ JPG", "12 MP"),
        ({"kind": "photo", "file_ext": "jpg", "width": 800, "height": 600}, "▣ JPG", "5 MB"),
    ],
)
def test_tile_has_kind_duration_and_resolution(changes: dict[str, Any], badge: str, info: str) -> None:
    assert (tile(**changes).badge, tile(**changes).info) == (badge, info)


def test_tile_names_the_first_of_its_states() -> None:
    assert tile().note == ""
    assert tile(in_plan=True, offline=True).note == "offline"
    assert tile(in_plan=True, unwritable=True).note == "± in plan"
    assert tile(skipped=True).note == "skipped"
    assert tile(unwritable=True).note == "read-only"


def test_tile_has_the_addresses_of_what_can_be_shown() -> None:
    assert tile().picture_version != tile(file_hash="y").picture_version
    assert tile(kind="audio").picture_version == ""
    assert tile().is_shown_by_browsers
    assert not tile(offline=True).is_shown_by_browsers
    assert not tile(container="avi").is_shown_by_browsers
    assert (tile().pixels, tile(width=0).pixels) == ("1920 × 1080", "")


def test_list_tells_its_files() -> None:
    assert overview().contents == "1 video · 8 others · 2.7 MB"
    assert overview(kinds={"photo": 2, "video": 7}).contents == "2 photos · 7 videos · 2.7 MB"
    assert overview(kinds={"": 9}).contents == "2.7 MB"
    assert overview(total=0).contents == ""
    assert (overview().people_text, overview(without_people=2).people_text) == ("", "2 without people after the plan")


def test_numbers_of_a_list_are_filters() -> None:
    favorites, unrated = overview(query="sea").numbers
    assert (favorites.files, favorites.label, favorites.is_chosen) == (2, "favourites", False)
    assert (favorites.turned, unrated.turned) == ("sea favorite:yes", "sea rating:0")
    chosen, _ = overview(query="sea favorite:yes").numbers
    assert (chosen.is_chosen, chosen.turned) == (True, "sea")


def test_list_counts_the_values_and_names_the_parts_of_its_search() -> None:
    narrowed = overview(query='type:photo,video person:"Ann Lee"')
    assert narrowed.chosen == {"type": 2, "dated": 0, "rating": 0, "person": 1, "camera": 0}
    assert [each.rest for each in narrowed.parts] == ['person:"Ann Lee"', "type:photo,video"]


def test_value_of_a_filter_joins_the_search_or_leaves_it() -> None:
    photo = MediaFacetValue(key="type", value="photo", files=3, query="sea type:video")
    assert (photo.label, photo.is_chosen, photo.turned) == ("Photos", False, "sea type:video,photo")
    video = MediaFacetValue(key="type", value="video", files=3, query="sea type:video")
    assert (video.label, video.is_chosen, video.turned) == ("Videos", True, "sea")
    assert MediaFacetValue(key="rating", value="4", files=1).label == "★★★★"
    assert MediaFacetValue(key="rating", value="0", files=1).label == "No rating"
    assert MediaFacetValue(key="rating", value="-1", files=1).label == "-1"
    assert MediaFacetValue(key="camera", value="X100", files=1).label == "X100"


def test_report_names_files_without_a_place() -> None:
    assert DecisionReport(files=1).unsupported_text == ""
    assert DecisionReport(files=1, unsupported=2).unsupported_text == "Not possible in 2 files"
