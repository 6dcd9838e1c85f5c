"""The members of a distributed job: which there are, and what the fields of one say."""

from collections.abc import Iterator, Mapping
from functools import cache
from typing import Any, NamedTuple

from lading.compiler.payload import From
from lading.compiler.platforms.paddleflow.flavour import flavour
from lading.compiler.platforms.paddleflow.inverse import SPARK
from lading.compiler.platforms.paddleflow.jobtype import FRAMEWORKS, member_role
from lading.compiler.platforms.paddleflow.launch import Folded, command_text
from lading.compiler.platforms.paddleflow.variables import added
from lading.compiler.rows import Body, only_set, stated
from lading.compiler.view import View

OF_A_MEMBER = ("image", "env", "flavour")
"""What the rows place that belongs to a job of one container, or to a member; the rest is the job's."""


class Member(NamedTuple):
    """Identical containers of one role, by the platform's name of it. ``is_added``: the spec does not speak of it."""

    role: str
    replicas: From
    view: View
    is_added: bool = False


def has_programs(root: View) -> bool:
    """Whether the spec speaks of containers at all; if not, the author's object does."""
    return any(part.is_set(name) for part in root.plan.parts for name in ("image", "command", "script"))


def members(root: View) -> Iterator[Member]:
    """The roles of the spec; without any, the replicas as the framework wants them told apart."""
    roles, framework = root.each("roles"), str(root.value("framework"))
    names = [role.key for role in roles]
    for role in roles:
        replicas = role.get("replicas") or From(1, (role.prefix,))
        yield Member(member_role(framework, role.key, names), replicas, role)
    if not roles:
        yield from _of_replicas(root, framework)


def _of_replicas(root: View, framework: str) -> Iterator[Member]:
    known = FRAMEWORKS[framework]
    replicas = root.get("replicas") or From(1, ())
    if known.first:
        yield Member(known.first, From(1, replicas.sources), root, is_added=known.adds_first)
    rest = replicas.value - (1 if known.first and not known.adds_first else 0)
    yield Member("worker", From(rest, replicas.sources), root)


def member(found: Member, folded: Folded) -> Body:
    """One entry of ``members``."""
    fields = replica(found.view, found.role, folded)
    if found.is_added:
        fields.pop("flavour", None)  # the server's own core and GiB are enough to start the others
    return {"role": found.role, "replicas": found.replicas, **fields}


def replica(view: View, role: str, folded: Folded) -> Body:
    """The fields of a job of one container, or of a member."""
    body = stated(view)
    native = {name: view.get("native", "paddleflow", name) for name in ("limitFlavour", "port")}
    return only_set(
        image=body.get("image"),
        command=command_text(view, role, folded),
        env={**added(view, role), **_spark(view, role), **body.get("env", {})},
        flavour=flavour(view, body.get("flavour", {})),
        **native,
        **_file_systems(view),
    )


def _spark(view: View, role: str) -> dict[str, From]:
    """What the driver runs, which the server is told by variables."""
    found = view.get("native", "paddleflow", "spark")
    if found is None or role != "driver":
        return {}
    return {SPARK[name]: From(value, found.sources) for name, value in found.value.items()}


def _file_systems(view: View) -> dict[str, Any]:
    """The first file system is the job's own, and the others are more; both were renamed in 0.14.3."""
    found = [_file_system(mount) for mount in view.each("mounts") if mount.get("volume")]
    if not found:
        return {}
    own, more = file_system_fields(view.plan.target.options)
    return only_set(**{own: found[0], more: found[1:]})


def _file_system(mount: View) -> Body:
    fields = {"name": "volume", "mountPath": "path", "subPath": "subPath", "readOnly": "readOnly"}
    return only_set(**{there: mount.get(here) for there, here in fields.items()})


def file_system_fields(options: Mapping[str, Any]) -> tuple[str, str]:
    """What the field of the first file system is called, and that of the others."""
    return ("fileSystem", "extraFileSystems") if is_before(options, (0, 14, 3)) else ("fs", "extraFS")


def is_before(options: Mapping[str, Any], version: tuple[int, int, int]) -> bool:
    """Whether the target's server is older than this."""
    return _numbers(str(options["serverVersion"])) < version


@cache
def _numbers(version: str) -> tuple[int, ...]:
    return tuple(int(part) for part in version.removeprefix("v").partition("-")[0].split("."))
