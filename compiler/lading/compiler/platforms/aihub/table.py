"""What AIHub makes of each field of the language, by kind. Sources: its OpenAPI manual, and its client on PyPI,
intellif-aihub 0.1.54.

Both kinds of task have one table: where they differ, the row's ``convert`` looks at ``native.aihub.product``.
"""

from collections.abc import Mapping
from typing import Any

from lading.compiler.capability import (
    DROPPED,
    EMULATED,
    EXACT,
    GIB,
    RECORDED,
    REFUSED,
    ROUNDED,
    SECOND,
    Convert,
    Fidelity,
    Row,
    Table,
)
from lading.compiler.platforms.aihub import convert, names
from lading.compiler.secrets import exposed

OTHER_KINDS = (
    "AIHub runs jobs, searches, registered pipelines and evaluations, and keeps data sets; "
    "services and workflows are set up on its own pages"
)


def _by_skus(decide: Convert) -> Row:
    return Row(Fidelity.ROUNDED, "sku_cnt", why="a cluster is given out in whole SKUs", convert=decide)


LEDGER: Mapping[str, Row] = {"labels": RECORDED(), "annotations": RECORDED()}
DESCRIBED: Mapping[str, Row] = {"name": EXACT("/name"), "description": EXACT("/description"), **LEDGER}

TASK = Table(
    {
        **DESCRIBED,
        # the program
        "image": EXACT("/image", needed="a task runs in a container"),
        "pull": EXACT("/always_pull_image", convert=convert.pull, read=convert.pull_of),
        "command": EXACT("command"),
        "args": EXACT("command"),
        "script": EXACT("command"),
        "shell": EXACT("command"),
        "workdir": EMULATED("command", "the command begins with cd"),
        "launch": EXACT("framework", convert=convert.launch),
        "env": EXACT("envs", exposes=exposed("AIHub")),
        "framework": EXACT("/framework", convert=convert.framework, read=convert.framework_of),
        "replicas": EXACT("/instances"),
        "slots": EMULATED("command", "torchrun or mpirun starts them", convert=convert.slots),
        "roles": REFUSED("AIHub makes the roles itself, of instances that are alike: say replicas"),
        "containers": REFUSED("an instance is one container, so nothing can stand beside it"),
        # what it needs
        "resources": EXACT("sku_cnt"),
        "resources.cpu": _by_skus(convert.cpu),
        "resources.memory": _by_skus(convert.memory),
        "resources.gpu.count": _by_skus(convert.gpu_count),
        "resources.gpu.model": EXACT("virtual_cluster_id"),
        "resources.gpu.memory": EMULATED("virtual_cluster_id", "chooses a cluster", convert=convert.gpu_memory),
        "resources.shm": ROUNDED("shm", GIB, convert=convert.shm),
        "resources.disk": DROPPED("local space is what the node has"),
        "network": EXACT(""),
        "network.rdma": EXACT("/use_ib_network"),
        "mounts": EXACT("storage_ids"),
        "mounts[].volume": EXACT("storage_ids", convert=convert.volume),
        "mounts[].path": EXACT("", convert=convert.mount_path),
        "mounts[].readOnly": DROPPED("the storage's own permission holds", convert=convert.read_only),
        "mounts[].subPath": REFUSED("a storage is mounted whole: say so in the paths that the program uses"),
        "mounts[].nfs": DROPPED("only storages that AIHub knows are mounted: register it there, and in the catalog"),
        "mounts[].host": DROPPED("only storages that AIHub knows are mounted: register it there, and in the catalog"),
        "mounts[].tmpfs": DROPPED("only storages are mounted: /dev/shm is memory, as large as `resources.shm`"),
        "mounts[].disk": DROPPED("only storages are mounted: local space is what the node has"),
        "ports": EMULATED("", "the program listens inside its own container, and AIHub opens no port"),
        "ports[].publish": REFUSED("nothing outside reaches a task: log in with `ssh: true`, and use a tunnel"),
        "probes": DROPPED("nothing probes a program here"),
        "ssh": EXACT("/enable_ssh"),
        # when it runs
        "schedule": EXACT(""),
        "schedule.queue": EXACT("virtual_cluster_id", convert=convert.queue),
        "schedule.priority": DROPPED(
            "training tasks have none, quota tasks two",
            native="/priority",
            convert=convert.priority,
            read=convert.priority_of,
        ),
        "schedule.timeLimit": EMULATED("command", "timeout ends the program in the command of each instance"),
        "schedule.estimate": EXACT("/estimate_run_time", unit=SECOND),
        "schedule.retries": EMULATED("command", "the command repeats the program", convert=convert.retries),
        "schedule.restart": EMULATED("command", "the command repeats the program", convert=convert.restart),
        "schedule.preemptible": DROPPED("a task keeps what it has", convert=convert.preemptible),
        "schedule.hold": REFUSED("AIHub starts a task as soon as it can: submit it when it may start"),
        "schedule.after": REFUSED("AIHub starts a task whatever became of others: submit it when they have ended"),
        "array": REFUSED("AIHub does not count tasks: `matrix` makes one job for each value"),
    }
)

SEARCH = Table(
    {
        **DESCRIBED,
        "sql": EXACT("/sql"),
        "images": EXACT("images"),
        "images[].box": EXACT("images[].box", convert=names.box),
        "text": EXACT("/keywords"),
        "featureLibrary": EXACT("/feature_lib_id", convert=names.feature_library, read=names.feature_library_of),
        "topK": EXACT("/top_k"),
    }
)

DATASET = Table(
    {
        **DESCRIBED,
        "description": EXACT("/description", read=names.text_of),
        "from": EXACT("upload_path"),
        "tags": EXACT("/tags", convert=names.tags, read=names.tags_of),
        "cover": EXACT("cover_img"),
        "parent": EXACT("parent_version_id"),
    }
)

PIPELINE = Table(
    {
        **DESCRIBED,
        "pipeline.id": EXACT("/pipeline_id", convert=names.numeric, read=names.digits_of),
        "pipeline.version": EXACT(
            "/pipeline_version_id",
            convert=names.numeric,
            read=names.digits_of,
            needed="AIHub runs a version, by its own number",
        ),
        "pipeline.params": EXACT("params", convert=names.text),
    }
)


def _evaluation(first: str, last: str) -> Table:
    """The form has three names of data sets; people differ on which of them is which."""
    return Table(
        {
            "name": RECORDED("an evaluation has no name of its own there; lading's ledger keeps it"),
            "description": RECORDED(),
            **LEDGER,
            "model.name": EXACT("/model_name"),
            "model.type": EXACT("/model_type", values={"face": "3", "body": "4", "plate": "5"}),
            "model.epoch": EXACT("/epoch", convert=names.text, read=names.number_in),
            "model.file": EXACT("model_file"),
            f"datasets.{first}": EXACT("/dataset_name"),
            "datasets.id": EXACT("/id_dataset_name"),
            f"datasets.{last}": EXACT("/gallery_dataset_name"),
            "predictions": EXACT("pred_file"),
        }
    )


EVALUATIONS = {"query": _evaluation("query", "gallery"), "gallery": _evaluation("gallery", "query")}
TABLES = {"job": TASK, "search": SEARCH, "dataset": DATASET, "pipeline": PIPELINE}


def table(kind: str, options: Mapping[str, Any]) -> Table | None:
    """The rows for specs of the kind."""
    if kind == "evaluation":
        return EVALUATIONS[options.get("datasetName", "query")]
    return TABLES.get(kind)
