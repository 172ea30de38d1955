"""One file on disk as values: its stat facts, the facts of its container, and edits of it."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Literal

from indexium_core.model.fields.table import CREATION_TIME

MediaKind = Literal["video", "audio", "photo"]


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
    """The stat facts of a file; if they are equal, no program changed the file."""

    size: int  # bytes
    mtime_ns: int
    device: int
    inode: int
    nlink: int
    mode: int  # st_mode, type bits included

    @property
    def identity(self) -> tuple[int, int, int, int]:
        """The values that show that a file is unchanged. A new hard link or another mode is not a change."""
        return self.device, self.inode, self.size, self.mtime_ns


@dataclass(frozen=True, slots=True, kw_only=True)
class FieldValue:
    """
    One place in a file that has a metadata field.

    `value` has every byte of the text: undecodable bytes are lone surrogates (`surrogateescape`), and the text after a
    NUL, where players stop reading, is included.
    """

    field: str  # "comment"
    where: str  # path of the element in the container: "moov/udta/meta/ilst/©cmt"
    value: str
    takes_segment: bool = True  # preserve mode replaces the People segment here; otherwise it keeps the text
    takes_value: bool = True  # replace mode writes the new value here; otherwise it removes the field
    moves: bool = False  # replace mode removes this text and adds the new text at another place, which players show
    ascii_only: bool = False  # the declared encoding cannot represent every name, and cannot be converted

    @property
    def shown(self) -> str:
        """The text up to its first NUL, which is the part that players show."""
        return self.value.partition("\0")[0]


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """
    One planned change of one field; `None` means that the field is absent.

    `old` and `new` are the texts of the database, with U+FFFD for undecodable bytes. They are for display and for the
    comparison with the file. With a `segment`, `fields.apply_change` makes the new text from the bytes of the file.
    """

    field: str  # "comment"
    old: str | None
    new: str | None
    where: str = "container"  # "container": the text that players read; otherwise the path of one place
    segment: str | None = None  # preserve mode: "People: …", "" without people; None: replace mode, `new` is the text


@dataclass(frozen=True, slots=True, kw_only=True)
class Refusal:
    """The reason why an action is not possible: a stable code and one sentence for the user."""

    code: str
    message: str


@dataclass(frozen=True, slots=True)
class Patch:
    """
    An edit of a file in place: the bytes to write at each offset, and the size afterwards.

    Writes are sorted, do not overlap, and may extend past the old end (the file grows) but not past `size`.

    With `inserted`, the file is shifted first: that many bytes (whole blocks of the file system) are inserted at the
    start, and all writes are within them. A negative number removes that many bytes from the start, without writes.
    """

    writes: tuple[tuple[int, bytes], ...]
    size: int
    inserted: int = 0


@dataclass(frozen=True, slots=True)
class Rebuild:
    """A new file that replaces the old one: literal bytes and ranges of the old file, in order."""

    pieces: tuple[bytes | Extent, ...]
    cloned: bool = False  # the ranges are aligned so that the file system can share them instead of copying
    renumbered: bool = False  # the bytes of the media change, because parts of the media get new numbers

    @property
    def size(self) -> int:
        """The bytes of the new file."""
        return sum(piece.length if isinstance(piece, Extent) else len(piece) for piece in self.pieces)


@dataclass(frozen=True, slots=True, kw_only=True)
class Remux:
    """A new file that replaces the old one: a stream copy by FFmpeg with other metadata."""

    demuxer: str  # FFmpeg name
    muxer: str
    options: tuple[tuple[str, str], ...]  # options of the output, in order: ("map", "0"), ("metadata", "comment=…") …
    size: int  # size of the old file, an estimate for the new file


@dataclass(frozen=True, slots=True, kw_only=True)
class SidecarEdit:
    """Another content of the XMP sidecar of a photo, which stays as it is: what a strategy returns."""

    name: bytes  # in the folder of the file
    before: bytes | None  # None: it does not exist
    after: bytes | None  # None: it is removed


@dataclass(frozen=True, slots=True, kw_only=True)
class SideFileEdit:
    """Another content of a side file: a small file beside media (an NFO file, a picture, an XMP sidecar)."""

    path: bytes
    before: bytes | None  # as it was read; None: it does not exist
    after: bytes | None  # None: it is removed
    mtime_ns: int | None = None  # of the new file; None: the time of the write
    mode: int | None = None  # permissions of a file that is created; None: those of the media file or the folder


Edit = Patch | Rebuild | Remux | SidecarEdit


@dataclass(frozen=True, slots=True, kw_only=True)
class StreamFacts:
    """One stream (track) of a file, as PyAV reports it."""

    index: int
    kind: str  # video, audio, subtitle, data, attachment
    codec: str
    language: str | None
    details: dict[str, Any] = field(default_factory=dict)  # width, height, channels, disposition, tags …

    @property
    def shown_size(self) -> tuple[Any, Any]:
        """Width and height of the pictures as shown, after their rotation; None for an unknown one."""
        size = self.details.get("width"), self.details.get("height")
        return size[::-1] if self.details.get("turned") else size


@dataclass(frozen=True, slots=True, kw_only=True)
class PhotoFacts:
    """The properties that the header of a photo contains."""

    width: int  # pixels as shown, after the rotation by the orientation; 0 for a damaged photo
    height: int
    camera: str = ""
    lens: str = ""
    taken: str = ""  # "2019-07-04T10:11:12.07+02:00", with a fraction and a zone if they are known
    position: tuple[float, float] | None = None  # latitude and longitude in degrees
    faces: tuple[str, ...] = ()  # names of face regions


@dataclass(frozen=True, slots=True, kw_only=True)
class FileFacts:
    """The facts that a probe reads from one file, for its row in `scanned_files`."""

    state: str  # ok, empty, corrupt, unreadable, not_video, missing (deleted since the walk)
    message: str = ""  # one sentence if the state is not ok
    container: str = ""  # mp4, mov, matroska, webm, avi, mpegts …: by the content, not the extension
    file_hash: str | None = None
    hashed_bytes: int = field(default=0, compare=False)  # read for the hash; 0: it was known, or there is none
    hash_seconds: float = field(default=0.0, compare=False)
    sample_hash: str | None = None  # beside a hash of all bytes: the one of a sample, which later scans find
    media_digest: str | None = None  # what a rewrite keeps (files/fingerprint.py); None: not read; "": there is none
    duration: float | None = None  # seconds
    streams: tuple[StreamFacts, ...] = ()
    photo: PhotoFacts | None = None  # None for other files
    tags: dict[str, Any] = field(default_factory=dict)  # {"container": {...}, "streams": [{...}]}, from PyAV
    comment: str | None = None  # the comment that players read; undecodable bytes are surrogates, here and below
    comment_fields: tuple[FieldValue, ...] = ()  # every place that has a comment
    damage: str = ""  # damage at the end of the file, as a sentence; the file can still be written
    comment_added: str = ""  # the place where a write adds a comment, because players do not show the existing comments
    strategy: str = ""  # name of the strategy that writes the file, "" if there is none
    # Without a strategy, the reason: no_strategy_yet, unsupported_container, corrupt, read_only. With a strategy, the
    # reason why it cannot remove the comment: no_strategy_yet.
    strategy_code: str = ""
    strategy_message: str = ""
    fields: dict[str, str] = field(default_factory=dict)  # the values of the other fields, by key
    field_places: tuple[FieldValue, ...] = ()  # every place that has one of them
    # Why the file cannot store a field, as a sentence by key; a key behind a minus: why the field cannot be removed.
    field_problems: dict[str, str] = field(default_factory=dict)
    sidecar: str = ""  # the stamp of the sidecar from which some of these were read
    est_seconds: float = 0.0  # the estimated cost of writing a short comment
    est_bytes: int = 0

    @property
    def media_kind(self) -> MediaKind | None:
        """The kind of the media; None if it is unknown. Audio files have no pictures except a cover."""
        if self.photo is not None:
            return "photo"
        if not self.container or self.state == "not_video":
            return None
        has_pictures = any(each.kind == "video" and not each.details.get("attached_pic") for each in self.streams)
        return "video" if has_pictures or not self.streams else "audio"

    @property
    def taken(self) -> str | None:
        """The moment of the recording in ISO 8601, as the file has it; None if it is unknown."""
        return self.fields.get(CREATION_TIME) or (self.photo.taken if self.photo else None)
