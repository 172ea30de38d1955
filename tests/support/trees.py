"""Random films with valid bytes and unusual structure: trees of MP4 boxes and of EBML elements."""

from __future__ import annotations

from hypothesis import strategies as st

from tests.support import mkv, mp4, pointers

_PADDINGS = st.sampled_from([b"", b"", mp4.free(8), mp4.free(15), mp4.free(90, kind=b"skip"), mp4.free(3000)])
_TITLE = mp4.box(b"\xa9nam", mp4.data("At sea"))
_FIELDS = st.sampled_from(
    [
        b"",
        mp4.box(b"udta", mp4.tags(_TITLE, mp4.cmt("old"))),
        mp4.box(b"udta", mp4.tags(_TITLE), mp4.free(30)),
        mp4.box(b"udta", mp4.box(b"\xa9cmt", mp4.string("old"))),
        mp4.keyed([("comment", "of keys"), ("x", "y")], plain=True),
    ]
)
_BOXES = st.sampled_from([b"", b"", mp4.free(40), mp4.box(b"wide"), mp4.box(b"uuid", bytes(range(30)))])
_MEDIA = st.sampled_from([mp4.MEDIA, mp4.MEDIA * 40])


@st.composite
def boxes(draw: st.DrawFn) -> bytes:
    """An MP4 or QuickTime film."""
    inner = [draw(_PADDINGS), draw(_FIELDS), draw(_PADDINGS)]
    if draw(st.integers(0, 2)) == 0:
        flags = ("absolute", "wide", "listed", "indexed", "indexed_first", "encrypted")
        chosen = {name: draw(st.booleans()) for name in flags}
        return pointers.fragmented(
            *inner, after=draw(_PADDINGS) + draw(_BOXES), count=draw(st.integers(1, 4)), **chosen
        )
    early = draw(st.integers(0, 3))
    return mp4.film(
        *inner[early:],
        early=b"".join(inner[:early]),
        front=draw(st.booleans()),
        after=draw(_PADDINGS) + draw(_BOXES),
        end=draw(_BOXES),
        wide=draw(st.booleans()),
        large=draw(st.booleans()),
        brand=draw(st.sampled_from([b"isom", b"qt  ", None])),
        payload=draw(_MEDIA),
    )


_TAGS = [mkv.tag(mkv.simple("TITLE", "At sea")), mkv.tag(mkv.simple("COMMENT", "old")), mkv.tag(level=30, track=1), b""]


@st.composite
def elements(draw: st.DrawFn) -> bytes:
    """A Matroska or WebM document."""
    return mkv.document(
        tags=b"".join(draw(st.lists(st.sampled_from(_TAGS), max_size=3))),
        place=draw(st.sampled_from(["front", "back"])),
        before=draw(st.sampled_from([0, 0, 2, 3, 30, 200])),
        after=draw(st.sampled_from([0, 0, 2, 9, 40, 300])),
        seek_void=draw(st.sampled_from([0, 2, 20, 80, 150, 400])),
        seek_head=draw(st.sampled_from([True, True, True, False])),
        listed=draw(st.booleans()),
        position_width=draw(st.sampled_from([2, 3, 4, 8])),
        crc=draw(st.booleans()),
        clusters=draw(st.sampled_from([1, 3, 40])),
        doc_type=draw(st.sampled_from(["matroska", "webm"])),
    )


TEXTS = (
    st.none() | st.integers(1, 6000).map(lambda count: "x" * count) | st.sampled_from(["Zoë", "People: زفاف 👪\r\n"])
)
