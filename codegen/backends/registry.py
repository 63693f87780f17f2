"""The targets that exist, by name."""

from __future__ import annotations

from collections.abc import Mapping

from symloss.codegen.backends import numpy, tf, torch
from symloss.codegen.backends.operations import Backend

__all__ = ["BACKENDS"]

BACKENDS: Mapping[str, Backend] = {module.BACKEND.name: module.BACKEND for module in (numpy, torch, tf)}
