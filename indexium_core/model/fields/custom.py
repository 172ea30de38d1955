"""
The fields that users define: their definitions, and those that this process knows.

A definition has a key, a type, the allowed values, and the names in files. Names that the user leaves out follow from
the key: `tape_number` is the tag `TAPE_NUMBER` in Matroska, Ogg, ASF and FLV, the item
`com.apple.iTunes:TAPE_NUMBER` in MP4 and MOV, and the XMP property `indexium:tape_number`.

An open home registers the definitions of its fields, and releases them when it is closed. All homes that are open in
one process have the same fields: so every function finds a field by its key alone. The process knows the removed
fields of all of them. A worker uses the definitions that come with its task (`active`).
"""

from __future__ import annotations

import re
import threading
import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from functools import lru_cache
from typing import get_args

import anyascii

from indexium_core import errors
from indexium_core.model import wording
from indexium_core.model.fields import places
from indexium_core.model.fields.field import AsfPlace, BmffPlace, CustomType, Field, MatroskaPlace, Places, XmpPlace

TYPES: tuple[CustomType, ...] = get_args(CustomType)
MAX_INTEGER = 999_999_999
_MOST_SHOWN = 6  # allowed values in a sentence
NAMESPACE = "urn:indexium:fields:1.0/"  # of properties without another one; it is only a name; no program opens it
_PREFIX = "indexium"
_NAMESPACES = {_PREFIX: NAMESPACE, **places.NAMESPACES}
_OF_XML = frozenset({"rdf", "x", "xml", "xmlns"})  # prefixes that a packet itself needs
_NAMESPACES_OF_XML = frozenset(
    {"http://www.w3.org/1999/02/22-rdf-syntax-ns#", "adobe:ns:meta/", "http://www.w3.org/2000/xmlns/"}
)
_OWNER = "com.apple.iTunes"

_KEY = re.compile(r"[a-z][a-z0-9_]{0,39}", re.ASCII)
_TAG = re.compile(r"[A-Za-z][A-Za-z0-9_]{0,59}", re.ASCII)
_ITEM = re.compile(r"([A-Za-z0-9_-]+(?:\.[A-Za-z0-9_-]+)+):([A-Za-z][A-Za-z0-9 _.-]{0,59})", re.ASCII)
_MP4_KEY = re.compile(r"[A-Za-z][A-Za-z0-9_-]*(?:\.[A-Za-z0-9_-]+)+", re.ASCII)
_PROPERTY = re.compile(r"([A-Za-z][A-Za-z0-9_]{0,39}):([A-Za-z_][A-Za-z0-9_-]{0,59})", re.ASCII)
_URI = re.compile(r"[a-z][a-z0-9+.-]*:[^\s<>\"'&]{1,200}[/#]", re.ASCII)
_LONGEST_KEY = 40
_LONGEST_NAME = 120
_LONGEST_TEXT = 200  # characters of a title's explanation and of an allowed value
_LONGEST_TITLE = 60
_MOST_CHOICES = 500


@dataclass(frozen=True, slots=True, kw_only=True)
class CustomNames:
    """The names of a field that the user defined, as files have them."""

    tag: str  # of Matroska tags, Vorbis comments, ASF attributes and FLV properties
    mp4_owner: str  # of a free-form item of the iTunes list: who defines its name; "": the name is that of a key
    mp4_name: str
    xmp_prefix: str
    xmp_name: str
    xmp_namespace: str


@dataclass(frozen=True, slots=True, kw_only=True)
class CustomField:
    """A field that a user defined. `definition` makes one, and checks it."""

    key: str
    title: str
    type: CustomType
    about: str  # one sentence: what the field means
    choices: tuple[str, ...] = ()  # the allowed values of a text or items of a list; none: all
    lowest: int = 0  # of an integer
    highest: int = MAX_INTEGER
    multiline: bool = False  # of a text
    tag: str
    mp4: str  # `owner:NAME` of a free-form item, or the dotted name of a key
    xmp: str  # `prefix:name`
    namespace: str  # of the prefix

    @property
    def limits(self) -> str:
        """What its values are limited to: `from 0 to 200`, `Sony FX3 or Canon R5`; "" without limits."""
        if self.type == "integer":
            return f"from {wording.count(self.lowest)} to {wording.count(self.highest)}"
        return wording.list_of(self.choices, most=_MOST_SHOWN, conjunction="or") if self.choices else ""

    @property
    def names(self) -> CustomNames:
        """The names in files."""
        owner, _, name = self.mp4.rpartition(":")
        prefix, _, local = self.xmp.partition(":")
        return CustomNames(
            tag=self.tag,
            mp4_owner=owner,
            mp4_name=name,
            xmp_prefix=prefix,
            xmp_name=local,
            xmp_namespace=self.namespace,
        )

    @property
    def field(self) -> Field:
        """The field, for the table of fields."""
        return Field(
            key=self.key,
            title=self.title,
            type=self.type,
            about=self.about,
            stored=self._places,
            lowest=self.lowest,
            highest=self.highest,
            multiline=self.multiline,
            choices=self.choices,
            custom=True,
        )

    @property
    def _places(self) -> Places:
        names = self.names
        return Places(
            bmff=BmffPlace(key=names.mp4_name, owner=names.mp4_owner),
            matroska=MatroskaPlace(names=(self.tag.upper(),), label=self.tag),
            asf=AsfPlace(attribute=self.tag),
            avi="",
            flv=self.tag,
            ogg=(self.tag,),
            xmp=XmpPlace(
                uris=(names.xmp_namespace,),
                prefix=names.xmp_prefix,
                name=names.xmp_name,
                form="Bag" if self.type == "list" else "",
            ),
            limits={"flv": places.FLV_TEXT} if self.type in {"text", "list"} else {},
            ffmpeg={"": (self.tag.lower(),), "mov": (names.mp4_name.lower(),), "avi": ()},
        )


def definition(
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
    Return a checked definition; an empty key follows from the title, and empty names follow from the key.

    Raises:
        ValidationError: A part has a form that it cannot have; the message names the part and an example.

    """
    key = key or key_of(title)
    _check_key(key)
    kind = _checked_type(type)
    first, last = _checked_range(kind, lowest, highest)
    if multiline and (kind != "text" or choices):
        raise errors.ValidationError("Only a text without allowed values can have several lines.")
    prefixed, uri = _property(xmp or f"{_PREFIX}:{key}", namespace)
    return CustomField(
        key=key,
        title=_line("title", title or key.replace("_", " ").capitalize(), _LONGEST_TITLE),
        type=kind,
        about=_line("explanation", about or "A field of your own.", _LONGEST_TEXT),
        choices=_choices(kind, choices),
        lowest=first,
        highest=last,
        multiline=multiline,
        tag=_name("tag", tag or key.upper(), _TAG, "TAPE_NUMBER"),
        mp4=_mp4(mp4 or f"{_OWNER}:{key.upper()}"),
        xmp=prefixed,
        namespace=uri,
    )


def _checked_type(name: str) -> CustomType:
    kind = next((each for each in TYPES if each == name), None)
    if kind is None:
        raise errors.ValidationError(
            f"A field cannot have the type “{name[:40]}”. Types: {wording.list_of(TYPES, conjunction='or')}."
        )
    return kind


def _checked_range(kind: CustomType, lowest: int | None, highest: int | None) -> tuple[int, int]:
    if kind != "integer" and (lowest is not None or highest is not None):
        raise errors.ValidationError("Only an integer has a lowest and a highest value. Leave them out.")
    first, last = lowest or 0, MAX_INTEGER if highest is None else highest
    if not 0 <= first <= last <= MAX_INTEGER:
        message = f"The lowest and the highest value must be in order, from 0 to {MAX_INTEGER:,}."
        raise errors.ValidationError(message)
    return first, last


def key_of(title: str) -> str:
    """Return a key for a title, in Latin letters: `field_8_mm` for “8 mm”; "" for one without letters and digits."""
    key = re.sub(r"[^a-z0-9]+", "_", anyascii.anyascii(title).lower()).strip("_")
    first = "" if not key or key[0].isalpha() else "field_"
    return f"{first}{key}"[:_LONGEST_KEY].rstrip("_")


def _check_key(key: str) -> None:
    if not key:
        message = "The field has no key. Enter a title with letters or digits, or a key, for example tape_number."
        raise errors.ValidationError(message)
    if not _KEY.fullmatch(key):
        message = (
            f"“{key[:40]}” cannot be the key of a field. A key has lower-case letters, digits and _, starts with a "
            "letter, and has at most 40 characters, for example tape_number."
        )
        raise errors.ValidationError(message)


def _line(what: str, text: str, longest: int) -> str:
    """Return one line of text without control characters; raises ValidationError."""
    line = unicodedata.normalize("NFC", text).strip()
    if not line or len(line) > longest or any(unicodedata.category(each) in {"Cc", "Cs"} for each in line):
        message = f"The {what} of a field is one line of 1 to {longest} characters, without control characters."
        raise errors.ValidationError(message)
    return line


def _choices(kind: CustomType, choices: Sequence[str]) -> tuple[str, ...]:
    if choices and kind not in {"text", "list"}:
        raise errors.ValidationError("Only a text and a list can have allowed values. Leave them out.")
    if len(choices) > _MOST_CHOICES:
        raise errors.ValidationError(f"A field can have at most {_MOST_CHOICES} allowed values.")
    values = [_line("allowed value", each, _LONGEST_TEXT) for each in choices]
    if kind == "list":
        values = [" ".join(each.split()) for each in values]
        joined = next((each for each in values if set(each) & {";", ","}), None)
        if joined is not None:
            message = f"The allowed value “{joined}” of a list has a comma or a semicolon, which separate two items."
            raise errors.ValidationError(message)
    folded = [each.casefold() for each in values]
    twice = next((each for each in values if folded.count(each.casefold()) > 1), None)
    if twice is not None:
        raise errors.ValidationError(f"The allowed value “{twice}” is there twice.")
    return tuple(values)


def _name(what: str, name: str, form: re.Pattern[str], example: str) -> str:
    if len(name) > _LONGEST_NAME or not form.fullmatch(name):
        raise errors.ValidationError(
            f"“{name[:60]}” cannot be the {what} of a field in files. An example is {example}."
        )
    return name


def _mp4(name: str) -> str:
    form = _ITEM if ":" in name else _MP4_KEY
    return _name("MP4 name", name, form, "com.apple.iTunes:TAPE_NUMBER, or for a key com.example.tape")


def _property(name: str, namespace: str) -> tuple[str, str]:
    """Return an XMP property and the namespace of its prefix."""
    found = _PROPERTY.fullmatch(_name("XMP property", name, _PROPERTY, "indexium:tape_number"))
    prefix = found[1] if found else ""
    known = _NAMESPACES.get(prefix, "")
    uri = namespace or known
    if prefix in _OF_XML:
        raise errors.ValidationError(f"The XMP prefix “{prefix}” has a meaning of its own. Use another one.")
    if uri in _NAMESPACES_OF_XML:
        raise errors.ValidationError(f"The namespace {uri} has a meaning of its own. Use another one.")
    if not uri:
        raise errors.ValidationError(
            f"The namespace of the XMP prefix “{prefix}” is not known. Name it, for example http://example.com/ns/1.0/."
        )
    if (known and uri != known) or not _URI.fullmatch(uri):
        wanted = (
            f": it is {known}"
            if known
            else ". A namespace is a URI that ends with / or #, for example http://example.com/ns/1.0/"
        )
        raise errors.ValidationError(f"“{uri[:60]}” cannot be the namespace of the XMP prefix “{prefix}”{wanted}.")
    return name, uri


@dataclass(frozen=True, slots=True)
class Definitions:
    """The definitions of a home, as plain values that another process can get."""

    fields: tuple[CustomField, ...] = ()
    former: tuple[CustomField, ...] = ()  # removed ones: the history shows them, and their writes can be rolled back


@dataclass(frozen=True, slots=True, eq=False)
class RegisteredFields:
    """The fields of some definitions. Equal definitions have the same object, so it can be the key of a cache."""

    definitions: Definitions
    fields: tuple[Field, ...]
    by_key: Mapping[str, Field]
    in_files: Mapping[str, Field]  # by key, with removed ones: a rollback of their writes finds their places
    by_tag: Mapping[str, str]  # the key of a field in files by its tag in lower case
    by_mp4_name: Mapping[str, str]  # … by the name of a key or of a free-form item in lower case


@lru_cache(maxsize=64)
def _built(definitions: Definitions) -> RegisteredFields:
    fields = tuple(each.field for each in definitions.fields)
    in_files = (*definitions.former, *definitions.fields)
    return RegisteredFields(
        definitions,
        fields,
        by_key={each.key: each for each in fields},
        in_files={each.key: each.field for each in in_files},
        by_tag={each.tag.lower(): each.key for each in in_files},
        by_mp4_name={each.names.mp4_name.lower(): each.key for each in in_files},
    )


NONE = _built(Definitions())  # of a process without an open home
_of_task: ContextVar[RegisteredFields | None] = ContextVar("fields", default=None)
_homes: dict[str, Definitions] = {}  # of each open home
_of_process = NONE
_lock = threading.Lock()


def current() -> RegisteredFields:
    """Return the fields of the task, else those of the open homes."""
    return _of_task.get() or _of_process


def register(home: str, definitions: Definitions) -> None:
    """
    Register the definitions of an open home, in place of its earlier ones.

    Raises:
        UsageError: Another open home has other fields, or a removed field has other names in files there.

    """
    global _of_process  # noqa: PLW0603 - the state of the process
    with _lock:
        other = next((each for each, known in _homes.items() if each != home and _differ(known, definitions)), None)
        if other is not None:
            message = (
                f"The home {home} has other custom fields than the home {other}, which this process has open. "
                "Close that home first, or use another process."
            )
            raise errors.UsageError(message)
        _homes[home] = definitions
        _of_process = _of_homes()


def release(home: str) -> None:
    """Forget the definitions of a home that is closed."""
    global _of_process  # noqa: PLW0603 - the state of the process
    with _lock:
        _homes.pop(home, None)
        _of_process = _of_homes()


@contextmanager
def active(definitions: Definitions) -> Iterator[None]:
    """Use definitions in this thread for the duration of the block."""
    token = _of_task.set(_built(definitions))
    try:
        yield
    finally:
        _of_task.reset(token)


def _of_homes() -> RegisteredFields:
    """Return the fields of the open homes, with the removed fields of all of them."""
    fields = next((each.fields for each in _homes.values()), ())
    present = {each.key for each in fields}
    former = {each.key: each for known in _homes.values() for each in known.former if each.key not in present}
    return _built(Definitions(fields, tuple(former.values())))


def _differ(one: Definitions, other: Definitions) -> bool:
    """Return whether one process cannot know both: other fields, or one key with other names in files."""
    names = {each.key: each.names for each in (*one.former, *one.fields)}
    return one.fields != other.fields or any(
        names.get(each.key, each.names) != each.names for each in (*other.former, *other.fields)
    )
