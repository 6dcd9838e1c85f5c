"""Reading and compiling make trees and no cycles, so that a process that checks ten thousand files stays small."""

import subprocess
import sys
from pathlib import Path

PROGRAM = """
import gc
from kit.sites import PLATFORMS, target_of
from lading.compiler.pipeline import compile_spec
from lading.compiler.registry import language
from lading.schema.load import load

SPECS = [
    b"{lading: v1, name: one, image: 'r.example/a:1', command: [a], env: {A: b}, mounts: [{volume: data}]}",
    b"{lading: v1, name: two, command: [a], env: {A: b}, resources: {memory: 1500Mi}, mounts: [{host: /a, path: /a}],"
    b" matrix: {x: [1, 2]}}",
]

def once():
    plans = 0
    for text in SPECS:
        for spec in load("s.yaml", text, language=language()).specs:
            for name in PLATFORMS:
                plans += compile_spec(spec, target_of(name)).plan is not None
    return plans

once()
gc.collect()
gc.disable()
print(once(), gc.collect())
"""


def test_nothing_is_left_for_the_garbage_collector() -> None:
    """Reference counting alone frees all that one file needed: ``validate`` switches the collector off.

    In a process of its own: what other tests leave behind becomes a cycle whenever it likes.
    """
    folder = Path(__file__).parent
    done = subprocess.run([sys.executable, "-c", PROGRAM], cwd=folder, capture_output=True, text=True, check=True)
    plans, left = map(int, done.stdout.split())
    assert plans >= 3 * 7  # three jobs on each platform at least
    assert left == 0
