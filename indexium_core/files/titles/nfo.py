"""
Read NFO files: XML documents of Kodi, Jellyfin and others, or texts with ids.

Formats: https://kodi.wiki/view/NFO_files, https://jellyfin.org/docs/general/server/metadata/nfo/. Files of programs and
people differ from both, so the reader is tolerant: it tries several encodings, ignores what is around the root element,
keeps the values before an error, and finds ids by pattern. A document begins at its root, so a document type with
entities before it is never read. Limits of size, depth and elements keep a hostile file cheap.
"""

from __future__ import annotations

import codecs
import html
import os
import re
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any
from xml.parsers import expat

from indexium_core import errors
from indexium_core.model.providers.external_ids import ID_FIELDS, ExternalId
from indexium_core.model.providers.registry import id_kinds, rating_source
from indexium_core.model.titles.fields import TITLE_FIELDS, checked_value, rating_scale
from indexium_core.model.titles.nfo import LOCKED_NAMES, NfoDocument, NfoKind

MAX_BYTES = 1_000_000
MAX_DEPTH = 24
MAX_ELEMENTS = 20_000
_MAX_DOCUMENTS = 200
ROOTS: dict[str, NfoKind] = {
    "movie": "movie",
    "tvshow": "tvshow",
    "season": "season",
    "episodedetails": "episodedetails",
}
_ROOT = re.compile(r"<(movie|tvshow|season|episodedetails)\b", re.IGNORECASE)
_EMPTY = re.compile(r"""<\w+(?:\s+[\w:.-]+\s*=\s*(?:"[^"]*"|'[^']*'))*\s*/>""")  # an element without an end tag
_DECLARED = re.compile(rb"<\?xml[^>]{0,100}encoding\s*=\s*[\"']([\w.-]{1,40})", re.IGNORECASE)
_AMPERSAND = re.compile(r"&(?!#\d{1,7};|#x[0-9a-fA-F]{1,6};|(?:amp|lt|gt|quot|apos);)(\w{1,20};)?")
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]")
_PATTERNS = [(name, re.compile(each.address)) for name, each in id_kinds().items()]
_NO_ID = re.compile(r"-1|(?:tt)?0+")  # what programs write if they know no id
_ID_TAGS = {tag: name for name, each in id_kinds().items() for tag in each.nfo_tags}
_TEXTS = {  # tag → field
    "title": "title",
    "originaltitle": "original_title",
    "sorttitle": "sort_title",
    "plot": "plot",
    "outline": "outline",
    "tagline": "tagline",
    "mpaa": "content_rating",
    "set": "collection",
    "status": "status",
}
_DATES = {"premiered": "release_date", "aired": "aired", "releasedate": "release_date"}  # tag → field with its form
_LISTS = {"genre": "genres", "country": "countries", "studio": "studios", "tag": "tags"}
_CREW = {"director": "Director", "credits": "Writer", "writer": "Writer"}
_LONGEST = 20_000  # characters of a text
_OF_SEASON = frozenset(
    {"title", "plot", "release_date", "aired", "year", "season", *ID_FIELDS.values()}
)  # fields of `season.nfo`
_OF_NAMES = frozenset({"movie", "tvshow", "season"})  # names of files whose root has the same name
_FOREIGN = frozenset({"album", "artist", "musicvideo"})  # roots of documents of other programs about music
_AROUND = re.compile(r"<[?!].*?>", re.DOTALL)  # before the root
_OTHER_ROOT = re.compile(r"\s*<([a-z_][\w.-]{0,40})", re.IGNORECASE)
_NAMED = 3  # values of a file that do not fit and that its sentence names
_START = 2000  # characters that have the root
_START_OF_TEXT = 200_000  # bytes that show the shape
_GAP = r"</\w+>\s*"
# Sign → program; the first that fits. Each sign is a comment, or an order of elements, that no other program writes.
_SIGNS: tuple[tuple[re.Pattern[str], str], ...] = (
    (re.compile(r"<!--\s*created on [^>]{0,60}tinyMediaManager"), "tinyMediaManager"),
    (re.compile(r"<generator>[^/]{0,80}MediaElch"), "MediaElch"),
    # The order of Jellyfin is that of MediaBrowser.XbmcMetadata/Savers/BaseNfoSaver.cs.
    (re.compile(rf"<lockdata>(?:true|false){_GAP}(?:<lockedfields>[^<]*{_GAP})?<dateadded>"), "Jellyfin"),
    # That of Sonarr and Radarr is in NzbDrone.Core/Extras/Metadata/Consumers/Xbmc/XbmcMetadata.cs.
    (re.compile(r"<uniqueid type=\"sonarr\">"), "Sonarr"),
    (re.compile(rf"<mpaa\b[^<]*(?:{_GAP})?<id>\d+{_GAP}<uniqueid type=\"\w+\" default=\"true\">"), "Sonarr"),
    (re.compile(rf"<movie>.*<watched>(?:true|false){_GAP}(?:<fileinfo>|</movie>)", re.DOTALL), "Radarr"),
    # That of Kodi is in xbmc/video/VideoInfoTag.cpp, `Save`.
    (re.compile(rf"<userrating>\d+{_GAP}<top250>\d+{_GAP}(?:<season>.{{0,200}})?<outline\b", re.DOTALL), "Kodi"),
)


def read(path: bytes) -> tuple[list[NfoDocument], str]:
    """Return the documents of a file, and what is wrong with it as a sentence, or ""; a text without ids has none."""
    try:
        with Path(os.fsdecode(path)).open("rb") as file:
            data = file.read(MAX_BYTES + 1)
    except OSError as error:
        return [], f"The file cannot be read: {error.strerror}."
    text = decoded(data[:MAX_BYTES])
    documents = _documents(text)
    if len(data) > MAX_BYTES:
        return documents, f"The file has more than {MAX_BYTES // 1_000_000} MB; only its beginning counts."
    name = os.path.basename(os.fsdecode(path)).lower().removesuffix(".nfo")  # noqa: PTH119 - a path of bytes
    found = [_problem_of_xml(documents, text) or _problem_of_root(documents, text, name)]
    if misfits := list(dict.fromkeys(each for document in documents for each in document.misfits)):
        others = len(misfits) - _NAMED
        more = f"Other values that do not fit: {others:,}." if others > 0 else ""
        found += [*misfits[:_NAMED], more, "Correct it in the file; the other values count."]
    return documents, " ".join(filter(None, found))


def _problem_of_xml(documents: Sequence[NfoDocument], text: str) -> str:
    damage = next((each.damage for each in documents if each.is_damaged), "")
    if not damage and (documents or not has_root(text)):
        return ""
    detail = f" ({damage})" if damage else ""
    return f"The XML is not valid{detail}; only the values before the error count."


def _problem_of_root(documents: Sequence[NfoDocument], text: str, name: str) -> str:
    """Return what is wrong with a file whose root is another one than its name says, or which has no content."""
    if not text.strip("\0\ufeff \t\r\n"):
        return "The file is empty. Delete it, or write its content again."
    if name in _OF_NAMES and documents and not {each.kind for each in documents} & {name, "ids"}:
        return (
            f"The root element is <{documents[0].kind}>, and the one of {name}.nfo is <{name}>. "
            "Rename the file, or correct the element."
        )
    other = None if documents else _OTHER_ROOT.match(_AROUND.sub("", text[:_START].lstrip("\ufeff")))
    if other is None or other[1].lower() in _FOREIGN:
        return ""
    return (
        f"The root element <{other[1]}> is none of <movie>, <tvshow>, <season> and <episodedetails>. "
        "Correct the file, or delete it."
    )


def parse(data: bytes) -> list[NfoDocument]:
    """Return the documents of the content of a file. Every content has a result."""
    return _documents(decoded(data))


def has_root(text: str) -> bool:
    """Return whether a text has something like the start of a document."""
    return _ROOT.search(text) is not None


def sources(data: bytes) -> list[tuple[NfoKind, str]]:
    """Return the kind and the text of each root element that `parse` finds in a file."""
    return list(_parts(decoded(data)))


def _documents(text: str) -> list[NfoDocument]:
    found = [document for kind, part in _parts(text) for document in [_document(kind, part)] if document is not None]
    outside = _ids_of(text)
    if not found:
        return [NfoDocument(kind="ids", ids=outside)] if outside else []
    if len(found) != 1:
        return found
    around = text.replace(next(part for _, part in _parts(text)), "", 1)
    mentioned = _ids_of(around) if around.strip() else {}
    return [replace(found[0], ids=found[0].ids or outside, mentioned=mentioned)]


def decoded(data: bytes) -> str:
    """Return the text of a file by its mark, its declaration, UTF-8 or Windows-1252."""
    for mark, name in (
        (codecs.BOM_UTF8, "utf-8-sig"),
        (codecs.BOM_UTF16_LE, "utf-16"),
        (codecs.BOM_UTF16_BE, "utf-16"),
    ):
        if data.startswith(mark):
            return data.decode(name, "replace")
    declared = declared_encoding(data)
    names = ["utf-8", *([declared] if declared else []), "cp1252"]
    for name in names:
        try:
            return data.decode(name)
        except (UnicodeError, LookupError):
            continue
    return data.decode("cp1252", "replace")


def declared_encoding(data: bytes) -> str:
    """Return the encoding that the XML declaration of a file names, or ""."""
    found = _DECLARED.search(data[:400])
    return found[1].decode("ascii") if found else ""


def _parts(text: str) -> Iterator[tuple[NfoKind, str]]:
    """Yield each root element: from its start to its end, or to the next root if it does not end."""
    at = 0
    for _ in range(_MAX_DOCUMENTS):
        match = _ROOT.search(text, at)
        if match is None:
            return
        name = match[1].lower()
        end = _EMPTY.match(text, match.start()) or re.compile(rf"</{name}\s*>", re.IGNORECASE).search(text, match.end())
        stop = end.end() if end else len(text)
        yield ROOTS[name], text[match.start() : stop]
        at = stop


def _ids_of(text: str) -> dict[str, str]:
    """Return the first id of each provider: in links, and ids of IMDb anywhere in a text."""
    found = [ExternalId(name, match[1]) for name, pattern in _PATTERNS for match in pattern.finditer(text)]
    return {each.provider: each.value for each in reversed(found) if each.is_valid}


class _TooLargeError(Exception):
    """The document is too deep or has too many elements."""


@dataclass(slots=True)
class ReadElement:
    """An element with its text and its children; names are in lower case."""

    tag: str
    attributes: dict[str, str] = field(default_factory=dict)
    text: list[str] = field(default_factory=list)
    children: list[ReadElement] = field(default_factory=list)

    def value(self) -> str:
        """Return the text without control characters."""
        return "".join(self.text).replace("\t", " ").replace("\r", "\n").strip()[:_LONGEST]

    def all(self, tag: str) -> list[ReadElement]:
        return [child for child in self.children if child.tag == tag]

    def first(self, *tags: str) -> str:
        """Return the first text that is not empty of children with some tags."""
        for tag in tags:
            for child in self.children:
                if child.tag == tag and (text := child.value()):
                    return text
        return ""


class _ValueChecks:
    """Checks values as values by hand are checked, and collects a sentence for each one that does not fit."""

    def __init__(self, fields: Collection[str]) -> None:
        """`fields` are those that count; the others have no value and no sentence."""
        self._fields = fields
        self.misfits: list[str] = []

    def fit(self, name: str, value: Any) -> Any:
        """Return a value in the form of a field; None if it does not fit."""
        if name not in self._fields:
            return None
        try:
            return checked_value(TITLE_FIELDS[name], value)
        except errors.ValidationError as error:
            self.misfits.append(error.message)
            return None

    def number(self, name: str, text: str) -> int | None:
        """Return a number. Programs write -1, or 0 where it is too low for the field, if they know none."""
        found = _number(text)
        if text == "-1" or (found == 0 and TITLE_FIELDS[name].lowest > 0):
            return None
        value: int | None = self.fit(name, text if found is None else found)
        return value

    def date(self, name: str, text: str) -> str | None:
        """Return a date without its time. Programs write the year 0 or 1 if they know none."""
        if text.startswith(("0000", "0001")):
            return None
        full = re.match(r"\d{4}-\d\d-\d\d", text)
        value: str | None = self.fit(name, full[0] if full else text)
        return value


def _tree(text: str) -> tuple[ReadElement | None, str]:
    """Return the root of a document, and why it ends early, or ""; None if nothing can be read."""
    parser = expat.ParserCreate()
    stack: list[ReadElement] = []
    root: list[ReadElement] = []
    count = 0

    def start(tag: str, attributes: dict[str, str]) -> None:
        nonlocal count
        count += 1
        if len(stack) >= MAX_DEPTH or count > MAX_ELEMENTS:
            raise _TooLargeError
        element = ReadElement(tag.lower(), {name.lower(): value for name, value in attributes.items()})
        (stack[-1].children if stack else root).append(element)
        stack.append(element)
        parser.CharacterDataHandler = element.text.append

    def end(_: str) -> None:
        stack.pop()
        parser.CharacterDataHandler = stack[-1].text.append if stack else None

    parser.StartElementHandler = start
    parser.EndElementHandler = end
    parser.buffer_text = True
    try:
        parser.Parse(text, True)  # noqa: FBT003 - the signature of expat
    except expat.ExpatError as error:
        return (root[0] if root else None), expat.ErrorString(error.code)
    except _TooLargeError:
        return (root[0] if root else None), "too many or too deep elements"
    return root[0], ""


def _document(kind: NfoKind, text: str) -> NfoDocument | None:
    """Return a document; None if nothing in it can be read."""
    root, damage = _tree(text)
    if damage:  # a repair of a valid text would change its CDATA sections
        root, damage = _tree(_AMPERSAND.sub(lambda match: _entity(match[1]), _CONTROL.sub("", text)))
    return None if root is None else document_of(kind, root, damage)


def document_of(kind: NfoKind, root: ReadElement, damage: str = "") -> NfoDocument:
    """Return what an element of the kind says; `damage` is why it ends early, or ""."""
    checks = _ValueChecks(_OF_SEASON if kind == "season" else TITLE_FIELDS)
    # Series and films have no numbers; programs write any text there.
    of_numbers = checks if kind in ("season", "episodedetails") else _ValueChecks(TITLE_FIELDS)
    numbers = [of_numbers.number("episode", each.value()) for each in root.all("episode")]
    return NfoDocument(
        kind=kind,
        values=_values(root, checks),
        ids=_ids(root, checks),
        season=of_numbers.number("season", root.first("season", "seasonnumber")),
        episodes=tuple(number for number in numbers if number is not None)[:1],
        series_title=root.first("showtitle"),
        season_names=_season_names(root, checks) if kind == "tvshow" else {},
        locked=tuple(
            LOCKED_NAMES[name]
            for name in (each.strip().lower() for each in root.first("lockedfields").split("|"))
            if name in LOCKED_NAMES
        ),
        is_locked=root.first("lockdata").lower() == "true",
        is_damaged=bool(damage),
        damage=damage,
        misfits=tuple(checks.misfits),
    )


def _entity(name: str | None) -> str:
    """Return the text of an entity of HTML, which XML does not know, or of a bare ampersand."""
    if name is None:
        return "&amp;"
    known = html.unescape(f"&{name}")
    return f"&amp;{name}" if known == f"&{name}" else html.escape(known, quote=False)


def _values(root: ReadElement, checks: _ValueChecks) -> dict[str, Any]:
    texts: dict[str, Any] = {}
    for tag, name in _TEXTS.items():
        child = next((each for each in root.all(tag) if each.value() or each.children), None)
        text = (child.first("name") or child.value()) if child is not None else ""
        if text:
            texts.setdefault(name, text)
    if outline := texts.pop("outline", ""):
        texts.setdefault("plot", outline)
    lists = {name: list(dict.fromkeys(_split(root.all(tag), ("/",)))) for tag, name in _LISTS.items()}
    people = {"cast": _cast(root), "crew": _crew(root)}
    values = {name: checks.fit(name, value) for name, value in (texts | lists | people).items() if value}
    dates = [checks.date(name, root.first(tag)) for tag, name in _DATES.items()]
    values["release_date"] = next(filter(None, dates), None)
    values["year"] = checks.number("year", root.first("year")) or _year(str(values["release_date"] or "")[:4])
    values["runtime_minutes"] = checks.number("runtime_minutes", _minutes(root.first("runtime")))
    values["ratings"] = _ratings(root, checks)
    return {name: value for name, value in values.items() if value}


def _minutes(text: str) -> str:
    """Return the number of `99 min`; another text stays."""
    number = text.partition(" ")[0]
    return number if _number(number) is not None else text


def _season_names(root: ReadElement, checks: _ValueChecks) -> dict[int, str]:
    """Return the names of `<namedseason number="1">`, by number; the first one of each number counts."""
    found: dict[int, str] = {}
    for element in root.all("namedseason"):
        number = checks.number("season", element.attributes.get("number", "").strip())
        if number is not None and (name := checks.fit("title", element.value())):
            found.setdefault(number, name)
    return found


def _split(elements: Sequence[ReadElement], signs: Sequence[str]) -> Iterator[str]:
    for element in elements:
        parts = [element.value()]
        for sign in signs:
            parts = [each for part in parts for each in part.split(f" {sign} " if sign == "/" else sign)]
        yield from (each.strip() for each in parts if each.strip())


def _cast(root: ReadElement) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = []
    for element in root.all("actor"):
        name = element.first("name") or element.value()
        if name:
            found.append({"name": name, "character": element.first("role"), "order": len(found)})
    return found


def _crew(root: ReadElement) -> list[dict[str, str]]:
    found = ((name, job) for tag, job in _CREW.items() for name in _split(root.all(tag), ("/", "|", ";")))
    # Jellyfin writes each writer twice: as `<writer>` and as `<credits>`.
    return [{"name": name, "job": job} for name, job in dict.fromkeys(found)]


def _ratings(root: ReadElement, checks: _ValueChecks) -> dict[str, float]:
    """Return the ratings by their source, each on the scale of its source."""
    found: dict[str, float] = {}
    for group in root.all("ratings"):
        for element in group.all("rating"):
            text, scale = element.first("value") or element.value(), _decimal(element.attributes.get("max", "")) or 10.0
            value = _decimal(text)
            name = rating_source(element.attributes.get("name", "default")[:40] or "default")
            if text not in ("", "-1"):
                rating = text if value is None else round(value * rating_scale(name) / scale, 2)
                found |= checks.fit("ratings", {name: rating}) or {}
    if not found and (flat := root.first("rating")) not in ("", "-1"):
        value = _decimal(flat)
        found |= checks.fit("ratings", {"default": flat if value is None else value}) or {}
    return found


def _ids(root: ReadElement, checks: _ValueChecks) -> dict[str, str]:
    ids: dict[str, str] = {}
    named = [(each.attributes.get("type", "").lower()[:20], each.value()) for each in root.all("uniqueid")]
    named += [(provider, root.first(tag)) for tag, provider in _ID_TAGS.items()]
    for provider, text in named:
        is_id = provider in ID_FIELDS and not _NO_ID.fullmatch(text)
        if is_id and (value := checks.fit(ID_FIELDS[provider], text)):
            ids.setdefault(provider, value)
    for element in root.all("id"):
        for provider in ID_FIELDS:
            if ExternalId(provider, value := element.attributes.get(provider, "").strip()).is_valid:
                ids.setdefault(provider, value)
        if ExternalId("imdb", element.value()).is_valid:
            ids.setdefault("imdb", element.value())
    return ids


def _year(text: str) -> int | None:
    number = _number(text)
    return number if number and 1870 <= number <= 2100 else None


def _number(text: str) -> int | None:
    match = re.fullmatch(r"\s*(\d{1,5})(?:\.0+)?\s*", text)
    return int(match[1]) if match else None


def _decimal(text: str) -> float | None:
    match = re.fullmatch(r"\s*(\d{1,6}(?:[.,]\d{1,6})?)\s*", text)
    return float(match[1].replace(",", ".")) if match else None


def probable_writer(data: bytes) -> str:
    """Return the program that probably wrote an NFO file, as a person knows it; "" if it is not known."""
    text = data[:_START_OF_TEXT].replace(b"\0", b"").decode("utf-8", "replace")
    return next((name for sign, name in _SIGNS if sign.search(text)), "")
