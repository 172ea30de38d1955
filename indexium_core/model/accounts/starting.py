"""What a person needs to start a kind of job."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from indexium_core.model.accounts.permissions import PUBLISH, ROLLBACK, SETTINGS_MANAGE, WRITE_ANY, Permission

_STARTED: Mapping[Permission, str] = {
    WRITE_ANY: "write",
    ROLLBACK: "rollback",
    PUBLISH: "publish player-notification player-reading",
    SETTINGS_MANAGE: "database_backup reaction recovery-drill snapshot watch-states webhook-events",
}
# What a person needs to start a kind of job, and so also to continue or to retry it; other kinds need `jobs.manage`.
TO_START: Mapping[str, Permission] = MappingProxyType(
    {kind: permission for permission, kinds in _STARTED.items() for kind in kinds.split()}
)
