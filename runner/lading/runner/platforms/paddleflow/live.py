"""How a PaddleFlow server tells of a job that it was asked for (``controller/job/get.go``, ``common/schema``)."""

from lading.compiler.platforms.paddleflow.expansion import expanded
from lading.runner.live import Telling

PLACES = ("", "members/*/")
"""What a single job says of itself stands at the top, what a distributed one says at each member."""


def _everywhere(*patterns: str) -> frozenset[str]:
    return frozenset(f"{place}{pattern}" for place in PLACES for pattern in patterns)


TELLING = Telling(
    # a single job shows one member, and no framework of its own; a member shows the configuration of its job
    adds=frozenset({"members", "framework", "UserName", "status", "message", "acceptTime", "startTime", "finishTime"})
    | {"runtime", "distributedRuntime", "workflowRuntime", "members/*/queueID", "members/*/queueName"}
    | _everywhere("id", "username", "userName", "env/PF_*")
    | _everywhere(
        *(f"{flavour}/{size}" for flavour in ("flavour", "limitFlavour") for size in ("cpu", "mem", "scalarResources"))
    )
    | _everywhere(*(f"{fs}/{name}" for fs in ("fs", "extraFS/*") for name in ("id", "type", "hostPath", "mountPath")))
    | {"members/*/name"},
    fills={
        "schedulingPolicy/priority": "NORMAL",
        "members/*/priority": "NORMAL",
        **{pattern: {"name": "customFlavour"} for pattern in _everywhere("flavour", "limitFlavour")},
    },
    # a template comes back as null, a member's policy as fields of its own; what servers before 0.14.3 call a file
    # system is told by the new names
    hides=_everywhere("extensionTemplate", "fileSystem", "extraFileSystems") | {"members/*/schedulingPolicy"},
    maps=_everywhere("labels", "annotations", "env"),
    secret=expanded,
)
"""What the server fills in stands beside what was sent. Nobody can change more of a job than its priority, labels and
annotations, but through the database."""
