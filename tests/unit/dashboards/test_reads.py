"""The reads of the scripts, in Node with a server that counts them."""

from __future__ import annotations

from tests.support.scripts import evaluate

_WIRE = """
    let asked = 0
    globalThis.fetch = async () => {
        asked += 1
        const text = JSON.stringify({value: asked, event: asked > 1 ? 1000 : 1})
        return {ok: true, status: 200, text: async () => text}
    }
    const after = milliseconds => new Promise(resolve => setTimeout(resolve, milliseconds))
    const tell = id => window.dispatchEvent(new CustomEvent("indexium:events", {detail: {"plan:changed": id}}))
    const {paced, read} = await face("calls")
"""


def test_numbers_are_read_once_in_an_interval_whatever_happens() -> None:
    found = evaluate(
        f"""await (async () => {{{_WIRE}
        const numbers = paced(["overview.numbers", {{}}], ["plan:changed"], 300)
        const before = numbers()
        await after(20)
        const first = numbers()
        for (const id of [10, 11, 12]) {{ tell(id); numbers(); await after(5) }}
        const during = asked
        const now = numbers(true)
        await after(20)
        return {{before, first, during, urgent: asked, now: numbers()}}
        }})()"""
    )
    assert found == {"first": 1, "during": 1, "urgent": 2, "now": 2}, "before the first answer, nothing is known"


def test_numbers_that_became_old_are_read_when_the_interval_ends() -> None:
    found = evaluate(
        f"""await (async () => {{{_WIRE}
        const {{onNews}} = await face("calls")
        const numbers = paced(["overview.numbers", {{}}], ["plan:changed"], 200)
        onNews(() => numbers())
        numbers()
        await after(20)
        tell(10)
        const soon = asked
        await after(400)
        return [soon, asked]
        }})()"""
    )
    assert found == [1, 2]


def test_first_read_may_wait_and_a_hidden_page_reads_nothing_again() -> None:
    found = evaluate(
        f"""await (async () => {{{_WIRE}
        const numbers = paced(["checks.groups", {{}}], ["plan:changed"], 10, 100)
        numbers()
        const early = asked
        await after(150)
        numbers()
        await after(20)
        document.hidden = true
        tell(10)
        numbers()
        const hidden = asked
        document.hidden = false
        numbers()
        return [early, hidden, asked]
        }})()"""
    )
    assert found == [0, 1, 2]
