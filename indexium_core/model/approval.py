"""Requests for approval: the rule that says which work waits, who proposes it, what people do, and the items."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal, get_args

from indexium_core import errors
from indexium_core.model import wording
from indexium_core.model.accounts.permissions import PUBLISH, ROLLBACK, WRITE_ANY, Permission
from indexium_core.model.operations.actor import Actor
from indexium_core.model.planning.losses import DangerousFilePage, LostText
from indexium_core.model.planning.plan import WRITABLE
from indexium_core.model.shapes import ListPage, Shaped

ApprovalRisk = Literal["off", "safe", "warning", "danger"]
APPROVAL_RISKS: tuple[ApprovalRisk, ...] = get_args(ApprovalRisk)
BEYOND_ROLE = "its proposer may not start it alone"
WANTED = "its proposer asks for an approval"
ApprovalState = Literal["waiting", "approved", "rejected", "withdrawn", "expired", "done"]
ApprovalKind = Literal["write", "publish", "rollback"]
ApprovalAction = Literal["proposed", "commented", "changed", "approved", "rejected", "withdrawn"]
APPROVAL_STATES: tuple[ApprovalState, ...] = get_args(ApprovalState)
APPROVAL_KINDS: tuple[ApprovalKind, ...] = get_args(ApprovalKind)
# Who may start any work of a kind may also approve and reject it.
DECIDING: Mapping[ApprovalKind, Permission] = {"write": WRITE_ANY, "publish": PUBLISH, "rollback": ROLLBACK}
KIND_WORDS: Mapping[ApprovalKind, str] = {"write": "write", "publish": "publication", "rollback": "rollback"}
STATE_WORDS: Mapping[ApprovalState, str] = {
    "waiting": "waits for approval",
    "approved": "approved, runs",
    "rejected": "rejected",
    "withdrawn": "withdrawn",
    "expired": "expired",
    "done": "approved, has ended",
}
LONGEST_TEXT = 2000  # characters of a comment or a reason


def waiting_sentence(reasons: Sequence[str]) -> str:
    """Return why work would be a proposal only, as a sentence for its proposer."""
    words = [reason.replace("its proposer", "you") for reason in reasons]
    return f"Nothing is written before another person approves it: {wording.list_of(words)}."


@dataclass(frozen=True, slots=True, kw_only=True)
class WorkSize:
    """The size of work that would start."""

    noun: str = "file"  # file, or title of a publication
    files: int = 0  # files, or titles, that would be changed
    bytes: int = 0  # total size of these files; of a publication, of its new files
    by_risk: Mapping[str, int] = field(default_factory=dict)  # number of these by risk level

    @property
    def items(self) -> str:
        """The number in words: `40 files`."""
        return wording.plural(self.files, self.noun)


@dataclass(frozen=True, slots=True, kw_only=True)
class ApprovalRule:
    """
    When work waits for approval: at a risk, or above a number of files or bytes.

    Attributes:
        risk: Work waits if one of its files has this risk or a higher one; `off`: the risk does not matter.
        files: Work waits if it has more files, or titles, than this; 0: the number does not matter.
        bytes: Work waits if its files are larger than this together; 0: the size does not matter.

    """

    risk: ApprovalRisk = "off"
    files: int = 0
    bytes: int = 0

    @property
    def is_on(self) -> bool:
        """Whether any work can have to wait."""
        return self.risk != "off" or self.files > 0 or self.bytes > 0

    def reasons(self, work: WorkSize) -> tuple[str, ...]:
        """Return why work has to wait, each as a part of a sentence; empty if it may start at once."""
        found = []
        if self.risk != "off":
            for level in WRITABLE[WRITABLE.index(self.risk) :]:
                if count := work.by_risk.get(level, 0):
                    verb = "has" if count == 1 else "have"
                    found.append(f"{wording.plural(count, work.noun)} {verb} the risk {level}")
        if 0 < self.files < work.files:
            found.append(f"it has {work.items}, and more than {self.files:,} wait")
        if 0 < self.bytes < work.bytes:
            found.append(f"it has {wording.size(work.bytes)}, and more than {wording.size(self.bytes)} wait")
        return tuple(found)


@dataclass(frozen=True, slots=True, kw_only=True)
class ApprovalEntry(Shaped):
    """A step of a request: its proposal, a comment, a change of its items, or a decision."""

    shape = "at action by text"

    at: datetime
    action: ApprovalAction
    actor: Actor
    text: str  # a comment, a reason, or which items changed

    @property
    def by(self) -> str:
        """Who did it."""
        return self.actor.name

    @property
    def when(self) -> str:
        """When it was done, in words."""
        return wording.when(self.at)

    @property
    def words(self) -> str:
        """What was done, in words: `rejected by Ann`. A change is found by somebody else than who made it."""
        if self.action == "changed":
            return f"found to differ from the proposal when {self.by} tried to approve it"
        return f"{self.action} by {self.by}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Approval(Shaped):
    """A request to start a write, a publication or a rollback."""

    shape = (
        "id kind state title files bytes by_risk reasons digest reverts_id proposed_by proposed_at expires_at "
        "decided_by decided_at note operation_id entries"
    )

    id: int
    kind: ApprovalKind
    state: ApprovalState
    title: str  # of the job that it would start
    files: int  # files, or titles of a publication
    bytes: int  # total size of the files; of a publication, of its new files
    by_risk: dict[str, int]
    reasons: list[str]  # why it waits
    digest: str  # of what would be written
    reverts_id: int | None  # the operation that a rollback reverts
    proposer: Actor
    proposed_at: datetime
    expires_at: datetime
    decider: Actor | None = None  # who approved, rejected or withdrew it
    decided_at: datetime | None = None
    note: str = ""  # the reason of the decision, or which items changed since it was proposed
    operation_id: int | None = None  # of approved work
    proposed_digest: str = ""  # of what would have been written at the proposal
    proposed_change: int = 0  # the newest change of anybody at that time
    query: dict[str, Any] = field(default_factory=dict)  # the arguments with which the work starts
    entries: list[ApprovalEntry] = field(default_factory=list)  # the oldest first; lists of requests have none

    @property
    def is_as_proposed(self) -> bool:
        """Whether its digest is that of the proposal."""
        return self.digest == self.proposed_digest

    @property
    def proposed_by(self) -> str:
        """The name of the proposer."""
        return self.proposer.name

    @property
    def decided_by(self) -> str | None:
        """The name of who decided."""
        return None if self.decider is None else self.decider.name

    @property
    def noun(self) -> str:
        """What the number of files counts."""
        return noun_of(self.kind)

    @property
    def items(self) -> str:
        """The number in words: `40 files`."""
        return wording.plural(self.files, self.noun)

    @property
    def summary(self) -> str:
        """The work in words: `write of 40 files`."""
        return f"{KIND_WORDS[self.kind]} of {self.items}"

    @property
    def state_words(self) -> str:
        """The state in words."""
        return STATE_WORDS[self.state]

    @property
    def why(self) -> str:
        """Why it waits, as a sentence."""
        text = wording.list_of(self.reasons)
        return f"{text[:1].upper()}{text[1:]}."

    @property
    def reason(self) -> str:
        """Why it waits, as a part of a sentence."""
        return wording.list_of(self.reasons)

    @property
    def proposed(self) -> str:
        """When it was proposed, in words."""
        return wording.when(self.proposed_at)

    @property
    def expires(self) -> str:
        """When it expires, in words."""
        return wording.when(self.expires_at)

    @property
    def decided(self) -> str:
        """When it was decided, in words; "" before that."""
        return wording.when(self.decided_at) if self.decided_at else ""

    @property
    def size(self) -> str:
        """The size of its files, in words."""
        return wording.size(self.bytes)

    @property
    def ending(self) -> str:
        """What became of it, as a sentence to its proposer; "" while it waits, and if its proposer has withdrawn it."""
        if self.state in ("waiting", "withdrawn"):
            return ""
        if self.decided_by is None:
            return f"Your request {self.id} has expired."
        action = "rejected" if self.state == "rejected" else "approved"
        reason = f": {self.note}" if self.note else "."
        return f"{self.decided_by} {action} your request {self.id}, {self.title}{reason}"

    @property
    def risks(self) -> str:
        """The number of its files by risk, in words: `3 safe, 1 danger`."""
        return ", ".join(f"{wording.count(count)} {level}" for level, count in self.by_risk.items() if count)


@dataclass(frozen=True, slots=True, kw_only=True)
class ApprovalPage(ListPage):
    """One page of requests, the newest first."""

    items: list[Approval]


@dataclass(frozen=True, slots=True, kw_only=True)
class ApprovalItem(Shaped):
    """A file, a title, or an item of a rollback, as it was proposed."""

    shape = "item name path"

    item: str  # `file:12`, `movie:5`, or `item:77` of the operation that is rolled back
    name: str
    path: str

    @property
    def number(self) -> int:
        """The id in `item`."""
        return int(self.item.partition(":")[2])


@dataclass(frozen=True, slots=True, kw_only=True)
class ApprovalItemPage(ListPage):
    """One page of the items of a request, in the order of their paths."""

    items: list[ApprovalItem]


@dataclass(frozen=True, slots=True, kw_only=True)
class RequestedFile:
    """A file or title of a request. While a write waits, it has what the present plan would do."""

    item: str  # as in `ApprovalItem`
    file_id: int | None  # None: it is no file
    name: str
    path: str
    tags: list[dict[str, str]]  # people and fields that would change: `text`, `kind` (add, set, del; "" stays), `title`
    more: int  # people that are not among the tags
    risk: str  # its level in the present plan; "" without one
    reason: str  # of the risk, in short
    texts: list[LostText]  # that the write would lose


@dataclass(frozen=True, slots=True, kw_only=True)
class RequestedFilePage(ListPage):
    """One page of the files of a request, in the order of their paths."""

    items: list[RequestedFile]


@dataclass(frozen=True, slots=True, kw_only=True)
class RequestDetails:
    """A request with its steps, one page of its files, and what the present actor may do with it."""

    approval: Approval
    may_decide: bool  # approve it, if nothing prevents that, and reject it
    why_not: str  # why the actor may not approve it, as a sentence; "": nothing prevents it
    may_withdraw: bool
    files: RequestedFilePage
    search: str  # finds its files in the plan; "" if they are too many, or no files of a plan


@dataclass(frozen=True, slots=True, kw_only=True)
class RequestLosses:
    """What the work of a request would lose as the plan is now: what a person sees before an approval."""

    digest: str  # of the request that is shown
    summary: str  # its work in words, as `Approval.summary`
    why: str  # it waits, as a sentence
    by_risk: dict[str, int]  # as proposed
    has_changed: bool  # the present plan has other risks
    danger: int  # dangerous files, or titles
    loses_text: int  # files whose custom text would be lost
    removes_all_people: int  # files without people afterwards
    files: DangerousFilePage  # the dangerous files


@dataclass(frozen=True, slots=True, kw_only=True)
class ApprovalNotice:
    """What a page tells the present actor about requests."""

    to_decide: int  # requests that the actor may approve or reject
    proposed: int  # requests of the actor that wait
    own: tuple[int, ...] = field(default=(), compare=False)  # their ids

    @property
    def text(self) -> str:
        """The requests in words; "" if none concerns the actor."""
        waiting, own = self.to_decide, self.proposed
        parts = [
            f"{wording.plural(waiting, 'request waits', 'requests wait')} for your decision" if waiting else "",
            f"{wording.plural(own, 'request')} of yours {'waits' if own == 1 else 'wait'} for approval" if own else "",
        ]
        return " · ".join(filter(None, parts))


def noun_of(kind: ApprovalKind) -> str:
    """Return what the number of files of work counts: file, or title of a publication."""
    return "title" if kind == "publish" else "file"


def checked_text(text: str, *, what: str, is_needed: bool = False) -> str:
    """Return a comment or a reason without spaces around it; UsageError if it is too long, or missing."""
    text = text.strip()
    if is_needed and not text:
        raise errors.UsageError(f"The {what} is empty. Write one sentence.")
    if len(text) > LONGEST_TEXT:
        raise errors.UsageError(f"The {what} is too long. Use at most {LONGEST_TEXT:,} characters.")
    return text


def checked_state(text: str) -> ApprovalState | None:
    """Return a state of requests; None for ""; UsageError if there is none of this name."""
    for state in APPROVAL_STATES:
        if text == state:
            return state
    if text:
        raise errors.UsageError(f"There is no state “{text[:40]}”. Choose one of: {', '.join(APPROVAL_STATES)}.")
    return None


def checked_kind(text: str) -> ApprovalKind | None:
    """Return a kind of work; None for ""; UsageError if there is none of this name."""
    for kind in APPROVAL_KINDS:
        if text == kind:
            return kind
    if text:
        known = ", ".join(APPROVAL_KINDS)
        raise errors.UsageError(f"There is no kind of request “{text[:40]}”. Choose one of: {known}.")
    return None
