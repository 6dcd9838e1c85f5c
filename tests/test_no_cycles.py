"""Reading and compiling make trees and no cycles, so that a process that checks ten thousand files stays small."""

import gc

from kit.sites import PLATFORMS, target_of

from lading.compiler.pipeline import compile_spec
from lading.compiler.registry import language
from lading.schema.load import load

SPEC = b"""
lading: v1
name: n
command: [a]
env: {A: b}
resources: {memory: 1500Mi}
mounts: [{host: /a, path: /a}]
matrix: {x: [1, 2]}
"""


def test_nothing_is_left_for_the_garbage_collector() -> None:
    """Reference counting alone frees all that one file needed: ``validate`` switches the collector off.

    What an earlier test left may become a cycle at any moment, but not three times.
    """

    def once() -> int:
        for spec in load("s.yaml", SPEC, language=language()).specs:
            for name in PLATFORMS:
                compile_spec(spec, target_of(name))
        return gc.collect()

    once()
    gc.collect()
    gc.disable()
    try:
        assert 0 in [once() for _ in range(3)]
    finally:
        gc.enable()
