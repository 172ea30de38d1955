"""The bytes of NFO files that are published: new ones, and edits of files that we wrote before."""

from __future__ import annotations

import json
from collections.abc import Sequence

from blake3 import blake3

from indexium_core import errors
from indexium_core.files.titles import nfo, nfo_editing
from indexium_core.files.titles.nfo_editing import NfoEdit, OldValue
from indexium_core.flows.publishing.contents import hash_of
from indexium_core.flows.publishing.planned_files import NfoBody, StoredNfo
from indexium_core.model.publishing.nfo_content import NfoContent
from indexium_core.model.publishing.nfo_ownership import OwnValues
from indexium_core.model.publishing.options import PublishOptions
from indexium_core.model.publishing.publication import SideFileOwner
from indexium_core.store.publishing.inputs import OwnFile

_SAVER = "Jellyfin"


def new_body(contents: Sequence[NfoContent]) -> NfoBody:
    """Return a new NFO file."""
    return NfoBody(nfo_editing.new_file(contents), contents)


def stored_body(own: OwnFile, data: bytes) -> StoredNfo:
    """Return an NFO file of ours as it was published; `data`: its bytes."""
    return StoredNfo(data, own.own_elements or "[]", own.contents_hash)


def successor(own: OwnFile, data: bytes, contents: Sequence[NfoContent]) -> NfoBody | StoredNfo:
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
    return edited_body(data, contents, json.loads(own.own_elements or "[]"))


def edited_body(data: bytes, contents: Sequence[NfoContent], own: OwnValues) -> NfoBody:
    """
    Return an NFO file with what its contents have to say; `own`: what is ours in `data`.

    Raises:
        RefusedError: The bytes cannot be edited.

    """
    edit = nfo_editing.edited(data, contents, own)
    return NfoBody(edit.content, contents, edit)


def withdrawn_body(own: OwnFile, data: bytes) -> NfoBody | None:
    """Return an NFO file of ours without our values; None if it has nothing of others, or cannot be edited."""
    try:
        edit = nfo_editing.withdrawn(data, json.loads(own.own_elements or "[]"))
    except errors.RefusedError:
        return None
    return None if edit is None else NfoBody(edit.content, [], edit)


def notes(data: bytes, owner: SideFileOwner, options: PublishOptions) -> list[str]:
    """Return what a present NFO file tells about Jellyfin, as codes of the title."""
    if "jellyfin" not in options.readers:
        return []
    is_locked = b"lockdata" in data.replace(b"\0", b"").lower() and any(each.is_locked for each in nfo.parse(data))
    is_saved = owner != "ours" and nfo.probable_writer(data) == _SAVER
    return [*(["locked_for_jellyfin"] if is_locked else []), *(["saver_is_on"] if is_saved else [])]


def writer(data: bytes, owner: SideFileOwner) -> str:
    """Return the program that probably wrote a file of others; "" for ours."""
    return "" if owner == "ours" else nfo.probable_writer(data)


def codes_of(edit: NfoEdit, owner: SideFileOwner) -> list[str]:
    """
    Return the codes of the worst elements of an edit: a file of ours may have elements of others, too.

    `owner`: of the file that the edit takes the place of; nobody, if it gets a new name.
    """
    codes = ["foreign_element_lost"] if edit.lost else []
    codes += ["drift"] if edit.drifted else []
    codes += ["foreign_value_replaced"] if edit.replaced else []
    is_of_others = owner in ("others", "changed") or edit.is_into_others
    return codes + (["foreign_nfo_edited"] if is_of_others and not edit.drifted else [])


def losses(edit: NfoEdit) -> str:
    """Return what others lose by an edit, as sentences; "" for nothing."""
    found = [f"These elements of others would leave the file: {', '.join(edit.lost)}."] if edit.lost else []
    if edit.drifted:
        found.append(f"Others changed values of ours, which come back: {_listed(edit.drifted)}.")
    if edit.replaced:
        found.append(f"A value by hand takes the place of one of others: {_listed(edit.replaced)}.")
    return " ".join(found)


def _listed(values: Sequence[OldValue]) -> str:
    """Return values with their old texts, as a part of a sentence."""
    names = [(name.replace("_", " "), old) for name, old in dict.fromkeys(values)]
    return ", ".join(f"{name} “{old}”" if old else name for name, old in names)
