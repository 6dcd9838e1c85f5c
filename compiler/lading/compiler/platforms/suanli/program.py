"""The program of a container: what starts it, and the variables that it finds."""

import re
from collections.abc import Mapping, Sequence

from lading.compiler.payload import From
from lading.compiler.platforms.suanli.counting import index_of, pods_of
from lading.compiler.platforms.suanli.storage import Mount
from lading.compiler.rows import Body, named_secret
from lading.compiler.shell import shell_argv
from lading.compiler.templating import Shell
from lading.compiler.variables import RANK_0_OF_1, mount_variable, own_variables
from lading.compiler.view import View


def start_script(view: View) -> Body | None:
    """What starts the program, without a shell where none is needed; None where the image says it.

    A shell's own words are the command, and its text the arguments.
    """
    argv = shell_argv(view, env=_number(view), fold=folded(view))
    if argv is None:
        return None
    words, command, args = [word.value for word in argv], view.get("command"), view.get("args")
    said = [word for part in (command, args) if part for word in part.value]
    cut = len(command.value) if command and words == said else words.index("-c") + 1
    escaped = _escaped(view, argv)
    return {"command": escaped[:cut], "args": escaped[cut:]}


def folded(view: View) -> tuple[str, ...]:
    """The fields that the command says: the working directory, and of numbered pods that they are restarted."""
    is_numbered = not view.prefix and view.plan.once(pods_of).is_indexed
    return ("workdir", "schedule.restart") if is_numbered else ("workdir",)


def _number(view: View) -> dict[str, From]:
    """The variables that are made of the pod's number."""
    job = view.plan.job.value
    if view.plan.is_bare or not view.plan.once(pods_of).is_indexed:
        return {}
    variable = view.plan.target.options["indexVariable"]
    if "array" in job:
        text = Shell(index_of(variable, job["array"]["indices"]))
        return {"LADING_ARRAY_INDEX": From(text, (("array", "indices"),))}
    if job.get("replicas", 1) > 1:
        return {"LADING_REPLICA": From(Shell(f'"${variable}"'), (("replicas",),))}
    return {}


def variables(view: View, mounts: Sequence[Mount]) -> list[Body]:
    """The container's variables: lading's own first, then those of the spec, then those that the platform knows."""
    own = own_variables(view) | _of_usual_places(view, mounts) | _of_framework(view)
    said = {name: named_secret(value) for name, value in view.items("env").items()}
    found = own | said
    values = _escaped(view, list(found.values()))
    return [{"name": name, "value": value} for name, value in zip(found, values, strict=True)] + _from_platform(view)


def _of_usual_places(view: View, mounts: Sequence[Mount]) -> dict[str, From]:
    """Where the volumes are that the catalog says the place of."""
    return {
        mount_variable(str(name)): From(volume.value["path"], volume.sources)
        for _, path, name, volume in (() if view.plan.is_bare else mounts)
        if volume and path is None
    }


def _of_framework(view: View) -> dict[str, From]:
    framework = view.plan.root.get("framework")
    if framework is None or framework.value != "pytorch":
        return {}
    return {name: From(value, framework.sources) for name, value in RANK_0_OF_1.items()}


def _from_platform(view: View) -> list[Body]:
    found = view.get("native", "suanli", "envFrom")
    if found is None:
        return []
    root, sources = view.plan.root, found.sources
    return [{"name": name, "value_from": From(_source(root, each), sources)} for name, each in found.value.items()]


def _source(root: View, source: Mapping[str, str]) -> Body:
    if "field" in source:
        return {"field_ref": {"field_path": source["field"]}}
    reference = {"resource": source["resource"]}
    if "container" in source:
        reference["service_name"] = service_names(root)[source["container"]]
    return {"resource_field_ref": reference}


def service_names(root: View) -> dict[str, str]:
    """The name of each container's service, by its name in the spec; the main one goes by the job's."""
    name = root.value("name")
    parts = {name: root, **{part.key: part for part in root.each("containers")}}
    return {key: part.value("native", "suanli", "serviceName") or key for key, part in parts.items()}


def _escaped(view: View, texts: list[From]) -> list[From]:
    """The texts, in which nothing is put in place of `$(NAME)` where the platform would."""
    if not view.plan.target.options["escapeReferences"]:
        return texts
    return [From(escaped(each.value), each.sources) if isinstance(each.value, str) else each for each in texts]


def escaped(text: str) -> str:
    """The text that a platform which expands references as Kubernetes does makes this one of."""
    return _REFERENCE.sub("$$", text)


def unescaped(text: str) -> str:
    """The text of which this one was made for such a platform."""
    return text.replace("$$", "$")


_REFERENCE = re.compile(r"\$(?=[$(])")
"""What Kubernetes reads as the beginning of a reference, or of an escaped one."""
