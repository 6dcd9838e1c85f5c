# ruff: noqa: N815 - a field has the language's own name, everywhere
"""What a site and a spec can say about AirScheduler beyond the portable language."""

from collections.abc import Mapping, Sequence
from typing import Annotated, Any, Literal

from annotated_types import Ge, Le, MinLen

from lading.schema.models.common import (
    AbsolutePath,
    Amount,
    Bytes,
    Identifier,
    Line,
    Model,
    Pattern,
    Url,
    optional,
    required,
)
from lading.schema.models.storage import Nfs

Operation = Annotated[
    str,
    Pattern(
        r"create|start|stop|delete|get|modify|filter|logs|resources",
        "one of create, start, stop, delete, get, modify, filter, logs and resources",
    ),
]
Route = Annotated[
    str,
    Pattern(
        r"(?:GET|POST|PUT|DELETE) /(?:[^\s{}#]|\{(?:id|col_name|col_values|start_line|end_line)\})*",
        "a method and a path, such as GET /task/{id}, in which {id}, {col_name}, {col_values}, {start_line} and "
        "{end_line} may stand",
    ),
]
Namespace = Annotated[
    str, Pattern(r"[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?", "a Kubernetes namespace: lower-case letters, digits and -")
]
StatusNumbers = Annotated[
    str, Pattern(r"-?[0-9]+(?:\.\.(?:-?[0-9]+)?)?", "a number or a range of numbers: -1, 1..99 or 1001..")
]


class Mark(Model):
    """By which column of its tasks the platform is asked for the one that bears a certain mark."""

    column: Identifier = required("usage")
    """The name of the column, as the platform's filter takes it."""

    values: Annotated[Sequence[Line], MinLen(1)] | None = optional("[vision]")
    """What is asked for: all tasks that have one of these there, among which lading looks for the mark. Without values
    it asks for the mark itself, of a filter that finds a text by a part of it."""


class Options(Model):
    """``targets.<target>.options`` of an AirScheduler target."""

    api: Literal["v1", "v2"] | None = optional("v2", default="v1")
    """The edition of the interface. The second has variables, time limits and read-only mounts, and other names."""

    namespace: Namespace | None = optional("vision")
    """The namespace of specs that name no queue."""

    reads: Literal["shell", "words"] | None = optional("shell")
    """What the platform does with a command: `shell` hands it to a shell as it is, `words` takes it apart itself, so
    that lading writes `sh -c '…'` around whatever is more than words. Its manual does not say. Without this option
    commands are written for a shell, and those that need one get a warning."""

    encoding: Literal["strings", "objects"] | None = optional("objects", default="strings")
    """How objects inside of the body travel: as the JSON strings of the manual, or as they are."""

    routes: Mapping[Operation, Route] | None = optional(
        '{filter: "GET /api/v1/airscheduler/task/?col_name={col_name}&col_values={col_values}"}'
    )
    """Methods and paths of operations, below the target's endpoint, where this deployment has others than usual, and
    of those that no manual tells: modify, filter, logs and resources. `{id}` stands for the task's id, `{start_line}`
    and `{end_line}` for the lines of a log, `{col_name}` and `{col_values}` for the column and the values (with commas
    between them) that tasks are filtered by. What stands nowhere in the path goes by its name in the manual (`task_id`,
    `start_line`, `col_name` …) into the query of a GET or DELETE, and into the JSON body of a POST or PUT."""

    findBy: Mark | None = optional("{column: usage}")
    """How a task is found of which no answer came. lading writes a mark at the end of each task's `usage`, and asks the
    filter of `routes` for it. Only with this option does it believe a filter that finds nothing."""

    login: Url | None = optional("http://air.example.org:31151")
    """The address of the user service, which makes a token of a user's name and password."""

    monitor: Url | None = optional("http://air.example.org:30888")
    """The address of the real-time monitor, for `usage`, `logs -f` and the states of many tasks. Needs
    `pip install 'lading[monitor]'`; without that, and without this option, HTTP serves as far as `routes` say."""

    engineIo: Annotated[int, Ge(3), Le(4)] | None = optional("4")
    """The protocol that the monitor speaks: 3 (Socket.IO 2) or 4 (Socket.IO 3 and later). Which one lading speaks is
    decided by the python-socketio that is installed; with this option it says so where that is the wrong one."""

    states: Mapping[StatusNumbers, Literal["pending", "running", "succeeded", "failed", "stopped"]] | None = optional(
        '{"-1": pending, "0": succeeded, "1..99": running, "1001..": failed}'
    )
    """What the numbers mean that a task's status is, where this deployment's differ from those of the example. A number
    by itself goes before a range; of numbers that stand nowhere nothing is known."""


class CatalogVolume(Model):
    """Where a volume is: in an NFS export, or in a folder that every node has."""

    nfs: Nfs | None = optional("{server: nas.example.com, path: /export/imagenet}")
    """The export that holds the data."""

    path: AbsolutePath | None = optional("/share/imagenet")
    """The folder of the nodes that holds the data."""

    one_of = (("nfs",), ("path",))
    exactly_one = True


class Catalog(Model):
    """``targets.<target>.catalog`` of an AirScheduler target: how the portable names of a spec are spelled there."""

    volumes: Mapping[Line, CatalogVolume] | None = optional("{imagenet: {path: /share/imagenet}}")
    """Where each volume is."""

    gpus: Mapping[Line, Line] | None = optional("{2080Ti: GeForce RTX 2080 Ti}")
    """The name that the platform has for each portable GPU model. Where any are listed, another model is an error."""

    gpuMemory: Mapping[Line, Bytes] | None = optional("{2080Ti: 11Gi}")
    """The memory of one GPU of each portable model, for specs that ask by memory."""

    queues: Mapping[Line, Namespace] | None = optional("{work: vision}")
    """The namespace of each portable queue. Where any are listed, another queue is an error."""


class Claim(Model):
    """A volume that is claimed for the task."""

    requests: Bytes = required("100Mi")
    """How much it has at least."""

    limits: Bytes = required("1Gi")
    """How much it may grow to."""

    mountPath: AbsolutePath | None = optional("/work")
    """Where the program finds it, in the second edition."""


class Native(Model):
    """``native.airscheduler`` of a spec: what the portable language lacks."""

    sourceServiceId: Amount | None = optional("3")
    """The id under which the service that asks for the task is stored."""

    pvc: Annotated[Sequence[Claim], MinLen(1)] | None = optional("[{requests: 100Mi, limits: 1Gi}]")
    """Volumes that are claimed for the task; the first edition takes one."""

    yamlData: Mapping[str, Any] | None = optional("{kind: Pod}")
    """A Kubernetes manifest to start from; ordinary tasks have none."""

    distributed: bool | None = optional("true")
    """Whether the task is part of a distributed one, in the second edition."""
