"""Measures lading and prints one table: what each piece of work takes, beside its goal."""

import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from statistics import mean
from tempfile import TemporaryDirectory

from bench.corpus import PLATFORMS, SCHEMA, spec_for_everywhere, write, write_site
from bench.timing import NOTHING, Command, Timings, command_beside_python, in_turns

LADING = command_beside_python("lading")
VALIDATE = [LADING, "validate", "--jobs", "2", "--no-cache"]
CHECK_JSONSCHEMA = [command_beside_python("check-jsonschema"), "--schemafile", str(SCHEMA)]
MANY, SUBMITTED = 10_000, 100
EVERYWHERE = 1_000
MIB = 2**20


@dataclass(frozen=True, slots=True)
class Goal:
    """What a piece of work may take, in the unit of its row: more than ``must`` is a defect, ``stretch`` is the aim."""

    must: float
    stretch: float


COLD = Goal(12, 9)
"""One spec for one target from a cold start, in times of a Python that does nothing."""

TIMES = {
    "--version": Goal(4.5, 4),
    "validate, one spec": Goal(9, 7),
    "validate, 1,000 specs": Goal(25, 15),
    "validate --no-targets, 1,000 specs": Goal(25, 15),
    "validate, 10,000 specs": Goal(150, 110),
    "validate --no-targets, 10,000 specs": Goal(150, 110),
    "validate again, 1,000 specs": Goal(15, 10),
    "validate again, 10,000 specs": Goal(15, 10),
}
"""Whole commands from a cold start, in times of a Python that does nothing. The many are checked by two processes.

Nothing is known from before but in those that say `again`.
"""

PEER = "check-jsonschema, {} of the same"
"""What checks against a JSON Schema and nothing more."""

MEMORY = {"validate, one spec": Goal(40, 30), "validate, 10,000 specs": Goal(60, 40)}
"""The most memory of any process of the command, in MiB."""

COMPILATION = Goal(24.5, 12)
"""Thousandths of a Python that does nothing, of one spec for one target, everything imported: 250 and 120 µs where
that Python takes 10.2 ms.
"""


def commands(folder: Path) -> Iterator[Command]:
    """Every command that is timed."""
    (one,) = write(folder / "one", 1).iterdir()
    yield Command("--version", [LADING, "--version"])
    yield Command("validate, one spec", [LADING, "validate", "--no-cache", str(one)])
    yield Command(PEER.format("one"), [*CHECK_JSONSCHEMA, str(one)], 5)
    for count, repeats in ((1_000, 5), (MANY, 3)):
        many = str(write(folder / f"{count}", count))
        yield Command(f"validate, {count:,} specs", [*VALIDATE, many], repeats)
        yield Command(f"validate --no-targets, {count:,} specs", [*VALIDATE, "--no-targets", many], repeats)
        known = {"LADING_CACHE": str(folder / "cache")}
        yield Command(f"validate again, {count:,} specs", [LADING, "validate", "--jobs", "2", many], 9, known)
    yield Command(PEER.format("1,000"), [*CHECK_JSONSCHEMA, *map(str, (folder / "1000").iterdir())], 1)
    yield from everywhere(folder)
    yield Command("submit", [LADING, "submit", str(short_jobs(folder))], 3, {"LADING_STATE": str(folder / "state")})


def everywhere(folder: Path) -> Iterator[Command]:
    """One spec for each platform, and many for all of them at once."""
    site = ["--site", str(write_site(folder / "everywhere.site.yaml"))]
    (one,) = write(folder / "anywhere", 1, spec_for_everywhere).iterdir()
    for name in PLATFORMS:
        yield Command(cold(name), [LADING, "compile", str(one), "-t", name, *site])
    many = str(write(folder / "everywhere", EVERYWHERE, spec_for_everywhere))
    yield Command(FOR_ALL, [*VALIDATE, many, *site], 3)


FOR_ALL = f"validate, {EVERYWHERE:,} specs × {len(PLATFORMS)} targets"


def cold(platform: str) -> str:
    """The name of the row that tells of one spec for the platform."""
    return f"compile, one spec for {platform}"


def short_jobs(folder: Path) -> Path:
    """A folder of jobs that end at once."""
    jobs = folder / "jobs"
    jobs.mkdir()
    for number in range(SUBMITTED):
        (jobs / f"{number}.yaml").write_text(f'lading: v1\nname: job-{number}\ncommand: ["true"]\n')
    return jobs


def row(work: str, measured: str, goal: Goal | None = None, unit: str = "") -> str:
    """One line of the table."""
    must, stretch = (f"{goal.must:g}{unit}", f"{goal.stretch:g}{unit}") if goal else ("–", "–")
    return f"| {work:<45} | {measured:>26} | {must:>9} | {stretch:>9} |"


def ratio(name: str, timings: dict[str, Timings], goal: Goal | None = None) -> str:
    """The line of a command, in times of a Python that does nothing."""
    seconds = timings[name].median
    return row(f"`{name}`", f"{seconds / timings[NOTHING.name].median:.1f} B ({seconds * 1000:,.0f} ms)", goal, " B")


def table(timings: dict[str, Timings]) -> Iterator[str]:
    """What was measured, line by line."""
    from bench.warm import seconds_per_compilation

    nothing = timings[NOTHING.name]
    yield f"| {'work':<45} | {'measured':>26} | {'must':>9} | {'stretch':>9} |"
    yield "|---|--:|--:|--:|"
    for name, goal in TIMES.items():
        yield ratio(name, timings, goal)
    for count in ("one", "1,000"):
        yield ratio(PEER.format(count), timings)
    for name in PLATFORMS:
        yield ratio(cold(name), timings, COLD)
    yield ratio(FOR_ALL, timings)
    with TemporaryDirectory(prefix="lading-bench-") as folder:
        site = write_site(Path(folder) / "site.yaml")
        specs = [spec_for_everywhere(number) for number in range(EVERYWHERE)]
        seconds = {name: seconds_per_compilation(specs, site, name) for name in PLATFORMS}
        for name, each in {**seconds, f"one of {len(PLATFORMS)} targets": mean(seconds.values())}.items():
            measured = f"{each / nothing.median * 1e3:.1f} mB ({each * 1e6:.0f} µs)"
            yield row(f"compile one spec for {name}, warm", measured, COMPILATION, " mB")
    yield row("submit to this machine", f"{SUBMITTED / timings['submit'].median:.0f} a second")
    for name, goal in MEMORY.items():
        yield row(f"memory of `{name}`", f"{timings[name].memory / MIB:.1f} MiB", goal, " MiB")
    yield f"\nB, a Python that does nothing, took {nothing.median * 1000:.1f} ms (least {nothing.least * 1000:.1f} ms)."


def main() -> None:
    """Everything measured, in a folder that is gone afterwards."""
    with TemporaryDirectory(prefix="lading-bench-") as folder:
        for line in table(in_turns(commands(Path(folder)))):
            sys.stdout.write(line + "\n")


if __name__ == "__main__":
    main()
