"""Pages of the dashboard in the cells of a notebook."""

from __future__ import annotations

import importlib
import urllib.error
import urllib.request
from types import SimpleNamespace
from typing import Any

import pytest

from dashboards.web.embedding import EmbeddedPages
from dashboards.web.server import DashboardServer
from indexium_core import errors
from indexium_core.library import Library


def test_page_is_served_until_close(served: DashboardServer) -> None:
    pages = EmbeddedPages(served._library)
    page = pages.page("plan", query='risk:safe "Ann"', height=500)
    html = page._repr_html_()

    assert "risk%3Asafe+%22Ann%22" in page.url
    assert f'<iframe title="Plan" src="{page.url}"' in html
    assert "height:500px" in html
    with urllib.request.urlopen(page.url, timeout=20) as answer:
        assert b'data-page="plan"' in answer.read()
    with pytest.raises(errors.UsageError, match="There is no page 'films'"):
        pages.page("films", query="", height=500)
    pages.close()
    with pytest.raises(urllib.error.URLError):
        urllib.request.urlopen(page.url, timeout=20)


def test_missing_panel_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    def missing(_: str) -> Any:
        raise ModuleNotFoundError(name="panel")

    monkeypatch.setattr(importlib, "import_module", missing)
    closed: Any = SimpleNamespace(_embedded=None)
    with pytest.raises(errors.UsageError, match="Pages need the package panel, which is not installed"):
        Library.panel(closed)
