"""The rows of NEWT's table whose verdict differs from sbatch's own: what stands unquoted in the service's shell."""

import re

from lading.compiler.capability import Fidelity, Leaf, Verdict, refused
from lading.compiler.sbatch import convert as sbatch

UNQUOTED = re.compile(r"[A-Za-z0-9._/@:=+,-]+")
WHY = "a shell of the service reads it unquoted, so it can hold letters, digits and ._/@:=+,- only"

LONGEST_WORKDIR = 100
TOO_LONG = f"the service has room for {LONGEST_WORKDIR} characters of it"


def workdir(leaf: Leaf) -> Verdict:
    """In a container it is the runtime's affair, and quoted."""
    if sbatch.in_container(leaf):
        return sbatch.workdir(leaf)
    is_short = len(leaf.value) <= LONGEST_WORKDIR
    return _unquoted(sbatch.workdir(leaf)) if is_short else refused(TOO_LONG)


def queue(leaf: Leaf) -> Verdict:
    """The partition, as the catalog spells it."""
    return _unquoted(sbatch.queue(leaf))


def _unquoted(verdict: Verdict) -> Verdict:
    is_safe = verdict.fidelity is not Fidelity.EXACT or UNQUOTED.fullmatch(str(verdict.value))
    return verdict if is_safe else refused(WHY)
