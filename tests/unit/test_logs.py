"""The log: each line is a record, a job has its own file, and a reader misses no line."""

from __future__ import annotations

import json
import logging
import os
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from indexium_core import logs

logger = logging.getLogger("indexium_core.test")


@pytest.fixture
def folder(tmp_path: Path) -> Iterator[Path]:
    logs.attach(tmp_path / "logs", days=30)
    yield tmp_path / "logs"
    logs.detach()


def day(folder: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in (folder / "indexium.log").read_text("utf-8").splitlines()]


def events(folder: Path, job_id: int, **where: int) -> list[str]:
    return [line["event"] for line in logs.read_job(folder, job_id, **where)[0]]


def test_newline_in_name_stays_in_its_string(folder: Path) -> None:
    logger.warning("file.odd", extra={"file_path": 'a\n{"event": "forged"}', "operation_id": 3})

    assert [(line["event"], line["level"], line["file_path"], line["operation_id"]) for line in day(folder)] == [
        ("file.odd", "warning", 'a\n{"event": "forged"}', 3)
    ]


def test_record_fields_do_not_replace_standard_fields(folder: Path) -> None:
    logger.info("settings.changed", extra={"url": "u", "left": {"a": 1}, "event": "another", "level": "none"})

    line = day(folder)[0]
    assert (line["event"], line["level"], line["url"], line["left"]) == ("settings.changed", "info", "u", {"a": 1})
    assert set(line) == {"at", "level", "event", "actor", "url", "left"}


def test_job_log_has_its_lines_and_daily_log_has_all(folder: Path) -> None:
    logger.info("before")
    with logs.job(7):
        logger.info("one", extra={"operation_id": 1})
        with logs.job(8):
            logger.info("inner")
        logger.info("two")
    logger.info("after")

    assert events(folder, 7) == ["one", "two"]
    assert events(folder, 8) == ["inner"]
    assert [(line["event"], line.get("job_id")) for line in day(folder)] == [
        ("before", None),
        ("one", 7),
        ("inner", 8),
        ("two", 7),
        ("after", None),
    ]


def test_other_thread_logs_for_job_only_if_carried(folder: Path) -> None:
    def tell(word: str) -> None:
        logger.info(word)

    with logs.job(7):
        carried = logs.carry(tell)
        threads = [threading.Thread(target=tell, args=("lost",)), threading.Thread(target=carried, args=("found",))]
    for thread in threads:  # the block has ended since
        thread.start()
        thread.join()
    carried("here")

    assert events(folder, 7) == ["found", "here"]
    assert [line["event"] for line in day(folder)] == ["lost", "found", "here"]


def test_concurrent_threads_write_whole_lines(folder: Path) -> None:
    with logs.job(7):
        tell = logs.carry(lambda word: [logger.info("line", extra={"word": word * 500}) for _ in range(50)])
        threads = [threading.Thread(target=tell, args=(word,)) for word in "abcdefgh"]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()

    lines, _ = logs.read_job(folder, 7)
    assert sorted(line["word"] for line in lines) == sorted(word * 500 for word in "abcdefgh" for _ in range(50))


def test_read_continues_at_its_position(folder: Path) -> None:
    with logs.job(7):
        for number in range(7):
            logger.info("é%d", number)
        first, place = logs.read_job(folder, 7, limit=4)
        second, end = logs.read_job(folder, 7, after=place, limit=4)
        assert logs.read_job(folder, 7, after=end) == ([], end)
        logger.info("later")

    assert [line["event"] for line in first + second] == [f"é{number}" for number in range(7)]
    assert [line["event"] for line in logs.read_job(folder, 7, after=end)[0]] == ["later"]


@pytest.mark.parametrize(("limit", "last"), [(2, ["5", "6"]), (7, list("0123456")), (50, list("0123456")), (0, [])])
def test_last_lines_can_be_read(folder: Path, limit: int, last: list[str]) -> None:
    with logs.job(7):
        for number in range(7):
            logger.info(str(number))

    lines, place = logs.read_job(folder, 7, after=-1, limit=limit)
    assert [line["event"] for line in lines] == last
    assert place == logs.job_file(folder, 7).stat().st_size


def test_job_without_log_has_no_lines(folder: Path) -> None:
    assert logs.read_job(folder, 99) == ([], 0)
    assert logs.read_job(folder, 99, after=500) == ([], 0)


def test_incomplete_line_is_not_returned(folder: Path) -> None:
    place = logs.job_file(folder, 7)
    place.parent.mkdir()
    place.write_bytes(b'{"event": "one"}\n{"event": "tw')
    lines, end = logs.read_job(folder, 7)
    with place.open("ab") as stream:
        stream.write(b'o"}\n')

    assert [line["event"] for line in lines] == ["one"]
    assert events(folder, 7, after=end) == ["two"]


def test_truncated_line_loses_no_other(folder: Path) -> None:
    place = logs.job_file(folder, 7)
    place.parent.mkdir()
    place.write_bytes(b'{"event": "one"}\n{"event": "tw')
    with logs.job(7):
        logger.info("three")

    assert events(folder, 7) == ["one", "three"]


def test_huge_log_keeps_its_start_and_end(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(logs, "PART_BYTES", 1400)
    with logs.job(7):
        for number in range(50):
            logger.info(str(number))
    with logs.job(7):  # resumed
        for number in range(50, 100):
            logger.info(str(number))

    found = events(folder, 7)
    gap = found.index("log.left_out")
    assert found[:gap] == [str(number) for number in range(gap)]
    assert found[gap + 1 :] == [str(number) for number in range(101 - len(found) + gap, 100)]
    assert 3 < gap < 40 < len(found) < 90
    parts = [path for path in (folder / "jobs").rglob("*") if path.is_file()]
    assert len(parts) == logs.PARTS
    assert all(path.stat().st_size <= 1400 for path in parts)
    assert len(day(folder)) == 100


@pytest.mark.parametrize("limit", [1, 7, 1000])
def test_rotated_log_is_read_across_its_parts(folder: Path, monkeypatch: pytest.MonkeyPatch, limit: int) -> None:
    monkeypatch.setattr(logs, "PART_BYTES", 500)
    with logs.job(7):
        for number in range(17):
            logger.info(str(number))
    assert len(list((folder / "jobs").rglob("*.jsonl"))) > 2

    found, place = [], 0
    while (step := logs.read_job(folder, 7, after=place, limit=limit))[0]:
        found += [line["event"] for line in step[0]]
        place = step[1]
    assert found == [str(number) for number in range(17)]
    assert logs.read_job(folder, 7, after=place + 5000) == ([], place)
    last, end = logs.read_job(folder, 7, after=-1, limit=limit)
    assert [line["event"] for line in last] == found[-limit:]
    assert end == place


def test_job_only_record_is_not_in_daily_log(folder: Path) -> None:
    with logs.job(7):
        logger.info("one", extra={"processed": 3, logs.ONLY_JOB: True})
        logger.info("other", extra={logs.ONLY_JOB: False})

    assert events(folder, 7) == ["one", "other"]
    assert [line["event"] for line in day(folder)] == ["other"]
    assert logs.ONLY_JOB not in logs.read_job(folder, 7)[0][0]


def test_old_logs_are_deleted_unless_open(tmp_path: Path) -> None:
    folder = tmp_path / "logs"
    days = ("indexium.log", "progress.log", "indexium.log.2020-01-01", "progress.log.1")
    names = (*days, "jobs/1.jsonl", "jobs/1/2000.jsonl", "jobs/2.jsonl", "jobs/2/2000.jsonl")
    for name in names:
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text("{}\n")
        age = 29 if name == "jobs/2/2000.jsonl" else 31
        os.utime(folder / name, (time.time() - age * 86_400,) * 2)
    logs.attach(folder, days=30)
    logs.detach()

    left = {str(path.relative_to(folder)) for path in folder.rglob("*")}
    assert left == {"indexium.log", "progress.log", "jobs", "jobs/2", "jobs/2/2000.jsonl"}


def test_oldest_logs_are_deleted_except_of_running_jobs(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(logs, "ALL_BYTES", 2500)
    monkeypatch.setattr(logs, "_TIDY_SECONDS", 0.0)
    (folder / "jobs").mkdir()
    for number in range(1, 6):
        logs.job_file(folder, number).write_bytes(b"x" * 1000)
        os.utime(logs.job_file(folder, number), (time.time() - 1000 + number,) * 2)
    with logs.job(1):
        pass

    assert sorted(place.stem for place in (folder / "jobs").iterdir()) == ["1", "4", "5"]


def test_unwritable_log_folder_is_ignored(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (folder / "jobs").write_text("not a folder")
    (folder / "indexium.log").mkdir()
    with logs.job(7):
        logger.warning("lost")

    assert capsys.readouterr() == ("", "")
    assert logs.read_job(folder, 7) == ([], 0)
