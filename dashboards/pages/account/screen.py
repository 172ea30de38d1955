"""The page *My account*: a card for each section."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from dashboards.components.base import Component, module
from dashboards.components.second_factor.section import SecondFactorSection
from dashboards.pages.account.account_section import AccountSection
from dashboards.pages.account.linked_section import LinkedSection
from dashboards.pages.account.password_section import PasswordSection
from dashboards.pages.account.profile_section import ProfileSection
from dashboards.pages.account.sessions_section import SessionsSection
from dashboards.pages.account.tokens_section import TokensSection
from dashboards.pages.account.view_types import OwnAccountView
from dashboards.screen import Screen
from dashboards.session import Session
from dashboards.state import AddressedState
from indexium_core import errors

NO_ACCOUNT = "Nobody has signed in: without an account, this page has nothing to show. Settings, Accounts adds one."


class AccountPage(Component):
    """The sections. Messages: those of each section."""

    _esm = module("account")
    _view = OwnAccountView
    _styles = ("house.css", "account.css")


class AccountScreen(Screen):
    """The page of the person who has signed in."""

    def __init__(self, session: Session) -> None:
        self.state = AddressedState()
        self._session, self._page = session, AccountPage()
        self._sections: Sequence[AccountSection] = (
            ProfileSection(session),
            PasswordSection(session, changed=self.refresh),
            SecondFactorSection(session, changed=self.refresh),
            LinkedSection(session, changed=self.refresh),
            SessionsSection(session, changed=self.refresh),
            TokensSection(session, changed=self.refresh),
        )
        for section in self._sections:
            self._page.on(**section.handlers())

    def roots(self) -> Mapping[str, Component]:
        """Return the components by their places in the page."""
        return {"account": self._page}

    def enter(self) -> None:
        """Show the page, without what a former visit has left."""
        for section in self._sections:
            section.forget()
        self.refresh()

    def refresh(self) -> None:
        """Read the account again, if the page is shown."""
        if not self._session.is_showing("account"):
            return
        if self._session.account.is_signed_in:
            self._session.bridge.run(self._read, self._show, name="account", failed=self._failed)
        else:
            self._page.put(error=NO_ACCOUNT)

    def _read(self) -> list[Any]:
        return [section.read() for section in self._sections]

    def _show(self, found: Sequence[Any]) -> None:
        pairs = zip(self._sections, found, strict=True)
        self._page.put(**{section.name: section.view(each) for section, each in pairs})

    def _failed(self, error: errors.IndexiumError) -> None:
        self._page.put(error=error.message)
