"""How a job gets what can not stand in its script: the values of its secrets."""

from collections.abc import Sequence
from typing import NamedTuple

from lading.compiler.payload import From
from lading.compiler.templating import Shell

NOTHING = From("NONE", ())


class Handover(NamedTuple):
    """What ``--export`` names, and the lines of the script that come first, and last once the job runs no more."""

    exported: From = NOTHING
    first: Sequence[Shell] = ()
    last: Sequence[Shell] = ()
