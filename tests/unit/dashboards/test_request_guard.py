"""The request guard of every route: names, origins, headers."""

from __future__ import annotations

import http.client

import pytest
from bokeh.core.types import ID
from bokeh.util.token import generate_jwt_token

from dashboards.web import request_guard, server
from dashboards.web.server import DashboardServer

ROUTES = ("/", "/plan", "/history", "/healthz", "/assets/tokens.css", "/static/js/bokeh.min.js", "/nowhere")
SOCKET = {
    "Upgrade": "websocket",
    "Connection": "Upgrade",
    "Sec-WebSocket-Key": "dGhlIHNhbXBsZSBub25jZQ==",
    "Sec-WebSocket-Version": "13",
}


def ask(
    served: DashboardServer, path: str, *, method: str = "GET", **headers: str
) -> tuple[int, dict[str, str], bytes]:
    connection = http.client.HTTPConnection("127.0.0.1", served.port, timeout=20)
    connection.request(method, path, headers={name.replace("_", "-"): value for name, value in headers.items()})
    answer = connection.getresponse()
    body = answer.read() if answer.status != 101 else b""
    found = {name.lower(): value for name, value in answer.getheaders()}
    connection.close()
    return answer.status, found, body


@pytest.mark.parametrize("path", [*ROUTES, "/thumbnail/1", "/files/plan.csv"])
@pytest.mark.parametrize("site", ["cross-site", "same-site"])
def test_foreign_page_can_only_link(served: DashboardServer, path: str, site: str) -> None:
    """Each requested page creates a session; pages of other origins must not create hundreds of them."""
    for fetched in (
        {"Mode": "no-cors", "Dest": "image"},
        {"Mode": "cors", "Dest": "empty"},
        {"Mode": "navigate", "Dest": "iframe"},
    ):
        headers = {f"Sec_Fetch_{name}": value for name, value in fetched.items()}
        assert ask(served, path, Sec_Fetch_Site=site, **headers)[0] == 403
    link = {"Sec_Fetch_Site": site, "Sec_Fetch_Mode": "navigate", "Sec_Fetch_Dest": "document"}
    assert ask(served, path, **link)[0] == ask(served, path)[0]


@pytest.mark.parametrize("path", ["/autoload.js", "/plan/autoload.js"])
def test_pages_cannot_be_framed(served: DashboardServer, path: str) -> None:
    status, headers, body = ask(served, f"{path}?bokeh-autoload-element=x", Origin="http://evil.example")
    assert (status, b"token" in body) == (404, False)
    assert "access-control-allow-origin" not in headers


@pytest.mark.parametrize("origin", ["http://[::1", "http://[", "null", "http://"])
def test_invalid_origin_is_refused(served: DashboardServer, origin: str) -> None:
    assert ask(served, "/api/jobs/1/pause", method="POST", Origin=origin)[0] == 403
    assert ask(served, "/ws", Origin=origin, **SOCKET)[0] == 403


@pytest.mark.parametrize("path", ROUTES)
def test_foreign_host_is_refused_on_every_route(served: DashboardServer, path: str) -> None:
    status, _, body = ask(served, path, Host=f"evil.example:{served.port}")
    assert status == 421
    assert body == b"The Host header does not name this server. The setting INDEXIUM_ALLOWED_HOSTS allows more names."


@pytest.mark.parametrize("name", ["127.0.0.1", "localhost", "LOCALHOST", "[::1]"])
def test_own_host_names_are_served(served: DashboardServer, name: str) -> None:
    assert ask(served, "/healthz", Host=f"{name}:{served.port}")[0] == 200


def test_own_host_with_another_port_is_refused(served: DashboardServer) -> None:
    assert ask(served, "/healthz", Host="127.0.0.1:1")[0] == 421


@pytest.mark.parametrize("origin", ["http://evil.example", "null", ""])
@pytest.mark.parametrize("path", ["/ws", "/plan/ws", "/nowhere/ws"])
def test_foreign_websocket_is_refused(served: DashboardServer, path: str, origin: str) -> None:
    headers = SOCKET | ({"Origin": origin} if origin else {})
    assert ask(served, path, **headers)[0] == 403


def test_own_websocket_is_accepted(served: DashboardServer) -> None:
    """Only a page has a token. Bokeh checks the rest of it after the handshake."""
    origin = {"Origin": f"http://127.0.0.1:{served.port}"}
    assert ask(served, "/plan/ws", **SOCKET, **origin)[0] == 403
    protocol = {"Sec-WebSocket-Protocol": f"bokeh, {generate_jwt_token(ID('1'))}"}
    assert ask(served, "/plan/ws", **SOCKET, **origin, **protocol)[0] == 101


def test_foreign_page_cannot_change_anything(served: DashboardServer) -> None:
    assert ask(served, "/healthz", method="POST", Origin="http://evil.example")[0] == 403


@pytest.mark.parametrize("path", ROUTES)
def test_every_response_has_security_headers(served: DashboardServer, path: str) -> None:
    _, headers, _ = ask(served, path)
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["x-frame-options"] == "DENY"
    policy = headers["content-security-policy"]
    assert "default-src 'none'" in policy
    assert "frame-ancestors 'none'" in policy
    scripts = policy.split("script-src", 1)[1].split(";", 1)[0]
    assert "unsafe-inline" not in scripts
    assert "unsafe-eval" not in scripts


def test_each_page_has_its_own_script_nonce(served: DashboardServer) -> None:
    seen = set()
    for _ in range(2):
        _, headers, body = ask(served, "/plan")
        nonce = headers["content-security-policy"].split("'nonce-", 1)[1].split("'", 1)[0]
        text = body.decode()
        assert text.count("<script") == text.count(f'<script nonce="{nonce}"')
        seen.add(nonce)
    assert len(seen) == 2


def test_page_loads_nothing_from_other_hosts(served: DashboardServer) -> None:
    text = ask(served, "/plan")[2].decode()
    assert 'src="http' not in text
    assert 'href="http' not in text


@pytest.mark.parametrize("path", ["/assets/../server.py", "/assets/%2e%2e/server.py", "/assets/%252e%252e/server.py"])
def test_asset_route_serves_only_assets(served: DashboardServer, path: str) -> None:
    status, _, body = ask(served, path)
    assert status in {400, 403, 404}
    assert b"DashboardServer" not in body


def test_remote_server_accepts_addresses_but_no_foreign_names() -> None:
    hosts = request_guard.Hosts("0.0.0.0", 5006)
    assert hosts.allow("192.0.2.7:5006")
    assert hosts.allow("[2001:db8::1]:5006")
    assert not hosts.allow("192.0.2.7:80")
    assert not hosts.allow("evil.example:5006")
    assert not hosts.allow("")


def test_only_notebooks_on_this_machine_can_show_a_page(served: DashboardServer) -> None:
    framed = {"Sec_Fetch_Site": "same-site", "Sec_Fetch_Mode": "navigate", "Sec_Fetch_Dest": "iframe"}
    port = server.free_port("127.0.0.1", 0)
    library = served._library
    with DashboardServer(library, host="127.0.0.1", port=port, is_embedded=True).background() as embedded:
        status, headers, _ = ask(embedded, "/plan", **framed)
        image = ask(embedded, "/plan", **{**framed, "Sec_Fetch_Mode": "no-cors", "Sec_Fetch_Dest": "image"})[0]

    assert (status, image) == (200, 403)
    assert "x-frame-options" not in headers
    policy = headers["content-security-policy"]
    assert policy.partition("frame-ancestors ")[2].split() == [
        "http://localhost:*",
        "http://127.0.0.1:*",
        "https://localhost:*",
        "https://127.0.0.1:*",
    ]
    assert ask(served, "/plan", **framed)[0] == 403
