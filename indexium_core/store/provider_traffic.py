"""Answers of providers (`provider_cache`) and requests to them (`provider_requests`)."""

from __future__ import annotations

import json
import threading
import zlib
from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

from indexium_core.model.lookups.traffic import CachedAnswer, ProviderRequest, RequestCount, RequestFaults, RequestPage
from indexium_core.store import sql
from indexium_core.store.database import Database


class MetadataCache:
    """The answers of providers. An expired answer stays: the provider may confirm it without sending it again."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def get(self, provider: str, request_key: str) -> CachedAnswer | None:
        """Return the answer to a request; None if there is none, or if it is damaged."""
        parameters = {"provider": provider, "request_key": request_key}
        row = self._database.read().execute(_sql("answer"), parameters).fetchone()
        if row is None:
            return None
        status, body, etag, last_modified, fetched_at, expires_at = row
        try:
            text = zlib.decompress(body)
        except zlib.error:
            return None
        return CachedAnswer(
            status=status,
            body=text,
            etag=etag,
            last_modified=last_modified,
            fetched_at=fetched_at,
            expires_at=expires_at,
        )

    def put(self, provider: str, request_key: str, answer: CachedAnswer) -> None:
        """Store the answer to a request in place of an older one."""
        values = {
            "provider": provider,
            "request_key": request_key,
            "status": answer.status,
            "body": zlib.compress(answer.body),
            "etag": answer.etag,
            "last_modified": answer.last_modified,
            "fetched_at": answer.fetched_at,
            "expires_at": answer.expires_at,
        }
        self._database.run(lambda tx: tx.execute(_sql("store_answer"), values))

    def prune(self, before: datetime) -> None:
        """Delete the answers that were fetched before a moment."""
        self._database.run(lambda tx: tx.execute(_sql("prune_answers"), {"before": before}))


class RequestLedger:
    """Every request that left this machine. A request is stored before it is sent, so quotas survive a kill."""

    def __init__(self, database: Database, *, clock: Callable[[], datetime]) -> None:
        self._database, self._clock = database, clock
        self._own = threading.local()

    @property
    def sent_by_thread(self) -> int:
        """The number of requests that the present thread has stored."""
        return getattr(self._own, "sent", 0)

    def begin(self, provider: str, route: str, parameters: Mapping[str, str]) -> int:
        """Store a request and return its id."""
        values: dict[str, Any] = {"at": self._clock(), "provider": provider, "route": route}
        values["parameters"] = json.dumps(dict(parameters), ensure_ascii=False)
        with self._database.atomic() as tx:
            request_id = int(tx.value(_sql("next_request")))
            tx.execute(_sql("begin_request"), values | {"id": request_id})
        self._own.sent = self.sent_by_thread + 1
        return request_id

    def finish(self, request_id: int, *, status: int | None, seconds: float, size: int | None) -> None:
        """Store the result of a request. `seconds` includes the wait for the rate limit."""
        values = {"id": request_id, "status": status, "seconds": seconds, "bytes": size}
        self._database.run(lambda tx: tx.execute(_sql("finish_request"), values))

    def count(self, provider: str, since: datetime) -> RequestCount:
        """Return the number of requests to a provider since a moment."""
        values = {"provider": provider, "since": since}
        row = self._database.read().execute(_sql("count_requests"), values).fetchone()
        assert row is not None
        return RequestCount(*row)

    def faults(self, provider: str) -> RequestFaults:
        """Return the failed requests to a provider since its last answer."""
        row = self._database.read().execute(_sql("faults"), {"provider": provider}).fetchone()
        assert row is not None
        return RequestFaults(*row)

    def newest(self, limit: int) -> list[ProviderRequest]:
        """Return the newest requests, newest first."""
        rows = self._database.read().execute(_sql("requests"), {"limit": limit}).fetch_dicts()
        return [_request(row) for row in rows]

    def page(
        self, text: str, *, provider: str, failed: bool, title: tuple[str, int] | None, page: int, per_page: int
    ) -> RequestPage:
        """
        Return one page of the requests whose route or parameters contain a text, newest first.

        `title` is the type (`movie` or `series`) and the id of a title; None for all.
        """
        reader = self._database.read()
        kind, title_id = title or ("", 0)
        facts: dict[str, Any] = {"text": text, "provider": provider, "failed": failed, "kind": kind}
        facts["title_id"] = title_id
        place = {"limit": per_page, "offset": (page - 1) * per_page}
        return RequestPage(
            items=[_request(row) for row in reader.execute(_sql("request_page"), facts | place).fetch_dicts()],
            total=int(reader.value(_sql("count_matching_requests"), facts)),
            page=page,
            per_page=per_page,
            providers=[name for (name,) in reader.execute(_sql("requested_providers")).fetchall()],
        )

    def prune(self, before: datetime) -> None:
        """Delete the requests that were sent before a moment."""
        self._database.run(lambda tx: tx.execute(_sql("prune_requests"), {"before": before}))


def _request(row: Mapping[str, Any]) -> ProviderRequest:
    return ProviderRequest(**{**row, "parameters": json.loads(row["parameters"])})


def _sql(name: str) -> str:
    return sql.compose("providers")[name]
