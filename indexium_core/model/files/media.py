"""What is known of one file on disk: what the walk saw, what the container says, and what may be written into it."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

__all__ = [
    "Change",
    "Edit",
    "Extent",
    "FieldValue",
    "FileFacts",
    "FileStat",
    "Patch",
    "Rebuild",
    "Refusal",
    "Remux",
    "StreamFacts",
]


@dataclass(frozen=True, slots=True)
class Extent:
    """A range of bytes of a file: first byte and length."""

    offset: int
    length: int

    @property
    def end(self) -> int:
        return self.offset + self.length


@dataclass(frozen=True, slots=True, kw_only=True)
class FileStat:
    """What `stat` said of a file; equality means that nobody touched it."""

    size: int  # bytes
    mtime_ns: int
    device: int
    inode: int
    nlink: int
    mode: int  # st_mode, type bits included


@dataclass(frozen=True, slots=True, kw_only=True)
class FieldValue:
    """
    One place in a file that holds a metadata field.

    `value` has every byte of the text: bytes that cannot be decoded are lone surrogates (`surrogateescape`), and what
    stands behind a NUL, where players stop reading, is part of it.
    """

    field: str  # our name of the field: "comment"
    where: str  # the element's path in the container: "moov/udta/meta/ilst/©cmt"
    value: str
    takes_segment: bool = True  # preserve mode exchanges the People segment here; else the text stays as it is
    takes_value: bool = True  # replace mode writes the new value here; else it removes the field
    moves: bool = False  # replace mode removes the text and adds the new one elsewhere: players do not show this place
    ascii_only: bool = False  # the text declares an encoding that cannot hold every name, and cannot be converted

    @property
    def shown(self) -> str:
        """The text up to its first NUL: what players show."""
        return self.value.partition("\0")[0]


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """
    One planned change of one field; `None` means that the field is absent.

    `old` and `new` are texts as the database has them, with U+FFFD for what cannot be decoded. So they show a change
    and are compared with the file, but with a `segment` the new text is made from the file's own bytes, by
    `fields.applied`.
    """

    field: str  # "comment"
    old: str | None
    new: str | None
    where: str = "container"  # the field that players read, or the path of one place
    segment: str | None = None  # preserve mode: "People: …", "" for nobody; None: the field says `new` and nothing else


@dataclass(frozen=True, slots=True, kw_only=True)
class Refusal:
    """Why something is not done: a stable code and one sentence for the person."""

    code: str
    message: str


@dataclass(frozen=True, slots=True)
class Patch:
    """
    An edit of a file as a value: the bytes to put at each offset, and the size afterwards.

    Writes are sorted, do not overlap, and may reach past the old end (the file grows) but never past `size`.

    With `inserted` the file is shifted first: that many bytes (whole blocks of the file system) come in front of it,
    and all writes lie in them. A negative number cuts that many bytes off the front, and there are no writes.
    """

    writes: tuple[tuple[int, bytes], ...]
    size: int
    inserted: int = 0


@dataclass(frozen=True, slots=True)
class Rebuild:
    """A new file in place of the old one, as a value: literal bytes and stretches of the old file, in order."""

    pieces: tuple[bytes | Extent, ...]
    cloned: bool = False  # the stretches lie so that the file system can share them instead of copying
    renumbered: bool = False  # parts of the media get other numbers, and so the media other bytes

    @property
    def size(self) -> int:
        """Bytes of the new file."""
        return sum(piece.length if isinstance(piece, Extent) else len(piece) for piece in self.pieces)


@dataclass(frozen=True, slots=True, kw_only=True)
class Remux:
    """A new file in place of the old one, made by FFmpeg as a stream copy with other metadata."""

    demuxer: str  # FFmpeg's names
    muxer: str
    options: tuple[tuple[str, str], ...]  # of the output, in order: ("map", "0"), ("metadata", "comment=…") …
    size: int  # bytes of the old file: about those of the new one


Edit = Patch | Rebuild | Remux


@dataclass(frozen=True, slots=True, kw_only=True)
class StreamFacts:
    """One stream (track) of a file, as PyAV reports it."""

    index: int
    kind: str  # video, audio, subtitle, data, attachment
    codec: str
    language: str | None
    details: dict[str, Any] = field(default_factory=dict)  # width, height, channels, disposition, tags …


@dataclass(frozen=True, slots=True, kw_only=True)
class FileFacts:
    """Everything that a probe learns about one file; a row of `scanned_files` is made of it."""

    state: str  # ok, empty, corrupt, unreadable, not_video, missing (vanished since the walk)
    message: str = ""  # one sentence where the state is not ok
    container: str = ""  # mp4, mov, matroska, webm, avi, mpegts …: what the file *is*, not its extension
    file_hash: str | None = None
    duration: float | None = None  # seconds
    streams: tuple[StreamFacts, ...] = ()
    tags: dict[str, Any] = field(default_factory=dict)  # {"container": {...}, "streams": [{...}]} as PyAV returns them
    comment: str | None = None  # what players read; undecodable bytes are surrogates, here and below
    comment_fields: tuple[FieldValue, ...] = ()  # every place that holds a comment
    damage: str = ""  # what is damaged at the end of the file, as a sentence; it can be written before it
    comment_added: str = ""  # where a write adds a comment although there are some: players show none of them
    strategy: str = ""  # name of the strategy that would write it, "" where there is none
    # Why there is none: no_strategy_yet, unsupported_container, corrupt, read_only. With a strategy: why it cannot
    # remove the comment (no_strategy_yet).
    strategy_code: str = ""
    strategy_message: str = ""
    est_seconds: float = 0.0  # what writing an ordinary comment would cost
    est_bytes: int = 0
