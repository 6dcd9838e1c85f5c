"""What only PaddleFlow objects to, of fields against each other and against the site."""

from collections.abc import Callable, Iterator
from typing import Any

from lading.compiler.capability import Fidelity
from lading.compiler.objections import missing, refusal, warning
from lading.compiler.payload import From
from lading.compiler.plan import Plan
from lading.compiler.platforms.paddleflow.inverse import SPARK
from lading.compiler.platforms.paddleflow.jobtype import JobType, type_of
from lading.compiler.platforms.paddleflow.launch import has_program, is_idle, runs
from lading.compiler.platforms.paddleflow.members import is_before
from lading.compiler.platforms.paddleflow.objects import has_object, sent_as_object
from lading.compiler.platforms.paddleflow.roles import check_roles
from lading.compiler.platforms.paddleflow.template import authors, template
from lading.compiler.view import View
from lading.schema.diagnostics import Finding
from lading.schema.nearest import did_you_mean
from lading.schema.paths import Path, render

NATIVE = ("native", "paddleflow")
OF_A_PROGRAM = ("command", "args", "script", "shell", "workdir")
SAY_IT = "say the command as well"
OUTSIDE_TEMPLATES = frozenset({"name", "labels", "annotations", "description", "schedule", "native"})
"""Where the text of a workflow is not Argo's to read."""


def check(plan: Plan) -> Iterator[Finding]:
    """Every objection to the job, and to each of its roles or steps."""
    of_roles = list(check_roles(plan.root))
    yield from of_roles
    yield from _fitting_native(plan.root)
    yield from _no_braces(plan.root)
    yield from _starts_in_a_mount(plan)
    for part in plan.parts:
        for rule in PART_RULES:
            yield from rule(part)
    if not of_roles:
        yield from _no_clashes(plan.root)


def _fitting_native(root: View) -> Iterator[Finding]:
    """Native fields that this job has no place for."""
    plan = root.plan
    if not plan.native:
        return
    kind, in_object = plan.once(type_of), plan.once(sent_as_object)
    is_spark = plan.job.value.get("framework") == "spark"
    has_flavour = kind is JobType.SINGLE or not in_object
    fits = {
        **dict.fromkeys(("flavour", "limitFlavour", "port"), (has_flavour, "a pod written by lading has no flavour")),
        "failFast": (kind is JobType.WORKFLOW, "only a workflow has steps"),
        "spark": (is_spark, "only a Spark job has a main file"),
    }
    for path in plan.native:
        has_place, why = fits.get(str(path[-1]), (True, ""))
        if not has_place:
            yield refusal(root, path, why)
        elif path[-1] in {"extensionTemplate", "failFast"} and len(path) > 3:
            yield refusal(root, path, "the whole job is one object: say it at the top")


def _no_braces(root: View) -> Iterator[Finding]:
    """Texts that Argo would take for a template of its own."""
    if root.plan.once(type_of) is not JobType.WORKFLOW:
        return
    for path, entry in root.plan.entries.items():
        own, carried = path[2:] if path[0] == "steps" else path, entry.carried
        is_inside = own and not OUTSIDE_TEMPLATES & {str(own[0])}
        if is_inside and carried and any("{{" in text for text in _texts(carried.value)):
            yield refusal(
                root, path, "Argo reads {{ }} itself, in any text: write such a text into a file of the image"
            )


def _texts(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, list | tuple):
        yield from (text for item in value for text in _texts(item))


def _starts_in_a_mount(plan: Plan) -> Iterator[Finding]:
    """The server changes to the first file system, unless the command does."""
    if plan.is_bare or plan.once(sent_as_object):
        return
    firsts: dict[Path, View] = {}
    for part in plan.parts:
        is_told = part.is_set("workdir") or not runs(part, part.key)
        mounts = [] if is_told else part.each("mounts")
        firsts |= {mount.prefix: mount for mount in mounts[:1]}
    for mount in firsts.values():
        yield warning(mount, (), "the server starts the program in there: say another `workdir` if need be")


def _no_clashes(root: View) -> Iterator[Finding]:
    """Places of the object that both the author and another field of the spec fill."""
    if not authors(root):
        return
    for theirs, own in template(root).clashes:
        here, there = _source(theirs), _source(own)
        if here:
            others = ((there, "this is what lading writes there"),) if there else ()
            words = {"native": render(here), "portable": render(there) if there else "what lading writes"}
            yield Finding("LD410", here, words, at_key=True, others=others)


def _source(value: Any) -> Path | None:
    """The first path that made the value, or anything in it."""
    if isinstance(value, From):
        return value.sources[0] if value.sources else _source(value.value)
    inner = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
    return next((path for item in inner if (path := _source(item))), None)


# Of each job, role and step.


def _has_image(part: View) -> Iterator[Finding]:
    if not part.is_set("image") and not authors(part.plan.root):
        yield missing(part, ("image",), "what runs here is a container")


def _own_flavour(part: View) -> Iterator[Finding]:
    """What the native fields say of the flavour."""
    for rule in OF_THE_FLAVOUR if part.plan.native else ():
        yield from rule(part)


def _one_of_flavour_and_resources(part: View) -> Iterator[Finding]:
    named = part.get(*NATIVE, "flavour")
    if named is None:
        return
    fields = [("resources", name) for name in ("cpu", "memory", "gpu")] + [("network", "rdma")]
    amounts = [path for field in fields for path in part.sources(*field)]
    if amounts:
        here = named.sources[0]
        words = {"native": render(here), "portable": render(amounts[0])}
        yield Finding("LD410", here, words, at_key=True, others=((amounts[0], "set here already"),))


def _known_flavour(part: View) -> Iterator[Finding]:
    named, known = part.get(*NATIVE, "flavour"), part.plan.target.catalog.get("flavours", {})
    if named and known and named.value not in known:
        why = f'the site has no flavour "{named.value}"; {did_you_mean(named.value, known, "it has")}'
        yield refusal(part.plan.root, named.sources[0], why)


def _limits_of_new_servers(part: View) -> Iterator[Finding]:
    limit = part.get(*NATIVE, "limitFlavour")
    if limit and is_before(part.plan.target.options, (0, 14, 6)):
        version = part.plan.target.options["serverVersion"]
        yield refusal(part.plan.root, limit.sources[0], f"the server is {version}, and has it since 0.14.6")


def _own_program(part: View) -> Iterator[Finding]:
    """What is said around a command, or handed to it, where the image's own program is started."""
    if has_program(part) or is_idle(part, part.key) or part.raw("framework") == "ray":
        return
    for name in () if has_object(part.plan.job.value) else ("args", "workdir"):
        if part.is_set(name):
            yield refusal(part, (name,), f"the server starts the image's own program without it: {SAY_IT}")
    for name in ("timeLimit", "retries", "restart"):
        found = part.get("schedule", name)
        if found and part.plan.entries[found.sources[0]].fidelity is Fidelity.EMULATED:
            yield refusal(
                part.plan.root, found.sources[0], f"nothing can be put around the image's own program: {SAY_IT}"
            )


def _idle_members(part: View) -> Iterator[Finding]:
    """What a member is told that does not start the program."""
    if part.plan.once(type_of) is not JobType.DISTRIBUTED or not is_idle(part, part.key):
        return
    if part.raw("framework") == "spark":
        said = [name for name in OF_A_PROGRAM if part.is_set(name)]
        yield from (refusal(part, (name,), "Spark runs native.paddleflow.spark.mainFile") for name in said)
        images = [role.raw("image") for role in part.plan.root.each("roles") if role.key in {"driver", part.key}]
        if len(set(images)) > 1:
            yield refusal(part, ("image",), "the server starts all of a Spark job from the driver's image")
        return
    own = [name for name in OF_A_PROGRAM if part.prefix and part.plan.below((*part.prefix, name))]
    yield from (refusal(part, (name,), "workers wait for what the first member starts on them") for name in own)


def _told_what_to_run(part: View) -> Iterator[Finding]:
    """Spark and Ray have one program for the whole job, and the server's template another one."""
    if part.plan.once(type_of) is not JobType.DISTRIBUTED or authors(part.plan.root):
        return
    framework, key = part.raw("framework"), part.key
    spark = part.get(*NATIVE, "spark")
    is_told = (spark and "mainFile" in spark.value) or part.is_set("env", SPARK["mainFile"])
    if framework == "spark" and key == "driver" and not is_told:
        yield missing(part, (*NATIVE, "spark", "mainFile"), "it is what Spark runs")
    if framework == "ray" and key != "worker" and not has_program(part):
        yield missing(part, ("command",), "it is what Ray runs")


def _mounted_somewhere(part: View) -> Iterator[Finding]:
    in_object = part.plan.once(sent_as_object)
    for mount in part.each("mounts"):
        path = mount.raw("path")
        if path is None and in_object:
            yield missing(mount, ("path",), "a pod must say where it mounts something")
        elif path is not None and not path.strip("/."):
            yield refusal(mount, ("path",), "nothing can be mounted in the place of the root folder")


OF_THE_FLAVOUR = (_one_of_flavour_and_resources, _known_flavour, _limits_of_new_servers)

PART_RULES: tuple[Callable[[View], Iterator[Finding]], ...] = (
    _has_image,
    _own_flavour,
    _own_program,
    _idle_members,
    _told_what_to_run,
    _mounted_somewhere,
)
