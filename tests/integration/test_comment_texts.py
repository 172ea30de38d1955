"""
Films with several comments in any mix of places, encodings and languages.

Preserve mode keeps every byte of each comment; replace mode lists each lost comment. The bytes of the file, FFmpeg and
ExifTool are compared.
"""

from __future__ import annotations

import json
import os
import subprocess
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import NamedTuple

import pytest
from hypothesis import assume, example, given
from hypothesis import strategies as st

from indexium_core.files import verify
from indexium_core.files.containers import Capabilities, registry
from indexium_core.files.reader import BytesReader
from indexium_core.model.files import fields
from indexium_core.model.files.media import Change, Refusal
from indexium_core.model.operations.operation import WriteOptions
from indexium_core.model.people import people_comment
from indexium_core.model.people.people_comment import CommentMode
from indexium_core.model.planning.plan import PlanItem
from tests.support import genuine, headers, homes, media, mov, mp4, sabotage
from tests.support.effort import effort
from tests.support.mp4 import box
from tests.support.oracles import oracle
from tests.support.remuxes import evidence

ENGLISH, GERMAN, UNDETERMINED, MAC_ENGLISH, MAC_JAPANESE = 0x15C7, 0x10B5, 0x55C4, 0, 11
APPLE = "com.apple.quicktime.comment"


class Text(NamedTuple):
    """One comment of a file: the stored bytes and their place."""

    raw: bytes
    place: str = "udta"
    kind: int = UNDETERMINED  # language of a string, type of an item

    @property
    def kept(self) -> list[bytes]:
        """The forms of these bytes after preserve mode: unchanged, or converted without loss."""
        ways = [self.raw]
        if self.place == "udta" and self.kind < 0x400:
            ways.append(self.raw.decode("mac_roman").encode())
        return ways


@cache
def film(form: str) -> bytes:
    folder = Path(os.environ["PYTEST_FILMS"])
    if form == "avi":
        return genuine.ffmpeg(folder, "avi", "-c:v", "mpeg4")
    return media.build(form, folder, comment=None).read_bytes()


@pytest.fixture(scope="module", autouse=True)
def folder(tmp_path_factory: pytest.TempPathFactory) -> None:
    os.environ["PYTEST_FILMS"] = str(tmp_path_factory.mktemp("films"))


def bmff(form: str, texts: list[Text]) -> bytes:
    """A film with strings in one or two boxes of `udta`, items of `ilst`, and keys."""
    strings = [mp4.string(text.raw, language=text.kind) for text in texts if text.place == "udta"]
    first = [box(b"\xa9cmt", *strings[:2])] if strings else []
    more = [box(b"\xa9cmt", each) for each in strings[2:]]
    values = [mp4.data(text.raw, flags=text.kind) for text in texts if text.place == "ilst"]
    items = [mp4.tags(box(b"\xa9cmt", *values))] if values else []
    keys = [mp4.keyed([(APPLE, text.raw.decode())], plain=True) for text in texts if text.place == "keys"]
    udta = [box(b"udta", *first, *more, *items)] if first or items else []
    return mov.with_tags(film(form), *udta, *keys)


def avi(form: str, texts: list[Text]) -> bytes:
    del form
    return headers.avi_with(film("avi"), headers.texts(*((b"ICMT", text.raw) for text in texts)))


def avi_behind(form: str, texts: list[Text]) -> bytes:
    """A film with comments after the media, where players do not read them."""
    del form
    data = film("avi")
    made = data + headers.texts(*((b"ICMT", text.raw) for text in texts))
    return made[:4] + (len(made) - 8).to_bytes(4, "little") + made[8:]


def flv(form: str, texts: list[Text]) -> bytes:
    # A mapping has each name once; FFmpeg and Indexium compare names without case.
    names = ["comment", "Comment", "COMMENT", "cOMMENT"]
    values = {name: text.raw.decode("utf-8", "surrogateescape") for name, text in zip(names, texts, strict=False)}
    return headers.flv_with(film(form), headers.script("onMetaData", {"title": "x", **values}))


def asf(form: str, texts: list[Text]) -> bytes:
    parts = [text.raw.decode() for text in texts]
    own = headers.description("", "", "", parts[0], "") if parts else b""
    rest = headers.attributes(*(("Description", 0, headers.wide(part)) for part in parts[1:]))
    return headers.asf_with(film(form), *([own] if own else []), *([rest] if parts[1:] else []))


def ogv(form: str, texts: list[Text]) -> bytes:
    """A film with a comment and a description in each of its two streams."""
    path = Path(os.environ["PYTEST_FILMS"]) / "tagged.ogv"
    path.write_bytes(film(form))
    one, other, third, fourth = (text.raw.decode() for text in texts)
    video, audio = [("COMMENT", one), ("DESCRIPTION", other)], [("COMMENT", third), ("DESCRIPTION", fourth)]
    return headers.ogg_tags(path, video=video, audio=audio).read_bytes()


words = st.sampled_from(["At sea", "Grüße vom See", "Снято папой", "a; b | c", "two\r\nlines", "李雷", "x" * 200])
segments = st.sampled_from(["", "\nPeople: Bob Ray", "; People: Zed Zee; more"])
plain = st.tuples(words, segments).map(lambda pair: "".join(pair).encode())
odd = st.sampled_from(
    [b"caf\xe9", "Снято".encode("cp1251"), "東京".encode("shift_jis"), b"shown\0hidden text", b"end\0"]
)
bmff_texts = st.one_of(
    st.builds(Text, plain | odd, st.just("udta"), st.sampled_from([ENGLISH, GERMAN, UNDETERMINED])),
    st.builds(Text, plain | st.just(b"caf\x8e"), st.just("udta"), st.sampled_from([MAC_ENGLISH, MAC_JAPANESE])),
    st.builds(Text, plain | odd, st.just("ilst"), st.sampled_from([0, 1])),
    st.builds(Text, plain, st.just("keys"), st.just(1)),
)
# A second list of names is rejected, because programs confuse the two lists.
lists_of_texts = st.lists(bmff_texts, max_size=4).filter(lambda texts: sum(text.place == "keys" for text in texts) < 2)
names = st.sampled_from([["Ann Lee"], ["Zoë Ünal", "李雷"], []])
modes = st.sampled_from(["preserve", "replace"])


def change_of(content: bytes, cast: list[str], mode: str, tmp: Path) -> tuple[Change, verify.Evidence]:
    """Return the planned change of a file and the evidence from before."""
    tmp.write_bytes(content)
    before = evidence(tmp)
    leading = before.leading("comment")
    old = leading.value if leading else before.value_of("comment")
    segment = people_comment.segment_of(cast)
    change = Change(field="comment", old=None, new=segment or None, segment=segment if mode == "preserve" else None)
    new = fields.apply_change(change, old)
    shown = [None if text is None else fields.display_text(text) for text in (old, new)]
    return Change(field="comment", old=shown[0], new=shown[1], segment=change.segment), before


def written(content: bytes, change: Change) -> bytes | Refusal:
    reader = BytesReader(content)
    family, layout = registry.examine(reader)
    assert family is not None
    choice = registry.choose(family, reader, layout, [change], Capabilities())
    return choice if isinstance(choice, Refusal) else sabotage.edited(content, choice.edit)


def check(tmp: Path, content: bytes, texts: list[Text], cast: list[str], mode: str) -> None:
    change, before = change_of(content, cast, mode, tmp)
    result = written(content, change)
    if isinstance(result, Refusal):
        assert result.code in {"no_strategy_yet", "invalid_value"}
        assume(False)
    tmp.write_bytes(result)
    after = evidence(tmp)

    assert verify.compare(before, after, [change])["comment"] == "reads back as planned"
    if cast:
        assert people_comment.extract_people_from_comment(after.comment) == cast
    if mode == "preserve":
        for text in texts:
            around = [part for part in text.raw.partition(b"People: ")[0].split(b"\0") if part]
            for part in around:
                kept = part.rstrip(b"\n; ")
                assert any(way.rstrip(b"\n; ") in result for way in Text(kept, *text[1:]).kept), kept
    else:
        lost = fields.lost_custom_texts(before.value_of("comment"), before.texts)
        for found in before.texts:
            assert people_comment.parse(found.value).custom_text in lost


@effort.examples(25, 120)
@given(st.sampled_from(["mov", "mp4"]), lists_of_texts, names, modes)
@example(
    "mov", [Text(b"one", kind=ENGLISH), Text(b"zwei", kind=GERMAN), Text(b"three", "keys", 1)], ["Ann Lee"], "preserve"
)
@example("mov", [Text(b"caf\x8e", kind=MAC_ENGLISH), Text(b"caf\xe9", "ilst", 1)], ["Zoë Ünal"], "preserve")
@example("mp4", [Text(b"shown\0hidden text", "ilst", 1)], ["Ann Lee"], "preserve")
def test_mp4_keeps_every_text(
    tmp_path_factory: pytest.TempPathFactory, form: str, texts: list[Text], cast: list[str], mode: str
) -> None:
    content = bmff(form, texts)
    check(tmp_path_factory.mktemp("one") / f"film.{form}", content, texts, cast, mode)


@effort.examples(12, 40)
@given(st.lists(st.builds(Text, plain | odd), max_size=4), names, modes)
def test_avi_keeps_every_text(
    tmp_path_factory: pytest.TempPathFactory, texts: list[Text], cast: list[str], mode: str
) -> None:
    check(tmp_path_factory.mktemp("one") / "film.avi", avi("avi", texts), texts, cast, mode)


@effort.examples(12, 40)
@given(st.lists(st.builds(Text, plain | odd), max_size=4), names, modes)
def test_flv_keeps_every_text(
    tmp_path_factory: pytest.TempPathFactory, texts: list[Text], cast: list[str], mode: str
) -> None:
    check(tmp_path_factory.mktemp("one") / "film.flv", flv("flv", texts), texts, cast, mode)


@effort.examples(12, 40)
@given(st.lists(plain, max_size=3), names, modes)
def test_wmv_keeps_every_text(
    tmp_path_factory: pytest.TempPathFactory, texts: list[bytes], cast: list[str], mode: str
) -> None:
    content = asf("wmv", [Text(text) for text in texts])
    wide = [Text(text.partition(b"People: ")[0].decode().rstrip("\n; ").encode("utf-16-le")) for text in texts]
    check(tmp_path_factory.mktemp("one") / "film.wmv", content, wide, cast, mode)


# The whole process, with the words of the plan.


FOUR = [
    Text(b"Shot at the lake,\r\nsummer 1998", kind=ENGLISH),
    Text(b"Gefilmt am See", kind=GERMAN),
    Text(b"Canon 5D", "ilst", 1),
    Text(b"Scanned by Kodak", "keys", 1),
]
CASES: dict[str, tuple[str, Callable[[str, list[Text]], bytes], list[Text]]] = {
    "four fields": ("mov", bmff, FOUR),
    "two items": ("mp4", bmff, [Text(b"one", "ilst", 1), Text(b"People: Bob Ray", "udta", ENGLISH)]),
    "latin-1": ("mp4", bmff, [Text(b"caf\xe9 au lait", "ilst", 1)]),
    "macroman": ("mov", bmff, [Text(b"caf\x8e", kind=MAC_ENGLISH)]),
    "behind a NUL": ("mp4", bmff, [Text(b"shown\0hidden text", "ilst", 1)]),
    "avi, cp1251": ("avi", avi, [Text("Снято папой".encode("cp1251"))]),
    "avi, an empty one last": ("avi", avi, [Text(b"first text"), Text(b"own text"), Text(b"")]),
    "macroman, cut by FFmpeg": ("mov", bmff, [Text(b"caf\x8e \xd1 \xaa\xe2\xe3", kind=MAC_ENGLISH)]),
    "cyrillic": ("mov", bmff, [Text("Привет".encode("mac_cyrillic"), kind=32), Text(b"english", kind=ENGLISH)]),
    "utf-16, little-endian": ("mov", bmff, [Text(b"\xff\xfe" + "Grüße".encode("utf-16-le"))]),
    "avi, behind the media": ("avi", avi_behind, [Text(b"At sea")]),
    "flv": ("flv", flv, [Text(b"At sea"), Text(b"By air")]),
    "ogv": ("ogv", ogv, [Text(b"At sea"), Text(b"By air"), Text(b"On foot"), Text(b"By rail")]),
    "wmv": ("wmv", asf, [Text(b"At sea"), Text("Grüße".encode())]),
}


def comments_by_exiftool(paths: Sequence[Path]) -> list[Counter[str]]:
    """Every tag of each file that ExifTool names a comment or a description, with duplicates and all groups."""
    command = [oracle("exiftool"), "-a", "-G1:4", "-j", "-charset", "RIFF=UTF8", *map(str, paths)]
    wanted = ("Comment", "Description")
    return [
        Counter(str(text) for tag, text in tags.items() if text and tag.rpartition(":")[2].startswith(wanted))
        for tags in json.loads(subprocess.run(command, check=True, capture_output=True).stdout)
    ]


PAIRS = effort.pairs(CASES, ["preserve", "replace"])


@dataclass(frozen=True)
class Film:
    """A film of a case before its write, after it, and after the rollback."""

    item: PlanItem
    counts: tuple[dict[str, int], dict[str, int]]  # of the write and of the rollback, which have all films of a mode
    shown: tuple[Counter[str], Counter[str]]  # by ExifTool, before the write and after it
    original: bytes
    restored: bytes


def distinct(data: bytes, number: int) -> bytes:
    """Return an MP4, MOV or AVI with other media: files with equal media and different comments are a warning."""
    [place] = [data.index(name) + 200 for name in (b"mdat", b"movi") if name in data] or [0]
    return data[:place] + number.to_bytes(4, "big") + data[place + 4 :] if place else data


@pytest.fixture(scope="module")
def films(tmp_path_factory: pytest.TempPathFactory) -> Callable[[CommentMode], dict[str, Film]]:
    """Write all films of a mode together."""

    @cache
    def written(mode: CommentMode) -> dict[str, Film]:
        folder = tmp_path_factory.mktemp(mode) / "films"
        folder.mkdir()
        cases = [case for case, chosen in PAIRS if chosen == mode]
        paths = []
        for number, case in enumerate(cases):
            form, make, texts = CASES[case]
            paths.append(folder / f"{number:02}.{form}")
            paths[-1].write_bytes(distinct(make(form, texts), number))
            os.utime(paths[-1], (1_600_000_000, 1_600_000_000))
        originals, before = [path.read_bytes() for path in paths], comments_by_exiftool(paths)
        with homes.opened(folder.parent / "home", folder, "Ann Lee") as library:
            plan = library.plan(comment_mode=mode)
            items = sorted(plan.items, key=lambda item: item.file_name)
            handle = library.write(plan, WriteOptions(risk=("safe", "warning", "danger")))
            done = handle.wait().counts
            after = comments_by_exiftool(paths)
            counts = (done, library.rollback(handle.id).wait().counts)
        made = zip(cases, items, before, after, originals, paths, strict=True)
        return {
            case: Film(item, counts, (old, new), original, path.read_bytes())
            for case, item, old, new, original, path in made
        }

    return written


@pytest.mark.parametrize(("case", "mode"), PAIRS)
def test_plan_lists_texts_of_other_reader_before_and_after(
    films: Callable[[CommentMode], dict[str, Film]], case: str, mode: CommentMode
) -> None:
    film = films(mode)[case]
    item, (before, after) = film.item, film.shown
    old = Counter(readable(change.old) for change in item.changes if change.old is not None)
    new = Counter(readable(change.new) for change in item.changes if change.new is not None)
    if case not in {"behind a NUL", "utf-16, little-endian"}:  # which ExifTool shows with other characters
        assert Counter(map(readable, before.elements())) == old
    assert item.risk_level == ("safe" if mode == "preserve" else "danger")
    assert set(fields.lost_texts_by_place(item.changes)) == (set() if mode == "preserve" else own_texts(item.changes))

    assert film.counts == ({"success": len(films(mode))}, {"success": len(films(mode))})
    if case != "behind a NUL":
        assert Counter(map(readable, after.elements())) == new
    assert film.restored == film.original


def own_texts(changes: list[Change]) -> set[str]:
    return {change.where for change in changes if people_comment.parse(change.old).custom_text}


def readable(text: str | None) -> str:
    """A text in the form that ExifTool and Indexium can both show: ExifTool's line breaks, no undecodable bytes."""
    plain_text = (text or "").replace("\r\n", "..").replace("\r", ".").replace("\n", ".")
    return "".join(letter if letter.isascii() else "?" for letter in plain_text)
