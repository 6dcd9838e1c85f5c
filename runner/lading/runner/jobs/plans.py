"""Plans as commands have them: made of compilations, written to a file, and read for being sent."""

import re
from collections.abc import Sequence

from lading.compiler.pipeline import Compilation
from lading.runner.errors import PlanUnusable
from lading.runner.invocation.options import WrongUsage
from lading.runner.invocation.session import Session, check_targets
from lading.runner.specs.files import STDIN, why
from lading.runner.submission.ids import Ids
from lading.runner.submission.planned import Planned, check_usable, planned, read_plan
from lading.runner.submission.sendable import Sendable, sendable

MOST = 1 << 28
"""Bytes of a plan that are read; ten thousand jobs need a tenth of that."""

HEAD = 4096
_IS_PLAN = re.compile(rb'\s*\{[^{}\[\]]*"kind"\s*:\s*"plan"')


def make_plan(session: Session, compiled: Sequence[Compilation]) -> list[Planned]:
    """The jobs, each with what must still be so when it is sent."""
    ids = Ids()
    return [planned(sendable(one), session.site(one.spec.file), session.ledger, ids) for one in compiled]


def plan_in(paths: Sequence[str]) -> tuple[str, bytes] | None:
    """The name and bytes of the plan that the paths are; None where they are specs."""
    found = [(path, data) for path in paths if path != STDIN and (data := _plan(path))]
    if found and len(paths) > 1:
        raise WrongUsage(f"{found[0][0]} is a plan, and is submitted by itself", "name nothing beside it")
    return found[0] if found else None


def _plan(path: str) -> bytes | None:
    if not path.endswith(".json"):
        return None
    try:
        with open(path, "rb") as file:
            data = file.read(HEAD)
            return data + file.read(MOST) if _IS_PLAN.match(data) else None
    except FileNotFoundError:
        return None
    except OSError as error:
        raise WrongUsage(f"the file {path} can not be read: {why(error)}", "name a file that you may read") from None


def plan_jobs(session: Session, name: str, data: bytes) -> list[Sendable]:
    """The jobs of the plan, all of which may be sent; else none is. Asks no network."""
    plan = read_plan(name, data)
    if not plan:
        raise PlanUnusable(f"{name} holds no job", "make a new plan: lading plan")
    for one in plan:
        site = session.site(one.job.file)
        check_targets(site, [one.job.target])
        check_usable(one, site, session.ledger)
    return [one.job for one in plan]
