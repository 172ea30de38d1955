"""
Matroska for tests: generated documents, real files by ffmpeg and mkvmerge, and the output of other programs.

`document` makes a small file of the usual order with correct positions, `film` one of any order; `written`, `copied`
and `write` edit bytes and files. The writer here is independent of the product, so that an error in one of them is
detected.
"""

from __future__ import annotations

import json
import subprocess
import zlib
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

from hypothesis import strategies as st

from indexium_core.files.containers import Capabilities, registry
from indexium_core.files.containers.matroska import FAMILY, MatroskaCopy, MatroskaInPlace, MatroskaLayout
from indexium_core.files.reader import BytesReader, FileReader
from indexium_core.model.files.media import Change, Extent, FieldValue, Patch, Rebuild, Refusal
from tests.support.oracles import oracle

EBML, SEGMENT = 0x1A45DFA3, 0x18538067
SEEK_HEAD, SEEK, SEEK_ID, SEEK_POSITION = 0x114D9B74, 0x4DBB, 0x53AB, 0x53AC
INFO, TRACKS, CLUSTER, CUES = 0x1549A966, 0x1654AE6B, 0x1F43B675, 0x1C53BB6B
CHAPTERS, ATTACHMENTS, TAGS = 0x1043A770, 0x1941A469, 0x1254C367
TAG, TARGETS, SIMPLE_TAG = 0x7373, 0x63C0, 0x67C8
TARGET_TYPE_VALUE, TARGET_TYPE = 0x68CA, 0x63CA
TRACK_UID, EDITION_UID, CHAPTER_UID, ATTACHMENT_UID = 0x63C5, 0x63C9, 0x63C4, 0x63C6
NAME, LANGUAGE, LANGUAGE_BCP47, DEFAULT, DEFAULT_BOGUS = 0x45A3, 0x447A, 0x447B, 0x4484, 0x44B4
STRING, BINARY = 0x4487, 0x4485
VOID, CRC_32 = 0xEC, 0xBF
UNKNOWN = b"\x01\xff\xff\xff\xff\xff\xff\xff"


def number(value: int) -> bytes:
    return value.to_bytes(max(1, (value.bit_length() + 7) // 8), "big")


def vint(value: int, width: int = 0) -> bytes:
    width = width or next(w for w in range(1, 9) if value < (1 << 7 * w) - 1)
    return (value | 1 << 7 * width).to_bytes(width, "big")


def element(kind: int, *parts: bytes, width: int = 0) -> bytes:
    content = b"".join(parts)
    return number(kind) + vint(len(content), width) + content


def void(length: int) -> bytes:
    """A Void of `length` bytes, header included."""
    if length == 0:
        return b""
    width = next(w for w in range(1, 9) if length - 1 - w < (1 << 7 * w) - 1)
    return bytes([VOID]) + vint(length - 1 - width, width) + bytes(length - 1 - width)


def checked(kind: int, *parts: bytes) -> bytes:
    """A master with a CRC-32 at its start."""
    content = b"".join(parts)
    return element(kind, element(CRC_32, zlib.crc32(content).to_bytes(4, "little")), content)


def simple(
    name: str, value: str | bytes, *nested: bytes, language: str = "", default: int | None = None, bcp47: str = ""
) -> bytes:
    parts = [element(NAME, name.encode())]
    parts += [element(LANGUAGE, language.encode())] if language else []
    parts += [element(LANGUAGE_BCP47, bcp47.encode())] if bcp47 else []
    parts += [element(DEFAULT, bytes([default]))] if default is not None else []
    text = value.encode("utf-8", "surrogateescape") if isinstance(value, str) else value
    return element(SIMPLE_TAG, *parts, element(STRING, text), *nested)


def tag(*simples: bytes, level: int | None = 50, kind: str = "", **uids: int) -> bytes:
    """A Tag; `uids` are track=, edition=, chapter=, attachment=."""
    names = {"track": TRACK_UID, "edition": EDITION_UID, "chapter": CHAPTER_UID, "attachment": ATTACHMENT_UID}
    targets = [element(TARGET_TYPE_VALUE, number(level))] if level is not None else []
    targets += [element(TARGET_TYPE, kind.encode())] if kind else []
    targets += [element(names[name], number(uid)) for name, uid in uids.items()]
    return element(TAG, element(TARGETS, *targets), *simples)


def seek(kind: int, position: int, width: int = 4) -> bytes:
    target = element(SEEK_ID, number(kind))
    return element(SEEK, target, element(SEEK_POSITION, position.to_bytes(width, "big")))


def header(doc_type: str = "matroska", *more: bytes) -> bytes:
    return element(EBML, element(0x4282, doc_type.encode()), element(0x4287, b"\x04"), *more)


def document(
    *,
    tags: bytes = b"",
    place: str = "front",  # of the tags: front, back (after the Cues)
    before: int = 0,  # bytes of Void right before the tags
    after: int = 0,  # and directly after them
    seek_void: int = 0,  # bytes of Void after the SeekHead
    seek_head: bool = True,
    listed: bool = True,  # the SeekHead names the tags
    position_width: int = 4,
    crc: bool = False,  # SeekHead and Tags carry a CRC-32
    clusters: int = 3,
    doc_type: str = "matroska",
    size_width: int = 8,
    extra: bytes = b"",  # level-1 elements after the tracks
    back: bytes = b"",  # level-1 elements after everything else
    real: dict[int, bytes] | None = None,  # Info, Tracks and clusters of a real file: see `parts`
) -> bytes:
    """A document in the order SeekHead, Info, Tracks, Tags, clusters, Cues, with every position right."""
    master = checked if crc else element
    real = real or {
        INFO: element(INFO, element(0x2AD7B1, number(1_000_000))),
        TRACKS: element(TRACKS, b"\xae\x83\xd7\x81\x01"),
        CLUSTER: b"".join(
            element(CLUSTER, b"\xe7\x81" + bytes([n % 256]), bytes([n % 256]) * 40) for n in range(clusters)
        ),
        CUES: element(CUES, b"\xbb\x80"),
    }
    parts = [(VOID, void(seek_void)), (INFO, real[INFO]), (TRACKS, real[TRACKS]), (VOID, extra)]
    tagged = [(VOID, void(before)), (TAGS, master(TAGS, tags) if tags else b""), (VOID, void(after))]
    parts += tagged if place == "front" else []
    parts += [(CLUSTER, real[CLUSTER]), (CUES, real.get(CUES, b""))]
    parts += tagged if place == "back" else []
    parts += [(VOID, back)]
    named = (INFO, TRACKS, CUES, TAGS) if listed else (INFO, TRACKS, CUES)
    first = b""
    for _ in range(2):  # the positions depend on the SeekHead's length, which does not depend on the positions
        at, entries = len(first), []
        for kind, raw in parts:
            if kind in named and raw:
                entries.append(seek(kind, at, position_width))
            at += len(raw)
        first = master(SEEK_HEAD, *entries) if seek_head else b""
    content = first + b"".join(raw for _, raw in parts)
    return header(doc_type) + number(SEGMENT) + vint(len(content), size_width) + content


Part = bytes | Callable[[dict[str, int]], bytes]  # an element, or a function of the positions of the named parts
KINDS = {"info": INFO, "tracks": TRACKS, "cues": CUES, "chapters": CHAPTERS, "attachments": ATTACHMENTS}
KINDS |= {"tags": TAGS, "tags 2": TAGS, "listed": SEEK_HEAD, "other info": INFO}
NOWHERE = 77_777_777  # a position without an element


def film(
    *parts: tuple[str, Part], live: bool = False, head: bytes = b"", tail: bytes = b"", size_width: int = 8
) -> bytes:
    """A document of these parts in this order, each known by a name; `live` leaves the segment's size open."""
    at: dict[str, int] = {}
    for _ in range(3):  # the parts depend on their positions; their lengths almost never do
        content, places = b"", {}
        for name, part in parts:
            places[name] = len(content)
            content += part(at) if callable(part) else part
        at = places
    return (head or header()) + number(SEGMENT) + (UNKNOWN if live else vint(len(content), size_width)) + content + tail


def directory(*listed: str, width: int = 4, crc: bool = False) -> Part:
    """A SeekHead that lists the parts with these names; a name with a number in it lists a cluster."""

    def make(at: dict[str, int]) -> bytes:
        kinds = [KINDS.get(name, CLUSTER) for name in listed]
        entries = [
            seek(kind, at.get(name, NOWHERE) & ((1 << 8 * width) - 1), width)
            for kind, name in zip(kinds, listed, strict=True)
        ]
        return (checked if crc else element)(SEEK_HEAD, *entries)

    return make


def index(count: int, *, width: int = 4, crc: bool = False, more: bytes = b"") -> Part:
    """Cues with an entry for each of the clusters `cluster 0`, `cluster 1` …"""

    def make(at: dict[str, int]) -> bytes:
        points = []
        for nth in range(count):
            place = element(0xF1, at.get(f"cluster {nth}", 0).to_bytes(width, "big"))
            there = element(0xB7, element(0xF7, b"\x01"), place, element(0xF0, b"\x03"), more)
            points.append((checked if crc else element)(0xBB, element(0xB3, number(nth * 500)), there))
        return (checked if crc else element)(CUES, *points)

    return make


def clusters(real: Sequence[bytes], *, unsized: bool = False) -> list[tuple[str, Part]]:
    """Parts for `film`: these clusters under the names `cluster 0`, `cluster 1` …, optionally without sizes."""
    opened = [number(CLUSTER) + UNKNOWN + inside_of(raw) if unsized else raw for raw in real]
    return [(f"cluster {nth}", raw) for nth, raw in enumerate(opened)]


TOY = tuple(element(CLUSTER, b"\xe7\x81" + bytes([n]), element(0xA3, bytes([n]) * 60)) for n in range(4))
TOY_INFO = element(INFO, element(0x2AD7B1, number(1_000_000)))
TOY_TRACKS = element(TRACKS, b"\xae\x83\xd7\x81\x01")


def level_1(data: bytes) -> list[tuple[int, int, bytes]]:
    """
    The children of the segment as (ID, offset, all bytes), by a parser of a few lines that trusts its input.

    A cluster of unknown size ends at the next ID of four bytes; what follows the segment is left out.
    """
    _, size, begin = _head(data, 0)
    _, size, at = _head(data, begin + (size or 0))
    end = len(data) if size is None else at + size
    assert end <= len(data)
    found = []
    while at < end:
        kind, size, begin = _head(data, at)
        stop = begin + size if size is not None else _end(data, begin, end)
        found.append((kind, at, data[at:stop]))
        at = stop
    assert at == end
    return found


def _end(data: bytes, at: int, end: int) -> int:
    while at < end and data[at] >= 0x20:
        _, size, begin = _head(data, at)
        at = begin + (size or 0)
    return at


def _head(data: bytes, at: int) -> tuple[int, int | None, int]:
    """Return the ID, the size (None: unknown) and the start of the content."""
    width = 9 - data[at].bit_length()
    size_width = 9 - data[at + width].bit_length()
    begin = at + width + size_width
    size = int.from_bytes(data[at + width : begin], "big") & ((1 << 7 * size_width) - 1)
    return int.from_bytes(data[at : at + width], "big"), None if size == (1 << 7 * size_width) - 1 else size, begin


def segment_start(data: bytes) -> int:
    """Return the start of the segment's content, from which positions count."""
    _, size, begin = _head(data, 0)
    return _head(data, begin + (size or 0))[2]


def inside(raw: bytes) -> list[tuple[int, bytes]]:
    """The children of a master, given with its header, as (ID, content)."""
    at, found = _head(raw, 0)[2], []
    while at < len(raw):
        kind, size, begin = _head(raw, at)
        assert size is not None
        found.append((kind, raw[begin : begin + size]))
        at = begin + size
    assert at == len(raw)
    return found


def targets(raw: bytes) -> list[int]:
    """The IDs that a SeekHead, given with its header, names."""
    return [target for target, _ in entries(raw)]


def inside_of(raw: bytes) -> bytes:
    """The content of one element, given with its header."""
    return raw[_head(raw, 0)[2] :]


def shown(content: bytes) -> str | None:
    """Return the comment in FFmpeg's flat reading of a Tags element: the last plain COMMENT (measured rules)."""
    found = None
    for kind, body in inside(element(TAGS, content)):
        children = inside(element(TAG, body)) if kind == TAG else []
        targets = [part for child, raw in children if child == TARGETS for part in inside(element(TARGETS, raw))]
        if any(
            part == TARGET_TYPE or (part in {TRACK_UID, CHAPTER_UID, ATTACHMENT_UID} and any(raw))
            for part, raw in targets
        ):
            continue
        for child, raw in children:
            fields = dict(inside(element(SIMPLE_TAG, raw))) if child == SIMPLE_TAG else {}
            hidden = fields.get(LANGUAGE, b"und") not in {b"", b"und"} and not any(fields.get(DEFAULT, b""))
            if fields.get(NAME, b"").upper() == b"COMMENT" and not hidden:
                text = fields.get(STRING)
                found = None if text is None else text.partition(b"\0")[0].decode("utf-8", "surrogateescape")
    return found


def sound(data: bytes, *, strays: int = 0, hidden: bool = False) -> list[tuple[int, int, bytes]]:
    """
    Hold a document to everything that readers rely on; return its level-1 elements.

    Args:
        data: The document.
        strays: How many entries of its SeekHeads may lead nowhere.
        hidden: There may be tags that no reader comes by.

    """
    found = level_1(data)
    start = segment_start(data)
    places = {at - start: kind for kind, at, _ in found}
    for kind, _, raw in found:
        if kind == SEEK_HEAD:
            assert inside(raw)
            strays -= sum(places.get(position) != target for target, position in entries(raw))
        if kind in {TAGS, SEEK_HEAD, CUES}:
            _summed(kind, inside_of(raw))
        for position in cue_positions(raw) if kind == CUES else ():
            assert places[position] == CLUSTER, "the index leads past the clusters"
    assert strays >= 0, "an entry dangles"
    assert hidden or len(read(data)) == [kind for kind, _, _ in found].count(TAGS), "no reader finds the tags"
    return found


def entries(raw: bytes) -> list[tuple[int, int]]:
    """Return the IDs and positions in a SeekHead, given with its header."""
    listed = [dict(inside(element(SEEK, content))) for kind, content in inside(raw) if kind == SEEK]
    return [(int.from_bytes(it[SEEK_ID], "big"), int.from_bytes(it[SEEK_POSITION], "big")) for it in listed]


def read(data: bytes) -> list[bytes]:
    """The contents of the Tags elements that FFmpeg reads, in its order (measured rules)."""
    found = {at - segment_start(data): (kind, raw) for kind, at, raw in level_1(data)}
    first = min((at for at, (kind, _) in found.items() if kind == CLUSTER), default=len(data))
    passed = {at: it for at, it in found.items() if at < first}
    order = [at for at, (kind, _) in passed.items() if kind == TAGS]
    heads = [raw for kind, raw in passed.values() if kind == SEEK_HEAD]
    kinds = {kind for kind, _ in passed.values()}
    for head in heads:
        for target, at in entries(head):
            if target in {CLUSTER, CUES} or (target in kinds and target not in {TAGS, SEEK_HEAD}) or at in order:
                continue
            if at not in found:
                return [inside_of(found[place][1]) for place in order]
            kind, raw = found[at]
            order += [at] if kind == TAGS else []
            heads += [raw] if kind == SEEK_HEAD and raw not in heads else []
            kinds |= {kind, target}
    return [inside_of(found[place][1]) for place in order]


def players_show(data: bytes) -> str | None:
    """Return the comment that FFmpeg shows: the last one that it reads."""
    return next((text for text in map(shown, reversed(read(data))) if text is not None), None)


def _summed(kind: int, content: bytes) -> None:
    """Check every checksum in a Tags, SeekHead or Cues."""
    children = inside(element(kind, content))
    if children and children[0][0] == CRC_32:
        assert zlib.crc32(content[6:]).to_bytes(4, "little") == children[0][1], "a checksum is wrong"
    for child, body in children:
        if child in {TAG, SIMPLE_TAG, 0xBB, 0xB7}:
            _summed(child, body)


def cue_positions(raw: bytes) -> Iterator[int]:
    """Every CueClusterPosition of an index."""
    for _, point in ((kind, body) for kind, body in inside(raw) if kind == 0xBB):
        for _, track in ((kind, body) for kind, body in inside(element(0xBB, point)) if kind == 0xB7):
            yield from (int.from_bytes(v, "big") for kind, v in inside(element(0xB7, track)) if kind == 0xF1)


def parts(path: Path) -> dict[int, bytes]:
    """Info, Tracks and all clusters of a real file, for `document`."""
    found = level_1(path.read_bytes())
    return {kind: b"".join(raw for it, _, raw in found if it == kind) for kind in (INFO, TRACKS, CLUSTER)}


def clusters_of(path: Path) -> list[bytes]:
    """The clusters of a real file, for `clusters`."""
    return [raw for kind, _, raw in level_1(path.read_bytes()) if kind == CLUSTER]


def examine(data: bytes) -> MatroskaLayout:
    layout = FAMILY.examine(BytesReader(data))
    assert isinstance(layout, MatroskaLayout)
    return layout


def code_of(data: bytes) -> str | None:
    """Return the reason why the document cannot be written; None if it can."""
    problem = examine(data).problem
    return problem.code if problem else None


def census(data: bytes) -> dict[str, str]:
    return dict(FAMILY.census(BytesReader(data), examine(data)))


def comments(data: bytes) -> list[str]:
    return [found.value for found in comment_places(data)]


def comment_places(data: bytes) -> list[FieldValue]:
    """The places of the comments."""
    return [place for place in examine(data).fields if place.field == "comment"]


PLAIN = Capabilities()


Wanted = str | Change | None  # a text in replace mode, or any change


def change(wanted: Wanted) -> list[Change]:
    return [wanted if isinstance(wanted, Change) else replacing(wanted)]


def replacing(text: str | None) -> Change:
    """The change that makes this text the comment."""
    return Change(field="comment", old=None, new=text)


def preserving(segment: str) -> Change:
    """The change that makes this segment part of the comment."""
    return Change(field="comment", old=None, new=None, segment=segment)


def planned(
    data: bytes, wanted: Wanted, means: Capabilities = PLAIN, *, anew: bool = False
) -> Patch | Rebuild | Refusal:
    """
    Return the edit that sets another comment: the best one, or a rebuild (`anew`); or the reason why there is none.
    """
    strategies = [MatroskaCopy()] if anew else FAMILY.strategies()
    outcome: Any = None
    for strategy in strategies:
        outcome = strategy.plan(BytesReader(data), examine(data), change(wanted), means)
        if not isinstance(outcome, Refusal):
            break
    assert isinstance(outcome, Patch | Rebuild | Refusal)
    return outcome


def patch(data: bytes, wanted: Wanted) -> Patch:
    """The edit in place."""
    outcome = MatroskaInPlace().plan(BytesReader(data), examine(data), change(wanted), PLAIN)
    assert isinstance(outcome, Patch), outcome
    return outcome


def refusal(data: bytes, wanted: Wanted, *, anew: bool = False) -> Refusal:
    """Return the reason why a document cannot be edited in place, or not be rebuilt."""
    strategy = MatroskaCopy() if anew else MatroskaInPlace()
    outcome = strategy.plan(BytesReader(data), examine(data), change(wanted), PLAIN)
    assert isinstance(outcome, Refusal), outcome
    return outcome


def apply(data: bytes, edit: Patch | Rebuild) -> bytes:
    """Apply an edit to bytes, and check its promises."""
    if isinstance(edit, Rebuild):
        return _assembled(data, edit)
    new = bytearray(data)
    reached = 0
    for offset, piece in edit.writes:
        assert reached <= offset <= len(new)
        assert piece
        new[offset : offset + len(piece)] = piece
        reached = offset + len(piece)
    assert len(new) == edit.size
    return bytes(new)


def _assembled(data: bytes, edit: Rebuild) -> bytes:
    for piece in edit.pieces:
        assert isinstance(piece, bytes) or 0 <= piece.offset < piece.end <= len(data)
    new = b"".join(data[piece.offset : piece.end] if isinstance(piece, Extent) else piece for piece in edit.pieces)
    assert len(new) == edit.size
    return new


def written(data: bytes, wanted: Wanted) -> bytes:
    """The document with another comment, or without one, edited in place."""
    return apply(data, patch(data, wanted))


def copied(data: bytes, wanted: Wanted, means: Capabilities = PLAIN) -> bytes:
    """The same as a rebuilt file."""
    outcome = planned(data, wanted, means, anew=True)
    assert isinstance(outcome, Rebuild), outcome
    return apply(data, outcome)


def write(path: Path, wanted: Wanted, means: Capabilities = PLAIN) -> str:
    """Set another comment of a file by the best strategy, without a journal; return the strategy's name."""
    with FileReader(bytes(path)) as reader:
        choice = registry.choose(FAMILY, reader, FAMILY.examine(reader), change(wanted), means)
    assert not isinstance(choice, Refusal), choice
    assert isinstance(choice.edit, Patch | Rebuild)
    path.write_bytes(apply(path.read_bytes(), choice.edit))
    return choice.strategy


def run(name: str, *arguments: str | Path, allow: tuple[int, ...] = (0,)) -> str:
    """Run a program and return its output."""
    program = oracle(name)
    done = subprocess.run([program, *map(str, arguments)], capture_output=True, check=False)
    assert done.returncode in allow, (done.stdout + done.stderr).decode("utf-8", "replace")
    return done.stdout.decode("utf-8", "surrogateescape")


def identify(path: Path, *, strict: bool = True) -> dict[str, Any]:
    """Return the output of mkvmerge for a file, without its name and size; `strict`: it must report no problem."""
    found: dict[str, Any] = json.loads(run("mkvmerge", "-J", path))
    assert not strict or found["errors"] + found["warnings"] == []
    parts = ("attachments", "chapters", "container", "errors", "global_tags", "track_tags", "tracks", "warnings")
    return {key: found[key] for key in parts}


def survives(data: bytes) -> None:
    """Check that no bytes raise an error; valid documents can be counted, and stay valid after a write."""
    found = examine(data)
    assert all(0 <= extent.offset <= extent.end <= len(data) for extent in found.payload)
    if found.problem:
        return
    before = census(data)
    for anew in (False, True):
        outcome = planned(data, "x" * 300, anew=anew)
        if isinstance(outcome, Refusal):
            continue
        new = apply(data, outcome)
        assert examine(new).problem is None
        assert comments(new) == ["x" * 300]
        assert census(new) == before
        assert media(new) == media(data)


def media(data: bytes) -> list[bytes]:
    """Return the ranges of clusters."""
    return [data[extent.offset : extent.end] for extent in examine(data).payload]


@st.composite
def mutations(draw: st.DrawFn, data: bytes, within: Sequence[int]) -> bytes:
    """`data` with up to four small faults at places of `within`."""
    mutated = bytearray(data)
    for _ in range(draw(st.integers(1, 4))):
        at = draw(st.sampled_from(within))
        match draw(st.sampled_from(["set", "flip", "drop", "add"])):
            case "set":
                mutated[at : at + 1] = bytes([draw(st.sampled_from([0, 1, 0x7F, 0x80, 0xFF]))])
            case "flip":
                mutated[at : at + 1] = bytes(byte ^ 1 << draw(st.integers(0, 7)) for byte in mutated[at : at + 1])
            case "drop":
                del mutated[at : at + draw(st.integers(1, 30))]
            case "add":
                mutated[at:at] = draw(st.binary(min_size=1, max_size=12))
    return bytes(mutated)


CHAPTERS_TXT = "CHAPTER01=00:00:00.000\nCHAPTER01NAME=One\nCHAPTER02=00:00:01.000\nCHAPTER02NAME=Two\n"
TAGS_XML = """<?xml version="1.0"?>
<Tags>
  <Tag><Targets><TargetTypeValue>70</TargetTypeValue></Targets>
    <Simple><Name>TITLE</Name><String>The series</String></Simple></Tag>
  <Tag><Targets><TargetTypeValue>50</TargetTypeValue></Targets>
    <Simple><Name>TITLE</Name><String>At sea</String></Simple>
    <Simple><Name>TITLE</Name><String>En mer</String><TagLanguage>fre</TagLanguage>
      <DefaultLanguage>0</DefaultLanguage></Simple>
    <Simple><Name>ACTOR</Name><String>Ann Lee</String>
      <Simple><Name>CHARACTER</Name><String>Zoë</String></Simple></Simple>%s</Tag>
  <Tag><Targets><TargetTypeValue>30</TargetTypeValue></Targets>
    <Simple><Name>PART_NUMBER</Name><String>2</String></Simple></Tag>
</Tags>
"""
RAW = ("-f", "lavfi", "-i", "testsrc2=size=128x72:rate=10:duration=2", "-f", "lavfi", "-i", "sine=duration=2")
CODECS = {
    "mkv": ("-c:v", "libx264", "-preset", "ultrafast", "-c:a", "aac"),
    "webm": ("-c:v", "libvpx", "-deadline", "realtime", "-c:a", "libopus"),
}


def ffmpeg_clip(folder: Path, kind: str, *arguments: str) -> Path:
    """A clip of two seconds, as ffmpeg makes it: tags directly before the clusters, without free space."""
    target = folder / f"ffmpeg.{kind}"
    run("ffmpeg", "-nostdin", "-v", "error", "-y", *RAW, *CODECS[kind], *arguments, target)
    return target


def mkvmerge_clip(folder: Path, *options: str, comment: str = "") -> Path:
    """A clip with everything that mkvmerge can put in: two languages, chapters, a font, a cover, tags of all levels."""
    clip, spoken = ffmpeg_clip(folder, "mkv"), ffmpeg_clip(folder, "webm")
    font, cover, chapters, tags = (folder / name for name in ("f.ttf", "cover.png", "chapters.txt", "tags.xml"))
    font.write_bytes(bytes(range(256)) * 300)
    run("ffmpeg", "-nostdin", "-v", "error", "-y", "-i", clip, "-frames:v", "1", cover)
    chapters.write_text(CHAPTERS_TXT)
    simple = f"<Simple><Name>Comment</Name><String>{comment}</String></Simple>" if comment else ""
    tags.write_text(TAGS_XML % simple)
    target = folder / f"mkvmerge{''.join(options[:1])}.mkv"
    attached = ("--attachment-mime-type", "font/ttf", "--attach-file", font, "--attach-file", cover)
    named = ("--chapters", chapters, "--global-tags", tags, "--language", "1:ger")
    run("mkvmerge", "-q", *options, "-o", target, *attached, *named, clip, "--language", "1:fre", "--no-video", spoken)
    return target
