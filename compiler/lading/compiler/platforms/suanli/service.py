"""One entry of `services`: a container of the pod."""

from collections.abc import Mapping
from typing import Any

from lading.compiler.payload import From, Secret
from lading.compiler.platforms.suanli.machines import Weights
from lading.compiler.platforms.suanli.program import start_script, variables
from lading.compiler.platforms.suanli.storage import mounts, stores
from lading.compiler.rows import Body, only_set
from lading.compiler.secrets import login_secret
from lading.compiler.view import View

SWITCHED_OFF: Mapping[str, Mapping[str, Any]] = {
    f"{name}_probe": {
        "switch": False,
        "probe_type": "httpGet",
        "path": path,
        "port": 80,
        "initial_delay_seconds": 0,
        "period_seconds": 10,
        "timeout_seconds": 1,
        "failure_threshold": 3,
    }
    for name, path in {"liveness": "/live", "startup": "/health", "readiness": "/ready"}.items()
}
"""The platform wants all three probes or none. A probe that nobody asks for is written as its console writes it."""

PROBE_FIELDS = {
    "initialDelay": "initial_delay_seconds",
    "period": "period_seconds",
    "timeout": "timeout_seconds",
    "failureThreshold": "failure_threshold",
}


def service(view: View, weights: Weights, volume_names: Mapping[str, str]) -> Body:
    """The container as the platform wants it."""
    found = stores(view)
    return {
        "service_name": _name(view),
        "service_image": view.get("image"),
        "resource_weight": _weights(view, weights),
        **only_set(
            start_script=start_script(view),
            env=variables(view, found.mounts),
            remote_ports=_ports(view),
            health_checks=_health_checks(view),
            repository_account=_login(view),
            **mounts(found, volume_names),
        ),
    }


def _name(view: View) -> From | None:
    """Its own, that of the container, or the job's."""
    own = view.get("native", "suanli", "serviceName")
    return own or (From(view.key, (view.prefix,)) if view.prefix else view.get("name"))


def _weights(view: View, weights: Weights) -> Body:
    """A container that is alone has everything, whatever it asks for."""
    own = view.get("native", "suanli", "weights")
    said = own.sources if own else ()
    asked = ("cpu", "memory", "gpu") if "containers" in view.plan.job.value else ()
    sources = {name: (*said, *view.sources("resources", name)) for name in asked}
    return {
        "cpu_weight": From(weights.cpu, sources.get("cpu", said)),
        "mem_weight": From(weights.memory, sources.get("memory", said)),
        "gpu_weight": From(weights.gpu, sources.get("gpu", said)),
    }


def _ports(view: View) -> list[Body]:
    """The ports that get an address."""
    found = [(port.get("port"), port.sources("publish")) for port in view.each("ports")]
    return [
        {"service_port": From(port.value, (*port.sources, *publish))}
        for port, publish in found
        if port and port.value is not None
    ]


def _health_checks(view: View) -> Body | None:
    if not view.is_set("probes"):
        return None
    probes = {name: _probe(view, name) for name in ("liveness", "startup", "readiness")}
    return {**SWITCHED_OFF, **{f"{name}_probe": probe for name, probe in probes.items() if probe}}


def _probe(view: View, name: str) -> Body | None:
    if not view.is_set("probes", name):
        return None
    kind = "http" if view.is_set("probes", name, "http") else "tcp"
    counts = {field: view.get("probes", name, field) or view.value("probes", name, field) for field in PROBE_FIELDS}
    return {
        "switch": True,
        "probe_type": "httpGet" if kind == "http" else "tcpSocket",
        **only_set(path=view.get("probes", name, kind, "path"), port=view.get("probes", name, kind, "port")),
        **{PROBE_FIELDS[field]: count for field, count in counts.items()},
    }


def _login(view: View) -> Body | None:
    """The login of the image's registry, where the site has one."""
    image, registries = view.get("image"), view.plan.target.registries
    host = str(image.value).partition("/")[0] if image and registries else ""
    if image is None or host not in registries:
        return None
    return {
        f"repository_{part}": From(Secret(login_secret(host, part)), image.sources) for part in ("username", "password")
    }
