"""Checking all the files that a command line names: those that are known from before, and the others."""

from collections.abc import Sequence
from typing import NamedTuple

from lading.runner.invocation.options import WrongUsage
from lading.runner.invocation.session import Session
from lading.runner.specs.checked import Checked
from lading.runner.specs.files import NO_SPEC, Candidate, find
from lading.runner.specs.memory import KNOWN_IN_THE_TIME_OF_ONE, Memory, open_memory
from lading.runner.specs.parallel import in_parallel, job_count


class How(NamedTuple):
    """On which targets (None: all of the site), with which losses agreed to and which fields set, in how many processes
    (None: as many as pay), and whether everything is checked anew.
    """

    targets: Sequence[str] | None = None
    accept: Sequence[str] = ()
    sets: Sequence[str] = ()
    jobs: int | None = None
    is_new: bool = False


def check_files(session: Session, paths: Sequence[str], how: How) -> list[Checked]:
    """What was found in each file of ours, in their order. Raises WrongUsage where there is none."""
    candidates = find(paths, session.tree)
    memory = Memory(session, None) if how.is_new else open_memory(session, how.targets, how.accept, how.sets)
    known = memory.recall(candidates, how.jobs or job_count(len(candidates) // KNOWN_IN_THE_TIME_OF_ONE))
    unknown = [candidate for candidate in candidates if candidate not in known]
    if unknown:
        new = _checked(session, unknown, how, memory)
        memory.keep(new.values())
        known |= new
    if not known:
        raise WrongUsage(f"there is no spec in {', '.join(paths)}", NO_SPEC)
    return [known[candidate] for candidate in candidates if candidate in known]


def _checked(session: Session, candidates: Sequence[Candidate], how: How, memory: Memory) -> dict[Candidate, Checked]:
    from lading.runner.specs.validation import Checker

    check = Checker(session, how.targets, how.accept, how.sets, is_kept=memory.is_open).check
    found = in_parallel(check, candidates, how.jobs or job_count(len(candidates)))
    return {candidate: checked for candidate, checked in zip(candidates, found, strict=True) if checked}
