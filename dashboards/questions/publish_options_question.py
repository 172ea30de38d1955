"""The question what each folder publishes: NFO files, pictures, for which programs; with an example of its titles."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from dashboards.bridge import Bridge
from dashboards.components.dialog import Dialog
from indexium_core.library import Library
from indexium_core.model import wording
from indexium_core.model.artwork.selection_config import ASSET_TYPES, label_of_type
from indexium_core.model.files.inventory import LibraryRow
from indexium_core.model.operations.item_words import SIDE_FILE_TAGS
from indexium_core.model.publishing.options import READER_NAMES, READERS, PublishOptions
from indexium_core.model.publishing.requests import PublishExample

PUBLISH_CHOICES = {"off": "Nothing", "nfo": "NFO files", "artwork": "Pictures", "both": "NFO files and pictures"}
_PEOPLE = "people"
_TITLES = 3  # of the example of one folder
_PROPOSED = {"home": "nfo"}  # by the kind of a folder; others: both


@dataclass(frozen=True, slots=True, kw_only=True)
class PublishChoice:
    """What a person has chosen in the question: for each folder what it publishes, and the rest for all folders."""

    publish: Mapping[int, str]  # by library
    kinds: tuple[str, ...] = ASSET_TYPES
    readers: tuple[str, ...] = READERS
    people: bool = True

    @classmethod
    def of(cls, libraries: Sequence[LibraryRow], options: Mapping[int, PublishOptions]) -> PublishChoice:
        """Return the choice that a person sees first: the present one, or a proposal if nobody has decided."""
        decided = [each for each in options.values() if each.is_decided]
        first = next((each for each in decided if each.is_on), None) or PublishOptions()
        return cls(
            publish={
                each.library_id: options[each.library_id].publish
                if options[each.library_id].is_decided
                else _PROPOSED.get(each.kind, "both")
                for each in libraries
            },
            kinds=first.kinds,
            readers=first.readers,
            people=first.people,
        )

    @property
    def is_on(self) -> bool:
        return any(each != "off" for each in self.publish.values())

    @property
    def problem(self) -> str:
        """Why it cannot be stored, or ""."""
        if self.is_on and not self.readers:
            return "Choose at least one program that reads the files."
        has_pictures = any(each in ("artwork", "both") for each in self.publish.values())
        return "Choose at least one kind of picture." if has_pictures and not self.kinds else ""

    def after(self, key: str, value: str) -> PublishChoice:
        """Return the choice after a person has chosen a value of a list; an unknown one changes nothing."""
        if key == "kinds" and value in ASSET_TYPES:
            return replace(self, kinds=_turned(self.kinds, value, ASSET_TYPES))
        if key == "readers" and value in READERS:
            return replace(self, readers=_turned(self.readers, value, READERS))
        if key == _PEOPLE:
            return replace(self, people=not self.people)
        if key.isdecimal() and int(key) in self.publish and value in PUBLISH_CHOICES:
            return replace(self, publish={**self.publish, int(key): value})
        return self


def _turned(chosen: Sequence[str], value: str, known: Sequence[str]) -> tuple[str, ...]:
    return tuple(each for each in known if (each in chosen) != (each == value))


class PublishOptionsQuestion:
    """Asks what each folder publishes, and stores the answer."""

    def __init__(self, library: Library, bridge: Bridge, dialog: Dialog, *, changed: Callable[[], None]) -> None:
        """Create the question; `changed` is called after the answer is stored."""
        self._library, self._bridge, self._dialog = library, bridge, dialog
        self._changed = changed
        self._libraries: Sequence[LibraryRow] = ()
        self._options: Mapping[int, PublishOptions] = {}
        self._first = self._choice = PublishChoice(publish={})  # as the question was shown first, and now
        self._examples: dict[tuple[int, str], PublishExample] = {}
        self._serial = 0

    def ask(self, library_id: int | None = None) -> None:
        """Show the question with the present choice, or with a proposal; `library_id`: only for this folder."""

        def read() -> tuple[Sequence[LibraryRow], Mapping[int, PublishOptions]]:
            libraries = [each for each in self._library.inventory.list() if library_id in (None, each.library_id)]
            options = self._library.publications.all_options()
            return libraries, {each.library_id: options[each.library_id] for each in libraries}

        def show(found: tuple[Sequence[LibraryRow], Mapping[int, PublishOptions]]) -> None:
            libraries, options = found
            self._libraries, self._options = libraries, options
            self._first = self._choice = PublishChoice.of(libraries, options)
            self._examples = {}
            self._serial = self._dialog.ask(
                "What do you want to publish?",
                self._sections(),
                lambda _: self._apply(),
                wide=True,
                turn=lambda key, _page, value: self._turn(key, value),
                confirm="Show what would be written",
            )
            self._read_examples()

        self._bridge.run(read, show, name="publish_options", once=True)

    def _sections(self) -> list[dict[str, Any]]:
        return sections(self._libraries, self._choice, self._examples)

    def _turn(self, key: str, value: str) -> None:
        self._choice = self._choice.after(key, value)
        self._renew()
        self._read_examples()

    def _renew(self) -> None:
        self._dialog.renew(self._serial, sections=self._sections(), blocked=bool(self._choice.problem))

    def _read_examples(self) -> None:
        """Read which files some titles of the chosen folders would get."""
        serial = self._serial
        missing = [each for each in self._choice.publish.items() if each[1] != "off" and each not in self._examples]
        if not missing:
            return

        def read() -> dict[tuple[int, str], PublishExample]:
            return {(each, publish): self._library.publications.example(each, publish) for each, publish in missing}

        def show(found: dict[tuple[int, str], PublishExample]) -> None:
            self._examples |= found
            if self._dialog.showing(serial):
                self._renew()

        self._bridge.run(read, show, name="publish_example")

    def _apply(self) -> None:
        choice, first, options = self._choice, self._first, self._options

        def store() -> None:
            for library_id, publish in choice.publish.items():
                is_new = not options[library_id].is_decided  # otherwise, what nobody has changed stays as it is
                self._library.publications.set_options(
                    library_id,
                    publish=publish,
                    kinds=choice.kinds if choice.kinds and (is_new or choice.kinds != first.kinds) else None,
                    readers=choice.readers if choice.readers and (is_new or choice.readers != first.readers) else None,
                    people=choice.people if is_new or choice.people != first.people else None,
                )

        self._bridge.run(store, lambda _: self._changed(), name="publish_options_set", once=True)


def sections(
    libraries: Sequence[LibraryRow], choice: PublishChoice, examples: Mapping[tuple[int, str], PublishExample]
) -> list[dict[str, Any]]:
    """Return the sections of the question: the folders, programs, kinds of pictures, people, and the example."""
    shown: list[dict[str, Any]] = [
        {
            "kind": "text",
            "text": "Choose what Indexium writes beside the media of each folder. Nothing is written yet.",
        },
        {"kind": "selects", "selects": [_folder(each, choice) for each in libraries]},
    ]
    if choice.is_on:
        shown += [_readers(choice), *_kinds(choice), _people(choice)]
    if choice.problem:
        shown.append({"kind": "why", "level": "warning", "text": choice.problem})
    items = [item for each in libraries for item in _example(each, choice, examples)]
    more = [f"{wording.and_more(number)} of {name}" for name, number in _rest(libraries, choice, examples).items()]
    if items:
        listing = {"kind": "items", "key": "example", "label": "For example", "style": "values", "items": items}
        shown.append(listing | ({"more": "; ".join(more)} if more else {}))
    return shown


def _folder(library: LibraryRow, choice: PublishChoice) -> dict[str, Any]:
    chosen = choice.publish[library.library_id]
    return {
        "key": str(library.library_id),
        "label": library.name,
        "choices": [
            {"value": value, "label": label, "on": value == chosen} for value, label in PUBLISH_CHOICES.items()
        ],
    }


def _readers(choice: PublishChoice) -> dict[str, Any]:
    return checks("readers", "For", {each: READER_NAMES[each] for each in READERS}, choice.readers)


def _kinds(choice: PublishChoice) -> list[dict[str, Any]]:
    if all(each not in ("artwork", "both") for each in choice.publish.values()):
        return []
    labels = {each: label_of_type(each)[:1].upper() + label_of_type(each)[1:] for each in ASSET_TYPES}
    return [checks("kinds", "Pictures", labels, choice.kinds)]


def _people(choice: PublishChoice) -> dict[str, Any]:
    label = "People of your videos become actors, so that players show them as persons"
    return checks(_PEOPLE, "People", {_PEOPLE: label}, (_PEOPLE,) if choice.people else ())


def checks(key: str, label: str, labels: Mapping[str, str], chosen: Sequence[str]) -> dict[str, Any]:
    """Return a section with boxes; a press of one sends its value as the choice of the list `key`."""
    return {
        "kind": "checks",
        "key": key,
        "label": label,
        "checks": [{"value": value, "label": text, "on": value in chosen} for value, text in labels.items()],
    }


def _example(
    library: LibraryRow, choice: PublishChoice, examples: Mapping[tuple[int, str], PublishExample]
) -> list[dict[str, Any]]:
    publish = choice.publish[library.library_id]
    found = examples.get((library.library_id, publish))
    if found is None:
        return []
    return [
        {
            "key": f"{library.library_id}{title.name}",
            "name": title.name,
            "chips": [],
            "tags": [{"text": each.path, "kind": SIDE_FILE_TAGS[each.action]} for each in title.files],
        }
        for title in found.examples[:_TITLES]
    ]


def _rest(
    libraries: Sequence[LibraryRow], choice: PublishChoice, examples: Mapping[tuple[int, str], PublishExample]
) -> dict[str, int]:
    """Return how many titles of each folder the example does not show, by the name of the folder."""
    found = {each.name: examples.get((each.library_id, choice.publish[each.library_id])) for each in libraries}
    rest = {name: each.titles - min(_TITLES, len(each.examples)) for name, each in found.items() if each}
    return {name: number for name, number in rest.items() if number > 0}
