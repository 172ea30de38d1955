"""Several episodes in one NFO file: which root is which episode, and which roots are ours."""

from __future__ import annotations

import json
from collections.abc import Collection, Sequence
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from indexium_core.files.titles.nfo_editing import NfoEdit, edited, new_file, own_values
from indexium_core.model.publishing.nfo_content import IS_PERSON, NfoContent, WantedOrigin
from indexium_core.model.publishing.nfo_ownership import OwnValues

JELLYFIN = (
    b"<episodedetails>\n  <title>E1</title>\n  <season>1</season>\n  <episode>1</episode>\n"
    b"  <episodenumberend>2</episodenumberend>\n  <plot>P1</plot>\n</episodedetails>\n"
)


def root(number: int | None) -> bytes:
    numbers = "" if number is None else f"  <season>1</season>\n  <episode>{number}</episode>\n"
    return (
        f"<episodedetails>\n  <title>E{number}</title>\n{numbers}  <plot>P{number}</plot>\n</episodedetails>\n".encode()
    )


def wanted(
    numbers: Sequence[int], by_hand: Collection[int] = (), *, people: Collection[str] = (), **values: Any
) -> list[NfoContent]:
    """Return the contents of episodes; some have a plot by hand."""
    cast = [{"name": name, "character": "", "order": at, IS_PERSON: True} for at, name in enumerate(people)]
    origins: dict[str, WantedOrigin] = {
        "title": "name",
        "season": "name",
        "episode": "name",
        "series_title": "name",
        "plot": "hand",
        "cast": "provider",
    }
    return [
        NfoContent(
            kind="episodedetails",
            values={"title": f"Episode {number}"}
            | values
            | ({"plot": f"Hand {number}"} if number in by_hand else {})
            | ({"cast": cast} if cast else {}),
            season=1,
            episode=number,
            series_title="Show",
            origins=origins,
        )
        for number in numbers
    ]


def publish(data: bytes, contents: Sequence[NfoContent], own: OwnValues = ()) -> tuple[bytes, OwnValues, NfoEdit]:
    edit = edited(data, contents, json.loads(json.dumps(own)))
    return edit.content, edit.own, edit


@pytest.mark.parametrize("data", [JELLYFIN, root(1), root(2), root(None)], ids=["end", "first", "second", "unnumbered"])
def test_missing_root_of_others_gets_nothing_of_names_and_people(data: bytes) -> None:
    assert publish(data, wanted([1, 2]))[0] == data
    new, own, _ = publish(data, wanted([1, 2], people=["Ann Lee"]))
    assert (new.count(b"<episodedetails"), new.count(b"<name>Ann Lee</name>")) == (1, 1)
    assert publish(new, wanted([1, 2], people=["Ann Lee"]), own)[0] == new
    assert publish(new, wanted([1, 2]), own)[0] == data


def test_root_of_ours_beside_one_of_others_leaves_with_its_last_value() -> None:
    new, own, _ = publish(JELLYFIN, wanted([1, 2], by_hand=[2], people=["Ann Lee"]))
    assert new.count(b"<episodedetails") == 2
    assert b"<title>Episode 2</title>" in new  # players show no episode without a title
    assert b"<episode>2</episode>" in new
    left, own, edit = publish(new, wanted([1, 2], people=["Ann Lee"]), own)
    assert (left.count(b"<episodedetails"), edit.lost) == (1, ())
    assert publish(left, wanted([1, 2]), own)[0] == JELLYFIN


def test_root_of_ours_with_something_of_others_stays() -> None:
    new, own, _ = publish(root(1), wanted([1, 2], by_hand=[2]))
    theirs = new.replace(b"<plot>Hand 2</plot>", b"<plot>Hand 2</plot>\n  <tag>mine</tag>")
    left, _, edit = publish(theirs, wanted([1, 2]), own)
    assert (b"<tag>mine</tag>" in left, b"Hand 2" in left, edit.lost) == (True, False, ())


def test_root_that_others_removed_is_new_and_leaves_again() -> None:
    _, own, _ = publish(root(1) + root(2), wanted([1, 2], by_hand=[2]))
    new, own, _ = publish(root(1), wanted([1, 2], by_hand=[2]), own)
    assert b"<plot>Hand 2</plot>" in new
    assert publish(new, wanted([1, 2]), own)[0] == root(1)


def test_values_leave_the_root_of_an_episode_that_the_video_has_no_more() -> None:
    data = root(1) + root(2)
    new, own, _ = publish(data, wanted([1, 2], by_hand=[1, 2]))
    other, own, edit = publish(new, wanted([2, 3], by_hand=[2]), own)
    assert (other, edit.lost) == (root(1) + root(2).replace(b"P2", b"Hand 2"), ())
    assert publish(other, wanted([2, 3]), own)[0] == data


def test_root_of_ours_leaves_with_its_episode() -> None:
    contents = wanted([1, 2], by_hand=[1])
    new, _, _ = publish(new_file(contents), wanted([2, 3]), own_values(contents))
    assert [new.count(b"<episode>%d</episode>" % number) for number in (1, 2, 3)] == [0, 1, 1]


@settings(max_examples=60, deadline=None)
@given(
    present=st.lists(st.sampled_from((1, 2, 3, None)), min_size=1, max_size=3, unique=True),
    steps=st.lists(
        st.tuples(st.sampled_from(((1, 2), (2, 3), (1, 2, 3))), st.sets(st.integers(1, 3)), st.booleans()), max_size=4
    ),
)
def test_file_of_others_has_its_bytes_after_any_steps(
    present: list[int | None], steps: list[tuple[tuple[int, ...], set[int], bool]]
) -> None:
    data = b"".join(map(root, present))
    new = data
    own: OwnValues = ()
    for numbers, by_hand, has_people in steps:
        contents = wanted(numbers, by_hand, people=["Ann Lee"] * has_people)
        new, own, edit = publish(new, contents, own)
        assert edit.lost == ()
        assert publish(new, contents, own)[0] == new
    new, own, edit = publish(new, wanted(steps[-1][0] if steps else (1, 2)), own)
    assert (new, edit.lost) == (data, ())
