"""Browsers of people who have signed in to a running service."""

from __future__ import annotations

from urllib.parse import urlencode

from indexium_core.library import Library
from tests.support.rest import Answer, Client

PASSWORD = "correct horse"


def post_sign_in(browser: Client, name: str, password: str = PASSWORD) -> Answer:
    """Send the form of the sign-in."""
    form = urlencode({"name": name, "password": password}).encode()
    return browser("POST", "/sign-in", form, Content_Type="application/x-www-form-urlencoded")


def signed_in(url: str, library: Library, name: str, role: str) -> Client:
    """Add a person, and return the client of a browser in which this person has signed in."""
    library.users.add(name, PASSWORD, role=role)
    return signed_in_as(url, name)


def signed_in_as(url: str, name: str) -> Client:
    """Return the client of a browser in which a person has signed in."""
    answer = post_sign_in(Client(url, Origin=url), name)
    return Client(url, Cookie=answer.headers["set-cookie"].partition(";")[0], Origin=url)
