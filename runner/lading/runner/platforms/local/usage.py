"""What the processes of a job use, each with all that it started."""

import os
from collections import defaultdict
from collections.abc import Callable, Iterator

from lading.runner.platforms.local import procfs
from lading.runner.platforms.local.program import Source, source_of

BETWEEN_LOOKS = 0.2


def measured(token: str, sleep: Callable[[float], None]) -> Iterator[tuple[Source, float, int]]:
    """Source, cores and bytes of each. What a process used is known from two looks at it."""
    before = {one.pid: one for one in procfs.marked(f"{token}/")}
    sleep(BETWEEN_LOOKS)
    grouped: dict[str, list[procfs.Process]] = defaultdict(list)
    for one in procfs.marked(f"{token}/"):
        grouped[procfs.mark_of(one.pid).removeprefix(f"{token}/")].append(one)
    for key, found in sorted(grouped.items()):
        ticks = sum(one.cpu - before[one.pid].cpu for one in found if one.pid in before)
        cores = ticks / os.sysconf("SC_CLK_TCK") / BETWEEN_LOOKS
        yield source_of(key), cores, sum(one.memory for one in found)
