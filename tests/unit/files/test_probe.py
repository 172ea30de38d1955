"""The probe: facts from real files, and one state with one sentence for everything that can be wrong with a file."""

from __future__ import annotations

import itertools
import os
import subprocess
import sys
from dataclasses import replace
from pathlib import Path
from typing import Any

import av
import pytest

from indexium_core import errors
from indexium_core.demo import clips
from indexium_core.files import fingerprint, libav, probe, walk
from indexium_core.files.containers import Layout, registry
from indexium_core.files.reader import FileReader
from indexium_core.model.files.media import FieldValue, FileFacts, FileStat
from tests.support import media, mkv
from tests.support.cases import each_case
from tests.support.oracles import oracle

COMMENT = "People: Ann Lee, Zoë Müller\nÜber 🎬"


def probed(path: Path | bytes, **options: Any) -> FileFacts:
    raw = os.fsencode(path)
    return probe.probe(raw, walk.file_stat(os.stat(raw)), **options)


@each_case("form", media.FORMS)
def test_every_clip_is_probed(form: str, tmp_path: Path) -> None:
    facts = probed(media.build(form, tmp_path, comment=COMMENT))
    assert (facts.state, facts.message) == ("ok", "")
    assert sorted(stream.kind for stream in facts.streams) == ["audio", "video"]
    assert facts.file_hash is not None
    assert facts.file_hash.startswith("x1:")
    assert facts.duration == pytest.approx(1.0, abs=0.1) or form == "mkv_live"
    assert bool(facts.strategy) != bool(facts.strategy_code)
    if form not in {"ts", "mpg"}:
        assert facts.comment == COMMENT


def packets(found: FileFacts) -> str:
    """Return the part of a digest that tells the first packets."""
    return (found.media_digest or "").partition("/")[0]


@pytest.mark.parametrize("form", ["mp4", "mp4_room", "mp4_fragmented", "mkv", "webm", "mov"])
def test_header_probe_equals_packet_probe(form: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = media.build(form, tmp_path, comment=COMMENT, seconds=2.0, chapters=2, languages=("eng", "ger"))
    quick = probed(path)
    monkeypatch.setattr(libav, "_FROM_HEADERS", {})
    found = probed(path)  # these packets are read before the digest, so it may have more of them
    assert replace(found, media_digest=quick.media_digest) == quick
    assert packets(found).startswith(packets(quick) or "?")


@pytest.mark.parametrize("extension", ["mp4", "mkv"])
def test_digest_has_the_packets_of_the_whole_window(extension: str, tmp_path: Path) -> None:
    """Films with the same moving title card differ only behind it."""
    path = tmp_path / f"film.{extension}"
    life = "life=s=64x64:r=25:seed=7"
    clips.run_ffmpeg(["-f", "lavfi", "-i", life, "-t", "4", "-c:v", "mpeg4", "-g", "1", "-q:v", "2", str(path)])
    with av.open(str(path)) as media:
        sizes = itertools.accumulate(each.size for each in media.demux(video=0))
        count = sum(1 for size in sizes if size < fingerprint.WINDOW * 0.98)
    digest = packets(probed(path))
    assert abs((len(digest) - len("p2:" + "0" * 16)) // 4 + 1 - count) <= 2
    assert count > 10
    assert not digest.endswith("~")


@pytest.mark.parametrize("few", [1, 4096])
@pytest.mark.parametrize("picture", ["life=s=64x64:r=25:seed=7", "smptebars=s=64x64:r=25"])
def test_digest_of_an_mp4_has_the_size_of_its_media(
    picture: str, few: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """If the pictures do not change, the sound tells the film, and has the size."""
    path = tmp_path / "film.mp4"
    sound = ["-f", "lavfi", "-i", "anoisesrc=seed=1:r=22050", "-c:a", "aac"]
    clips.run_ffmpeg(["-f", "lavfi", "-i", picture, *sound, "-t", "3", "-c:v", "libx264", str(path)])
    with av.open(str(path)) as media:
        stream = media.streams.audio[0] if picture.startswith("smptebars") else media.streams.video[0]
        size = sum(each.size for each in media.demux(stream))
    monkeypatch.setattr(fingerprint, "_FEW", few)
    names = ("other.mov", "fast.mp4", "fragments.mp4", "other.mkv", "other.avi")
    options = {"fast.mp4": ["-movflags", "+faststart"], "fragments.mp4": ["-movflags", "frag_keyframe+empty_moov"]}
    for name in names:
        clips.run_ffmpeg(["-i", str(path), "-c", "copy", *options.get(name, []), str(tmp_path / name)])
    sizes = [(probed(tmp_path / each).media_digest or "").partition("/")[2] for each in ("film.mp4", *names)]
    assert [int(each) for each in sizes[:3]] == pytest.approx([size] * 3, rel=0.02 if few == 1 else 0)
    assert sizes[3:] == [""] * 3


@pytest.mark.parametrize("codec", ["libx264", "mpeg4", "mpeg2video", "mjpeg"])
@pytest.mark.parametrize("key_frames", ["1", "12"])
def test_black_pictures_have_no_digest(codec: str, key_frames: str, tmp_path: Path) -> None:
    path = tmp_path / "film.mkv"
    black = "color=black:s=640x360:r=25"
    clips.run_ffmpeg(["-f", "lavfi", "-i", black, "-t", "2", "-c:v", codec, "-g", key_frames, str(path)])
    assert probed(path).media_digest == ""


@pytest.mark.parametrize("picture", ["smptebars=s=160x120:r=25", "color=black:s=160x120:r=25"])
def test_sound_tells_films_with_one_picture_apart(picture: str, tmp_path: Path) -> None:
    """The pictures of both are equal, and a remux of either keeps its sound."""
    digests = []
    for seed in (1, 2):
        path = tmp_path / f"{seed}.mp4"
        inputs = ["-f", "lavfi", "-i", picture, "-f", "lavfi", "-i", f"anoisesrc=seed={seed}:r=22050"]
        clips.run_ffmpeg([*inputs, "-t", "3", "-c:v", "libx264", "-c:a", "aac", str(path)])
        copies = [path.with_suffix(f".{each}") for each in ("mkv", "mov", "ts", "avi")]
        for copy in copies:
            clips.run_ffmpeg(["-i", str(path), "-c", "copy", str(copy)])
        found = [packets(probed(each)) for each in (path, *copies)]
        shortest = min(found, key=len)
        assert len(shortest) > 100
        assert all(each.startswith(shortest.removesuffix("~")) for each in found)
        digests.append(shortest)
    assert digests[0] != digests[1]
    assert all(each.endswith("~") for each in digests)


def test_lengths_that_look_like_start_codes_are_lengths(tmp_path: Path) -> None:
    path, stream = tmp_path / "film.mp4", tmp_path / "film.ts"
    clips.run_ffmpeg(
        ["-f", "lavfi", "-i", "life=s=64x64:r=25:seed=7", "-t", "2", "-c:v", "libx264", "-crf", "35", str(path)]
    )
    clips.run_ffmpeg(["-i", str(path), "-c", "copy", str(stream)])
    with av.open(str(path)) as media:
        assert any(bytes(packet).startswith(b"\0\0\1") for packet in itertools.islice(media.demux(), 4))
    digests = [packets(probed(each)) for each in (path, stream)]
    assert digests[0]
    assert digests[0] == digests[1]


def test_packet_at_the_end_of_the_window_counts_only_as_a_whole(tmp_path: Path) -> None:
    for quality in range(20, 28):  # the window ends at another place of a packet each time
        path = tmp_path / f"{quality}.mp4"
        life = "life=s=160x120:r=25:seed=7"
        clips.run_ffmpeg(["-f", "lavfi", "-i", life, "-t", "1", "-c:v", "libx264", "-crf", str(quality), str(path)])
        for extension in ("ts", "avi", "mkv"):
            copy = path.with_suffix(f".{extension}")
            clips.run_ffmpeg(["-i", str(path), "-c", "copy", str(copy)])
            short, long = sorted((packets(probed(each)) for each in (path, copy)), key=len)
            assert short, copy.name
            assert long.startswith(short), copy.name


# A configuration of AAC with 22,050 Hz and one channel, as FFmpeg writes it, and others of the same length: objects of
# type 5 (SBR) and 29 (parametric stereo), and the mark that SBR follows (ISO/IEC 14496-3, 1.6.2.1).
PLAIN = bytes.fromhex("138856e500")
CONFIGURATIONS = {"SBR": "2b8a080000", "parametric stereo": "eb8a080000", "mark of SBR": "138856e5a0"}


@each_case(("layout", "channels"), [("mono", 1), ("stereo", 2), ("5.1", 6), ("2.1", 3), ("6.1", 7)])
@pytest.mark.parametrize("extension", ["mp4", "mov", "mkv"])
def test_channels_of_aac_are_counted(extension: str, layout: str, channels: int, tmp_path: Path) -> None:
    path = tmp_path / f"sound.{extension}"
    clips.run_ffmpeg(["-f", "lavfi", "-i", f"anullsrc=cl={layout}:r=48000:d=0.5", "-c:a", "aac", str(path)])
    [stream] = probed(path).streams
    assert (stream.details["channels"], stream.details["sample_rate"]) == (channels, 48000)


def test_channels_of_matroska_are_those_of_the_stream(tmp_path: Path) -> None:
    path = tmp_path / "sound.mkv"
    clips.run_ffmpeg(["-f", "lavfi", "-i", "anullsrc=cl=stereo:r=48000:d=0.5", "-c:a", "aac", str(path)])
    data = path.read_bytes()
    assert data.count(b"\x9f\x81\x02") == 1  # the element Channels
    path.write_bytes(data.replace(b"\x9f\x81\x02", b"\x9f\x81\x01"))
    [stream] = probed(path).streams
    assert stream.details["channels"] == 2


@pytest.mark.parametrize("extension", ["mp4", "mkv"])
@each_case("configuration", CONFIGURATIONS)
def test_extensions_of_aac_are_decoded(configuration: str, extension: str, tmp_path: Path) -> None:
    path = tmp_path / f"sound.{extension}"
    clips.run_ffmpeg(["-f", "lavfi", "-i", "anullsrc=cl=mono:r=22050:d=0.5", "-c:a", "aac", str(path)])
    data = path.read_bytes()
    assert data.count(PLAIN) == 1
    path.write_bytes(data.replace(PLAIN, bytes.fromhex(CONFIGURATIONS[configuration])))
    [stream] = probed(path).streams
    assert stream.details["channels"] == 2


def test_streams_have_language_size_and_disposition(tmp_path: Path) -> None:
    facts = probed(media.build("mp4", tmp_path, languages=("eng", "ger"), cover=True, subtitles=True))
    video, first, second, text, cover = facts.streams
    assert (video.codec, video.details["width"], video.details["height"]) == ("h264", 160, 90)
    assert [first.language, second.language, text.kind] == ["eng", "ger", "subtitle"]
    assert cover.details["attached_pic"]
    assert video.details["frames"] == 10


def test_hash_does_not_depend_on_tags(tmp_path: Path) -> None:
    forms = ("mp4", "mp4_room", "mp4_faststart", "m4v")
    hashes = {
        probed(media.build(form, tmp_path, comment="x" * 9 * number)).file_hash for number, form in enumerate(forms)
    }
    assert len(hashes) == 1


def test_full_mode_hashes_every_media_byte(tmp_path: Path) -> None:
    path = media.build("mp4", tmp_path)
    full = probed(path, full=True).file_hash
    assert full is not None
    assert full.startswith("f1:")


def test_every_comment_place_is_listed(tmp_path: Path) -> None:
    facts = probed(media.build("mp4", tmp_path, comment=COMMENT))
    assert [(value.field, value.value) for value in facts.comment_fields] == [("comment", COMMENT)]


@pytest.mark.parametrize(
    ("metadata", "comment"),
    [
        ({"COMMENT": "a"}, "a"),
        ({"com.apple.quicktime.comment": "b"}, "b"),
        ({"com.apple.quicktime.comment": "b", "Comment": "a"}, "a"),
        ({"comment": ""}, ""),
        ({"title": "c"}, None),
    ],
)
def test_comment_is_one_shown_by_players(metadata: dict[str, str], comment: str | None) -> None:
    assert libav.read_field(metadata, "comment") == comment


GRUSS = "Grüße"


@each_case(
    ("shown", "written", "meant"),
    [
        ("a", ["a", "b"], "a"),
        ("another field", ["a", "b"], "another field"),
        ("another field", [], "another field"),
        (None, ["a", "b"], "b"),
        (None, [], None),
        ("", ["a"], "a"),
        ("Приве", ["Привет"], "Привет"),  # truncated
        ("Gr√º√üe", [GRUSS], GRUSS),  # UTF-8 read as MacRoman …
        ("Gr√º√üe", [GRUSS, "b"], GRUSS),
        ("Gr√º√üe", [GRUSS, "Gr√º√üe"], "Gr√º√üe"),
        ("Gr√", [GRUSS], "Gr√"),
        ("李雷李雷".encode().decode("mac_roman")[:9], ["李雷李雷"], "李雷李雷"),  # … and truncated
        ("\udcfe\udcff", [GRUSS], GRUSS),  # UTF-16 read as UTF-8
        ("\udcfe\udcffNg\udc96\udcf7", ["李雷"], "\udcfe\udcffNg\udc96\udcf7"),
        (b"\xfe\xff\x67\x4e\x96\xf7".decode("utf-8", "surrogateescape"), ["李雷"], "李雷"),
    ],
)
def test_comment_is_read_as_stored(shown: str | None, written: list[str], meant: str | None) -> None:
    places = [FieldValue(field="comment", where=str(nth), value=text) for nth, text in enumerate(written)]

    assert libav.field_value(shown, places, "mov") == meant


@pytest.mark.parametrize("shown", [None, "of a collection", "other"])
@pytest.mark.parametrize(("taking", "meant"), [([False, True], "film"), ([], None)])
def test_matroska_places_decide_comment(shown: str | None, taking: list[bool], meant: str | None) -> None:
    places = [
        FieldValue(field="comment", where=text, value=text, takes_value=takes)
        for text, takes in zip(("other", "film"), taking, strict=False)
    ]

    assert libav.field_value(shown, places, "webm") == meant


@pytest.mark.parametrize(
    ("name", "found"),
    [("nested", ("", "no_strategy_yet")), ("two elements", ("matroska_copy", "")), ("one", ("matroska_in_place", ""))],
)
def test_strategy_serves_both_modes(tmp_path: Path, name: str, found: tuple[str, str]) -> None:
    """Replace mode cannot remove a comment with nested tags; preserve mode makes two elements longer."""
    path = media.build("mkv", tmp_path)
    real = mkv.parts(path)
    first = mkv.tag(mkv.simple("COMMENT", "first", *([mkv.simple("URL", "x")] if name == "nested" else [])))
    last = mkv.tag(mkv.simple("COMMENT", "last"))
    if name == "two elements":
        tags = [("tags", mkv.element(mkv.TAGS, first)), ("tags 2", mkv.element(mkv.TAGS, last))]
        media_of = [("info", real[mkv.INFO]), ("tracks", real[mkv.TRACKS]), ("cluster 0", real[mkv.CLUSTER])]
        data = mkv.film(("seek", mkv.directory("info", "tracks")), *media_of[:2], *tags, *media_of[2:])
    else:
        data = mkv.document(tags=first + last, real=real, after=900)
    path.write_bytes(data)
    facts = probed(path)

    assert (facts.strategy, facts.strategy_code) == found


def test_comment_under_another_ffmpeg_name_is_read(tmp_path: Path) -> None:
    """A TargetType string makes FFmpeg name it MOVIE/COMMENT; a plan must not treat the file as one without text."""
    path = media.build("mkv", tmp_path)
    tags = mkv.tag(mkv.simple("COMMENT", "Filmed by Grandpa"), kind="MOVIE")
    path.write_bytes(mkv.document(tags=tags, real=mkv.parts(path)))
    assert probed(path).comment == "Filmed by Grandpa"


def test_undecodable_bytes_stay_in_comment(tmp_path: Path) -> None:
    path = media.build("mkv", tmp_path, comment="CAFE!", tags={"title": "CAFE!"})
    path.write_bytes(path.read_bytes().replace(b"CAFE!", b"caf\xe9!"))
    facts = probed(path)
    assert facts.comment == "caf\udce9!"
    assert facts.tags["container"]["title"] == "caf\N{REPLACEMENT CHARACTER}!"
    assert [value.value for value in facts.comment_fields] == ["caf\udce9!"]


@pytest.mark.parametrize(
    "name", [b"caf\xe9.mp4", '🎬 "x" <b>\n.mp4'.encode(), b"-i.mp4", b"file:x%d.mp4", b"a|b;c&d.mp4"]
)
def test_file_name_does_not_decide_format(name: bytes, tmp_path: Path) -> None:
    path = os.fsencode(tmp_path) + b"/" + name
    os.rename(media.build("mp4", tmp_path), path)
    assert probed(path).state == "ok"


def test_empty_file_is_empty(tmp_path: Path) -> None:
    assert probed(media.empty(tmp_path)) == FileFacts(state="empty", message="The file is empty.")


@pytest.mark.parametrize("form", ["mp4", "mkv", "avi", "wmv", "flv", "ogv", "mp4_faststart"])
def test_truncated_file_has_no_hash(form: str, tmp_path: Path) -> None:
    facts = probed(media.truncated(form, tmp_path))
    assert (facts.state, facts.strategy_code, facts.file_hash) == ("corrupt", "corrupt", None)
    assert facts.message.endswith(".")


def test_damaged_file_is_read_as_far_as_possible(tmp_path: Path) -> None:
    facts = probed(media.truncated("mp4_faststart", tmp_path, comment=COMMENT))
    assert facts.comment == COMMENT
    assert len(facts.streams) == 2


@each_case("size", [1, 7, 8, 40, 200])
@each_case("form", ["mp4", "mkv", "avi", "ogv", "flv", "wmv"])
def test_any_file_prefix_has_state_and_message(form: str, size: int, tmp_path: Path) -> None:
    path = media.build(form, tmp_path)
    os.truncate(path, size)
    facts = probed(path)
    assert facts.state in {"corrupt", "not_video"}
    assert facts.message.endswith(".")


@pytest.mark.parametrize(
    "text",
    [
        b"hello",
        b"<!doctype html><html><body>404</body></html>",
        b"#EXTM3U\n#EXT-X-TARGETDURATION:1\n#EXTINF:1,\n/etc/hostname\n#EXT-X-ENDLIST\n",
        b"ffconcat version 1.0\nfile '/etc/hostname'\n",
        b"BM" + bytes(200),
        bytes(4096),
    ],
)
def test_non_video_with_video_name_is_refused(text: bytes, tmp_path: Path) -> None:
    path = tmp_path / "film.mp4"
    path.write_bytes(text)
    facts = probed(path)
    assert (facts.state, facts.file_hash) == ("not_video", None)
    assert facts.message


@each_case("extension", media.SOUND)
def test_audio_file_can_be_written(extension: str, tmp_path: Path) -> None:
    facts = probed(media.sound(extension, tmp_path, comment=COMMENT))
    assert (facts.state, facts.message) == ("ok", "")
    assert [stream.kind for stream in facts.streams] == ["audio"]
    assert facts.comment == COMMENT
    assert facts.file_hash is not None
    assert facts.strategy
    assert facts.duration == pytest.approx(1.0, abs=0.1)


@pytest.mark.parametrize("extension", media.SUBTITLES)
def test_subtitle_file_can_be_written(extension: str, tmp_path: Path) -> None:
    facts = probed(media.subtitles(extension, tmp_path, comment=COMMENT))
    assert (facts.state, facts.message, facts.comment) == ("ok", "", COMMENT)
    assert [stream.kind for stream in facts.streams] == ["subtitle"]
    assert facts.strategy


def test_audio_with_cover_can_be_written(tmp_path: Path) -> None:
    source = media.build("mp4", tmp_path, cover=True)
    path = tmp_path / "song.m4a"
    clips.run_ffmpeg(["-i", str(source), "-map", "0", "-map", "-0:v:0", "-c", "copy", "-f", "mp4", str(path)])
    facts = probed(path)
    assert (facts.state, sorted(stream.kind for stream in facts.streams)) == ("ok", ["audio", "video"])
    assert facts.strategy == "mp4_in_place"


@pytest.mark.parametrize("extension", ["mp4", "mkv"])
def test_cover_alone_is_no_media(extension: str, tmp_path: Path) -> None:
    cover, path = tmp_path / "cover.png", tmp_path / f"cover.{extension}"
    clips.run_ffmpeg(["-f", "lavfi", "-i", "color=c=teal:s=64x64:d=1", "-frames:v", "1", str(cover)])
    if extension == "mkv":
        mkv.run("mkvmerge", "-q", "-o", path, "--attachment-mime-type", "image/png", "--attach-file", cover)
    else:
        clips.run_ffmpeg(["-i", str(cover), "-map", "0:v", "-c", "copy", "-disposition:v", "attached_pic", str(path)])
    facts = probed(path)
    assert (facts.state, facts.message) == ("not_video", "The file has no video, audio or subtitles.")


def test_deleted_file_is_missing(tmp_path: Path) -> None:
    stat = FileStat(size=1, mtime_ns=0, device=0, inode=0, nlink=1, mode=0)
    facts = probe.probe(os.fsencode(tmp_path / "gone.mp4"), stat)
    assert facts.state == "missing"


@pytest.mark.parametrize("make", [os.mkfifo, os.mkdir, lambda path: os.symlink("/etc/hostname", path)])
def test_replaced_path_is_not_opened(make: Any, tmp_path: Path) -> None:
    path = tmp_path / "film.mp4"
    make(path)
    stat = FileStat(size=1, mtime_ns=0, device=0, inode=0, nlink=1, mode=0)
    facts = probe.probe(os.fsencode(path), stat)
    assert facts.state == "unreadable"
    assert facts.message


def test_disk_error_makes_file_unreadable(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = media.build("mkv", tmp_path)

    def fail(*_: object) -> bytes:
        raise errors.FileAccessError("The disk reported an error.")

    monkeypatch.setattr(libav._MediaSource, "read", fail)
    assert probed(path).state == "unreadable"


def test_content_cannot_open_another_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Even if a playlist is read as a video, the segments that it names stay closed."""
    segment = media.build("ts", tmp_path, name="segment.ts")
    playlist = tmp_path / "film.mp4"
    playlist.write_text(f"#EXTM3U\n#EXT-X-TARGETDURATION:1\n#EXTINF:1,\n{segment}\n#EXT-X-ENDLIST\n")
    monkeypatch.setitem(libav._DEMUXERS, "hls", "hls")
    asked: list[str] = []

    def refuse(url: str, *_: object) -> None:
        asked.append(url)
        raise PermissionError(url)

    monkeypatch.setattr(libav, "_refuse", refuse)
    with FileReader(os.fsencode(playlist)) as reader, pytest.raises((OSError, ValueError)):
        probe._media_facts(reader, Layout(container="hls", size=reader.size), with_digest=False)
    assert any("segment.ts" in url for url in asked)


@pytest.mark.parametrize(
    "text", ["#EXTM3U\n#EXTINF:1,\n/etc/hostname\n#EXT-X-ENDLIST\n", "ffconcat version 1.0\nfile '/etc/hostname'\n"]
)
def test_no_other_file_is_opened(text: str, tmp_path: Path) -> None:
    playlist, log = tmp_path / "film.mp4", tmp_path / "log"
    playlist.write_text(text)
    program = (
        "import sys; from indexium_core.files import libav, probe, walk; import os; p = os.fsencode(sys.argv[1]); "
    )
    program += "print(probe.probe(p, walk.file_stat(os.stat(p))).state)"
    traced = [oracle("strace"), "-f", "-e", "trace=open,openat", "-o", str(log), sys.executable, "-c", program]
    done = subprocess.run([*traced, str(playlist)], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "not_video"
    assert str(playlist) in log.read_text()
    assert "/etc/hostname" not in log.read_text()


def test_own_damage_check_precedes_libraries(tmp_path: Path) -> None:
    path = media.build("mp4_faststart", tmp_path)
    with path.open("r+b") as file:
        file.truncate(path.stat().st_size - 1)
    assert probed(path).state == "corrupt"


def test_libraries_print_nothing(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    for form in ("mp4", "mkv", "avi", "ts"):
        probed(media.truncated(form, tmp_path))
    assert capfd.readouterr() == ("", "")


def test_every_family_has_strategy_or_refusal(tmp_path: Path) -> None:
    facts = probed(media.build("mp4", tmp_path))
    names = {strategy.name for family in registry.FAMILIES for strategy in family.strategies()}
    assert facts.strategy in names
    assert facts.est_bytes > 0
    blocked = probed(media.build("ts", tmp_path))
    assert (blocked.strategy, blocked.strategy_code) == ("", "unsupported_container")
    assert blocked.strategy_message.endswith(".")


def test_demo_clips_are_same_each_time(tmp_path: Path) -> None:
    made = [clips.make(clips.Clip(seed=3), tmp_path / f"{number}.mp4").read_bytes() for number in range(2)]
    other = clips.make(clips.Clip(seed=4), tmp_path / "other.mp4").read_bytes()
    assert made[0] == made[1] != other


def test_form_that_the_media_libraries_do_not_read_has_a_sentence_of_ours(tmp_path: Path) -> None:
    path = media.build("mkv", tmp_path)
    plain = mkv.document(real=mkv.parts(path))
    path.write_bytes(mkv.header("matroska", mkv.element(0x42F3, b"\x09")) + plain.removeprefix(mkv.header()))
    facts = probed(path)
    assert facts.state == "corrupt"
    assert facts.message == "The file has a form that the media libraries (FFmpeg) do not read."
