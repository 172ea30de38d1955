"""Every field of every container, from the table, with values that the container can hold."""

from __future__ import annotations

from indexium_core.model.fields.table import EDITABLE, Field

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
# The forms of `media` and `shapes`, by container
FORMS = {"3gp": "mp4", "matroska": "mkv", "asf": "wmv", "ogg": "ogv"}


def values_of(field: Field, container: str) -> tuple[str, str]:
    """Return two values of a field that a container can hold."""
    for values in (VALUES[field.type], POSITIONS):
        if not any(field.value_problem(container, value) for value in values):
            return values
    raise AssertionError(f"no values for {field.key} in {container}")


def fields_of(container: str) -> list[Field]:
    """Return the fields that a container can hold."""
    return [field for field in EDITABLE if container in field.places]
