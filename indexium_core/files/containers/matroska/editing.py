"""
The wish: which Tags elements of a file change, and into what.

Every element stays what it is but for the film's comments (`comments`). A new comment goes into the last element that
players read a comment from, else into the last that they read, else into a new one. Elements that players do not find
stay hidden, for whatever else they say would appear along with the comment.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from indexium_core import errors
from indexium_core.files.containers import Reader
from indexium_core.files.containers.matroska import comments, ids, seekhead, tags
from indexium_core.files.containers.matroska.ebml import Element
from indexium_core.files.containers.matroska.layout import MatroskaLayout, content_of
from indexium_core.files.containers.matroska.seekhead import SeekHead
from indexium_core.files.containers.matroska.tags import Rewording
from indexium_core.model.files.media import Change

__all__ = ["TagsRequest", "apart", "wished"]


@dataclass(frozen=True, slots=True, kw_only=True)
class TagsRequest:
    """What the Tags elements of a file are to be."""

    home: Element | None  # the element that may move: the one with the comment that players show; None: a new one
    content: bytes  # of it, b"" where it is to go
    others: Mapping[Element, bytes]  # other elements whose comments change, b"" for those that go
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


def wished(reader: Reader, layout: MatroskaLayout, changes: Sequence[Change]) -> TagsRequest:
    """
    Work out what the tags are to be.

    Raises:
        CorruptFileError, RefusedError: A Tags or SeekHead cannot be edited with certainty.
        ValidationError: The text cannot be stored in a Matroska string.

    """
    change = _only(changes)
    contents = {element: content_of(reader, element) for element in layout.named(ids.TAGS)}
    heads = seekhead.read(reader, layout)
    order = seekhead.read_order(layout, {element.offset: element.id for element in layout.elements}, heads)
    places = {element.offset: element for element in contents}
    seen = tuple(places[offset] for offset in order if offset in places)
    film = comments.found(contents, seen)
    if change.where not in {"container", film.added, *(place.where for place in film.fields)}:
        message = f"There is no place for a comment in this file that is called {change.where}."
        raise errors.RefusedError(message)
    rewordings, added = film.rewordings(change), film.text_to_add(change)
    home = _joined(contents, seen) if added is not None else _changed(seen, rewordings)
    old = contents[home] if home else b""
    content = tags.edited(old, rewordings.get(home, {}) if home else {}, added=added)
    others = {each: tags.edited(contents[each], made) for each, made in rewordings.items() if each != home}
    others = {each: new for each, new in others.items() if new != contents[each]}
    return TagsRequest(
        home=home,
        content=content,
        others=others,
        heads=heads,
        order=order,
        seen=seen,
        loose=_is_loose(content, [others.get(each, contents[each]) for each in seen if each != home]),
        settled=content == old and not others,
    )


def apart(reader: Reader, layout: MatroskaLayout, changes: Sequence[Change]) -> TagsRequest:
    """
    Work out what the tags are to be with the comment in an element of its own, for a file that has no comment.

    It needs less room in one place than an element that has other tags, too. Raises as `wished`.
    """
    wish = wished(reader, layout, changes)
    others = tuple(element for element in layout.elements if element.id != ids.TAGS)
    alone = wished(reader, replace(layout, elements=others), changes)
    loose = _is_loose(alone.content, [content_of(reader, element) for element in wish.seen])
    return replace(wish, home=None, content=alone.content, others={}, loose=loose)


def _joined(contents: Mapping[Element, bytes], seen: Sequence[Element]) -> Element | None:
    """Return the element that a new comment joins: none that hides it may be read behind it."""
    found = {each: [comment for tag in tags.parse(contents[each]) for comment in tag.comments] for each in seen}
    deciding = [each for each in seen if any(comment.ours or comment.masks for comment in found[each])]
    return next(reversed(deciding or seen), None)


def _changed(
    seen: Sequence[Element], rewordings: Mapping[Element, Mapping[tuple[int, int], Rewording | None]]
) -> Element | None:
    """Return the element whose comments change, of several the last with a comment that stays."""
    changing = [each for each in seen if each in rewordings]
    staying = [each for each in changing if any(rewordings[each].values())]
    return next(reversed(staying or changing), None)


def _is_loose(home: bytes, others: Sequence[bytes]) -> bool:
    """Tell whether it makes no difference when players read the home: nothing in it has the name of something else."""
    own = tags.named(home)
    return all(own.isdisjoint(tags.named(other)) for other in others)


def _only(changes: Sequence[Change]) -> Change:
    """Return the change of the comment; raises RefusedError for any other."""
    change, *others = changes
    if others or change.field != "comment":
        message = "Only comments can be written into a Matroska file."
        raise errors.RefusedError(message)
    if change.segment is None and "\0" in (change.new or ""):
        message = "A comment with a NUL character would be cut there by every reader."
        raise errors.ValidationError(message)
    return change
