"""The progress page: the scripts show the operation, and the footer leaves it out."""

from __future__ import annotations

from dashboards.screen import FaceScreen
from dashboards.session import Session
from dashboards.state import ProgressState


class ProgressScreen(FaceScreen):
    """The page of one operation in one session."""

    state: ProgressState

    def __init__(self, session: Session) -> None:
        super().__init__(ProgressState())
        self._session = session

    def shown_operation(self) -> int | None:
        """Return the displayed operation; None before it is known."""
        operation_id: int | None = self.state.operation_id
        return operation_id

    def refresh(self) -> None:
        """Leave the displayed operation out of the footer."""
        self._session.refresh_footer()
