"""Fields in generated Matroska files: a write changes its field alone, for FFmpeg's libraries and for our parsers."""

from __future__ import annotations

from collections.abc import Collection
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from indexium_core.files import verify
from indexium_core.files.containers.matroska import FAMILY
from indexium_core.files.reader import FileReader
from indexium_core.model.fields import values
from indexium_core.model.fields.field import Field
from indexium_core.model.fields.table import EDITABLE, FIELDS
from indexium_core.model.files import fields
from indexium_core.model.files.media import Change, Refusal
from tests.support import media, mkv
from tests.support.effort import effort

WRITABLE = [field for field in EDITABLE if "matroska" in field.places]
NEW = {
    "text": "Zoë's long way home",
    "integer": "12",
    "rating": "5",
    "date": "2020-02",
    "datetime": "1999-01-02T03:04:05.25Z",
    "list": "beach; family",
}
TITLE, DATE_UTC = 0x7BA9, 0x4461
NAMES = ["COMMENT", "TITLE", "Title", "PART_NUMBER", "DATE_RELEASED", "DATE_RECORDED", "DATE", "DESCRIPTION"]
NAMES += ["GENRE", "RATING", "ARTIST", "COPYRIGHT", "KEYWORDS", "RECORDING_LOCATION", "DIRECTOR"]
TEXTS = ["7", "4.0", "Ann, Bob", "2019-07-04", "At sea", b"caf\xe9", b"padded\0\0", b"in front\0behind", b"\0", b""]
LANGUAGES: list[dict[str, object]] = [{}, {}, {"language": "und", "default": 0}, {"language": "eng"}]
LANGUAGES += [{"language": "eng", "default": 1}, {"language": "ger", "default": 0}]
TARGETS: list[dict[str, object]] = [{}, {}, {"level": None}, {"level": 70}, {"level": 60}, {"level": 30}, {"track": 1}]
TARGETS += [{"level": 70, "kind": "COLLECTION"}, {"level": 60, "kind": "SEASON"}, {"level": None, "kind": "COLLECTION"}]
TARGETS += [{"kind": "EPISODE"}, {"kind": "MOVIE"}, {"level": 60, "kind": "VOLUME"}, {"edition": 3}]
SIMPLE = st.builds(
    lambda name, text, language, nested: mkv.simple(name, text, *nested, **language),
    st.sampled_from(NAMES),
    st.sampled_from(TEXTS),
    st.sampled_from(LANGUAGES),
    st.sampled_from([[], [], [], [mkv.simple("URL", "x")]]),
)
TAG = st.builds(
    lambda simples, target: mkv.tag(*simples, **target), st.lists(SIMPLE, max_size=5), st.sampled_from(TARGETS)
)
INFO = st.lists(
    st.sampled_from(
        [
            mkv.element(TITLE, b"In Info"),
            mkv.element(TITLE, b"caf\xe9\0\0"),
            mkv.element(TITLE),
            mkv.element(DATE_UTC, (10**18).to_bytes(8, "big")),
            mkv.element(DATE_UTC, (-(10**17) + 1).to_bytes(8, "big", signed=True)),
            mkv.void(9),
        ]
    ),
    max_size=2,
)
EXPECTED = ("further tags", "no room", "no TargetType", "element Info, which holds", "too narrow")


@pytest.fixture(scope="session")
def original(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A real file, whose tracks and clusters the documents have."""
    return media.build("mkv", tmp_path_factory.mktemp("real"))


def document(original: Path, info: list[bytes], tags: bytes, *, room: int, place: str, crc: bool) -> bytes:
    real = mkv.parts(original)
    kept = [mkv.element(kind, body) for kind, body in mkv.inside(real[mkv.INFO]) if kind not in {mkv.CRC_32, TITLE}]
    made = (mkv.checked if crc else mkv.element)(mkv.INFO, *kept, *info)
    return mkv.document(tags=tags, real=real | {mkv.INFO: made}, seek_void=room, place=place, crc=crc)


def evidence(path: Path, edited: Collection[str]) -> verify.Evidence:
    with FileReader(bytes(path)) as reader:
        return verify.gather(bytes(path), reader, FAMILY, FAMILY.examine(reader), edited={"comment", *edited})


@effort.examples(60, 600)
@given(
    st.lists(TAG, max_size=4).map(b"".join),
    INFO,
    st.sampled_from([0, 30, 300]),
    st.sampled_from(["front", "back"]),
    st.booleans(),
    st.booleans(),
    st.sampled_from(WRITABLE),
    st.booleans(),
)
def test_write_changes_its_field_alone(
    original: Path,
    tmp_path_factory: pytest.TempPathFactory,
    tags: bytes,
    info: list[bytes],
    room: int,
    place: str,
    crc: bool,
    anew: bool,
    field: Field,
    removed: bool,
) -> None:
    path = tmp_path_factory.mktemp("film") / "clip.mkv"
    old = document(original, info, tags, room=room, place=place, crc=crc)
    path.write_bytes(old)
    before = evidence(path, [field.key])
    assert not before.problem
    leading = next((text for text in before.texts_of(field.key) if text.takes_value), None)
    was = None if leading is None else fields.display_text(leading.shown)
    change = Change(field=field.key, old=was, new=None if removed else NEW[field.type])
    outcome = mkv.planned(old, change, anew=anew)
    if isinstance(outcome, Refusal):
        assert any(text in outcome.message for text in EXPECTED), outcome
        return
    new = mkv.apply(old, outcome)
    path.write_bytes(new)
    after = evidence(path, [field.key])

    mkv.sound(new, hidden=True)
    assert verify.compare(before, after, [change])
    expected = fields.texts_after(before.texts, change)
    assert {text.value for text in after.texts_of(field.key)} <= {*expected, change.new}
    for other in FIELDS:
        if other.key != field.key:
            assert [text.value for text in before.texts_of(other.key)] == [
                text.value for text in after.texts_of(other.key)
            ]
    if not removed:
        assert after.fields[field.key] == change.new
        assert all(values.stored(field, text.value) == text.value for text in after.texts_of(field.key))
    path.write_bytes(old)
    turned = Change(field=field.key, old=change.new, new=change.old)
    assert verify.compare(after, evidence(path, [field.key]), [turned], comparisons=verify.RESTORED)
