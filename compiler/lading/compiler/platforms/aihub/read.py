"""From a body back to the spec: what the tables do not read by themselves."""

from collections.abc import Callable, Mapping
from typing import Any

from lading.compiler.bundles import Bundle
from lading.compiler.importing.reading import Reading
from lading.compiler.platforms.aihub import datasets, requests, task
from lading.compiler.platforms.aihub.convert import is_rank, shm_unit
from lading.compiler.platforms.aihub.names import name_of
from lading.compiler.platforms.aihub.native import FIELDS, completed
from lading.compiler.platforms.aihub.skus import sku_of
from lading.compiler.shell import FOLDABLE, unfolded

TOLD_BY = {
    "priority": "quota",
    "enable_reschedule": "quota",
    **dict.fromkeys(("framework", "image", "virtual_cluster_id", "sku_cnt"), "training"),
    "pipeline_id": "pipeline",
    "model_name": "evaluation",
    "upload_type": "version",
    "tags": "dataset",
    "type": "search",
}
"""The keys that tell what a body is for; the first that it has decides."""

KINDS = {"training": "job", "quota": "job", "version": "dataset"}
"""What kind of spec a product comes from, where it is not of the same name."""

DEFAULTS: Mapping[str, Mapping[str, Any]] = {
    **task.DEFAULTS,
    **requests.DEFAULTS,
    "dataset": datasets.DEFAULTS,
    "version": datasets.VERSION_DEFAULTS,
}


def unwire(body: Mapping[str, Any], _: Mapping[str, Any]) -> dict[str, Any]:
    """The body with what the vendor's client would have sent of what is left out, or null: AIHub takes it the same."""
    defaults = DEFAULTS.get(_product(body), {})
    said = {key: value for key, value in body.items() if value is not None or key not in defaults}
    return completed(said, defaults)


def read(reading: Reading) -> None:
    """Everything that can be read of the body."""
    which = _product(reading.payload)
    if which in READERS:
        reading.kind = KINDS.get(which, which)
        reading.rows()
        READERS[which](reading)
        _own_fields(reading, which)


def _product(body: Mapping[str, Any]) -> str:
    return next((product for key, product in TOLD_BY.items() if key in body), "")


def _own_fields(reading: Reading, which: str) -> None:
    for name, field in FIELDS.items():
        pointer = field.at.get(which)
        if not pointer or reading.is_taken(pointer):
            continue
        native = reading.take(pointer)
        if native != DEFAULTS.get(which, {}).get(pointer[1:]):
            reading.say_native(name, field.spec(native))


def _training(reading: Reading) -> None:
    if reading.peek("/framework") in {"MpiJobMpiRun", "MpiJobDeepspeed"} and not is_rank(reading.target):
        reading.say("launch", "once")
    if text := reading.take("/command"):
        for name, value in unfolded(text, fold=FOLDABLE).fields.items():
            reading.say(name, value)
    for variable in reading.take("/envs") or ():
        reading.say(("env", variable["key"]), variable["value"])
    for index, number in enumerate(reading.take("/storage_ids") or ()):
        reading.say(("mounts", index, "volume"), _named(reading, "volumes", "storage", number))
    _resources(reading)


def _quota(reading: Reading) -> None:
    reading.say_native("product", "quota")
    _training(reading)


def _resources(reading: Reading) -> None:
    which = _product(reading.payload)
    if shm := reading.take("/shm"):
        reading.say("resources.shm", shm * shm_unit(which, reading.target).size)
    number, count = reading.take("/virtual_cluster_id"), reading.take("/sku_cnt")
    cluster = _cluster(reading, number) if number else {}
    if count and (sku := sku_of(cluster)):
        _allotted(reading, sku, count, cluster.get("gpuModel"))
    else:
        reading.say_native("skuCount", count)


def _cluster(reading: Reading, number: int) -> Mapping[str, Any]:
    """What the catalog has for the cluster, which is named as the queue."""
    name = _named(reading, "clusters", "id", number)
    reading.say("schedule.queue", _spelled(reading, "queues", name))
    found: Mapping[str, Any] = reading.target.catalog.get("clusters", {}).get(name, {})
    return found


def _allotted(reading: Reading, sku: Bundle, count: int, model: str | None) -> None:
    reading.say("resources.cpu", sku.cores * count)
    reading.say("resources.memory", sku.memory * count)
    if sku.gpus:
        reading.say("resources.gpu.model", model and _spelled(reading, "gpus", model))
        reading.say("resources.gpu.count", sku.gpus * count)


def _named(reading: Reading, section: str, key: str, number: int) -> str:
    """The catalog's name for a number; a new entry where it has none."""
    known = reading.target.catalog.get(section, {})
    found = next((name for name, entry in known.items() if entry[key] == number), None)
    return found or reading.know(section, f"{key if key != 'id' else 'cluster'}-{number}", {key: number})


def _spelled(reading: Reading, section: str, native: str) -> str:
    """The portable word that the catalog spells like this, or the word itself."""
    known: Mapping[str, str] = reading.target.catalog.get(section, {})
    return next((portable for portable, spelled in known.items() if spelled == native), native)


def _search(reading: Reading) -> None:
    reading.take("/type")
    images = [{key: value for key, value in image.items() if value} for image in reading.take("/images") or ()]
    reading.say("images", images or None)


def _pipeline(reading: Reading) -> None:
    for param in reading.take("/params") or ():
        reading.say(("pipeline", "params", param["key"]), param.get("value"))
    known = {name: cluster["id"] for name, cluster in reading.target.catalog.get("clusters", {}).items()}
    clusters = [
        {"cluster": name_of(entry["virtual_cluster_id"], known), "nodes": entry["nodes"]}
        for entry in reading.take("/node_virtual_clusters") or ()
    ]
    reading.say_native("nodeClusters", clusters or None)


def _evaluation(reading: Reading) -> None:
    reading.say("name", reading.peek("/model_name"))
    for pointer, path in {"/model_file": "model.file", "/pred_file": "predictions"}.items():
        reading.say(path, (reading.take(pointer) or {}).get("file"))
    if user := reading.take("/user_id"):
        reading.say_native("createdBy", int(user))


def _dataset(reading: Reading) -> None:
    """The body alone does not say where the data are; the importer will say that a spec lacks it."""
    if reading.take("/cover_img"):
        reading.leave_out("/cover_img", "the picture was uploaded before: name its file as `cover`")


def _version(reading: Reading) -> None:
    """The numbers of the platform's own stand for what a spec says by name."""
    number = reading.take("/upload_type")
    source = next((name for name, known in datasets.UPLOAD_TYPES.items() if known == number), "server")
    reading.say(("from", source), reading.take("/upload_path"))
    if source == "zip":
        reading.note("/upload_path", "the file was uploaded before: name the one on this machine")
    reading.leave_out("/dataset_id", "this is the platform's number for the data set, which a spec calls by its name")
    if reading.peek("/parent_version_id"):
        reading.leave_out("/parent_version_id", "this is the platform's number for a version; `parent` counts versions")


READERS: Mapping[str, Callable[[Reading], None]] = {
    "training": _training,
    "quota": _quota,
    "search": _search,
    "pipeline": _pipeline,
    "evaluation": _evaluation,
    "dataset": _dataset,
    "version": _version,
}
