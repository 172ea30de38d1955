"""
The table of commands: the module of each and its line in `indexium --help`.

`frame.app` imports the module of a command when the command line names it, so that one command never imports the
modules of the others. A guard test compares the lines with the docstrings of the commands.
"""

from __future__ import annotations

from typing import NamedTuple


class CommandEntry(NamedTuple):
    """Where a command or a group of commands is registered, and what it does."""

    module: str  # below indexium_core.cli
    help: str


COMMANDS = {
    "doctor": CommandEntry(
        "home.doctor",
        "Check the installation, the home and the library folders, and what their file systems guarantee.",
    ),
    "recover": CommandEntry(
        "home.recover",
        "Restore files whose write was interrupted, and show the result of each; every start does the same.",
    ),
    "serve": CommandEntry("home.serve", "Serve the dashboard."),
    "demo": CommandEntry("home.serve", "Create a demo library of small real clips, plan it, and serve its dashboard."),
    "rescan": CommandEntry(
        "library.properties",
        "Read resolution, codecs, frame rate and other media properties again; locked fields stay the same.",
    ),
    "artwork": CommandEntry("library.artwork", "Pictures of films and series: select, reject, compare them."),
    "audit": CommandEntry(
        "library.properties",
        "Show changes of media properties and locks with old and new value, time and source; newest first.",
    ),
    "files": CommandEntry(
        "library.files", "Show the number of known, damaged, missing and duplicate files; with KIND, list the files."
    ),
    "lock": CommandEntry("library.properties", "Lock fields: scans and rescans no longer change them."),
    "unlock": CommandEntry("library.properties", "Unlock fields: scans and rescans change them again."),
    "locks": CommandEntry("library.properties", "Show locked fields of files, with user and time of each lock."),
    "scan": CommandEntry("library.scan", "Find and read the media files of folders; a new folder becomes a library."),
    "show": CommandEntry(
        "library.show",
        "Show the details of one file: tags, people, plan, history, and what other programs show.",
    ),
    "history": CommandEntry("operations.history", "Show writes, publications and rollbacks, newest first."),
    "rollback": CommandEntry("operations.rollback", "Roll an operation back: every file gets its old bytes again."),
    "plan": CommandEntry("review.plan", "Show what would change in which files, with the risk of each change."),
    "write": CommandEntry("operations.write", "Write the planned changes into files."),
    "publish": CommandEntry(
        "publishing.choices",
        "Write NFO files and pictures beside films, series and home videos, for Kodi, Jellyfin and Plex.",
    ),
    "requests": CommandEntry("operations.approvals", "Work that waits until another person approves it."),
    "users": CommandEntry("users", "The people who sign in. Without any, this computer needs no sign-in."),
    "tokens": CommandEntry("tokens", "API tokens: keys with which programs use REST."),
    "activity": CommandEntry(
        "activity", "Show who decided, wrote, rolled back, published or started work; newest first."
    ),
    "webhooks": CommandEntry("connections.webhooks", "Programs that send events, such as Radarr and Sonarr."),
    "automation": CommandEntry("connections.automation", "How far each library may go by itself."),
    "suggest": CommandEntry("review.checks", "Show people who may be in a file, with the reasons; no person is added."),
    "checks": CommandEntry(
        "review.checks", "Show inconsistencies between the database and the files, with their resolutions."
    ),
    "edit": CommandEntry(
        "review.decisions",
        "Set the people or other fields of files; valid until you remove the edit.",
    ),
    "postpone": CommandEntry(
        "review.decisions",
        "Skip files in lists and writes, until a day or until you stop skipping them.",
    ),
    "mode": CommandEntry("review.decisions", "Set how people and comments of files are combined."),
    "undo": CommandEntry(
        "review.undo",
        "Undo a decision: about the plan, a match, a value of a title, or a move of a file to another title.",
    ),
    "redo": CommandEntry(
        "review.undo",
        "Redo the decision about the plan that was undone last, if no other one about the plan was made since.",
    ),
    "sql": CommandEntry("home.snapshot", "Run one SELECT on the tables for analysts."),
    "snapshot": CommandEntry("home.snapshot", "Take a snapshot of the tables for analysts, and show its file."),
    "export": CommandEntry("home.snapshot", "Export the tables for analysts into files."),
    "db": CommandEntry("home.database", "The database of the home: check it, back it up, restore and rebuild it."),
    "settings": CommandEntry("home.settings", "Show and change settings."),
    "schedules": CommandEntry("home.schedules", "Jobs that start at times of their own."),
    "providers": CommandEntry(
        "home.providers", "Providers of metadata of films and series: their state, searches, and what was sent."
    ),
    "players": CommandEntry(
        "connections.players",
        "Players (Jellyfin, Emby, Kodi, Plex): they are told what was published, and read back.",
    ),
    "cache": CommandEntry("library.cache", "Known hashes of files: scans do not hash an unchanged file again."),
    "thumbnails": CommandEntry("library.thumbnails", "Make the missing thumbnails of videos and photos."),
    "titles": CommandEntry(
        "library.titles", "Films and series: identify and match them, show them, set and lock their values."
    ),
    "libraries": CommandEntry("library.libraries", "The library folders."),
    "fields": CommandEntry("library.fields", "Custom fields: fields of your own, with a type and names in files."),
    "people": CommandEntry("library.people", "The people of files."),
    "backups": CommandEntry("operations.backups", "Backups of operations, for rollbacks."),
    "operations": CommandEntry("operations.retry", "Writes and rollbacks, running and ended."),
    "jobs": CommandEntry("operations.jobs", "Background jobs: writes, rollbacks, scans, rescans."),
    "changes": CommandEntry("review.changes", "Import a plan that was exported as CSV and edited."),
    "findings": CommandEntry("review.checks", "Resolve or ignore the findings of checks."),
    "decisions": CommandEntry("review.decisions", "Edits, skipped files and modes that are in force."),
    "templates": CommandEntry(
        "review.templates", "Edits stored under a name: people to add, or a replacement of one person by another."
    ),
    "views": CommandEntry("review.views", "Saved views: searches with a sort order, under a name."),
}
