"""A crew in a Ray cluster: nodes may die, nothing is lost and nothing twice. Most of it needs Ray, an extra."""

from __future__ import annotations

import importlib.util
import os
import signal
import socket
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from forensic_app.crews import ray_boundary
from forensic_app.crews.cluster import ClusterCrew, checked_address
from forensic_app.crews.in_order import Attempts, GivenUp, in_order
from forensic_app.crews.work import Answer
from forensic_app.errors import InvalidInput, PackMissing

from .crew_fakes import SpellingRecipe, requests

HAS_RAY = importlib.util.find_spec("ray") is not None
needs_ray = pytest.mark.skipif(
    not HAS_RAY, reason="Ray is not installed: pip install 'forensic-app[cluster]'"
)
NAMES = [f"photograph {number}" for number in range(40)]


def answers(found: Any) -> list[str]:
    """Return the texts of answers."""
    return [outcome.facts["text"] for _, outcome in found if isinstance(outcome, Answer)]


def nodes(found: Any) -> set[int]:
    """Return the ids of the processes that stand for the nodes which did the work."""
    return {outcome.facts["parent"] for _, outcome in found if isinstance(outcome, Answer)}


@pytest.fixture
def cluster(monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    """Yield a Ray cluster with a head that takes no tasks; nodes are added by the tests."""
    from ray.cluster_utils import Cluster

    root = str(Path(__file__).resolve().parents[2])
    monkeypatch.setenv("PYTHONPATH", os.pathsep.join([root, os.environ.get("PYTHONPATH", "")]))
    monkeypatch.setenv("RAY_USAGE_STATS_ENABLED", "0")
    made = Cluster(
        initialize_head=True,
        head_node_args={"num_cpus": 0, "object_store_memory": 100 << 20, "include_dashboard": False},
    )
    yield made
    made.shutdown()


def switch_off(cluster: Any, node: Any, found: Any) -> None:
    """Let a node stand still with a task in its worker, and then be gone.

    A worker that lives on for a while without its node may end its task, which is no loss.
    """
    parent = node.all_processes["raylet"][0].process.pid
    workers = {outcome.facts["pid"] for _, outcome in found if outcome.facts["parent"] == parent}
    assert workers
    for pid in workers:
        os.kill(pid, signal.SIGSTOP)
    time.sleep(1.0)
    cluster.remove_node(node, allow_graceful=False)
    for pid in workers:
        os.kill(pid, signal.SIGKILL)


def added(cluster: Any) -> Any:
    """Return a node with one processor that was added."""
    return cluster.add_node(num_cpus=1, object_store_memory=100 << 20)


@needs_ray
@pytest.mark.slow
@pytest.mark.filterwarnings("ignore")
def test_a_node_that_dies_in_the_middle_takes_nothing_with_it(cluster: Any, tmp_path: Path) -> None:
    first, _second = added(cluster), added(cluster)
    crew = ClusterCrew(SpellingRecipe(tmp_path, sleep_s=0.5), cluster.address)
    try:
        assert crew.room == 4
        attempts = Attempts()
        found = in_order(crew, requests(*NAMES), attempts=attempts)
        taken = [next(found)]
        while len(nodes(taken)) < 2:
            taken.append(next(found))
        killing = threading.Thread(target=lambda: switch_off(cluster, first, taken))
        killing.start()
        rest = list(found)
        killing.join()
        assert answers([*taken, *rest]) == NAMES
        assert len(nodes(rest[-10:])) == 1
        assert attempts.begun == len(NAMES) + attempts.lost
        assert attempts.lost >= 1
    finally:
        crew.close()


@needs_ray
@pytest.mark.slow
@pytest.mark.filterwarnings("ignore")
def test_workers_that_die_or_cannot_work_are_told(cluster: Any, tmp_path: Path) -> None:
    with pytest.raises(InvalidInput, match="no processor for tasks"):
        ClusterCrew(SpellingRecipe(tmp_path), cluster.address)
    added(cluster)
    recipe = SpellingRecipe(tmp_path, kills=[("b", 1), ("poison", 99)])
    crew = ClusterCrew(recipe, cluster.address)
    try:
        with pytest.raises(InvalidInput, match="in a cluster already"):
            ClusterCrew(recipe, cluster.address)
        found = dict(in_order(crew, requests("a", "b", "memory", "c", "poison", "d")))
        assert found["memory"] == GivenUp("its memory did not suffice")
        assert found["poison"] == GivenUp("its worker ended")
        assert all(isinstance(found[each], Answer) for each in "abcd")
    finally:
        crew.close()
    failing = ClusterCrew(SpellingRecipe(tmp_path, fails=True), cluster.address)
    try:
        with pytest.raises(PackMissing, match="no pack here"):
            list(in_order(failing, requests("a")))
    finally:
        failing.close()


@needs_ray
@pytest.mark.slow
@pytest.mark.filterwarnings("ignore")
def test_what_is_no_cluster_is_said(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        threading.Thread(target=lambda: [server.accept()[0].close() for _ in range(99)], daemon=True).start()
        address = f"127.0.0.1:{server.getsockname()[1]}"
        with pytest.raises(InvalidInput, match="cannot be joined") as caught:
            ClusterCrew(SpellingRecipe(tmp_path), address)
    assert "ray start" in caught.value.advice


@pytest.mark.parametrize(
    "address",
    ["", "somewhere", "host:", "host:0", "host:70000", "ray://host:10001", "http://host:80", "a b:6379"],
)
def test_what_is_no_address_is_refused(address: str) -> None:
    with pytest.raises(InvalidInput, match="is no address of a cluster"):
        checked_address(address)


def test_where_nothing_answers_is_said_at_once() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
        checked_address(f"127.0.0.1:{port}")
    with pytest.raises(InvalidInput, match="No cluster answers at") as caught:
        checked_address(f"127.0.0.1:{port}")
    assert "ray status" in caught.value.advice
    checked_address("local")


def test_without_ray_there_is_a_sentence(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ray_boundary.importlib.util, "find_spec", lambda _name: None)
    with pytest.raises(InvalidInput, match="Ray is not installed") as caught:
        ClusterCrew(SpellingRecipe(tmp_path), "local")
    assert "pip install 'forensic-app[cluster]'" in caught.value.advice
