"""PaddleFlow as its own source has it: the apiserver's routes, checks and errors, without Kubernetes behind it."""

import json
import re
import secrets
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, ClassVar

from servers.platform import PlatformService
from servers.rules.paddleflow import Malformed, Server, read, spelled, version_of, wrong
from servers.web import Rejected, Reply, Request, as_json, route
from servers.work import Work

PREFIX = "/api/paddleflow/v1"
FINAL = frozenset({"succeeded", "failed", "terminated"})
HTTP = {"AccessDenied": 403, "ActionNotAllowed": 403, "OnlyRootAllowed": 403}
HTTP |= {"JobNotFound": 404, "FlavourNotFound": 404, "MethodNotAllowed": 405, "InternalError": 500, "": 500}
"""Any other code comes with 400."""

PRIORITIES = frozenset({"", "VERY_LOW", "LOW", "NORMAL", "HIGH", "VERY_HIGH"})
ROOT, OTHER = "root", "grace"
TIME = "%Y-%m-%d %H:%M:%S"
ZERO = {"flavour": {"name": "", "cpu": "", "mem": ""}, "fs": {}, "extraFS": None, "image": "", "command": "", "port": 0}
"""What a distributed job and a workflow show of the fields that only a single one has."""


@dataclass
class Task:
    """A pod with one container: its uid, what it is in the job, and the process that it runs."""

    name: str
    role: str
    index: int
    work: Work
    uid: str = field(default_factory=lambda: secrets.token_hex(8))


@dataclass
class Job:
    """A row of the database. ``key`` is its place there, ``begun`` and ``changed`` are seconds since the epoch."""

    key: int
    id: str
    kind: str
    body: dict[str, Any]
    owner: str
    made: float = field(default_factory=time.time)
    changed: float = field(default_factory=time.time)
    begun: float = 0.0
    status: str = "init"
    message: str = ""
    tasks: list[Task] = field(default_factory=list)

    def observe(self) -> None:
        """The status follows what the processes do."""
        if self.status in FINAL or not self.tasks:
            return
        codes = [task.work.exit_code for task in self.tasks]
        self.begun = self.begun or time.time()
        if self.status == "terminating":
            self.turn("terminated", "job is terminated")
        elif any(codes):
            self.turn("failed", f"exit code {next(code for code in codes if code)}")
        elif all(code == 0 for code in codes):
            self.turn("succeeded")
        elif self.status != "running":
            self.turn("running")

    def turn(self, status: str, message: str = "") -> None:
        """The job is in another state."""
        self.status, self.message, self.changed = status, message or self.message, time.time()

    def stop(self) -> None:
        """Nothing of it runs any more."""
        for task in self.tasks:
            task.work.stop()

    def reclaim(self) -> None:
        """Its pods are gone, as they are some time after its end; its row stays."""
        while self.tasks:
            self.tasks.pop().work.close()


@dataclass
class PaddleFlow(PlatformService):
    """One server. ``version`` decides on names of fields; ``develop`` has the paging of the development branch.

    ``tells_logs`` is whether a job's output can be had by the job's id, which is a thing to do in some revisions, so
    that only pods have any; ``stamps`` whether Kubernetes writes the time before each of its lines. An output's first
    ``head`` bytes can be had, and its last ``tail`` lines. ``empties`` is whether an empty label takes that label away.
    """

    version: str = "0.14.6"
    develop: bool = False
    tells_logs: bool = True
    stamps: bool = False
    head: int = 500_000
    tail: int = 5000
    empties: bool = False
    tokens: dict[str, str] = field(default_factory=dict)
    jobs: dict[str, Job] = field(default_factory=dict)
    history: list[str] = field(default_factory=list)
    queues: dict[str, dict[str, Any]] = field(default_factory=dict)
    file_systems: frozenset[str] = frozenset({"imagenet-fs"})

    name: ClassVar[str] = "paddleflow"
    environ: ClassVar[Mapping[str, str]] = {"PF_USER": "ada", "PF_PASSWORD": "an-0pen-sesame"}

    def __post_init__(self) -> None:
        for name, status in (("vision", "open"), ("closed", "closed")):
            limits = {"cpu": "1000", "mem": "4000Gi", "scalarResources": {"nvidia.com/gpu": "64"}}
            about = {"namespace": "default", "clusterName": "c1", "maxResources": limits}
            self.queues[name] = {"name": name, "status": status, **about}
        self.flavours: dict[str, dict[str, Any]] = {
            "flavour1": {"name": "flavour1", "cpu": "1", "mem": "1Gi"},
            "flavour2": {"name": "flavour2", "cpu": "4", "mem": "8Gi", "scalarResources": {"nvidia.com/gpu": "1"}},
        }

    def target(self, url: str) -> dict[str, Any]:
        """A target whose specs need no more than a name and a command."""
        return {
            "platform": "paddleflow",
            "endpoint": url,
            "auth": {"username": {"env": "PF_USER"}, "password": {"env": "PF_PASSWORD"}},
            "options": {"serverVersion": self.version},
            "defaults": {
                "image": "registry.example.com/base:1",
                "schedule": {"queue": "work"},
                "resources": {"cpu": 1, "memory": "1Gi"},
            },
            "catalog": {"queues": {"work": "vision"}},
        }

    def accepted(self) -> list[str]:
        """The ids of all jobs that were ever made."""
        return list(self.history)

    def kept(self, native_id: str) -> dict[str, Any]:
        """The body as it was read."""
        return self.jobs[native_id].body

    def expire(self) -> None:
        """The key that signs tokens is another one."""
        with self.lock:
            self.tokens.clear()

    def hidden(self) -> list[str]:
        """The password and every token."""
        issued = [one.headers["x-pf-authorization"] for one in self.seen if "x-pf-authorization" in one.headers]
        return [self.environ["PF_PASSWORD"], *self.tokens, *issued]

    def admit(self, request: Request) -> None:
        """Everything but the login wants a token, and says so with 400."""
        if request.path == f"{PREFIX}/login":
            return
        token = request.headers.get("x-pf-authorization")
        if token is None:
            raise no("AuthWithoutToken", "login first")
        if token not in self.tokens:
            raise no("AuthInvalidToken", "token is invalid")

    def answer(self, request: Request) -> Reply:
        """The reply, which bears the id that the request was given, or one of the server's own."""
        reply = super().answer(request)
        known_as = request.headers.get("x-pf-request-id") or secrets.token_hex(8)
        body = reply.body.replace(UNKNOWN_REQUEST.encode(), known_as.encode())
        return reply._replace(body=body, headers={**reply.headers, "x-pf-request-id": known_as})

    @route("POST", f"{PREFIX}/login")
    def log_in(self, request: Request) -> Reply:
        """A token for a user who is known."""
        body = request.json()
        if not isinstance(body, dict):
            raise no("MalformedJSON", "the body is no JSON")
        if body.get("username") not in {self.environ["PF_USER"], OTHER, ROOT}:
            raise no("UserNotExist", f"user {body.get('username')} does not exist")
        if body.get("password") != self.environ["PF_PASSWORD"]:
            raise no("AuthFailed", "password is wrong")
        token = f"eyJhbGciOiJIUzI1NiJ9.{secrets.token_urlsafe(24)}"
        self.tokens[token] = body["username"]
        return as_json({"authorization": token})

    # jobs

    @route("POST", f"{PREFIX}/job/{{kind}}")
    def create(self, request: Request, kind: str) -> Reply:
        """A new job; whatever is wrong with it once it could be read is JobCreateFailed."""
        if kind not in {"single", "distributed", "workflow"}:
            raise no("InvalidURI", "no such job type")
        user = self._user(request)
        try:
            body = read(kind, request.json(), version_of(self.version))
        except Malformed as malformed:
            raise no("MalformedJSON", str(malformed)) from None
        if user != ROOT and body.get("username") not in {None, "", user}:
            raise no("AuthIllegalUser", f"user {user} is not {body['username']}")
        if problem := self._problem(kind, body):
            raise no("JobCreateFailed", f"create job failed, err: {problem}")
        name = body.get("id") or f"job-{secrets.token_hex(8)}"
        self.history.append(name)
        self.jobs[name] = Job(len(self.history), name, kind, body, user)
        if self.runs:
            self.jobs[name].tasks += started(name, kind, body)
        return as_json({"id": name})

    @route("GET", f"{PREFIX}/job")
    def list_jobs(self, request: Request) -> Reply:
        """One page of the user's own jobs, as the query wants them."""
        query, user = request.query, self._user(request)
        wanted = self._wanted(query)
        found = [job for job in self.jobs.values() if user in {ROOT, job.owner} and wanted(job)]
        rows = [(job.key, job) for job in (found[::-1] if self.develop else found)]
        return self._page("jobList", rows, query, max((job.key for job in self.jobs.values()), default=0))

    @route("GET", f"{PREFIX}/job/{{id}}")
    def get(self, request: Request, id: str) -> Reply:  # noqa: A002
        """One job."""
        job = self._job(request, id)
        return as_json({**self._shown(job), **runtime_of(job)})

    @route("PUT", f"{PREFIX}/job/{{id}}")
    def change(self, request: Request, id: str) -> Reply:  # noqa: A002
        """A job is stopped or modified; the answer is empty."""
        job = self._job(request, id)
        action = request.query.get("action")
        if action == "stop":
            return self._stop(job)
        if action != "modify":
            raise no("ActionNotAllowed", f"action {action} is not supported")
        return self._modify(job, request.json())

    @route("DELETE", f"{PREFIX}/job/{{id}}")
    def delete(self, request: Request, id: str) -> Reply:  # noqa: A002
        """The row of an ended job is gone, and its id is free."""
        job = self._job(request, id)
        if job.status not in FINAL:
            message = f"delete job failed, err: job {id} status is {job.status}, please stop it first."
            raise no("ActionNotAllowed", message)
        self.jobs.pop(id).reclaim()
        return Reply()

    @route("GET", f"{PREFIX}/log/job")
    def logs(self, request: Request) -> Reply:
        """The output of a job's pods, or of one that is asked for by its name."""
        query = request.query
        if query.get("clusterName") != "c1":
            raise no("InvalidURI", f"cluster {query.get('clusterName')} not found")
        tasks = self._pods_of(request, query) if "jobID" in query else self._pod(query)
        rows = [self._log(task, query) for task in tasks]
        about = {"name": f"{query.get('namespace', '')}/{query.get('name', '')}", "type": query.get("type", "")}
        return as_json({"jobID": query.get("jobID", ""), "taskList": rows or None, "eventList": None, **about})

    # queues and flavours

    @route("GET", f"{PREFIX}/queue")
    def list_queues(self, request: Request) -> Reply:
        """One page of the queues."""
        rows = list(enumerate(self.queues.values(), 1))
        return self._page("queueList", rows, request.query, len(rows))

    @route("GET", f"{PREFIX}/queue/{{queue}}")
    def get_queue(self, request: Request, queue: str) -> Reply:
        """One queue."""
        if queue not in self.queues:
            raise no("QueueNameNotFound", f"queue {queue} does not exist")
        return as_json(self.queues[queue])

    @route("GET", f"{PREFIX}/flavour")
    def list_flavours(self, request: Request) -> Reply:
        """One page of the flavours."""
        rows = list(enumerate(self.flavours.values(), 1))
        return self._page("flavourList", rows, request.query, len(rows))

    @route("GET", f"{PREFIX}/flavour/{{flavour}}")
    def get_flavour(self, request: Request, flavour: str) -> Reply:
        """One flavour."""
        if flavour not in self.flavours:
            raise no("FlavourNotFound", f"flavour {flavour} does not exist")
        return as_json(self.flavours[flavour])

    @route("GET", f"{PREFIX}/version")
    def tell_version(self, request: Request) -> Reply:
        """The server's version."""
        return as_json({"version": f"v{self.version}"})

    def no_route(self, request: Request) -> Reply:
        """The router's own answer is a page without JSON."""
        return Reply(404, b"404 page not found\n", {"content-type": "text/plain"})

    def close(self) -> None:
        """No process is left."""
        for job in self.jobs.values():
            job.reclaim()

    def _user(self, request: Request) -> str:
        return self.tokens[request.headers["x-pf-authorization"]]

    def _problem(self, kind: str, body: Mapping[str, Any]) -> str:
        server = Server(self.queues, self.flavours, self.file_systems)
        taken = f"Error 1062: Duplicate entry '{body.get('id')}' for key 'job.idx_id'"
        return wrong(kind, body, server) or (taken if body.get("id") in self.jobs else "")

    def _job(self, request: Request, name: str) -> Job:
        job = self.jobs.get(name)
        if job is None:
            raise no("JobNotFound", f"job {name} is not found")
        if self._user(request) not in {ROOT, job.owner}:
            raise no("ActionNotAllowed", f"user {self._user(request)} has no access to job {name}")
        job.observe()
        return job

    def _stop(self, job: Job) -> Reply:
        if job.status in FINAL:
            message = f"stop job failed, err: job {job.id} status is already {job.status}, and job cannot be stopped"
            raise no("", message)
        job.turn("terminated" if job.status == "init" else "terminating")
        job.stop()
        return Reply()

    def _modify(self, job: Job, body: Any) -> Reply:
        texts = {name: (body or {}).get(name) or {} for name in ("labels", "annotations")}
        if not all(isinstance(value, str) for each in texts.values() for value in each.values()):
            raise no("MalformedJSON", "json: cannot unmarshal")
        priority = (body or {}).get("priority") or ""
        if priority.upper() not in PRIORITIES:
            raise no("InvalidArguments", f"priority {priority} is invalid")
        if priority and job.status not in {"init", "pending"}:
            raise no("ActionNotAllowed", f"job {job.id} status is {job.status}, its priority can not be changed")
        policy = {**job.body["schedulingpolicy"], **({"priority": priority} if priority else {})}
        merged = {name: self._merged(job.body.get(name) or {}, texts[name]) for name in texts}
        job.body = {**job.body, **merged, "schedulingpolicy": policy}
        return Reply()

    def _merged(self, before: Mapping[str, str], new: Mapping[str, str]) -> dict[str, str]:
        return {name: value for name, value in {**before, **new}.items() if value or not self.empties}

    def _wanted(self, query: Mapping[str, str]) -> Any:
        """Which jobs the filters of a list let through."""
        try:
            labels = json.loads(query.get("labels") or "{}").items()
            since = float(query.get("timestamp", 0))
        except (ValueError, AttributeError):
            raise no("InvalidURI", "labels or timestamp can not be read") from None
        if query.get("queue") not in {None, *self.queues}:
            raise no("QueueNameNotFound", f"queue {query['queue']} does not exist")

        def wanted(job: Job) -> bool:
            job.observe()
            return (
                query.get("queue") in {None, job.body["schedulingpolicy"]["queue"]}
                and query.get("status") in {None, job.status}
                and labels <= (job.body.get("labels") or {}).items()
                and job.changed >= since
                and clock(job.begun) >= query.get("startTime", "")
            )

        return wanted

    def _page(self, name: str, rows: Sequence[tuple[int, Any]], query: Mapping[str, str], last: int) -> Reply:
        """A page of rows by their keys, which is called cut unless it ends with the newest row that there is."""
        text, marker = query.get("maxKeys", "50"), query.get("marker", "")
        if not (text.isdecimal() and 1 <= int(text) <= 1000):
            raise no("InvalidURI", "maxKeys should be between 1 and 1000")
        if marker and not re.fullmatch(r"[0-9a-f]{8}", marker):
            raise no("InvalidMarker", "marker can not be decrypted")
        page = [(key, row) for key, row in rows if key > int(marker or "0", 16)][: int(text)]
        data: dict[str, Any] = {"maxKeys": int(text), "isTruncated": bool(page) and page[-1][0] != last}
        data[name] = [self._shown(row) if isinstance(row, Job) else row for _, row in page]
        return as_json(data | ({"nextMarker": f"{page[-1][0]:08x}"} if data["isTruncated"] else {}))

    def _shown(self, job: Job) -> dict[str, Any]:
        job.observe()
        body, added = job.body, {"PF_JOB_ID": job.id, "PF_USER_NAME": job.owner}
        names = ("image", "command", "args", "port", "flavour", "limitFlavour", "fs", "extraFS")
        own = {name: spelled(body.get(name.lower())) for name in names}
        own["env"] = {**added, **(body.get("env") or {})}
        for name in ("flavour", "limitFlavour"):
            own[name] = self._filled(own[name])
        conf = {"name": body.get("name") or "", "queueID": "queue-1", "queueName": body["schedulingpolicy"]["queue"]}
        single = [{"replicas": 1, "role": "", **conf, **own}]
        members = (
            single if job.kind == "single" else [self._member(job, conf, one) for one in body.get("members") or ()]
        )
        return {
            "id": job.id,
            "name": body.get("name") or "",
            "labels": body.get("labels"),
            "annotations": body.get("annotations"),
            "schedulingPolicy": {"priority": "NORMAL", **body["schedulingpolicy"]},
            "UserName": job.owner,
            **(own if job.kind == "single" else {**ZERO, "env": {}}),
            "extensionTemplate": None,
            "framework": body.get("framework") or ("standalone" if job.kind == "single" else ""),
            "members": members,
            "status": job.status,
            "message": job.message,
            "acceptTime": clock(job.made),
            "startTime": clock(job.begun),
            "finishTime": clock(job.changed) if job.status in FINAL else "",
        }

    def _member(self, job: Job, conf: Mapping[str, Any], member: Mapping[str, Any]) -> dict[str, Any]:
        """A member of a distributed job, which shows the configuration of its job beside its own."""
        own = spelled({name: value for name, value in member.items() if name != "schedulingpolicy"})
        env = {"PF_JOB_ID": job.id, "PF_USER_NAME": job.owner, **(own.get("env") or {})}
        flavour = self._filled(own.get("flavour"))
        return {"id": job.id, "priority": "NORMAL", **conf, **own, "env": env, "flavour": flavour}

    def _filled(self, flavour: Mapping[str, Any] | None) -> Any:
        """A flavour that is registered has the sizes of its own."""
        return dict(self.flavours.get((flavour or {}).get("name", ""), flavour or {})) or flavour

    def _pods_of(self, request: Request, query: Mapping[str, str]) -> list[Task]:
        job = self._job(request, query["jobID"])
        if not self.tells_logs and query.get("framework") not in {"standalone", "paddle", "pytorch", "tensorflow"}:
            raise no("InvalidArguments", f"job {job.id} framework {query.get('framework')} unsupport")
        return job.tasks if self.tells_logs else []

    def _pod(self, query: Mapping[str, str]) -> list[Task]:
        if query.get("type") not in {"pod", "deploy"}:
            raise no("InternalError", f"unknown jobtype {query.get('type')}, only support {{deploy, pod}}")
        tasks = [task for job in self.jobs.values() for task in job.tasks]
        return [task for task in tasks if (task.name, "default") == (query.get("name"), query.get("namespace"))]

    def _log(self, task: Task, query: Mapping[str, str]) -> dict[str, Any]:
        """One end of an output, of which Kubernetes gives whole lines only, and the server no empty ones at its end."""
        whole, most = self._output(task), int(query.get("lineLimit", 1000))
        from_tail = query.get("readFromTail") == "true"
        read = whole.split("\n")[-self.tail :] if from_tail else whole[: self.head].rstrip("\n").split("\n")
        lines = read[-most:] if from_tail else read[:most]
        is_full = len(read) >= self.tail if from_tail else len(whole) >= self.head
        has_more = len(read) > most
        info = {"logContent": "\n".join(lines) + "\n" if whole else "", "hasNextPage": has_more}
        name = f"{task.name}_{task.uid}/main" if self.stamps else f"{task.uid}_main"
        return {"taskID": name, "logInfo": {**info, "truncated": is_full and not has_more}}

    def _output(self, task: Task) -> str:
        has_ended = task.work.exit_code is not None  # asked first: what was written before the end is then in it
        text = task.work.output()
        text = (text if has_ended else text[: text.rfind("\n") + 1]).rstrip("\n")
        if not text or not self.stamps:
            return text
        return "\n".join(f"2024-01-02T15:04:05.{at:09}Z {line}" for at, line in enumerate(text.split("\n")))


UNKNOWN_REQUEST = "request-id-to-be-filled-in"


def clock(seconds: float) -> str:
    """A time as the server writes it, on its own clock; nothing where there is none."""
    return time.strftime(TIME, time.localtime(seconds)) if seconds else ""


def runtime_of(job: Job) -> dict[str, Any]:
    """What a job's own record, and no list, tells of its pods. Go leaves out what is empty or zero."""
    pods: list[dict[str, Any]] = []
    for task in job.tasks:
        told = {"id": task.uid, "name": task.name, "namespace": "default", "role": task.role, "index": task.index}
        pods.append({"nodeName": "n1", **{key: value for key, value in told.items() if value}})
    if not pods:
        return {}
    about = {"name": job.id, "namespace": "default", "status": "{}"}
    if job.kind == "single":
        return {"runtime": pods[0]}
    if job.kind == "distributed":
        return {"distributedRuntime": {**about, "runtimes": pods}}
    return {"workflowRuntime": {**about, "nodes": [{**about, "runtimes": pods}]}}


def started(name: str, kind: str, body: Mapping[str, Any]) -> Iterator[Task]:
    """The pods of a job, at work."""
    if kind == "workflow":
        yield Task(f"{name}-main", "", 0, Work(["sh", "-c", "echo a workflow ran"]))
        return
    for member in body.get("members") or [{**body, "replicas": 1}]:
        role = str(member.get("role") or "")
        for index in range(member["replicas"]):
            pod = "-".join(filter(None, (name, role, str(index) if role else "")))
            yield Task(pod, role, index, Work(argv_of(member), member.get("env")))


def argv_of(member: Mapping[str, Any]) -> list[str]:
    """What runs: the command without the shell that the server takes off it, or what the object itself says."""
    if member.get("command"):
        return ["sh", "-c", re.sub(r"\A(?:ba)?sh -c ", "", member["command"])]
    spec = (member.get("extensiontemplate") or {}).get("spec") or {}
    container = next(iter(spec.get("containers") or [{}]))
    return [*(container.get("command") or []), *(container.get("args") or [])] or ["true"]


def no(code: str, message: str) -> Rejected:
    """An error as the server words it."""
    return Rejected(as_json({"requestID": UNKNOWN_REQUEST, "code": code, "message": message}, HTTP.get(code, 400)))


def serve(**settings: Any) -> PaddleFlow:
    """A server with two queues, one of them closed, and two flavours."""
    return PaddleFlow(**settings)
