"""Tables and messages for other programs are the same as on a terminal, but without styles."""

from __future__ import annotations

import random
from collections.abc import Callable

import pytest

from indexium_core.cli import output

LETTERS = "abc .,:éüß日本語👍\u0301к→…■▲−\t\n\x1b\ud800 indexium scan '"


def texts(seed: int) -> Callable[[], str]:
    chance = random.Random(seed)
    return lambda: "".join(chance.choices(LETTERS, k=chance.choice((0, 1, 3, 10, 90))))


@pytest.mark.parametrize("seed", range(40))
def test_plain_table_is_that_of_terminal_library(
    seed: int, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    text, columns = texts(seed), 1 + seed % 5
    rows = [[text(), *(seed * number for number in range(1, columns))] for _ in range(seed % 7)]
    rows += [[number, *(text() for _ in range(1, columns))] for number in range(3)]
    header, right = [f"name {number}" for number in range(columns)], range(seed % 3)

    output.table(header, rows, right=right)
    plain = capsys.readouterr().out
    monkeypatch.setattr(output, "_is_plain", lambda **_: False)
    monkeypatch.setenv("NO_COLOR", "1")
    console = output._console.__wrapped__()
    console.width = 10_000
    monkeypatch.setattr(output, "_console", lambda **_: console)
    output.table(header, rows, right=right)

    assert plain == capsys.readouterr().out


@pytest.mark.parametrize("seed", range(20))
def test_plain_message_is_that_of_terminal_library(
    seed: int, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    text = texts(seed)()

    output.note(text)
    output.say_out(text)
    plain = capsys.readouterr()
    monkeypatch.setattr(output, "_is_plain", lambda **_: False)
    monkeypatch.setattr(output, "_console", output._console.__wrapped__)
    output.note(text)
    output.say_out(text)

    assert plain == capsys.readouterr()
