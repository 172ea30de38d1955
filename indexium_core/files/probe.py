"""
Probing: all facts about one file, which is opened once, in about half a millisecond.

The bytes of a file decide its type. FFmpeg's libraries receive that type and never guess: a playlist called `film.mp4`
is not a video, and the content cannot make the program open another file. Every problem becomes a state and one
sentence; the content of a file never raises an exception.

The media libraries do not open a photo: its layout has all facts (`Layout.photo`), and such a file has no streams.
"""

from __future__ import annotations

import time
from collections.abc import Mapping
from dataclasses import replace
from functools import partial
from typing import Any

import av
import av.error
from av.stream import Disposition

from indexium_core import errors
from indexium_core.files import fingerprint, libav, sidecar_reading
from indexium_core.files.containers import Capabilities, Family, Layout, registry
from indexium_core.files.containers.shared.refusals import NO_MEDIA
from indexium_core.files.reader import FileReader
from indexium_core.model.fields.table import COMMENT, CREATION_TIME, TITLE, fields_in_files, find_field
from indexium_core.model.files.hash_cache import KnownHash
from indexium_core.model.files.media import (
    Change,
    FieldValue,
    FileFacts,
    FileStat,
    PhotoFacts,
    Refusal,
    Remux,
    StreamFacts,
)
from indexium_core.model.surrogates import replace_surrogates

PLAIN = Capabilities()
# The strategy is chosen for an ordinary comment: the present text and some names. The write chooses again.
_TYPICAL = "People: " + ", ".join(["Somebody Unknown"] * 6)
# FFmpeg's numbers and names of the HDR transfer functions, and the codec tags of Dolby Vision.
_TRANSFERS = {16: "smpte2084", 18: "arib-std-b67"}
_DOLBY_VISION = frozenset({"dvh1", "dvhe", "dva1", "dvav", "dav1"})
_MOST = 100  # comments stored for one file: real files have four at most
_LONGEST = 1 << 18  # characters of one text: some comments contain whole workflows, but a million would fill the memory


def probe(
    path: bytes,
    stat: FileStat,
    *,
    capabilities: Capabilities = PLAIN,
    full: bool = False,
    known: KnownHash | None = None,
) -> FileFacts:
    """
    Return the facts of a file. A file that no longer exists has the state `missing`.

    Args:
        path: The file.
        stat: The result of the walk.
        capabilities: The kinds of writes that are possible on its file system.
        full: Hash all media bytes.
        known: The hash of a file with this `stat`; the media of such a file is not hashed again.

    """
    if stat.size == 0:
        return FileFacts(state="empty", message="The file is empty.")
    try:
        with FileReader(path) as reader:
            is_known = (reader.stat.inode, reader.size, reader.stat.mtime_ns) == (stat.inode, stat.size, stat.mtime_ns)
            family, layout = sidecar_reading.examine(path, reader)
            known = known if is_known else None
            return facts_of(reader, family, layout, capabilities=capabilities, known=known, full=full)
    except errors.FileAccessError as error:
        return FileFacts(state="missing" if error.reason == "missing_file" else "unreadable", message=error.message)


def facts_of(
    reader: FileReader,
    family: Family | None,
    layout: Layout,
    *,
    capabilities: Capabilities = PLAIN,
    known: KnownHash | None = None,
    full: bool = False,
) -> FileFacts:
    """
    Return the facts of a file that was already examined.

    Args:
        reader: The open file.
        family: Its family, None if it is unknown.
        layout: The layout from the examination.
        capabilities: What a write may do to the file.
        known: Its hash, if it is already known.
        full: Hash all media bytes.

    Raises:
        FileAccessError: It cannot be read.

    """
    return _bounded(_judged(reader, family, layout, capabilities=capabilities, known=known, full=full))


def facts_after(
    reader: FileReader,
    family: Family,
    layout: Layout,
    *,
    shown: str | None,
    tags: Mapping[str, Any],
    capabilities: Capabilities,
    identity: str | None,
) -> FileFacts:
    """
    Return the facts that a write has changed: without duration and streams, which stay the same.

    Opening the file again for these two would take a third of the time of a write.

    Args:
        reader: The open file, verified to be complete.
        family: Its family.
        layout: The layout from the examination.
        shown: The comment as players show it.
        tags: All tags, as FFmpeg's libraries have them: {"container": {…}, "streams": [{…}]}.
        capabilities: What a write may do to the file.
        identity: Its hash.

    """
    photo = layout.photo
    facts = FileFacts(
        state="ok",
        container=layout.container,
        file_hash=identity,
        photo=photo,
        tags={"container": _clean_tags(tags["container"]), "streams": [_clean_tags(each) for each in tags["streams"]]},
        comment=_comment(shown if photo is None else None, layout),
        comment_fields=_comment_fields(layout),
        comment_added=layout.added,
        field_places=_other_fields(layout),
        fields=_values(layout),
        field_problems=dict(layout.field_problems),
        sidecar=layout.sidecar_stamp,
    )
    return _bounded(_with_strategy(facts, reader, family, layout, capabilities))


def described(reader: FileReader, family: Family | None, layout: Layout) -> FileFacts:
    """
    Return the facts that a file states about itself: without its hash and its strategy.

    Raises:
        FileAccessError: It cannot be read.

    """
    return _bounded(_described(reader, family, layout))


def _judged(
    reader: FileReader,
    family: Family | None,
    layout: Layout,
    *,
    capabilities: Capabilities,
    known: KnownHash | None,
    full: bool,
) -> FileFacts:
    digest = known.media_digest if known else None
    facts = _described(reader, family, layout, with_digest=digest is None)
    found: dict[str, Any] = {} if digest is None else {"media_digest": digest}
    if family is None or facts.state != "ok":
        return replace(facts, **found)
    identity, sample = known.file_hash if known else None, None
    if identity is None:
        started_at = time.monotonic()
        identity = fingerprint.payload_hash(reader, layout.payload, full=full)
        sample = fingerprint.sample_hash(reader, layout.payload, identity) if full else None
        size, seconds = fingerprint.hashed_bytes(layout.payload, full=full), time.monotonic() - started_at
        found |= {"hashed_bytes": size, "hash_seconds": seconds}
    found |= {"file_hash": identity, "sample_hash": sample}
    return _with_strategy(replace(facts, **found), reader, family, layout, capabilities)


def _described(reader: FileReader, family: Family | None, layout: Layout, *, with_digest: bool = False) -> FileFacts:
    problem = layout.problem
    if family is None or (problem is not None and problem.code == "not_video"):
        return FileFacts(state="not_video", message=problem.message if problem else "", container=layout.container)
    damage = problem if problem is not None and problem.code == "corrupt" else None
    photo = layout.photo
    try:
        facts = _media_facts(reader, layout, with_digest=with_digest) if photo is None else _photo_facts(photo, layout)
    except (av.error.FFmpegError, OSError, ValueError) as error:
        if problem is None and not layout.payload:  # a complete file with at most a cover or a font
            return FileFacts(state="not_video", message=NO_MEDIA, container=layout.container)
        facts = FileFacts(state="corrupt", container=layout.container)
        damage = damage or Refusal(code="corrupt", message=_unreadable_message(error))
    if damage is not None:
        refused = replace(facts, strategy_code=damage.code, strategy_message=damage.message)
        return replace(refused, state="corrupt", message=damage.message)
    if photo is None and all(map(_is_attached, facts.streams)):
        return replace(facts, state="not_video", message=NO_MEDIA)
    return facts


def _is_attached(stream: StreamFacts) -> bool:
    """Return whether a stream is a font or a cover."""
    return stream.kind == "attachment" or bool(stream.details.get("attached_pic"))


def _problems_of_remux(
    reader: FileReader, family: Family, layout: Layout, capabilities: Capabilities
) -> dict[str, str]:
    """Return why a file that only FFmpeg can rewrite stores no other field than its comment."""
    change = Change(field=TITLE, old=None, new=_TYPICAL)
    refused = registry.choose(family, reader, layout, [change], capabilities)
    if not isinstance(refused, Refusal):
        return dict(layout.field_problems)
    keys = [each.key for each in fields_in_files() if layout.container in each.places]
    present = [f"-{each.field}" for each in layout.fields if each.field in keys]
    return dict.fromkeys([*keys, *present], refused.message)


def _unreadable_message(error: Exception) -> str:
    """Return why the media libraries cannot read a file, as a sentence."""
    if isinstance(error, av.error.PatchWelcomeError):  # its own text is addressed to programmers
        return "The file has a form that the media libraries (FFmpeg) do not read."
    reason = str(getattr(error, "strerror", None) or error).lower().rstrip(".")
    return f"The file is damaged: {reason}."


def _with_strategy(
    facts: FileFacts, reader: FileReader, family: Family, layout: Layout, capabilities: Capabilities
) -> FileFacts:
    """Add the strategy for an ordinary comment and its cost, in the more expensive mode; or the reason against one."""
    change = Change(field=COMMENT, old=facts.comment, new=_TYPICAL, segment=_TYPICAL)
    # With one text, preserve mode costs most; with several, replace mode may be unable to remove one.
    changes = [change, replace(change, segment=None)] if len(facts.comment_fields) > 1 else [change]
    found = []
    for each in changes:
        choice = registry.choose(family, reader, layout, [each], capabilities)
        if isinstance(choice, Refusal):
            return replace(facts, strategy_code=choice.code, strategy_message=choice.message)
        found.append((choice, registry.cost(choice.edit, reader)))
    choice, cost = max(found, key=lambda each: each[1].seconds)
    if isinstance(choice.edit, Remux):
        facts = replace(facts, field_problems=_problems_of_remux(reader, family, layout, capabilities))
    return replace(
        facts,
        strategy=choice.strategy,
        strategy_code="no_strategy_yet" if layout.not_removable else "",
        strategy_message=layout.not_removable or choice.reason,
        est_seconds=cost.seconds,
        est_bytes=cost.bytes_written,
    )


def _media_facts(reader: FileReader, layout: Layout, *, with_digest: bool) -> FileFacts:
    """Return the facts of FFmpeg's libraries and the fields of the layout; raises av.error.FFmpegError."""
    return libav.with_headers(
        reader, layout.container, lambda media: _facts_of_libraries(media, layout, reader if with_digest else None)
    )


def _facts_of_libraries(media: Any, layout: Layout, reader: FileReader | None) -> FileFacts:
    """Return the facts, with the digest of the packets if there is a reader."""
    streams = tuple(stream_facts(stream, layout) for stream in media.streams)
    return FileFacts(
        state="ok",
        container=layout.container,
        damage=layout.damage,
        duration=None if media.duration is None else media.duration / av.time_base,
        streams=streams,
        tags={"container": _clean_tags(media.metadata), "streams": [stream.details["tags"] for stream in streams]},
        comment=_comment(libav.shown_field(media, COMMENT, layout.container), layout),
        comment_fields=_comment_fields(layout),
        comment_added=layout.added,
        field_places=_other_fields(layout),
        fields=_values(layout),
        field_problems=dict(layout.field_problems),
        # Last: it ends the reading of packets.
        media_digest=None if reader is None else _digest(media, layout, reader),
    )


def _digest(media: Any, layout: Layout, reader: FileReader) -> str:
    """Return the digest of the packets of an open file."""
    return fingerprint.packet_digest(media, reader, layout.payload, partial(libav.opened, reader, layout.container))


def _photo_facts(photo: PhotoFacts, layout: Layout) -> FileFacts:
    """Return the facts of a photo: its layout has all of them, and the media libraries do not open it."""
    return FileFacts(
        state="ok",
        container=layout.container,
        damage=layout.damage,
        media_digest=fingerprint.photo_digest(photo),
        photo=photo,
        tags=_photo_tags(photo),
        comment=_comment(None, layout),
        comment_fields=_comment_fields(layout),
        field_places=_other_fields(layout),
        fields=_values(layout),
        field_problems=dict(layout.field_problems),
        sidecar=layout.sidecar_stamp,
    )


def _photo_tags(photo: PhotoFacts) -> dict[str, Any]:
    """Return the facts of a photo in the form of the tags of other files."""
    shown = {
        "width": str(photo.width or ""),
        "height": str(photo.height or ""),
        "taken": photo.taken,
        "camera": photo.camera,
        "lens": photo.lens,
        "position": "" if photo.position is None else "{}, {}".format(*photo.position),
    }
    return {"container": _clean_tags({key: value for key, value in shown.items() if value}), "streams": []}


def _comment(shown: str | None, layout: Layout) -> str | None:
    return libav.field_value(shown, _comment_fields(layout), layout.container)


def _comment_fields(layout: Layout) -> tuple[FieldValue, ...]:
    return tuple(value for value in layout.fields if value.field == COMMENT)


def _other_fields(layout: Layout) -> tuple[FieldValue, ...]:
    return tuple(each for each in layout.fields if each.field != COMMENT and find_field(each.field) is not None)


def taken(layout: Layout) -> str | None:
    """Return the moment of the recording in ISO 8601, as the file has it; None if it is unknown."""
    return _values(layout).get(CREATION_TIME)


def _values(layout: Layout) -> dict[str, str]:
    """Return the values of the fields beside the comment: of each field the first that a write would replace."""
    first = {place.field: place.shown for place in reversed(_other_fields(layout)) if place.takes_value}
    return {key: value for key, value in reversed(first.items()) if value}


def stream_facts(stream: Any, layout: Layout) -> StreamFacts:
    """
    Return the facts about one stream of an open file.

    FFmpeg's libraries give the rotation of a video only with a decoded picture: it is that of the layout.
    """
    context = stream.codec_context
    details: dict[str, Any] = {"tags": _clean_tags(stream.metadata), "disposition": int(stream.disposition)}
    if stream.frames:
        details["frames"] = stream.frames
    if stream.type == "video":
        details["attached_pic"] = bool(stream.disposition & Disposition.attached_pic)
    if stream.type == "video" and context is not None:
        details |= {"width": context.width, "height": context.height} | _pictures(stream, context)
        if stream.index in layout.turned:
            details["turned"] = True
    if stream.type == "audio" and context is not None:
        details |= {"channels": libav.channels_of(context)[1], "sample_rate": context.sample_rate}
    return StreamFacts(
        index=stream.index,
        kind=stream.type,
        codec=stream.codec.canonical_name if context is not None else str(getattr(stream, "name", None) or ""),
        language=replace_surrogates(stream.language) if stream.language else None,
        details=details,
    )


def _pictures(stream: Any, context: Any) -> dict[str, Any]:
    """Return the frame rate of a video stream, and its markers of a high dynamic range."""
    found: dict[str, Any] = {}
    if stream.guessed_rate:
        found["frame_rate"] = round(float(stream.guessed_rate), 3)
    if context.color_trc in _TRANSFERS:
        found["transfer"] = _TRANSFERS[context.color_trc]
    try:
        tag = context.codec_tag
    except UnicodeDecodeError:  # four arbitrary bytes, which the libraries decode as text
        tag = ""
    if tag in _DOLBY_VISION:
        found["dolby_vision"] = True
    return found


def _bounded(facts: FileFacts) -> FileFacts:
    """Shorten comments that are too long or too many; a file with such comments is not written."""
    comments = [facts.comment or "", *(place.value for place in facts.comment_fields)]
    longest, number = max(map(len, comments)), len(facts.comment_fields)
    if longest <= _LONGEST and number <= _MOST:
        return facts
    cut = replace(
        facts,
        comment=facts.comment and facts.comment[:_LONGEST],
        comment_fields=tuple(replace(place, value=place.value[:_LONGEST]) for place in facts.comment_fields[:_MOST]),
    )
    if not facts.strategy:
        return cut
    if number > _MOST:
        message = f"The file has {number:,} comments. Indexium writes no file with more than {_MOST}."
    else:
        message = f"The comment has {longest:,} characters. Indexium writes no file with more than {_LONGEST:,}."
    return replace(cut, strategy="", strategy_code="no_strategy_yet", strategy_message=message)


def _clean_tags(tags: Mapping[str, str]) -> dict[str, str]:
    return {replace_surrogates(key): replace_surrogates(value[:_LONGEST]) for key, value in tags.items()}
