"""The second factor: codes of an app after the password, and recovery codes."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from xml.etree import ElementTree as ET

import pyotp
import pytest

from indexium_core import errors
from indexium_core.flows.accounts import sign_in
from indexium_core.library import Library
from indexium_core.model.accounts.sign_in import SecondStep
from indexium_core.model.accounts.users import SignedIn
from indexium_core.model.operations.actor import Actor
from tests.support.clock import Clock

PASSWORD = "correct horse"


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def library(tmp_path: Path, clock: Clock) -> Iterator[Library]:
    with Library.open(tmp_path / "home", clock=clock) as opened:
        opened.users.add("Ann Lee", PASSWORD, role="admin")
        opened.users.add("Bob", PASSWORD)
        yield opened


def actor(library: Library, name: str) -> Actor:
    user = library.users.get(name)
    return Actor("user", str(user.id), user.name)


class App:
    """An app on another device, with the secret of a person."""

    def __init__(self, library: Library, clock: Clock, name: str = "Bob") -> None:
        self.clock = clock
        with library.acting_as(actor(library, name)):
            self.secret = library.second_factor.start().secret
            self.recovery_codes = library.second_factor.confirm(self.code())
        clock.forward(seconds=60)

    def code(self, seconds: float = 0) -> str:
        return pyotp.TOTP(self.secret).at(self.clock.now, counter_offset=int(seconds // 30))


@pytest.fixture
def app(library: Library, clock: Clock) -> App:
    return App(library, clock)


def step_of(library: Library, address: str = "10.0.0.2") -> str:
    found = library.sign_in.sign_in("Bob", PASSWORD, address=address)
    assert isinstance(found, SecondStep)
    return found.token


def test_sign_in_needs_a_code_after_the_password(library: Library, app: App) -> None:
    step = step_of(library)
    assert library.users.sessions("Bob") == []
    assert library.sign_in.find(step) is None, "the token of the step is no session"
    signed = library.sign_in.complete(step, app.code(), address="10.0.0.2", client="Firefox")
    found = library.sign_in.find(signed.token)
    assert found is not None
    assert found.name == "Bob"
    [session] = library.users.sessions("Bob")
    assert (session.address, session.client) == ("10.0.0.2", "Firefox")
    assert isinstance(library.sign_in.sign_in("Ann Lee", PASSWORD), SignedIn), "the others need no code"
    assert [user.has_second_factor for user in library.users.list()] == [False, True]


def test_it_is_on_only_after_a_right_code(library: Library, clock: Clock) -> None:
    with library.acting_as(actor(library, "Bob")):
        first = library.second_factor.start()
        second = library.second_factor.start()
        for code in ("", "12345", pyotp.TOTP(first.secret).at(clock.now), "１２３４５６"):
            with pytest.raises(errors.UsageError, match="The code is wrong"):
                library.second_factor.confirm(code)
        assert isinstance(library.sign_in.sign_in("Bob", PASSWORD), SignedIn)
        codes = library.second_factor.confirm(pyotp.TOTP(second.secret).at(clock.now))
        assert (library.second_factor.state().is_on, library.second_factor.state().recovery_codes) == (True, 10)
        assert len(set(codes)) == 10
        assert all(re.fullmatch(r"([a-z2-7]{4}-){3}[a-z2-7]{4}", code) for code in codes)
        with pytest.raises(errors.UsageError, match="is on already"):
            library.second_factor.start()
        with pytest.raises(errors.UsageError, match="no new second factor"):
            library.second_factor.confirm(pyotp.TOTP(second.secret).at(clock.now))


def test_app_reads_the_secret_from_its_address_and_picture(library: Library) -> None:
    with library.acting_as(actor(library, "Ann Lee")):
        start = library.second_factor.start()
    parsed = pyotp.parse_uri(start.uri)
    assert (parsed.secret, parsed.name, parsed.issuer) == (start.secret, "Ann Lee", "Indexium")
    assert ET.fromstring(start.qr).tag == "{http://www.w3.org/2000/svg}svg"
    assert start.secret not in repr(start)


@pytest.mark.parametrize(("seconds", "is_right"), [(-60, False), (-30, True), (0, True), (30, True), (60, False)])
def test_clock_of_the_device_may_be_one_step_off(library: Library, app: App, seconds: int, *, is_right: bool) -> None:
    code, step = app.code(seconds), step_of(library)
    if is_right:
        assert library.sign_in.complete(step, f" {code[:3]} {code[3:]} ").token
    else:
        with pytest.raises(errors.SignInError, match="The code is wrong"):
            library.sign_in.complete(step, code)


def test_code_counts_once(library: Library, app: App) -> None:
    earlier, code = app.code(-30), app.code()
    library.sign_in.complete(step_of(library), code)
    for used in (code, earlier):
        with pytest.raises(errors.SignInError, match="it was used before"):
            library.sign_in.complete(step_of(library), used)
    app.clock.forward(seconds=30)
    assert library.sign_in.complete(step_of(library), app.code())


def test_code_of_the_confirmation_does_not_count_again(library: Library, clock: Clock) -> None:
    app = App(library, clock)
    clock.forward(seconds=-60)
    with pytest.raises(errors.SignInError, match="it was used before"):
        library.sign_in.complete(step_of(library), app.code())


def test_recovery_code_counts_once(library: Library, app: App) -> None:
    for number, code in enumerate(app.recovery_codes, start=1):
        written = code.upper().replace("-", " ") if number % 2 else code
        library.sign_in.complete(step_of(library), written)
        with pytest.raises(errors.SignInError, match="it was used before"):
            library.sign_in.complete(step_of(library), code)
        with library.acting_as(actor(library, "Bob")):
            assert library.second_factor.state().recovery_codes == 10 - number


def test_step_is_for_one_sign_in_within_five_minutes(library: Library, app: App) -> None:
    used, late, of_former_password = step_of(library), step_of(library), step_of(library)
    library.sign_in.complete(used, app.code())
    app.clock.forward(seconds=30)
    with pytest.raises(errors.SignInError, match="time for the code is over") as refused:
        library.sign_in.complete(used, app.code())
    assert refused.value.reason == "sign_in_ended"
    library.users.set_password("Bob", "battery staple")
    with pytest.raises(errors.SignInError, match="time for the code is over"):
        library.sign_in.complete(of_former_password, app.code())
    library.users.set_password("Bob", PASSWORD)
    late = step_of(library)
    app.clock.forward(seconds=300)
    with pytest.raises(errors.SignInError, match="time for the code is over"):
        library.sign_in.complete(late, app.code())
    with pytest.raises(errors.SignInError, match="time for the code is over"):
        library.sign_in.complete("guessed", app.code())


def test_person_who_is_switched_off_cannot_finish(library: Library, app: App) -> None:
    step = step_of(library)
    library.users.change("Bob", enabled=False)
    with pytest.raises(errors.SignInError):
        library.sign_in.complete(step, app.code())


def test_wrong_codes_are_throttled_by_person_from_any_address(library: Library, app: App) -> None:
    step = step_of(library)
    for number in range(sign_in._CODES_OF_PERSON - 1):
        with pytest.raises(errors.SignInError, match="The code is wrong"):
            library.sign_in.complete(step, "guess", address=f"10.0.2.{number}")
    assert library.sign_in.complete(step, app.code()).token  # after a right code, no wrong one counts
    for number in range(sign_in._CODES_OF_PERSON):
        with pytest.raises(errors.SignInError, match="The code is wrong"):
            library.sign_in.complete(step_of(library, f"10.0.0.{number}"), "guess", address=f"10.0.0.{number}")
    with pytest.raises(errors.SignInError, match="Too many wrong codes") as refused:
        library.sign_in.complete(step_of(library, "10.0.1.1"), app.code(), address="10.0.1.1")
    assert refused.value.reason == "too_many"


def test_wrong_codes_are_throttled_by_address(library: Library, clock: Clock) -> None:
    people = [f"Person {number}" for number in range(4)]
    apps = []
    for name in people:
        library.users.add(name, PASSWORD)
        apps.append(App(library, clock, name))
    for number in range(sign_in._CODES_OF_ADDRESS):
        found = library.sign_in.sign_in(people[number % 4], PASSWORD)
        with pytest.raises(errors.SignInError, match="The code is wrong"):
            library.sign_in.complete(found.token, "guess", address="10.0.0.2")  # type: ignore[union-attr]
    found = library.sign_in.sign_in(people[0], PASSWORD)
    with pytest.raises(errors.SignInError, match="Too many wrong codes"):
        library.sign_in.complete(found.token, apps[0].code(), address="10.0.0.2")  # type: ignore[union-attr]


def test_person_switches_it_off_with_the_password(library: Library, app: App) -> None:
    with library.acting_as(actor(library, "Bob")):
        with pytest.raises(errors.SignInError, match="Your present password is wrong"):
            library.second_factor.switch_off("guessed it")
        with pytest.raises(errors.ForbiddenError):
            library.second_factor.switch_off_of("Ann Lee")
        state = library.second_factor.switch_off(PASSWORD)
    assert (state.is_on, state.recovery_codes) == (False, 0)
    assert isinstance(library.sign_in.sign_in("Bob", PASSWORD), SignedIn)


def test_guesses_of_the_own_password_are_throttled(library: Library, app: App) -> None:
    with library.acting_as(actor(library, "Bob")):
        for _ in range(10):
            with pytest.raises(errors.SignInError, match="Your present password is wrong"):
                library.second_factor.switch_off("guessed it")
        with pytest.raises(errors.SignInError, match="Too many wrong passwords"):
            library.second_factor.switch_off(PASSWORD)


def test_administrator_switches_it_off_and_removal_forgets_it(library: Library, app: App) -> None:
    with library.acting_as(actor(library, "Ann Lee")):
        assert not library.second_factor.switch_off_of("bob").has_second_factor
    again = App(library, app.clock)
    library.users.remove("Bob")
    library.users.add("Bob", PASSWORD)
    assert isinstance(library.sign_in.sign_in("Bob", PASSWORD), SignedIn)
    assert again.recovery_codes


def test_program_without_a_sign_in_has_no_second_factor(library: Library) -> None:
    with pytest.raises(errors.UsageError, match="Nobody has signed in"):
        library.second_factor.start()
    with (
        library.acting_as(Actor("token", "1", "Script")),
        pytest.raises(errors.ForbiddenError, match="A token may not"),
    ):
        library.second_factor.start()


def test_snapshots_have_no_secret_and_no_recovery_code_is_stored(tmp_path: Path, library: Library, app: App) -> None:
    library.snapshots.take()
    library.close()
    home = tmp_path / "home"
    stored = b"".join(path.read_bytes() for path in home.rglob("*") if path.is_file())
    assert not any(code.encode() in stored or code.replace("-", "").encode() in stored for code in app.recovery_codes)
    snapshots = [path.read_bytes() for path in (home / "snapshot").rglob("*") if path.is_file()]
    assert b"Ann Lee" in b"".join(snapshots)
    assert app.secret.encode() not in b"".join(snapshots)
