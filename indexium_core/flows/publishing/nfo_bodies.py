"""The bytes of NFO files that are published: new ones, and edits of files that we wrote before."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from blake3 import blake3

from indexium_core.files.titles import nfo, nfo_editing
from indexium_core.flows.publishing.contents import PlannedContent, hash_of
from indexium_core.flows.publishing.planned_files import NfoBody, StoredNfo
from indexium_core.model.publishing.nfo_content import NfoContent
from indexium_core.model.publishing.nfo_ownership import OwnValues, named_values
from indexium_core.model.titles.fields import TITLE_FIELDS
from indexium_core.model.titles.nfo import NfoDocument
from indexium_core.store.publishing.inputs import OwnFile


def new_body(contents: Sequence[PlannedContent]) -> NfoBody:
    """Return a new NFO file."""
    found = [each.content for each in contents]
    return NfoBody(nfo_editing.new_file(found), found, None, contents)


def stored_body(own: OwnFile, data: bytes) -> StoredNfo:
    """Return an NFO file of ours as it was published; `data`: its bytes."""
    return StoredNfo(data, own.own_elements or "[]", own.contents_hash)


def successor(own: OwnFile, data: bytes, contents: Sequence[PlannedContent]) -> NfoBody | StoredNfo:
    """
    Return an NFO file that takes the place of one of ours, with what others have written in it.

    Args:
        own: The former file.
        data: Its bytes: those that were published, or those that another program left.
        contents: What the new one has to say.

    Raises:
        RefusedError: The bytes cannot be edited.

    """
    if own.contents_hash == hash_of(contents) and blake3(data).hexdigest() == own.content_hash:
        return stored_body(own, data)
    values: OwnValues = json.loads(own.own_elements or "[]")
    wanted = [with_cleared(each, values, nfo.parse(data)) for each in contents]
    edit = nfo_editing.edited(data, wanted, values)
    return NfoBody(edit.content, wanted, edit.own, contents)


def with_cleared(planned: PlannedContent, own: OwnValues, documents: Sequence[NfoDocument]) -> NfoContent:
    """
    Return the content for an edit that clears what we wrote and do not have any more, where the file still says it.

    A match that was corrected leaves no id and no plot of the wrong film behind.
    """
    content = planned.for_edit
    written = next((each for each in own if _is_of(each, content)), None)
    if written is None:
        return content
    document = next((each for each in documents if each.kind == content.kind and _has_number(each, content)), None)
    if document is None:
        return content
    present = named_values(document)
    gone = {
        field_name
        for name, value in written["values"].items()
        if (field_name := name.partition(".")[0]) not in planned.content.values and present.get(name) == value
    }
    cleared = {name: None for name in gone if name in TITLE_FIELDS}
    return replace(content, values={**cleared, **content.values}) if cleared else content


def _is_of(own: Mapping[str, Any], content: NfoContent) -> bool:
    numbers = (own.get("season"), own.get("episode"))
    is_same = content.kind != "episodedetails" or numbers == (content.season, content.episode)
    return own.get("kind") == content.kind and is_same


def _has_number(document: NfoDocument, content: NfoContent) -> bool:
    return content.kind != "episodedetails" or content.episode in document.episodes or not document.episodes
