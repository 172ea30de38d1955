"""Media properties: derived from streams, shown to users, and parsed from input."""

from __future__ import annotations

from typing import Any

import pytest

from indexium_core import errors
from indexium_core.model.files import properties
from indexium_core.model.files.media import StreamFacts
from indexium_core.model.files.properties import FIELDS, ON_REQUEST, MediaProperties, lockable
from tests.support.cases import each_case


def film(**details: Any) -> StreamFacts:
    return StreamFacts(index=0, kind="video", codec=details.pop("codec", "h264"), language=None, details=details)


def sound(**details: Any) -> StreamFacts:
    return StreamFacts(index=1, kind="audio", codec=details.pop("codec", "aac"), language=None, details=details)


def test_video_with_sound_has_every_property() -> None:
    streams = [film(width=1920, height=1080, frame_rate=25.0), sound(channels=2, sample_rate=48000)]

    found, unknown = properties.from_streams(streams, duration=60.04, size=1000)

    assert found == MediaProperties(
        resolution="1920x1080",
        duration=60.04,
        size=1000,
        video_codec="h264",
        audio_codec="aac",
        channels=2,
        sample_rate=48000,
        frame_rate=25.0,
        hdr="no",
    )
    assert unknown == ()


def test_audio_file_has_no_resolution() -> None:
    found, unknown = properties.from_streams([sound(channels=1, sample_rate=44100)], duration=1.0, size=9)
    assert (found.resolution, found.hdr, found.frame_rate, found.audio_codec) == (None, None, None, "aac")
    assert unknown == ()


def test_silent_video_has_no_audio_properties() -> None:
    found, unknown = properties.from_streams([film(width=16, height=16, frame_rate=5)], duration=1.0, size=9)
    assert (found.audio_codec, found.channels, unknown) == (None, None, ())


@pytest.mark.parametrize("value", [None, 0, -4, "N/A", 2**40, float("nan"), float("inf")])
def test_missing_property_is_unknown(value: Any) -> None:
    streams = [film(codec="", width=value, height=value, frame_rate=value), sound(codec="", channels=value)]
    found, unknown = properties.from_streams(streams, duration=None, size=9)
    assert found.resolution is None
    assert {"resolution", "duration", "video_codec", "audio_codec", "channels", "sample_rate"} <= set(unknown)


def test_cover_is_not_video_stream() -> None:
    found, _ = properties.from_streams([film(attached_pic=True, width=600, height=600), sound()], duration=1.0, size=9)
    assert (found.resolution, found.video_codec) == (None, None)


def test_default_stream_wins_over_first() -> None:
    first, default = film(width=16, height=16), film(width=32, height=32, disposition=1)
    assert properties.from_streams([first, default], duration=1, size=1)[0].resolution == "32x32"
    assert properties.from_streams([first, film(width=8, height=8)], duration=1, size=1)[0].resolution == "16x16"


@pytest.mark.parametrize(
    ("details", "hdr"),
    [
        ({}, "no"),
        ({"transfer": "smpte2084"}, "pq"),
        ({"transfer": "arib-std-b67"}, "hlg"),
        ({"transfer": "bt709"}, "no"),
        ({"transfer": "smpte2084", "dolby_vision": True}, "dolby_vision"),
    ],
)
def test_dynamic_range(details: dict[str, Any], hdr: str) -> None:
    assert properties.from_streams([film(**details)], duration=1, size=1)[0].hdr == hdr


@each_case(
    ("field", "value", "text"),
    [
        ("resolution", "1920x1080", "1920 × 1080"),
        ("resolution", None, "-"),
        ("duration", 6727.2, "1:52:07"),
        ("duration", 61.4, "1:01"),
        ("duration", 0.04, "0.04 s"),
        ("size", 4_100_000_000, "4.1 GB"),
        ("channels", 2, "2 (stereo)"),
        ("channels", 3, "3"),
        ("sample_rate", 44100, "44.1 kHz"),
        ("frame_rate", 29.97, "29.97 fps"),
        ("frame_rate", 25.0, "25 fps"),
        ("hdr", "pq", "HDR10 (PQ)"),
        ("video_codec", "h264", "h264"),
    ],
)
def test_values_are_formatted(field: str, value: Any, text: str) -> None:
    assert properties.display_value(field, value) == text


@each_case(
    ("field", "text", "value"),
    [
        ("resolution", " 1920 x 1080 ", "1920x1080"),
        ("resolution", "1920×1080", "1920x1080"),
        ("resolution", "-", None),
        ("duration", "1:52:07", 6727.0),
        ("duration", "90.5", 90.5),
        ("size", "1.5 GB", 1_500_000_000),
        ("size", "123", 123),
        ("channels", "6", 6),
        ("sample_rate", "48000 Hz", 48000),
        ("frame_rate", "30000/1001", 29.97),
        ("frame_rate", "25 fps", 25.0),
        ("hdr", "Dolby Vision", "dolby_vision"),
        ("video_codec", "HEVC", "hevc"),
        ("audio_codec", "", None),
        ("faces", "Anna  Berg; ; Ben Holm;anna berg", "Anna Berg; Ben Holm"),
    ],
)
def test_entered_values_are_parsed(field: str, text: str, value: Any) -> None:
    assert properties.parse_value(field, text) == value


@each_case(
    ("field", "text"),
    [
        ("resolution", "1920"),
        ("resolution", "0x1080"),
        ("resolution", "1920x1080x2"),
        ("duration", "soon"),
        ("duration", "0"),
        ("duration", "1e400"),
        ("size", "-4"),
        ("size", "999999999999999999tb"),
        ("channels", "0"),
        ("channels", "99999999999"),
        ("sample_rate", "fast"),
        ("frame_rate", "25/0"),
        ("frame_rate", "nan"),
        ("hdr", "very"),
        ("video_codec", "<b>"),
    ],
)
def test_invalid_value_is_refused_with_example(field: str, text: str) -> None:
    with pytest.raises(errors.ValidationError, match="Examples: "):
        properties.parse_value(field, text)


@pytest.mark.parametrize("text", ["Anna\x07", 'Ben; An"na'])
def test_invalid_name_of_a_face_is_refused(text: str) -> None:
    with pytest.raises(errors.ValidationError, match="is not a valid name"):
        properties.parse_value("faces", text)


def test_field_labels_are_accepted_and_sorted() -> None:
    assert properties.validate_fields(["Frame rate", " size", "size"], FIELDS) == ("size", "frame_rate")
    with pytest.raises(errors.UsageError, match=r"no field “people”.*it can be duration or size"):
        properties.validate_fields(["people"], ON_REQUEST)
    assert set(FIELDS) < set(lockable())
