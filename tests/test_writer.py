"""Files are written all or none, and only over our own."""

from __future__ import annotations

import json
import os
import random
import shutil
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from symloss.codegen import staging, writer
from symloss.codegen.errors import SymlossError
from symloss.codegen.writer import MANIFEST, MARKER, Changes, differences, write

HEADER = f"# {MARKER} from robust.\n"
FILES = {"numpy/robust.py": HEADER + "a = 1\n", "torch/robust.py": HEADER + "b = 1\n", "numpy/data.json": "{}\n"}


def tree(folder: Path) -> dict[str, str]:
    """Every file below `folder` except the workshop's."""
    return {
        path.relative_to(folder).as_posix(): path.read_text(encoding="utf-8")
        for path in sorted(folder.rglob("*"))
        if path.is_file() and staging.WORKSHOP not in path.parts
    }


def ours(folder: Path) -> dict[str, str]:
    return {path: text for path, text in tree(folder).items() if path != MANIFEST}


def put(folder: Path, path: str, text: str) -> Path:
    file = folder / path
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(text, encoding="utf-8")
    return file


def test_first_run_writes_everything(tmp_path: Path) -> None:
    out = tmp_path / "new"
    assert write(out, FILES).written == (MANIFEST, *sorted(FILES))
    assert ours(out) == FILES
    assert sorted(path.name for path in (out / staging.WORKSHOP).iterdir()) == [".gitignore", "lock"]


def test_second_run_touches_nothing(tmp_path: Path) -> None:
    write(tmp_path, FILES)
    before = {path: (tmp_path / path).stat().st_mtime_ns for path in FILES}
    time.sleep(0.01)
    assert not write(tmp_path, FILES)
    assert before == {path: (tmp_path / path).stat().st_mtime_ns for path in FILES}


def test_only_what_changed_is_written(tmp_path: Path) -> None:
    write(tmp_path, FILES)
    changed = {**FILES, "torch/robust.py": HEADER + "b = 2\n"}
    assert write(tmp_path, changed) == Changes(("torch/robust.py",), ())
    assert ours(tmp_path) == changed


@pytest.mark.parametrize("path", ["numpy/robust.py", "numpy/data.json"])
def test_stale_files_go_by_header_or_manifest(tmp_path: Path, path: str) -> None:
    write(tmp_path, FILES)
    fewer = {key: text for key, text in FILES.items() if key != path}
    assert write(tmp_path, fewer) == Changes((MANIFEST,), (path,))
    assert ours(tmp_path) == fewer


def test_stale_files_are_found_without_a_manifest(tmp_path: Path) -> None:
    put(tmp_path, "numpy/old.py", HEADER)
    assert "numpy/old.py" in write(tmp_path, FILES).removed


def test_a_backend_alone_leaves_the_others(tmp_path: Path) -> None:
    write(tmp_path, FILES)
    alone = {"numpy/margin.py": HEADER}
    assert write(tmp_path, alone, scope=["numpy"]).removed == ("numpy/data.json", "numpy/robust.py")
    assert ours(tmp_path) == {**alone, "torch/robust.py": FILES["torch/robust.py"]}
    assert write(tmp_path, alone).removed == ("torch/robust.py",), "the others were still in the manifest"


def test_certificates_are_never_stale(tmp_path: Path) -> None:
    certificates = {"certificates.toml": f"# {MARKER}\n"}
    write(tmp_path, FILES)
    write(tmp_path, certificates, scope=())
    assert not write(tmp_path, FILES)
    assert ours(tmp_path) == {**FILES, **certificates}


def test_a_users_own_files_stay(tmp_path: Path) -> None:
    own = {"__init__.py": "", "mine.py": "x = 1\n", "numpy/mine.py": "y = 1\n", "numpy/deep/robust.py": HEADER}
    for path, text in own.items():
        put(tmp_path, path, text)
    write(tmp_path, {**FILES, "__init__.py": HEADER})
    write(tmp_path, {"torch/robust.py": HEADER})
    assert ours(tmp_path) == {**own, "torch/robust.py": HEADER}


def test_our_own_top_module_is_replaced(tmp_path: Path) -> None:
    put(tmp_path, "__init__.py", HEADER)
    write(tmp_path, {"__init__.py": HEADER + "new\n"})
    assert ours(tmp_path) == {"__init__.py": HEADER + "new\n"}


@pytest.mark.parametrize(
    ("path", "fault"),
    [
        ("numpy/robust.py", "numpy/robust.py: not ours to replace"),
        ("numpy", "numpy: not a folder"),
        ("numpy/robust.py/inner.txt", "numpy/robust.py: not ours to replace"),
    ],
)
def test_a_users_file_in_the_way_is_one_error(tmp_path: Path, path: str, fault: str) -> None:
    put(tmp_path, path, "mine\n")
    for attempt in (write, differences):
        with pytest.raises(SymlossError) as caught:
            attempt(tmp_path, FILES)
        assert any(fault in line for line in caught.value.faults)
    assert tree(tmp_path) == {path: "mine\n"}
    assert not (tmp_path / staging.WORKSHOP).exists()


def test_an_equal_file_of_a_user_is_no_conflict(tmp_path: Path) -> None:
    put(tmp_path, "numpy/data.json", FILES["numpy/data.json"])
    write(tmp_path, FILES)
    assert ours(tmp_path) == FILES


def test_check_writes_nothing(tmp_path: Path) -> None:
    put(tmp_path, "numpy/old.py", HEADER)
    assert differences(tmp_path, FILES) == Changes((MANIFEST, *sorted(FILES)), ("numpy/old.py",))
    assert tree(tmp_path) == {"numpy/old.py": HEADER}
    assert differences(tmp_path / "missing", FILES).written


@pytest.mark.parametrize("out", ["missing/out", "file", "file/out"])
def test_a_folder_that_cannot_be_is_one_error(tmp_path: Path, out: str) -> None:
    put(tmp_path, "file", "mine\n")
    for attempt in (lambda folder: write(folder, FILES), writer.require_folder):
        with pytest.raises(SymlossError) as caught:
            attempt(tmp_path / out)
        assert len(caught.value.faults) == 1
    assert tree(tmp_path) == {"file": "mine\n"}


def test_an_unwritable_folder_is_one_error(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Told by the system call, since a root user may write anywhere."""
    monkeypatch.setattr(os, "access", lambda *_: False)
    for attempt in (lambda folder: write(folder, FILES), writer.require_folder):
        with pytest.raises(SymlossError, match="the folder is not writable") as caught:
            attempt(tmp_path)
        assert len(caught.value.faults) == 1
    assert not list(tmp_path.iterdir())


def test_nothing_outside_is_written_or_removed(tmp_path: Path) -> None:
    """Manifests, journals and links are what anybody may have put there."""
    outside, out = put(tmp_path, "outside.txt", "mine\n"), tmp_path / "out"
    write(out, FILES)
    (out / MANIFEST).write_text(writer.MANIFEST_HEADER + "../outside.txt\n/etc/hostname\n.\n\n", encoding="utf-8")
    journal = {"written": ["../outside.txt"], "removed": ["../outside.txt", str(outside)]}
    put(out, f"{staging.WORKSHOP}/{staging.JOURNAL}", json.dumps(journal))
    put(out, f"{staging.WORKSHOP}/{staging.STAGED}/../outside.txt", "theirs\n")
    write(out, FILES)
    assert outside.read_text(encoding="utf-8") == "mine\n"

    (out / "linked").symlink_to(tmp_path, target_is_directory=True)
    with pytest.raises(SymlossError, match="leads out of"):
        write(out, {"linked/robust.py": HEADER})


@pytest.mark.parametrize("text", ["[]", '{"written": 3}', '{"written": [3], "removed": []}', "{"])
def test_a_damaged_journal_decides_nothing(text: str, tmp_path: Path) -> None:
    put(tmp_path, f"{staging.WORKSHOP}/{staging.JOURNAL}", text)
    write(tmp_path, FILES)
    assert not (tmp_path / staging.WORKSHOP / staging.JOURNAL).exists()


def test_two_runs_at_once_take_turns(tmp_path: Path) -> None:
    versions = [{f"numpy/{n}.py": f"{HEADER}{version}\n" for n in range(20)} for version in range(2)]
    with staging.locked(tmp_path):
        runs = [threading.Thread(target=write, args=(tmp_path, files)) for files in versions]
        for run in runs:
            run.start()
        time.sleep(0.1)
        assert not tree(tmp_path)
    for run in runs:
        run.join()
    assert ours(tmp_path) in versions


STATES = [
    {f"{n % 2}/{n}.py": f"# {MARKER}\n{state}\n" for n in range(state, 5 + state)} | {"plain": "p" * state}
    for state in (0, 1)
]
WRITE_FOR_EVER = """
import itertools, json, pathlib, sys
from symloss.codegen.writer import write
folder, states = pathlib.Path(sys.argv[1]), json.loads(sys.argv[2])
for state in itertools.cycle(states):
    write(folder, state)
    print(flush=True)
"""


def recovered(folder: Path) -> dict[str, str]:
    """The tree as the next run finds it, before it writes anything of its own."""
    with staging.locked(folder):
        return ours(folder)


def test_fifty_kills_leave_the_old_or_the_new_tree(tmp_path: Path) -> None:
    chance = random.Random(2)
    states = [{**state, "mine.py": "mine\n"} for state in STATES]
    put(tmp_path, "mine.py", "mine\n")
    for _ in range(50):
        arguments = [sys.executable, "-c", WRITE_FOR_EVER, str(tmp_path), json.dumps(STATES)]
        with subprocess.Popen(arguments, stdout=subprocess.PIPE) as process:
            assert process.stdout is not None
            assert process.stdout.readline() == b"\n", "the first whole tree"
            time.sleep(chance.uniform(0, 0.03))
            process.kill()
        assert recovered(tmp_path) in states
    write(tmp_path, STATES[0])
    assert ours(tmp_path) == states[0]


class Killed(BaseException):
    """Stands for a kill: nothing in the toolkit catches it."""


def test_a_kill_before_every_single_step(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The same at each call that changes the disk, one after the other."""
    countdown = 0

    def fragile(function: Callable[..., Any]) -> Callable[..., Any]:
        def call(*arguments: Any, **options: Any) -> Any:
            nonlocal countdown
            countdown -= 1
            if countdown < 0:
                raise Killed
            return function(*arguments, **options)

        return call

    outcomes = []
    for step in range(1000):
        folder = tmp_path / str(step)
        write(folder, STATES[0])
        countdown = step
        with monkeypatch.context() as patch:
            for name in ("replace", "unlink", "mkdir", "open"):
                patch.setattr(Path, name, fragile(getattr(Path, name)))
            patch.setattr(os, "fsync", fragile(os.fsync))
            patch.setattr(shutil, "rmtree", fragile(shutil.rmtree))
            try:
                write(folder, STATES[1])
            except Killed:
                pass
            else:
                break
        outcomes.append(STATES.index(recovered(folder)))
        assert write(folder, STATES[1]) or outcomes[-1] == 1
        assert ours(folder) == STATES[1]
    assert outcomes == sorted(outcomes), "once the new tree is decided there is no way back"
    assert {0, 1} == set(outcomes)
