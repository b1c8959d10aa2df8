"""Steps side by side: nothing before what it waits for, no more at once than allowed, and a failure ends it."""

from __future__ import annotations

import threading
import time

import pytest

from haicplatform.core import task_graph

WAITS_FOR = {"d": {"b", "c"}, "b": {"a"}, "c": {"a"}, "a": set(), "alone": set()}


def nothing(step: str) -> None:
    pass


@pytest.mark.parametrize("at_once", [1, 2, 4])
def test_each_step_comes_once_after_those_it_waits_for(at_once):
    made, followed, lock, busy, most = [], [], threading.Lock(), set(), []

    def make(step):
        with lock:
            busy.add(step)
            most.append(len(busy))
        time.sleep(0.005)
        with lock:
            busy.remove(step)
            made.append(step)

    def then(step):
        assert step in made
        followed.append(step)

    task_graph.run(WAITS_FOR, make, then, at_once)
    assert sorted(made) == sorted(followed) == sorted(WAITS_FOR)
    assert all(made.index(before) < made.index(step) for step, waits in WAITS_FOR.items() for before in waits)
    assert max(most) <= at_once


def test_what_most_waits_for_begins_first_and_is_told_first():
    told, made = [], []
    task_graph.run(WAITS_FOR, lambda step: made.append((step, list(told))), nothing, 1, told.append)
    assert told == ["a", "b", "c", "alone", "d"]
    assert made[0] == ("a", ["a"])


def test_two_that_do_not_wait_for_each_other_run_at_the_same_time():
    both = threading.Barrier(2, timeout=10)
    task_graph.run({"a": set(), "b": set()}, lambda step: both.wait(), nothing, 2)


@pytest.mark.parametrize("failing", ["make", "then"])
def test_after_a_failure_nothing_else_begins(failing):
    made = []

    def fail(step):
        raise ValueError(step)

    with pytest.raises(ValueError, match="a"):
        task_graph.run(
            {"a": set(), "b": {"a"}, "c": {"b"}},
            fail if failing == "make" else made.append,
            fail if failing == "then" else nothing,
            1,
        )
    assert "c" not in made or failing == "then"
