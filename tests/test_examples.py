"""The examples run as they stand, and find what they promise."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path


def output(script: Path) -> str:
    return subprocess.run([sys.executable, str(script)], check=True, capture_output=True, text=True).stdout


def test_torch_finds_the_rare_events(root: Path) -> None:
    text = output(root / "examples" / "train_torch.py")
    losses = [float(value) for value in re.findall(r"loss (\S+)", text)]
    [(recall, precision)] = re.findall(r"recall (\d+)%, precision (\d+)%", text)
    assert losses[-1] < losses[0] / 2
    assert int(recall) > 50
    assert int(precision) > 50


def test_tensorflow_finds_the_line(root: Path) -> None:
    text = output(root / "examples" / "train_tf.py")
    lines = {
        name: (float(slope), float(offset))
        for name, slope, offset in re.findall(r"(\w+) +slope +(\S+) +offset +(\S+)", text)
    }
    slope, offset = lines["Huber"]
    assert abs(slope - 2.0) < 0.1
    assert abs(offset + 1.0) < 0.1
    assert abs(lines["SquaredError"][1] + 1.0) > 0.5, "the far points pull it off"
