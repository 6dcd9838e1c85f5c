"""Slurm through its own commands, run here or behind a prefix."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from lading.runner.platform import Accepted, Context, Outgoing
from lading.runner.platforms.slurm.command import Commands, Run
from lading.runner.platforms.slurm.submission import submit
from lading.runner.sbatch.answer import Answer
from lading.runner.sbatch.answers import ENVIRONMENT
from lading.runner.sbatch.cluster import Cluster
from lading.runner.sbatch.live import comment_of, script_of
from lading.runner.sbatch.search import PREFIX

MINUTE = 60


def connect(context: Context) -> "Client":
    """A client of the target. Nothing is asked yet."""
    options = context.options
    commands = Commands(
        via=tuple(options.get("via", ())),
        timeout=float(options.get("timeout", MINUTE)),
        folder=Path.home(),
        hidden="SBATCH_",
    )
    return Client(commands.run)


class Client(Cluster):
    """One cluster."""

    def __init__(self, run: Run) -> None:
        super().__init__()
        self._run = run

    def run_slurm(self, argv: Sequence[str]) -> Answer:
        """The command has run, with what makes its answers the same everywhere."""
        return self._run(argv, env=ENVIRONMENT)

    def submit(self, outgoing: Outgoing) -> Accepted:
        """The id that sbatch gave to the job."""
        wanted = [(entry["type"], outgoing.after.get(entry["job"], entry["job"])) for entry in outgoing.body["after"]]
        return Accepted(submit(self._run, outgoing, self.conditions(wanted)))

    def live(self, native_id: str, sent: Mapping[str, Any]) -> Mapping[str, Any]:
        """The script with its options as they are now, and the comment; nobody tells what it waits for, or secrets."""
        job = self.now(native_id)
        comment = comment_of(job, PREFIX)
        told = {**sent, "script": script_of(job, job.script)}
        return {**told, "comment": comment} if comment else {key: told[key] for key in told if key != "comment"}
