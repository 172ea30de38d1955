"""What a library publishes: NFO files, pictures, for which programs, and whether people become cast members."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal, TypeAlias, get_args

from indexium_core import errors
from indexium_core.model.artwork.selection_config import ASSET_TYPES, label_of_type
from indexium_core.model.shapes import Shaped

Publish: TypeAlias = Literal["off", "nfo", "artwork", "both"]
PUBLISH: tuple[Publish, ...] = get_args(Publish)
READERS = ("kodi", "jellyfin", "plex")  # programs that read side files
READER_NAMES = {"kodi": "Kodi", "jellyfin": "Jellyfin", "plex": "Plex"}
PUBLISH_CHOICES: Mapping[Publish, str] = {
    "off": "Nothing",
    "nfo": "NFO files",
    "artwork": "Pictures",
    "both": "NFO files and pictures",
}
NOTHING_IS_PUBLISHED = (
    "There is nothing to publish: no library publishes NFO files or pictures yet. Choose what one publishes, for "
    "example: indexium publish options 1 --publish both."
)


@dataclass(frozen=True, slots=True, kw_only=True)
class PublishOptions(Shaped):
    """What a library publishes. A library of which nobody has decided anything publishes nothing."""

    publish: Publish = "off"
    kinds: tuple[str, ...] = ASSET_TYPES  # kinds of pictures
    readers: tuple[str, ...] = READERS
    people: bool = True  # the people of files become cast members
    is_decided: bool = False  # a person has chosen `publish`, maybe `off`

    @property
    def is_on(self) -> bool:
        return self.publish != "off"

    @property
    def writes_nfo(self) -> bool:
        return self.publish in ("nfo", "both")

    @property
    def picture_kinds(self) -> tuple[str, ...]:
        """The kinds of pictures that are published."""
        return self.kinds if self.publish in ("artwork", "both") else ()

    @property
    def summary(self) -> str:
        """The options in a few words: `NFO files and pictures for Kodi, Jellyfin and Plex`."""
        if not self.is_on:
            return "nothing"
        what = {"nfo": "NFO files", "artwork": "pictures", "both": "NFO files and pictures"}[self.publish]
        names = [READER_NAMES[each] for each in self.readers]
        return f"{what} for {names[0] if len(names) == 1 else ', '.join(names[:-1]) + ' and ' + names[-1]}"


@dataclass(frozen=True, slots=True, kw_only=True)
class PictureKind(Shaped):
    """A kind of picture that a person can choose."""

    value: str
    label: str


@dataclass(frozen=True, slots=True, kw_only=True)
class LibraryPublishing(Shaped):
    """A library folder, what it publishes, and what it can publish."""

    shape = "library_id name options proposed usual pictures"

    library_id: int
    name: str
    options: PublishOptions
    proposed: Publish  # what the question offers if nobody has decided

    @property
    def usual(self) -> PublishOptions:
        """The options of a library of which nobody has decided anything."""
        return PublishOptions()

    @property
    def pictures(self) -> list[PictureKind]:
        """The kinds of pictures."""
        labels = {each: label_of_type(each) for each in ASSET_TYPES}
        return [PictureKind(value=each, label=text[:1].upper() + text[1:]) for each, text in labels.items()]


def proposed_for(kind: str) -> Publish:
    """Return what a library of a kind would publish: videos of a family have no posters of providers."""
    return "nfo" if kind == "home" else "both"


def published_by(libraries: Sequence[LibraryPublishing]) -> str:
    """Return what libraries publish: of all in one sentence, or of each; "" if none does."""
    publishing = [each for each in libraries if each.options.is_on]
    summaries = {each.options.summary for each in publishing}
    if len(summaries) == 1:
        text = next(iter(summaries))
        return text[:1].upper() + text[1:]
    return " · ".join(f"{each.name}: {PUBLISH_CHOICES[each.options.publish]}" for each in publishing)


def checked_publish(text: str) -> Publish:
    """Return what is published. Raises UsageError if there is no such choice."""
    if text not in PUBLISH:
        raise errors.UsageError(f"A library cannot publish “{text[:40]}”. Choose one of: {', '.join(PUBLISH)}.")
    return text


def checked_kinds(names: Sequence[str]) -> tuple[str, ...]:
    """Return kinds of pictures in their usual order. Raises UsageError if one is unknown."""
    return _checked(names, ASSET_TYPES, "kind of picture")


def checked_readers(names: Sequence[str]) -> tuple[str, ...]:
    """Return programs in their usual order. Raises UsageError if one is unknown, or if there is none."""
    if not names:
        raise errors.UsageError(f"Name at least one program that reads the files: {', '.join(READERS)}.")
    return _checked([each.lower() for each in names], READERS, "program")


def _checked(names: Sequence[str], known: Sequence[str], what: str) -> tuple[str, ...]:
    for name in names:
        if name not in known:
            raise errors.UsageError(f"There is no {what} “{name[:40]}”. Choose from: {', '.join(known)}.")
    return tuple(each for each in known if each in names)
