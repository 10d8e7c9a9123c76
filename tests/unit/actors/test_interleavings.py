"""A thousand seeded interleavings of retries, duplicates, crashes and reloads keep every promise."""

import os
from collections.abc import Callable
from typing import Any

import pytest

from actors.memory_store import MemoryStore
from actors.runtime import Runtime
from faye.config import Config
from tests.builders import small_config
from tests.checking.checker import violations
from tests.checking.records import Records
from tests.checking.violation import Violation
from tests.simulation.mutants import RUNTIME_MUTANTS, STORE_MUTANTS
from tests.simulation.virtual_time import run_virtually
from tests.simulation.workload import Workload
from tests.simulation.world import Trouble, World

SEEDS_A_BLOCK = int(os.environ.get("FAYE_SEEDS_A_BLOCK", "50"))
"""`make check` is content with fewer."""
BLOCKS = 20
MUTANT_SEEDS_MAX = 400
USUAL_TROUBLE = Trouble()


def simulate(
    seed: int,
    config: Config,
    *,
    trouble: Trouble = USUAL_TROUBLE,
    make_store: Callable[[], MemoryStore] = MemoryStore,
    make_runtime: Callable[..., Runtime] = Runtime,
) -> tuple[list[Violation], World]:
    """Run one interleaving and give what it broke, after everything has come to rest."""

    async def scenario() -> tuple[list[Violation], World]:
        world = World(seed, config, trouble=trouble, store=make_store(), make_runtime=make_runtime)
        history = await Workload(world).run(clients=6, requests=6)
        await world.close()
        return violations(history, Records.of(world.memory), config), world

    return run_virtually(scenario())


@pytest.mark.parametrize("block", range(BLOCKS))
def test_no_interleaving_breaks_a_promise(block: int) -> None:
    config = small_config()
    for seed in range(block * SEEDS_A_BLOCK, (block + 1) * SEEDS_A_BLOCK):
        broken, _ = simulate(seed, config)
        assert not broken, f"seed {seed}: " + "\n".join(map(str, broken))


@pytest.mark.parametrize("mutant", STORE_MUTANTS, ids=lambda mutant: mutant.__name__)
def test_the_checker_catches_a_store_without(mutant: type[MemoryStore]) -> None:
    assert any(_caught(seed, make_store=mutant) for seed in range(MUTANT_SEEDS_MAX))


@pytest.mark.parametrize("mutant", RUNTIME_MUTANTS, ids=lambda mutant: mutant.__name__)
def test_the_checker_catches_an_engine_that(mutant: type[Runtime]) -> None:
    assert any(_caught(seed, make_runtime=mutant) for seed in range(MUTANT_SEEDS_MAX))


def _caught(seed: int, **mutant: Callable[..., Any]) -> bool:
    """Whether a mutant broke a promise that the checker saw, or that the engine's own assertions guard."""
    try:
        broken, _ = simulate(seed, small_config(), **mutant)
    except AssertionError:
        return True
    return bool(broken)
