"""Comments written into real Matroska and WebM files, judged by every program that reads them."""

from __future__ import annotations

import json
import shutil
import xml.etree.ElementTree as ET
from collections.abc import Callable
from pathlib import Path
from typing import Any

import av
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from indexium_core.files import verify
from indexium_core.files.containers.matroska import FAMILY
from indexium_core.files.reader import FileReader
from indexium_core.model.media import Change
from tests.support import mkv

TEXTS = {
    "short": "People: Ann Lee",
    "long": "People: " + ", ".join(f"Person {nth:05}" for nth in range(4685)),  # 65,600 characters
    "emoji": "People: 👩‍👩‍👧 Zoë Öz; 👍🏽",
    "right to left": "زفاف; People: ليلى, Ann Lee",
    "lines": "Shot at sea\r\nPeople: Ann Lee\nend",
}
MAKERS: dict[str, Callable[[Path], Path]] = {
    "ffmpeg mkv": lambda folder: mkv.ffmpeg_clip(folder, "mkv"),
    "ffmpeg mkv with a comment": lambda folder: mkv.ffmpeg_clip(folder, "mkv", "-metadata", "comment=old; text"),
    "ffmpeg mkv, bare": lambda folder: mkv.ffmpeg_clip(folder, "mkv", "-fflags", "+bitexact", "-flags", "+bitexact"),
    "ffmpeg mkv, index in front": lambda folder: mkv.ffmpeg_clip(folder, "mkv", "-reserve_index_space", "4096"),
    "ffmpeg webm": lambda folder: mkv.ffmpeg_clip(folder, "webm"),
    "ffmpeg webm, clusters of 0.1 s": lambda folder: mkv.ffmpeg_clip(folder, "webm", "-cluster_time_limit", "100"),
    "mkvmerge": mkv.mkvmerge_clip,
    "mkvmerge with a comment": lambda folder: mkv.mkvmerge_clip(folder, comment="of mkvmerge"),
}


@pytest.fixture(scope="module")
def originals(tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], Path]:
    made: dict[str, Path] = {}

    def original(name: str) -> Path:
        if name not in made:
            made[name] = MAKERS[name](tmp_path_factory.mktemp("clip"))
        return made[name]

    return original


@pytest.fixture(params=MAKERS)
def clip(request: pytest.FixtureRequest, originals: Callable[[str], Path], tmp_path: Path) -> Path:
    """A fresh copy of each kind of file."""
    original = originals(request.param)
    return Path(shutil.copy(original, tmp_path))


@pytest.fixture
def rich(originals: Callable[[str], Path], tmp_path: Path) -> Path:
    return Path(shutil.copy(originals("mkvmerge with a comment"), tmp_path))


def pyav_comment(path: Path) -> str | None:
    with av.open(str(path), metadata_errors="surrogateescape") as media:
        found = [value for key, value in media.metadata.items() if key.lower() == "comment"]
    assert len(found) < 2
    return found[0] if found else None


def ffprobe(path: Path) -> dict[str, Any]:
    show = ("-show_format", "-show_streams", "-show_chapters")
    found: dict[str, Any] = json.loads(mkv.run("ffprobe", "-v", "error", "-of", "json", *show, path))
    return found


def ffprobe_comment(path: Path) -> str | None:
    return {key.lower(): value for key, value in ffprobe(path)["format"]["tags"].items()}.get("comment")


def without_comment(path: Path) -> dict[str, Any]:
    """What ffprobe says, but for the comment and what follows from the file's size."""
    found = ffprobe(path)
    tags = found["format"].get("tags", {})
    found["format"] = {k: v for k, v in found["format"].items() if k not in {"size", "bit_rate", "filename", "tags"}}
    return found | {"tags": {key: value for key, value in tags.items() if key.lower() != "comment"}}


def stream_hashes(path: Path) -> str:
    return mkv.run(
        "ffmpeg",
        "-nostdin",
        "-v",
        "error",
        "-i",
        path,
        "-map",
        "0",
        "-c",
        "copy",
        "-f",
        "streamhash",
        "-hash",
        "md5",
        "-",
    )


def other_tags(path: Path) -> list[str]:
    """All tags that mkvextract finds, but for the film's comment."""
    out = path.with_suffix(".xml")
    mkv.run("mkvextract", path, "tags", out)
    text = out.read_text("utf-8-sig") if out.exists() else ""
    found = []
    for tag in ET.fromstring(text) if text else ():
        targets = tag.find("Targets")
        film = targets is None or not [part for part in targets if part.tag.endswith("UID")]
        simples = [one for one in tag.findall("Simple") if not film or one.findtext("Name", "").upper() != "COMMENT"]
        if simples:
            found += [
                ET.tostring(part, encoding="unicode")
                for part in [*([targets] if targets is not None else []), *simples]
            ]
    return [" ".join(part.split()) for part in found]


def seek_points(path: Path) -> list[tuple[int, int | None]]:
    """Where a seek into the middle of the film lands: the index still serves."""
    found = []
    with av.open(str(path)) as media:
        for at in (1_500_000, 500_000):
            media.seek(at)
            packet = next(media.demux(media.streams.video[0]))
            found.append((packet.size, packet.pts))
    return found


def facts(path: Path) -> dict[str, Any]:
    """Everything that a write has to leave alone, as others see it."""
    seen = mkv.identify(path)
    del seen["global_tags"]
    return {
        "mkvmerge": seen,
        "ffprobe": without_comment(path),
        "streams": stream_hashes(path),
        "tags": other_tags(path),
        "seek": seek_points(path),
        "census": mkv.census(path.read_bytes()),
    }


def test_players_read_every_comment_as_planned(clip: Path) -> None:
    for text in TEXTS.values():
        mkv.write(clip, text)
        mkv.sound(clip.read_bytes())

        assert pyav_comment(clip) == text
        assert ffprobe_comment(clip) == text
        assert mkv.comments(clip.read_bytes()) == [text]


def test_nothing_else_changes_and_removing_leaves_no_trace(clip: Path) -> None:
    before, had = facts(clip), pyav_comment(clip)
    mkv.write(clip, TEXTS["long"])
    assert facts(clip) == before

    mkv.write(clip, None)

    assert pyav_comment(clip) is None
    assert facts(clip) == before
    mkv.write(clip, had)
    assert pyav_comment(clip) == had


def test_mkvinfo_exiftool_and_mediainfo_agree(clip: Path) -> None:
    text = f"{TEXTS['right to left']}; {TEXTS['emoji']}"
    mkv.write(clip, text)
    info = mkv.run("mkvinfo", "--ui-language", "en_US", "-a", clip)
    exif = json.loads(mkv.run("exiftool", "-ee", "-j", "-charset", "utf8", clip))[0]
    media = json.loads(mkv.run("mediainfo", "--Output=JSON", clip))["media"]["track"][0]

    assert f"String: {text}\n" in info
    assert "warning" not in info.lower()
    assert exif["Comment"] == text
    assert media["Comment"] == text
    assert exif.get("Warning") is None


@pytest.mark.parametrize("text", [TEXTS["long"], TEXTS["lines"]], ids=["long", "lines"])
def test_long_texts_and_line_breaks_survive_other_readers(rich: Path, text: str) -> None:
    """MediaInfo shows line breaks its own way; ExifTool and mkvextract give them back."""
    mkv.write(rich, text)
    out = rich.with_suffix(".xml")
    mkv.run("mkvextract", rich, "tags", out)
    simples = ET.fromstring(out.read_text("utf-8-sig")).iter("Simple")

    assert json.loads(mkv.run("exiftool", "-ee", "-j", rich))[0]["Comment"] == text
    assert [one.findtext("String") for one in simples if one.findtext("Name") == "Comment"] == [
        text.replace("\r\n", "\n")  # what every XML parser makes of it
    ]


def test_a_place_in_front_is_read_without_asking_for_more(rich: Path) -> None:
    """mkvmerge leaves 4 KiB of Void in front: from there ExifTool reads tags without -ee."""
    size = rich.stat().st_size
    mkv.write(rich, TEXTS["short"])

    assert json.loads(mkv.run("exiftool", "-j", rich))[0]["Comment"] == TEXTS["short"]
    assert rich.stat().st_size == size


def test_the_bytes_of_the_media_are_not_written(clip: Path) -> None:
    data = clip.read_bytes()
    media = mkv.examine(data).payload[0]
    for text in TEXTS.values():
        patch = mkv.write(clip, text)
        assert all(at + len(piece) <= media.offset or at >= media.end for at, piece in patch.writes)

    assert clip.read_bytes()[media.offset : media.end] == data[media.offset : media.end]


def test_only_the_films_comment_is_ours(rich: Path, tmp_path: Path) -> None:
    """Comments of a track and of a chapter stay, and are not taken for the film's."""
    track, chapter = tmp_path / "track.xml", tmp_path / "chapter.xml"
    simple = "<Simple><Name>COMMENT</Name><String>of the %s</String></Simple>"
    track.write_text(f"<Tags><Tag>{simple % 'track'}</Tag></Tags>")
    mkv.run("mkvpropedit", rich, "--tags", f"track:v1:{track}")
    chapters = tmp_path / "out.xml"
    mkv.run("mkvextract", rich, "chapters", chapters)
    uid = ET.fromstring(chapters.read_text("utf-8-sig")).findtext(".//ChapterAtom/ChapterUID")
    target = f"<Targets><ChapterUID>{uid}</ChapterUID><TargetTypeValue>30</TargetTypeValue></Targets>"
    chapter.write_text(mkv.TAGS_XML.replace("</Tags>", f"<Tag>{target}{simple % 'chapter'}</Tag></Tags>") % "")
    mkv.run("mkvpropedit", rich, "--tags", f"global:{chapter}")
    before = other_tags(rich)
    assert [found.value for found in mkv.examine(rich.read_bytes()).fields] == []

    mkv.write(rich, TEXTS["short"])

    assert other_tags(rich) == before
    assert sum("of the" in one for one in before) == 2
    assert pyav_comment(rich) == TEXTS["short"]


COMMENT = mkv.simple("COMMENT", "film")


@pytest.mark.parametrize(
    ("tags", "shown"),
    [
        pytest.param(mkv.tag(COMMENT) + mkv.tag(mkv.simple("comment", "later")), "later", id="the later one"),
        pytest.param(mkv.tag(COMMENT) + mkv.tag(mkv.simple("COMMENT", "x"), level=70), "x", id="a series behind"),
        pytest.param(mkv.tag(COMMENT) + mkv.tag(mkv.simple("COMMENT", "x"), edition=5), "x", id="an edition behind"),
        pytest.param(mkv.tag(COMMENT, kind="MOVIE"), None, id="a type gives it a prefix"),
        pytest.param(mkv.tag(mkv.simple("COMMENT", "x", language="eng")), None, id="a language alone hides it"),
        pytest.param(mkv.tag(mkv.simple("COMMENT", "x", language="eng", default=1)), "x", id="as the default it shows"),
        pytest.param(mkv.tag(COMMENT, mkv.simple("COMMENT", "x", bcp47="fr", default=0)), "x", id="bcp47 is not read"),
        pytest.param(mkv.tag(COMMENT) + mkv.tag(mkv.simple("COMMENT", "x"), track=99), "film", id="nobody's track"),
        pytest.param(mkv.tag(mkv.simple("COMMENT", "x"), track=0), "x", id="track 0 is all of it"),
        pytest.param(mkv.tag(mkv.simple("TITLE", "x", COMMENT)), None, id="nested in another"),
    ],
)
def test_ffmpeg_reads_as_the_rules_say_and_shows_the_new_comment(
    originals: Callable[[str], Path], tmp_path: Path, tags: bytes, shown: str | None
) -> None:
    path = tmp_path / "clip.mkv"
    path.write_bytes(mkv.document(tags=tags, real=mkv.parts(originals("ffmpeg mkv"))))
    assert pyav_comment(path) == shown == mkv.shown(tags)

    mkv.write(path, "People: Ann Lee")

    assert pyav_comment(path) == "People: Ann Lee"
    assert ffprobe_comment(path) == "People: Ann Lee"


LANGUAGES = [mkv.simple("COMMENT", code, language=code, default=1) for code in ("eng", "fre")]


@pytest.mark.parametrize("text", ["People: Ann Lee", None])
@pytest.mark.parametrize(
    "tags",
    [
        pytest.param(mkv.tag(mkv.simple("TITLE", "At sea"), COMMENT), id="plain"),
        pytest.param(mkv.tag(COMMENT, kind="MOVIE"), id="with a type"),
        pytest.param(mkv.tag(*LANGUAGES), id="in two languages"),
        pytest.param(mkv.tag(mkv.simple("COMMENT", "x", language="eng")), id="hidden by a language"),
        pytest.param(mkv.tag(COMMENT, mkv.simple("COMMENT", "x", language="fre", default=0)), id="translated"),
    ],
)
def test_the_verifier_agrees_with_what_merging_does(
    originals: Callable[[str], Path], tmp_path: Path, tags: bytes, text: str | None
) -> None:
    path = tmp_path / "clip.mkv"
    path.write_bytes(mkv.document(tags=tags, real=mkv.parts(originals("ffmpeg mkv"))))
    before = evidence(path)
    mkv.write(path, text)

    assert verify.compare(before, evidence(path), [Change(field="comment", old=before.comment, new=text)])


def evidence(path: Path) -> verify.Evidence:
    with FileReader(bytes(path)) as reader:
        return verify.gather(bytes(path), reader, FAMILY, FAMILY.examine(reader))


TITLE = mkv.tag(mkv.simple("TITLE", "At sea"))
SHAPES: dict[str, dict[str, Any]] = {
    "no room at all": {"tags": TITLE},
    "no tags, no room in the SeekHead": {},
    "no SeekHead, Void in front": {"seek_head": False, "seek_void": 60},
    "no SeekHead, tags in front": {"seek_head": False, "tags": TITLE, "after": 400},
    "tags at the end that nobody finds": {"tags": TITLE, "place": "back", "listed": False, "seek_void": 100},
    "checksums": {"tags": TITLE, "crc": True, "seek_void": 100},
    "void in front": {"tags": TITLE, "place": "back", "seek_void": 900},
}


@pytest.mark.parametrize("shape", SHAPES.values(), ids=SHAPES)
@pytest.mark.parametrize("kind", ["mkv", "webm"])
def test_every_placement_is_read_by_every_judge(
    originals: Callable[[str], Path], tmp_path: Path, shape: dict[str, Any], kind: str
) -> None:
    path = tmp_path / f"clip.{kind}"
    doc_type = {"mkv": "matroska", "webm": "webm"}[kind]
    path.write_bytes(mkv.document(**shape, doc_type=doc_type, real=mkv.parts(originals(f"ffmpeg {kind}"))))
    streams = stream_hashes(path)
    for text in ("People: Ann Lee", "x" * 3000, "People: Bob Ray"):
        mkv.write(path, text)
        mkv.sound(path.read_bytes())
        assert pyav_comment(path) == text

    assert ffprobe_comment(path) == text
    assert json.loads(mkv.run("exiftool", "-ee", "-j", path))[0]["Comment"] == text
    assert f"String: {text}\n" in mkv.run("mkvinfo", "--ui-language", "en_US", "-a", path)
    assert mkv.identify(path)["global_tags"]
    assert stream_hashes(path) == streams
    mkv.write(path, None)
    assert pyav_comment(path) is None
    assert json.loads(mkv.run("mkvmerge", "-J", path))["warnings"] == []


def test_a_live_recording_and_a_cut_file_are_not_touched(originals: Callable[[str], Path], tmp_path: Path) -> None:
    live = mkv.ffmpeg_clip(tmp_path, "webm", "-live", "1", "-f", "webm")
    whole = originals("mkvmerge").read_bytes()

    assert mkv.code_of(live.read_bytes()) == "no_strategy_yet"
    assert {mkv.code_of(whole[:length]) for length in range(0, len(whole), 997)} == {"corrupt"}


@settings(max_examples=150, deadline=None)
@given(st.data())
def test_mutated_headers_of_real_files_are_survived(originals: Callable[[str], Path], data: st.DataObject) -> None:
    original = originals(data.draw(st.sampled_from(["ffmpeg mkv", "ffmpeg webm"]))).read_bytes()
    media = mkv.examine(original).payload[0]
    headers = [*range(media.offset + 12), *range(media.end, len(original))]
    mkv.survives(data.draw(mkv.mutations(original, headers)))


def test_a_concatenation_of_two_files_is_not_touched(originals: Callable[[str], Path]) -> None:
    assert mkv.code_of(originals("ffmpeg mkv").read_bytes() * 2) == "no_strategy_yet"


def test_the_media_of_a_real_file_are_all_of_its_clusters(clip: Path) -> None:
    clusters = [(at, len(raw)) for kind, at, raw in mkv.level_1(clip.read_bytes()) if kind == mkv.CLUSTER]
    with FileReader(bytes(clip)) as reader:
        layout = FAMILY.examine(reader)

    assert layout.problem is None
    assert layout.container == ("webm" if clip.suffix == ".webm" else "matroska")
    assert [(extent.offset, extent.end) for extent in layout.payload] == [
        (clusters[0][0], clusters[-1][0] + clusters[-1][1])
    ]
