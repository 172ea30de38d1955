"""
The dashboard: the list of its pages, and the page of a new session.

`indexium serve` creates it in `web/server.py`.
"""

from __future__ import annotations

import logging
import zlib
from collections.abc import Callable
from typing import Any

import jinja2
import panel as pn
from bokeh.document import Document
from bokeh.util.token import get_session_id, get_token_payload
from panel.io.document import init_doc
from panel.io.state import set_curdoc

from dashboards import face
from dashboards.components import drawing
from dashboards.frame import plain
from dashboards.frame.entries import entries
from dashboards.frame.style_sheets import sheets
from dashboards.pages.history.history_charts import HistoryCharts
from dashboards.pages.plan.risk_chart import PlanRisk
from dashboards.pages.query.result_chart import ResultChart
from dashboards.session import TITLE, PageEntry, Session
from dashboards.shared import Shared
from indexium_core import errors
from indexium_core.library import Library
from indexium_core.model.accounts.actor_limit import ActorLimit
from indexium_core.model.accounts.permissions import QUERY_RUN, SETTINGS_MANAGE, USERS_MANAGE
from indexium_core.model.operations.actor import Actor, local_actor

logger = logging.getLogger(__name__)

# Scripts that Panel adds to every page: `page.js` imports modules as the browser does, and no chart uses WebGL.
_UNUSED_SCRIPTS = ("es-module-shims", "/bokeh-gl.")
FAILED = "An error occurred while this page was created; no file was changed. The log of the service has the details."
PAGES = (
    PageEntry("plan", "Plan", charts=PlanRisk),
    PageEntry("checks", "Checks"),
    PageEntry("decide", "To decide", "titles/decide"),
    PageEntry("library", "Library"),
    PageEntry("folders", "Folders"),  # below *Library*
    PageEntry("titles", "Titles"),
    PageEntry("title", "Title", "titles"),  # and the id in its address
    PageEntry("publish", "Publish", "titles/publish"),
    PageEntry("people", "People"),
    PageEntry("requests", "Requests"),
    PageEntry("progress", "Progress"),
    PageEntry("history", "History", charts=HistoryCharts),
    PageEntry("activity", "Activity", "history/activity"),
    PageEntry("query", "Query", needs=QUERY_RUN, charts=ResultChart),
    PageEntry("jobs", "Jobs"),
    PageEntry("settings", "Settings", needs=SETTINGS_MANAGE),
    PageEntry("connections", "Connections", "settings/connections", SETTINGS_MANAGE),
    PageEntry("accounts", "Accounts", "settings/accounts", USERS_MANAGE),
    PageEntry("account", "My account"),
)
_PAGES_OF_ACCOUNT = 30  # open at the same time; each takes about 15 MB
_PAGES_OF_ALL = 100  # of everybody, also of the person at this computer
TITLES = {entry.name: entry.title for entry in PAGES}
PATHS = {entry.name: entry.address for entry in PAGES}
ROUTES = ("/", *PATHS.values(), TITLE.pattern)


class PageTemplate(pn.Template):
    """The template of a page. Bokeh collects the models of the document once, not again for each component."""

    def _init_doc(self, doc: Document | None = None, *arguments: Any, **options: Any) -> Document:
        document = init_doc(doc or pn.state.curdoc)
        with document.models.freeze():
            super()._init_doc(document, *arguments, **options)
        # Style sheets get absolute addresses: a component may be created after the address of the page has changed.
        with set_curdoc(document):
            pn.state.rel_path = "/."
        return document


class Pages:
    """Creates the page of each session of a process."""

    def __init__(
        self,
        library: Library,
        *,
        local: bool = False,
        actor_of: Callable[[], Actor] = local_actor,
        session_of: Callable[[], int | None] = lambda: None,
    ) -> None:
        """
        Serve `library`; see `Shared` for `local`.

        `actor_of` returns who opens the page that is being created, `session_of` the id of the session of this person.
        """
        self._actor_of, self._session_of = actor_of, session_of
        self.limit = ActorLimit(_PAGES_OF_ACCOUNT, "open pages", of_all=_PAGES_OF_ALL)
        self.sockets = ActorLimit(_PAGES_OF_ACCOUNT, "open pages", of_all=_PAGES_OF_ALL)  # websockets: one for a page
        self._statuses: dict[str, int] = {}  # of pages that could not be created, by sessions of Bokeh
        self._owners: dict[str, int | None] = {}  # sessions of people, by sessions of Bokeh
        self.shared = Shared(library, local=local)
        self._template = _template()

    def open(self) -> pn.Template:
        """Return the page of a new session, or an error page without a traceback."""
        library = self.shared.library
        try:
            with library.acting_as(self._actor_of()):
                session = self._session()
        except errors.TooManyError as error:  # a websocket brought the page back after its end
            self._note_status(error.http_status)
            return _failed(error.message)
        except Exception:
            self._note_status(500)
            logger.exception("dashboard.session_failed")
            return _failed()
        roots = session.roots()
        template = PageTemplate(self._template, items=roots)
        values: dict[str, Any] = {"page": session.page, "names": list(TITLES)}
        known = face.facts(
            library, session.account, local=session.local, pages=entries(TITLES, PATHS), refused=session.refused
        )
        values |= {"face": known, "modules": face.modules(), "first_modules": face.first_modules(session.page)}
        for name, value in (
            values
            | {"places": list(roots)}
            | {"sheets": sheets(), "instance": library.instance_id, "home": library.home_id}
        ).items():
            template.add_variable(name, value)
        return template

    def _session(self) -> Session:
        """Return a new session, which counts until its page is closed. Raises TooManyError."""
        account, page, session_id = self.limit.take(), pn.state.curdoc.session_context.id, self._session_of()

        def close() -> None:
            self.limit.release(account)
            self._owners.pop(page, None)

        try:
            session = Session(self.shared, PAGES, session_id)
            self._owners[page] = session_id
            pn.state.curdoc.on_session_destroyed(lambda _: close())
        except BaseException:
            close()
            raise
        return session

    def status_of(self, page: str) -> int:
        """Return the HTTP status of a new page: 200, or that of the error page in its place."""
        return self._statuses.get(page, 200)

    def _note_status(self, status: int) -> None:
        document, page = pn.state.curdoc, pn.state.curdoc.session_context.id
        self._statuses[page] = status
        document.on_session_destroyed(lambda _: self._statuses.pop(page, None))

    def is_of_another(self, page_token: str, session_id: int | None) -> bool:
        """Return whether a token of Bokeh is that of no page, or of a page of another session than this one."""
        try:
            page, expiry = get_session_id(page_token), get_token_payload(page_token)["session_expiry"]
        except (ValueError, TypeError, KeyError, AttributeError, zlib.error):
            return True
        return not isinstance(expiry, int) or self._owners.get(page, session_id) != session_id

    def warm(self) -> None:
        """Import the chart library before a page needs it."""
        self.shared.pool.submit(drawing.load)

    def close(self) -> None:
        """Stop the threads; each thread completes the call that it runs."""
        self.shared.close()


def _template() -> jinja2.Template:
    """Return the template of the page; Bokeh's environment has the macros that put components into it."""
    from panel.io.resources import _env

    environment = _env.overlay()
    environment.filters = {**environment.filters, "used": _used_scripts}  # `overlay` shares the filters of Bokeh
    template: jinja2.Template = environment.from_string(plain.asset("page.html"))
    return template


def _used_scripts(elements: str) -> str:
    """Return the script elements of Panel, one in each line, without those that no page uses."""
    lines = elements.splitlines(keepends=True)
    return "".join(line for line in lines if not any(name in line for name in _UNUSED_SCRIPTS))


def _failed(sentence: str = FAILED) -> pn.Template:
    """Return the error page for a session that could not be created."""
    template = pn.Template(jinja2.Template("{{ page }}"))
    text = plain.page("This page could not be created", sentence, [("Try again", "")], labels=TITLES, paths=PATHS)
    template.add_variable("page", text)
    return template
