"""What only the site can tell of any job: which names its catalog knows, where its data is, which logins it has."""

from collections.abc import Iterator, Mapping
from typing import Any

from lading.compiler.plan import Plan
from lading.schema.diagnostics import Finding


def mounted_folder(mount: Mapping[str, Any], catalog: Mapping[str, Any]) -> str | None:
    """Where a mount's data is, on platforms whose catalog has a path for each volume; None where it is no folder."""
    if "volume" not in mount:
        return mount.get("host")
    path = catalog.get("volumes", {}).get(mount["volume"], {}).get("path")
    below = mount.get("subPath", "").strip("/")
    return f"{path.rstrip('/')}/{below}" if path and below else path


def site_findings(plan: Plan) -> Iterator[Finding]:
    """Everything in the job that means something else on this site, or that the platform can not use of it."""
    yield from _models_for_counts(plan)
    yield from _unused_logins(plan)


def _models_for_counts(plan: Plan) -> Iterator[Finding]:
    """Counts of GPUs that are the name of a model in the target's catalog: ``gpu: 90`` of a site that has a ``90``."""
    models = plan.target.catalog.get("gpus", {})
    counts = [path for path in plan.entries if path[-1] == "count"] if models else []
    for path in [path for path in counts if path[-2:] == ("gpu", "count")]:
        entry = plan.entries[path]
        if (*path[:-1], "model") not in plan.entries and str(entry.value) in models:
            what = f'{entry.value} is a model of {plan.target.name}: write {{model: "{entry.value}", count: 1}}'
            yield Finding("LD215", path, {"what": what})


def _unused_logins(plan: Plan) -> Iterator[Finding]:
    """Images of a registry that the site has a login for, on a platform that takes none."""
    logins = plan.target.registries
    if not logins or getattr(plan.target.platform, "TAKES_REGISTRY_LOGIN", False):
        return
    for path, entry in plan.entries.items():
        if path[-1] != "image":
            continue
        host = str(entry.value).partition("/")[0]
        if host in logins and entry.is_carried:
            yield Finding("LD407", path, {"host": host, "target": plan.target.name})
