"""The log of a home: JSON lines, one file a day, kept as long as the settings say. No name in it can forge a line."""

from __future__ import annotations

import json
import logging
import logging.handlers
from datetime import UTC, datetime
from pathlib import Path

__all__ = ["attach", "detach", "keep"]

FIELDS = ("operation_id", "file_id", "file_hash", "file_path", "file_count", "user_action", "error")
_NAME = "indexium_core"
logging.getLogger(_NAME).addHandler(logging.NullHandler())  # a console is for sentences, not for records


class JsonLines(logging.Formatter):
    """One JSON object a record; a name with a newline in it stays inside its string."""

    def format(self, record: logging.LogRecord) -> str:
        """Return the record as one line."""
        line = {
            "at": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z"),
            "level": record.levelname.lower(),
            "event": record.getMessage(),
            **{name: getattr(record, name) for name in FIELDS if hasattr(record, name)},
        }
        if record.exc_info:
            line["traceback"] = self.formatException(record.exc_info)
        return json.dumps(line, default=str, ensure_ascii=False)


def attach(folder: Path, *, days: int) -> logging.Handler:
    """Send the program's own records to `folder`, in place of the home that was logged to before."""
    folder.mkdir(parents=True, exist_ok=True)
    detach()
    handler = logging.handlers.TimedRotatingFileHandler(
        folder / "indexium.log", when="midnight", backupCount=days, utc=True, delay=True, encoding="utf-8"
    )
    handler.setFormatter(JsonLines())
    logger = logging.getLogger(_NAME)
    logger.setLevel(logging.INFO)
    logger.addHandler(handler)
    return handler


def keep(days: int) -> None:
    """Keep files for so many days from now on."""
    for handler in logging.getLogger(_NAME).handlers:
        if isinstance(handler, logging.handlers.TimedRotatingFileHandler) and isinstance(handler.formatter, JsonLines):
            handler.backupCount = days


def detach() -> None:
    """Stop logging to a home and close its file."""
    logger = logging.getLogger(_NAME)
    for handler in [entry for entry in logger.handlers if isinstance(entry.formatter, JsonLines)]:
        logger.removeHandler(handler)
        handler.close()
