"""Comments written into AVI files: no chunk is lost, and every offset is correct."""

from __future__ import annotations

import struct
from collections.abc import Sequence

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from indexium_core.files.containers import Capabilities
from indexium_core.model.files.media import Patch, Rebuild
from tests.support import headers, lossless, media
from tests.support.cases import each_case
from tests.support.headers import chunk, listed, texts
from tests.support.lossless import ANN, HERE, LONG, kept, planned, refusal, said, written

COPY, PLACE = "avi_copy", "avi_in_place"
FRAMES = (b"first frame.", b"second", b"the third frame is longer than all others before it, by far")
CAMERA = (
    chunk(b"IDIT", b"Mon Mar 10 15:04:43 2003\n\0"),
    chunk(b"JUNK", b"OLYMDigital Camera settings"),
    listed(b"exif", chunk(b"emdl", b"X100\0")),
    listed(b"ncdt", chunk(b"nctg", b"Nikon settings")),
)


def film(
    *parts: bytes,
    behind: Sequence[bytes] = (),
    strl: Sequence[bytes] = (),
    base: str = "media",
    frames: Sequence[bytes] = FRAMES,
) -> bytes:
    """A small AVI with `parts` between header and media; its index counts from the media or from the file's start."""
    stream = listed(b"strl", chunk(b"strh", b"vids" + bytes(52)), chunk(b"strf", bytes(40)), *strl)
    front = listed(b"hdrl", chunk(b"avih", bytes(56)), stream) + b"".join(parts)
    body, entries, at = b"movi", [], {"media": 4, "file": 12 + len(front) + 12, "nowhere": 6}[base]
    for frame in frames:
        made = chunk(b"00dc", frame)
        entries.append(struct.pack("<4sIII", b"00dc", 16, at, len(frame)))
        body, at = body + made, at + len(made)
    inner = b"AVI " + front + chunk(b"LIST", body) + chunk(b"idx1", b"".join(entries)) + b"".join(behind)
    return chunk(b"RIFF", inner)


def junk(length: int) -> bytes:
    return chunk(b"JUNK", bytes(length))


def index(data: bytes) -> list[int]:
    """Return the places in the index."""
    at = data.index(b"idx1")
    length = int.from_bytes(data[at + 4 : at + 8], "little")
    return [entry[2] for entry in struct.iter_unpack("<4sIII", data[at + 8 : at + 8 + length])]


def media_at(data: bytes) -> int:
    return data.index(b"movi")


@pytest.fixture(scope="module")
def clip(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    return media.build("avi", tmp_path_factory.mktemp("avi"), comment=None).read_bytes()


# Data that FFmpeg would lose


@pytest.mark.parametrize("text", [ANN, LONG, None])
def test_data_lost_by_ffmpeg_is_kept(clip: bytes, text: str | None) -> None:
    odd = texts((b"INAM", b"a"), (b"INAM", b"b"), (b"ISBJ", "Сочи".encode("cp1251")), (b"ICMT", b"old"))
    data = headers.avi_with(clip, *CAMERA, odd)
    new = written(data, text, COPY)
    for part in CAMERA:
        assert part in new
    assert new.count(b"INAM") == 2


def test_driver_data_stays_in_its_stream() -> None:
    data = film(strl=[chunk(b"strd", b"AVIF maker's notes"), chunk(b"strn", b"Left\0")])
    assert b"AVIF maker's notes" in written(data, ANN, COPY)


# Offsets


def test_index_relative_to_media_is_unchanged() -> None:
    data = film()
    new = written(data, ANN, COPY)
    assert media_at(new) > media_at(data)
    assert index(new) == index(data)


def test_index_relative_to_file_is_updated() -> None:
    data = film(base="file")
    new = written(data, ANN, COPY)
    assert [new[at : at + 4] for at in index(new)] == [b"00dc"] * len(FRAMES)
    assert new.count(b"00dc") == 2 * len(FRAMES)
    assert index(written(film(junk(500), base="file"), ANN, PLACE)) == index(film(junk(500), base="file"))


def test_unknown_index_keeps_media_in_place() -> None:
    assert "unclear where the offsets" in refusal(film(base="nowhere"), ANN, COPY)
    assert said(written(film(junk(500), base="nowhere"), ANN, PLACE)) == [ANN]


@pytest.mark.parametrize(
    ("data", "sentence"),
    [
        (film(junk(500), strl=[chunk(b"indx", bytes(40))]), "an index among its media"),
        (
            film(junk(500)) + chunk(b"RIFF", b"AVIX" + listed(b"movi", chunk(b"00dc", b"more"))),
            "follows the first RIFF chunk",
        ),
        (film(junk(500)) + bytes(100), "follows the first RIFF chunk"),
        (film(junk(500), chunk(b"WHAT", b"?")), "not understood, so nothing in it can be moved: WHAT"),
        (film(junk(500), strl=[chunk(b"what", b"?")]), "what"),
        (film(junk(500), listed(b"WHAT", b"no chunks")), "WHAT"),
    ],
)
def test_possible_pointers_need_padding(data: bytes, sentence: str) -> None:
    assert sentence in refusal(data, ANN, COPY)
    new = written(data, ANN, PLACE)
    assert len(new) == len(data)
    assert media_at(new) == media_at(data)


def test_media_keep_their_sector_alignment() -> None:
    data = film()
    assert (media_at(written(data, ANN, COPY)) - media_at(data)) % 2048 == 0


@pytest.mark.parametrize("block", [512, 4096, 65_536])
def test_shared_media_move_by_whole_blocks(block: int) -> None:
    data = film()
    edit = planned(data, ANN, COPY, Capabilities(reflink=True, clone_block=block))
    assert isinstance(edit, Rebuild)
    assert edit.cloned
    assert (edit.size - len(data)) % block == 0


# Which texts


def test_new_comment_follows_other_texts_before_media() -> None:
    for data in (film(), film(texts((b"INAM", b"Sea"))), film(junk(500)), film(texts((b"ICMT", b"")), junk(500))):
        new = written(data, ANN, COPY)
        assert said(new) == [ANN]
        assert new.count(b"INFO") == 1
        assert new.index(b"ICMT") < media_at(new)


def test_comment_after_media_is_updated_and_one_before_added() -> None:
    """Players read only up to the media."""
    data = film(junk(500), behind=[texts((b"ICMT", b"old"))])
    for strategy in (PLACE, COPY):
        new = written(data, ANN, strategy)
        assert said(new) == [ANN, ANN]
        assert said(written(new, None, strategy)) == []


def test_every_comment_has_new_text() -> None:
    inner = listed(b"hdrl", chunk(b"avih", bytes(56)), texts((b"ICMT", b"one")))
    data = film(inner, texts((b"ICMT", b"two"), (b"INAM", b"Sea"), (b"ICMT", b"three")), junk(500))
    for strategy in (PLACE, COPY):
        assert said(written(data, ANN, strategy)) == [ANN] * 3


def test_kept_comment_is_unchanged() -> None:
    raw = "Снято папой".encode("cp1251")
    edit = planned(film(texts((b"ICMT", raw)), junk(500)), kept(ANN), PLACE)
    assert isinstance(edit, Patch)
    assert raw + b"\n" + ANN.encode() + b"\0" in b"".join(data for _, data in edit.writes)


def test_list_of_only_comment_is_removed() -> None:
    assert b"INFO" not in written(film(texts((b"ICMT", b"old"))), None, COPY)
    assert b"INFO" in written(film(texts((b"ICMT", b"old"), (b"INAM", b"Sea"))), None, COPY)


@pytest.mark.parametrize(("text", "sentence"), [("a\0b", "holds a NUL"), ("x" * 100_001, "longer than")])
def test_unstorable_text_is_refused(text: str, sentence: str) -> None:
    assert sentence in refusal(film(), text, COPY)


# Free space


def test_new_file_has_padding_for_later_edits(clip: bytes) -> None:
    for data in (clip, film(), film(junk(100)), film(texts((b"INAM", b"Sea")))):
        new = written(data, ANN, COPY)
        for text in (LONG, "x" * 3999, None, ANN):
            again = written(new, text, PLACE)
            assert (len(again), media_at(again)) == (len(new), media_at(new))


def test_edit_in_place_writes_few_bytes() -> None:
    edit = planned(written(film(), ANN, COPY), LONG, PLACE)
    assert isinstance(edit, Patch)
    assert sum(len(data) for _, data in edit.writes) < len(LONG) + 100


@each_case("free", [0, 1, 2, 7, 8, 12, 13, 14, 16, 20, 21, 22, 30, 100])
def test_padding_is_used_kept_or_too_small(free: int) -> None:
    data = film(texts((b"INAM", b"Sea")), junk(free))
    needed = 8 + 6  # for a comment of five letters; a padding has 8 bytes at least
    room = 8 + free + free % 2
    if room == needed or room >= needed + 8:
        assert len(written(data, "01234", PLACE, HERE)) == len(data)
    else:
        assert "no room" in refusal(data, "01234", PLACE)


def test_padding_with_data_is_not_used() -> None:
    for hidden in (b"OLYMDigital Camera" + bytes(500), bytes(500) + b"CASIO", b"MPlayer junk data! "):
        assert "no room" in refusal(film(chunk(b"JUNK", hidden)), ANN, PLACE)


def test_padding_in_header_is_used() -> None:
    data = film(strl=[junk(100)])
    assert len(written(data, ANN, PLACE)) == len(data)


def test_shorter_comment_leaves_padding() -> None:
    data = film(texts((b"ICMT", b"x" * 39)))
    assert b"JUNK" in written(data, "short", PLACE)
    assert b"JUNK" in written(data, None, PLACE)
    assert b"JUNK" not in written(data, "y" * 39, PLACE)
    assert "no room" in refusal(data, "x" * 33, PLACE)


def test_comment_at_end_may_grow() -> None:
    data = film(texts((b"ICMT", b"x" * 30)), behind=[texts((b"ICMT", b"y" * 30))])
    new = written(data, "z" * 30, PLACE)
    assert len(new) == len(data)
    longer = film(texts((b"ICMT", b"x" * 30)), junk(100), behind=[texts((b"ICMT", b"y" * 10)), b"last\4\0\0\0text"])
    new = written(longer, "z" * 30, PLACE)
    assert len(new) == len(longer) + 20
    assert new.endswith(b"last\4\0\0\0text")
    twofold = longer + chunk(b"RIFF", b"AVIX" + listed(b"movi", chunk(b"00dc", b"more")))
    assert "behind the media" in refusal(twofold, "z" * 30, PLACE)


def test_edit_without_replacement_needs_padding() -> None:
    assert "no new file may take its place" in refusal(film(), ANN, COPY, HERE)


# Damage


def test_unknown_structure_is_not_changed() -> None:
    unfinished = film()[:4] + bytes(4) + film()[8:]
    assert "no media" in refusal(unfinished, ANN, COPY)
    loose = film(listed(b"INFO", chunk(b"ICMT", b"old") + b"\1\2\3\4"), junk(500))
    assert "do not fill it" in refusal(loose, ANN, PLACE)
    twice = film(junk(500), listed(b"movi", chunk(b"00dc", b"other media")))
    assert "do not fill it" in refusal(twice, ANN, PLACE)


def test_census_covers_all_but_comments_padding_and_media() -> None:
    data = film(*CAMERA, texts((b"ICMT", b"old"), (b"INAM", b"Sea")), junk(20))
    [run] = lossless.examined(data).payload
    comment, padding = data.index(b"old\0"), data.index(junk(20)) + 4
    blind = {*range(run.offset, run.end), *range(comment, comment + 4)}
    for at in {*range(12, len(data))} - blind - {*range(padding, padding + 24)}:
        other = bytearray(data)
        other[at] ^= 1
        assert lossless.problem(bytes(other)) or lossless.census(bytes(other)) != lossless.census(data), at
    for at in blind:
        other = bytearray(data)
        other[at] ^= 1
        assert lossless.problem(bytes(other)) or lossless.census(bytes(other)) == lossless.census(data), at


part = st.one_of(
    st.integers(0, 60).map(junk),
    st.sampled_from(CAMERA),
    st.lists(st.tuples(st.sampled_from([b"INAM", b"ICMT", b"ISFT", b"XXXX"]), st.binary(max_size=30)), max_size=4).map(
        lambda values: texts(*values)
    ),
    st.binary(max_size=20).map(lambda body: chunk(b"JUNK", body)),
)
spoken = st.text(st.characters(exclude_characters="\0", exclude_categories=("Cs",)), min_size=1, max_size=60)


@settings(max_examples=80)
@given(
    front=st.lists(part, max_size=5),
    behind=st.lists(part, max_size=3),
    strl=st.lists(part, max_size=2),
    base=st.sampled_from(["media", "file"]),
    text=st.none() | spoken,
    strategy=st.sampled_from([COPY, PLACE]),
)
def test_any_chunks_are_kept(
    front: list[bytes], behind: list[bytes], strl: list[bytes], base: str, text: str | None, strategy: str
) -> None:
    assume(all(b"idx1" not in one for one in [*front, *behind, *strl]))  # `index` looks for it
    frames = [b"frame %d" % number * 20 for number in range(4)]
    data = film(*front, behind=behind, strl=strl, base=base, frames=frames)
    if isinstance(planned(data, text, strategy), Patch | Rebuild):
        new = written(data, text, strategy)
        for one in [*front, *behind]:
            assert b"ICMT" in one or not one.strip(b"JUNK\0") or one[8:].strip(b"\0") in new
        if base == "file":
            assert all(new[at : at + 4] == b"00dc" for at in index(new))


@settings(max_examples=80)
@given(at=st.integers(8, 400), noise=st.binary(min_size=1, max_size=6), text=st.none() | spoken)
def test_damaged_file_is_refused_or_written_correctly(at: int, noise: bytes, text: str | None) -> None:
    data = film(*CAMERA, texts((b"ICMT", b"old"), (b"INAM", b"Sea")), junk(200), base="file")
    data = data[:at] + noise + data[at + len(noise) :]
    if data[8:12] == b"AVI " and lossless.problem(data) == "":
        for strategy in (COPY, PLACE):
            if isinstance(planned(data, text, strategy), Patch | Rebuild):
                written(data, text, strategy)


def test_comment_count_is_limited() -> None:
    data = film(*[texts(*[(b"ICMT", b"x")] * 101)], *[junk(0)] * 1000)
    for text in (ANN, None):
        assert "too many texts" in refusal(data, text, COPY)
