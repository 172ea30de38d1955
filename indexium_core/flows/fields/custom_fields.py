"""The custom fields of a home: their definitions, and what a change of them needs."""

from __future__ import annotations

import builtins
import threading
from collections.abc import Callable, Iterator, Sequence
from datetime import datetime

from indexium_core import errors
from indexium_core.files.containers import custom_names
from indexium_core.model import wording
from indexium_core.model.accounts.needs import needs
from indexium_core.model.accounts.permissions import SETTINGS_MANAGE
from indexium_core.model.fields import custom, values
from indexium_core.model.fields.custom import CustomField, Definitions
from indexium_core.model.fields.rules import FACTS
from indexium_core.model.fields.table import FIELDS
from indexium_core.model.files.properties import LABELS
from indexium_core.model.query import KEYS
from indexium_core.model.remote_calls import remote
from indexium_core.model.review.decisions import kind_of_field
from indexium_core.store.catalog import custom_fields as store
from indexium_core.store.connection import Connection
from indexium_core.store.database import Database
from indexium_core.store.review import decisions, steps

MAX_FIELDS = 30  # the search for locked fields has a bit for each field
_RESERVED = frozenset({*KEYS, *LABELS, *FACTS})  # other meanings of a word in a search or in a rule


class CustomFields:
    """The custom fields of an open home. Safe to use from any thread."""

    def __init__(
        self, database: Database, *, clock: Callable[[], datetime], on_change: Callable[[], None] = lambda: None
    ) -> None:
        self._database, self._clock, self._on_change = database, clock, on_change
        self._home = str(database.home)
        self._lock = threading.Lock()

    def definitions(self) -> Definitions:
        """Return the definitions, with those of removed fields."""
        return store.definitions(self._database.read())

    @remote()
    def list(self) -> builtins.list[CustomField]:
        """Return the definitions in the order of their creation."""
        return builtins.list(self.definitions().fields)

    @remote()
    def get(self, key: str) -> CustomField:
        """Return a definition; UnknownIdError if there is no such custom field."""
        return _found(self.list(), key)

    @needs(SETTINGS_MANAGE)
    @remote()
    def define(
        self,
        key: str,
        type: str = "text",  # noqa: A002 - the word of the interface
        *,
        title: str = "",
        about: str = "",
        choices: Sequence[str] = (),
        lowest: int | None = None,
        highest: int | None = None,
        multiline: bool = False,
        tag: str = "",
        mp4: str = "",
        xmp: str = "",
        namespace: str = "",
    ) -> CustomField:
        """
        Define a field. The next scan reads its values from all files.

        Args:
            key: Its name in searches, commands, JSON and exports, such as `tape_number`; "": from the title.
            type: `text`, `integer`, `date`, `datetime` or `list`.
            title: Its name in the interface; default: from the key.
            about: One sentence: what the field means.
            choices: The allowed values of a text, or items of a list; none: all.
            lowest: The smallest value of an integer.
            highest: The largest value of an integer.
            multiline: A text may have several lines.
            tag: Its name in Matroska, Ogg, ASF and FLV; default: the key in capitals.
            mp4: Its name in MP4 and MOV: `com.apple.iTunes:NAME`, or the dotted name of a key.
            xmp: Its XMP property, as `prefix:name`.
            namespace: The namespace of the prefix, if it is not well known.

        Raises:
            ValidationError: A part of the definition is not valid, or a name has another meaning.
            UsageError: There is such a field already, there are too many, or another open home has other fields.

        """
        field = custom.definition(
            key,
            type,
            title=title,
            about=about,
            choices=choices,
            lowest=lowest,
            highest=highest,
            multiline=multiline,
            tag=tag,
            mp4=mp4,
            xmp=xmp,
            namespace=namespace,
        )
        key = field.key
        with self._lock:
            known = self.definitions()
            present = known.fields
            if any(each.key == key for each in present):
                raise errors.UsageError(f"There is a custom field “{key}” already. Change it, or use another key.")
            if len(present) >= MAX_FIELDS:
                raise errors.UsageError(f"A home can have {MAX_FIELDS} custom fields at most. Remove one first.")
            _require_free(field, present, known.former)
            self._store(lambda tx: store.put(tx, field, at=self._clock()))
        return field

    @needs(SETTINGS_MANAGE)
    @remote()
    def change(
        self,
        key: str,
        *,
        type: str | None = None,  # noqa: A002 - the word of the interface
        title: str | None = None,
        about: str | None = None,
        choices: Sequence[str] | None = None,
        lowest: int | None = None,
        highest: int | None = None,
        multiline: bool | None = None,
    ) -> CustomField:
        """
        Change parts of a definition; None keeps a part, "" restores its default.

        Values in files stay as they are. The names in files never change, so that every write can be rolled back.

        Raises:
            UnknownIdError: There is no such custom field.
            ValidationError: As `define`.
            UsageError: An edit does not fit any more, or another open home has other fields.

        """
        with self._lock:
            known = self.definitions()
            old = _found(known.fields, key)
            kind = type or old.type
            is_same = kind == old.type
            is_integer = is_same and kind == "integer"
            field = custom.definition(
                key,
                kind,
                title=old.title if title is None else title,
                about=old.about if about is None else about,
                choices=(old.choices if is_same else ()) if choices is None else choices,
                lowest=old.lowest if lowest is None and is_integer else lowest,
                highest=old.highest if highest is None and is_integer else highest,
                multiline=(old.multiline and is_same) if multiline is None else multiline,
                tag=old.tag,
                mp4=old.mp4,
                xmp=old.xmp,
                namespace=old.namespace,
            )
            _require_free(field, [each for each in known.fields if each.key != key], known.former)
            self._store(lambda tx: self._replace(tx, field))
        return field

    @needs(SETTINGS_MANAGE)
    @remote()
    def remove(self, key: str) -> CustomField:
        """
        Remove a definition and return it. Its values in files stay, and the history still shows its changes.

        Raises:
            UnknownIdError: There is no such custom field.
            UsageError: Edits of the field wait to be written.

        """
        with self._lock:
            field = _found(self.list(), key)
            self._store(lambda tx: self._remove(tx, field))
        return field

    def _replace(self, tx: Connection, field: CustomField) -> None:
        edited = store.edited_values(tx, kind_of_field(field.key), field.key, field.field.places)
        wrong = next((each for each in edited if each is not None and not _fits(field, each)), None)
        if wrong is not None:
            raise errors.UsageError(
                f"The edit of {field.title} to “{wrong[:60]}” in {wording.files(edited[wrong])} would not be valid "
                "any more. Write it or revoke it first."
            )
        store.put(tx, field, at=self._clock())

    def _remove(self, tx: Connection, field: CustomField) -> None:
        kind = kind_of_field(field.key)
        files = sum(store.edited_values(tx, kind, field.key, field.field.places).values())
        if files:
            raise errors.UsageError(
                f"{field.title} has edits in {wording.files(files)} that wait to be written. Write them or revoke "
                f"them first: changed:{field.key}."
            )
        decisions.revoke_kind(tx, kind, at=self._clock())  # edits that were written, or that a container cannot store
        steps.forget_kind(tx, kind)  # otherwise an undo would restore them
        store.remove(tx, field.key, at=self._clock())

    def _store(self, change: Callable[[Connection], None]) -> None:
        """Store a change and register the fields. Both or neither is done."""
        try:
            with self._database.atomic() as tx:
                change(tx)
                custom.register(self._home, store.definitions(tx))
        except BaseException:
            custom.register(self._home, self.definitions())
            raise
        self._on_change()


def _found(fields: Sequence[CustomField], key: str) -> CustomField:
    found = next((each for each in fields if each.key == key), None)
    if found is None:
        names = wording.list_of([each.key for each in fields])
        known = f"Custom fields: {names}." if names else "There are no custom fields."
        raise errors.UnknownIdError(f"There is no custom field “{key[:40]}”. {known}")
    return found


def _fits(field: CustomField, value: str) -> bool:
    try:
        return values.parse(field.field, value) == value
    except errors.ValidationError:
        return False


def _require_free(field: CustomField, others: Sequence[CustomField], former: Sequence[CustomField]) -> None:
    """Raise ValidationError if a part of a definition has another meaning, in files or in Indexium."""
    if field.key in _RESERVED:
        offer = f"Use another key, for example my_{field.key}."
        raise errors.ValidationError(f"“{field.key}” has another meaning in searches and rules. {offer}")
    titles = [*(each.title for each in FIELDS), *(each.title for each in others)]
    if field.title.casefold() in map(str.casefold, titles):
        raise errors.ValidationError(f"There is a field with the title “{field.title}” already. Use another title.")
    name = custom_names.taken(field)
    if name:
        raise errors.ValidationError(f"The name {name} has another meaning in files. Use another name.")
    for other in (*others, *(each for each in former if each.key != field.key)):
        shared = next(_shared_names(field, other), "")
        if shared:
            whose = "the field" if other in others else "the removed field"
            raise errors.ValidationError(f"The name {shared} belongs to {whose} {other.title}. Use another name.")
    earlier = next((each for each in former if each.key == field.key), None)
    if earlier is not None and earlier.names != field.names:
        raise errors.ValidationError(
            f"“{field.key}” was a field with other names in files: {earlier.tag}, {earlier.mp4} and {earlier.xmp}. "
            "Use these names, or another key."
        )


def _shared_names(field: CustomField, other: CustomField) -> Iterator[str]:
    """Yield the names in files that two definitions cannot both have."""
    own, their = field.names, other.names
    if own.tag.lower() == their.tag.lower():
        yield field.tag
    if own.mp4_name.lower() == their.mp4_name.lower():
        yield field.mp4
    is_same_namespace = own.xmp_namespace == their.xmp_namespace
    if is_same_namespace and own.xmp_name == their.xmp_name:
        yield field.xmp
    if own.xmp_prefix == their.xmp_prefix and not is_same_namespace:
        yield f"{own.xmp_prefix}:"
