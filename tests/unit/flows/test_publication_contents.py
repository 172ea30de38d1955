"""The contents of publications, and the sentences about what others lose by them."""

from __future__ import annotations

import pytest

from indexium_core.files.titles.nfo_editing import NfoEdit
from indexium_core.flows.publishing import contents, nfo_bodies
from indexium_core.model.people import placeholders
from indexium_core.model.publishing.subjects import Entity
from indexium_core.store.publishing.inputs import KnownTitle, KnownVideo, MainFile, PublishedInputs, ShownValue


def test_placeholders_stay_out_and_each_person_counts_once() -> None:
    file = MainFile(1, b"/media/a.mp4", "", 1, None)
    names = ("Unknown", "Kim Park", "KIM PARK", "Ann Lee")
    video = KnownVideo(
        file=file, file_name="a.mp4", people=names, values={}, is_edited=False, edited=frozenset(), cleared=frozenset()
    )
    inputs = PublishedInputs()
    inputs.people_of_files = {1: list(names)}
    inputs.videos = [video]
    contents.keep_people(inputs, placeholders.keys("unknown, ann lee"))
    assert (inputs.people_of_files[1], inputs.videos[0].people) == (["Kim Park"], ("Kim Park",))


@pytest.mark.parametrize(
    ("aired", "release_date", "kept"),
    [
        ("nfo", "hand", "release_date"),
        ("hand", "hand", "aired"),
        ("hand", "nfo", "aired"),
        ("provider", "provider", "aired"),
    ],
)
def test_episode_has_one_date_and_that_is_the_one_by_hand(aired: str, release_date: str, kept: str) -> None:
    title = KnownTitle(
        entity=Entity("episode", 7), library_id=1, series_id=2, season=1, episode=3, aired=None, title="T",
        sort_title="t", year=None, series_title="S", series_sort_title="s", is_series_title_by_hand=False,
    )  # fmt: skip
    values = {
        "aired": ShownValue("2001-02-04", aired, is_locked=False),
        "release_date": ShownValue("1999-09-09", release_date, is_locked=False),
    }
    inputs = PublishedInputs()
    inputs.values = {7: values}
    found = contents.of_episode(title, inputs, ()).values
    assert {name: value for name, value in found.items() if name in values} == {kept: values[kept].value}


def test_sentences_name_what_others_lose() -> None:
    edit = NfoEdit(
        content=b"", changed=(), own=(), replaced=(("plot", "P1"), ("plot", "P2"), ("plot", "P1")),
        drifted=(("original_title", "Theirs"), ("cast", "")), lost=("<actor> Ann with <thumb>",),
    )  # fmt: skip
    assert nfo_bodies.losses(edit) == (
        "These elements of others would leave the file: <actor> Ann with <thumb>. "
        "Others changed values of ours, which come back: original title “Theirs”, cast. "
        "A value by hand takes the place of one of others: plot “P1”, plot “P2”."
    )
    assert nfo_bodies.losses(NfoEdit(content=b"", changed=(), own=())) == ""
