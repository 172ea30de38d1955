"""The runner: order, grouping, pause, cancel, stop, and items that must not run at the same time."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator

import pytest

from indexium_core.jobs.item_runner import ItemRunner, RunControl, RunEnd


def make(work, *, workers: int = 3, control: RunControl | None = None, key=lambda _: None) -> tuple[ItemRunner, list]:
    delivered: list = []
    return ItemRunner(work, delivered.extend, workers=workers, control=control or RunControl(), key=key), delivered


def test_every_item_is_processed_once() -> None:
    runner, delivered = make(lambda item: item * 2)

    assert runner.run(range(100)) is RunEnd.DONE
    assert sorted(delivered) == [item * 2 for item in range(100)]


def test_run_without_items_is_done() -> None:
    runner, delivered = make(lambda item: item)

    assert runner.run([]) is RunEnd.DONE
    assert delivered == []


def test_cancel_finishes_running_items() -> None:
    control, begun, go = RunControl(), [], threading.Event()

    def work(item: int) -> int:
        begun.append(item)
        if len(begun) == 3:
            control.cancel()
            go.set()
        go.wait(5)
        return item

    runner, delivered = make(work, control=control)

    assert runner.run(range(50)) is RunEnd.CANCELLED
    assert sorted(delivered) == sorted(begun)
    assert len(begun) < 10


@pytest.mark.parametrize("change", ["pause", "cancel"])
def test_stop_during_last_item_ends_as_done(change: str) -> None:
    """The source has not been asked for another item yet."""
    control = RunControl()
    runner, delivered = make(lambda item: item, workers=1, control=control)

    def items() -> Iterator[int]:
        getattr(control, change)()
        yield 1

    ends: list[RunEnd] = []
    thread = threading.Thread(target=lambda: ends.append(runner.run(items())), daemon=True)
    thread.start()
    thread.join(5)
    assert ends == [RunEnd.DONE]
    assert delivered == [1]


def test_paused_run_starts_nothing_until_resumed() -> None:
    control, begun = RunControl(), []
    control.pause()
    runner, delivered = make(begun.append, control=control)
    thread = threading.Thread(target=runner.run, args=(range(10),))
    thread.start()
    time.sleep(0.1)
    held = list(begun)
    control.resume()
    thread.join(5)

    assert held == []
    assert sorted(begun) == list(range(10))
    assert len(delivered) == 10


def test_paused_run_can_be_stopped() -> None:
    control = RunControl()
    control.pause()
    runner, _ = make(lambda item: item, control=control)
    endings: list[RunEnd] = []
    thread = threading.Thread(target=lambda: endings.append(runner.run(range(10))))
    thread.start()
    control.stop()
    thread.join(5)

    assert endings == [RunEnd.STOPPED]
    assert control.was_paused


def test_items_with_one_key_run_one_at_time() -> None:
    running: set[str] = set()
    clashes = []
    lock = threading.Lock()

    def work(item: str) -> str:
        with lock:
            clashes.extend({item[0]} & running)
            running.add(item[0])
        time.sleep(0.002)
        with lock:
            running.discard(item[0])
        return item

    runner, delivered = make(work, workers=4, key=lambda item: item[0])
    runner.run([f"{letter}{number}" for number in range(10) for letter in "aab"])

    assert clashes == []
    assert len(delivered) == 30


def test_failed_delivery_ends_run() -> None:
    done = []

    def fail(_: list[int]) -> None:
        raise RuntimeError("the store is gone")

    runner: ItemRunner[int, int] = ItemRunner(
        lambda item: done.append(item) or item, fail, workers=2, control=RunControl()
    )
    runner.GROUP_SIZE = 1

    with pytest.raises(RuntimeError, match="store is gone"):
        runner.run(range(1000))
    assert len(done) < 20


def flaky(failures: dict[int, int]):
    """A function that fails a number of times for an item, and the order of all attempts."""
    tries: list[int] = []

    def work(item: int) -> tuple[int, bool]:
        tries.append(item)
        return item, tries.count(item) > failures.get(item, 0)

    return work, tries


def trying(work, *, after=lambda _item: 0.0, control: RunControl | None = None, **more) -> tuple[ItemRunner, list]:
    delivered: list = []
    runner = ItemRunner(
        work,
        delivered.extend,
        workers=1,
        control=control or RunControl(),
        retry_delay=lambda item, result: None if result[1] else after(item),
        **more,
    )
    return runner, delivered


def test_retried_item_waits_while_others_run() -> None:
    work, tries = flaky({0: 1})
    runner, delivered = trying(work, after=lambda _: 0.05)

    assert runner.run(range(6)) is RunEnd.DONE
    assert tries[0] == 0
    assert tries[-1] == 0
    assert sorted(delivered) == [(item, True) for item in range(6)]


def test_due_retry_precedes_new_items() -> None:
    work, tries = flaky({0: 2})
    runner, _ = trying(work)

    runner.run(range(50))

    assert tries.index(1) < 49
    assert len(tries) == 52
    assert max(at for at, item in enumerate(tries) if item == 0) < 10


def test_item_does_not_overtake_waiting_one_with_its_key() -> None:
    work, tries = flaky({0: 2})
    runner, delivered = trying(work, after=lambda _: 0.02, key=lambda item: item % 2)

    assert runner.run([0, 2, 1, 4]) is RunEnd.DONE
    assert [item for item in tries if item % 2 == 0] == [0, 0, 0, 2, 4]
    assert len(delivered) == 4


@pytest.mark.parametrize("end", [RunControl.cancel, RunControl.stop, RunControl.fail])
def test_cancel_ends_waiting_retries_without_result(end) -> None:
    control = RunControl()
    work, _ = flaky({0: 9})
    runner, delivered = trying(work, after=lambda _: 3600.0, control=control)
    endings: list[RunEnd] = []
    thread = threading.Thread(target=lambda: endings.append(runner.run([0])))
    thread.start()
    thread.join(0.4)
    assert thread.is_alive()
    end(control)
    thread.join(5)

    assert endings == [control.ending]
    assert delivered == []


def test_failure_after_end_has_no_result() -> None:
    """Otherwise an item that only has to wait would fail because the program was stopped."""
    control = RunControl()

    def work(_: int) -> tuple[int, bool]:
        control.stop()
        return 0, False

    runner, delivered = trying(work, control=control)

    assert runner.run([0]) is RunEnd.STOPPED
    assert delivered == []


def test_work_continues_during_delivery() -> None:
    """A slow database blocks no worker; results that arrive meanwhile are the next group."""
    done: list[int] = []
    groups: list[list[int]] = []
    many = threading.Event()

    def work(item: int) -> int:
        done.append(item)
        if len(done) == 50:
            many.set()
        return item

    def deliver(group: list[int]) -> None:
        groups.append(group)
        assert many.wait(10), "nobody worked while the first group was delivered"

    runner = ItemRunner(work, deliver, workers=2, control=RunControl())
    runner.GROUP_SECONDS = 0.0

    assert runner.run(range(100)) is RunEnd.DONE
    assert sorted(item for group in groups for item in group) == list(range(100))
    assert len(groups[0]) < 50


@pytest.mark.parametrize(
    ("took", "seconds"), [(0.0, 0.5), (0.05, 1.0), (0.5, 2.0)], ids=["quick", "as a home of 10,000", "slow"]
)
def test_slow_deliveries_are_less_frequent(took: float, seconds: float) -> None:
    """Groups take no more than a twentieth of the time, and the user still sees progress."""
    worked, delivered, groups = [0.0], [0.0], []

    def work(item: int) -> int:
        worked[0] += 0.02
        time.sleep(0.002)  # the thread that collects results follows, also on a busy machine
        return item

    def deliver(group: list[int]) -> None:
        groups.append(len(group) * 0.02)
        delivered[0] += took

    def clock() -> float:
        """The time of each thread: how threads share a processor does not matter here."""
        return (delivered if threading.current_thread().name.startswith("indexium-results") else worked)[0]

    runner = ItemRunner(work, deliver, workers=1, control=RunControl(), clock=clock)
    assert runner.run(range(600)) is RunEnd.DONE

    assert sorted(groups)[len(groups) // 2] == pytest.approx(seconds, abs=0.2)


def test_undelivered_results_are_limited_to_group() -> None:
    done: list[int] = []
    seen: list[int] = []

    def deliver(_: list[int]) -> None:
        time.sleep(0.05)
        seen.append(len(done))

    runner = ItemRunner(lambda item: done.append(item) or item, deliver, workers=2, control=RunControl())
    runner.GROUP_SIZE = 10
    runner.run(range(200))

    gains = [after - before for before, after in zip([0, *seen], seen, strict=False)]
    assert max(gains) <= 2 * (10 + 4)  # a delivered group and a waiting one, each with the items in progress


def test_run_is_idle_when_started_items_are_delivered_or_wait() -> None:
    """Results during a pause are delivered immediately; a thread that comes too late has started nothing."""
    control, delivered, half = RunControl(), [], threading.Barrier(3)
    paused, go_on, idle, seen = threading.Event(), threading.Event(), threading.Event(), []

    def work(item: int) -> int:
        if item == 0:
            half.wait(5)
            assert paused.wait(5)
            control.wait_while_paused()  # during it
        elif item == 1:
            half.wait(5)
            assert go_on.wait(5)
        else:
            control.wait_while_paused()
        return item

    def changed() -> None:
        if control.is_idle:
            seen.append(list(delivered))
            idle.set()

    runner = ItemRunner(work, delivered.extend, workers=2, control=control)
    runner.GROUP_SECONDS = runner.MAX_GROUP_SECONDS = 60.0
    control.on_change(changed)
    thread = threading.Thread(target=runner.run, args=(range(9),))
    thread.start()
    half.wait(5)
    control.pause()
    paused.set()
    assert not idle.wait(0.2)
    go_on.set()

    assert idle.wait(5)
    assert seen == [[1]]
    control.resume()
    assert not control.is_idle
    thread.join(5)
    assert sorted(delivered) == list(range(9))


def test_thread_yielding_to_ui_does_not_delay_pause() -> None:
    control, aside, go_on, idle = RunControl(), threading.Event(), threading.Event(), threading.Event()
    begun: list[int] = []

    def work(item: int) -> int:
        with control.as_waiting():
            aside.set()
            assert go_on.wait(5)
        control.wait_while_paused()
        begun.append(item)
        return item

    control.on_change(lambda: idle.set() if control.is_idle else None)
    runner, delivered = make(work, control=control, workers=1)
    thread = threading.Thread(target=runner.run, args=(range(2),))
    thread.start()
    assert aside.wait(5)
    control.pause()
    assert idle.wait(5)
    go_on.set()
    assert begun == []
    control.resume()
    thread.join(5)
    assert delivered == [0, 1]


def test_results_are_delivered_before_pause_wait() -> None:
    control, asked, delivered = RunControl(), threading.Event(), []

    def work(item: int) -> int:
        if item == 2:
            control.pause()
            asked.set()
        return item

    runner = ItemRunner(work, delivered.extend, workers=1, control=control)
    thread = threading.Thread(target=runner.run, args=(range(9),))
    thread.start()
    asked.wait(5)
    deadline = time.monotonic() + 5
    while 2 not in delivered and time.monotonic() < deadline:
        time.sleep(0.01)
    held = list(delivered)
    control.resume()
    thread.join(5)

    assert held[:3] == [0, 1, 2]
    assert len(held) < 9
    assert delivered == list(range(9))


def test_outdated_observation_does_not_mark_idle() -> None:
    control = RunControl()
    control.pause()
    seen = control.changes
    control.resume()  # an item starts …
    control.pause()
    control.mark_idle(seen)
    assert not control.is_idle

    control.mark_idle(control.changes)
    assert control.is_idle
