"""Suanli's open API as its vendor's descriptions have it: signatures are verified, and marks do not last."""

import base64
import json
import secrets
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta, timezone
from email.utils import formatdate
from functools import cache, lru_cache
from math import gcd
from pathlib import Path
from typing import Any, ClassVar

import jsonschema
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import padding, rsa

from servers.platform import PlatformService
from servers.web import Rejected, Reply, Request, as_json, route
from servers.work import Work

SCHEMA = Path(__file__).parents[2] / "compiler/lading/compiler/platforms/suanli/payload.schema.json"
MACHINES: tuple[Mapping[str, Any], ...] = (
    {"device_name": "cpu-16", "gpu_name": None, "gpu_count": 0, "gpu_memory": 0, "memory": 32768, "cpu_cores": 16},
    {"device_name": "4090", "gpu_name": "4090", "gpu_count": 1, "gpu_memory": 24560, "memory": 64512, "cpu_cores": 16},
    {"device_name": "H20 x 8", "gpu_name": "H20", "gpu_count": 8, "gpu_memory": 786432, "memory": 1572864}
    | {"cpu_cores": 192},
)
"""What one can rent; ``gpu_memory`` is that of all GPUs together."""

REGIONS = ({"region": "north-1", "region_name": "Hebei 1"}, {"region": "south-2", "region_name": "Guangdong 2"})
SKEW = 300_000
LARGEST_PAGE = 100
WAITING = 999
"""The number of a pod that waits, within its task."""

CHINA = timezone(timedelta(hours=8))

LISTS: Mapping[str, frozenset[str]] = {
    "/api/task/job/detail": frozenset({"task_id"}),
    "/api/task/job/search": frozenset({"status", "search_value", "group_task", "group_id", "page", "page_size"}),
    "/api/deployment/task/points": frozenset({"task_id", "status", "page", "page_size"}),
    "/api/deployment/task/point_log": frozenset({"task_id", "point_id", "service_id"}),
    "/api/deployment/task/pod_event": frozenset({"point_id"}),
    "/api/deployment/resource/search": frozenset({"task_type", "device_type"}),
    "/api/storage/get_storage": frozenset({"storage_type", "status", "page", "page_size"}),
    "/api/storage/nas/v1/list": frozenset({"regions", "storage_class", "statuses", "storage_ids", "page", "page_size"}),
}
"""The fields of the query that each question knows."""

STORAGES: Mapping[str, Sequence[Mapping[str, Any]]] = {
    "Juicefs": [{"storage_id": 2038, "storage_name": "imagenet"}],
    "ShareStorage": [{"storage_id": 2037, "storage_name": "home"}, {"storage_id": 2039, "storage_name": "home"}],
}
VOLUMES: Sequence[Mapping[str, Any]] = [{"storage_id": 1001, "name": "results", "region": {"tag": "north-1"}}]


@cache
def key() -> rsa.RSAPrivateKey:
    """A key pair of nobody's, made once, because that takes long."""
    return rsa.generate_private_key(65537, 2048)


@cache
def private_text() -> str:
    """The private half, as the console gives it: bare Base64."""
    form = serialization.PrivateFormat.PKCS8
    data = key().private_bytes(serialization.Encoding.DER, form, serialization.NoEncryption())
    return base64.b64encode(data).decode()


@cache
def validator(tolerates: bool) -> jsonschema.Draft202012Validator:
    """What the platform's own description takes; what it only echoes is not in it, nor taken but by one that tolerates
    what it does not know.
    """
    left_out = {"additionalProperties"} if tolerates else set()
    return jsonschema.Draft202012Validator(_of_requests(json.loads(SCHEMA.read_text()), left_out))


def _of_requests(schema: Any, left_out: set[str]) -> Any:
    if isinstance(schema, list):
        return [_of_requests(item, left_out) for item in schema]
    if not isinstance(schema, dict):
        return schema
    known = {name: item for name, item in schema.items() if not (isinstance(item, dict) and item.get("readOnly"))}
    return {name: _of_requests(item, left_out) for name, item in known.items() if name not in left_out}


@lru_cache(maxsize=256)
def problem_of(text: str, tolerates: bool) -> str:
    """What the description has against the body; bodies of one job are alike but for its name and its marks."""
    error = next(validator(tolerates).iter_errors(json.loads(text)), None)
    return str(error.message)[:200] if error else ""


@dataclass
class Pod:
    """One pod, and the processes of its containers."""

    number: int
    name: str
    works: list[Work]

    @property
    def code(self) -> int | None:
        """What it ended with; None while it runs."""
        codes = [work.exit_code for work in self.works]
        return next((code for code in codes if code), None if None in codes else 0)


@dataclass
class Task:
    """A task and its pods, so many of them at work as may be at the same time. One that ``waits`` has a pod for which
    there is no room yet.
    """

    number: int
    body: dict[str, Any]
    created: float
    runs: bool
    stopped: bool = False
    waits: bool = False
    pods: list[Pod] = field(default_factory=list)

    @property
    def points(self) -> int:
        """How many pods must succeed."""
        return int(self.body["points"])

    @property
    def is_indexed(self) -> bool:
        """Whether each has a number."""
        return bool(self.body["job_support"]["mod_param"].get("index"))

    @property
    def deployment(self) -> str:
        """What the platform itself calls it."""
        return f"job-{self.number}-olueehus"

    def state(self) -> tuple[str, str]:
        """The status, and how it has ended."""
        if self.stopped:
            return "End", "Manual"
        if not self.runs:
            return "Pending", "Pending"
        self._go_on()
        codes = [pod.code for pod in self.pods]
        if codes.count(0) >= self.points:
            return "End", "Complete"
        is_at_work = None in codes or self._next() is not None
        return ("Running", "Running") if is_at_work else ("End", "Failed")

    def stop(self) -> None:
        """It has ended, and nothing of it runs."""
        self.stopped = True
        for work in self._works():
            work.stop()

    def close(self) -> None:
        """Nothing of it is left."""
        for work in self._works():
            work.close()

    def _go_on(self) -> None:
        """Pods are started while there are some to start and room for them; one that failed is tried again."""
        while (number := self._next()) is not None and self._active() < self.body["job_support"]["parallelism"]:
            middle = f"-{number}" if self.is_indexed else ""
            name = f"{self.deployment}{middle}-{secrets.token_hex(3)[:5]}"
            self.pods.append(Pod(number, name, started(self.body, number if self.is_indexed else None, name)))

    def _next(self) -> int | None:
        """The number of the pod that is to be started next; None where none is."""
        (mode,) = filter(None, self.body["job_support"]["mod_param"].values())
        codes = [(pod.number, pod.code) for pod in self.pods]  # at one moment: a pod may end between two looks
        failed = [number for number, code in codes if code]
        alive = {number for number, code in codes if not code}
        missing = [number for number in range(self.points) if number not in alive]
        if "backoff_limit" in mode:
            return missing[0] if missing and len(failed) <= mode["backoff_limit"] else None
        lost = [number for number in set(failed) if failed.count(number) > mode["index_backoff_limit"]]
        if len(lost) > mode.get("max_failed_index", self.points):
            return None
        return next((number for number in missing if number not in lost), None)

    def _active(self) -> int:
        return sum(pod.code is None for pod in self.pods)

    def _works(self) -> Iterator[Work]:
        return (work for pod in self.pods for work in pod.works)


@dataclass
class Suanli(PlatformService):
    """One account. What is not known of the platform are settings: ``search`` is how names are searched (by any
    ``part``, their ``start`` or the ``whole``), ``newest_first`` how tasks are ordered, ``tolerates`` whether keys that
    nobody knows are ignored, ``largest_page`` how many rows a page has at most. ``rsa`` is the mode of its key.
    """

    rsa: bool = True
    search: str = "part"
    newest_first: bool = True
    tolerates: bool = False
    largest_page: int = LARGEST_PAGE
    tasks: dict[int, Task] = field(default_factory=dict)
    history: list[str] = field(default_factory=list)
    marks: dict[str, tuple[str, str]] = field(default_factory=dict)
    machines: list[Mapping[str, Any]] = field(default_factory=lambda: list(MACHINES))
    inventory: int = 8
    token: str = "0b5cure-t0ken"
    polls: list[tuple[float, str]] = field(default_factory=list)

    name: ClassVar[str] = "suanli"

    @property
    def environ(self) -> Mapping[str, str]:  # type: ignore[override]
        """The token and the private key."""
        return {"SUANLI_TOKEN": "0b5cure-t0ken", "SUANLI_KEY": private_text()}

    def target(self, url: str) -> dict[str, Any]:
        """A target whose specs need no more than a name and a command."""
        machine = {"deviceName": "cpu-16", "region": "north-1", "cpu": 16, "memory": "32Gi"}
        auth = {"token": {"env": "SUANLI_TOKEN"}, **({"privateKey": {"env": "SUANLI_KEY"}} if self.rsa else {})}
        return {
            "platform": "suanli",
            "endpoint": url,
            "auth": auth,
            "defaults": {"image": "registry.example.com/base:1", "schedule": {"timeLimit": "1h"}},
            "catalog": {"resources": {"cpu-16": machine}},
        }

    def accepted(self) -> list[str]:
        """The numbers of all tasks that were ever made."""
        return list(self.history)

    def kept(self, native_id: str) -> dict[str, Any]:
        """The body as it was read."""
        return self.tasks[int(native_id)].body

    def expire(self) -> None:
        """The key was taken back in the console."""
        self.token = "another"

    def expire_marks(self) -> None:
        """No mark that was given out until now is good any more."""
        with self.lock:
            self.marks.clear()

    def hidden(self) -> list[str]:
        """The token, the private key, and every signature that came."""
        signatures = {request.headers.get("sign_str", "") for request in self.seen}
        return [*self.environ.values(), *filter(None, signatures)]

    def admit(self, request: Request) -> None:
        """The token, the time and the signature are right, and the query has what is known."""
        headers, known = request.headers, LISTS.get(request.path, frozenset())
        if headers.get("token") != self.token or headers.get("version") != "1.0.0":
            raise no("C001", "token is wrong")
        stamp = headers.get("timestamp", "")
        if len(stamp) != 13 or not stamp.isdecimal() or abs(int(stamp) - time.time() * 1000) > SKEW:
            raise no("C004", "timestamp is wrong")
        if self.rsa != bool(headers.get("sign_str")):
            raise no("C005", "sign_str does not go with this kind of key")
        if self.rsa:
            verify(request)
        if strange := request.query.keys() - known:
            raise no("C006", f"{min(strange)} is not known")
        if request.path.endswith(("/detail", "/job/search")):
            self.polls.append((time.monotonic(), request.target))

    @route("POST", "/api/task/job/create")
    def create(self, request: Request) -> Reply:
        """A new task, with a number."""
        body = request.json()
        if problem := self._wrong(body):
            raise no("C006", problem)
        task = Task(4000 + len(self.history), body, time.time(), self.runs)
        self.tasks[task.number] = task
        self.history.append(str(task.number))
        task.state()
        return yes({"task_id": task.number})

    @route("GET", "/api/task/job/detail")
    def detail(self, request: Request) -> Reply:
        """One task, with all that the server adds."""
        task = self._task(request.query.get("task_id", ""))
        more = {"deployment_name": task.deployment, "billing_points": 0, "billing_time": 0, "task_tags": None}
        return yes({**self._shown(task), **more, "create_time": _time(task.created, "T", "")})

    @route("GET", "/api/task/job/search")
    def find(self, request: Request) -> Reply:
        """One page of the tasks."""
        wanted, states = request.query.get("search_value", ""), request.query.get("status")
        ordered = reversed(self.tasks.values()) if self.newest_first else iter(self.tasks.values())
        named = [task for task in ordered if self._is_named(task, wanted)]
        found = [task for task in named if states is None or task.state()[0] in states.split(",")]
        page = [{**self._shown(task), "task_type": "Job"} for task in self._page(request, found)]
        return yes({"count": len(found), "results": page})

    @route("POST", "/api/task/job/stop")
    def stop(self, request: Request) -> Reply:
        """A task that has not ended is told to."""
        body = request.json()
        if not isinstance(body, dict) or body.keys() != {"task_id"} or type(body["task_id"]) is not int:
            raise no("C006", "task_id is wrong")
        task = self._task(str(body["task_id"]))
        if task.state()[0] not in {"Pending", "Running"}:
            raise no("C008", "task can not be stopped")
        task.stop()
        return yes(None)

    @route("GET", "/api/deployment/task/points")
    def points(self, request: Request) -> Reply:
        """A page of the pods of a task, which are numbered over all tasks."""
        task = self._task(request.query.get("task_id", ""))
        task.state()
        pods = list(enumerate(task.pods))
        rows = [self._point(task, place, pod) for place, pod in self._page(request, pods)]
        if task.waits:
            rows = [{"point_id": task.number * 1000 + WAITING, "name": "pod", "status": "Pending", "containers": []}]
        return yes({"count": max(len(pods), len(rows)), "results": rows})

    @route("GET", "/api/deployment/task/point_log")
    def log(self, request: Request) -> Reply:
        """The output of one container of one pod."""
        query = request.query
        task = self._task(query.get("task_id", ""))
        pod, place = self._pod(query.get("point_id", "")), int(query.get("service_id", -1)) - task.number * 10
        if pod not in task.pods or not 0 <= place < len(pod.works):
            raise no("C007", "no such point")
        return yes({"logs": pod.works[place].output()})

    @route("GET", "/api/deployment/task/pod_event")
    def events(self, request: Request) -> Reply:
        """What has happened to a pod."""
        number = request.query.get("point_id", "")
        said = [
            ("Normal", "Queued", "waiting for a machine"),
            ("Warning", "FailedScheduling", "0/3 nodes are available"),
        ]
        if not number.endswith(str(WAITING)):
            said = [("Normal", "Scheduled", f"Successfully assigned {self._pod(number).name}")]
        more = {"event_time": _time(time.time(), "T", ""), "service": None}
        events = [{"type": kind, "reason": reason, "message": message, **more} for kind, reason, message in said]
        return yes({"events": events})

    @route("GET", "/api/deployment/resource/search")
    def resources(self, request: Request) -> Reply:
        """The machines there are, each with a mark of this moment."""
        kinds = request.query.get("device_type", "").split(",")
        if request.query.get("task_type") != "Job" or not set(kinds) <= {"GpuDevice", "CpuDevice"}:
            raise no("C006", "task_type or device_type is wrong")
        found = [each for each in self.machines if ("GpuDevice" if each["gpu_count"] else "CpuDevice") in kinds]
        rows = [{**each, "disk_size": 81920, "regions": [self._place(each, r) for r in REGIONS]} for each in found]
        return yes({"count": len(rows), "results": rows})

    @route("GET", "/api/storage/get_storage")
    def storages(self, request: Request) -> Reply:
        """A page of the storages of one kind."""
        kind = request.query.get("storage_type", "")
        if kind not in STORAGES or request.query.get("status") not in {"Activate", "Unactivated"}:
            raise no("C006", "storage_type or status is wrong")
        found = STORAGES[kind] if request.query["status"] == "Activate" else []
        rows = [{**row, "storage_type": kind} for row in self._page(request, found)]
        return yes({"count": len(found), "results": rows})

    @route("GET", "/api/storage/nas/v1/list")
    def nas(self, request: Request) -> Reply:
        """A page of the volumes."""
        rows = [{**row, "status": "Active"} for row in self._page(request, VOLUMES)]
        return yes({"count": len(VOLUMES), "results": rows})

    def no_route(self, request: Request) -> Reply:
        """The gateway's own answer."""
        return as_json({"timestamp": "2024-01-02T15:04:05", "status": 404, "error": "Not Found"}, 404)

    def close(self) -> None:
        """No process is left."""
        for task in self.tasks.values():
            task.close()

    def _page(self, request: Request, found: Sequence[Any]) -> Sequence[Any]:
        page, size = (int(request.query.get(name, usual)) for name, usual in (("page", 1), ("page_size", 10)))
        size = min(size if size > 0 else 10, self.largest_page)
        return found[(max(page, 1) - 1) * size : max(page, 1) * size]

    def _place(self, machine: Mapping[str, Any], region: Mapping[str, Any]) -> dict[str, Any]:
        mark = base64.b64encode(secrets.token_bytes(12)).decode()
        self.marks[mark] = (machine["device_name"], region["region"])
        resource = {**machine, "region": region["region"]}
        prices = {"price": 466, "discount_price": 466}
        return {**region, "mark": {"mark": mark, "resource": resource}, **prices, "inventory": self.inventory}

    def _task(self, number: str) -> Task:
        task = self.tasks.get(int(number)) if number.isdecimal() else None
        if task is None:
            raise no("C002", "task is not found")
        return task

    def _pod(self, number: str) -> Pod:
        task, place = divmod(int(number) if number.isdecimal() else -1, 1000)
        pods = self.tasks[task].pods if task in self.tasks else []
        if place >= len(pods):
            raise no("C007", "no such point")
        return pods[place]

    def _point(self, task: Task, place: int, pod: Pod) -> dict[str, Any]:
        status = {None: "Running", 0: "Succeeded"}.get(pod.code, "Failed")
        containers = [
            {
                "service_name": service["service_name"],
                "exit_code": None if work.exit_code is None else str(work.exit_code),
                "reason": "Error" if work.exit_code else None,
                "message": None,
            }
            for service, work in zip(task.body["services"], pod.works, strict=True)
        ]
        restarts = {"restart_count": 0, "last_restart_time": None}
        point = {"point_id": task.number * 1000 + place, "name": pod.name, "status": status}
        return {**point, "containers": containers, "runing_time": 1, "describe_dto": restarts}

    def _is_named(self, task: Task, wanted: str) -> bool:
        name = str(task.body["task_name"])
        return {"part": wanted in name, "start": name.startswith(wanted), "whole": wanted in {"", name}}[self.search]

    def _wrong(self, body: Any) -> str:
        """What is wrong with a body: of its form, then of its marks and weights."""
        if not isinstance(body, dict):
            return "the body is no JSON object"
        if problem := problem_of(_alike(body), self.tolerates):
            return problem
        named = [self.marks.get(candidate["mark"]) for candidate in body["resources"]]
        if None in named:
            return "mark is wrong"
        names = {name for name, _ in filter(None, named)}
        counts = [each["gpu_count"] for each in self.machines if each["device_name"] in names]
        weights = sum(service["resource_weight"]["gpu_weight"] for service in body["services"])
        if weights <= 0 or gcd(*counts) % weights:
            return "gpu_weight is wrong"
        support = body["job_support"]
        if "estimated_exec_sec" in support and support["estimated_exec_sec"] >= support["timeout_sec"]:
            return "estimated_exec_sec is wrong"
        return ""

    def _shown(self, task: Task) -> dict[str, Any]:
        """The task as it is told of: what was asked for, null for what was not, and what the server knows."""
        status, inner = task.state()
        codes = [pod.code for pod in task.pods]
        modes = {"default": None, "index": None, **task.body["job_support"]["mod_param"]}
        services = [
            {**_service(service), "service_id": task.number * 10 + place, "registered_ports": None}
            for place, service in enumerate(task.body["services"])
        ]
        return {
            "sub_type": None,
            **task.body,
            "task_id": task.number,
            "schedule_status": None,
            "status": status,
            "runing_points": codes.count(None),
            "billing_value": 0,
            "forecast_value": 466,
            "job_support": {"estimated_exec_sec": None, **task.body["job_support"], "mod_param": modes},
            "job_status": {
                "create_time": _utc(task.created),
                "status": inner,
                "completion_time": _utc(self._ended(task)) if inner == "Complete" else None,
                "active_pods": codes.count(None),
                "succeeded_pods": codes.count(0),
                "failed_pods": sum(bool(code) for code in codes),
                "completion_mode": "Indexed" if task.is_indexed else "NonIndexed",
            },
            "create_time": _time(task.created, " ", " "),
            "services": services,
        }

    def _ended(self, task: Task) -> float:
        return max(work.ended or 0.0 for pod in task.pods for work in pod.works)


def verify(request: Request) -> None:
    """The signature is one over exactly what came."""
    said = f"{request.target}\n1.0.0\n{request.headers['timestamp']}\n{request.headers['token']}\n".encode()
    try:
        signature = base64.b64decode(request.headers["sign_str"], validate=True)
        key().public_key().verify(signature, said + request.body, padding.PKCS1v15(), hashes.SHA256())
    except (ValueError, InvalidSignature):
        raise no("C005", "sign_str is wrong") from None


def started(body: Mapping[str, Any], number: int | None, name: str) -> list[Work]:
    """The processes of one pod."""
    index = {} if number is None else {"JOB_COMPLETION_INDEX": str(number)}
    works = []
    for service in body["services"]:
        script = service.get("start_script") or {"command": ["true"], "args": []}
        env = {each["name"]: each.get("value", name) for each in service.get("env", [])}
        works.append(Work([*script["command"], *script["args"]], {**env, **index}))
    return works


def yes(data: Any) -> Reply:
    """Success."""
    reply = as_json({"code": "0000", "message": "success", "data": data})
    return reply._replace(headers={**reply.headers, "date": formatdate(usegmt=True)})


def no(code: str, message: str) -> Rejected:
    """The platform's no: HTTP is fine with it."""
    reply = as_json({"code": code, "message": message, "data": None})
    return Rejected(reply._replace(headers={**reply.headers, "date": formatdate(usegmt=True)}))


def serve(**settings: Any) -> Suanli:
    """An account with a key in RSA mode."""
    return Suanli(**settings)


def _service(service: Mapping[str, Any]) -> dict[str, Any]:
    """A container as it is told of: an address for each port, and no password."""
    blank: dict[str, Any] = {"health_checks": None, "env": None, "remote_ports": None, "storage_config": []}
    ports = [
        {**port, "url": f"https://{port['service_port']}.example.org"} for port in service.get("remote_ports") or ()
    ]
    env = [{"value_from": None, **each} for each in service.get("env") or ()]
    more = {**({"remote_ports": ports} if ports else {}), **({"env": env} if env else {})}
    return {**blank, **service, **more, "repository_account": None, "is_update_repository": None}


def _alike(body: Mapping[str, Any]) -> str:
    """The body with one name and one mark for all."""
    resources = body.get("resources")
    same = [{**each, "mark": "m"} if isinstance(each, dict) and each.get("mark") else each for each in resources or ()]
    own = {"resources": same} if isinstance(resources, list) else {}
    return json.dumps({**body, **own, **({"task_name": "n"} if body.get("task_name") else {})}, sort_keys=True)


def _time(seconds: float, middle: str, gap: str) -> str:
    """The two ways in which the platform writes when a task was made."""
    found = datetime.fromtimestamp(seconds, CHINA).isoformat(middle, "microseconds")
    return f"{found[:-6]}{gap}{found[-6:]}"


def _utc(seconds: float) -> str:
    return datetime.fromtimestamp(seconds, UTC).isoformat(timespec="seconds").replace("+00:00", "Z")
