"""PaddleFlow as its own source has it: the apiserver's routes, checks and errors, without Kubernetes behind it."""

import json
import re
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, ClassVar

from servers.platform import PlatformService
from servers.web import Rejected, Reply, Request, as_json, route
from servers.work import Work

PREFIX = "/api/paddleflow/v1"
FINAL = frozenset({"succeeded", "failed", "terminated"})
HTTP = {"JobNotFound": 404, "ActionNotAllowed": 403, "OnlyRootAllowed": 403, "InternalError": 500, "": 500}
STATUS = {"AccessDenied": 403, "FlavourNotFound": 404, "MethodNotAllowed": 405}
FRAMEWORKS = frozenset({"standalone", "paddle", "pytorch", "tensorflow", "mxnet", "spark", "mpi", "ray"})
PRIORITIES = frozenset({"", "VERY_LOW", "LOW", "NORMAL", "HIGH", "VERY_HIGH"})
LABEL = re.compile(r"[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?\Z")
QUANTITY = re.compile(r"[0-9]+(\.[0-9]+)?(m|[kMGT]i?|Ki)?\Z")
ZERO = {"flavour": {"name": "", "cpu": "", "mem": ""}, "fs": {}, "extraFS": None, "image": "", "command": "", "port": 0}
"""What a distributed job and a workflow show of the fields that only a single one has."""


@dataclass
class Job:
    """A job in the database."""

    id: str
    kind: str
    body: Mapping[str, Any]
    owner: str
    status: str = "init"
    message: str = ""
    work: list[tuple[str, str, int, Work]] = field(default_factory=list)
    """Of each task its id, role, index and process."""

    def observe(self) -> None:
        """The status follows what the processes do."""
        if self.status in FINAL or not self.work:
            return
        codes = [work.exit_code for *_, work in self.work]
        if self.status == "terminating":
            self.status = "terminated"
        elif any(codes):
            self.status, self.message = "failed", f"exit code {next(code for code in codes if code)}"
        elif all(code == 0 for code in codes):
            self.status = "succeeded"
        else:
            self.status = "running"


@dataclass
class PaddleFlow(PlatformService):
    """One server. ``version`` decides on names of fields; ``develop`` has the paging of the development branch."""

    version: str = "0.14.6"
    develop: bool = False
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
            self.queues[name] = {"name": name, "status": status, "clusterName": "c1", "maxResources": limits}
        self.flavours: list[dict[str, Any]] = [
            {"name": "flavour1", "cpu": "1", "mem": "1Gi"},
            {"name": "flavour2", "cpu": "4", "mem": "8Gi", "scalarResources": {"nvidia.com/gpu": "1"}},
        ]

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

    @route("POST", f"{PREFIX}/login")
    def log_in(self, request: Request) -> Reply:
        """A token for a user who is known."""
        body = request.json()
        if not isinstance(body, dict):
            raise no("MalformedJSON", "the body is no JSON")
        if body.get("username") not in {self.environ["PF_USER"], "grace"}:
            raise no("UserNotExist", f"user {body.get('username')} does not exist")
        if body.get("password") != self.environ["PF_PASSWORD"]:
            raise no("AuthFailed", "password is wrong")
        token = f"eyJhbGciOiJIUzI1NiJ9.{secrets.token_urlsafe(24)}"
        self.tokens[token] = body["username"]
        return as_json({"authorization": token})

    @route("POST", f"{PREFIX}/job/{{kind}}")
    def create(self, request: Request, kind: str) -> Reply:
        """A new job; whatever is wrong with it is JobCreateFailed."""
        body = request.json()
        if kind not in {"single", "distributed", "workflow"}:
            raise no("InvalidURI", "no such job type")
        if not isinstance(body, dict) or not all(isinstance(one.get("env"), dict | None) for one in replicas(body)):
            raise no("MalformedJSON", "json: cannot unmarshal")
        body = {key.lower(): value for key, value in body.items()}  # as Go reads keys
        if wrong := self._wrong(kind, body):
            raise no("JobCreateFailed", f"create job failed, err: {wrong}")
        name = body.get("id") or f"job-{secrets.token_hex(8)}"
        job = Job(name, kind, body, self._user(request))
        self.jobs[name] = job
        self.history.append(name)
        if self.runs:
            job.work = [(f"{name}-{role}-{index}", role, index, work) for role, index, work in started(kind, body)]
        return as_json({"id": name})

    @route("GET", f"{PREFIX}/job")
    def list_jobs(self, request: Request) -> Reply:
        """One page of the user's own jobs, as the query wants them."""
        query = request.query
        size = int(query.get("maxKeys", 50))
        if not 1 <= size <= 1000:
            raise no("InvalidArguments", "maxKeys should be between 1 and 1000")
        rows = [(number, job) for number, job in enumerate(self.jobs.values(), 1) if job.owner == self._user(request)]
        rows = [(number, job) for number, job in rows if self._matches(job, query)]
        start = int(query.get("marker", 0))
        found = [(number, job) for number, job in rows if number > start]
        found = found[::-1] if self.develop else found
        page, rest = found[:size], found[size:]
        data: dict[str, Any] = {
            "maxKeys": size,
            "isTruncated": bool(rest),
            "jobList": [self._shown(j) for _, j in page],
        }
        return as_json(data | ({"nextMarker": str(page[-1][0])} if rest else {}))

    @route("GET", f"{PREFIX}/job/{{id}}")
    def get(self, request: Request, id: str) -> Reply:  # noqa: A002
        """One job."""
        return as_json(self._shown(self._job(request, id)))

    @route("PUT", f"{PREFIX}/job/{{id}}")
    def change(self, request: Request, id: str) -> Reply:  # noqa: A002
        """A job is stopped or modified; the answer is empty."""
        job = self._job(request, id)
        action = request.query.get("action")
        if action == "stop":
            return self._stop(job)
        if action != "modify":
            raise no("ActionNotAllowed", f"action {action} is not supported")
        body = request.json() or {}
        if str(body.get("priority", "")).upper() not in PRIORITIES:
            raise no("InvalidArguments", "priority is invalid")
        if body.get("priority") and job.status not in {"init", "pending"}:
            raise no("ActionNotAllowed", f"job {id} status is {job.status}, its priority can not be changed")
        policy = {**job.body.get("schedulingpolicy", {}), **({"priority": p} if (p := body.get("priority")) else {})}
        merged = {name: {**(job.body.get(name) or {}), **body.get(name, {})} for name in ("labels", "annotations")}
        job.body = {**job.body, **merged, "schedulingpolicy": policy}
        return Reply()

    @route("DELETE", f"{PREFIX}/job/{{id}}")
    def delete(self, request: Request, id: str) -> Reply:  # noqa: A002
        """The record of an ended job is gone, and its id is free."""
        job = self._job(request, id)
        if job.status not in FINAL:
            message = f"delete job failed, err: job {id} status is {job.status}, please stop it first."
            raise no("ActionNotAllowed", message)
        for *_, work in self.jobs.pop(id).work:
            work.close()
        return Reply()

    @route("GET", f"{PREFIX}/log/job")
    def logs(self, request: Request) -> Reply:
        """The output of a job's tasks."""
        query = request.query
        job = self._job(request, query.get("jobID", ""))
        if query.get("clusterName") != "c1":
            raise no("InvalidArguments", "clusterName is wrong")
        tasks = [self._log(task, work, int(query.get("lineLimit", 1000))) for task, _, _, work in job.work]
        return as_json({"jobID": job.id, "taskList": tasks, "name": "", "type": job.kind, "eventList": []})

    @route("GET", f"{PREFIX}/queue")
    def list_queues(self, request: Request) -> Reply:
        """All queues."""
        return as_json({"isTruncated": False, "maxKeys": 50, "queueList": list(self.queues.values())})

    @route("GET", f"{PREFIX}/queue/{{queue}}")
    def get_queue(self, request: Request, queue: str) -> Reply:
        """One queue."""
        if queue not in self.queues:
            raise no("QueueNameNotFound", f"queue {queue} does not exist")
        return as_json(self.queues[queue])

    @route("GET", f"{PREFIX}/flavour")
    def list_flavours(self, request: Request) -> Reply:
        """All flavours."""
        return as_json({"isTruncated": False, "maxKeys": 50, "flavourList": self.flavours})

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
            for *_, work in job.work:
                work.close()

    def _user(self, request: Request) -> str:
        return self.tokens[request.headers["x-pf-authorization"]]

    def _job(self, request: Request, name: str) -> Job:
        job = self.jobs.get(name)
        if job is None:
            raise no("JobNotFound", f"job {name} is not found")
        if job.owner != self._user(request):
            raise no("AccessDenied", f"user has no access to job {name}")
        job.observe()
        return job

    def _stop(self, job: Job) -> Reply:
        if job.status in FINAL:
            message = f"stop job failed, err: job {job.id} status is already {job.status}, and job cannot be stopped"
            raise no("", message)
        job.status = "terminating" if job.work else "terminated"
        for *_, work in job.work:
            work.stop()
        return Reply()

    def _matches(self, job: Job, query: Mapping[str, str]) -> bool:
        job.observe()
        labels = json.loads(query.get("labels", "{}"))
        is_queue = query.get("queue") in {None, job.body["schedulingpolicy"]["queue"]}
        is_labelled = labels.items() <= (job.body.get("labels") or {}).items()
        return is_queue and is_labelled and query.get("status") in {None, job.status}

    def _wrong(self, kind: str, body: Mapping[str, Any]) -> str:
        name, policy = body.get("id") or "", body.get("schedulingpolicy") or {}
        queue = self.queues.get(policy.get("queue", ""))
        if name and (len(name) > 60 or not LABEL.match(name)):
            return f"id {name} is invalid"
        if name in self.jobs:
            return f"Error 1062: Duplicate entry '{name}' for key 'job.id'"
        if queue is None or queue["status"] != "open":
            return f"queue {policy.get('queue')} does not exist or is not open"
        if str(policy.get("priority") or "NORMAL").upper() not in {"LOW", "NORMAL", "HIGH"}:
            return "priority is invalid"
        return str(KINDS[kind](self, body))

    def _wrong_single(self, body: Mapping[str, Any]) -> str:
        return "" if body.get("extensiontemplate") and not body.get("image") else self._wrong_replica(body)

    def _wrong_distributed(self, body: Mapping[str, Any]) -> str:
        members = body.get("members") or []
        if body.get("framework") not in FRAMEWORKS:
            return f"framework {body.get('framework')} is not supported"
        if not members:
            return "" if body.get("extensiontemplate") else "members is required"
        if any(not isinstance(member.get("replicas"), int) or member["replicas"] < 1 for member in members):
            return "replicas must be greater than 0"
        workers = sum(member["replicas"] for member in members if member.get("role") in {"worker", "pworker"})
        has_servers = any(member.get("role") in {"pserver", "master"} for member in members)
        if body["framework"] in {"paddle", "pytorch", "tensorflow", "mxnet"} and workers < (1 if has_servers else 2):
            return "the number of workers is too small"
        return next((wrong for member in members if (wrong := self._wrong_replica(member))), "")

    def _wrong_workflow(self, body: Mapping[str, Any]) -> str:
        template = body.get("extensiontemplate") or {}
        is_right = (template.get("kind"), template.get("apiVersion")) == ("Workflow", "argoproj.io/v1alpha1")
        return "" if is_right else "extensionTemplate must be an Argo Workflow"

    def _wrong_replica(self, body: Mapping[str, Any]) -> str:
        flavour: dict[str, Any] = body.get("flavour") or {}
        if not body.get("image"):
            return "image is required"
        registered = {str(known["name"]) for known in self.flavours}
        if flavour.get("name") not in {None, "", "customFlavour", *registered}:
            return f"flavour {flavour['name']} does not exist"
        scalar: dict[str, Any] = flavour.get("scalarResources") or {}
        amounts = [flavour.get("cpu", "1"), flavour.get("mem", "1Gi"), *scalar.values()]
        if not all(isinstance(amount, str) and (not amount or QUANTITY.match(amount)) for amount in amounts):
            return "flavour is no quantity"
        fields = ("fs", "extraFS") if self.version > "0.14.2" else ("fileSystem", "extraFileSystems")
        names: dict[str, Any] = {name.lower(): value for name, value in body.items()}
        first, more = (names.get(name.lower()) for name in fields)
        missing = [fs["name"] for fs in [first, *(more or [])] if fs and fs.get("name") not in self.file_systems]
        return f"fs {missing[0]} does not exist" if missing else ""

    def _shown(self, job: Job) -> dict[str, Any]:
        job.observe()
        body = job.body
        env = {**(body.get("env") or {}), "PF_JOB_ID": job.id, "PF_USER_NAME": job.owner}
        own = {"image": body.get("image", ""), "command": body.get("command", ""), "env": env}
        own |= {"flavour": body.get("flavour"), "fs": body.get("fs"), "extraFS": body.get("extrafs")}
        tasks = [
            {"name": task, "namespace": "default", "id": task, "status": job.status, "role": role, "index": index}
            for task, role, index, _ in job.work
        ]
        runtime = {"runtime": tasks[0]} if job.kind == "single" and tasks else {}
        if job.kind == "distributed":
            runtime = {"distributedRuntime": {"name": job.id, "runtimes": tasks}}
        return {
            "id": job.id,
            "name": body.get("name", ""),
            "labels": body.get("labels"),
            "annotations": body.get("annotations"),
            "schedulingPolicy": body["schedulingpolicy"],
            "UserName": job.owner,
            **(own if job.kind == "single" else {**ZERO, "env": {"PF_JOB_ID": job.id}}),
            "extensionTemplate": None,
            "framework": body.get("framework", ""),
            "members": body.get("members") or [{"replicas": 1, "role": "", **own}],
            "status": job.status,
            "message": job.message,
            "acceptTime": "2024-01-02 15:04:05",
            "startTime": "",
            "finishTime": "",
            **runtime,
        }

    def _log(self, task: str, work: Work, limit: int) -> dict[str, Any]:
        lines = work.output().splitlines(keepends=True)
        content = "".join(lines[:limit])
        return {
            "taskID": task,
            "logInfo": {"logContent": content, "hasNextPage": False, "truncated": len(lines) > limit},
        }


KINDS: Mapping[str, Any] = {
    "single": PaddleFlow._wrong_single,
    "distributed": PaddleFlow._wrong_distributed,
    "workflow": PaddleFlow._wrong_workflow,
}


def replicas(body: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    """The job's own container and those of its members."""
    return [body, *(member for member in body.get("members") or [] if isinstance(member, dict))]


def started(kind: str, body: Mapping[str, Any]) -> list[tuple[str, int, Work]]:
    """Of each task its role, number and process."""
    members = body.get("members") or [body]
    if kind == "workflow":
        return [("", 0, Work(["sh", "-c", "echo a workflow ran"]))]
    return [
        (str(member.get("role") or ""), index, Work(["sh", "-c", bare(member["command"])], member.get("env")))
        for member in members
        for index in range(member.get("replicas", 1))
    ]


def bare(command: str) -> str:
    """The command without the shell that the server takes off it."""
    return re.sub(r"\A(?:ba)?sh -c ", "", command)


def no(code: str, message: str) -> Rejected:
    """An error as the server words it."""
    status = {**HTTP, **STATUS}.get(code, 400)
    return Rejected(as_json({"requestID": secrets.token_hex(8), "code": code, "message": message}, status))


def serve(**settings: Any) -> PaddleFlow:
    """A server with two queues, one of them closed, and two flavours."""
    return PaddleFlow(**settings)
