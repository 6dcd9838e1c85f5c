"""AirScheduler on loopback: the scheduler, and on ports of their own the user service and the real-time monitor.

The scheduler is that of either edition of the manual. What no manual tells is a setting: the routes that it leaves out
are at places of our own choice, which ``target`` tells lading.
"""

import json
import threading
import time
import uuid
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, ClassVar
from urllib.parse import parse_qsl, urlsplit

from kit.airscheduler import BODIES, CODES, CONFIGS, MORE, RESOURCES, Check, is_object, number, text
from kit.events import Events

from servers.platform import PlatformService
from servers.web import Rejected, Reply, Request, Server, Service, as_json, route
from servers.work import Work

TASK = "/api/v1/airscheduler/task/"
USERS = "/api/v1/users/"
PASSWORD = "not-a-real-password"


FILLED_IN: Mapping[str, Mapping[str, Mapping[str, Any]]] = {
    "v1": {"running_config": {"work_dir": "/code"}, "resource_info": {}},
    "v2": {"running_config": {}, "resource_info": {"shm_size": 64 << 20}},
}
"""What stands in a task's inner objects where it was left out."""


@dataclass
class Task:
    """One task: what was said of it, and its container while it has one."""

    id: int
    body: dict[str, Any]
    started: bool = False
    stopped: bool = False
    work: Work | None = None
    made: float = field(default_factory=time.time)


@dataclass
class UserService(Service):
    """Who may do something: tokens for names and passwords."""

    tokens: dict[str, int] = field(default_factory=dict)
    given: list[str] = field(default_factory=list)

    @route("POST", f"{USERS}login")
    def login(self, request: Request) -> Reply:
        """A token, which is all of ``data``."""
        if request.content_type != "application/x-www-form-urlencoded":
            return as_json({"code": 110001, "message": "参数错误", "data": None})
        if request.form() != {"username": "tester", "password": PASSWORD}:
            return as_json({"code": 110002, "message": "用户名或密码错误", "data": None})
        token = uuid.uuid4().hex
        self.tokens[token] = 7
        self.given.append(token)
        return as_json({"code": 0, "message": "success", "data": token})

    @route("GET", f"{USERS}token_check")
    def token_check(self, request: Request) -> Reply:
        """Whose token it is."""
        user = self.tokens.get(request.headers.get("token", ""))
        if user is None:
            return as_json({"code": 110003, "message": "token无效", "data": None})
        return as_json({"code": 0, "message": "success", "data": {"id": user, "username": "tester"}})


@dataclass
class AirschedulerService(PlatformService):
    """The scheduler. ``api`` is its edition; ``objects`` says whether inner objects may come as they are.

    Of what nobody knows: ``rejection`` is how a token is turned down, ``lists`` whether one task comes in a list,
    ``finds`` how its filter compares (by a ``part`` of a text or the ``whole``), ``first_line`` what the first line of
    a log is called and ``last_is_in`` whether a range ends with its last line, ``stopped_as`` the status of a stopped
    task, and ``starts`` whether there is room for any, ``keeps`` what could not be started.
    """

    api: str = "v1"
    objects: bool = False
    rejection: tuple[int, int, str] = (200, 110003, "token无效，请重新登录")
    lists: bool = False
    finds: str = "part"
    first_line: int = 0
    last_is_in: bool = True
    stopped_as: int = 1137
    starts: bool = True
    keeps: bool = True
    monitored: bool = True
    tasks: dict[int, Task] = field(default_factory=dict)
    made: int = 0

    name: ClassVar[str] = "airscheduler"
    environ: ClassVar[Mapping[str, str]] = {"AIR_USER": "tester", "AIR_PASSWORD": PASSWORD}

    def __post_init__(self) -> None:
        self.users = UserService()
        self.user_server = Server(self.users)
        handlers = {"monitor_cpu": self.monitor_cpu, "monitor_logs": self.monitor_logs}
        self.monitor = Events({**handlers, "monitor_status": self.monitor_status}) if self.monitored else None

    def target(self, url: str) -> dict[str, Any]:
        """The target of a site, with the routes that no manual tells."""
        return {
            "platform": self.name,
            "endpoint": url,
            "auth": {"username": {"env": "AIR_USER"}, "password": {"env": "AIR_PASSWORD"}},
            "options": {
                "api": self.api,
                "namespace": "vision",
                "reads": "shell",
                "login": self.user_server.url,
                **({"monitor": self.monitor.url} if self.monitor else {}),
                "routes": self.routes(),
                "findBy": {"column": "usage"},
            },
            "defaults": {"image": "registry.example.com/base/tools:1.0", "resources": {"cpu": 1, "memory": "1Gi"}},
        }

    def routes(self) -> dict[str, str]:
        """Where those operations are that no manual tells."""
        return {
            "modify": f"PUT {TASK}",
            "filter": f"GET {TASK}?col_name={{col_name}}&col_values={{col_values}}",
            "logs": f"GET {TASK}{{id}}/logs?start_line={{start_line}}&end_line={{end_line}}",
            "resources": f"GET {TASK}{{id}}/resources",
        }

    def accepted(self) -> list[str]:
        """Every id that was given out."""
        return [str(id_) for id_ in range(1, self.made + 1)]

    def kept(self, native_id: str) -> dict[str, Any]:
        """The body as it was read."""
        return self.tasks[int(native_id)].body

    def newest(self) -> "AirschedulerService":
        """The second edition, which has variables of its own."""
        self.api = "v2"
        return self

    def expire(self) -> None:
        """Nobody is known any more."""
        self.users.tokens.clear()

    def hidden(self) -> list[str]:
        """The password, and every token."""
        return [PASSWORD, *self.users.given]

    def close(self) -> None:
        """Nothing of it runs, on any port."""
        self.user_server.close()
        if self.monitor:
            self.monitor.close()
        for task in self.tasks.values():
            self.end(task)

    def admit(self, request: Request) -> None:
        """Only with a token, in a header of that name."""
        if request.headers.get("token", "") not in self.users.tokens:
            status, code, message = self.rejection
            raise Rejected(as_json({"code": code, "message": message, "data": None}, status))

    def no_route(self, request: Request) -> Reply:
        """A page, as of the framework that the server is made with."""
        if request.method == "POST" and request.path == TASK[:-1]:
            return Reply(308, b"", {"location": TASK})
        return Reply(
            404, b"<!doctype html><title>404 Not Found</title><h1>Not Found</h1>", {"content-type": "text/html"}
        )

    @route("POST", TASK)
    def create(self, request: Request) -> Reply:
        """A task, which starts if it is said to."""
        body = self._checked(request.json(), {})
        self.made += 1
        task = self.tasks[self.made] = Task(self.made, body)
        if body.get("start_now", False):
            if not self.starts:
                if not self.keeps:
                    del self.tasks[task.id]
                return self._code("not started", "资源不足")
            self._start(task)
        return self._success(self._told(task))

    @route("PUT", TASK)
    def modify(self, request: Request) -> Reply:
        """The task is another one, and is held back."""
        body = self._checked(request.json(), {"id": number(1)})
        task = self._task(body.pop("id"))
        if self._is_alive(task) and self.api == "v2" and self._status(task) != -1:
            return self._code("running")
        self.end(task)
        task.body, task.started, task.stopped = body, False, False
        return self._success(None)

    @route("GET", TASK)
    def filter(self, request: Request) -> Reply:
        """The tasks that have one of the values in the column."""
        query = parse_qsl(urlsplit(request.target).query)
        values = [one for key, value in query if key == "col_values" for one in value.split(",")]
        return self._filtered(dict(query).get("col_name"), values)

    @route("POST", f"{TASK}filter")
    def filter_by_body(self, request: Request) -> Reply:
        """The same, asked for in a body."""
        body = request.json()
        if not is_object(body, {"col_name": text, "col_values": lambda value: isinstance(value, list)}, {}):
            raise self._rejected("invalid")
        return self._filtered(body["col_name"], [str(value) for value in body["col_values"]])

    @route("GET", f"{TASK}{{id}}")
    def get(self, request: Request, id: str) -> Reply:  # noqa: A002
        """The task."""
        told = self._told(self._task(id))
        return self._success([told] if self.lists else told)

    @route("DELETE", TASK)
    def delete(self, request: Request) -> Reply:
        """Nothing of the task is left."""
        if set(request.query) != {"id"}:
            raise self._rejected("invalid")
        task = self._task(request.query["id"])
        self.end(task)
        del self.tasks[task.id]
        return self._success(None)

    @route("PUT", f"{TASK}{{id}}/start")
    def start(self, request: Request, id: str) -> Reply:  # noqa: A002
        """The task runs as soon as there is room."""
        task = self._task(id)
        if self._is_alive(task):
            return self._code("started before")
        if not self.starts:
            return self._code("not started", "资源不足")
        self._start(task)
        return self._success(None)

    @route("PUT", f"{TASK}{{id}}/stop")
    def stop(self, request: Request, id: str) -> Reply:  # noqa: A002
        """The task's container is gone."""
        task = self._task(id)
        if not self._is_alive(task):
            return self._code("not running")
        if task.work:
            task.work.stop()
        task.stopped = True
        return self._success(None)

    @route("GET", f"{TASK}{{id}}/logs")
    def logs(self, request: Request, id: str) -> Reply:  # noqa: A002
        """Some lines of the log."""
        try:
            lines = {name: int(value) for name, value in request.query.items()}
        except ValueError:
            raise self._rejected("invalid") from None
        return self._log(self._task(id), lines)

    @route("POST", f"{TASK}logs")
    def logs_by_body(self, request: Request) -> Reply:
        """The same, asked for in a body."""
        body = request.json()
        if not is_object(
            body, {"task_id": number(1), "start_line": number(-(10**9)), "end_line": number(-(10**9))}, {}
        ):
            raise self._rejected("invalid")
        return self._log(self._task(body.pop("task_id")), body)

    @route("GET", f"{TASK}{{id}}/resources")
    def resources(self, request: Request, id: str) -> Reply:  # noqa: A002
        """What the task uses; only the first edition has it."""
        task = self._task(id)
        if not self._is_alive(task) or task.work is None:
            return self._code("no container")
        return self._success(self._used(task))

    def monitor_cpu(self, data: Any) -> Any:
        """The same, told by the monitor for a bare id."""
        task = self.tasks.get(data) if number()(data) else None
        if task is None:
            return {"code": 1, "msg": "任务信息查询失败"}
        if not self._is_alive(task) or task.work is None:
            return {"code": 1, "msg": "任务信息不存在"}
        return {"task_id": task.id, **self._used(task), "run_time": time.time() - task.made}

    def monitor_logs(self, data: Any) -> Any:
        """The log, told by the monitor."""
        with self.lock:
            id_ = data.get("task_id") if isinstance(data, dict) else None
            task = self.tasks.get(id_) if isinstance(id_, int) else None
            if task is None:
                return {"code": 1, "msg": "任务信息查询失败"}
            if task.work is None or not task.work.output():
                return {"code": 1, "msg": "未获得任何日志信息"}
            found = self._lines(task, data["start_line"], data["end_line"])
            return {"task_id": task.id, "logs": found[0], "total_lines": found[1], "time": time.time()}

    def monitor_status(self, data: Any) -> Any:
        """The states of several tasks."""
        with self.lock:
            ids = data.get("task_ids") if isinstance(data, dict) else None
            if not isinstance(ids, list) or not set(ids) <= set(self.tasks):
                return {"code": 1, "msg": "任务信息查询失败"}
            return {"status": {str(id_): self._status(self.tasks[id_]) for id_ in ids}, "time": time.time()}

    def _checked(self, body: Any, more: Mapping[str, Check]) -> dict[str, Any]:
        """The body, if it is what the manual's tables say. Both of its inner objects are JSON strings."""
        needed, other = BODIES[self.api]
        inner = {"running_config": self._is_config, "resource_info": self._is_resources}
        if not is_object(body, {**needed, **inner, **more}, other):
            raise self._rejected("invalid")
        found: dict[str, Any] = body
        return found

    def _is_config(self, value: Any) -> bool:
        return is_object(self._opened(self._opened(value), "yaml_data"), {}, CONFIGS[self.api])

    def _is_resources(self, value: Any) -> bool:
        return is_object(self._opened(self._opened(value), "gpu_dict"), RESOURCES, MORE)

    def _opened(self, value: Any, key: str = "") -> Any:
        """What the string says, or that of one key; nothing that can be right, where it is no string."""
        if key:
            return {**value, key: self._opened(value[key])} if isinstance(value, dict) and key in value else value
        if isinstance(value, dict) and self.objects:
            return value
        try:
            return json.loads(value) if isinstance(value, str) else None
        except ValueError:
            return None

    def _task(self, id_: Any) -> Task:
        if not (isinstance(id_, int) or (isinstance(id_, str) and id_.isdecimal())):
            raise self._rejected("invalid")
        if int(id_) not in self.tasks:
            raise self._rejected("no task")
        return self.tasks[int(id_)]

    def _start(self, task: Task) -> None:
        self.end(task)
        task.started, task.stopped = True, False
        if not self.runs:
            return
        config = self._opened(task.body["running_config"])
        command = config.get("command", "true")
        argv = command if isinstance(command, list) else ["sh", "-c", command]
        task.work = Work(argv, config.get("env"))
        if "timeout" in config:
            timer = threading.Timer(config["timeout"], task.work.stop)
            timer.daemon = True
            timer.start()

    def end(self, task: Task) -> None:
        """Its container is gone, and what it has printed with it."""
        if task.work:
            task.work.close()
            task.work = None

    def _is_alive(self, task: Task) -> bool:
        return task.started and not task.stopped and (task.work is None or task.work.exit_code is None)

    def _status(self, task: Task) -> int:
        if task.stopped:
            return self.stopped_as
        if not task.started or task.work is None:
            return -1
        code = task.work.exit_code
        return 1 if code is None else 1000 + code if code else 0

    def _told(self, task: Task) -> dict[str, Any]:
        own = {"id": task.id, "status": self._status(task), "user_id": 7, "create_time": task.made, "image_id": None}
        blank = {"usage": "", "retry_policy": None, "events": None}
        inner = {name: self._retold(task, name) for name in ("running_config", "resource_info")}
        return {**blank, **task.body, **inner, **own}

    def _retold(self, task: Task, name: str) -> Any:
        """An inner object with what the scheduler makes of what was left out; as a string, written in its own way."""
        said = task.body[name]
        found = {**(FILLED_IN[self.api][name]), **self._opened(said)}
        if ports := found.get("port"):
            found["port"] = [{**port, "node_port": port.get("node_port") or 30000 + task.id} for port in ports]
        for place, volume in enumerate(found.get("volumes") or ()):
            volume["mount_name"] = volume.get("mount_name") or f"mount-{place}"
        return json.dumps(found, sort_keys=True, separators=(",", ":")) if isinstance(said, str) else found

    def _filtered(self, column: str | None, values: list[str]) -> Reply:
        if not column or column not in {*BODIES["v1"][0], *BODIES["v1"][1], "id", "status"} or not values:
            return self._code("bad column")
        if column == "id":
            found = [self.tasks[int(value)] for value in values if value.isdecimal() and int(value) in self.tasks]
        elif self.finds == "part":
            found = [one for one in self.tasks.values() if any(value in str(one.body.get(column)) for value in values)]
        else:
            found = [one for one in self.tasks.values() if str(one.body.get(column)) in values]
        return self._success([self._told(task) for task in found])

    def _log(self, task: Task, lines: Mapping[str, int]) -> Reply:
        if task.work is None:
            return self._code("no container", "容器不存在")
        if set(lines) != {"start_line", "end_line"}:
            raise self._rejected("invalid")
        found, total = self._lines(task, lines["start_line"], lines["end_line"])
        more = lines if self.api == "v2" else {}
        return as_json({"code": 0, "message": "success", "logs": found, "total_lines": total, **more})

    def _lines(self, task: Task, first: int, last: int) -> tuple[str, int]:
        assert task.work
        whole = task.work.output().splitlines(keepends=True)
        if self.api == "v1":
            begin = 0 if first == -1 else first - self.first_line
            end = len(whole) if last == -1 else last - self.first_line + self.last_is_in
            if begin < 0 or end < 0:
                raise self._rejected("no lines")
            return "".join(whole[begin:end]), len(whole)
        begin, end = (index + len(whole) if index < 0 else index for index in (first, last))
        if not 0 <= begin <= end < len(whole):
            raise self._rejected("no lines")
        return "".join(whole[begin : end + 1]), len(whole)

    def _used(self, task: Task) -> dict[str, Any]:
        asked = self._opened(task.body["resource_info"])
        cpu, memory = asked["cpu_count"], asked["mem_size"]
        used = {"cpu_usage": 0.5, "cpu_total": cpu, "cpu_use_rate": 0.5 / cpu}
        return {**used, "memory_usage": 2**20, "memory_total": memory, "memory_use_rate": 2**20 / memory}

    def _success(self, data: Any) -> Reply:
        return as_json({"code": 0, "message": "success", "data": data})

    def _code(self, name: str, message: str = "") -> Reply:
        return as_json({"code": CODES[self.api][name], "message": message or name, "data": None})

    def _rejected(self, name: str) -> Rejected:
        return Rejected(self._code(name))


class WithoutFilter(AirschedulerService):
    """A platform that can not be asked for a task of which only the mark is known: nobody knows its filter's route."""

    can_find: ClassVar[bool] = False

    def routes(self) -> dict[str, str]:
        """All but that one."""
        return {name: where for name, where in super().routes().items() if name != "filter"}


def serve(*, runs: bool = True) -> AirschedulerService:
    """A platform of the first edition, with nothing on it."""
    return AirschedulerService(runs=runs)


def serve_without_filter(*, runs: bool = True) -> WithoutFilter:
    """The same, where the site's people do not know how to filter tasks."""
    return WithoutFilter(runs=runs)
