"""Services that are made when they are first asked for."""

from __future__ import annotations

import threading
import time
from concurrent.futures import ThreadPoolExecutor

import pytest

from indexium_core.assembly.on_demand import ServiceGroup, on_demand
from indexium_core.model.operations.actor import SYSTEM, Actor, acting_as, current_actor


class Rooms(ServiceGroup):
    """A group of two services; one needs the other."""

    def __init__(self) -> None:
        super().__init__()
        self.made: list[str] = []

    @on_demand
    def kitchen(self) -> list[Actor]:
        time.sleep(0.05)
        self.made.append("kitchen")
        return [current_actor()]

    @on_demand
    def house(self) -> tuple[list[Actor], int]:
        self.made.append("house")
        return self.kitchen, 1


class Flat(Rooms):
    """A group with the services of another one."""


def test_service_is_made_once_by_many_threads() -> None:
    rooms, start = Rooms(), threading.Barrier(8)

    def ask(number: int) -> object:
        start.wait()
        return rooms.house[0] if number % 2 else rooms.kitchen

    with ThreadPoolExecutor(8) as pool:
        found = list(pool.map(ask, range(8)))

    assert sorted(rooms.made) == ["house", "kitchen"]
    assert all(each is rooms.kitchen for each in found)


def test_nothing_is_made_before_it_is_asked_for() -> None:
    rooms = Rooms()

    assert (rooms.made, Rooms.kitchen.made(rooms)) == ([], None)
    assert rooms.kitchen is Rooms.kitchen.made(rooms)
    assert rooms.made == ["kitchen"]


def test_system_makes_service_whoever_asks() -> None:
    with acting_as(Actor("user", "3", "Ann")):
        assert Rooms().kitchen == [SYSTEM]


def test_all_services_are_made_also_those_of_base_class() -> None:
    flat = Flat()
    flat.make_all()

    assert sorted(flat.made) == ["house", "kitchen"]


def test_service_that_cannot_be_made_is_tried_again() -> None:
    class Broken(ServiceGroup):
        attempts = 0

        @on_demand
        def service(self) -> int:
            self.attempts += 1
            return 1 // (self.attempts - 1)

    group = Broken()
    with pytest.raises(ZeroDivisionError):
        group.service  # noqa: B018

    assert group.service == 1
