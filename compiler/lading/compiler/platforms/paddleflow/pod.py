"""The pod of a job, member or step, as Kubernetes has it (https://kubernetes.io/docs/reference/kubernetes-api/)."""

from collections.abc import Container, Iterator, Mapping

from lading.compiler.payload import From
from lading.compiler.platforms.paddleflow.expansion import escaped
from lading.compiler.platforms.paddleflow.flavour import limits
from lading.compiler.platforms.paddleflow.launch import Folded, command_words, has_program
from lading.compiler.platforms.paddleflow.variables import added
from lading.compiler.rows import Body, named_secret, only_set
from lading.compiler.view import View

PROBES = {"liveness": "livenessProbe", "readiness": "readinessProbe", "startup": "startupProbe"}
TIMES = {
    "initialDelay": "initialDelaySeconds",
    "period": "periodSeconds",
    "timeout": "timeoutSeconds",
    "failureThreshold": "failureThreshold",
}
SHM = "shm"


def container(view: View, role: str, folded: Folded, name: str | None = None) -> Body:
    """The container that runs the program."""
    own = view.items("env")
    return only_set(
        name=name,
        image=view.get("image"),
        imagePullPolicy=view.get("pull"),
        command=command_words(view, role, folded, own),
        args=None if has_program(view) else _args(view, own),
        workingDir=view.get("workdir"),
        env=_variables({**added(view, role), **own}),
        resources=only_set(limits=limits(view)),
        ports=list(_ports(view)),
        volumeMounts=list(_volume_mounts(view)),
        **_probes(view),
    )


def around(view: View) -> Body:
    """What stands beside the containers of a pod."""
    model = view.get("resources", "gpu", "model")
    nodes = model if model and isinstance(model.value, dict) else None
    return only_set(nodeSelector=nodes, volumes=list(_volumes(view)))


def _args(view: View, names: Container[str]) -> list[From] | None:
    """Arguments of the image's own program."""
    found = view.get("args")
    return [From(escaped(word, names), found.sources) for word in found.value] if found else None


def _variables(found: Mapping[str, From]) -> list[Body]:
    return [{"name": name, "value": named_secret(value)} for name, value in found.items()]


def _ports(view: View) -> Iterator[Body]:
    for port in view.each("ports"):
        port.get("publish")  # what is not published needs no word
        protocol = port.get("protocol")
        spelled = protocol and From(protocol.value.upper(), protocol.sources)
        yield only_set(containerPort=port.get("port"), name=port.get("name"), protocol=spelled)


def _volumes(view: View) -> Iterator[Body]:
    if shm := view.get("resources", "shm"):
        yield {"name": SHM, "emptyDir": {"medium": "Memory", "sizeLimit": shm}}
    for mount in view.each("mounts"):
        yield {"name": _volume_name(mount), **_source(mount)}


def _source(mount: View) -> Body:
    """The one thing that is mounted, as the language has it."""
    if claim := mount.get("volume"):
        return {"persistentVolumeClaim": {"claimName": claim}}
    if host := mount.get("host"):
        return {"hostPath": {"path": host}}
    if memory := mount.get("tmpfs"):
        return {"emptyDir": {"medium": "Memory", "sizeLimit": memory}}
    if disk := mount.get("disk"):
        return {"emptyDir": {"sizeLimit": disk}}
    return only_set(nfs=only_set(server=mount.get("nfs", "server"), path=mount.get("nfs", "path")))


def _volume_mounts(view: View) -> Iterator[Body]:
    if shm := view.get("resources", "shm"):
        yield {"name": From(SHM, shm.sources), "mountPath": "/dev/shm"}  # noqa: S108 - where Linux has it
    for mount in view.each("mounts"):
        path, below, read_only = mount.get("path"), mount.get("subPath"), mount.get("readOnly")
        yield {"name": _volume_name(mount), **only_set(mountPath=path, subPath=below, readOnly=read_only)}


def _volume_name(mount: View) -> str:
    return f"mount-{mount.key}"


def _probes(view: View) -> Body:
    if not view.is_set("probes"):
        return {}
    return {there: _probe(view, here) for here, there in PROBES.items() if view.has("probes", here)}


def _probe(view: View, name: str) -> Body:
    at = ("probes", name)
    http = {field: view.get(*at, "http", field) for field in ("path", "port")}
    times = {there: view.get(*at, here) for here, there in TIMES.items()}
    return only_set(
        httpGet=only_set(**http),
        tcpSocket=only_set(port=view.get(*at, "tcp", "port")),
        exec=only_set(command=view.get(*at, "exec")),
        **times,
    )
