"""What every test shares: one root to import from, quiet frameworks, reproducible examples."""

from __future__ import annotations

import os
import shutil
import sysconfig
from pathlib import Path

import pytest
from hypothesis import settings

# read by TensorFlow when it is imported: no start-up log, no reordering of float operations
os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "2")
os.environ.setdefault("TF_ENABLE_ONEDNN_OPTS", "0")

settings.register_profile("reproducible", derandomize=True, deadline=None)
settings.load_profile("reproducible")


@pytest.fixture(scope="session")
def root() -> Path:
    """The repository."""
    return Path(__file__).resolve().parent.parent


def pytest_configure(config: pytest.Config) -> None:
    config.addinivalue_line("markers", "compiler: runs code that torch.compile has to compile with the machine's C++")
    config.addinivalue_line("markers", "last: runs after the other tests, for which it would do the work of many")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Put what goes last there.

    Where the machine has no C++ compiler, say what is missing instead of failing in the middle of PyTorch.
    """
    items.sort(key=lambda item: item.get_closest_marker("last") is not None)
    headers = Path(sysconfig.get_path("include"), "Python.h")
    if shutil.which("g++") and headers.exists():
        return
    for item in items:
        if item.get_closest_marker("compiler"):
            item.add_marker(pytest.mark.skip(reason="torch.compile needs a compiler: apt install g++ python3-dev"))


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Print the figures that tests have recorded."""
    for report in terminalreporter.getreports("passed") + terminalreporter.getreports("failed"):
        for name, value in report.user_properties:
            if name == "figure":
                terminalreporter.write_line(str(value))
