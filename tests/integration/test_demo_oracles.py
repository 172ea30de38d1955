"""
The demo library, written and rolled back, as other programs read it.

For every written file, each oracle reads the planned comment, streams and all other tags are unchanged, and the
rollback restores the same bytes.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from indexium_core import demo
from indexium_core.library import Library
from tests.support import media, readers
from tests.support.oracles import oracle
from tests.support.readers import Look
from tests.support.studio import ALL

pytestmark = pytest.mark.further


@dataclass(frozen=True)
class Journey:
    """The demo before the write, after the write and after the rollback."""

    planned: dict[Path, str | None]  # comment by path
    before: dict[Path, Look]
    after: dict[Path, Look]
    restored: dict[Path, str]  # sha256 by path


@pytest.fixture(scope="module")
def journey(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Journey]:
    for program in ("ffmpeg", "ffprobe", "exiftool", "mediainfo", "mkvinfo", "mkvmerge"):
        oracle(program)
    folder = tmp_path_factory.mktemp("demo") / "library"
    media.demo(folder)
    with Library.open(folder / ".indexium") as library:
        demo.prepare(library, folder)
        planned = {Path(item.file_path): item.result_comment for item in library.plan().items if item.can_update}
        before = look(planned)
        handle = library.write(library.plan(), ALL)
        counts = handle.wait().counts
        assert set(counts) <= {"success", "skipped"}, counts
        after = look(planned)
        back = library.rollback(handle.id).wait().counts
        assert back == {"success": counts["success"]}
        yield Journey(planned, before, after, {path: readers.sha256(path) for path in planned})


def look(planned: dict[Path, str | None]) -> dict[Path, Look]:
    return dict(zip(planned, readers.look(list(planned), media=True), strict=True))


def flat(texts: set[str]) -> set[str]:
    """The texts without line breaks, because programs show line breaks differently."""
    return {" ".join(text.replace("\\n", " ").replace(" / ", " ").split()).rstrip(".") for text in texts}


def test_many_files_of_both_families_were_written(journey: Journey) -> None:
    written = [path.suffix for path in journey.planned if journey.before[path].sha256 != journey.after[path].sha256]

    assert written.count(".mp4") >= 15
    assert sum(suffix in readers.MATROSKA for suffix in written) >= 6


@pytest.mark.parametrize("program", [readers.FFPROBE, readers.EXIFTOOL_ALL, readers.MEDIAINFO, readers.MKVINFO_ALL])
def test_every_program_reads_planned_comment_and_no_other(journey: Journey, program: str) -> None:
    for path, comment in journey.planned.items():
        texts = journey.after[path].comments
        garbled = path.suffix == ".avi" and program in readers.SHOWN_IF_ASCII["avi"] and not (comment or "").isascii()
        if program in texts and not garbled:
            assert flat(texts[program]) == flat({comment} if comment else set()), path


def test_ffprobe_and_mkvmerge_show_no_other_change(journey: Journey) -> None:
    for path, seen in journey.after.items():
        before = journey.before[path].known
        for program in (readers.FFPROBE, "mkvmerge", "streams"):
            assert seen.known.get(program) == before.get(program), (program, path)


def test_rollback_restores_same_bytes(journey: Journey) -> None:
    assert journey.restored == {path: seen.sha256 for path, seen in journey.before.items()}
