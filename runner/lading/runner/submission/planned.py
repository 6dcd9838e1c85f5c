"""A plan: the exact requests of a submission in a file, to be reviewed, and sent once as they are or not at all.

Each job of it has its submission's id already. So a plan is used once, by whoever uses it first: the ledger holds no id
twice, and the platform is asked for the token that is made of it before anything is sent from another machine.
"""

import hashlib
import json
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

from lading.compiler.payload import canonical, digest
from lading.runner.errors import OutcomeUnknown, PlanUnusable
from lading.runner.ledger.ledger import Ledger
from lading.runner.submission.ids import Ids, token
from lading.runner.submission.sendable import Sendable, content_of, packed, place_of, takes_more
from lading.runner.targets.channel import Channel
from lading.runner.targets.sites import Site
from lading.runner.version import LADING, LANGUAGE

ABSENT = "absent"
"""The baseline of a job of which nothing was submitted to its target before."""

AGAIN = "make a new plan: lading plan"
NOT_WRITTEN = frozenset({"place", "takes_more", "packed"})
"""What of a job is not written into a plan, because it is of this machine or follows from the rest."""

_PIECE = 1 << 20


class Planned(NamedTuple):
    """One job of a plan, and what must still hold when it is sent: what was submitted last, and each part of the site
    and each file of the job by its digest.
    """

    job: Sendable
    baseline: str
    site: Mapping[str, str]
    files: Mapping[str, str]


def planned(job: Sendable, site: Site, ledger: Ledger, ids: Ids) -> Planned:
    """The job with an id of its own, as all is at this moment."""
    folder = Path(job.place).parent
    files = {name: _digest_of_file(folder / name) for name in _files_of(job)}
    return Planned(job._replace(id=ids.new()), _baseline(job, ledger), site_digests(site, job), files)


def as_document(plan: Sequence[Planned]) -> dict[str, Any]:
    """The plan as JSON data, sealed with its own digest."""
    content = {
        "lading": 1,
        "kind": "plan",
        "version": LADING,
        "language": LANGUAGE,
        "jobs": [_as_data(one) for one in plan],
    }
    return {**content, "digest": _seal(content)}


def read_plan(name: str, data: bytes) -> list[Planned]:
    """The plan in the file of that name. Raises PlanUnusable for one that was changed or is of another version."""
    content = _unsealed(data)
    if content is None:
        raise PlanUnusable(f"{name} is not as it was written: its digest is another one", AGAIN)
    if (made := content["version"]) != LADING:
        raise PlanUnusable(f"{name} was made by lading {made}, and this is lading {LADING}", AGAIN)
    if (spoken := content["language"]) != LANGUAGE:
        raise PlanUnusable(f"{name} is of the language {spoken}, and this lading speaks {LANGUAGE}", AGAIN)
    return [_from_data(one) for one in content["jobs"]]


def _unsealed(data: bytes) -> dict[str, Any] | None:
    """What the plan says; None where it is not what its digest was taken of."""
    try:
        content: dict[str, Any] = json.loads(data)
        sealed = content.pop("digest")
        return content if sealed == _seal(content) else None
    except (ValueError, LookupError, AttributeError, RecursionError):
        return None


def check_usable(plan: Planned, site: Site, ledger: Ledger) -> None:
    """Nothing that the job was planned with has changed since, and it was not sent from here. Asks no network."""
    job = plan.job
    where = f"{job.name} on {job.target}"
    if ledger.has(job.id):
        raise PlanUnusable(f"the plan was used already: {where} is {job.id}", f"see `lading status {job.id}`")
    now = site_digests(site, job)
    if changed := sorted(key for key in {*now, *plan.site} if now.get(key) != plan.site.get(key)):
        raise PlanUnusable(
            f"{site.file.file} says something else of {job.target} than when {where} was planned: {', '.join(changed)}",
            AGAIN,
        )
    if (newest := _baseline(job, ledger)) != plan.baseline:
        since = "nothing of that name is known any more" if newest == ABSENT else f"{newest} was submitted since"
        raise PlanUnusable(f"{where} was planned after {_spoken(plan.baseline)}, and {since}", AGAIN)
    for file, known in plan.files.items():
        if _digest_of_file(Path(job.place).parent / file) != known:
            raise PlanUnusable(f"{file} is not the file that {where} was planned with", AGAIN)


def check_unused(job: Sendable, channel: Channel) -> None:
    """The platform has no job of the plan, as far as it can tell: the plan was not sent from elsewhere."""
    first = next(request for request in job.content.requests if not request.prepares)
    try:
        found = channel.client.find(token(job.id, first.name), first.path)
    except OutcomeUnknown:
        return
    if found:
        raise PlanUnusable(
            f"the plan was used already, elsewhere: {job.target} has {job.name} as {found.native_id}",
            f"see `lading status {job.target}:{found.native_id}`",
        )


def site_digests(site: Site, job: Sendable) -> dict[str, str]:
    """The digest of each thing that the site says of the job's target, where its secrets are found among it: of none
    the value.
    """
    names = {name for request in job.content.requests for name in request.secrets.values()}
    secrets = {name: source for name, source in {**site.secrets, **site.logins}.items() if name in names}
    said = {**site.entry(job.target), "catalog": site.catalog(job.target), "secrets": secrets}
    return {key: _digest(canonical(value))[:16] for key, value in said.items()}


def _baseline(job: Sendable, ledger: Ledger) -> str:
    newest = ledger.newest(job.target, job.name)
    return newest.id if newest else ABSENT


def _spoken(baseline: str) -> str:
    return "none of that name" if baseline == ABSENT else baseline


def _files_of(job: Sendable) -> Iterator[str]:
    """The files beside the spec whose content is sent."""
    return (what["file"] for request in job.content.requests for what in request.late.values() if "file" in what)


def _digest_of_file(path: Path) -> str:
    """The digest of what the file holds; of one that can not be read none, which submitting it will tell."""
    found = hashlib.sha256()
    try:
        with path.open("rb") as file:
            while piece := file.read(_PIECE):
                found.update(piece)
    except OSError:
        return ABSENT
    return found.hexdigest()


def _digest(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


def _seal(content: Any) -> str:
    return f"sha256:{_digest(canonical(content))}"


def _as_data(plan: Planned) -> dict[str, Any]:
    job = {name: value for name, value in plan.job._asdict().items() if name not in NOT_WRITTEN}
    about = {"baseline": plan.baseline, "site": plan.site, "files": plan.files}
    return {**job, **plan.job.content.as_data(), **about}


def _from_data(data: Mapping[str, Any]) -> Planned:
    content = content_of(data)
    said = {name: data[name] for name in Sendable._fields if name not in NOT_WRITTEN}
    job = Sendable(
        **{**said, "after": tuple(data["after"])},
        place=place_of(data["file"]),
        takes_more=takes_more(content.requests),
        packed=packed(content),
    )
    if digest(content.requests) != job.digest:
        raise PlanUnusable(f"the requests of {job.name} on {job.target} are not those of their digest", AGAIN)
    return Planned(job, data["baseline"], data["site"], data["files"])
