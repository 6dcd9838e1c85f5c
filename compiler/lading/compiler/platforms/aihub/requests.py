"""What takes one request and is no task: searches, runs of pipelines and evaluations.

A request with the content of a file in it goes out as a multipart form, every other one as JSON.
"""

from collections.abc import Mapping
from typing import Any

from lading.compiler.payload import Draft, FileContent, From
from lading.compiler.plan import Plan
from lading.compiler.platforms.aihub.names import number_of
from lading.compiler.platforms.aihub.native import SECTION, completed, own_fields
from lading.compiler.rows import Body, merged, only_set, stated

SEARCH_TYPES = {"sql": 1, "images": 2, "text": 3}

DEFAULTS: Mapping[str, Mapping[str, Any]] = {
    "search": {"images": []},
    "pipeline": {"params": [], "use_cache": False, "node_virtual_clusters": []},
}
"""What the vendor's client sends of what is not set."""


def search(plan: Plan) -> list[Draft]:
    """The request that starts a search."""
    root = plan.root
    which = next(From(number, root.sources(name)) for name, number in SEARCH_TYPES.items() if root.has(name))
    images: list[Body] = [{"url": image.get("url"), "box": image.get("box") or []} for image in root.each("images")]
    body = merged({"type": which}, stated(root), {"images": images}, own_fields(plan))
    return [Draft("POST", "/data-warehouse/api/v1/searches", body, schema="search")]


def run(plan: Plan) -> list[Draft]:
    """The request that runs a pipeline."""
    params = [{"key": name, "value": value} for name, value in plan.root.items("pipeline", "params").items()]
    own = only_set(params=params, node_virtual_clusters=_node_clusters(plan))
    body = completed(merged(stated(plan.root), own, own_fields(plan)), DEFAULTS["pipeline"])
    return [Draft("POST", "/workflow-center/api/v1/runs", body, schema="run")]


def _node_clusters(plan: Plan) -> From | None:
    found = plan.root.get(*SECTION, "nodeClusters")
    known = plan.target.catalog.get("clusters", {})
    return found and From(
        [
            {"virtual_cluster_id": cluster_number(entry["cluster"], known), "nodes": list(entry["nodes"])}
            for entry in found.value
        ],
        found.sources,
    )


def cluster_number(name: str, clusters: Mapping[str, Any]) -> int | None:
    """The number of the cluster that is meant by its name in the catalog, or by the number itself."""
    return number_of(name, {known: cluster["id"] for known, cluster in clusters.items()})


def evaluation(plan: Plan) -> list[Draft]:
    """The form that hands in a model and its predictions."""
    root = plan.root
    files = {"model_file": root.get("model", "file"), "pred_file": root.get("predictions")}
    contents = {field: From(FileContent(file.value), file.sources) for field, file in files.items() if file}
    user = {name: From(str(value.value), value.sources) for name, value in own_fields(plan).items()}
    body = merged(stated(root), contents, user)
    return [Draft("POST", "/api/v2/tasks/import_result", body, schema="evaluation")]
