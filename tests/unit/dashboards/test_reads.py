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
        return {{before, first, during: asked}}
        }})()"""
    )
    assert found == {"first": 1, "during": 1}, "before the first answer, nothing is known"


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


def test_own_change_of_a_list_makes_it_not_old() -> None:
    """The event may be told before or after the answer to the change."""
    found = evaluate(
        f"""await (async () => {{{_WIRE}
        const {{keepUntil}} = await face("calls")
        const found = []
        for (const isBefore of [true, false]) {{
            const own = ["checks.page", {{number: isBefore ? 1 : 2}}]
            read(own, ["checks:changed"])
            await after(10)
            const event = isBefore ? 5000 : 6000
            const tell = () =>
                window.dispatchEvent(new CustomEvent("indexium:events", {{detail: {{"checks:changed": event}}}}))
            if (isBefore) tell()
            keepUntil((name, args) => args.number === own[1].number, event)
            if (!isBefore) tell()
            const before = asked
            read(own, ["checks:changed"])
            found.push(asked - before)
            window.dispatchEvent(new CustomEvent("indexium:events", {{detail: {{"checks:changed": event + 1}}}}))
            read(own, ["checks:changed"])
            found.push(asked - before)
        }}
        return found
        }})()"""
    )
    assert found == [0, 1, 0, 1]
