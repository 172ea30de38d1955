"""The question which pictures are chosen for many titles: a rule, and what it would change."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any, Literal, get_args

from dashboards.bridge import Bridge
from dashboards.components import paging
from dashboards.components.dialog import Dialog
from indexium_core import errors
from indexium_core.library import Library
from indexium_core.model import wording
from indexium_core.model.artwork.assets import LOCAL, AssetCandidate, language_name, languages
from indexium_core.model.artwork.selection_config import ASSET_TYPES, label_of_type
from indexium_core.model.artwork.selections import PictureChange, PictureDecision, SelectionPreview, SelectionRule
from indexium_core.model.providers.registry import PROVIDERS

_By = Literal["rule", "language", "provider"]
_WAYS: dict[_By, str] = {
    "rule": "Automatic (the rule of the library)",
    "language": "In a language",
    "provider": "From a provider",
}
_CHANGES = 20  # of a page
_WITHOUT_TEXT = "none"  # as a language of a rule
_IN_FOLDERS = "In the folders"
_TRANSPARENT = ("logo", "clearart", "disc")  # kinds that are often light, without a background


@dataclass(frozen=True, slots=True, kw_only=True)
class PicturesChoice:
    """What a person has chosen in the question; a way that is not chosen keeps its value."""

    asset_type: str = "poster"
    by: _By = "rule"
    language: str = "en"  # ISO 639-1, or `none` for pictures without text
    provider: str = next(iter(PROVIDERS))  # its id, or `local`

    @property
    def rule(self) -> SelectionRule:
        return SelectionRule(
            asset_type=self.asset_type,
            language=self.language if self.by == "language" else "",
            provider=self.provider if self.by == "provider" else "",
        )

    def after(self, key: str, value: str) -> PicturesChoice:
        """Return the choice with another value of `asset_type`, `by`, `language` or `provider`; without it, itself."""
        known = next((each["choices"] for each in selects(self)["selects"] if each["key"] == key), ())
        if all(each["value"] != value for each in known):
            return self
        changes: dict[str, Any] = {key: value}
        return replace(self, **changes)


class PicturesQuestion:
    """One question for the same titles: each choice shows what it would change."""

    def __init__(
        self,
        library: Library,
        bridge: Bridge,
        dialog: Dialog,
        title_ids: Sequence[int],
        *,
        has_pictures: bool,
        changed: Callable[[Sequence[int]], object],
    ) -> None:
        """
        Keep what the question needs.

        Args:
            library: The library.
            bridge: The bridge of the session.
            dialog: The dialog that shows the question.
            title_ids: The titles.
            has_pictures: The server has the pictures of candidates.
            changed: Receives the titles whose pictures change.

        """
        self._library, self._bridge, self._dialog, self._ids = library, bridge, dialog, title_ids
        self._has_pictures, self._changed = has_pictures, changed
        language = library.settings.metadata_language
        self._choice = PicturesChoice(language=language if language in languages() else "en")
        self._preview: SelectionPreview | None = None
        self._serial = 0

    def ask(self) -> None:
        """Show the question with the changes of the first choice."""
        self._read(self._show)

    def _read(
        self, done: Callable[[SelectionPreview], None], failed: Callable[[errors.IndexiumError], None] | None = None
    ) -> None:
        rule = self._choice.rule
        self._bridge.run(
            lambda: self._library.picture_selection.preview(self._ids, rule),
            done,
            name="title_pictures_question",
            failed=failed,
        )

    def _show(self, preview: SelectionPreview) -> None:
        self._preview, parts = preview, self._parts(preview)
        self._serial = self._dialog.ask(
            "Choose pictures", parts.pop("sections"), lambda _: self._apply(), wide=True, turn=self._turn, **parts
        )

    def _renew(self, preview: SelectionPreview) -> None:
        self._preview = preview
        self._dialog.renew(self._serial, **self._parts(preview))

    def _fail(self, error: errors.IndexiumError) -> None:
        why = {"kind": "why", "level": "danger", "text": error.message}
        self._dialog.renew(self._serial, sections=[selects(self._choice), why], blocked=True)

    def _parts(self, preview: SelectionPreview) -> dict[str, Any]:
        of_titles = f" of {wording.plural(preview.total, 'title')}" if preview.total else ""
        return {
            "sections": sections(self._choice, preview, has_pictures=self._has_pictures),
            "confirm": f"Choose pictures{of_titles}",
            "blocked": not preview.total,
        }

    def _turn(self, name: str, page: int, value: str) -> None:
        if name == "changes":
            if self._preview is not None:
                listing = _listing(self._preview, page, has_pictures=self._has_pictures)
                self._dialog.renew_list(self._serial, listing)
            return
        choice = self._choice.after(name, value)
        if choice == self._choice:
            return
        self._choice, self._preview = choice, None
        waiting = {"kind": "text", "text": "Looking for the pictures that would change…"}
        self._dialog.renew(self._serial, sections=[selects(choice), waiting], blocked=True)
        self._read(self._renew, self._fail)

    def _apply(self) -> None:
        ids, rule = self._ids, self._choice.rule

        def applied(decision: PictureDecision) -> None:
            self._changed(ids)
            self._bridge.toast("good" if decision.titles else "info", decision.summary, undo=decision.step_id)

        self._bridge.run(
            lambda: self._library.picture_selection.apply(ids, rule), applied, name="title_pictures", once=True
        )


def selects(choice: PicturesChoice) -> dict[str, Any]:
    """Return the section with the kind, the way to choose, and the language or the provider."""
    kinds = {each: _capital(label_of_type(each)) for each in ASSET_TYPES}
    names = sorted(languages().items(), key=lambda each: each[1])
    values: dict[str, tuple[str, dict[str, str]]] = {
        "asset_type": ("Kind", kinds),
        "by": ("Choose", {each: _WAYS[each] for each in get_args(_By)}),
    }
    if choice.by == "language":
        codes = {code: f"{name} ({code})" for code, name in names}
        values["language"] = ("Language", {_WITHOUT_TEXT: "Without text", **codes})
    if choice.by == "provider":
        labels = {each.id: each.label for each in PROVIDERS.values()}
        values["provider"] = ("Provider", {**labels, LOCAL: _IN_FOLDERS})
    return {
        "kind": "selects",
        "selects": [
            {
                "key": key,
                "label": label,
                "choices": [
                    {"value": value, "label": text, "on": value == getattr(choice, key)}
                    for value, text in options.items()
                ],
            }
            for key, (label, options) in values.items()
        ],
    }


def sections(choice: PicturesChoice, preview: SelectionPreview, *, has_pictures: bool) -> list[dict[str, Any]]:
    """Return the sections of the question: the choice, the number of changes, each change, and what stays."""
    kind, titles = label_of_type(choice.asset_type), wording.plural(preview.titles, "title")
    have = wording.plural(preview.without, "title has", "titles have")
    without = f"{have} no {kind} that fits, and would not change."
    if not preview.total:
        text = f"No picture would change. {without}" if preview.without else "No picture would change."
        return [selects(choice), {"kind": "text", "text": text}]
    if choice.rule.is_automatic:
        stays = "The rule of the library selects again, also where a person had selected a picture."
    else:
        stays = "The new pictures count as your selection: they stay selected after any look-up."
    return [
        selects(choice),
        {"kind": "text", "text": f"{preview.total:,} of {titles} would change. Nothing has changed yet."},
        _listing(preview, 1, has_pictures=has_pictures),
        {"kind": "hint", "text": f"{without} {stays}" if preview.without else stays},
    ]


def _listing(preview: SelectionPreview, page: int, *, has_pictures: bool) -> dict[str, Any]:
    """Return one page of the changes."""
    shown = preview.changes[(page - 1) * _CHANGES : page * _CHANGES]
    hidden = preview.total - len(preview.changes)
    is_clear = any(each.slot.asset_type in _TRANSPARENT for each in shown)
    more = wording.plural(hidden, "more title would change.", "more titles would change.")
    return {
        "kind": "items",
        "key": "changes",
        "label": "Pictures before and after",
        "style": "paired clear" if is_clear else "paired",
        "items": [_item(each, has_pictures=has_pictures) for each in shown],
        **({"more": more} if hidden else {}),
        **paging.place(page, _CHANGES, shown=len(shown), total=len(preview.changes)),
    }


def _item(change: PictureChange, *, has_pictures: bool) -> dict[str, Any]:
    old, new = change.old, change.new
    is_same = old is not None and new is not None and old.id == new.id
    message = ""
    if is_same and old is not None:
        decides = "The rule decides from now on" if old.is_by_person else "It counts as your selection"
        message = f"The picture stays. {decides}."
    return {
        "name": change.title,
        "key": change.slot.entity_id,
        "pictures": [_picture(each, has_pictures=has_pictures) for each in ((new,) if is_same else (old, new))],
        **({"message": message} if message else {}),
    }


def _picture(each: AssetCandidate | None, *, has_pictures: bool) -> dict[str, str]:
    if each is None:
        return {"source": "", "text": "none"}
    provider = PROVIDERS.get(each.provider)
    label = provider.label if provider else "In the folder" if each.provider == LOCAL else each.provider
    language = language_name(each.language) if each.language else "no text"
    size = each.size_text.replace(" × ", "\u00a0×\u00a0")
    return {
        "source": f"/picture/{each.id}" if has_pictures else "",
        "text": f"{label}, {language}, {size}",
    }


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]
