"""What is installed: every file of the three folders under one name, and losses that need NumPy alone."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tomllib
import zipfile
from email import message_from_string
from pathlib import Path

import numpy as np
import pytest

FOLDERS = {"symloss": "generated", "symloss.codegen": "codegen", "symloss.defs": "defs"}
LEFT_OUT = (".symloss-manifest",)  # of use only where the files are written

BUILD = "import sys; from setuptools import build_meta; print(build_meta.build_wheel(sys.argv[1]))"
RUN = """
import symloss.numpy
print(symloss.numpy.huber([0.5, 3.0], [0.0, 0.0]))
"""


def shipped(folder: Path) -> list[Path]:
    """The files below `folder` that git would take."""
    return [
        path
        for path in sorted(folder.rglob("*"))
        if path.is_file() and not {"__pycache__", ".symloss"} & set(path.parts) and path.name not in LEFT_OUT
    ]


@pytest.fixture(scope="session")
def wheel(root: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Built from a copy, so that setuptools leaves nothing in the tree and takes nothing left there before."""
    source, target = tmp_path_factory.mktemp("source"), tmp_path_factory.mktemp("wheel")
    for name in ("pyproject.toml", "README.md"):
        shutil.copy(root / name, source)
    for folder in FOLDERS.values():
        shutil.copytree(root / folder, source / folder, ignore=shutil.ignore_patterns("__pycache__", ".symloss"))
    subprocess.run([sys.executable, "-c", BUILD, str(target)], cwd=source, check=True, capture_output=True)
    [built] = target.iterdir()
    return built


def test_every_package_is_listed(root: Path) -> None:
    listed = tomllib.loads((root / "pyproject.toml").read_text(encoding="utf-8"))["tool"]["setuptools"]["packages"]
    found = {
        ".".join((package, *file.parent.relative_to(root / folder).parts))
        for package, folder in FOLDERS.items()
        for file in shipped(root / folder)
        if file.suffix == ".py"
    }
    assert set(listed) == found


def test_every_file_is_in_the_wheel(root: Path, wheel: Path) -> None:
    names = set(zipfile.ZipFile(wheel).namelist())
    expected = {
        f"{package.replace('.', '/')}/{file.relative_to(root / folder).as_posix()}"
        for package, folder in FOLDERS.items()
        for file in shipped(root / folder)
    }
    assert expected <= names
    assert {name.split("/")[0].partition("-")[0] for name in names} == {"symloss"}, "no other top-level name"
    assert "symloss/py.typed" in names


def test_the_base_needs_numpy_alone(wheel: Path) -> None:
    archive = zipfile.ZipFile(wheel)
    [name] = [name for name in archive.namelist() if name.endswith(".dist-info/METADATA")]
    metadata = message_from_string(archive.read(name).decode())
    requirements = metadata.get_all("Requires-Dist") or []
    assert [r for r in requirements if "extra ==" not in r] == ["numpy>=1.26"]
    assert set(metadata.get_all("Provides-Extra") or []) == {"codegen", "torch", "tf"}
    assert metadata["Requires-Python"] == ">=3.11"


def test_a_loss_runs_from_the_wheel_with_numpy_alone(wheel: Path, tmp_path: Path) -> None:
    """No site-packages: what is on the path is the wheel and NumPy."""
    installed, numpy = tmp_path / "installed", Path(np.__file__).parent
    zipfile.ZipFile(wheel).extractall(installed)
    for path in (numpy, numpy.with_name("numpy.libs")):
        if path.exists():
            (installed / path.name).symlink_to(path, target_is_directory=True)
    result = subprocess.run(
        [sys.executable, "-S", "-c", RUN],
        cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": str(installed)},
        check=False,
        capture_output=True,
        text=True,
    )
    assert (result.stdout, result.stderr) == ("1.3125\n", "")
