"""``native.<platform>``: what only one platform has, set beside the portable fields and never over them."""

from collections.abc import Iterator, Mapping
from typing import Any

from lading.compiler.plan import Plan
from lading.compiler.target import Target
from lading.schema.diagnostics import Finding
from lading.schema.job import Job
from lading.schema.paths import Path, render

RAW = "raw"


def native_leaves(job: Job, target: Target) -> dict[Path, Any]:
    """The set fields of the sections that the target's platform reads, by their path in the job.

    ``raw`` is not among them.
    """
    return {path: value for path, value in _sections(job.value, target, ()) if path[-1] != RAW}


def raw_of(job: Job, target: Target) -> dict[Path, Mapping[str, Any]]:
    """Every ``raw`` section of the target's platform, by its path in the job."""
    return {path: value for path, value in _sections(job.value, target, ()) if path[-1] == RAW}


def _sections(value: Mapping[str, Any], target: Target, above: Path) -> Iterator[tuple[Path, Any]]:
    for name in reads(target):
        for field_name, item in value.get("native", {}).get(name, {}).items():
            yield (*above, "native", name, field_name), item
    for group in ("roles", "containers", "steps"):
        for key, inner in value.get(group, {}).items():
            yield from _sections(inner, target, (*above, group, key))


def reads(target: Target) -> tuple[str, ...]:
    """The platforms whose native sections the target's platform reads: its own, and those it builds upon."""
    return (target.platform.NAME, *getattr(target.platform, "ALSO_READS", ()))


def clashes(plan: Plan) -> Iterator[Finding]:
    """Native fields that set what a portable field sets too. The platform's ``CLASHES`` says which do."""
    portable_of: Mapping[str, str] = getattr(plan.target.platform, "CLASHES", {})
    for path in [path for path in plan.entries if "native" in path]:
        at = path.index("native")
        for candidate in _portable(portable_of, str(path[-1])):
            portable = (*path[:at], *candidate)
            if any(known[: len(portable)] == portable for known in plan.entries):
                words = {"native": render(path), "portable": render(portable)}
                yield Finding("LD410", path, words, at_key=True, others=((portable, "set here already"),))


def _portable(portable_of: Mapping[str, str], native: str) -> Iterator[Path]:
    if native in portable_of:
        yield tuple(portable_of[native].split("."))
