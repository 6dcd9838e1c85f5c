"""AIHub's services behind one gateway, with the object store beside it at an address of its own.

What a request may hold is asked of the vendor's own models, and what is answered is what they can read.
"""

import secrets
import time
from collections.abc import Callable, Mapping
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field
from email.utils import formatdate
from typing import Any, ClassVar

from aihub.models.data_warehouse import CreateSearchRequest
from aihub.models.dataset_management import CreateDatasetRequest, UploadDatasetVersionRequest
from aihub.models.model_training_platform import CreateTrainingRequest
from aihub.models.quota_schedule_management import CreateTaskRequest
from aihub.models.workflow_center import CreateRunRequest
from pydantic import BaseModel, ValidationError

from servers.platform import PlatformService
from servers.web import Rejected, Reply, Request, Server, Service, as_json, route
from servers.work import Work

MTP, QUOTA = "/model-training-platform/api/v1", "/quota-schedule-management/api/v1"
WORKFLOW, WAREHOUSE = "/workflow-center/api/v1", "/data-warehouse/api/v1"
DATASETS, TAGS = "/dataset-mng/api/v2", "/tag-resource-management/api/v1"
WAITING, RUNNING, SUCCESS, FAILED, STOPPED = range(1, 6)
META, INDEX = 5, 6
VIP = {"is_vip", "preempt_policy", "vip_node_names"}
FRAMEWORKS = {"PyTorchJob", "MpiJobMpiRun", "MpiJobDeepspeed"}
STORAGE = {
    "id": 12,
    "name": "imagenet",
    "path": "/data",
    "server_path": "/export",
    "server_host": "nas.example.org",
    "server_type": "nfs",
    "permission": "r",
    "description": "",
}
SKU = {"cpu": 4, "gpu": 0, "memory": 16}
CLUSTER = {"id": 35, "name": "vc-cpu", "gpu_type": "", "label": "", "sku": SKU}
USER = {"username": "ada", "user_id": 4}


@dataclass
class Item:
    """A piece of work of one kind."""

    kind: str
    number: int
    body: dict[str, Any]
    created: int
    stopped: bool = False
    looks: int = 0
    works: list[Work] = field(default_factory=list)

    @property
    def status(self) -> int:
        """The number of its state."""
        if self.stopped:
            return STOPPED
        codes = [work.exit_code for work in self.works]
        if not codes:
            return WAITING
        if any(codes):
            return FAILED
        return SUCCESS if all(code == 0 for code in codes) else RUNNING

    @property
    def times(self) -> dict[str, int]:
        """When it was made, when it began and when it ended, in milliseconds."""
        ended = [work.ended for work in self.works]
        done = max(ended) if ended and all(ended) else 0  # type: ignore[type-var]
        started = self.works[0].started if self.works else 0
        return {
            "created_at": self.created,
            "started_at": int(started * 1000),
            "finished_at": int((done or 0) * 1000),
        }


class Store(Service):
    """The object store: whoever knows an address gets what is there, and nobody logs in."""

    def __init__(self) -> None:
        super().__init__()
        self.files: dict[str, Callable[[], str]] = {}
        self.takes_ranges = True

    @route("GET", "/{name}")
    def get(self, request: Request, name: str) -> Reply:
        """A file."""
        if name not in self.files:
            return Reply(404, b"<Error><Code>NoSuchKey</Code></Error>", {"content-type": "application/xml"})
        content, wanted = self.files[name]().encode(), request.headers.get("range", "")
        if not wanted or not self.takes_ranges:
            return Reply(200, content)
        start = int(wanted.removeprefix("bytes=").removesuffix("-"))
        if start >= len(content):
            return Reply(416, b"<Error><Code>InvalidRange</Code></Error>")
        range_ = f"bytes {start}-{len(content) - 1}/{len(content)}"
        return Reply(206, content[start:], {"content-range": range_})


class Relay(Service):
    """The relay in front of the object store, with a token of its own."""

    token = "r3lay-t0ken"

    @route("POST", "/upload")
    def upload(self, request: Request) -> Reply:
        """The file is in the bucket."""
        if request.headers.get("token") != self.token:
            return as_json({"code": 401, "msg": "token is wrong"}, 401)
        query = request.query
        if "file" not in request.files() or not query.get("bucket") or not query.get("key"):
            return as_json({"code": 1, "msg": "file, bucket and key are needed"})
        return as_json({"code": 0, "data": {"path": f"s3://{query['bucket']}/{query['key']}", "url": ""}})


@dataclass
class AIHub(PlatformService):
    """The gateway. ``needs_project`` is whether a run must belong to a project, ``unique`` whether names must differ,
    ``newest_first`` how lists are sorted, ``renumbers`` whether what runs again is another run, ``skew``
    by how many seconds its clock is ahead.
    """

    needs_project: bool = True
    renumbers: bool = False
    skew: float = 0.0
    unique: bool = False
    newest_first: bool = True
    tokens: set[str] = field(default_factory=set)
    items: dict[str, dict[int, Item]] = field(default_factory=dict)
    history: list[str] = field(default_factory=list)
    store: Store = field(default_factory=Store)

    name: ClassVar[str] = "aihub"
    environ: ClassVar[Mapping[str, str]] = {"HUB_USER": "ada", "HUB_PASSWORD": "an-0pen-sesame"}

    def __post_init__(self) -> None:
        self.beside = Server(self.store)

    def target(self, url: str) -> dict[str, Any]:
        """A target whose specs need no more than a name and a command."""
        cluster = {"id": 35, "sku": {"cpu": 4, "memory": "16Gi"}}
        return {
            "platform": "aihub",
            "endpoint": url,
            "auth": {"username": {"env": "HUB_USER"}, "password": {"env": "HUB_PASSWORD"}},
            "options": {"quotaShmUnit": "GiB"},
            "defaults": {
                "image": "registry.example.com/base:1",
                "resources": {"cpu": 1, "memory": "1Gi"},
                "native": {"aihub": {"project": 12, "category": "training", "createdBy": 4}},
            },
            "catalog": {"clusters": {"vc-cpu": cluster}},
        }

    def accepted(self) -> list[str]:
        """Everything that was ever made, but for uploads."""
        return list(self.history)

    def kept(self, native_id: str) -> dict[str, Any]:
        """The body as it was read."""
        return self.items[native_id.partition("/")[0]][int(native_id.partition("/")[2])].body

    def expire(self) -> None:
        """No session is left."""
        with self.lock:
            self.tokens.clear()

    def hidden(self) -> list[str]:
        """The password and every token."""
        issued = [
            one.headers["authorization"].removeprefix("Bearer ") for one in self.seen if "authorization" in one.headers
        ]
        return [self.environ["HUB_PASSWORD"], *self.tokens, *issued]

    def admit(self, request: Request) -> None:
        """Everything but the login wants a session."""
        kind, _, token = request.headers.get("authorization", "").partition(" ")
        if request.path != "/api/v1/auth/login" and (kind != "Bearer" or token not in self.tokens):
            raise Rejected(as_json({"code": 401, "message": "token is expired"}, 401))

    @route("POST", "/api/v1/auth/login")
    def log_in(self, request: Request) -> Reply:
        """A session."""
        body = request.json()
        wanted = {"username": self.environ["HUB_USER"], "password": self.environ["HUB_PASSWORD"]}
        if body != wanted:
            raise Rejected(as_json({"code": 1, "msg": "username or password is wrong"}, 401))
        token = secrets.token_urlsafe(24)
        self.tokens.add(token)
        return yes({"id": 4, "token": token})

    # tasks

    @route("POST", f"{MTP}/trainings")
    def create_training(self, request: Request) -> Reply:
        """A training task."""
        return self._task("training", self._body(request, CreateTrainingRequest, VIP))

    @route("POST", f"{QUOTA}/tasks")
    def create_quota(self, request: Request) -> Reply:
        """A quota task."""
        return self._task("quota", self._body(request, CreateTaskRequest))

    @route("GET", f"{MTP}/trainings")
    def list_trainings(self, request: Request) -> Reply:
        """Training tasks."""
        return self._page("training", request)

    @route("GET", f"{QUOTA}/tasks")
    def list_quota(self, request: Request) -> Reply:
        """Quota tasks."""
        return self._page("quota", request)

    @route("GET", f"{MTP}/trainings/{{id}}")
    def get_training(self, request: Request, id: str) -> Reply:  # noqa: A002
        """One training task."""
        return yes(self._shown(self._item("training", id)))

    @route("GET", f"{QUOTA}/tasks/{{id}}")
    def get_quota(self, request: Request, id: str) -> Reply:  # noqa: A002
        """One quota task."""
        return yes(self._shown(self._item("quota", id)))

    @route("POST", f"{MTP}/trainings/{{id}}/stop")
    def stop_training(self, request: Request, id: str) -> Reply:  # noqa: A002
        """A training task is stopped; the answer has no data."""
        return self._stop(self._item("training", id))

    @route("POST", f"{QUOTA}/tasks/{{id}}/stop")
    def stop_quota(self, request: Request, id: str) -> Reply:  # noqa: A002
        """A quota task is stopped."""
        return self._stop(self._item("quota", id))

    @route("GET", f"{MTP}/trainings/{{id}}/pods")
    def pods_of_training(self, request: Request, id: str) -> Reply:  # noqa: A002
        """The pods of a training task."""
        return self._pods(self._item("training", id), request)

    @route("GET", f"{QUOTA}/tasks/{{id}}/pods")
    def pods_of_quota(self, request: Request, id: str) -> Reply:  # noqa: A002
        """The pods of a quota task."""
        return self._pods(self._item("quota", id), request)

    @route("GET", f"{MTP}/trainings/{{id}}/pods/{{pod}}/logs/new")
    def logs_of_training(self, request: Request, id: str, pod: str) -> Reply:  # noqa: A002
        """Where the output of a pod is."""
        return self._logs(self._item("training", id), int(pod))

    @route("GET", f"{QUOTA}/tasks/{{id}}/pods/{{pod}}/logs/new")
    def logs_of_quota(self, request: Request, id: str, pod: str) -> Reply:  # noqa: A002
        """Where the output of a pod is."""
        return self._logs(self._item("quota", id), int(pod))

    # runs of pipelines

    @route("POST", f"{WORKFLOW}/runs")
    def create_run(self, request: Request) -> Reply:
        """A run; its one node prints its parameters."""
        body = self._body(request, CreateRunRequest, optional=set() if self.needs_project else {"project_id"})
        item = self._made("run", body)
        self._rerun(item)
        return yes({"id": item.number})

    @route("GET", f"{WORKFLOW}/runs")
    def list_runs(self, request: Request) -> Reply:
        """Runs."""
        return self._page("run", request)

    @route("GET", f"{WORKFLOW}/runs/{{id}}")
    def get_run(self, request: Request, id: str) -> Reply:  # noqa: A002
        """One run."""
        return yes(self._shown(self._item("run", id)))

    @route("PUT", f"{WORKFLOW}/runs/{{id}}/{{order}}")
    def change_run(self, request: Request, id: str, order: str) -> Reply:  # noqa: A002
        """A run is stopped, or runs again."""
        item = self._item("run", id)
        if order == "stop":
            self._stop(item)
        elif order in {"retry", "resubmit"} and item.status not in {WAITING, RUNNING}:
            item = self._made("run", item.body) if self.renumbers else item
            self._rerun(item)
        else:
            raise no(1, f"the run can not {order}")
        return yes(self._shown(item))

    @route("GET", f"{WORKFLOW}/runs/{{id}}/tasks/{{pod}}/logs")
    def logs_of_node(self, request: Request, id: str, pod: str) -> Reply:  # noqa: A002
        """The output of a node."""
        item = self._item("run", id)
        return yes({"log": item.works[0].output() if item.works else "", "log_s3_url": ""})

    # searches

    @route("POST", f"{WAREHOUSE}/searches")
    def create_search(self, request: Request) -> Reply:
        """A search, which has found something when it is looked at for the third time."""
        item = self._made("search", self._body(request, CreateSearchRequest))
        self.store.files[f"search-{item.number}.csv"] = lambda: "url,score\nhttp://img.example.org/1.jpg,0.9\n"
        return yes({"id": item.number})

    @route("GET", f"{WAREHOUSE}/searches")
    def list_searches(self, request: Request) -> Reply:
        """Searches."""
        return self._page("search", request)

    @route("GET", f"{WAREHOUSE}/searches/{{id}}")
    def get_search(self, request: Request, id: str) -> Reply:  # noqa: A002
        """One search."""
        item = self._item("search", id)
        item.looks += 1
        return yes(self._shown(item))

    # data sets

    @route("POST", "/dataset-mng/api/v1/uploads")
    def upload(self, request: Request) -> Reply:
        """A file is kept."""
        files = request.files()
        if "file" not in files:
            raise no(1, "no file")
        name = f"uploads/{secrets.token_hex(4)}/{files['file'][0]}"
        return yes({"path": name, "url": f"{self.beside.url}/{name}"})

    @route("POST", f"{DATASETS}/datasets")
    def create_dataset(self, request: Request) -> Reply:
        """A data set."""
        return yes({"id": self._made("dataset", self._body(request, CreateDatasetRequest)).number})

    @route("GET", f"{DATASETS}/datasets")
    def list_datasets(self, request: Request) -> Reply:
        """Data sets."""
        return self._page("dataset", request)

    @route("GET", f"{DATASETS}/datasets/{{id}}")
    def get_dataset(self, request: Request, id: str) -> Reply:  # noqa: A002
        """One data set."""
        return yes(self._shown(self._item("dataset", id)))

    @route("POST", f"{DATASETS}/dataset-versions-upload")
    def create_version(self, request: Request) -> Reply:
        """A version, which becomes usable little by little."""
        body = self._body(request, UploadDatasetVersionRequest)
        if body["dataset_id"] not in self.items.get("dataset", {}):
            raise no(2, "there is no such data set")
        return yes({"id": self._made("version", body).number})

    @route("GET", f"{DATASETS}/dataset-versions")
    def list_versions(self, request: Request) -> Reply:
        """Versions."""
        return self._page("version", request)

    @route("GET", f"{DATASETS}/dataset-versions/{{id}}")
    def get_version(self, request: Request, id: str) -> Reply:  # noqa: A002
        """One version."""
        item = self._item("version", id)
        item.looks += 1
        return yes(self._shown(item))

    @route("GET", f"{DATASETS}/dataset-versions-detail")
    def get_version_by_name(self, request: Request) -> Reply:
        """One version, by the name of its data set and its count."""
        name, _, count = request.query.get("name", "").rpartition("/V")
        for item in self.items.get("version", {}).values():
            owner = self.items["dataset"][item.body["dataset_id"]]
            if owner.body["name"] == name and count == "1":
                return yes(self._shown(item))
        raise no(2, "there is no such version")

    # what there is

    @route("GET", f"{MTP}/storages")
    def storages(self, request: Request) -> Reply:
        """The storages."""
        return yes({"data": [STORAGE]})

    @route("GET", f"{TAGS}/select-clusters")
    def clusters(self, request: Request) -> Reply:
        """The clusters that a module can use."""
        sku = {"id": 1, "description": "", "cpu": 4, "memory": 16, "gpu_type": 5, "gpu_memory": 0, "network": 0}
        cluster = {"id": 35, "name": "vc-cpu", "uuid": "", "sku": {**sku, "created_at": 1}, "created_at": 1}
        return yes({"data": [cluster] if request.query.get("module_type") in {"1", "3"} else None})

    @route("GET", f"{TAGS}/select-projects")
    def projects(self, request: Request) -> Reply:
        """The projects."""
        return yes({"data": [{"id": 12, "name": "vision"}]})

    @route("POST", "/api/v2/tasks/import_result")
    def evaluate(self, request: Request) -> Reply:
        """An evaluation of what was handed in."""
        form, files = request.form() or {}, request.files()
        wanted = {
            "model_name",
            "model_type",
            "epoch",
            "dataset_name",
            "id_dataset_name",
            "gallery_dataset_name",
            "user_id",
        }
        if set(form) != wanted or set(files) != {"model_file", "pred_file"}:
            raise no(1, f"the form has {sorted(form)} and {sorted(files)}")
        return yes({"id": self._made("evaluation", form).number})

    def no_route(self, request: Request) -> Reply:
        """The gateway's own page."""
        return Reply(404, b"<html><head><title>404 Not Found</title></head></html>", {"content-type": "text/html"})

    def close(self) -> None:
        """No process is left, and nobody listens."""
        for items in self.items.values():
            for item in items.values():
                for work in item.works:
                    work.close()
        self.beside.close()

    def _body(
        self,
        request: Request,
        model: type[BaseModel],
        more: AbstractSet[str] = frozenset(),
        optional: AbstractSet[str] = frozenset(),
    ) -> dict[str, Any]:
        body = request.json()
        if not isinstance(body, dict):
            raise no(1, "the body is no JSON")
        known = {info.alias or name for name, info in model.model_fields.items()}
        if unknown := set(body) - known - more:
            raise no(1, f"unknown field {min(unknown)}")
        try:
            model.model_validate({**dict.fromkeys(optional, 1), **body}, strict=False)
        except ValidationError as error:
            raise no(1, str(error.errors()[0]["msg"])) from None
        return body

    def _task(self, kind: str, body: dict[str, Any]) -> Reply:
        if body["framework"] not in FRAMEWORKS or body["virtual_cluster_id"] != CLUSTER["id"]:
            raise no(1, "framework or cluster is wrong")
        item = self._made(kind, body)
        if self.runs:
            env = {each["key"]: each["value"] for each in body.get("envs", [])}
            item.works = [Work(["sh", "-c", body.get("command", "true")], env) for _ in range(body["instances"])]
        return yes({"id": item.number})

    def _made(self, kind: str, body: dict[str, Any]) -> Item:
        known = self.items.setdefault(kind, {})
        if self.unique and any(item.body.get("name") == body.get("name") for item in known.values()):
            raise no(8, "the name exists already")
        item = Item(kind, len(known) + 1, body, int((time.time() + self.skew) * 1000))
        known[item.number] = item
        self.history.append(f"{kind}/{item.number}")
        return item

    def _item(self, kind: str, number: str) -> Item:
        item = self.items.get(kind, {}).get(int(number)) if number.isdecimal() else None
        if item is None:
            raise no(2, "not found")
        return item

    def _page(self, kind: str, request: Request) -> Reply:
        name = request.query.get("name", "")
        items = [item for item in self.items.get(kind, {}).values() if name in item.body.get("name", "")]
        listed = paged([self._shown(item) for item in (items[::-1] if self.newest_first else items)], request)
        return listed._replace(headers={**listed.headers, "date": formatdate(time.time() + self.skew, usegmt=True)})

    def _stop(self, item: Item) -> Reply:
        if item.status not in {WAITING, RUNNING}:
            raise no(4, "it has ended")
        item.stopped = True
        for work in item.works:
            work.stop()
        return as_json({"code": 0, "msg": ""})

    def _rerun(self, item: Item) -> None:
        item.stopped = False
        for work in item.works:
            work.close()
        item.works = []
        if self.runs:
            said = " ".join(f"{param['key']}={param['value']}" for param in item.body.get("params", []))
            code = next((param["value"] for param in item.body.get("params", []) if param["key"] == "exit"), "0")
            item.works = [Work(["sh", "-c", 'echo "$1"; exit "$2"', "sh", said, code])]

    def _pods(self, item: Item, request: Request) -> Reply:
        words = {None: "Running", 0: "Succeeded"}
        pods = [
            {
                "id": place + 1,
                "namespace": "default",
                "name": f"{item.kind}-{item.number}-{place}",
                "status": words.get(work.exit_code, "Failed"),
                **item.times,
                "host_ip": "",
                "node_name": "",
                "ssh_port": 0,
                "ssh_info": "",
                "use_new_log": True,
            }
            for place, work in enumerate(item.works)
        ]
        return paged(pods, request)

    def _logs(self, item: Item, pod: int) -> Reply:
        name = f"log-{item.kind}-{item.number}-{pod}"
        self.store.files[name] = item.works[pod - 1].output
        return yes({"logs": [{"name": "main", "url": f"{self.beside.url}/{name}"}]})

    def _shown(self, item: Item) -> dict[str, Any]:
        return SHOWN[item.kind](self, item)

    def _shown_task(self, item: Item) -> dict[str, Any]:
        body = item.body
        asked = {
            "description": "",
            "command": "",
            "shm": 0,
            "estimate_run_time": 0,
            "enable_ssh": False,
            **_without_numbers(body),
        }
        for name in ("use_ib_network", "always_pull_image", "is_quota_schedule", "enable_sys_admin"):
            asked.setdefault(name, False)
        more = {"notify_type": 1, "priority": 1, "enable_reschedule": False}
        return {
            **more,
            **asked,
            **item.times,
            **USER,
            "id": item.number,
            "mtp_id": item.number,
            "virtual_cluster": {**CLUSTER, "id": body["virtual_cluster_id"]},
            "storages": [{**STORAGE, "id": number} for number in reversed(body.get("storage_ids") or [])] or None,
            "namespace": "default",
            "res_name": f"{item.kind}-{item.number}",
            "status": item.status,
            "category": {"id": body["category_id"], "name": ""},
            "project": {"id": body["project_id"], "name": "", "description": ""},
            "avg_gpu_util": 0.0,
            "cluster_partition": "",
            "preempt_policy": 1,
            "stop_op_user": None,
            "use_new_log": True,
            "remain_schedule_cnt": 0,
            "source_task": None,
        }

    def _shown_run(self, item: Item) -> dict[str, Any]:
        io = {"input": "", "output": ""}
        node = {
            "name": "train",
            "params": io,
            "message": "",
            "status": min(item.status, FAILED),
            "namespace": "default",
            "pod_name": f"run-{item.number}-train",
            "started_at": 0,
            "finished_at": 0,
            "dependencies": None,
            "task_id": 0,
            "module_id": 0,
            "module_version": 0,
            "use_cache": False,
            "virtual_cluster": CLUSTER,
            "avg_gpu_util": 0.0,
        }
        return {
            "description": "",
            **_without_numbers(item.body),
            **item.times,
            "id": item.number,
            "duration": 0,
            "pipeline_name": "p",
            "pipeline_version_name": "v1",
            "status": item.status,
            "task_nodes": [node] if item.works else None,
            "username": USER["username"],
            "node_virtual_clusters": None,
            "project": {"id": item.body.get("project_id", 0), "name": ""},
            "avg_gpu_util": 0.0,
            "total_gpu_time": 0.0,
        }

    def _shown_search(self, item: Item) -> dict[str, Any]:
        status = min(item.looks, SUCCESS) if self.runs else WAITING
        blank = {"description": "", "sql": "", "feature_lib_id": 0, "feature_lib_name": "", "keywords": "", "top_k": 0}
        return {
            **blank,
            **item.body,
            "id": item.number,
            "status": max(status, WAITING),
            "message": "",
            "result_url": f"{self.beside.url}/search-{item.number}.csv" if status == SUCCESS else "",
            "results": None,
            "created_at": item.created,
            "username": USER["username"],
        }

    def _shown_dataset(self, item: Item) -> dict[str, Any]:
        own = [one for one in self.items.get("version", {}).values() if one.body["dataset_id"] == item.number]
        versions = [{**self._shown_version(one), "data_count": 0} for one in own]
        dated = {"created_at": item.created, "update_at": item.created}
        return {
            "cover_img": "",
            "is_private": False,
            **_without_numbers(item.body),
            **dated,
            **USER,
            "id": item.number,
            "versions": versions,
        }

    def _shown_version(self, item: Item) -> dict[str, Any]:
        steps = (WAITING, META, INDEX, SUCCESS) if self.runs else (WAITING,)
        return {
            **item.body,
            "id": item.number,
            "version": 1,
            "status": steps[min(item.looks, len(steps) - 1)],
            "message": "",
            "created_at": item.created,
            "user_id": 4,
            "data_size": 0,
            "data_count": 0,
        }


SHOWN: Mapping[str, Callable[[AIHub, Item], dict[str, Any]]] = {
    "training": AIHub._shown_task,
    "quota": AIHub._shown_task,
    "run": AIHub._shown_run,
    "search": AIHub._shown_search,
    "dataset": AIHub._shown_dataset,
    "version": AIHub._shown_version,
}


def paged(rows: list[Any], request: Request) -> Reply:
    """The page of the rows that is asked for."""
    size, page = int(request.query.get("page_size", 20)), int(request.query.get("page_num", 1))
    shown = rows[(page - 1) * size : page * size] or None
    return yes({"total": len(rows), "page_size": size, "page_num": page, "data": shown})


def _without_numbers(body: Mapping[str, Any]) -> dict[str, Any]:
    """The body without what is told as an object, or as who it was, or not at all."""
    left_out = {"virtual_cluster_id", "category_id", "project_id", "storage_ids", "user_id", "create_by", "use_cache"}
    return {name: value for name, value in body.items() if name not in left_out}


def yes(data: Any) -> Reply:
    """Success."""
    return as_json({"code": 0, "msg": "", "data": data})


def no(code: int, message: str) -> Rejected:
    """The platform's no: HTTP is fine with it."""
    return Rejected(as_json({"code": code, "msg": message}))


def serve(**settings: Any) -> AIHub:
    """A gateway with one cluster, one storage and one project."""
    return AIHub(**settings)
