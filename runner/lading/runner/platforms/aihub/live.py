"""How AIHub tells of work that it was asked for, of every kind (``aihub/models`` of the vendor's own client)."""

import re
from collections.abc import Mapping
from typing import Any

from lading.runner.http.answer import field
from lading.runner.live import Telling, live_body
from lading.runner.platforms.aihub import protocol

TELLING = Telling(
    adds=frozenset(
        {"id", "status", "message", "username", "created_at", "started_at", "finished_at", "update_at"}
        | {"mtp_id", "virtual_cluster", "storages", "namespace", "res_name", "category", "project", "avg_gpu_util"}
        | {"cluster_partition", "stop_op_user", "use_new_log", "remain_schedule_cnt", "source_task"}
        | {"duration", "pipeline_name", "pipeline_version_name", "task_nodes", "total_gpu_time"}
        | {"feature_lib_name", "result_url", "results"}
        | {"versions", "version", "data_size", "data_count", "parquet_index_path", "ext_info", "file_storage_path"}
    ),
    fills={"notify_type": 1, "priority": 1},
    hides=frozenset({"user_id", "create_by", "use_cache", "is_vip", "preempt_policy", "vip_node_names"}),
    sets=frozenset({"storage_ids", "tags", "access_user_ids"}),
)
"""What a record has that no request said. It says neither who asked in another one's name nor how caches were used, and
what it says of preemption is the cluster's own."""

OBJECTS: Mapping[str, str] = {
    "virtual_cluster_id": "virtual_cluster",
    "category_id": "category",
    "project_id": "project",
}
"""What a request gives the number of, and where a record has the whole object."""

_MARK = re.compile(r"\[lading:[a-z0-9-]{1,60}\] ?", re.ASCII)


def body(sent: Mapping[str, Any], row: Mapping[str, Any]) -> dict[str, Any]:
    """The body that would make the work as the record has it."""
    return live_body(sent, _told(row), TELLING)


def _told(row: Mapping[str, Any]) -> dict[str, Any]:
    """The record in the words of a request, without our mark."""
    told = dict(row)
    for name, place in OBJECTS.items():
        if row.get(place) is not None:
            told[name] = field(row, place, "id", of=int)
    if "storages" in row:
        told["storage_ids"] = [field(each, "id", of=int) for each in protocol.rows(row["storages"])]
    return {**told, "description": _MARK.sub("", field(row, "description", of=str, default=""))}
