"""The declaration of the page of folders, in Node with values of the library: steps, numbers and questions."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from indexium_core.model.files.inventory import KINDS, EmptyFolderReport, FolderComparison, Quality, RemovalReport
from indexium_core.model.names.title_guess import LIBRARY_KINDS
from tests.support.scripts import evaluate

NOTHING = Quality(**dict.fromkeys([*KINDS, "persons", "waiting"], 0))
GOOD = replace(NOTHING, all=1204, people=812, nobody=300, unknown=92, text=37, persons=41)
FOLDER = {"scanned_at": "2026-11-20T00:00:00Z"}


def step(folders: list[dict[str, Any]], quality: Quality, *, scanning: bool = False) -> int:
    """Return the number of the step that is shown."""
    known = {"folders": folders, "quality": quality, "scanning": {"total": None} if scanning else None}
    found: int = evaluate("(await face('folder_steps')).currentStep(known) + 1", known=known)
    return found


def test_first_steps_lead_from_folder_to_plan() -> None:
    assert step([], NOTHING) == 1
    assert step([{"scanned_at": None}], NOTHING) == 2
    assert step([FOLDER], NOTHING, scanning=True) == 2
    assert step([FOLDER], replace(GOOD, persons=0)) == 3
    assert step([FOLDER], GOOD) == 4
    assert step([FOLDER], replace(NOTHING, waiting=3)) == 4


def test_first_steps_stay_until_the_first_write() -> None:
    led = """(({isLed}) => [
        isLed({...known, numbers: {operations: 0}}),
        isLed({...known, folders: [], numbers: {operations: 0}}),
        isLed({...known, numbers: {operations: 0}}),
        isLed({...known, numbers: {operations: 1}}),
    ])(await face('folder_steps'))"""
    assert evaluate(led, known={"folders": [FOLDER], "quality": GOOD}) == [False, True, True, False]


def numbers(quality: Quality) -> dict[str, int]:
    script = "(await face('folder_lists')).numbersOf(quality).map(({kind, number}) => [kind, number])"
    return dict(evaluate(script, quality=quality))


def test_lists_without_files_have_no_number() -> None:
    assert numbers(GOOD) == {"all": 1204, "people": 812, "nobody": 300, "unknown": 92, "text": 37}
    assert numbers(NOTHING) == {"all": 0, "people": 0, "nobody": 0}


def test_each_list_has_a_title_and_each_kind_a_word() -> None:
    assert evaluate("Object.keys((await face('folder_lists')).LISTS)") == [*KINDS]
    assert evaluate("(await face('folder_options')).KINDS.map(({value}) => value)") == [*LIBRARY_KINDS]


@pytest.mark.parametrize(
    ("kind", "reason"), [("copies", "2 files with the same media"), ("text", "Ripped"), ("broken", "It is empty.")]
)
def test_file_says_why_it_is_listed(kind: str, reason: str) -> None:
    file = {"copies": 2, "text": "Ripped", "message": "It is empty."}
    assert evaluate("(await face('folder_lists')).reasonOf(file, kind)", file=file, kind=kind) == reason


def test_head_sums_up_the_folders() -> None:
    script = "(await face('folders')).summaryOf(known)"
    folder = {"file_count": 3, "bytes": 2_000_000, "scanned_at": None, "scanned_text": ""}
    scanned = {"file_count": 1, "bytes": 0, "scanned_at": "2026-11-20T00:00:00Z", "scanned_text": "scanned just now"}
    assert evaluate(script, known={"folders": [folder, scanned], "quality": GOOD}) == (
        "4 files in 2 folders · 2 MB · 41 people known · scanned just now"
    )
    assert evaluate(script, known={"folders": [], "quality": NOTHING}) == "no folder yet"


def question(name: str, found: Any) -> Any:
    """Return the title, the button and the text of a question about a folder, after it has read."""
    script = f"""(asked => ({{
        title: asked.titleOf ? asked.titleOf(found) : asked.title,
        confirm: asked.confirmOf(found),
        reads: asked.reads()[0],
        answers: asked.answers?.(found),
        text: [asked.parts(found)].flat(9).map(each => each?.textContent ?? "").join(" "),
    }}))((await face("folder_questions")).{name}({{library_id: 1}}))"""
    return evaluate(script, found=found)


REMOVAL = RemovalReport(library_id=1, path="/films", files=1204, missing=2, with_people=812, decisions=5)


def test_question_before_a_removal_has_numbers() -> None:
    shown = question("removal", REMOVAL)
    assert (shown["title"], shown["confirm"]) == ("Remove this folder?", "Forget 1,204 files")
    for said in ("No file on the disk is changed", "1,204", "812: their people are kept", "5: these are removed"):
        assert said in shown["text"]
    empty = question("removal", replace(REMOVAL, files=0, decisions=0))
    assert empty["confirm"] == "Remove the folder"
    assert "edits, skips" not in empty["text"]
    assert "recognises it by its content" in question("missingRemoval", REMOVAL)["text"]


COMPARED = FolderComparison(library_id=1, path="/films", known=1204, gone=2, new=1, with_people=1, reason="")


def test_question_about_missing_files_has_numbers() -> None:
    shown = question("missingFiles", COMPARED)
    assert (shown["title"], shown["confirm"]) == ("Mark these files as missing?", "Mark 2 files as missing")
    for said in ("1,204 files", "2 files", "1 file; some may be", "Nothing is deleted"):
        assert said in shown["text"]


def test_folder_without_missing_files_has_no_question() -> None:
    shown = question("missingFiles", replace(COMPARED, gone=0))
    assert (shown["title"], shown["confirm"]) == ("No file is missing", "")
    offline = question("missingFiles", replace(COMPARED, reason="The folder does not exist."))
    assert (offline["title"], offline["confirm"]) == ("The folder cannot be checked now", "")
    assert "The folder does not exist." in offline["text"]


def test_question_about_empty_folders_names_them() -> None:
    found = EmptyFolderReport(path="/films/", folders=["/films/b/c", "/films/b"], problems=["/films/d is locked."])
    shown = question("emptyFolders", found)
    assert (shown["title"], shown["confirm"]) == ("Remove empty folders?", "Remove 2 folders")
    assert shown["answers"] == {"folders": found.folders}
    assert shown["text"].index("is locked") < shown["text"].index("2 empty folders") < shown["text"].index("b/c")
    assert "Indexium cannot restore it" in shown["text"]
    assert question("emptyFolders", EmptyFolderReport(path="/films", folders=[]))["title"] == "No folder is empty"
    locked = EmptyFolderReport(path="/films", folders=[], problems=["It is locked."])
    assert question("emptyFolders", locked)["title"] == "The folder cannot be checked now"


def test_change_that_forgets_nothing_asks_nothing() -> None:
    script = """(({forgetting, waitingRatings}) => [
        forgetting("audio", "Exclude audio files?", found).confirm,
        forgetting("audio", "Exclude audio files?", {...found, files: 0}),
        forgetting("audio", "Exclude audio files?", null),
        waitingRatings(1).text, waitingRatings(2).confirm, waitingRatings(0),
    ])(await face("folder_questions"))"""
    assert evaluate(script, found=REMOVAL) == [
        *("Forget 1,204 files", False, False),
        *("1 rating waits in this folder. It is written now.", "Write 2 ratings", False),
    ]
