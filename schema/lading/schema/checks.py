"""Fields against each other: what no single field can know. Small functions over the merged job, one objection each.

Rules speak in paths. Adding one: write a function from the work to findings and put it into ``CHECKS``, beside the
field without which it has nothing to say.
"""

import re
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from lading.schema.diagnostics import Finding
from lading.schema.job import ENVELOPE, Job
from lading.schema.nearest import did_you_mean
from lading.schema.paths import Path, render
from lading.schema.shape import Language, Shape

Part = tuple[Path, Mapping[str, Any]]

ROLES = {
    "paddle": ("pserver", "worker"),
    "mxnet": ("pserver", "worker"),
    "tensorflow": ("chief", "ps", "worker"),
    "pytorch": ("master", "worker"),
    "mpi": ("launcher", "worker"),
    "deepspeed": ("launcher", "worker"),
    "spark": ("driver", "executor"),
    "ray": ("head", "worker"),
}
"""The roles that each framework knows."""

_PROGRAM = ("command", "script", "image")
OWN = "LADING_"
_RESERVED = (OWN, "PF_", "SLURM_")
_VARIABLE = re.compile(r"(?<!\$)\$(?:[A-Za-z_]\w*|\{[A-Za-z_]\w*\})")
_DIRECTIVE = re.compile(r"#(SBATCH|PBS|BSUB)\b")


class Work(NamedTuple):
    """A job with its parts that can hold a program: itself, or a workflow's steps, with their roles and containers."""

    job: Job
    parts: Sequence[Part]

    def having(self, name: str) -> Iterator[Part]:
        """The parts that have the field, a workflow itself among them: its steps inherit from it."""
        if self.job.kind == "workflow" and name in self.job.value:
            yield (), self.job.value
        yield from [(path, part) for path, part in self.parts if name in part]


def check(job: Job, *, is_whole: bool = True, layered: Collection[str] = ()) -> Iterator[Finding]:
    """Everything that is wrong with the job's fields beside each other.

    Of a document that is not ``is_whole``, because something in it could not be read, nothing is said to be missing:
    it may be what could not be read. ``layered`` are the fields of which other layers say a part; all others were found
    complete when the document was read.
    """
    work = Work(job, _parts(job))
    said = set(job.value).union(*[part for _, part in work.parts])
    for name, rule in CHECKS:
        if name in said:
            yield from rule(work)
    if is_whole and layered:
        yield from _complete(work, layered)
    for rule in CHECKS_OF_ABSENCE if is_whole else ():
        yield from rule(work)


def _parts(job: Job) -> list[Part]:
    tops: list[Part] = [((), job.value)]
    if job.kind == "workflow":
        tops = [(("steps", name), step) for name, step in job.value.get("steps", {}).items()]
    parts = []
    for path, top in tops:
        parts.append((path, top))
        for group in ("roles", "containers"):
            if group in top:
                parts += [((*path, group, name), part) for name, part in top[group].items()]
    return parts


def _complete(work: Work, layered: Collection[str]) -> Iterator[Finding]:
    """What layers leave open together."""
    job = work.job
    value = {name: item for name, item in job.value.items() if name in layered}
    yield from _incomplete(value, Shape("struct", struct=job.struct.name), (), job.language)


def _incomplete(value: Any, shape: Shape, path: Path, language: Language) -> Iterator[Finding]:
    if shape.type != "struct":
        item = shape.item
        assert item is not None, "only what holds structs is looked into"
        below = value.items() if isinstance(value, dict) else enumerate(value)
        for step, inner in below:
            yield from _incomplete(inner, item, (*path, step), language)
        return
    struct = language.structs[shape.struct]
    for name in struct.holding:
        if name in value and name not in ENVELOPE:
            yield from _incomplete(value[name], struct.fields[name].shape, (*path, name), language)
    for name in struct.required if path else ():
        if name not in value:
            example = struct.fields[name].example
            yield Finding("LD204", path, {"parent": render(path), "field": name, "example": example})


def _needs_a_program(work: Work) -> Iterator[Finding]:
    if work.job.kind not in {"job", "service", "workflow"} or work.job.value.get("native"):
        return
    for path, part in work.parts:
        is_role = len(path) >= 2 and path[-2] == "roles"
        inherits = is_role or (work.job.kind == "workflow" and "image" in work.job.value)
        has_roles = bool(part.get("roles")) and all(_has_program(role) for role in part["roles"].values())
        if not (inherits or has_roles or _has_program(part) or part.get("native")):
            yield Finding("LD301", path, {"what": render(path) or f"the {work.job.kind}"})


def _has_program(part: Mapping[str, Any]) -> bool:
    return any(name in part for name in _PROGRAM)


def _args_need_a_command(work: Work) -> Iterator[Finding]:
    takers = ("command", "image", "native")
    for path, part in work.parts:
        has_one = any(name in part or name in work.job.value for name in takers)
        if "args" in part and not has_one:
            yield Finding("LD302", (*path, "args"), {}, at_key=True)


def _shell_needs_a_script(work: Work) -> Iterator[Finding]:
    for path, part in work.parts:
        if "shell" in part and "script" not in part and "script" not in work.job.value:
            yield Finding("LD303", (*path, "shell"), {}, at_key=True)


def _scripts_choose_their_shell(work: Work) -> Iterator[Finding]:
    for path, part in work.having("shell"):
        script = part.get("script", work.job.value.get("script", ""))
        if str(script).startswith("#!"):
            first = str(script).splitlines()[0]
            yield Finding("LD317", (*path, "shell"), {"first": first}, at_key=True)


def _variables_in_variables(work: Work) -> Iterator[Finding]:
    """No platform's shell reads the values of variables before a program finds them."""
    for path, part in work.having("env"):
        for name, value in part["env"].items():
            if isinstance(value, str) and "$" in value and _VARIABLE.search(value):
                yield Finding("LD318", (*path, "env", name), {"value": value})


def _replicas_or_roles(work: Work) -> Iterator[Finding]:
    for path, part in work.parts:
        if "replicas" in part and "roles" in part:
            others = (((*path, "roles"), "the roles say how many of each"),)
            yield Finding("LD304", (*path, "replicas"), {}, at_key=True, others=others)


def _superseded(work: Work) -> Iterator[Finding]:
    """Fields of the job that every role says for itself; env and resources merge and are never superseded."""
    for path, part in work.parts:
        roles = part.get("roles", {}).values()
        for name in ("command", "args", "script", "image", "workdir", "ports", "mounts", "slots"):
            if name in part and roles and all(name in role or _says_otherwise(role, name) for role in roles):
                yield Finding("LD316", (*path, name), {"field": name}, at_key=True)


def _says_otherwise(role: Mapping[str, Any], name: str) -> bool:
    return ("script" in role) if name in {"command", "args"} else (name == "script" and "command" in role)


def _roles_of_the_framework(work: Work) -> Iterator[Finding]:
    for path, part in work.parts:
        framework = part.get("framework", "none")
        known = ROLES.get(framework, ())
        for name in part.get("roles", {}):
            if known and name not in known:
                words = {"role": name, "framework": framework, "help": did_you_mean(name, known, "its roles are")}
                yield Finding("LD305", (*path, "roles", name), words, at_key=True)


def _spark_has_roles(work: Work) -> Iterator[Finding]:
    for path, part in work.parts:
        if part.get("framework") == "spark" and not part.get("roles"):
            yield Finding("LD306", (*path, "framework"), {})


def _env_names(work: Work) -> Iterator[Finding]:
    for path, part in work.having("env"):
        for name in [name for name in part["env"] if name.startswith(_RESERVED)]:
            prefix = name.partition("_")[0] + "_"
            code, words = ("LD307", {"name": name}) if prefix == OWN else ("LD308", {"name": name, "prefix": prefix})
            yield Finding(code, (*path, "env", name), words, at_key=True)


def _mounts(work: Work) -> Iterator[Finding]:
    for path, part in work.having("mounts"):
        seen: dict[str, Path] = {}
        for index, mount in enumerate(part["mounts"]):
            at = (*path, "mounts", index)
            if "path" not in mount and "volume" not in mount:
                yield Finding("LD309", at, {})
            elif (where := mount.get("path")) in seen:
                others = ((seen[where], "the first mount there"),)
                yield Finding("LD310", (*at, "path"), {"path": where}, others=others)
            elif where:
                seen[where] = (*at, "path")


def _ports(work: Work) -> Iterator[Finding]:
    for path, part in work.having("ports"):
        for name in ("port", "name"):
            seen: dict[Any, Path] = {}
            for index, port in enumerate(part["ports"]):
                at = (*path, "ports", index, name)
                key = (port.get(name), port.get("protocol", "tcp") if name == "port" else "")
                if name in port and key in seen:
                    others = ((seen[key], "the first one"),)
                    yield Finding("LD311", at, {"what": name, "value": port[name]}, others=others)
                seen.setdefault(key, at)


def _batch_directives(work: Work) -> Iterator[Finding]:
    for path, part in work.parts:
        for line in str(part.get("script", "")).splitlines():
            found = _DIRECTIVE.match(line)
            if found:
                yield Finding("LD312", (*path, "script"), {"directive": found[0], "line": line[:60]})
                break
            if line.strip() and not line.startswith("#"):
                break


def _steps_exist(work: Work) -> Iterator[Finding]:
    steps = work.job.value.get("steps", {})
    for name, step in steps.items():
        for condition, names in step.get("after", {}).items():
            for index, other in enumerate(names):
                if other not in steps:
                    words = {"name": other, "help": did_you_mean(other, steps, "its steps are")}
                    yield Finding("LD313", ("steps", name, "after", condition, index), words)


def _params_without_uses(work: Work) -> Iterator[Finding]:
    for name, step in work.job.value.get("steps", {}).items():
        if "params" in step:
            yield Finding("LD244", ("steps", name, "params"), {}, at_key=True)


def _no_cycles(work: Work) -> Iterator[Finding]:
    steps = work.job.value.get("steps", {})
    needs = {
        name: [o for names in s.get("after", {}).values() for o in names if o in steps] for name, s in steps.items()
    }
    if left := _never_ready(needs):
        cycle = _cycle(left)
        yield Finding("LD314", ("steps", cycle[0], "after"), {"cycle": " → ".join([*cycle, cycle[0]])})


def _never_ready(needs: Mapping[str, list[str]]) -> dict[str, list[str]]:
    """The steps that wait for each other, or for one that does."""
    missing = {name: len(before) for name, before in needs.items()}
    followers: dict[str, list[str]] = {name: [] for name in needs}
    for name, before in needs.items():
        for other in before:
            followers[other].append(name)
    ready = [name for name, count in missing.items() if not count]
    while ready:
        for follower in followers[ready.pop()]:
            missing[follower] -= 1
            if not missing[follower]:
                ready.append(follower)
    return {name: before for name, before in needs.items() if missing[name]}


def _cycle(needs: Mapping[str, list[str]]) -> list[str]:
    """One cycle among steps each of which waits for another of them."""
    walked: list[str] = []
    step = next(iter(needs))
    while step not in walked:
        walked.append(step)
        step = next(other for other in needs[step] if other in needs)
    return walked[walked.index(step) :]


def _image_search_needs(work: Work) -> Iterator[Finding]:
    if work.job.kind != "search":
        return
    for name in ("featureLibrary", "topK"):
        if "sql" in work.job.value and name in work.job.value:
            yield Finding("LD315", (name,), {"field": name}, at_key=True)
        elif "sql" not in work.job.value and name not in work.job.value:
            yield Finding("LD204", (), {"parent": "a search for images or text", "field": name, "example": "10"})


Rule = Callable[[Work], Iterator[Finding]]

CHECKS: tuple[tuple[str, Rule], ...] = (
    ("args", _args_need_a_command),
    ("shell", _shell_needs_a_script),
    ("shell", _scripts_choose_their_shell),
    ("replicas", _replicas_or_roles),
    ("roles", _superseded),
    ("roles", _roles_of_the_framework),
    ("framework", _spark_has_roles),
    ("env", _env_names),
    ("env", _variables_in_variables),
    ("mounts", _mounts),
    ("ports", _ports),
    ("script", _batch_directives),
    ("steps", _steps_exist),
    ("steps", _params_without_uses),
    ("steps", _no_cycles),
)
"""Every rule, beside the field without which it has nothing to say."""

CHECKS_OF_ABSENCE: tuple[Rule, ...] = (_needs_a_program, _image_search_needs)
"""Those that miss something."""
