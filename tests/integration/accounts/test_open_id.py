"""The sign-in with an account of a real OpenID Connect provider on this machine."""

from __future__ import annotations

import base64
import hashlib
import re
import threading
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

from dashboards.web import server
from indexium_core import errors, keys
from indexium_core.library import Library
from indexium_core.model.operations.actor import Actor
from tests.support import open_id
from tests.support.cases import each_case
from tests.support.open_id import ZOE, Browser, Provider, User, changed_tokens, problem

pytestmark = pytest.mark.filterwarnings("ignore::DeprecationWarning")  # of the provider, which is an older program

PASSWORD, SECRET = "correct horse", "s3cret of Indexium"
BOSS = User(sub="1", claims={"preferred_username": "Root", "groups": ["boss", "family"]})
GUEST = User(sub="2", claims={"preferred_username": "Guest", "groups": ["guests"]})
ANN = User(sub="3", claims={"preferred_username": "ann lee"})


class Shift:
    """The present moment, which a test moves."""

    by = timedelta()

    def __call__(self) -> datetime:
        return datetime.now(UTC) + self.by


@pytest.fixture(scope="module")
def provider() -> Iterator[Provider]:
    with open_id.provider(people=(ZOE, BOSS, GUEST, ANN)) as running:
        yield running


@pytest.fixture
def clock() -> Shift:
    return Shift()


@pytest.fixture
def library(tmp_path: Path, provider: Provider, clock: Shift, monkeypatch: pytest.MonkeyPatch) -> Iterator[Library]:
    monkeypatch.setenv(keys.OPEN_ID_VARIABLE, SECRET)
    with Library.open(tmp_path / "home", clock=clock) as library:
        library.users.add("Ann Lee", PASSWORD, role="admin")
        library.configuration.set("oidc_issuer", provider.url)
        library.configuration.set("oidc_client_id", "indexium")
        library.configuration.set("oidc_new_role", "viewer")
        yield library


@pytest.fixture
def browser(library: Library) -> Iterator[Browser]:
    with server.make_server(library, port=0).background() as running:
        yield Browser(running.url)


def test_person_signs_in_and_is_known_again(library: Library, browser: Browser) -> None:
    page = browser("/sign-in?next=/history")
    assert '<a class="btn" href="/sign-in/openid?next=/history">Sign in with OpenID Connect</a>' in page.text
    for _ in range(2):
        reply = browser.sign_in("/history?operation=1")
        assert (reply.status, reply.address) == (303, "/history?operation=1")
        assert browser("/api/jobs").status == 200
    user = library.users.get("zoë")
    assert (user.role, user.has_password, user.sessions) == ("viewer", False, 1), "the former session has ended"
    [identity] = library.identities.list("Zoë")
    assert identity.subject == ZOE.sub
    assert browser("/sign-out", {}).status == 303
    assert browser("/api/jobs").status == 401


def test_request_has_state_nonce_and_challenge(browser: Browser, provider: Provider) -> None:
    start = browser("/sign-in/openid")
    sent = {name: values[0] for name, values in parse_qs(urlsplit(start.address).query).items()}
    assert (sent["response_type"], sent["client_id"], sent["scope"]) == ("code", "indexium", "openid profile")
    assert sent["redirect_uri"] == f"{browser.home}/sign-in/openid/back"
    assert min(len(sent["state"]), len(sent["nonce"])) >= 43
    [cookie] = start.cookies
    assert all(part in cookie for part in ("HttpOnly", "SameSite=Lax", "Path=/sign-in", "Max-Age=600"))
    assert sent["state"] not in cookie
    assert browser(browser.at_provider(start.address)).status == 303
    verifier = provider.forms[-1]["code_verifier"]
    digest = hashlib.sha256(verifier.encode()).digest()
    assert (sent["code_challenge_method"], sent["code_challenge"]) == (
        "S256",
        base64.urlsafe_b64encode(digest).rstrip(b"=").decode(),
    )
    assert len(verifier) >= 43


def replaced(address: str, **values: str) -> str:
    for name, value in values.items():
        address = re.sub(rf"([?&]){name}=[^&]*", rf"\g<1>{name}={value}", address)
    return address


def test_answer_counts_once_in_the_browser_of_its_start(browser: Browser, clock: Shift) -> None:
    stranger = Browser(browser.home)
    stranger("/sign-in/openid")
    back = browser.at_provider(browser("/sign-in/openid").address)
    for answer in (stranger(back), Browser(browser.home)(back)):
        assert (answer.status, problem(answer)) == (
            401,
            "This answer belongs to no sign-in of this browser. Sign in again.",
        )
        assert not any(each.partition("=")[2].partition(";")[0] not in {"", '""'} for each in answer.cookies)
    cookies = {host: dict(jar) for host, jar in browser.cookies.items()}
    assert browser(back).status == 303
    browser.cookies = cookies
    assert problem(browser(back)).startswith("This answer belongs to no sign-in")
    assert browser("/api/jobs").status == 401
    late = browser.at_provider(browser("/sign-in/openid").address)
    clock.by = timedelta(minutes=11)
    assert problem(browser(late)).startswith("This answer belongs to no sign-in")


def test_wrong_state_is_refused(browser: Browser) -> None:
    back = browser.at_provider(browser("/sign-in/openid").address)
    assert problem(browser(replaced(back, state="guessed"))).startswith("This answer belongs to no sign-in")
    assert browser("/api/jobs").status == 401
    assert problem(browser(back)).startswith("This answer belongs to no sign-in"), "the state counts once"


def test_used_code_is_refused(browser: Browser) -> None:
    back = browser.at_provider(browser("/sign-in/openid").address)
    used = parse_qs(urlsplit(back).query)["code"][0]
    assert browser(back).status == 303
    browser.cookies.clear()
    again = browser.at_provider(browser("/sign-in/openid").address)
    assert "it answers with the status 400" in problem(browser(replaced(again, code=used)))
    assert browser("/api/jobs").status == 401


@each_case(
    "change",
    [
        lambda claims: claims.update(nonce="another"),
        lambda claims: claims.pop("nonce"),
        lambda claims: claims.update(aud=["another"]),
        lambda claims: claims.update(aud="another", azp="indexium"),
        lambda claims: claims.pop("aud"),
        lambda claims: claims.update(aud=["indexium", "another"], azp="another"),
        lambda claims: claims.update(iss="https://evil.example"),
        lambda claims: claims.pop("sub"),
        lambda claims: claims.update(exp=1),
        lambda claims: claims.pop("exp"),
    ],
    ids=[
        "nonce",
        "no nonce",
        "audience",
        "audience alone",
        "no audience",
        "party",
        "issuer",
        "no subject",
        "expired",
        "no expiry",
    ],
)
def test_wrong_claim_is_refused(library: Library, browser: Browser, change: Callable[[dict[str, Any]], object]) -> None:
    with changed_tokens(change):
        answer = browser.sign_in()
    assert (answer.status, "its ID token is not valid" in problem(answer)) == (401, True)
    assert browser("/api/jobs").status == 401
    assert [user.name for user in library.users.list()] == ["Ann Lee"]


def test_old_token_is_refused(browser: Browser, clock: Shift) -> None:
    start = browser("/sign-in/openid")
    back = browser.at_provider(start.address)
    with changed_tokens(lambda claims: claims.update(exp=int(datetime.now(UTC).timestamp()) - 120)):
        assert "its ID token is not valid" in problem(browser(back))


def test_signature_of_another_is_refused(browser: Browser) -> None:
    def forged(header: Any, payload: Any, key: Any, *rest: Any) -> str:
        parts = (b'{"alg":"none"}', str(payload).replace("'", '"').encode(), b"")
        return ".".join(base64.urlsafe_b64encode(part).rstrip(b"=").decode() for part in parts)

    encode, open_id.jwt.encode = open_id.jwt.encode, forged  # type: ignore[assignment]
    try:
        assert "its ID token is not valid" in problem(browser.sign_in())
    finally:
        open_id.jwt.encode = encode


@each_case("following", ["https://evil.example/", "//evil.example", "/\\evil.example", "/sign-in/openid"])
def test_it_leads_to_no_other_site(browser: Browser, following: str) -> None:
    assert browser.sign_in(following).address == "/"


def test_name_of_somebody_here_is_refused_until_it_is_linked(library: Library, browser: Browser) -> None:
    answer = browser.sign_in(subject=ANN.sub)
    assert (answer.status, browser("/api/jobs").status) == (401, 401)
    assert problem(answer) == (
        "ann lee has no link to this account. Sign in with your password and link it, or ask an administrator to run: "
        "indexium users link NAME 3"
    )
    library.identities.link("Ann Lee", ANN.sub)
    assert browser.sign_in(subject=ANN.sub).status == 303
    [session] = library.users.sessions()
    assert session.user_name == "Ann Lee"
    with pytest.raises(errors.UsageError, match="Somebody signs in with the account “3” already"):
        library.identities.link("Ann Lee", ANN.sub)
    library.identities.unlink("Ann Lee", ANN.sub)
    assert browser.sign_in(subject=ANN.sub).status == 401


def ticket_of(library: Library, name: str) -> str:
    user = library.users.get(name)
    with library.acting_as(Actor("user", str(user.id), user.name)):
        return library.identities.ticket()


def test_person_links_an_account_from_a_session(library: Library, browser: Browser) -> None:
    assert browser("/sign-in", {"name": "Ann Lee", "password": PASSWORD}).status == 303
    start = browser(f"/sign-in/openid?next=/settings&ticket={ticket_of(library, 'Ann Lee')}")
    assert browser(browser.at_provider(start.address, GUEST.sub)).address == "/settings"
    assert [(each.user_name, each.subject) for each in library.identities.list()] == [("Ann Lee", GUEST.sub)]
    library.users.end_sessions("Ann Lee")
    assert browser.sign_in(subject=GUEST.sub).status == 303
    assert [each.user_name for each in library.users.sessions()] == ["Ann Lee"]


def test_ticket_counts_once_and_only_for_its_person(library: Library, browser: Browser) -> None:
    ticket = ticket_of(library, "Ann Lee")
    start = browser(f"/sign-in/openid?ticket={ticket}")
    answer = browser(browser.at_provider(start.address, GUEST.sub))
    assert problem(answer) == "Somebody else has signed in here meanwhile. Start again."
    assert problem(browser(f"/sign-in/openid?ticket={ticket}")) == "The time to link the account is over. Start again."
    assert library.identities.list() == []


def test_groups_give_the_role_at_each_sign_in(library: Library, browser: Browser) -> None:
    library.configuration.set("oidc_role_claim", "groups")
    library.configuration.set("oidc_roles", "family=viewer, boss=admin")
    assert browser.sign_in(subject=BOSS.sub).status == 303
    assert library.users.get("Root").role == "admin"
    library.configuration.set("oidc_roles", "family=editor")
    assert browser.sign_in(subject=BOSS.sub).status == 303
    assert library.users.get("Root").role == "editor"
    assert "is in no group that may sign in here" in problem(browser.sign_in(subject=GUEST.sub))


def test_unknown_person_is_refused_without_a_role(library: Library, browser: Browser) -> None:
    library.configuration.set("oidc_new_role", "none")
    assert problem(browser.sign_in()).startswith("Zoë does not exist here.")
    assert [user.name for user in library.users.list()] == ["Ann Lee"]


def test_person_who_is_switched_off_cannot_sign_in(library: Library, browser: Browser) -> None:
    browser.sign_in()
    library.users.change("Zoë", enabled=False)
    assert problem(browser.sign_in()) == "You cannot sign in here. Ask an administrator."


def test_denial_is_one_sentence(browser: Browser) -> None:
    start = browser("/sign-in/openid")
    state = parse_qs(urlsplit(start.address).query)["state"][0]
    denied = browser(start.address, {"action": "deny"}).address
    assert "error=access_denied" in denied
    answer = browser(f"{denied}&state={state}" if "state=" not in denied else denied)
    assert problem(answer) == "OpenID Connect did not sign you in: access_denied."


def test_secret_is_sent_in_a_header_and_never_shown(library: Library, browser: Browser, provider: Provider) -> None:
    assert browser.sign_in().status == 303
    assert "client_secret" not in provider.forms[-1]
    assert SECRET not in str([library.configuration.table(), library.settings])


def test_key_file_that_others_can_read_is_refused(
    library: Library, browser: Browser, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv(keys.OPEN_ID_VARIABLE)
    path = library.home / keys.SIGN_IN_FILE
    path.write_text('oidc_client_secret = "s3cret"\n')
    path.chmod(0o644)
    assert problem(browser.sign_in()).startswith("Other users can read the keys in")
    path.chmod(0o600)
    assert browser.sign_in().status == 303


def test_off_without_settings(library: Library, browser: Browser) -> None:
    library.configuration.set("oidc_issuer", "")
    assert "Sign in with" not in browser("/sign-in").text
    assert problem(browser("/sign-in/openid")).startswith("OpenID Connect is off.")
    assert browser("/sign-in/openid/back?code=1&state=1").status == 401


@each_case("issuer", ["http://auth.example.org", "https://a b", "ftp://auth.example.org", "auth"])
def test_issuer_needs_tls(library: Library, issuer: str) -> None:
    with pytest.raises(errors.ValidationError, match="an address such as https://auth"):
        library.configuration.set("oidc_issuer", issuer)


class _Discovery(BaseHTTPRequestHandler):
    """A provider whose discovery a test chooses."""

    body, status, location = b"", 200, ""

    def do_GET(self) -> None:
        self.send_response(self.status)
        if self.location:
            self.send_header("Location", self.location)
        self.send_header("Content-Length", str(len(self.body)))
        self.end_headers()
        self.wfile.write(self.body)

    def log_message(self, *_: object) -> None:
        """Print nothing."""


@each_case(
    ("body", "status", "location", "message"),
    [
        (b'{"issuer": "https://evil.example"}', 200, "", "it names itself differently"),
        (
            b'{"issuer": "ISSUER", "authorization_endpoint": "https://a", "token_endpoint": "http://b", "jwks_uri": "https://c"}',
            200,
            "",
            "its addresses are missing, or have no TLS",
        ),
        (b"<html>", 200, "", "its answer is not JSON"),
        (b"{}", 302, "http://169.254.169.254/", "it redirects to another address"),
        (b"{}", 500, "", "it answers with the status 500"),
        (b"[" + b" " * 600_000 + b"]", 200, "", "gives no usable answer"),
    ],
)
def test_bad_discovery_is_one_sentence(
    library: Library, browser: Browser, body: bytes, status: int, location: str, message: str
) -> None:
    with HTTPServer(("127.0.0.1", 0), _Discovery) as made:
        issuer = f"http://127.0.0.1:{made.server_port}"
        _Discovery.body, _Discovery.status, _Discovery.location = (
            body.replace(b"ISSUER", issuer.encode()),
            status,
            location,
        )
        thread = threading.Thread(target=made.serve_forever)
        thread.start()
        try:
            library.configuration.set("oidc_issuer", issuer)
            answer = browser("/sign-in/openid")
        finally:
            made.shutdown()
            thread.join()
    assert (answer.status, message in problem(answer)) == (401, True), problem(answer)
