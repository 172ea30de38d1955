"""Every route as every role: what a role may not do is refused, and nothing fails."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest

from dashboards.web import server
from dashboards.web.server import DashboardServer
from indexium_core import errors
from indexium_core.model.accounts.permissions import ROLES, Permission, Role, permissions_of
from indexium_core.model.job_kinds import TO_START
from indexium_core.model.operations.actor import Actor
from indexium_core.model.operations.operation import WriteOptions
from tests.support import described
from tests.support.effort import effort
from tests.support.holding import Gate
from tests.support.rest import Client
from tests.support.sessions import PASSWORD, signed_in
from tests.support.studio import ALL, Studio

# What each route of REST needs. A new route needs an entry.
NEEDS: Mapping[Permission, str] = {
    "plan.read": """
        POST /api/metadata/plan, POST /api/publications/summary, POST /api/publications/dry-run, POST /api/tokens,
        DELETE /api/tokens/{token_id}
    """,
    "query.run": "GET /api/query",
    "plan.edit": """
        POST /api/metadata/plan/{ref}/edit, POST /api/metadata/plan/{ref}/postpone,
        POST /api/metadata/plan/{ref}/mode, DELETE /api/metadata/plan/{ref}/{kind}, POST /api/tracks/bulk-favorite,
        POST /api/photos/bulk-favorite, POST /api/track/{file_id}/favorite, POST /api/photo/{file_id}/favorite,
        POST /api/track/{file_id}/locks, DELETE /api/track/{file_id}/locks, DELETE /api/track/{file_id}/locks/{field},
        POST /api/requests/{approval_id}/approve, POST /api/requests/{approval_id}/reject,
        POST /api/requests/{approval_id}/withdraw, POST /api/requests/{approval_id}/comments
    """,
    "titles.edit": """
        PUT /api/{kind}/{title_id}/values/{field}, POST /api/{kind}/{title_id}/locks,
        DELETE /api/{kind}/{title_id}/locks, DELETE /api/{kind}/{title_id}/locks/{field},
        POST /api/{kind}/{title_id}/files, POST /api/titles/files, POST /api/titles/files/automatic,
        POST /api/titles/plan, POST /api/titles/matches/undo, POST /api/titles/matches/{title_id}/accept,
        POST /api/titles/matches/{title_id}/reject, POST /api/titles/matches/{title_id}/ignore,
        POST /api/titles/matches/{title_id}/confirm, POST /api/titles/matches/{title_id}/later,
        POST /api/titles/matches/{title_id}/search, POST /api/titles/matches/{title_id}/suggest,
        POST /api/{kind}/{title_id}/enrich, POST /api/{kind}/{title_id}/assets/select,
        POST /api/{kind}/{title_id}/assets/reject, POST /api/{kind}/{title_id}/assets/reselect,
        POST /api/{kind}/{title_id}/assets/restore, POST /api/{kind}/{title_id}/assets/release,
        POST /api/{kind}/{title_id}/assets/search, POST /api/assets/select
    """,
    "jobs.manage": """
        POST /api/jobs/{job_id}/pause, POST /api/jobs/{job_id}/resume, POST /api/jobs/{job_id}/cancel,
        POST /api/jobs/{job_id}/retry, POST /api/jobs/{job_id}/priority, POST /api/libraries/{library_id}/scan,
        POST /api/libraries/{library_id}/rescan, POST /api/track/{file_id}/rescan_media, POST /api/enrich/batch,
        POST /api/publications/refresh
    """,
    "write.safe": """
        PATCH /api/metadata/operations/{operation_id}, POST /api/metadata/operations/{operation_id}/pause,
        POST /api/metadata/operations/{operation_id}/cancel
    """,
    "write.any": """
        POST /api/metadata/write, POST /api/metadata/operations/{operation_id}/resume,
        POST /api/metadata/operations/{operation_id}/retry
    """,
    "rollback": "POST /api/metadata/history/{operation_id}/rollback",
    "publish": """
        POST /api/{kind}/{title_id}/publish, POST /api/{kind}/publish-bulk,
        POST /api/{kind}/{title_id}/discard-changes, POST /api/{kind}/{title_id}/restore, POST /api/publications,
        POST /api/publications/choice, POST /api/publications/integrity, POST /api/players/notify,
        POST /api/players/notify-title, POST /api/players/{player_id}/notify, POST /api/players/{player_id}/read
    """,
    "libraries.manage": """
        PATCH /api/libraries/{library_id}, PUT /api/libraries/{library_id}/publishing,
        PUT /api/libraries/{library_id}/artwork/{asset_type}
    """,
    "settings.manage": """
        GET /api/webhook-sources, POST /api/webhook-sources, GET /api/webhook-sources/{name},
        PATCH /api/webhook-sources/{name}, DELETE /api/webhook-sources/{name},
        POST /api/webhook-sources/{name}/secret, POST /api/webhook-sources/{name}/path,
        POST /api/webhook-sources/{name}/test, GET /api/webhook-events, GET /api/webhook-events/{event_id},
        POST /api/webhook-events/{event_id}/repeat, PUT /api/schedules/{name}, POST /api/schedules/{name}/run,
        PUT /api/automation, PATCH /api/automation/{library_id}, GET /api/players, POST /api/players,
        GET /api/players/{player_id}, PUT /api/players/{player_id}, DELETE /api/players/{player_id},
        PUT /api/players/{player_id}/key, POST /api/players/{player_id}/test, GET /api/players/{player_id}/readings,
        POST /api/fields, PUT /api/fields/{key}, DELETE /api/fields/{key}
    """,
}
# A session is not enough for these: the call of a command needs the token of the service, an event its secret.
OTHERS = {"POST /api/library/{method}": (401, "unauthorized"), "POST /api/webhooks/{name}": (404, "unknown_id")}
# Bodies of routes that need more than their description requires.
BODIES: Mapping[str, Any] = {
    "POST /api/metadata/plan/{ref}/edit": {"result_people": ["Ann Lee"]},
    "POST /api/metadata/write": {"all": True, "options": {"risk": "safe,warning,danger"}},
    "POST /api/tracks/bulk-favorite": {"favorite": True, "file_ids": [1]},
    "POST /api/photos/bulk-favorite": {"favorite": True, "file_ids": [1]},
    "PATCH /api/libraries/{library_id}": {"write_ratings": "with-plan"},
    "POST /api/publications": {"addresses": ["movie:1"]},
    "POST /api/publications/summary": {"filter": {}},
    "POST /api/publications/dry-run": {"filter": {}},
    "POST /api/titles/matches/{title_id}/accept": {"position": 1},
    "POST /api/{kind}/{title_id}/locks": {"fields": ["plot"]},
}
PARAMETERS = {"GET /api/query": "?sql=SELECT+1", "GET /api/assets/candidates": "?entity_type=movie&entity_id=1"}
# What the other routes of the dashboard need, by their patterns; "": nothing, or the route has a check of its own.
PAGES: Mapping[str, tuple[Permission | None, str, str]] = {
    r"/healthz": (None, "GET", "/healthz"),
    r"/sign-in": (None, "GET", "/sign-in"),
    r"/sign-in/openid": (None, "GET", "/sign-in/openid"),  # 401: there is no provider
    r"/sign-in/openid/back": (None, "GET", "/sign-in/openid/back"),
    r"/first-person": (None, "GET", "/first-person"),
    r"/sign-out": (None, "GET", "/sign-out"),  # 405
    r"/api/.*": (None, "GET", "/api/docs"),
    r"/assets/(.*)": (None, "GET", "/assets/page.css"),
    r"/favicon.ico": (None, "GET", "/favicon.ico"),
    r"/media/(\d{1,19})": ("plan.read", "GET", "/media/1"),
    r"/thumbnail/(\d{1,19})": ("plan.read", "GET", "/thumbnail/1"),
    r"/poster/(\d{1,19})": ("plan.read", "GET", "/poster/1"),
    r"/poster/(\d{1,19})/candidate/(\d{1,4})": ("plan.read", "GET", "/poster/1/candidate/1"),
    r"/picture/(\d{1,18})": ("plan.read", "GET", "/picture/1"),
    r"/picture/(\d{1,18})/original": ("plan.read", "GET", "/picture/1/original"),
    r"/collage/(\d{1,19})": ("plan.read", "GET", "/collage/1"),
    r"/present-picture/([a-z]{1,10}:\d{1,15})": ("plan.read", "GET", "/present-picture/movie:1"),
    **{f"/reading{page}": ("plan.read", "GET", f"/reading{page}") for page in ("", "/plan", "/jobs", "/history")},
    r"/call/([a-z_]{1,40}\.[a-z_]{1,60})": ("plan.read", "POST", "/call/checks.groups"),
    r"/files/plan\.(csv|json)": ("plan.read", "GET", "/files/plan.csv"),
    r"/files/dry-run/([\w-]+)\.(csv|json)": ("plan.read", "GET", "/files/dry-run/guessed.csv"),
    r"/files/changes": ("plan.read", "POST", "/files/changes"),
    r"/files/query\.(csv|parquet)": ("query.run", "GET", "/files/query.csv?q=SELECT+1"),
    r"/files/people": ("plan.edit", "POST", "/files/people"),
}
SENT = {
    "/call/checks.groups": "application/json",
    "/files/changes": "text/csv",
    "/files/people": "application/octet-stream",
}


def needed(route: str) -> Permission:
    """Return what a route needs; a GET that stands nowhere shows what every role may see."""
    found = [each for each, routes in NEEDS.items() if route in re.split(r",\s+", routes.strip())]
    assert found or route.startswith("GET "), f"Say in NEEDS what {route} needs."
    return found[0] if found else "plan.read"


@pytest.fixture
def studio(tmp_path: Path) -> Iterator[Studio]:
    made = Studio(tmp_path, 2)
    with made.library as library:
        library.inventory.set_kind(1, "mixed")
        title = library.titles.assign_new([library.plan().items[0].file_id], "movie", "Nosferatu", year=1922)
        library.titles.lock(title.id, ["plot"])
        library.users.add("Root", PASSWORD, role="admin")
        yield made


@pytest.fixture
def running(studio: Studio) -> Iterator[DashboardServer]:
    with server.make_server(studio.library, port=0).background() as made:
        yield made


def is_tried(permission: Permission | None, role: Role) -> bool:
    """Return whether a role tries a route: the lowest role that may, and each one below it; by default no other one."""
    before = ROLES[: ROLES.index(role)]
    return effort.exhaustive or not any(permission is None or permission in permissions_of(each) for each in before)


def test_every_route_is_refused_without_its_permission(running: DashboardServer, studio: Studio) -> None:
    patterns = {str(route[0]) for route in running._routes()}
    assert patterns == PAGES.keys(), "Say in PAGES what a route needs."
    wrong = []
    for role in ROLES:
        bob = signed_in(running.url, studio.library, f"Bob the {role}", role)
        wrong += [(role, *found) for found in (*wrong_pages(bob, role), *wrong_rest(bob, role))]
    assert wrong == []


def wrong_pages(bob: Client, role: Role) -> Iterator[tuple[str, int, bytes]]:
    """Yield the answers of pages and downloads that a role should not get."""
    for permission, method, path in PAGES.values():
        if not is_tried(permission, role):
            continue
        sent = {"Content_Type": SENT[path], "X_File_Name": "a.csv"} if path in SENT else {}
        answer = bob(method, path, b"path,person\n" if sent else None, **sent)
        is_refused = permission is not None and permission not in permissions_of(role)
        if (answer.status == 403) != is_refused or answer.status >= 500:
            yield path, answer.status, answer.text[:200]


def wrong_rest(bob: Client, role: Role) -> Iterator[tuple[str, int, bytes]]:
    """Yield the answers of REST that a role should not get."""
    routes = list(described.requests(bob.get("/api/openapi.json").json))
    assert len(routes) > 130
    listed = [route for routes in NEEDS.values() for route in re.split(r",\s+", routes.strip())]
    assert {*listed, *OTHERS} - {each.route for each in routes} == set()
    assert len(listed) == len(set(listed))
    for route, verb, path, example in routes:
        permission = None if route in OTHERS else needed(route)
        if not is_tried(permission, role):
            continue
        body = BODIES.get(route, example if verb == "GET" or example is not None else {})
        method = "HEAD" if path == "/api/events" else verb  # the answer to a GET has no end
        answer = bob(method, path + PARAMETERS.get(route, ""), body)
        if permission is None:
            is_right = (answer.status, answer.code) == OTHERS[route]
        elif permission not in permissions_of(role):
            is_right = (answer.status, answer.status == 403 and answer.code) == (403, "not_allowed")
        else:
            is_right = answer.status not in {401, 403} and (answer.status < 500 or answer.code == "provider_off")
        if not is_right:
            yield route, answer.status, answer.text


def test_every_kind_of_job_is_continued_only_by_who_may_start_one(studio: Studio) -> None:
    library = studio.library
    others = (
        "artwork collect enrich identify nightly-scan ratings reconciliation rescan retention scan thumbnails "
        "title-refresh"
    )
    assert {*TO_START, *others.split(), "verify"} == set(library._parts.core.queue.kinds())
    handle = library.write(library.plan(), ALL)
    handle.cancel()
    handle.wait()
    job = studio.job_of(handle.id)
    for role in ("editor", "approver"):
        user = library.users.add(role, PASSWORD, role=role)
        with library.acting_as(Actor("user", str(user.id), user.name)):
            for call in (library.jobs.retry, library.jobs.resume):
                expected = errors.ForbiddenError if role == "editor" else errors.UsageError
                if role == "editor" or call == library.jobs.resume:
                    with pytest.raises(expected):
                        call(job.id)


def person(studio: Studio, name: str, role: Role) -> Actor:
    return Actor("user", str(studio.library.users.add(name, PASSWORD, role=role).id), name)


def paused_write(studio: Studio, monkeypatch: pytest.MonkeyPatch, actor: Actor, risk: tuple[str, ...]) -> int:
    """Return the id of a paused write that an actor started."""
    studio.library.configuration.set("metadata_max_concurrent_writes", "1")
    gate = Gate(monkeypatch, 0)
    with studio.library.acting_as(actor):
        handle = gate.write(studio.library, WriteOptions(risk=risk))
    gate.pause(studio.library, handle.id, by=actor.name)
    return handle.id


def test_who_started_a_safe_write_may_resume_it(studio: Studio, monkeypatch: pytest.MonkeyPatch) -> None:
    library = studio.library
    ann, bob = (
        Actor("user", str(library.users.add(name, PASSWORD, role="editor").id), name) for name in ("Ann", "Bob")
    )
    paused = paused_write(studio, monkeypatch, ann, ("safe",))
    job = studio.job_of(paused).id
    for call in (lambda: library.resume(paused), lambda: library.jobs.resume(job)):
        with library.acting_as(bob), pytest.raises(errors.ForbiddenError, match="write every planned change"):
            call()
    with library.acting_as(ann):
        library.jobs.resume(job)
        assert library.handle(paused).wait().status == "completed"


def test_lost_role_or_token_resumes_no_other_write(studio: Studio, monkeypatch: pytest.MonkeyPatch) -> None:
    """Who lost the role in which the write was started needs it again, and a token needs it itself."""
    library = studio.library
    ann = person(studio, "Ann", "approver")
    made = library.tokens.add("night", permissions=["plan.read", "write.safe"], user="Ann")
    token = Actor("token", str(made.token.id), "Ann (night)")
    paused = paused_write(studio, monkeypatch, ann, ALL.risk)
    with library.acting_as(token), pytest.raises(errors.ForbiddenError, match="write every planned change"):
        library.resume(paused)
    library.users.change("Ann", role="editor")
    with library.acting_as(ann), pytest.raises(errors.ForbiddenError, match="write every planned change"):
        library.resume(paused)
    library.users.change("Ann", role="approver")
    with library.acting_as(ann):
        assert library.resume(paused).wait().status == "completed"
