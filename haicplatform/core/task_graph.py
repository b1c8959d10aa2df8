"""Steps that wait for one another, several at once.

Belongs here: which step may begin, and in what order. Does not belong here: what a step does.
"""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from graphlib import TopologicalSorter

Do = Callable[[str], None]


def run(waits_for: dict[str, set[str]], make: Do, then: Do, at_once: int, begins: Do | None = None) -> None:
    """`make` every step after those it waits for, and `then` do what follows on it; `at_once` at a time, in threads.

    waits_for: for each step the steps that must be made before it. `begins` is told of a step before it is made, by
    the caller's own thread. Of what may begin, the step with the most steps waiting behind it, one after the other,
    begins first; what follows on a step comes last, for nothing waits for it. Raises what a step raised; after that
    nothing else begins, and what runs is waited for.
    """
    behind = _behind(waits_for)
    graph = TopologicalSorter(waits_for)
    graph.prepare()
    to_make: list[str] = []
    to_follow: list[str] = []
    making: dict[Future[None], str] = {}
    following: set[Future[None]] = set()
    with ThreadPoolExecutor(at_once) as pool:
        while graph.is_active() or to_follow or following:
            to_make = sorted([*to_make, *graph.get_ready()], key=lambda step: (-behind[step], step))
            while (to_make or to_follow) and len(making) + len(following) < at_once:
                if to_make:
                    step = to_make.pop(0)
                    if begins:
                        begins(step)
                    making[pool.submit(make, step)] = step
                else:
                    following.add(pool.submit(then, to_follow.pop(0)))
            done = wait([*making, *following], return_when=FIRST_COMPLETED).done
            for each in done:
                each.result()
            following -= done
            made = sorted(making.pop(each) for each in done & making.keys())
            graph.done(*made)
            to_follow += made


def _behind(waits_for: dict[str, set[str]]) -> dict[str, int]:
    """For each step the length of the longest chain of steps that wait behind it."""
    behind = dict.fromkeys(waits_for, 0)
    for step in reversed(list(TopologicalSorter(waits_for).static_order())):
        for before in waits_for[step]:
            behind[before] = max(behind[before], behind[step] + 1)
    return behind
