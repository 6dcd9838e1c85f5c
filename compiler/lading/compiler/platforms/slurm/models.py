"""What a site and a spec can say about Slurm beyond the portable language."""

from collections.abc import Sequence
from typing import Annotated

from annotated_types import MinLen

from lading.compiler.sbatch.models import Catalog, Cluster, Native
from lading.schema.models.common import Duration, Line, optional

__all__ = ["Catalog", "Native", "Options"]


class Options(Cluster):
    """``targets.<target>.options`` of a Slurm target."""

    via: Annotated[Sequence[Line], MinLen(1)] | None = optional("[ssh, login.example.com]")
    """The words before each command, where Slurm's commands are on another machine. They must start a POSIX shell's
    words there: lading runs `VIA… sh` and sends the commands on its standard input."""

    timeout: Duration | None = optional("1m", default=60)
    """How long one of Slurm's commands may take."""
