"""
Write NFO files, and edit those that exist byte for byte.

An edit is a three-way merge (`nfo_merging`). It replaces only the top-level elements whose value differs from the
merged one, as our reader reads both. All other bytes stay: comments, order, elements of other fields, ends of lines,
the encoding, and what is behind the XML.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, NamedTuple, TypeAlias, cast

from indexium_core.files.titles import nfo
from indexium_core.files.titles.nfo import document_of
from indexium_core.files.titles.nfo_changes import changes_of
from indexium_core.files.titles.nfo_elements import WantedGroup, rendered, values_in, wanted_of
from indexium_core.files.titles.nfo_former import in_former_order, order_of, restored, tags_by_hand, with_sources
from indexium_core.files.titles.nfo_layout import NfoLayout, PlacedElement, layout_of, refuse
from indexium_core.files.titles.nfo_merging import FREE_TO_ADD, NfoMerge, document_for, is_rating, merged, people_of
from indexium_core.files.titles.nfo_page import UNIT, NfoPage, TextEdit, placed, unit_of
from indexium_core.files.titles.nfo_proof import LossProof
from indexium_core.model.publishing.nfo_content import IS_PERSON, NfoContent, NfoElement, PublishedKind, groups
from indexium_core.model.publishing.nfo_ownership import (
    ADDRESS,
    BY_ITEM,
    CAST,
    EMPTY,
    FORMER,
    OF_OTHERS,
    ORDER,
    VOTES,
    OwnValues,
    are_ours,
    owned,
    root_of,
    with_items,
)
from indexium_core.model.titles.nfo import NfoDocument, by_order

_DECLARATION = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>'
_ADDRESS = re.compile(r"https?://\S+")
OldValue: TypeAlias = tuple[str, str]  # the name of a value, and its old text


@dataclass(frozen=True, slots=True, kw_only=True)
class NfoEdit:
    """The new bytes of an NFO file."""

    content: bytes
    changed: tuple[str, ...]  # fields (`ElementGroup.field`) whose elements change
    own: OwnValues  # what we wrote, in this edit or before, for a ledger
    replaced: tuple[OldValue, ...] = ()  # values of others that give way to one by hand
    drifted: tuple[OldValue, ...] = ()  # values of others in the place of ours, where the edit writes ours again
    is_into_others: bool = False  # the edit writes into a root of others that has nothing of ours
    lost: tuple[str, ...] = ()  # elements of others that would leave without a decision, as texts


def new_file(contents: Sequence[NfoContent]) -> bytes:
    """Return a new NFO file: UTF-8 without a mark, one root for each content."""
    return (_DECLARATION + "\n" + "".join(f"{_document(each, UNIT, chr(10))}\n" for each in contents)).encode()


def edited(data: bytes, contents: Sequence[NfoContent], own: OwnValues = ()) -> NfoEdit:
    """
    Return an existing NFO file with the values of some contents.

    A film, a series and a season have one content and one root. Episodes find their root by number; one without a root
    gets a new one behind the others, and a root without an episode stays. Beside a root of others, a root of ours has
    a value by hand or of a provider; without one, it leaves.

    Args:
        data: The file; of one that is larger than `nfo.MAX_BYTES`, one byte more than these is enough.
        contents: What the file has to say.
        own: `NfoEdit.own` or `own_values` of the last time, if the file is ours.

    Raises:
        RefusedError: `nfo_unreadable`; the file cannot be edited without a loss.

    """
    layout = layout_of(data)
    if not layout.roots:
        return _in_front_of_address(data, layout, contents)
    if (address := _address_left(layout, contents, own)) is not None:
        return NfoEdit(content=address, changed=("ids",), own=())
    back, own, fields, lost = _with_former(data, layout, contents, own)
    if back != data:
        edit = edited(back, contents, own)
        fields = [*(each.partition(".")[0] for each in fields), *edit.changed]
        changed = () if edit.content == data else tuple(dict.fromkeys(fields))  # what came back may leave again
        return replace(edit, changed=changed, lost=(*lost, *edit.lost))
    assigned = _assigned(layout.roots, contents, own)
    if unneeded := _unneeded_roots(layout, assigned, own):
        edit = edited(_without_roots(data, layout, unneeded), contents, own)
        return replace(edit, changed=tuple(dict.fromkeys(("title", *edit.changed))))
    page = NfoPage(layout.text)
    numbers = {(each.season, each.episode) for _, each in assigned}
    absent = [_absent(each) for each in contents if (each.season, each.episode) not in numbers]
    targets = [_Target.of(root, each, own) for root, each in assigned]
    edits: list[TextEdit] = []
    for each in targets:
        if each.root is None:
            edits.append(_appended(page, layout.roots, each.content))
        else:
            found, each.changed = changes_of(page, each.root, each.wanted)
            edits += _emptied(page, each.root, found, each.empty) or found
    new = _spliced(data, layout, edits) if edits else data
    after = _proven(new, layout, targets) if edits else [each.root for each in targets if each.root is not None]
    results = [each.result(page, own, root) for each, root in zip(targets, after, strict=True)]
    return NfoEdit(
        content=new,
        changed=tuple(dict.fromkeys(each.group.field for target in targets for each in target.changed)),
        own=[*(each.own for each in results), *absent],
        replaced=tuple(each for target in targets for each in target.merge.replaced.items()),
        drifted=tuple(each for target in targets for each in target.merge.drifted.items()),
        is_into_others=any(each.changed and each.root is not None and not each.own for each in targets),
        lost=tuple(text for each in results for text in each.lost),
    )


def withdrawn(data: bytes, own: OwnValues) -> NfoEdit | None:
    """
    Return a file without what is ours; None if nothing of others would be left in it.

    Raises:
        RefusedError: `nfo_unreadable`; the file cannot be edited without a loss.

    """
    edit = edited(data, [_without_values(_document_in(root)) for root in layout_of(data).roots], own)
    layout = layout_of(edit.content)
    behind = layout.text[layout.roots[-1].end :].strip()
    if behind or edit.lost or any(_has_others(root, edit.own) for root in layout.roots):
        return edit
    return None


def _document_in(root: PlacedElement) -> NfoDocument:
    return document_of(cast("PublishedKind", root.tag), root)


def _without_values(document: NfoDocument) -> NfoContent:
    episode = document.episodes[0] if document.episodes else None
    return NfoContent(kind=cast("PublishedKind", document.kind), season=document.season, episode=episode)


def _has_others(root: PlacedElement, own: OwnValues) -> bool:
    """Return whether a root has an element that is not ours."""
    document, empty = _document_in(root), replace(root, children=[])
    proof = LossProof(root, empty, _document_in(empty), root_of(own, document))
    return bool(proof.of_others(NfoMerge(_without_values(document))))


def own_values(contents: Sequence[NfoContent]) -> OwnValues:
    """Return what is ours in a file whose values we all wrote, such as a new one, as our reader reads it."""
    roots = [owned((), None, document_for(each), people=people_of(each)) for each in contents]
    return [_with_votes(root, each, {}) for root, each in zip(roots, contents, strict=True)]


def _with_votes(root: Mapping[str, Any], content: NfoContent, before: Mapping[str, Any]) -> Mapping[str, Any]:
    """Return a root of a ledger with the votes of its ratings; `content`: what was written; `before`: the old root."""
    sources = [name.partition(".")[2] for name in root["values"] if is_rating(name)]
    if not sources or (VOTES not in before and any(map(is_rating, before.get("values", ())))):
        return root
    ratings, votes = content.values.get("ratings") or {}, content.values.get("votes") or {}
    found = {**before.get(VOTES, {}), **{each: votes[each] for each in ratings if each in votes}}
    return {**root, VOTES: {each: found[each] for each in sources if each in found}}


class _RootResult(NamedTuple):
    """What an edit made of a root."""

    own: Mapping[str, Any]  # what is ours in it, with what others had written where a value by hand stands
    lost: Sequence[str]  # what others lose by the edit without a decision


@dataclass(slots=True)
class _Target:
    """A root and its content."""

    root: PlacedElement | None  # None: a new root
    content: NfoContent
    document: NfoDocument | None  # what the root says
    known: Mapping[str, Any]  # the root of the ledger; {} for none
    is_of_others: bool  # the root was there before us
    empty: str  # the text of the root before we wrote into it, if it had no element
    merge: NfoMerge
    wanted: Sequence[WantedGroup]
    changed: Sequence[WantedGroup]  # all of a new root

    @classmethod
    def of(cls, root: PlacedElement | None, content: NfoContent, own: OwnValues) -> _Target:
        """Return a root with what it is to say."""
        if root is None:
            wanted = wanted_of(content)
            merge = NfoMerge(content)
            return cls(
                root, content, None, {}, is_of_others=False, empty="", merge=merge, wanted=wanted, changed=wanted
            )
        document = document_of(content.kind, root)
        known = root_of(own, document)
        empty = known.get(EMPTY, "") if root.children else root.page[root.start : root.end].decode()
        is_of_others = bool(empty) or not known or OF_OTHERS in known
        if is_of_others:  # no name of a file comes into it, also when a value by hand leaves it
            content = _without_names(content)
        merge = merged(content, known.get("values", {}), root, document, is_of_others=is_of_others)
        wanted = wanted_of(merge.content)
        return cls(root, content, document, known, is_of_others, empty, merge, wanted, ())

    @property
    def own(self) -> Mapping[str, Any]:
        """What is ours in the root, by name."""
        values: Mapping[str, Any] = self.known.get("values", {})
        return values

    def result(self, page: NfoPage, own: OwnValues, root: PlacedElement) -> _RootResult:
        """Return what the edit made of the root; `page`: the file before it; `root`: as it is after it."""
        if self.root is root and self.document is not None:
            document = self.document
        else:
            document = document_of(self.content.kind, root)
        written = document_for(self.merge.content)
        ours = owned(own, self.document, document, people=people_of(self.content), written=written)
        found = dict(_with_votes(ours, self.merge.content, self.known))
        if self.root is None or self.document is None:
            return _RootResult(found, ())
        proof = LossProof(self.root, root, document, self.known)
        former = dict(self.known.get(FORMER, {}))
        if tags := tags_by_hand(self.content):
            beside = {each.tag for each in self.root.children if are_ours(values_in(self.content.kind, each), self.own)}
            theirs = proof.changed_of_others(NfoMerge(self.merge.content), tags)
            former = with_sources(former, page, theirs, beside=beside)
            found["values"] = with_items(found["values"], proof.rewritten(tags))
        if former:
            found[FORMER], found[ORDER] = former, self.known.get(ORDER) or order_of(page, self.root)
        found |= {OF_OTHERS: True} if self.is_of_others else {}
        found |= {ADDRESS: True} if ADDRESS in self.known else {}
        if self.empty and found["values"]:
            found[EMPTY] = self.empty
        return _RootResult(found, proof.lost(self.merge))


def _with_former(
    data: bytes, layout: NfoLayout, contents: Sequence[NfoContent], own: OwnValues
) -> tuple[bytes, OwnValues, Sequence[str], Sequence[str]]:
    """
    Return a file after the elements of others are back whose value by hand is withdrawn.

    With it come what is ours in it, the fields of these elements, and what others lose by it.
    """
    if not any(each.get(FORMER) for each in own):
        return data, own, (), ()
    page, ledger, edits = NfoPage(layout.text), list(own), list[TextEdit]()
    fields, lost = list[str](), list[str]()
    for root, content in _assigned(layout.roots, contents, own):
        known = root_of(own, document_of(content.kind, root)) if root is not None else {}
        if root is not None and known.get(FORMER):
            found = restored(page, root, content, known)
            edits += found.edits
            fields += found.fields
            lost += found.lost
            ledger[ledger.index(known)] = found.own
    if not edits:
        return data, ledger, fields, lost
    return _with_former_order(_spliced(data, layout, edits), contents, own), ledger, fields, lost


def _with_former_order(data: bytes, contents: Sequence[NfoContent], before: OwnValues) -> bytes:
    """Return a file with the former order of elements in the roots in which elements came back."""
    layout = layout_of(data)
    page, edits = NfoPage(layout.text), list[TextEdit]()
    for root, content in _assigned(layout.roots, contents, before):
        known = {} if root is None else root_of(before, document_of(content.kind, root))
        if root is None or ORDER not in known:
            continue
        edits += in_former_order(page, root, known)
    return _spliced(data, layout, edits) if edits else data


def _emptied(page: NfoPage, root: PlacedElement, edits: Sequence[TextEdit], empty: str) -> list[TextEdit]:
    """Return the edit that gives a root back its empty form, if all that it has leaves it; [] for any other edit."""
    removed = sorted((start, end) for start, end, text in edits if not text)
    if (
        not empty
        or len(removed) < len(edits)
        or not {placed(each).end for each in root.children} <= {end for _, end in removed}
    ):
        return []
    inner, at = b"", root.inner_start
    for start, end in removed:
        inner += page.text[at:start]
        at = end
    return [] if (inner + page.text[at : root.inner_end]).strip() else [(root.start, root.end, empty)]


def _document(content: NfoContent, unit: str, eol: str) -> str:
    elements = tuple(element for group in groups(content) for element in group.elements)
    if not elements:
        return f"<{content.kind}></{content.kind}>"
    return rendered(NfoElement(tag=content.kind, children=elements), "", unit, eol)


def _in_front_of_address(data: bytes, layout: NfoLayout, contents: Sequence[NfoContent]) -> NfoEdit:
    """
    Return a new document in front of an address: Kodi and Jellyfin read this form, except for seasons.

    Players ask a provider for what the document does not say, so a name of a file says nothing there.
    """
    text = layout.text.decode()
    if not all(_ADDRESS.fullmatch(line.strip()) for line in text.splitlines() if line.strip()):
        refuse("The file is a text, and no XML.")
    if layout.encoding.startswith("utf-16") or any(each.kind == "season" for each in contents):
        refuse("The file has only an address.")
    contents = list(map(_without_names, contents))
    if not any(map(_has_more_than_names, contents)):
        return NfoEdit(content=data, changed=(), own=())
    wanted = [document_for(each) for each in contents]
    known = {provider: value for each in nfo.parse(data) for provider, value in each.ids.items()}
    if any(each.ids.get(provider, value) != value for each in wanted for provider, value in known.items()):
        refuse("The file has only an address, and it is the one of another title.")
    content = layout.mark + new_file(contents) + data[len(layout.mark) :]
    changed = dict.fromkeys(group.field for each in contents for group in groups(each))
    own = [{**each, ADDRESS: True} for each in own_values(contents)]
    return NfoEdit(content=content, changed=tuple(changed), own=own, is_into_others=True)


def _address_left(layout: NfoLayout, contents: Sequence[NfoContent], own: OwnValues) -> bytes | None:
    """Return the address of a file in front of which we wrote a document, if the document says nothing more."""
    if len(own) != len(layout.roots) or not all(each.get(ADDRESS) for each in own):
        return None
    text = layout.text
    behind = text[layout.roots[-1].end :].removeprefix(b"\n")  # the end of the line of our root
    if (
        text[: layout.roots[0].start].strip().decode() != _DECLARATION
        or not _ADDRESS.search(behind.decode())
        or any(map(_has_more_than_names, contents))
        or any(_has_others(root, own) for root in layout.roots)
    ):
        return None
    return layout.mark + behind.decode().encode(layout.encoding)


def _without_names(content: NfoContent) -> NfoContent:
    """Return a content without the values that come from the name of a file."""
    return content.of_origins(FREE_TO_ADD | {"nfo"})


def _has_more_than_names(content: NfoContent) -> bool:
    """Return whether a content has a value that neither a name nor another NFO file says."""
    found = content.of_origins(FREE_TO_ADD)
    return any(found.values.values()) or bool(found.series_title or found.season_names)


# Which root is which content


_Match: TypeAlias = tuple[PlacedElement | None, NfoContent]


def _matched(roots: Sequence[PlacedElement], contents: Sequence[NfoContent]) -> list[_Match]:
    kinds = {each.tag for each in roots}
    for content in contents:
        if kinds != {content.kind}:
            other = next(iter(kinds - {content.kind}))
            refuse(f"The root element of the file is <{other}>, and the one of its title is <{content.kind}>.")
    if len(roots) == len(contents) == 1:
        return [(roots[0], contents[0])]
    if any(each.kind != "episodedetails" for each in contents):
        refuse(f"The file has {len(roots)} documents for one title.")
    left = [(root, document_of("episodedetails", root)) for root in roots]
    found: list[_Match] = []
    for content in contents:
        match = next(
            (
                (root, document)
                for root, document in left
                if document.episodes == (content.episode,) and document.season in (content.season, None)
            ),
            None,
        )
        found.append((match[0] if match else None, content))
        left = [each for each in left if match is None or each[0] is not match[0]]
    unnumbered = [root for root, document in left if not document.episodes]
    without = [number for number, (root, _) in enumerate(found) if root is None]
    for number, root in by_order(without, unnumbered).items():
        found[number] = (root, found[number][1])
    return found


def _assigned(roots: Sequence[PlacedElement], contents: Sequence[NfoContent], own: OwnValues) -> list[_Match]:
    """
    Return the roots with their contents; None: a new root.

    Beside a root of others, ours have nothing of other NFO files. Without an episode, a known root has no values.
    """
    assigned = _matched(roots, contents)
    if not all(_is_ours(each, own) for each in roots):
        local = FREE_TO_ADD | {"name"}
        assigned = [
            (root, content.of_origins(local) if root is None or _is_ours(root, own) else content)
            for root, content in assigned
            if root is not None or _needs_root(content)
        ]
    left = [each for each in roots if all(root is not each for root, _ in assigned)]
    return [*assigned, *((each, _without_values(_document_in(each))) for each in left if _is_known(each, own))]


def _is_ours(root: PlacedElement, own: OwnValues) -> bool:
    """Return whether a root was not there before us."""
    known = root_of(own, _document_in(root))
    return bool(known) and OF_OTHERS not in known


def _is_known(root: PlacedElement, own: OwnValues) -> bool:
    """Return whether the ledger has a root with these numbers."""
    content = _without_values(_document_in(root))
    return any(
        (each["kind"], each["season"], each["episode"]) == (content.kind, content.season, content.episode)
        for each in own
    )


def _unneeded_roots(layout: NfoLayout, assigned: Sequence[_Match], own: OwnValues) -> list[PlacedElement]:
    """Return the roots of ours that have nothing to say any more, and nothing of others; not all roots."""
    is_alone = all(_is_ours(each, own) for each in layout.roots)
    found = [
        root
        for root, content in assigned
        if root is not None
        and _is_ours(root, own)
        and not (any(content.values.values()) if is_alone else _needs_root(content))
        and not _has_others(root, own)
    ]
    return found if len(found) < len(layout.roots) else []


def _without_roots(data: bytes, layout: NfoLayout, roots: Sequence[PlacedElement]) -> bytes:
    """Return a file without some roots, each with the end of the line in front of it."""
    page = NfoPage(layout.text)
    eol = page.eol.encode()
    starts = [each.start - len(eol) * layout.text[: each.start].endswith(eol) for each in roots]
    return _spliced(data, layout, [(start, each.end, "") for start, each in zip(starts, roots, strict=True)])


def _needs_root(content: NfoContent) -> bool:
    """Return whether a content has more than what names, other NFO files and the people of its video say."""
    cast = [each for each in content.values.get(CAST) or () if not each.get(IS_PERSON)]
    return _has_more_than_names(replace(content, values={**content.values, CAST: cast}))


def _absent(content: NfoContent) -> Mapping[str, Any]:
    """Return the root of a ledger for an episode that has none in the file."""
    numbers = {"season": content.season, "episode": content.episode}
    return {"kind": content.kind, **numbers, BY_ITEM: True, OF_OTHERS: True, "values": {}}


def _appended(page: NfoPage, roots: Sequence[PlacedElement], content: NfoContent) -> TextEdit:
    """Return the edit that adds a root behind the others."""
    eol, indent = page.style(roots[-1])
    return roots[-1].end, roots[-1].end, page.eol + _document(content, unit_of(indent), eol)


# The new bytes, and the proof of them


def _spliced(data: bytes, layout: NfoLayout, edits: Sequence[TextEdit]) -> bytes:
    """Return the new bytes; each byte outside the edits is the old one, in any encoding."""
    old, new = [layout.mark], [layout.mark]
    at = 0
    for start, end, text in [*sorted(edits, key=lambda each: each[:2]), (len(layout.text), len(layout.text), "")]:
        if start < at:
            refuse("Two changes of the file overlap.")
        stays = layout.text[at:start].decode().encode(layout.encoding)
        old += [stays, layout.text[start:end].decode().encode(layout.encoding)]
        new += [stays, text.encode(layout.encoding, "xmlcharrefreplace")]
        at = end
    if b"".join(old) != data:
        refuse(f"The encoding of the file, {layout.encoding}, cannot be edited in parts.")
    return b"".join(new)


def _proven(content: bytes, layout: NfoLayout, targets: Sequence[_Target]) -> list[PlacedElement]:
    """Return the root of each content in the new bytes; all values are read back, or the edit is refused."""
    after = layout_of(content)
    added = iter(after.roots[len(layout.roots) :])
    numbers = {id(root): number for number, root in enumerate(layout.roots)}
    found = [next(added) if each.root is None else after.roots[numbers[id(each.root)]] for each in targets]
    for root, target in zip(found, targets, strict=True):
        wrong = next((each for each in target.wanted if not each.found_in(root).has_value), None)
        if wrong is not None:
            refuse(f"The edited file would not have the new value of {wrong.group.field}.")
    return found
