"""Plans in memory, like those of `Library.plan`: generated files of every risk level, and the results of searches."""

from __future__ import annotations

import dataclasses
from collections import Counter
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from typing import Any, Protocol

from indexium_core import errors
from indexium_core.model import query
from indexium_core.model.fields import readers
from indexium_core.model.files.media import Change, StreamFacts
from indexium_core.model.files.properties import FIELDS, LABELS, FileProperty
from indexium_core.model.people import people_comment as names
from indexium_core.model.planning import risk
from indexium_core.model.planning.plan import RISK_LEVELS, PlanItem, PlanPage, PlanStatistics, Selection
from indexium_core.model.planning.risk import Issue
from indexium_core.model.query import parse
from indexium_core.model.query.values import AnyValue, Flag, Span, Text
from indexium_core.model.review.decisions import StandingDecision
from indexium_core.model.review.file_details import FileDetails

PEOPLE = ["Ann Lee", "Bob Ray", "Zoë Öz", "ليلى", "Sammy Davis, Jr.", "Li Wei"]
SHAPES = [  # name, container, comment, level, reasons
    ("Seaside {n}.mp4", "mp4", None, "safe", ["shown_as_plot"]),
    ("GOPR0{n}.MP4", "mp4", "People: Bob Ray", "safe", []),
    ("interview_take_{n}_final_FINAL_with_a_very_long_name_that_does_not_fit.mkv", "matroska", None, "safe", []),
    ("Zoë's birthday 🎂 {n}.mov", "mov", "People: Zoe Oz", "warning", ["tag_removal"]),
    ("Old house {n}.mp4", "mp4", "Filmed by Grandpa at the old house; People: Bob Ray", "danger", ["custom_comment"]),
    ("حفلة الزفاف {n}.mp4", "mp4", "A wedding", "danger", ["custom_comment", "case_collision"]),
    ("VTS_01_{n}.avi", "avi", None, "blocked", ["no_strategy_yet"]),
    ("done {n}.webm", "webm", "People: Ann Lee", "unchanged", []),
]
FOLDERS = ["Family/2019", "Family/2021", "Work/Interviews", "Trips/Alps", ""]


def items(count: int = 200) -> dict[int, PlanItem]:
    """Return generated plan items by id; they have every risk level, and names with hostile markup."""
    made = [_item(number) for number in range(1, count + 1)]
    if count >= 10:
        made[9] = dataclasses.replace(
            made[8],
            file_id=10,
            file_name="<img src=x onerror=alert(1)>.mp4",
            file_path="/videos/<img src=x onerror=alert(1)>.mp4",
        )
    return {item.file_id: item for item in made}


def _item(number: int) -> PlanItem:
    name, container, comment, level, codes = SHAPES[number % len(SHAPES)]
    name, folder = name.format(n=number), FOLDERS[number % len(FOLDERS)]
    existing = names.extract_people_from_comment(comment)
    wanted = [PEOPLE[(number + step) % len(PEOPLE)] for step in range(1 + number % 2)]
    result = existing if level == "unchanged" else list(dict.fromkeys([*wanted, *existing]))
    removed = existing if level == "warning" else []
    return planned(
        PlanItem(
            file_id=number,
            file_hash=f"x1:{number:032x}",
            file_path="/".join(part for part in ("/videos", folder, name) if part),
            file_name=name,
            file_ext=name.rsplit(".", 1)[-1].lower(),
            size=1_000_000 * number**2,
            mtime="2019-08-04T10:00:00Z",
            mtime_ns=1_564_912_800 * 10**9,
            container=container,
            library="videos",
            folder=folder,
            duration=61.0 * number,
            db_people=wanted,
            existing_people=existing,
            result_people=[person for person in result if person not in removed],
            tags_to_add=[],
            tags_to_remove=[],
            existing_comment=comment,
            result_comment=None,
            changes=[],
            category="add",
            risk_level=level,
            can_update=level not in {"blocked", "unchanged"},
            issues=[
                Issue(
                    code=code,
                    message=risk.ISSUES[code].message.split("[")[0] + ".",
                    severity=risk.ISSUES[code].severity,
                )
                for code in codes
            ],
            strategy="mp4_in_place" if container == "mp4" else "matroska_in_place",
            est_seconds=0.003,
            est_bytes=900,
            edited=False,
            postponed=False,
            people_mode="merge",
            comment_mode="replace",
        )
    )


def details_of(item: PlanItem, **changes: Any) -> FileDetails:
    """Return the details of a generated file."""
    moment = datetime(2026, 11, 18, 12, tzinfo=UTC)
    picture = {"width": 1920, "height": 1080, "attached_pic": False}
    facts = {name: getattr(item, name) for name in FileDetails.__dataclass_fields__ if hasattr(item, name)}
    found = FileDetails(
        media_kind="video",
        **facts | {"mtime": moment},
        path_raw="",
        library_id=1,
        library_path="/videos",
        library_state="online",
        library_reason="",
        state="ok",
        state_message="",
        nlink=1,
        read_only=False,
        first_seen_at=moment,
        scanned_at=moment,
        streams=[StreamFacts(index=0, kind="video", codec="h264", language=None, details=picture)],
        tags=[],
        comment=item.existing_comment,
        comment_fields=[],
        fields={},
        field_details=[],
        fields_differ=False,
        people=[],
        copies=[],
        copies_total=0,
        decisions=[],
        strategy_words="in place",
        strategy_why="There is room.",
        strategy_code="",
        readings=readers.readings(item.container, item.result_comment),
        history=[],
        history_total=0,
        plan=item,
        properties=[FileProperty(field=name, label=LABELS[name], value=None, text="-") for name in FIELDS],
        read_with="pyav",
        properties_read_at=moment,
    )
    return dataclasses.replace(found, **changes)


def standing(number: int, kind: str) -> StandingDecision:
    """Return a decision in force."""
    moment = datetime(2026, 11, 18, 12, tzinfo=UTC)
    nothing = dict.fromkeys(("people", "db_people", "until", "people_mode", "comment_mode", "field", "value"))
    return StandingDecision(
        decision_id=number, file_id=1, file_path="", summary="", kind=kind, reason="", created_at=moment, **nothing
    )


def planned(item: PlanItem, **changes: Any) -> PlanItem:
    """Return an item with its consequences computed again."""
    item = dataclasses.replace(item, **changes)
    comment = names.render(item.existing_comment, item.result_people, item.comment_mode)
    return dataclasses.replace(
        item,
        result_comment=comment,
        tags_to_add=[name for name in item.result_people if name not in item.existing_people],
        tags_to_remove=[name for name in item.existing_people if name not in item.result_people],
        changes=[Change(field="comment", old=item.existing_comment, new=comment)],
    )


def written(item: PlanItem) -> PlanItem:
    changes = {
        "existing_comment": item.result_comment,
        "existing_people": item.result_people,
        "risk_level": "unchanged",
        "can_update": False,
        "issues": [],
    }
    return planned(item, **changes)


class Planned(Protocol):
    """The source of a plan: it follows the states of the files."""

    items: dict[int, PlanItem]
    version: int


class FakeSelectionRows:
    """Keeps nothing: the summaries of the fake read every file."""

    def prepare(self, query: str, selection: Selection, items: Sequence[PlanItem]) -> None:
        pass


class FakePlan:
    """The plan that `Library.plan` returns."""

    selection_rows = FakeSelectionRows()

    def __init__(self, library: Planned, text: str) -> None:
        self._library, self.query, self.id = library, text, library.version
        tree = query.parse(text)
        asked = {term.key.name for term in _terms(tree)}
        values = {option for term in _terms(tree) if isinstance(term.value, AnyValue) for option in term.value.options}
        self._hits = [item for item in library.items.values() if finds(tree, item)]
        self._listed = [
            item
            for item in self._hits
            if (item.risk_level != "unchanged" or "unchanged" in values)
            and (not item.postponed or "postponed" in asked)
        ]

    @property
    def statistics(self) -> PlanStatistics:
        shown = [item for item in self._hits if not item.postponed or item in self._listed]
        levels = Counter(item.risk_level for item in shown)
        changing = [item for item in shown if item.can_update]
        return PlanStatistics(
            total_files=len(shown),
            **{f"{level}_count": levels[level] for level in RISK_LEVELS},
            total_tags_to_add=sum(len(item.tags_to_add) for item in changing),
            total_tags_to_remove=sum(len(item.tags_to_remove) for item in changing),
            postponed_count=sum(item.postponed for item in self._hits),
            bytes_to_write=sum(item.est_bytes for item in changing),
            est_seconds=sum(item.est_seconds for item in changing),
            by_container=dict(Counter(item.container for item in self._listed)),
            by_issue=dict(Counter(issue.code for item in self._listed for issue in item.issues)),
        )

    @property
    def warning_reasons(self) -> dict[str, int]:
        warned = [item for item in self._hits if item.risk_level == "warning" and not item.postponed]
        return dict(Counter(issue.code for item in warned for issue in item.issues))

    def page(
        self,
        number: int = 1,
        *,
        per_page: int = 50,
        sort: str = "risk",
        descending: bool = False,
        include_unchanged: bool = False,
    ) -> PlanPage:
        rank = {level: place for place, level in enumerate(("danger", "warning", "safe", "blocked", "unchanged"))}
        key: Callable[[PlanItem], Any] = {
            "name": lambda item: item.file_name.casefold(),
            "risk": lambda item: rank[item.risk_level],
            "tags": lambda item: len(item.result_people),
            "cost": lambda item: item.est_seconds,
        }.get(sort, lambda item: item.file_id)
        ordered = sorted(self._listed, key=key, reverse=descending)
        first = (number - 1) * per_page
        found = ordered[first : first + per_page]
        return PlanPage(
            items=found, total=len(ordered), page=number, per_page=per_page, plan_id=self.id, statistics=self.statistics
        )

    def item(self, file_id: int) -> PlanItem:
        if file_id not in self._library.items:
            message = f"There is no file {file_id} in the plan."
            raise errors.UnknownIdError(message)
        return self._library.items[file_id]

    def selected_items(self, selection: Selection, items: Sequence[PlanItem]) -> frozenset[int]:
        return (
            self.selected_among(selection, [item.file_id for item in items])
            if selection != Selection()
            else frozenset()
        )

    def selected_among(self, selection: Selection, file_ids: Sequence[int]) -> frozenset[int]:
        return frozenset(self.ids(selection)) & frozenset(file_ids)

    def ids(self, selection: Selection, *, also: str = "") -> list[int]:
        tree = query.parse(selection.query) if selection.query is not None else None
        levels = selection.risk or ("safe", "warning", "danger")
        return [
            item.file_id
            for item in self._library.items.values()
            if item.can_update
            and not item.postponed
            and finds(parse(also), item)
            and (
                item.file_id in selection.included
                or (
                    tree is not None
                    and item.risk_level in levels
                    and item.file_id not in selection.excluded
                    and finds(tree, item)
                )
            )
        ]

    def sample(self, selection: Selection, query: str, *, limit: int, offset: int = 0) -> tuple[list[PlanItem], int]:
        found = [item for item in map(self.item, self.ids(selection)) if finds(parse(query), item)]
        return found[offset : offset + limit], len(found)

    def title_of(self, selection: Selection) -> str:
        return query.title_of(selection.query) if selection.query else ""

    def newest(self) -> FakePlan:
        return FakePlan(self._library, self.query)


def _terms(tree: Any) -> list[Any]:
    if isinstance(tree, query.Term):
        return [tree]
    return [term for node in getattr(tree, "nodes", [getattr(tree, "node", None)]) if node for term in _terms(node)]


def finds(tree: Any, item: PlanItem) -> bool:
    if isinstance(tree, query.Not):
        return not finds(tree.node, item)
    if isinstance(tree, query.AllOf | query.AnyOf):
        every = all if isinstance(tree, query.AllOf) else any
        return every(finds(node, item) for node in tree.nodes)
    people = [*item.db_people, *item.existing_people, *item.result_people]
    facts: dict[str, Any] = {
        "": [item.file_path, *people],
        "person": people,
        "path": [item.file_path],
        "name": [item.file_name],
        "folder": [item.folder],
        "risk": [item.risk_level],
        "container": [item.container],
        "ext": [item.file_ext],
        "issue": [issue.code for issue in item.issues],
        "tags": len(item.result_people),
        "size": item.size,
        "edited": item.edited,
        "postponed": item.postponed,
    }
    value, fact = tree.value, facts[tree.key.name]
    if isinstance(value, Text):
        return any(names.fold(value.text) in names.fold(text) for text in fact)
    if isinstance(value, AnyValue):
        return any(option in fact for option in value.options)
    if isinstance(value, Flag):
        return bool(fact == value.wanted)
    assert isinstance(value, Span)
    return (value.low is None or fact >= value.low) and (value.high is None or fact < value.high)
