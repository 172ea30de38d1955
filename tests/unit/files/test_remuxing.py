"""Runs of ffmpeg: unusual names, and a child process that fails, stalls, is cancelled, or is orphaned."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from indexium_core import errors
from indexium_core.files import program
from indexium_core.files.containers.shared import remuxing
from indexium_core.files.program import executable
from indexium_core.model.files.media import Remux
from tests.support import media
from tests.support.cases import each_case

COPY = Remux(
    demuxer="avi", muxer="avi", options=(("map", "0"), ("c", "copy"), ("metadata", "comment=$(touch pwned)")), size=0
)


@pytest.fixture
def stub(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[[str], Path]:
    """Replace ffmpeg by a shell script; its last argument is the target."""

    def make(text: str) -> Path:
        path = tmp_path / "ffmpeg"
        path.write_text(
            f'#!/bin/sh\nfor target; do :; done; target="${{target#file:}}"\necho $$ > {tmp_path}/pid\n{text}\n'
        )
        path.chmod(0o755)
        monkeypatch.setattr(program, "executable", lambda: str(path))
        return tmp_path / "pid"

    return make


def is_alive(pid: Path) -> bool:
    try:
        state = Path(f"/proc/{int(pid.read_text())}/stat").read_text()
    except FileNotFoundError:
        return False
    return state.rpartition(")")[2].split()[0] != "Z"


def wait_until(condition: Callable[[], bool]) -> None:
    for _ in range(500):
        if condition():
            return
        time.sleep(0.01)
    raise AssertionError


@each_case(
    "name",
    [
        b"-i.avi",
        b"concat:a|b.avi",
        b"http:example.avi",
        b"$(touch pwned).avi",
        b"line\nbreak.avi",
        b"caf\xe9.avi",
        b"%d.avi",
        "Zoë 🎬 'x' \"y\".avi".encode(),
    ],
)
def test_file_name_does_not_decide_format(name: bytes, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    source, target = os.fsencode(tmp_path) + b"/" + name, os.fsencode(tmp_path) + b"/" + name + b".tmp"
    os.rename(media.build("avi", tmp_path), source)
    remuxing.run(COPY, source, target)
    assert b"$(touch pwned)" in Path(os.fsdecode(target)).read_bytes()
    assert sorted(os.listdir(os.fsencode(tmp_path))) == sorted([name, name + b".tmp"])


def test_ffmpeg_command_is_list() -> None:
    edit = Remux(
        demuxer="ogg",
        muxer="ogg",
        options=(("copyts", ""), ("metadata:s:0", "a=1"), ("metadata:s:0", "b=\udce9")),
        size=0,
    )
    line = remuxing.command(edit, b"/in\xff", b"/out")
    assert line[-6:] == [b"-copyts", b"-metadata:s:0", b"a=1", b"-metadata:s:0", b"b=\xe9", b"file:/out"]
    assert b"file:/in\xff" in line
    for wanted in ((b"-protocol_whitelist", b"file"), (b"-f", b"ogg"), (b"-nostdin",), (b"-y",)):
        at = line.index(wanted[0])
        assert tuple(line[at : at + len(wanted)]) == wanted


def test_playlist_named_avi_is_refused(tmp_path: Path) -> None:
    source = tmp_path / "film.avi"
    source.write_text(f"#EXTM3U\n#EXTINF:1,\n{media.build('ts', tmp_path)}\n#EXT-X-ENDLIST\n")
    with pytest.raises(errors.FFmpegError) as caught:
        remuxing.run(COPY, os.fsencode(source), os.fsencode(tmp_path / "out"))
    assert caught.value.reason == "ffmpeg_refused"


def test_failure_has_last_ffmpeg_message(
    stub: Callable[[str], Path], tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    stub("yes complaint | head -n 100000 >&2; echo 'Not for people.'; echo 'The end.' >&2; exit 3")
    with pytest.raises(errors.FFmpegError, match=r"could not rewrite the file: The end\.$") as caught:
        remuxing.run(COPY, b"/in", os.fsencode(tmp_path / "out"))
    assert caught.value.reason == "ffmpeg_failed"
    assert capfd.readouterr().out == ""


@pytest.mark.parametrize("code", [0, 1])
@pytest.mark.parametrize(
    ("words", "reason"), [("No space left on device", "low_space"), ("Disk quota exceeded", "over_quota")]
)
def test_full_disk_has_its_code(
    stub: Callable[[str], Path], tmp_path: Path, code: int, words: str, reason: str
) -> None:
    """FFmpeg 5.1 ended with 0 on a full disk."""
    stub(f"echo 'av_interleaved_write_frame(): {words}' >&2; echo 'Bye.' >&2; exit {code}")
    with pytest.raises(errors.FFmpegError) as caught:
        remuxing.run(COPY, b"/in", os.fsencode(tmp_path / "out"))
    assert caught.value.reason == reason


def test_failed_start_of_ffmpeg_is_error(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(program, "executable", lambda: str(tmp_path / "gone"))
    with pytest.raises(errors.FFmpegError) as caught:
        remuxing.run(COPY, b"/in", b"/out")
    assert caught.value.reason == "ffmpeg_failed"
    for text, reason in (("a\0b", "embedded null byte"), ("a" * 3_000_000, "Argument list too long")):
        edit = Remux(demuxer="avi", muxer="avi", options=(("metadata", f"comment={text}"),), size=0)
        with pytest.raises(errors.FFmpegError, match=rf"could not be started: {reason}\.$") as caught:
            remuxing.run(edit, b"/in", b"/out")
        assert caught.value.reason == "ffmpeg_failed"


def test_stalled_ffmpeg_is_stopped(stub: Callable[[str], Path], tmp_path: Path) -> None:
    pid = stub("sleep 60")
    with pytest.raises(errors.FFmpegError, match="no progress") as caught:
        remuxing.run(COPY, b"/in", os.fsencode(tmp_path / "out"), stall_seconds=0.3)
    assert caught.value.reason == "timeout"
    assert not is_alive(pid)


def test_slow_ffmpeg_is_not_stopped(stub: Callable[[str], Path], tmp_path: Path) -> None:
    stub('for i in 1 2 3 4 5 6; do echo x >> "$target"; sleep 0.15; done')
    remuxing.run(COPY, b"/in", os.fsencode(tmp_path / "out"), stall_seconds=0.6)
    assert (tmp_path / "out").read_text() == "x\n" * 6


def test_cancel_stops_ffmpeg(stub: Callable[[str], Path], tmp_path: Path) -> None:
    pid = stub("sleep 60 & sleep 60")
    asked: list[bool] = []

    def cancelled() -> bool:
        asked.append(pid.exists())
        return asked[-1]

    with pytest.raises(errors.FFmpegError) as caught:
        remuxing.run(COPY, b"/in", os.fsencode(tmp_path / "out"), cancelled=cancelled)
    assert caught.value.reason == "cancelled"
    assert not is_alive(pid)


@pytest.mark.skipif(os.name != "posix", reason="only there can a process be made to stand still")
def test_blocked_progress_callback_suspends_ffmpeg(stub: Callable[[str], Path], tmp_path: Path) -> None:
    stub('for i in 1 2 3 4 5 6 7 8 9; do echo x >> "$target"; sleep 0.05; done')
    target, seen = tmp_path / "out", list[int]()

    def heed(_: int) -> None:
        if not seen:
            time.sleep(0.05)  # a signal takes some time
            before = target.stat().st_size
            time.sleep(0.5)  # enough time for its normal end
            seen.extend((before, target.stat().st_size))

    remuxing.run(COPY, b"/in", os.fsencode(target), on_progress=heed)
    assert seen[0] == seen[1] < len(target.read_text())
    assert target.read_text() == "x\n" * 9


def test_interruption_leaves_no_ffmpeg(stub: Callable[[str], Path], tmp_path: Path) -> None:
    pid = stub("sleep 60")

    def interrupt() -> bool:
        if pid.exists():
            raise KeyboardInterrupt
        return False

    begun = time.monotonic()
    with pytest.raises(KeyboardInterrupt):
        remuxing.run(COPY, b"/in", os.fsencode(tmp_path / "out"), cancelled=interrupt)
    assert not is_alive(pid)
    assert time.monotonic() - begun < 30  # it does not wait for the end of the work


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux knows a signal for the death of a parent")
def test_ffmpeg_ends_with_its_parent(stub: Callable[[str], Path], tmp_path: Path) -> None:
    pid = stub("sleep 60")
    code = (
        "import sys; from indexium_core.files import program; "
        "from indexium_core.files.containers.shared import remuxing; "
        "from indexium_core.model.files.media import Remux; "
        "program.executable = lambda: sys.argv[1]; "
        "remuxing.run(Remux(demuxer='avi', muxer='avi', options=(), size=0), b'/in', b'/out')"
    )
    parent = subprocess.Popen([sys.executable, "-c", code, str(tmp_path / "ffmpeg")])
    wait_until(lambda: pid.exists() and pid.read_text().strip() != "")
    assert is_alive(pid)
    parent.send_signal(signal.SIGKILL)
    parent.wait()
    wait_until(lambda: not is_alive(pid))


def test_ffmpeg_is_located_in_one_place() -> None:

    assert executable is program.executable
