"""What a site and a spec can say about a NEWT service beyond the portable language and what sbatch has."""

from typing import Annotated

from lading.compiler.sbatch.models import Catalog, Cluster
from lading.schema.models.common import Model, Pattern, optional, required

__all__ = ["Catalog", "Native", "Options"]

Machine = Annotated[str, Pattern(r"[A-Za-z0-9_.-]{1,10}", "a name of at most 10 letters, digits, -, _ and .")]
ShellPath = Annotated[
    str,
    Pattern(
        r"/[A-Za-z0-9._/@:=+,-]*",
        "an absolute path of letters, digits and ._/@:=+,- only, because a shell of the service reads it unquoted",
    ),
]


class Options(Cluster):
    """``targets.<target>.options`` of a NEWT target."""

    machine: Machine = required("ln3")
    """The machine that runs the jobs, by the service's own name for it."""


class Native(Model):
    """``native.newt`` of a spec. What sbatch has stands in ``native.slurm``, which is read too."""

    jobfile: ShellPath | None = optional("/HOME/me/jobs/train.sh")
    """A batch script that is on the machine already, and runs instead of one that lading writes. Only what the service
    says beside a script can stand beside it. It carries no token, so if no answer to its submission comes, what this
    machine has noted of it is all that `lading resolve` can go by."""

    jobfilepath: ShellPath | None = optional("/HOME/me/jobs/train.sh")
    """Where the script is put; a file that is there is overwritten. Without it, in a new folder below `~/newt`."""
