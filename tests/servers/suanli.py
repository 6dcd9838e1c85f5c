"""Suanli's open API as its vendor's descriptions have it: signatures are verified, and marks do not last."""

import base64
import json
import secrets
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from email.utils import formatdate
from functools import cache
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
MACHINES = (
    {"device_name": "cpu-16", "gpu_count": 0, "gpu_memory": 0, "memory": 32768, "cpu_cores": 16},
    {"device_name": "4090", "gpu_name": "4090", "gpu_count": 1, "gpu_memory": 24560, "memory": 64512, "cpu_cores": 16},
)
REGIONS = ({"region": "north-1", "region_name": "Hebei 1"}, {"region": "south-2", "region_name": "Guangdong 2"})
SKEW = 300_000


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
def validator() -> jsonschema.Draft202012Validator:
    """What the platform's own description takes; what it only echoes is not in it."""
    schema = json.loads(SCHEMA.read_text())
    own = {name: value for name, value in schema["properties"].items() if not value.get("readOnly")}
    return jsonschema.Draft202012Validator({**schema, "properties": own})


@dataclass
class Task:
    """A task, its pods and their processes: of each pod one for each container."""

    number: int
    body: Mapping[str, Any]
    created: float
    stopped: bool = False
    pods: list[tuple[str, list[Work]]] = field(default_factory=list)

    def state(self) -> tuple[str, str]:
        """The status, and how it has ended."""
        if self.stopped:
            return "End", "Manual"
        if not self.pods:
            return "Pending", "Pending"
        codes = [pod_code(works) for _, works in self.pods]
        if any(codes):
            return "End", "Failed"
        return ("End", "Complete") if all(code == 0 for code in codes) else ("Running", "Running")


@dataclass
class Suanli(PlatformService):
    """One account. ``rsa`` is whether its key is in RSA mode, ``search`` how names are searched: by ``part`` or not."""

    rsa: bool = True
    search: str = "part"
    tasks: dict[int, Task] = field(default_factory=dict)
    history: list[str] = field(default_factory=list)
    marks: dict[str, tuple[str, str]] = field(default_factory=dict)
    waiting: dict[int, str] = field(default_factory=dict)
    """Pods that have no process yet, by the number of their task."""

    inventory: int = 8
    token: str = "0b5cure-t0ken"

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

    def expire(self) -> None:
        """The key was taken back in the console."""
        self.token = "another"

    def expire_marks(self) -> None:
        """No mark that was given out until now is good any more."""
        with self.lock:
            self.marks.clear()

    def hidden(self) -> list[str]:
        """The token, and the private key."""
        return list(self.environ.values())

    def admit(self, request: Request) -> None:
        """The token, the time and the signature are right."""
        headers = request.headers
        if headers.get("token") != self.token or headers.get("version") != "1.0.0":
            raise no("C001", "token is wrong")
        stamp = headers.get("timestamp", "")
        if len(stamp) != 13 or abs(int(stamp) - time.time() * 1000) > SKEW:
            raise no("C004", "timestamp is wrong")
        if not self.rsa:
            return
        said = f"{request.target}\n1.0.0\n{stamp}\n{headers['token']}\n".encode() + request.body
        try:
            signature = base64.b64decode(headers.get("sign_str", ""), validate=True)
            key().public_key().verify(signature, said, padding.PKCS1v15(), hashes.SHA256())
        except (ValueError, InvalidSignature):
            raise no("C005", "sign_str is wrong") from None

    @route("POST", "/api/task/job/create")
    def create(self, request: Request) -> Reply:
        """A new task, with a number."""
        body = request.json()
        if problem := self._wrong(body):
            raise no("C006", problem)
        task = Task(4000 + len(self.history), body, time.time())
        self.tasks[task.number] = task
        self.history.append(str(task.number))
        if self.runs:
            task.pods = [(f"pod-{task.number}-{place}", started(body, place)) for place in range(body["points"])]
        return yes({"task_id": task.number})

    @route("GET", "/api/task/job/detail")
    def detail(self, request: Request) -> Reply:
        """One task, with all that the server adds."""
        return yes(self._shown(self._task(request.query.get("task_id", ""))))

    @route("GET", "/api/task/job/search")
    def find(self, request: Request) -> Reply:
        """One page of the tasks, the newest first."""
        query = request.query
        states, wanted = query.get("status", "").split(","), query.get("search_value", "")
        page, size = int(query.get("page", 1)), min(int(query.get("page_size", 10)), 100)
        known = list(reversed(self.tasks.values()))
        found = [task for task in known if task.state()[0] in states and self._is_named(task, wanted)]
        rows = [self._shown(task) for task in found[(page - 1) * size : page * size]]
        return yes({"count": len(found), "results": rows})

    @route("POST", "/api/task/job/stop")
    def stop(self, request: Request) -> Reply:
        """A task that has not ended is told to."""
        task = self._task(str((request.json() or {}).get("task_id")))
        if task.state()[0] == "End":
            raise no("C008", "task can not be stopped")
        task.stopped = True
        for _, works in task.pods:
            for work in works:
                work.stop()
        return yes(None)

    @route("GET", "/api/deployment/task/points")
    def points(self, request: Request) -> Reply:
        """The pods of a task."""
        task = self._task(request.query.get("task_id", ""))
        rows = [
            {
                "point_id": name,
                "status": {None: "Running", 0: "Succeeded"}.get(pod_code(works), "Failed"),
                "containers": [{"exit_code": work.exit_code or 0, "reason": "", "message": ""} for work in works],
            }
            for name, works in task.pods
        ]
        if task.number in self.waiting:
            rows.append({"point_id": self.waiting[task.number], "status": "Pending", "containers": []})
        return yes({"count": len(rows), "results": rows})

    @route("GET", "/api/deployment/task/point_log")
    def log(self, request: Request) -> Reply:
        """The output of one container of one pod."""
        query = request.query
        task = self._task(query.get("task_id", ""))
        works = dict(task.pods).get(query.get("point_id", ""))
        place = int(query.get("service_id", -1)) - task.number * 10
        if works is None or not 0 <= place < len(works):
            raise no("C007", "no such point")
        return yes({"logs": works[place].output()})

    @route("GET", "/api/deployment/task/pod_event")
    def events(self, request: Request) -> Reply:
        """What happened to one pod."""
        wanted = request.query.get("point_id", "")
        known = {name for task in self.tasks.values() for name, _ in task.pods} | set(self.waiting.values())
        if wanted not in known:
            raise no("C007", "no such point")
        return yes(
            [{"reason": "Scheduled", "message": "found a machine"}, {"reason": "Pulling", "message": "pulling a/b:1"}]
        )

    @route("GET", "/api/deployment/resource/search")
    def resources(self, request: Request) -> Reply:
        """The machines there are, each with a mark of this moment."""
        wants_gpus = request.query.get("device_type") == "GpuDevice"
        if request.query.get("task_type") != "Job":
            raise no("C006", "task_type is wrong")
        found = [machine for machine in MACHINES if bool(machine["gpu_count"]) == wants_gpus]
        return yes(
            {"results": [{**machine, "regions": [self._place(machine, r) for r in REGIONS]} for machine in found]}
        )

    @route("GET", "/api/storage/get_storage")
    def storages(self, request: Request) -> Reply:
        """The storages of one kind."""
        known = {"Juicefs": [{"storage_id": 2038, "storage_name": "imagenet"}], "ShareStorage": []}
        return yes({"results": known.get(request.query.get("storage_type", ""), [])})

    @route("GET", "/api/storage/nas/v1/list")
    def nas(self, request: Request) -> Reply:
        """There is no NAS."""
        return yes(None)

    def no_route(self, request: Request) -> Reply:
        """The gateway's own answer."""
        return as_json({"timestamp": "2024-01-02T15:04:05", "status": 404, "error": "Not Found"}, 404)

    def close(self) -> None:
        """No process is left."""
        for task in self.tasks.values():
            for _, works in task.pods:
                for work in works:
                    work.close()

    def _place(self, machine: Mapping[str, Any], region: Mapping[str, Any]) -> dict[str, Any]:
        mark = base64.b64encode(secrets.token_bytes(12)).decode()
        self.marks[mark] = (machine["device_name"], region["region"])
        resource = {**machine, "region": region["region"]}
        return {**region, "mark": {"mark": mark, "resource": resource}, "price": 466, "inventory": self.inventory}

    def _task(self, number: str) -> Task:
        task = self.tasks.get(int(number)) if number.isdecimal() else None
        if task is None:
            raise no("C002", "task is not found")
        return task

    def _is_named(self, task: Task, wanted: str) -> bool:
        name = str(task.body["task_name"])
        return wanted in name if self.search == "part" else wanted in {"", name}

    def _wrong(self, body: Any) -> str:
        error = next(validator().iter_errors(body), None)
        if error:
            return str(error.message)[:200]
        if not all(candidate["mark"] in self.marks for candidate in body["resources"]):
            return "mark is wrong"
        weights = [service["resource_weight"]["gpu_weight"] for service in body["services"]]
        counts = [int(str(machine["gpu_count"])) for machine in MACHINES if machine["gpu_count"]]
        if sum(weights) <= 0 or gcd(*counts) % sum(weights):
            return "gpu_weight is wrong"
        return ""

    def _shown(self, task: Task) -> dict[str, Any]:
        status, inner = task.state()
        codes = [pod_code(works) for _, works in task.pods]
        services = [
            {**service, "service_id": task.number * 10 + place, "registered_ports": []}
            for place, service in enumerate(task.body["services"])
        ]
        return {
            **task.body,
            "task_id": task.number,
            "schedule_status": None,
            "status": status,
            "runing_points": codes.count(None),
            "job_status": {
                "status": inner,
                "active_pods": codes.count(None),
                "succeeded_pods": codes.count(0),
                "failed_pods": sum(bool(code) for code in codes),
            },
            "task_tags": [],
            "create_time": task.created,
            "services": services,
        }


def started(body: Mapping[str, Any], place: int) -> list[Work]:
    """The processes of one pod."""
    works = []
    for service in body["services"]:
        script = service.get("start_script") or {"command": ["true"], "args": []}
        env = {each["name"]: each.get("value") or "" for each in service.get("env", [])}
        works.append(Work([*script["command"], *script["args"]], {**env, "JOB_COMPLETION_INDEX": str(place)}))
    return works


def pod_code(works: list[Work]) -> int | None:
    """What the pod ended with; None while it runs."""
    codes = [work.exit_code for work in works]
    return next((code for code in codes if code), None if None in codes else 0)


def yes(data: Any) -> Reply:
    """Success."""
    reply = as_json({"code": "0000", "message": None, "data": data})
    return reply._replace(headers={**reply.headers, "date": formatdate(usegmt=True)})


def no(code: str, message: str) -> Rejected:
    """The platform's no: HTTP is fine with it."""
    return Rejected(as_json({"code": code, "message": message, "data": None}))


def serve(**settings: Any) -> Suanli:
    """An account with a key in RSA mode."""
    return Suanli(**settings)
