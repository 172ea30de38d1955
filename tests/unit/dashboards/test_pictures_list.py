"""The pictures of the library in Node, with values of the library: filters, decisions, empty lists, shown edits."""

from __future__ import annotations

from typing import Any

import pytest

from indexium_core.model.media_lists import MediaFacetValue, MediaOverview
from tests.support.scripts import evaluate

OVERVIEW = MediaOverview(
    list_id="a",
    query="sea",
    sort="newest",
    total=9,
    size=2_700_000,
    kinds={"video": 9},
    favorites=2,
    unrated=5,
    without_people=0,
    offline=0,
    sections=[],
    months=[],
)
HEAD: dict[str, Any] = {
    "overview": {
        "total": 9,
        "query": "sea",
        "sort": "newest",
        "contents": OVERVIEW.contents,
        "chosen": {"person": 1},
        "parts": [{"text": "“sea”", "rest": ""}],
        "numbers": [{"label": "favourites", "files": 2, "is_chosen": False, "turned": "sea favorite:yes"}],
    },
    "everything": 20,
    "scan": None,
    "folders": [],
}


def pictures(expression: str, **values: Any) -> Any:
    """Return the value of an expression about the declaration; `act` finds one of its actions."""
    body = f"const act = name => pictures.actions.find(each => each.act === name); return {expression}"
    script = f"(({{pictures}}) => {{ {body} }})(await face('library'))"
    return evaluate(script, head=HEAD, **values)


def test_head_counts_the_files_of_the_search() -> None:
    assert pictures("[pictures.title(head), pictures.summary(head)]") == ["9 files", "of 20 · 9 videos · 2.7 MB"]
    assert pictures("[pictures.title(), pictures.summary()]") == ["Library", ""]
    whole = {**HEAD, "everything": 9}
    assert pictures("pictures.summary(whole)", whole=whole) == "9 videos · 2.7 MB"
    assert pictures("pictures.chips(head)") == [
        {"id": "favourites", "label": "favourites", "on": False, "total": 2, "to": {"q": "sea favorite:yes"}}
    ]
    assert pictures("pictures.narrowed(head)") == [{"label": "“sea”", "to": {"q": ""}}]


def test_order_of_the_address_is_that_of_the_list() -> None:
    reads = pictures("['largest', 'colour'].map(sort => pictures.head({q: 'sea', sort}).overview[1])")
    assert reads == [{"query": "sea", "sort": sort, "plan": {}} for sort in ("largest", "newest")]
    order = pictures("pictures.filters(head, {sort: 'name'}).at(-1).choices.filter(each => each.on)")
    assert order == [{"value": "name", "label": "By name", "on": True}]


def test_filter_lists_values_with_their_numbers() -> None:
    found = [
        {name: getattr(each, name) for name in ("value", "label", "files", "is_chosen", "turned")}
        for each in (
            MediaFacetValue(key="person", value="Ann Lee", files=3, query='person:"Ann Lee"'),
            MediaFacetValue(key="person", value="Bob", files=1, query='person:"Ann Lee"'),
        )
    ]
    person = "pictures.filters(head, {q: 'sea'}).find(each => each.label === 'Person')"
    assert pictures(f"[{person}.name, {person}.sign, {person}.reads[1]]") == [
        "Filter by person",
        1,
        {"key": "person", "query": "sea", "plan": {}},
    ]
    [group] = pictures(f"{person}.groupsOf(found)", found=found)
    assert group["options"] == [
        {"id": "Ann Lee", "label": "Ann Lee", "total": 3, "on": True, "to": {"q": ""}},
        {"id": "Bob", "label": "Bob", "total": 1, "on": False, "to": {"q": '(person:"Ann Lee" OR person:"Bob")'}},
    ]


def test_decision_is_shown_before_it_is_made() -> None:
    files = {"ids": [3, 5], "tile": None}
    rate = "[act('rate').call([files], {stars}), act('rate').shows(files, {stars})]"
    call, shown = pictures(rate, files=files, stars=5)
    assert call == ["decisions.set_fields", {"target": [3, 5], "values": {"rating": "5"}}]
    assert shown == {"rating": 5, "favorite": True, "shown_values": {"rating": "5"}}
    call, shown = pictures(rate, files=files, stars=0)
    assert (call[1]["values"], shown["rating"], shown["favorite"]) == ({"rating": ""}, 0, False)
    favor = "[false, true].map(wanted => act('favourite').call([files], {wanted})[1].values.favorite)"
    assert pictures(favor, files=files) == ["no", "yes"]
    assert pictures("[false, true].map(wanted => act('favourite').shows(files, {wanted}))", files=files) == [
        {"favorite": False},
        {"rating": 5, "favorite": True},
    ]


@pytest.mark.parametrize(
    ("tile", "said"),
    [
        ({"file_ext": "avi"}, "Set. Not possible in 1 file: AVI files have no place for it."),
        (None, "Set. Not possible in 1 file: the container cannot store it."),
    ],
)
def test_file_without_a_place_is_named(tile: dict[str, str] | None, said: str) -> None:
    report = {"text": "Set.", "step_id": 4, "unsupported": 1, "unsupported_text": "Not possible in 1 file"}
    told = pictures("act('rate').done(report, [{ids: [1], tile}])", report=report, tile=tile)
    assert told == {"text": said, "undo": 4}
    plain = {**report, "unsupported": 0, "unsupported_text": ""}
    assert pictures("act('rate').done(report, [{ids: [1], tile}]).text", report=plain, tile=tile) == "Set."


def test_keys_of_the_details_need_an_open_file() -> None:
    keyed = "pictures.actions.filter(each => each.key).map(each => [each.key, each.when({}, {}), each.when({}, place)])"
    assert pictures(keyed, place={"file": "7"}) == [["s", False, True], ["p", False, True]]
    assert pictures("pictures.actions.filter(each => each.call).every(each => each.keeps)")


def test_empty_list_has_a_reason() -> None:
    assert pictures("pictures.empty({}, {...head, everything: 0}).title") == "No files yet"
    assert pictures("pictures.empty({q: 'sea'}, head).title") == "No file matches all filters"


def test_tiles_show_decisions_of_their_details() -> None:
    script = """(({TileRows}) => {
        const rows = new TileRows({id: "file_id", news: []}, Infinity)
        rows.inView.set(0, {tiles: [3, 4].map(id => ({...tile, file_id: id})), sentAt: 5})
        const edit = rows.editAll([3], {people_tags: [{text: "Ann", kind: "add"}, {text: "Bob", kind: "del"}]})
        rows.editAll([3], {shown_values: {rating: "4", title: "At sea"}})
        const before = rows.at(0)
        rows.edits.settle([edit], 4)
        return [before, rows.at(0), rows.at(1), rows.placeOf(4), rows.placeOf(9), rows.at(2) ?? null]
    })(await face("pictures_rows"))"""
    tile = {"file_name": "a.mp4", "shown_title": "a.mp4", "rating": 0, "favorite": False}
    tile |= {"people": ["Bob", "Cy", "Di"], "people_count": 9}
    before, after, other, place, nowhere, nothing = evaluate(script, tile=tile)
    assert (before["people"], before["people_count"], before["rating"]) == (["Ann"], 1, 4)
    assert before["shown_title"] == "At sea"
    assert after["people"] == ["Bob", "Cy", "Di"], "the page was read after the first edit"
    assert (after["rating"], other["rating"]) == (4, 0)
    assert (place, nowhere, nothing) == (1, -1, None)
