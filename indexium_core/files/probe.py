"""
Probing: everything that is to be known of one file, from one open, in about half a millisecond.

What a file is, its own bytes decide; FFmpeg's libraries are then told, so that they never guess: a playlist called
`film.mp4` is not a video, and nothing inside a file can make us open another one. Whatever goes wrong becomes a state
and one sentence; nothing is raised for what a file may contain.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import av
import av.error
from av.stream import Disposition

from indexium_core import errors
from indexium_core.files import fingerprint, libav
from indexium_core.files.containers import Family, Layout, registry
from indexium_core.files.reader import FileReader
from indexium_core.model.media import Change, FieldValue, FileFacts, FileStat, Refusal, StreamFacts

__all__ = ["facts_of", "probe"]

# A strategy is judged by an ordinary comment: what is there, and names beside it. The write asks again.
_TYPICAL = "People: " + ", ".join(["Somebody Unknown"] * 6)


def probe(path: bytes, stat: FileStat, *, full: bool = False) -> FileFacts:
    """
    Return what the file says of itself; `full` makes the hash one over all media bytes.

    `stat` is what the walk saw. A file that is gone by now has the state `missing`.
    """
    if stat.size == 0:
        return FileFacts(state="empty", message="The file is empty.")
    try:
        with FileReader(path) as reader:
            return _facts(reader, full=full)
    except errors.FileAccessError as error:
        return FileFacts(state="missing" if error.reason == "missing_file" else "unreadable", message=error.message)


def _facts(reader: FileReader, *, full: bool) -> FileFacts:
    family, layout = registry.examine(reader)
    return facts_of(reader, family, layout, full=full)


def facts_of(
    reader: FileReader, family: Family | None, layout: Layout, *, identity: str | None = None, full: bool = False
) -> FileFacts:
    """
    Return what a file says of itself that was examined already.

    Args:
        reader: The open file.
        family: Its family, None where nobody knows it.
        layout: What examining it found.
        identity: Its hash, where that is known too.
        full: Make the hash one over all media bytes.

    Raises:
        FileAccessError: It cannot be read.

    """
    problem = layout.problem
    if family is None or (problem is not None and problem.code == "not_video"):
        return FileFacts(state="not_video", message=problem.message if problem else "", container=layout.container)
    damage = problem if problem is not None and problem.code == "corrupt" else None
    try:
        facts = _media_facts(reader, layout)
    except (av.error.FFmpegError, OSError, ValueError) as error:
        facts = FileFacts(state="corrupt", container=layout.container)
        said = str(getattr(error, "strerror", None) or error).lower().rstrip(".")
        damage = damage or Refusal(code="corrupt", message=f"The file is damaged: {said}.")
    if damage is not None:
        refused = replace(facts, strategy_code=damage.code, strategy_message=damage.message)
        return replace(refused, state="corrupt", message=damage.message)
    if not any(stream.kind == "video" and not stream.details["attached_pic"] for stream in facts.streams):
        return replace(facts, state="not_video", message="There are no moving pictures in this file.")
    identity = identity or fingerprint.payload_hash(reader, layout.payload, full=full)
    return _with_strategy(replace(facts, file_hash=identity), reader, family, layout)


def _with_strategy(facts: FileFacts, reader: FileReader, family: Family, layout: Layout) -> FileFacts:
    """Add which strategy would write an ordinary comment and at what cost, or why there is none."""
    change = Change(field="comment", old=facts.comment, new=f"{facts.comment or ''}\n{_TYPICAL}")
    choice = registry.appraise(family, reader, layout, [change])
    if isinstance(choice, Refusal):
        return replace(facts, strategy_code=choice.code, strategy_message=choice.message)
    strategy, cost = choice
    return replace(facts, strategy=strategy.name, est_seconds=cost.seconds, est_bytes=cost.bytes_written)


def _media_facts(reader: FileReader, layout: Layout) -> FileFacts:
    """Return what FFmpeg's libraries know, beside the fields that the layout found; raises av.error.FFmpegError."""
    with libav.opened(reader, layout.container) as media:
        streams = tuple(_stream_facts(stream) for stream in media.streams)
        return FileFacts(
            state="ok",
            container=layout.container,
            duration=None if media.duration is None else media.duration / av.time_base,
            streams=streams,
            tags={"container": _clean_tags(media.metadata), "streams": [stream.details["tags"] for stream in streams]},
            comment=_comment(media.metadata, layout),
            comment_fields=tuple(_clean_field(value) for value in layout.fields if value.field == "comment"),
        )


def _comment(metadata: Mapping[str, str], layout: Layout) -> str | None:
    """
    Return the comment that players read.

    A film's comment that FFmpeg shows under another name, or not at all, is still the film's: else a plan would call it
    a safe addition to replace it.
    """
    shown = libav.read_field(metadata, "comment")
    hidden = [place.value for place in layout.fields if place.field == "comment"]
    found = hidden[-1] if shown is None and hidden else shown
    return None if found is None else libav.clean(found)


def _stream_facts(stream: Any) -> StreamFacts:
    context = stream.codec_context
    details: dict[str, Any] = {"tags": _clean_tags(stream.metadata), "disposition": int(stream.disposition)}
    if stream.frames:
        details["frames"] = stream.frames
    if stream.type == "video":
        details["attached_pic"] = bool(stream.disposition & Disposition.attached_pic)
    if stream.type == "video" and context is not None:
        details |= {"width": context.width, "height": context.height}
    if stream.type == "audio" and context is not None:
        details |= {"channels": context.channels, "sample_rate": context.sample_rate}
    return StreamFacts(
        index=stream.index,
        kind=stream.type,
        codec=stream.codec.canonical_name if context is not None else str(stream.name or ""),
        language=libav.clean(stream.language) if stream.language else None,
        details=details,
    )


def _clean_tags(tags: Mapping[str, str]) -> dict[str, str]:
    return {libav.clean(key): libav.clean(value) for key, value in tags.items()}


def _clean_field(value: FieldValue) -> FieldValue:
    return FieldValue(field=value.field, where=libav.clean(value.where), value=libav.clean(value.value))
