"""The tasks of a PaddleFlow job: its pods, as the job's record tells of them."""

from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

from lading.compiler.platforms.paddleflow.jobtype import FRAMEWORKS
from lading.runner.http.answer import field
from lading.runner.platforms.paddleflow import protocol

WORKER = "worker"


class Task(NamedTuple):
    """A pod. ``id`` is its uid, ``role`` and ``number`` what it is in a distributed job."""

    id: str
    name: str
    namespace: str
    role: str
    number: int

    @property
    def label(self) -> str:
        """What people tell it from others by."""
        return f"{self.role}-{self.number}" if self.role else self.name or self.id

    def has(self, text: str) -> bool:
        """Whether the text of that id is of one of its containers: ``<uid>_<container>``, or, from those revisions
        that read a pod's text by lines and bytes, ``<pod>_<uid>/<container>``.
        """
        return text == self.id or text.startswith((f"{self.id}_", f"{self.name}_{self.id}/"))


def tasks_of(job: Mapping[str, Any]) -> list[Task]:
    """The tasks that the record of a job of any kind tells of; none before they are there."""
    own = field(job, "runtime", of=Mapping, default=None)
    single = [own] if own else []
    several = _runtimes(field(job, "distributedRuntime", of=Mapping, default={}))
    nodes = protocol.rows(field(job, "workflowRuntime", of=Mapping, default={}), "nodes")
    return [_task(row) for rows in (single, several, *map(_runtimes, nodes)) for row in rows]


def _runtimes(row: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    yield from protocol.rows(row, "runtimes")


def _task(row: Mapping[str, Any]) -> Task:
    """An index of 0 is left out, as Go leaves out what is zero."""
    id_, name, namespace, role = (field(row, key, of=str, default="") for key in ("id", "name", "namespace", "role"))
    return Task(id_, name, namespace, role, field(row, "index", of=int, default=0))


def role_is(there: str, asked: str, framework: str) -> bool:
    """Whether the server's role is the one that somebody asks for, by the language's name or by the server's.

    The only container of a single job is a worker that is not called one; the server calls a ``pserver`` of Paddle a
    ``master`` where it tells of its pod.
    """
    known = FRAMEWORKS[framework].roles if framework in FRAMEWORKS else {}
    names = {asked, f"p{asked}", known.get(asked, asked)}
    if "pserver" in names:
        names.add("master")
    return (there or WORKER) in names
