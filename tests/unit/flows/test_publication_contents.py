"""The people of files in publications."""

from __future__ import annotations

from indexium_core.flows.publishing import contents
from indexium_core.model.people import placeholders
from indexium_core.store.publishing.inputs import KnownVideo, MainFile, PublishedInputs


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
