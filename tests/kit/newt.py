"""Specs for a NEWT service: what they compile to, and what is said of them."""

from typing import Any

from kit import compiling
from kit.ascii_yaml import written
from kit.compiling import errors, said
from lading.compiler.pipeline import Compilation
from lading.compiler.registry import default_options, platform
from lading.compiler.target import Target

__all__ = ["body", "compiled", "errors", "said", "target"]

CATALOG = {
    "volumes": {"imagenet": {"path": "/HOME/shared/imagenet"}},
    "queues": {"work": "work", "odd": "a queue"},
    "images": {"a/b:1": {"apptainer": "/HOME/me/b.sif"}},
}


def target() -> Target:
    """A target with one machine."""
    found = platform("newt")
    assert found is not None
    return Target("tianhe", found, {**default_options("newt"), "machine": "ln3"}, CATALOG)


def compiled(fields: dict[str, Any], kind: str = "job", *, bare: bool = False) -> Compilation:
    """The fields as a spec called ``demo``; the language itself has nothing against it."""
    return compiling.compiled(written({"lading": "v1", "kind": kind, "name": "demo", **fields}), target(), bare=bare)


def body(fields: dict[str, Any]) -> dict[str, Any]:
    """The body of the spec's one request; nothing may be wrong with the spec."""
    return dict(compiling.body(compiled(fields)))
