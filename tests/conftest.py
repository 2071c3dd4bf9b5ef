"""What every test may ask for: seeded chance, and services that CI insists on."""

import os
import random
import secrets
from pathlib import Path

import hypothesis
import pytest

# No example has a time limit: the machines that run this are small and shared.
hypothesis.settings.register_profile("patient", deadline=None)
hypothesis.settings.register_profile("ci", deadline=None, derandomize=True)
hypothesis.settings.load_profile("ci" if os.environ.get("CI") else "patient")

CI_SEED = 2016  # a change is judged by the change, not by the chance of the run

# Before any test imports Keras.
os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
os.environ.setdefault("KERAS_BACKEND", "tensorflow")

ROOT = Path(__file__).resolve().parents[1]
SHARED = ROOT.parent / "shared"


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--seed", type=int, default=None, help="Replay the chance of an earlier run.")
    parser.addoption(
        "--database",
        choices=("sqlite", "postgresql"),
        default=os.environ.get("CTT_TEST_DATABASE", "sqlite"),
        help="What the tests of study_app store in; with postgresql, those alone run that do.",
    )
    parser.addoption("--slow", action="store_true", help="Run the slow tests too.")


def pytest_configure(config: pytest.Config) -> None:
    if config.option.seed is None:
        config.option.seed = CI_SEED if os.environ.get("CI") else secrets.randbelow(2**31)


def pytest_report_header(config: pytest.Config) -> str:
    return f"chance: --seed {config.option.seed}"


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    if config.option.database != "sqlite":
        _leave_out(config, items, [item for item in items if not _runs_on_any_database(item)])
    if not config.option.slow:
        skip = pytest.mark.skip(reason="slow: run with --slow")
        for item in items:
            if "slow" in item.keywords:
                item.add_marker(skip)


def _runs_on_any_database(item: pytest.Item) -> bool:
    """Say whether a test stores something, and is not about SQLite itself."""
    return "databases" in getattr(item, "fixturenames", ()) and "sqlite" not in item.keywords


def _leave_out(config: pytest.Config, items: list[pytest.Item], out: list[pytest.Item]) -> None:
    left_out = set(out)
    items[:] = [item for item in items if item not in left_out]
    config.hook.pytest_deselected(items=out)


@pytest.fixture
def seed(request: pytest.FixtureRequest) -> int:
    return int(request.config.option.seed)


@pytest.fixture
def chance(seed: int) -> random.Random:
    return random.Random(seed)


@pytest.fixture
def rng(seed: int):
    import numpy as np

    return np.random.default_rng(seed)


@pytest.fixture
def shared_data() -> Path:
    """Photographs beside the checkout, where somebody put them."""
    if not (SHARED / "data").is_dir():
        pytest.skip("no photographs beside the checkout")
    return SHARED / "data"
