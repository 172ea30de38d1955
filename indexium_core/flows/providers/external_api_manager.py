"""The providers of a home: their state, searches for titles, and the requests that left this machine."""

from __future__ import annotations

import contextlib
import dataclasses
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import TypeAlias

from indexium_core import errors
from indexium_core import keys as home_keys
from indexium_core.model.accounts.needs import NO_LIBRARY, needs
from indexium_core.model.accounts.permissions import SETTINGS_MANAGE, TITLES_EDIT
from indexium_core.model.artwork.assets import MAX_IMAGE_BYTES
from indexium_core.model.checked_calls import checked_arguments
from indexium_core.model.lookups.candidates import (
    Candidate,
    ContentType,
    MatchDecision,
    ScoredCandidate,
    SearchQuery,
    is_same,
)
from indexium_core.model.lookups.combining import combine, joined_candidate
from indexium_core.model.lookups.records import ImageCandidate, ProviderRecord, SeasonRecord
from indexium_core.model.lookups.traffic import (
    ProviderDetails,
    ProviderNotice,
    ProviderRequest,
    ProviderStatus,
    RequestPage,
    TitleSearch,
)
from indexium_core.model.matches.acceptance_rules import MIN_SCORE
from indexium_core.model.matches.matching import ContentMatcher
from indexium_core.model.providers.descriptor import TitleKind
from indexium_core.model.providers.external_ids import ExternalId, id_owner
from indexium_core.model.providers.registry import PROVIDERS, attribution
from indexium_core.model.remote_calls import remote
from indexium_core.settings import Settings
from indexium_core.sources.images import ImageDownloads
from indexium_core.sources.network import Network
from indexium_core.sources.provider import Provider, Resources, make_providers
from indexium_core.store.database import Database
from indexium_core.store.provider_traffic import MetadataCache, RequestLedger
from indexium_core.store.titles import titles

CandidateKey: TypeAlias = tuple[str, ContentType, str]  # a provider may number films and series separately
MAX_TITLE_LENGTH = 300  # characters
MAX_REQUESTS = 10_000  # rows of one list
DETAILED = 3  # candidates whose details are fetched before a person is asked
_YEARS = range(1870, 2101)
_LAST_PAGE = 10**9
_DAY = timedelta(days=1)
KEPT = timedelta(days=180)  # how long an answer is stored; the terms of the providers allow six months


@dataclass
class SearchAnswers:
    """A search with the candidates that the providers have offered so far."""

    query: SearchQuery
    rejected: Sequence[Candidate]
    found: dict[CandidateKey, Candidate] = field(default_factory=dict)

    def add(self, candidates: Iterable[Candidate]) -> None:
        """Add candidates, except those that are rejected: a later answer may show that an earlier one is."""
        for each in candidates:
            joined = joined_candidate(self.found.pop(key_of(each), None), each)
            if not any(is_same(joined, other) for other in self.rejected):
                self.found[key_of(each)] = joined


def key_of(candidate: Candidate) -> CandidateKey:
    """Return what names a candidate."""
    return candidate.provider, candidate.content_type, candidate.external_id


@checked_arguments
class ExternalAPIManager:
    """All providers of a home. A request waits for the limits of its provider, so calls can take seconds."""

    def __init__(
        self,
        store: Database,
        *,
        config: Settings,
        clock: Callable[[], datetime],
        network: Network | None = None,
        timeout: float = 60.0,
        backoff: float = 0.5,
    ) -> None:
        """
        Prepare the providers; nothing is sent.

        `timeout` (seconds) limits one request with its retries; `backoff` is the wait before the first retry.
        """
        self._store, self._config, self._clock = store, config, clock
        self.network = network or Network()
        self._ledger = RequestLedger(store, clock=clock)
        self._matcher = ContentMatcher()
        self._cache = MetadataCache(store)
        shared = Resources(
            network=self.network,
            cache=self._cache,
            log=self._ledger,
            clock=clock,
            timeout=timeout,
            backoff=backoff,
        )
        self.providers = make_providers(config, self._keys, shared)
        self.images = ImageDownloads(
            self.network,
            log=self._ledger,
            configured=lambda: [
                str(getattr(config, each.name, each.default)) for own in PROVIDERS.values() for each in own.settings
            ],
            max_bytes=MAX_IMAGE_BYTES,
            clock=clock,
            timeout=timeout,
        )

    @remote()
    def status(self) -> list[ProviderStatus]:
        """Return for each provider whether it is used, and why not."""
        keys = self._keys()
        return [self._status(name, provider, keys) for name, provider in self.providers.items()]

    @remote()
    def notices(self) -> list[ProviderNotice]:
        """Return the sentences that name the providers."""
        return [ProviderNotice(text=text, href=href) for text, href in attribution()]

    @needs(TITLES_EDIT, NO_LIBRARY)
    @remote()
    def search(
        self,
        title: str,
        *,
        year: int | None = None,
        kind: ContentType = "unknown",
        runtime_minutes: float | None = None,
        external_ids: Sequence[ExternalId] = (),
    ) -> TitleSearch:
        """
        Search a title and return the candidates with their scores, best first.

        Only these values leave the machine, not the runtime.

        Raises:
            UsageError: The title is empty or too long, the year is not possible, or an id does not have its form.
            ProviderError: No provider is on, or none has answered.

        """
        title = title.strip()
        if not title or len(title) > MAX_TITLE_LENGTH:
            raise errors.UsageError(f"A title has 1 to {MAX_TITLE_LENGTH} characters.")
        if year is not None and year not in _YEARS:
            raise errors.UsageError(f"The year must be from {_YEARS[0]} to {_YEARS[-1]}.")
        for each in external_ids:
            ExternalId.parse(each.provider, each.value)
        return self.match(
            SearchQuery(title, year, kind, runtime_minutes=runtime_minutes, external_ids=tuple(external_ids))
        )

    @needs(TITLES_EDIT, NO_LIBRARY)
    def match(self, query: SearchQuery, *, rejected: Sequence[Candidate] = ()) -> TitleSearch:
        """
        Ask the providers in order until a candidate is accepted automatically, and return all candidates.

        Ids that do not have their form are not used.

        Args:
            query: What is searched.
            rejected: Titles that are no candidates, whichever provider offers them.

        Raises:
            ProviderError: No provider is on, or none has answered.

        """
        valid = tuple(each for each in query.external_ids if each.is_valid)
        query = dataclasses.replace(query, external_ids=valid)
        used, problems = self._used(), self._refused()
        answers = SearchAnswers(query, rejected)
        for name, provider in used.items():
            with _collected(problems, name):
                self._ask(provider, answers)
            decision = self._decide(answers, problems)
            if decision.accepted:
                break
        if not answers.found and used.keys() <= problems.keys():
            raise _joined([problems[name] for name in used])
        if not decision.accepted and self._decide(answers, problems, is_complete=True).accepted:
            # Only another title with this name would be an objection: it is searched before it is ruled out.
            for name, provider in used.items():
                with _collected(problems, name):
                    answers.add(provider.more(query) if name not in problems else ())
        if not decision.accepted:
            decision = self._decide(answers, problems, is_complete=not problems)
        doubt = not decision.accepted and bool(problems) and "answers" in decision.missing
        return TitleSearch(
            decision=decision,
            problems={name: error.message for name, error in problems.items() if doubt or name in used},
            is_complete=not doubt,
        )

    def _decide(self, answers: SearchAnswers, missing: Collection[str], *, is_complete: bool = False) -> MatchDecision:
        """Return the decision about the candidates so far; `missing` providers have not answered."""
        decision = self._matcher.decide(answers.found.values(), answers.query, is_complete=is_complete)
        doubt = "" if is_complete and not missing else self._doubt(decision, answers.query, missing)
        return MatchDecision(decision.candidates, None, doubt, ("answers",)) if doubt else decision

    @needs(SETTINGS_MANAGE)
    @remote()
    def requests(self, limit: int = 100) -> list[ProviderRequest]:
        """Return the newest requests that left this machine, newest first."""
        return self._ledger.newest(max(0, min(limit, MAX_REQUESTS)))

    @needs(SETTINGS_MANAGE)
    @remote()
    def request_page(
        self,
        text: str = "",
        *,
        provider: str = "",
        failed: bool = False,
        title_id: int | None = None,
        page: int = 1,
        per_page: int = 50,
    ) -> RequestPage:
        """
        Return one page of the requests that left this machine, newest first.

        Args:
            text: Only requests whose address or parameters contain it.
            provider: Only requests to this provider; "" for all.
            failed: Only requests without a good answer. That a provider does not have a title is a good answer.
            title_id: Only requests for this title: those with one of its ids or with the id of a candidate, searches of
                its titles, and downloads of its pictures. A season or an episode stands for its series. A search that
                another title with the same name has caused is listed, too.
            page: Page of the list, from 1.
            per_page: Requests per page, at most 1,000.

        Raises:
            UnknownIdError: There is no such title.

        """
        title: tuple[str, int] | None = None
        if title_id is not None:
            item = titles.find(self._store.read(), title_id)
            if item is None:
                raise errors.UnknownIdError(f"There is no title {title_id}.")
            title = ("series", item.series_id) if item.series_id else (item.entity_type, item.id)
        page, per_page = max(1, min(page, _LAST_PAGE)), max(1, min(per_page, 1000))
        return self._ledger.page(
            text.strip(), provider=provider, failed=failed, title=title, page=page, per_page=per_page
        )

    @needs(TITLES_EDIT, NO_LIBRARY)
    @remote()
    def details(self, known: ExternalId, kind: TitleKind) -> ProviderDetails:
        """
        Return everything that the providers have about a title, by one of its ids.

        Raises:
            UsageError: The id does not have its form.
            UnknownIdError: No provider has the title.
            ProviderError: No provider is on, or none has answered.

        """
        ExternalId.parse(known.provider, known.value)
        ids, images = {known.provider: known.value}, list[ImageCandidate]()
        used = self._used()
        records, problems = dict[str, ProviderRecord](), self._refused()
        for name, provider in used.items():
            with _collected(problems, name):
                own = ids.get(id_owner(name)) or self._id_at(provider, ids, kind)
                if own and (record := provider.details(own, kind)) is not None:
                    records[name] = record
                    images += record.images
                    ids = {**record.metadata.external_ids, **ids}
        if not records:
            if problems:
                raise _joined(list(problems.values()))
            wanted = "film" if kind == "movie" else "series"
            raise errors.UnknownIdError(f"No provider has a {wanted} with the id {known}.")
        for name in [each.id for each in PROVIDERS.values() if each.ids is None]:
            if not self._reason_off(name, self._keys()) and not self.providers[name].client.refusal():
                with _collected(problems, name):
                    images += self.providers[name].images(ids, kind)
        first = next(iter(records.values()))
        return ProviderDetails(
            title=first.candidate,
            metadata=combine([each.metadata for each in records.values()], confidence=1.0, at=self._clock()),
            images=tuple(images),
            seasons=max((each.seasons for each in records.values()), key=len),
            problems={name: error.message for name, error in problems.items()},
            records=records,
            faults=frozenset(name for name, error in problems.items() if error.is_fault),
        )

    @needs(TITLES_EDIT, NO_LIBRARY)
    def pictures(
        self, name: str, ids: Mapping[str, str], kind: TitleKind
    ) -> tuple[Sequence[ImageCandidate], Mapping[str, str]]:
        """Return the pictures that one provider has for a title, and all its ids. Raises ProviderError if it is off."""
        provider = self.providers[name]
        if reason := self._reason_off(name, self._keys()) or provider.client.refusal():
            raise errors.ProviderError(reason, code="provider_off")
        if PROVIDERS[name].ids is None:
            return provider.images(ids, kind), ids
        own = ids.get(id_owner(name)) or self._id_at(provider, ids, kind)
        record = provider.details(own, kind) if own else None
        return ((), ids) if record is None else (record.images, {**record.metadata.external_ids, **ids})

    @needs(TITLES_EDIT, NO_LIBRARY)
    def season(self, ids: Mapping[str, str], number: int) -> tuple[str, SeasonRecord] | None:
        """
        Return a season of the first provider that has it, and the name of this provider; None if none has it.

        `ids` are the ids of the series by provider. One provider is asked after the other, each once.

        Raises:
            ProviderError: No provider is on, or none has answered.

        """
        problems = dict[str, errors.ProviderError]()
        for name, provider in self._used().items():
            with _collected(problems, name):
                own = ids.get(id_owner(name))
                record = provider.season(own, number) if own else None
                if record is not None and record.episodes:
                    return name, record
        if problems:
            raise _joined(list(problems.values()))
        return None

    def require_one(self) -> None:
        """Raise ProviderError if no provider of films and series can be asked."""
        missing = [each.client.unavailable() for each in self._used().values()]
        if all(missing):
            raise _joined([error for error in missing if error is not None])

    def pauses(self) -> dict[str, errors.ProviderError]:
        """Return why providers with a key are not asked at present, and when they are: an outage, or a spent quota."""
        keys = self._keys()
        found = {
            name: each.client.unavailable() for name, each in self.providers.items() if not self._reason_off(name, keys)
        }
        return {name: error for name, error in found.items() if error is not None and error.is_fault}

    @property
    def sent_by_thread(self) -> int:
        """The number of requests that the present thread has sent."""
        return self._ledger.sent_by_thread

    def _refused(self) -> dict[str, errors.ProviderError]:
        """Return the errors of the providers of titles that are not asked for a time, although they have a key."""
        keys = self._keys()
        found = {
            name: each.client.refused_error()
            for name, each in self.providers.items()
            if PROVIDERS[name].ids and not self._reason_off(name, keys)
        }
        return {name: error for name, error in found.items() if error is not None}

    def _id_at(self, provider: Provider, ids: Mapping[str, str], kind: TitleKind) -> str:
        """Return the id of a title at a provider by its ids at others; "" if the provider does not have it."""
        known = [ExternalId(name, value) for name, value in ids.items()]
        found = provider.find([each for each in known if each.is_valid], kind)
        return found[0].external_id if found else ""

    def _used(self) -> dict[str, Provider]:
        """
        Return the providers of titles that are on.

        Raises:
            ProviderError: None is on.

        """
        keys = self._keys()
        reasons_off = {
            name: self._reason_off(name, keys) or each.client.refusal() for name, each in self.providers.items()
        }
        used = {name: each for name, each in self.providers.items() if not reasons_off[name] and PROVIDERS[name].ids}
        if not used:
            reasons = set(reasons_off.values())
            refusals = [each.message for each in self._refused().values()]
            general = reasons.pop() if len(reasons) == 1 else "'indexium providers status' has the reasons."
            more = " ".join(refusals) or general
            pauses = {name: each.retry_after for name, each in self._refused().items() if each.is_fault}
            raise errors.ProviderError(
                f"No provider of films and series can be asked. {more}",
                code="provider_off",
                retry_after=min(filter(None, pauses.values()), default=None),
                providers=list(pauses),
            )
        return used

    @needs(SETTINGS_MANAGE)
    def tidy(self) -> None:
        """Delete answers and requests that are older than 180 days; quotas count only the last 24 hours."""
        self._cache.prune(self._clock() - KEPT)
        self._ledger.prune(self._clock() - KEPT)

    def close(self) -> None:
        """Cancel the requests in progress; later requests fail."""
        self.network.close()

    def _ask(self, provider: Provider, answers: SearchAnswers) -> None:
        """
        Add the candidates of one provider: by id, by title, by title and year; then details of the best ones.

        The search without the year comes first: it also finds a film of the next year with the same title. Details are
        fetched only where they can change the result, and of the best titles that a person would be asked about. If no
        title is similar, these are the first hits of the provider, as hits lack some titles of a film.
        """
        query = answers.query

        def decide(candidates: Iterable[Candidate]) -> MatchDecision:
            answers.add(candidates)
            return self._matcher.decide(answers.found.values(), query, is_complete=False)

        def detail(candidates: Iterable[ScoredCandidate]) -> MatchDecision:
            own = [each.candidate for each in candidates if self.providers.get(each.candidate.provider) is provider]
            records = [
                provider.details(each.external_id, each.content_type)
                for each in own
                if each.content_type != "unknown" and _lacks_details(each)
            ]
            return decide(record.candidate for record in records if record is not None)

        if query.external_ids and decide(provider.find(query.external_ids, query.content_type)).accepted:
            return
        first = provider.search(query, strict=False)
        decision = decide(first)
        if not decision.accepted and query.year is not None:
            of_year = provider.search(query, strict=True)
            first, decision = of_year or first, decide(of_year)
        decision = detail(self._matcher.undecided(decision, query))
        if decision.accepted or self._matcher.decide(answers.found.values(), query).accepted:
            return
        similar = [each for each in decision.candidates if each.score >= MIN_SCORE]
        if similar:
            detail(similar[:DETAILED])
            return
        places = {key_of(each): n for n, each in enumerate(first) if PROVIDERS[each.provider].hits_lack_titles}
        offered = [each for each in decision.candidates if key_of(each.candidate) in places]
        detail(sorted(offered, key=lambda each: places[key_of(each.candidate)])[:DETAILED])

    def _doubt(self, decision: MatchDecision, query: SearchQuery, missing: Collection[str]) -> str:
        """Return why providers without an answer (`missing`) can change a decision; "" if they cannot."""
        if not missing or any("id" in each.codes for each in decision.candidates):
            return ""
        if query.external_ids:
            return "Nothing is accepted, because the file has an id and not every provider has answered."
        best = decision.accepted
        open_facts = [each.candidate for each in self._matcher.undecided(decision, query)]
        if best and best.candidate.provider in missing and best.candidate in open_facts:
            what = "its runtime is" if query.content_type == "movie" else "its seasons are"
            return f"“{best.candidate.title}” is not accepted, because {what} not known."
        return ""

    def _status(self, name: str, provider: Provider, keys: home_keys.ProviderKeys) -> ProviderStatus:
        profile = provider.client.profile
        problem, missing = self._reason_off(name, keys), provider.client.unavailable()
        pause = missing.retry_after if missing and not problem and missing.is_fault else None
        trouble = provider.client.last_problem
        if missing is not None:
            trouble = "" if missing.reason == "provider_quota" else missing.message
        reason = missing.message if missing else f"The last request failed: {trouble}" if trouble else "Ready."
        is_on = not problem and not missing
        return ProviderStatus(
            provider=name,
            name=profile.name,
            is_on=is_on,
            state="on" if is_on else "off" if pause is None else "paused",
            next_try=None if pause is None else self._clock() + timedelta(seconds=pause),
            reason=problem or reason,
            needs_action=bool(keys.problem or _warning(name, keys) if problem else trouble)
            and self._config.online != "off",
            url=profile.url(),
            requests_today=self._ledger.count(name, self._clock() - _DAY).number,
            requests_per_day=profile.per_day(),
        )

    def _reason_off(self, name: str, keys: home_keys.ProviderKeys) -> str:
        """Return why the settings do not allow a provider; "" if they do."""
        if self._config.online == "off":
            return "Nothing is sent: the setting INDEXIUM_ONLINE is off."
        needed = [each.name for each in PROVIDERS[name].keys if each.is_needed]
        if not any(map(keys.get, needed)):
            return (
                keys.problem
                or _warning(name, keys)
                or f"There is no key. Enter it in the settings, or run: indexium providers set-key {needed[0]}."
            )
        return ""

    def _keys(self) -> home_keys.ProviderKeys:
        return home_keys.provider_keys(self._config.home)


def _warning(name: str, keys: home_keys.ProviderKeys) -> str:
    """Return what is wrong with a line of the file of keys, if the line may mean a key of this provider."""
    names = {each.name for each in PROVIDERS[name].keys if each.is_needed}
    return keys.warning if not keys.meant or keys.meant in names else ""


@contextlib.contextmanager
def _collected(problems: dict[str, errors.ProviderError], name: str) -> Iterator[None]:
    """Add the error of a provider to the problems, so that the others are asked."""
    try:
        yield
    except errors.ProviderError as error:
        error.providers = [name]
        problems[name] = error


def _joined(problems: Sequence[errors.ProviderError]) -> errors.ProviderError:
    """Return the errors of all providers as one."""
    if len(problems) == 1:
        return problems[0]
    waits = [each.retry_after for each in problems if each.retry_after is not None and each.is_fault]
    reasons = {each.reason for each in problems}
    return errors.ProviderError(
        " ".join(each.message for each in problems),
        code=reasons.pop() if len(reasons) == 1 else "",
        retry_after=min(waits, default=None),
        is_temporary=any(each.is_temporary for each in problems),
        providers=[name for each in problems for name in each.providers],
    )


def _lacks_details(candidate: Candidate) -> bool:
    return not (candidate.runtime_minutes or candidate.season_sizes or candidate.cast)
