"""
The table of commands: the module of each and its line in `indexium --help`.

`frame.app` imports the module of a command when the command line names it, so that one command never imports the
modules of the others. A guard holds the lines to the docstrings of the commands.
"""

from __future__ import annotations

from typing import NamedTuple

__all__ = ["COMMANDS", "CommandEntry"]


class CommandEntry(NamedTuple):
    """Where a command or a group of commands is registered, and what it does."""

    module: str  # below indexium_core.cli
    help: str


COMMANDS = {
    "doctor": CommandEntry(
        "home.doctor",
        "Look whether everything is here that is needed, and what is promised for the files where they lie.",
    ),
    "recover": CommandEntry(
        "home.recover",
        "Restore the files that a killed process left, and show the result for each; every start does the same.",
    ),
    "serve": CommandEntry("home.serve", "Serve the dashboard."),
    "demo": CommandEntry("home.serve", "Make a library of small real clips, plan it, and open the dashboard on it."),
    "rescan": CommandEntry(
        "library.rescan", "Read resolution, codecs, frame rate and the like again; locked fields stay as they are."
    ),
    "audit": CommandEntry(
        "library.audit",
        "Show which media properties and locks were changed: from what to what, when and by what; newest first.",
    ),
    "files": CommandEntry(
        "library.files", "Show how many files are sound, known, damaged, missing or there twice; with KIND, which ones."
    ),
    "lock": CommandEntry("library.locks", "Keep fields as they are: no scan and no rescan writes them any more."),
    "unlock": CommandEntry("library.locks", "Let scans and rescans write fields again."),
    "locks": CommandEntry("library.locks", "Show which fields of which files are locked, by whom and since when."),
    "scan": CommandEntry(
        "library.scan", "Find the media files of folders and read what is in them; adds a new folder as a library."
    ),
    "show": CommandEntry(
        "library.show",
        "Show everything that is known of one file: tags, people, plan, history, and what other programs show.",
    ),
    "history": CommandEntry("operations.history", "Show writes and rollbacks, newest first."),
    "rollback": CommandEntry("operations.rollback", "Roll an operation back: every file gets its old bytes again."),
    "plan": CommandEntry("review.plan", "Show which metadata would go into which file, and how risky that is."),
    "write": CommandEntry("operations.write", "Write the planned changes into the files that the search finds."),
    "suggest": CommandEntry("review.checks", "Show people who may be in a file, with the reasons; no person is added."),
    "checks": CommandEntry(
        "review.checks", "Show inconsistencies between the database and the files, with their resolutions."
    ),
    "edit": CommandEntry(
        "review.decisions",
        "Set by hand who is in the files found, or add people to each and take others out; stands until revoked.",
    ),
    "postpone": CommandEntry(
        "review.decisions",
        "Leave the files found out of every list and write, until a day or until they are brought back.",
    ),
    "mode": CommandEntry("review.decisions", "Choose how people and comment of the files found are combined."),
    "undo": CommandEntry(
        "review.undo", "Undo the last decision: an edit, a postponement, a mode, a template, an import of changes."
    ),
    "redo": CommandEntry("review.undo", "Redo the decision that was undone last; possible until the next decision."),
    "settings": CommandEntry("home.settings", "What is set, and from where."),
    "libraries": CommandEntry("library.libraries", "Folders that are scanned."),
    "people": CommandEntry("library.people", "Who is in which file."),
    "backups": CommandEntry("operations.backups", "Backups of operations, for rollbacks."),
    "operations": CommandEntry("operations.retry", "Writes and rollbacks, running and ended."),
    "jobs": CommandEntry("operations.jobs", "Long work: writes, rollbacks, scans, rescans."),
    "changes": CommandEntry("review.changes", "A plan that was exported as CSV and edited."),
    "findings": CommandEntry("review.checks", "Resolve or ignore the findings of checks."),
    "decisions": CommandEntry("review.decisions", "Edits, postponements and modes that are in force."),
    "templates": CommandEntry(
        "review.templates", "Edits under a name: people to add, or one person in another's place."
    ),
    "views": CommandEntry("review.views", "Saved views: searches with their order, under a name."),
}
