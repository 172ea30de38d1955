"""Reading and writing by a Dask cluster: results equal to threads; lost workers, schedulers and services."""

from __future__ import annotations

import gc
import os
import signal
import sys
import threading
import time
from collections.abc import Iterator
from concurrent import futures
from dataclasses import replace
from pathlib import Path

import pytest

from indexium_core import errors, settings
from indexium_core.files import journal
from indexium_core.flows.scanning import file_facts, reading
from indexium_core.flows.scanning.discovery import FileToRead
from indexium_core.flows.writing import operation_runner
from indexium_core.flows.writing.workers import cluster_edits
from indexium_core.flows.writing.workers import worker_journals as worker_journals_module
from indexium_core.jobs.cluster import client
from indexium_core.jobs.cluster.client import Cluster
from indexium_core.jobs.executors import ClusterLostError
from indexium_core.library import Library
from indexium_core.model.files.media import FileStat
from indexium_core.store.operations.ledger_rows import Task
from indexium_core.version import __version__
from tests.integration.test_processes import Set, scans_and_rescans, writes_and_rollbacks
from tests.support import long_write, media, pieces
from tests.support.children import Child
from tests.support.dask_cluster import DaskCluster, DaskHost
from tests.support.studio import ALL
from tests.support.waiting import PATIENCE, until

# A client of Dask whose scheduler is killed leaves a socket to the garbage collector.
pytestmark = pytest.mark.filterwarnings("ignore::ResourceWarning")


@pytest.fixture(scope="module")
def host() -> Iterator[DaskHost]:
    with DaskHost() as opened:
        yield opened
    gc.collect()  # while the warning is ignored


@pytest.fixture(scope="module")
def dask(host: DaskHost, tmp_path_factory: pytest.TempPathFactory) -> Iterator[DaskCluster]:
    with DaskCluster(host, tmp_path_factory.mktemp("dask")) as cluster:
        cluster.start_worker("one")
        cluster.start_worker("two")
        yield cluster


@pytest.fixture
def cluster(dask: DaskCluster) -> Iterator[Cluster]:
    executor = Cluster(dask.url)
    yield executor
    executor.close()


def test_scans_and_rescans_have_equal_results(dask: DaskCluster, tmp_path: Path) -> None:
    executors = ("threads", dask.url)
    seen = [scans_and_rescans(tmp_path / "films", tmp_path / each[:4], each) for each in executors]

    assert seen[0] == seen[1]


def test_writes_and_rollbacks_have_equal_results_and_journals(dask: DaskCluster, tmp_path: Path) -> None:
    seen = []
    for executor in ("threads", dask.url):
        scene = Set(tmp_path / executor[:4], executor)
        seen.append(writes_and_rollbacks(scene))
        assert worker_journals(scene) == []

    assert seen[0] == seen[1]


def worker_journals(scene: Set) -> list[Path]:
    return list(scene.films.rglob("*.journal"))


# Lost and blind workers.


def test_call_survives_a_killed_worker(dask: DaskCluster, cluster: Cluster, tmp_path: Path) -> None:
    """Dask runs the call again in another worker."""
    victim = dask.start_worker("victim")
    found: list[list[int]] = []
    threads = [
        threading.Thread(target=lambda: found.append(cluster.call(pieces.number_of_worker, str(tmp_path), victim.pid)))
        for _ in range(6)  # more than the workers have threads, so the victim has one
    ]
    for thread in threads:
        thread.start()
    try:
        until((tmp_path / str(victim.pid)).exists)
    finally:
        victim.kill()
        (tmp_path / "go").touch()
    for thread in threads:
        thread.join(PATIENCE)
    assert len(found) == 6
    assert victim.pid not in found


def test_worker_without_the_mount_reads_nothing(dask: DaskCluster, cluster: Cluster, tmp_path: Path) -> None:
    films = tmp_path / "films"
    films.mkdir()
    for number in range(6):
        media.build("mp4", films, name=f"{number}.mp4", comment="People: Ann Lee")
    blind = dask.start_worker("blind", nthreads=4, INDEXIUM_PATH_MAP=f"{films}={tmp_path / 'nowhere'}")
    try:
        with Library.open(tmp_path / "home", config=settings.load(tmp_path / "home", executor=dask.url)) as library:
            assert library.scan([films]).by_state == {"ok": 6}
            (check,) = [each for each in library.doctor.run() if each.name == "cluster"]
        assert check.state == "problem"
        assert f"does not see {films}." in check.message
        assert "3 workers with 6 threads" in check.message
    finally:
        blind.kill()


def test_file_that_nobody_sees_is_missing(cluster: Cluster, tmp_path: Path) -> None:
    code, _ = cluster.call(file_facts.read_properties, os.fsencode(tmp_path / "gone.mp4"))
    assert code == file_facts.MISSING


@pytest.mark.parametrize("address", ["dask://127.0.0.1:9", "tls://127.0.0.1:9"])
def test_scan_without_scheduler_fails_with_one_sentence(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, address: str
) -> None:
    monkeypatch.setattr(client, "WAIT_SECONDS", 0.0)
    monkeypatch.setattr(client, "_CONNECT_SECONDS", 0.3)
    films = tmp_path / "films"
    films.mkdir()
    media.build("mp4", films, comment="People: Ann Lee")
    with Library.open(tmp_path / "home", config=settings.load(tmp_path / "home", executor=address)) as library:
        with pytest.raises(errors.ClusterError, match=f"The Dask scheduler {address} does not answer. Start it, or"):
            library.scan([films])
        assert [each.state for each in library.doctor.run() if each.name == "cluster"] == ["problem"]


def test_cluster_without_worker_is_an_error(host: DaskHost, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(client, "WAIT_SECONDS", 0.5)
    with DaskCluster(host, tmp_path) as empty:
        executor = Cluster(empty.url)
        with pytest.raises(errors.ClusterError, match=r"has no worker\. Start one: dask worker tcp://"):
            executor.call(os.getpid)
        monkeypatch.setattr(client, "WAIT_SECONDS", 20.0)
        threading.Timer(0.2, lambda: empty.start_worker("late")).start()
        assert executor.call(os.getpid) != os.getpid()
        with futures.ThreadPoolExecutor(2) as pool:
            lost = pool.submit(executor.call_with_callbacks, _Callbacks(), pieces.report_and_sleep, 2.0)
            until(lambda: bool(executor._calls))
            repeated = pool.submit(executor.call, time.sleep, 0.5)
            until(lambda: len(executor._calls) == 2)
            empty.scheduler.kill()
            with pytest.raises(
                ClusterLostError, match=r"was lost, because the scheduler dask://.* closed the connection"
            ):
                lost.result(PATIENCE)
            empty.start_scheduler()
            empty.start_worker("next")
            assert repeated.result(PATIENCE) is None
        assert executor.call(os.getpid) != os.getpid()
        executor.close()


def test_worker_that_does_not_answer_delays_no_other(
    host: DaskHost, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(client, "_REPLY_SECONDS", 1.0)
    with DaskCluster(host, tmp_path) as half:
        half.start_worker("awake")
        half.start_worker("frozen").send(signal.SIGSTOP)
        executor = Cluster(half.url)
        awake, frozen = sorted(executor.workers({os.fsencode(tmp_path): b""}), key=lambda worker: worker.name)
        executor.close()
        assert (awake.name[:5], awake.problem, awake.version) == ("awake", "", __version__)
        assert (frozen.name[:6], frozen.problem) == ("frozen", "it gave no answer for 1 seconds")


def test_callback_may_take_longer_than_the_worker_waits(
    host: DaskHost, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A paused operation answers when it is resumed."""
    monkeypatch.setattr(client, "_ALIVE_SECONDS", 0.1)

    class Slow(_Callbacks):
        def report(self, position: tuple[int, int]) -> bool:
            time.sleep(4)
            return super().report(position)

    with DaskCluster(host, tmp_path) as patient:
        patient.start_worker("one", ANSWER_SECONDS="2.5")
        executor = Cluster(patient.url)
        assert executor.call_with_callbacks(Slow(), pieces.report_and_sleep, 0.0) is False
        executor.close()


def test_close_ends_an_attempt_to_connect(monkeypatch: pytest.MonkeyPatch) -> None:
    executor = Cluster("dask://127.0.0.1:9")
    with futures.ThreadPoolExecutor(1) as pool:
        call = pool.submit(executor.call, os.getpid)
        until(executor._lock.locked)
        started = time.monotonic()
        executor.close()
        assert time.monotonic() - started < 10
        with pytest.raises(errors.ClusterError):
            call.result(PATIENCE)


class _LostClient:
    """A client that has lost its scheduler."""

    def nthreads(self, **_: object) -> dict[str, int]:
        raise OSError("The connection is closed.")

    def submit(self, *_: object, **__: object) -> None:
        raise OSError("The connection is closed.")


@pytest.mark.parametrize("excluded", [{}, {"tcp://127.0.0.1:1": float("inf")}], ids=["all workers", "some workers"])
def test_lost_connection_is_no_error_of_a_file(monkeypatch: pytest.MonkeyPatch, excluded: dict[str, float]) -> None:
    """A scan fails with one sentence, and no file counts as damaged. A call goes to all workers, or to some of them."""
    executor = Cluster("dask://127.0.0.1:9")
    executor._excluded_until = excluded
    monkeypatch.setattr(executor, "_connected", _LostClient)
    file = FileToRead(
        path=b"/films/a.mp4", stat=FileStat(size=1, mtime_ns=1, device=1, inode=1, nlink=1, mode=0o100644)
    )
    monkeypatch.setattr(executor, "max_concurrency", lambda requested: requested)
    with pytest.raises(errors.ClusterError, match=r"The connection to the Dask cluster .* was lost twice\. Check"):
        list(reading.read_all([file], threads=1, full=False, faststart="keep", executor=executor))


def test_missing_package_names_the_remedy(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "distributed", None)
    with pytest.raises(errors.ClusterError, match=r"Dask is not installed: pip install indexium\[cluster\]"):
        Cluster("dask://127.0.0.1:9").call(os.getpid)


def test_exception_and_other_version_in_a_worker_are_errors(cluster: Cluster, monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(RuntimeError, match="ZeroDivisionError"):
        cluster.call(divmod, 1, 0)
    monkeypatch.setattr(client, "__version__", "9.9")
    with pytest.raises(errors.ClusterError, match=r"has Indexium .*, but 9\.9 runs here\. Install the same"):
        cluster.call(os.getpid)


# A killed worker, scheduler or service.

# A worker is killed at these steps; True: the file is already written.
STEPS = {
    "mp4": [("before-begin", False), ("after-begin", False), ("before-commit", False), ("after-commit", True)],
    "wmv": [("after-making", False), ("after-swap", False), ("before-commit", True), ("after-commit", True)],
}


@pytest.fixture
def scene(dask: DaskCluster, tmp_path: Path) -> Iterator[Set]:
    made = Set(tmp_path, dask.url)
    yield made
    dask.go()
    made.library.close()
    for path in dask.points.iterdir():
        path.unlink()


def is_written_once(scene: Set, operation_id: int) -> bool:
    """Return whether every item of an operation was written and verified exactly once."""
    items = scene.library.operation(operation_id, per_page=0).items
    found: list[int] = []
    for path in (scene.home / "backups").glob(f"{operation_id}.*journal"):
        found += [mark.item_id for mark in journal.read(path).marks if mark.state == "committed"]
    return sorted(found) == sorted(item.id for item in items if item.status == "success")


def rolls_back(scene: Set, operation_id: int) -> bool:
    """Roll an operation back, and return whether every byte is as before."""
    scene.library.rollback(operation_id, replan=True).wait(PATIENCE)
    return scene.bytes() == scene.old and worker_journals(scene) == [] and leftovers(scene) == []


def leftovers(scene: Set) -> list[str]:
    return [name for name in scene.strays() if name != ".indexium"]


@pytest.mark.parametrize("form", STEPS)
def test_killed_worker_costs_nothing(dask: DaskCluster, scene: Set, form: str) -> None:
    """Dask runs the task again; that run finds the journal and leaves the decision to the service."""
    for step, is_done in STEPS[form]:
        dask.stop_at(step)
        handle = scene.library.write(scene.library.plan(f"ext:{form}"), ALL)
        killed = dask.stopped()
        killed.kill()
        assert handle.wait(PATIENCE).counts == {"success": 1}
        [item] = scene.library.operation(handle.id).items
        assert ("recovered" in item.proof) == is_done, step
        assert is_written_once(scene, handle.id), step
        assert rolls_back(scene, handle.id), step
        dask.start_worker(f"{form} {step}")


def test_worker_that_outlives_its_scheduler_keeps_its_file(
    dask: DaskCluster, scene: Set, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The service waits for the journal of the worker; meanwhile, nothing else touches the file."""
    dask.stop_at("before-commit")
    handle = scene.library.write(scene.library.plan("ext:mp4"), ALL)
    dask.stopped()
    dask.scheduler.kill()
    time.sleep(0.3)
    assert scene.bytes() != scene.old  # not undone, because the worker holds the journal
    dask.go()
    assert handle.wait(PATIENCE).counts == {"success": 1}
    assert is_written_once(scene, handle.id)
    dask.start_scheduler()
    dask.start_worker("one")
    assert rolls_back(scene, handle.id)

    monkeypatch.setattr(cluster_edits, "LOCK_SECONDS", 0.2)
    monkeypatch.setattr(worker_journals_module, "_COLLECT_SECONDS", 0.2)
    dask.stop_at("before-commit")
    handle = scene.library.write(scene.library.plan("ext:mp4"), ALL)
    dask.stopped()
    dask.scheduler.kill()
    assert handle.wait(PATIENCE).counts == {"unknown": 1}
    [item] = scene.library.operation(handle.id).items
    assert "A worker of the cluster may still write the file. Run `indexium recover`" in item.message
    assert any("still writes" in each for each in scene.library.recover().problems)
    dask.go()
    until(lambda: not _is_locked(scene))
    assert scene.library.recover().finished == 1
    assert scene.outcomes(handle.id) == {scene.paths[0].name: ("success", "")}
    assert is_written_once(scene, handle.id)
    dask.start_scheduler()
    dask.start_worker("one")
    dask.start_worker("two")
    assert rolls_back(scene, handle.id)


def test_operation_without_scheduler_fails_and_is_resumed(
    dask: DaskCluster, scene: Set, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(client, "WAIT_SECONDS", 1.0)
    monkeypatch.setattr(client, "_CONNECT_SECONDS", 0.3)
    dask.stop_at("after-making")
    handle = scene.library.write(scene.library.plan("ext:wmv"), ALL)
    worker = dask.stopped()
    dask.scheduler.kill()
    worker.kill()
    assert handle.wait(PATIENCE).status == "failed"
    sentence = f"The Dask scheduler {dask.url} does not answer. Start it, or change INDEXIUM_EXECUTOR."
    assert scene.library.operation(handle.id).operation.error_message == sentence
    assert scene.bytes() == scene.old
    assert (worker_journals(scene), leftovers(scene)) == ([], [])
    dask.start_scheduler()
    dask.start_worker("one")
    dask.start_worker("two")
    assert scene.library.resume(handle.id).wait(PATIENCE).counts == {"success": 1}
    assert is_written_once(scene, handle.id)
    assert rolls_back(scene, handle.id)


# The service is killed while a worker is at these steps; True: the worker survives. The default run has the most
# informative cases, and `--all` has both of every step.
KILLS = [
    ("mp4", "before-commit", True),
    ("mp4", "before-commit", False),
    ("mp4", "after-commit", False),
    ("wmv", "after-swap", True),
    ("wmv", "after-swap", False),
]


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Choose the cases of a killed service."""
    is_exhaustive = metafunc.config.getoption("--all")
    every = [(form, step) for form in STEPS for step, _ in STEPS[form]]
    if "survives" in metafunc.fixturenames:
        both = [(*case, survives) for case in every for survives in (True, False)]
        metafunc.parametrize(("form", "step", "survives"), both if is_exhaustive else KILLS)
    elif "step" in metafunc.fixturenames:
        metafunc.parametrize(("form", "step"), every if is_exhaustive else [("mp4", "before-commit")])


def test_killed_service_finds_the_journal_of_the_worker(
    dask: DaskCluster, scene: Set, monkeypatch: pytest.MonkeyPatch, form: str, step: str, survives: bool
) -> None:
    """Without the worker, the file is old or new at once; with it, as soon as it has ended. The history agrees."""
    scene.write("ext:wmv" if form == "mp4" else "ext:mp4")
    before = scene.bytes()
    [name] = [path.name for path in scene.paths if path.suffix == f".{form}"]
    scene.library.close()
    monkeypatch.setenv("INDEXIUM_EXECUTOR", dask.url)
    monkeypatch.setattr(worker_journals_module, "_COLLECT_SECONDS", 0.2)
    dask.stop_at(step)
    with Child(long_write.run, scene.home, "write") as service:
        service.hear("begun")
        worker = dask.stopped()
        service.kill()
    if not survives:
        worker.kill()
    scene.library = Library.open(scene.home, take_over="nothing")
    [item] = scene.library.operation(2).items
    if survives:
        assert any("A worker of the cluster still writes" in each for each in scene.library.notices)
        assert item.status == "pending"
        dask.go()
    else:
        is_written = dict(STEPS[form])[step]
        assert (item.status == "success") == is_written
        assert (scene.bytes()[name] != before[name]) == is_written
        assert item.code in ("", "undone")
        assert worker_journals(scene) == []
        dask.start_worker(f"next {form} {step}")
    if item.status == "pending":
        # A worker that waits for an answer of the killed service gives up after a minute; the operation waits for it.
        assert scene.library.resume(2).wait(2 * PATIENCE).counts == {"success": 1}
    assert is_written_once(scene, 2)
    assert scene.library.rollback(1).wait(PATIENCE).counts == {"success": 1}
    assert rolls_back(scene, 2)


def test_killed_rollback_leaves_each_file_old_or_new(
    dask: DaskCluster, scene: Set, monkeypatch: pytest.MonkeyPatch, form: str, step: str
) -> None:
    """The service and the worker are killed."""
    scene.write(f"ext:{form}")
    new = scene.bytes()
    scene.library.close()
    monkeypatch.setenv("INDEXIUM_EXECUTOR", dask.url)
    dask.stop_at(step)
    with Child(long_write.run, scene.home, "back") as service:
        service.hear("begun")
        worker = dask.stopped()
        service.kill()
    worker.kill()
    scene.library = Library.open(scene.home, take_over="nothing")
    [item] = scene.library.operation(2).items
    is_done = dict(STEPS[form])[step]
    assert scene.bytes() == (scene.old if is_done else new)
    assert (item.status == "success") == is_done
    assert worker_journals(scene) == []
    dask.start_worker(f"back {form} {step}")
    if not is_done:
        assert scene.library.resume(2).wait(PATIENCE).counts == {"success": 1}
    assert scene.bytes() == scene.old
    assert is_written_once(scene, 2)
    assert leftovers(scene) == []


def _is_locked(scene: Set) -> bool:
    try:
        for path in worker_journals(scene):
            journal.OperationJournal.reopen(path).close()
    except errors.ConflictError:
        return True
    return False


def test_lost_database_leaves_no_half_written_file(dask: DaskCluster, scene: Set) -> None:
    """The journal of a worker whose operation is in no database is undone and kept."""
    dask.stop_at("before-commit")
    handle = scene.library.write(scene.library.plan("ext:mp4"), ALL)
    worker = dask.stopped()
    [path] = worker_journals(scene)
    copy = path.read_bytes()
    film = scene.paths[0]
    half_written = film.read_bytes()
    assert half_written != scene.old[film.name]
    worker.kill()
    handle.wait(PATIENCE)
    assert rolls_back(scene, handle.id)
    for name in (path.name.replace(".1.journal", ".77.journal"), path.name):  # `path.name`: the operation has ended
        orphan = path.with_name(name)
        orphan.write_bytes(copy)
        film.write_bytes(half_written)
        scene.library.recover()
        assert worker_journals(scene) == []
        assert scene.bytes() == scene.old
    orphan = path.with_name(path.name.replace(".1.journal", ".77.journal"))
    assert [each.name for each in (scene.home / "backups" / "lost").iterdir()] == [orphan.name]
    assert scene.bytes() == scene.old
    dask.start_worker("spare")


# A write through the cluster: callbacks, mounts, paths.


def test_second_run_of_a_task_does_nothing(dask: DaskCluster, cluster: Cluster, scene: Set) -> None:
    """Not while the first run holds the journal, not after it, and not when the journal is taken over."""
    first = threading.Thread(target=lambda: scene.write("ext:mp4"))
    dask.stop_at("after-begin")
    first.start()
    dask.stopped()
    [path] = worker_journals(scene)
    task = replace(_task(scene), item_id=1)
    plain = dict.fromkeys(("preserve_mtime", "break_links"), False)
    plain |= {"backups": scene.home, "faststart": "keep", "keep_backup": True}
    again = (cluster_edits._edit, task, plain, os.fsencode(path), None)
    assert cluster.call_with_callbacks(_Callbacks(), *again) is None
    dask.go()
    first.join(PATIENCE)
    written = scene.bytes()
    with pytest.raises(errors.ClusterError) as caught:
        cluster.call_with_callbacks(_Callbacks(), *again)
    assert caught.value.reason == "no_mount"
    assert scene.bytes() == written
    assert rolls_back(scene, 1)


def _task(scene: Set) -> Task:
    stat = scene.paths[0].stat()
    return Task(
        item_id=1,
        file_id=1,
        path=os.fsencode(scene.paths[0]),
        expected_size=stat.st_size,
        expected_mtime_ns=stat.st_mtime_ns,
        expected_hash=None,
        changes=(),
    )


class _Callbacks:
    def is_cancelled(self) -> bool:
        return False

    def report(self, position: tuple[int, int]) -> bool:
        return position[0] == 2


def test_callbacks_reach_the_service(cluster: Cluster) -> None:
    assert cluster.call_with_callbacks(_Callbacks(), pieces.ask_report, 3) == [False, False, True]


def test_original_is_kept_within_the_budget_of_the_service(dask: DaskCluster, scene: Set) -> None:
    (dask.points / "no-reverse").touch()
    handle = scene.library.write(scene.library.plan("ext:wmv"), ALL)
    assert handle.wait(PATIENCE).counts == {"success": 1}
    [kept] = (scene.films / ".indexium").glob("*.original")
    assert kept.read_bytes() == scene.old[scene.paths[1].name]
    assert rolls_back(scene, handle.id)
    scene.library.configuration.set("backup_budget", "0")
    [outcome] = scene.write("ext:wmv").values()
    assert outcome == ("failed", "low_space")
    assert scene.bytes() == scene.old


def test_rewrite_in_worker_is_cancelled(dask: DaskCluster, scene: Set) -> None:
    dask.stop_at("after-making")
    handle = scene.library.write(scene.library.plan("ext:wmv"), ALL)
    dask.stopped()
    threading.Timer(0.3, dask.go).start()
    assert handle.cancel()
    assert handle.wait(PATIENCE).status == "cancelled"
    assert scene.bytes() == scene.old
    assert (worker_journals(scene), leftovers(scene)) == ([], [])


def test_rewrite_in_worker_waits_during_a_pause(dask: DaskCluster, scene: Set, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(operation_runner, "_FINISH_SECONDS", 0.0)
    dask.stop_at("after-making")
    handle = scene.library.write(scene.library.plan("ext:wmv"), ALL)
    dask.stopped()
    threading.Timer(0.1, dask.go).start()
    assert handle.pause()
    assert handle.status().status == "paused"
    assert scene.bytes() == scene.old
    assert scene.library.resume(handle.id).wait(PATIENCE).counts == {"success": 1}
    assert is_written_once(scene, handle.id)
    assert rolls_back(scene, handle.id)


def test_worker_without_the_mount_writes_nothing(
    host: DaskHost, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    scene = Set(tmp_path, "threads")
    with DaskCluster(host, tmp_path) as blind:
        worker = blind.start_worker("blind", INDEXIUM_PATH_MAP=f"{scene.films}={tmp_path / 'nowhere'}")
        scene.library.configuration._config.executor = blind.url
        assert set(scene.write().values()) == {("failed", "no_mount")}
        messages = {item.message for item in scene.library.operation(1).items}
        assert all("Mount it there or set INDEXIUM_PATH_MAP." in message for message in messages)
        assert scene.bytes() == scene.old
        assert worker_journals(scene) == []
        worker.kill()
        blind.start_worker("sees")
        assert scene.library.retries.start(1).wait(PATIENCE).counts == {"success": 2}
        scene.library.close()


def test_worker_with_another_path_writes_the_same_files(host: DaskHost, tmp_path: Path) -> None:
    scene, mirror = Set(tmp_path, "threads"), tmp_path / "mirror"
    mirror.mkdir()
    (scene.films / ".indexium").mkdir()
    (mirror / ".indexium").symlink_to(scene.films / ".indexium")
    film = scene.paths[0]
    (mirror / film.name).hardlink_to(film)
    with DaskCluster(host, tmp_path) as mapped:
        mapped.start_worker("mapped", INDEXIUM_PATH_MAP=f"{scene.films}={mirror}")
        scene.library.configuration._config.executor = mapped.url
        scene.library.scan([scene.films])
        film.chmod(0o444)
        assert list(scene.write("ext:mp4").values()) == [("failed", "read_only")]
        [item] = scene.library.operation(1).items
        assert str(film) in item.message
        assert str(mirror) not in item.message
        film.chmod(0o644)
        assert list(scene.write("ext:mp4").values()) == [("success", "")]
        [entry] = journal.read(scene.home / "backups" / "2.journal").entries
        assert entry.path == os.fsencode(film)
        assert (mirror / film.name).read_bytes() == film.read_bytes() != scene.old[film.name]
        assert scene.library.rollback(2).wait(PATIENCE).counts == {"success": 1}
        assert scene.bytes() == scene.old
        scene.library.close()
