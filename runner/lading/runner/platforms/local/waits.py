"""What a job waits for: the ends of other jobs of this machine."""

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from lading.runner.platforms.local.jobdir import JobDir
from lading.runner.platforms.local.observe import observe

SOONEST, LATEST = 0.05, 1.0
"""Seconds between two looks at the other jobs: few at first, more the longer it takes."""


class Never(Exception):
    """A condition that can not hold any more; says which."""


class Waits:
    """``after`` has, for each condition, pairs of what the spec calls a job and its native id."""

    def __init__(self, root: Path, after: Mapping[str, Sequence[tuple[str, str]]]) -> None:
        self._open = [
            (condition, name, JobDir(root / token)) for condition, pairs in after.items() for name, token in pairs
        ]
        self.pause = SOONEST

    def __bool__(self) -> bool:
        """Whether there is something left to wait for."""
        return bool(self._open)

    def look(self) -> None:
        """What has come true is not waited for any more. Raises Never."""
        self._open = list(self._unmet())
        self.pause = min(self.pause * 1.5, LATEST)

    def _unmet(self) -> Iterator[tuple[str, str, JobDir]]:
        for condition, name, folder in self._open:
            state = _ended_as(folder)
            if state is None:
                yield condition, name, folder
            elif condition != "any" and (condition == "ok") != (state == "succeeded"):
                raise Never(f'"{name}" {_SAID[state]}, so its condition after.{condition} can never hold')


_SAID = {"succeeded": "succeeded", "failed": "failed", "stopped": "was stopped", "deleted": "was deleted"}


def _ended_as(folder: JobDir) -> str | None:
    if not folder.exists:
        return "deleted"
    report = observe(folder)
    return report.state if report.is_final else None
