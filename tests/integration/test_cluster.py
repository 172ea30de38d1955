"""Reading and writing by a Dask cluster: results equal to threads; lost workers, schedulers and services."""

from __future__ import annotations

import os
import sys
import threading
import time
from collections.abc import Iterator
from concurrent import futures
from dataclasses import replace
from pathlib import Path

import pytest

from indexium_core import errors, settings
from indexium_core.flows.scanning import file_facts
from indexium_core.jobs.cluster import client
from indexium_core.jobs.cluster.client import Cluster
from indexium_core.jobs.executors import WorkerLostError
from indexium_core.library import Library
from tests.support import media, pieces
from tests.support.dask_cluster import DaskCluster
from tests.support.waiting import PATIENCE, until


@pytest.fixture(scope="module")
def dask(tmp_path_factory: pytest.TempPathFactory) -> Iterator[DaskCluster]:
    with DaskCluster(tmp_path_factory.mktemp("dask")) as cluster:
        cluster.start_worker("one")
        cluster.start_worker("two")
        yield cluster


@pytest.fixture
def cluster(dask: DaskCluster) -> Iterator[Cluster]:
    executor = Cluster(dask.url)
    yield executor
    executor.close()


def test_scans_and_rescans_have_equal_results(dask: DaskCluster, tmp_path: Path) -> None:
    films = tmp_path / "films"
    films.mkdir()
    for form in ("mp4", "mkv", "avi"):
        media.build(form, films, comment="People: Ann Lee")
    media.truncated("mp4", films, name="cut.mp4")
    media.empty(films)
    seen = []
    for executor in ("threads", dask.url):
        home = tmp_path / executor[:4]
        with Library.open(home, config=settings.load(home, executor=executor)) as library:
            library.scan([films])
            report = library.rescan(everything=True, refresh=["duration", "size"])
            rows = (
                library._parts.store.read()
                .execute(
                    "SELECT file_name, state, state_message, comment, file_hash, size, container, duration, strategy"
                    " FROM scanned_files ORDER BY file_name"
                )
                .fetchall()
            )
            properties = [library.files.file(file_id).properties for file_id in range(1, 6)]
            seen.append((rows, properties, replace(report, seconds=0.0)))

    assert seen[0] == seen[1]


# Lost and blind workers.


def test_call_survives_a_killed_worker(dask: DaskCluster, cluster: Cluster, tmp_path: Path) -> None:
    """Dask runs the call again in another worker."""
    victim = dask.start_worker("victim")
    found: list[list[int]] = []
    threads = [
        threading.Thread(target=lambda: found.append(cluster.call(pieces.number_of_worker, str(tmp_path), victim.pid)))
        for _ in range(3)
    ]
    for thread in threads:
        thread.start()
    until((tmp_path / str(victim.pid)).exists)
    victim.kill()
    (tmp_path / "go").touch()
    for thread in threads:
        thread.join(PATIENCE)
    assert len(found) == 3
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


def test_cluster_without_worker_is_an_error(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(client, "WAIT_SECONDS", 0.5)
    with DaskCluster(tmp_path) as empty:
        executor = Cluster(empty.url)
        with pytest.raises(errors.ClusterError, match=r"has no worker\. Start one: dask worker tcp://"):
            executor.call(os.getpid)
        monkeypatch.setattr(client, "WAIT_SECONDS", 20.0)
        threading.Timer(0.2, lambda: empty.start_worker("late")).start()
        assert executor.call(os.getpid) != os.getpid()
        with futures.ThreadPoolExecutor(1) as pool:
            lost = pool.submit(executor.call, time.sleep, 2.0)
            until(lambda: bool(executor._calls))
            empty.scheduler.kill()
            with pytest.raises(
                WorkerLostError, match=r"was lost, because the scheduler dask://.* closed the connection"
            ):
                lost.result(PATIENCE)
        empty.start_scheduler()
        empty.start_worker("next")
        assert executor.call(os.getpid) != os.getpid()
        executor.close()


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
