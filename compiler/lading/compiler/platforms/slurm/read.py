"""Batch scripts read back."""

from collections.abc import Mapping
from typing import Any

from lading.compiler.importing.reading import Reading
from lading.compiler.sbatch import reading as scripts

CHANGES = {
    "chdir": "sbatch starts it in the folder that it is submitted from, lading at home: say `workdir` if that matters",
    "export": "sbatch hands on the environment of the submission, lading none of it: say `native.slurm.export: ALL`, "
    "or better the variables in `env`, if that matters",
}
"""What is otherwise for a script that does not say the option."""


def read(reading: Reading) -> None:
    """The spec that the script is. A pointer into a script is the number of a line."""
    scripts.read(reading, reading.payload, lambda line: f"/{line}")
    said = scripts.fields(reading.payload)
    for option, change in CHANGES.items():
        if option not in said:
            reading.note("/1", change)


def fields(body: Mapping[str, Any]) -> dict[str, Any]:
    """All that the script says: what its options mean, and its program."""
    return scripts.fields(body["script"])
