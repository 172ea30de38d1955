"""Every field of every container, from the table, with values that the container can hold."""

from __future__ import annotations

from pathlib import Path

from indexium_core.files.containers import photos as photo_families
from indexium_core.library import Library
from indexium_core.model.fields.field import Field
from indexium_core.model.fields.table import EDITABLE
from tests.support import media, photos
from tests.support.effort import effort
from tests.support.own_fields import CUSTOM

CASES = [(container, field) for field in EDITABLE for container in field.places]
CONTAINERS = list(dict.fromkeys(container for container, _ in CASES))
VALUES = {
    "text": ("Zoë's long way home", "Other"),
    "integer": ("7", "12"),
    "rating": ("4", "5"),
    "date": ("2019-07-31", "2020"),
    "datetime": ("2019-07-31T18:30:00Z", "2021-01-02T03:04:05Z"),
    "list": ("beach; family", "winter"),
}
POSITIONS = ("+48.1374+011.5755/", "-33.8568+151.2153/")
PHOTOS = {family.name for family in photo_families.FAMILIES}
# Every field of every container of films, and each field of photos in one kind of photo in turn; with --all all.
SOME_CASES = [case for case in CASES if case[0] not in PHOTOS] + [
    (kind, field) for field, kind in effort.pairs([each for each in EDITABLE if "jpeg" in each.places], sorted(PHOTOS))
]
CUSTOM_CONTAINERS = list(CUSTOM[0].field.places)
# Each container with one of these fields in turn; with --all with all.
CUSTOM_CASES = effort.pairs(CUSTOM_CONTAINERS, [each.field for each in CUSTOM])
# The forms of `media` and `shapes`, by container
FORMS = {"3gp": "mp4", "matroska": "mkv", "asf": "wmv", "ogg": "ogv"}


def define(library: Library, *keys: str) -> None:
    """Define custom fields in a home; keys of other fields are left out."""
    for each in CUSTOM:
        if each.key in keys:
            library.fields.define(each.key, each.type, mp4=each.mp4)


def build(container: str, folder: Path, *, seed: int = 0) -> Path:
    """Return a film with a comment, or a photo with a rating and a date in EXIF where Pillow can write one."""
    if container in PHOTOS:
        path = folder / f"photo.{container}"
        exif = photos.exif(rating=2)
        path.write_bytes(photos.photo(container, seed=seed, **({} if container == "tiff" else {"exif": exif})))
        return path
    path = media.build(FORMS.get(container, container), folder, comment="People: Ann", seed=seed)
    if container == "3gp":
        content = path.read_bytes()
        path.write_bytes(content[:8] + b"3gp6" + content[12:])
    return path


def values_of(field: Field, container: str) -> tuple[str, str]:
    """Return two values of a field that a container can hold."""
    for values in (VALUES[field.type], POSITIONS):
        if not any(field.value_problem(container, value) for value in values):
            return values
    raise AssertionError(f"no values for {field.key} in {container}")


def custom_fields_of(container: str) -> list[Field]:
    """Return the custom fields that a container can hold."""
    return [each.field for each in CUSTOM if container in each.field.places]


def fields_of(container: str) -> list[Field]:
    """Return the fields of the table that a container can hold."""
    return [field for field in EDITABLE if container in field.places]
