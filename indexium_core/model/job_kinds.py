"""
The kinds of jobs, as the table of jobs names them, their words, and what a person needs to start each.

The queue knows each kind before the module of its work is loaded.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from indexium_core.model.accounts import permissions
from indexium_core.model.accounts.permissions import Permission

ARTWORK: Final = "artwork"
DATABASE_BACKUP: Final = "database_backup"
ENRICHMENT: Final = "enrich"
IDENTIFICATION: Final = "identify"
NIGHTLY_SCAN: Final = "nightly-scan"
PICTURE_COLLECTION: Final = "collect"  # deletes the pictures that nothing uses
PLAYER_NOTIFICATION: Final = "player-notification"
PLAYER_READING: Final = "player-reading"
PUBLICATION: Final = "publish"
RATINGS: Final = "ratings"
REACTION: Final = "reaction"
RECONCILIATION: Final = "reconciliation"
RECOVERY_DRILL: Final = "recovery-drill"
RESCAN: Final = "rescan"
RETENTION: Final = "retention"
ROLLBACK: Final = "rollback"
SCAN: Final = "scan"
SNAPSHOT: Final = "snapshot"
THUMBNAILS: Final = "thumbnails"
TITLE_REFRESH: Final = "title-refresh"
VERIFICATION: Final = "verify"
WATCH_STATES: Final = "watch-states"
WEBHOOK_EVENTS: Final = "webhook-events"
WRITE: Final = "write"

# What a person needs to start a job, and so also to continue or to retry it; other kinds need `JOBS_MANAGE`.
TO_START: Mapping[str, Permission] = MappingProxyType(
    {
        WRITE: permissions.WRITE_ANY,
        ROLLBACK: permissions.ROLLBACK,
        **dict.fromkeys((PUBLICATION, PLAYER_NOTIFICATION, PLAYER_READING), permissions.PUBLISH),
        **dict.fromkeys(
            (DATABASE_BACKUP, REACTION, RECOVERY_DRILL, SNAPSHOT, WATCH_STATES, WEBHOOK_EVENTS),
            permissions.SETTINGS_MANAGE,
        ),
    }
)

WORDS: Mapping[str, str] = MappingProxyType(
    {  # what people read, in the order of the list; of other kinds, the kind itself
        WRITE: "Writes",
        ROLLBACK: "Rollbacks",
        PUBLICATION: "Publications",
        SCAN: "Scans",
        RESCAN: "Rescans",
        VERIFICATION: "Verifications",
        THUMBNAILS: "Thumbnails",
        IDENTIFICATION: "Identifications",
        ENRICHMENT: "Enrichments",
        ARTWORK: "Pictures of titles",
        DATABASE_BACKUP: "Backups of the database",
        SNAPSHOT: "Snapshots",
        RATINGS: "Ratings",
    }
)
