"""The kinds of jobs, as the table of jobs names them. The queue knows each before the module of its work is loaded."""

from __future__ import annotations

from typing import Final

ARTWORK: Final = "artwork"
DATABASE_BACKUP: Final = "database_backup"
ENRICHMENT: Final = "enrich"
IDENTIFICATION: Final = "identify"
NIGHTLY_SCAN: Final = "nightly-scan"
PICTURE_COLLECTION: Final = "collect"  # deletes the pictures that nothing uses
PLAYER_NOTIFICATION: Final = "player-notification"
PLAYER_READING: Final = "player-reading"
RATINGS: Final = "ratings"
REACTION: Final = "reaction"
RECONCILIATION: Final = "reconciliation"
RECOVERY_DRILL: Final = "recovery-drill"
RESCAN: Final = "rescan"
RETENTION: Final = "retention"
SCAN: Final = "scan"
SNAPSHOT: Final = "snapshot"
THUMBNAILS: Final = "thumbnails"
TITLE_REFRESH: Final = "title-refresh"
VERIFICATION: Final = "verify"
WATCH_STATES: Final = "watch-states"
WEBHOOK_EVENTS: Final = "webhook-events"
