"""
The wish: which Tags elements of a file change, and into what.

Every element stays what it is but for the film's comment, of which one is left, in the element that players read it
from: the last that holds a comment, else the last that they read, else a new one. Elements that players do not come by
lose theirs too, and nothing else; they stay hidden, for whatever else they say would appear along with the comment.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from indexium_core import errors
from indexium_core.files.containers import Reader
from indexium_core.files.containers.matroska import names, reach, seekhead, tags
from indexium_core.files.containers.matroska.ebml import Element
from indexium_core.files.containers.matroska.layout import MatroskaLayout, content_of
from indexium_core.files.containers.matroska.seekhead import SeekHead
from indexium_core.model.media import Change

__all__ = ["Wish", "apart", "wished"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Wish:
    """What the Tags elements of a file are to be."""

    home: Element | None  # the element that holds the comment, or held it; None: a new one
    content: bytes  # of it, b"" where it is to go
    others: Mapping[Element, bytes]  # elements that lose a comment, b"" for those that go
    heads: Mapping[int, SeekHead]  # the file's directories, by their offset
    order: tuple[int, ...]  # offsets of all that players come by, in their order, which must stay: the last tags count
    seen: tuple[Element, ...]  # the Tags elements among them
    loose: bool  # … of which none says what the home says, so that it may be read before or after any
    settled: bool  # all is as wished already

    @property
    def emptied(self) -> tuple[Element, ...]:
        """Return the elements that go."""
        gone = [element for element, content in self.others.items() if not content]
        return (*gone, self.home) if self.home is not None and not self.content else tuple(gone)


def wished(reader: Reader, layout: MatroskaLayout, changes: Sequence[Change]) -> Wish:
    """
    Work out what the tags are to be.

    Raises:
        CorruptFileError, RefusedError: A Tags or SeekHead cannot be edited with certainty.
        ValidationError: The text cannot be stored in a Matroska string.

    """
    contents = {element: content_of(reader, element) for element in layout.named(names.TAGS)}
    places = {element.offset: element for element in contents}
    heads = seekhead.read(reader, layout)
    order = reach.reached(layout, {element.offset: element.id for element in layout.elements}, heads)
    seen = tuple(places[offset] for offset in order if offset in places)
    comments = {element: tags.comments(content) for element, content in contents.items()}
    masked = any(comment.masks for element in seen for comment in comments[element])
    holding = [element for element, found in comments.items() if any(comment.ours for comment in found)]
    deciding = [element for element in seen if any(comment.ours or comment.masks for comment in comments[element])]
    home = next(reversed(deciding or seen), None)
    old = new = contents[home] if home is not None else b""
    for change in changes:
        new = tags.edited(new, _text(change, masked=masked))
    others = {element: tags.edited(contents[element], None) for element in holding if element != home}
    return Wish(
        home=home,
        content=new,
        others=others,
        heads=heads,
        order=order,
        seen=seen,
        loose=_is_loose(old, [contents[element] for element in seen if element != home]),
        settled=new == old and not others,
    )


def apart(reader: Reader, layout: MatroskaLayout, changes: Sequence[Change]) -> Wish:
    """
    Work out what the tags are to be with the comment in an element of its own, for a file that has no comment.

    It needs less room in one place than an element that has other tags, too. Raises as `wished`.
    """
    wish = wished(reader, layout, changes)
    others = tuple(element for element in layout.elements if element.id != names.TAGS)
    alone = wished(reader, replace(layout, elements=others), changes)
    loose = _is_loose(alone.content, [content_of(reader, element) for element in wish.seen])
    return replace(wish, home=None, content=alone.content, others={}, loose=loose)


def _is_loose(home: bytes, others: Sequence[bytes]) -> bool:
    """Tell whether it makes no difference when players read the home: nothing in it has the name of something else."""
    if not others:
        return True
    own = {(name, False) for name, _ in tags.named(home)} | {("COMMENT", False)}
    return all(own.isdisjoint(tags.named(other)) for other in others)


def _text(change: Change, *, masked: bool) -> str | None:
    """Return the new comment; an empty one is none."""
    if (change.field, change.where) != ("comment", "container"):
        message = f"Indexium does not know how to write {change.field} ({change.where}) into a Matroska file."
        raise errors.RefusedError(message)
    if change.new and "\0" in change.new:
        message = "A comment with a NUL character would be cut there by every reader."
        raise errors.ValidationError(message)
    if not change.new and masked:
        message = "Without the film's comment, players would show one that belongs to something else in the file."
        raise errors.RefusedError(message)
    return change.new or None
