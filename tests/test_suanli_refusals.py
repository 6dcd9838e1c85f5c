"""What Suanli can not do, each with its place and its reason."""

from typing import Any

import pytest
from kit.suanli import Said, errors, target

from lading.compiler.platforms.suanli.table import OTHER_KINDS
from lading.schema.layers import Layer


def asking(**resources: Any) -> dict[str, Any]:
    """A container that asks for something."""
    return {"image": "redis:7", "resources": resources}


NATIVE = "native.suanli."
ONE = {"cpu": 1, "memory": "1Gi"}
LONG = {"indices": ",".join(str(3 * n) for n in range(1001))}

REFUSED: dict[str, tuple[dict[str, Any], list[Said]]] = {
    "another kind": (
        {"kind": "service", "ports": [{"port": 80}]},
        [
            (
                "LD406",
                "kind",
                OTHER_KINDS,
            )
        ],
    ),
    "replicas of an array": (
        {"replicas": 2, "array": {"indices": "0-1"}},
        [("LD406", "replicas", "a task counts its pods once, and the elements of the array are counted already")],
    ),
    "too many ranges": (
        {"array": LONG},
        [("LD406", "array.indices", "the command tells 1,000 ranges apart, and these are 1,001: number them anew")],
    ),
    "restarted for ever": (
        {"schedule": {"restart": "always"}},
        [
            (
                "LD406",
                "schedule.restart",
                "a task ends when its program does: say on-failure, or make `retries` of it",
            )
        ],
    ),
    "one program for all": (
        {"replicas": 2, "launch": "once"},
        [("LD406", "launch", "no pod can start programs in another: let each run its own")],
    ),
    "MPI": (
        {"framework": "mpi"},
        [
            (
                "LD406",
                "framework",
                "nothing starts mpi processes here: start them in the command, with `framework: none`",
            )
        ],
    ),
    "PyTorch on several machines": (
        {"framework": "pytorch", "replicas": 2},
        [("LD406", "framework", "pods do not find each other here: use one replica with as many GPUs")],
    ),
    "slots": (
        {"slots": 2},
        [
            (
                "LD406",
                "slots",
                "a replica is one process here: let the command start the others, as torchrun does",
            )
        ],
    ),
    "an unknown GPU": (
        {"resources": {"gpu": "V100:1"}},
        [("LD406", "resources.gpu.model", "no machine of the catalog has a V100: they have 4090, A800-80G, H100")],
    ),
    "a machine that there is not": (
        {"resources": {"cpu": 200, "memory": "1Gi", "gpu": {"model": "H100", "count": 9, "memory": "90Gi"}}},
        [
            (
                "LD406",
                "resources",
                "no machine of the catalog has 9 × H100 of 90Gi and 1Gi of memory and 200 cores",
            )
        ],
    ),
    "a machine in another region": (
        {"resources": {"gpu": "A800:1"}, "native": {"suanli": {"region": "south-2"}}},
        [("LD406", "resources", "no machine of the catalog has 1 × A800-80G in south-2")],
    ),
    "a machine that the catalog does not name": (
        {"native": {"suanli": {"resources": [{"name": "p4"}]}}},
        [
            (
                "LD406",
                f"{NATIVE}resources",
                'the catalog has no resource "p4", only cpu-4, cpu-8, a800-8x, h100-8x, 4090-1x, 4090-2x',
            )
        ],
    ),
    "a machine that is too small": (
        {"resources": {"cpu": 9}, "native": {"suanli": {"resources": [{"name": "cpu-8"}]}}},
        [("LD406", f"{NATIVE}resources", "cpu-8 does not have 9 cores")],
    ),
    "GPUs that do not divide": (
        {
            "containers": {
                "other": {"image": "a:1", "native": {"suanli": {"weights": {"gpu": 1, "cpu": 1, "memory": 1}}}}
            },
            "native": {"suanli": {"weights": {"gpu": 2}, "resources": [{"name": "4090-2x"}]}},
        },
        [("LD406", f"{NATIVE}weights", "2 GPUs can not be divided into 3 equal parts")],
    ),
    "GPUs of a machine that three do not divide": (
        {"resources": ONE | {"gpu": "H100:2"}, "containers": {"other": asking(**ONE, gpu="H100:1")}},
        [
            (
                "LD406",
                "resources",
                "GPUs are shared as they are asked for, and nothing divides into 3 parts: h100-8x has 8",
            )
        ],
    ),
    "weights that leave less than is asked for": (
        {
            "resources": ONE | {"gpu": "H100:5"},
            "native": {"suanli": {"weights": {"gpu": 1}}},
            "containers": {"other": asking(**ONE, gpu="H100:3") | {"native": {"suanli": {"weights": {"gpu": 1}}}}},
        },
        [("LD406", "resources.gpu.count", "native.suanli.weights of the containers leave it 4 of h100-8x")],
    ),
    "GPUs for nobody": (
        {"native": {"suanli": {"weights": {"gpu": 0}}}},
        [("LD406", f"{NATIVE}weights", "some container must have a GPU weight above 0")],
    ),
    "containers without a share": (
        {"containers": {"other": asking(cpu=1)}, "resources": {"memory": "1Gi"}},
        [
            ("LD421", "resources.cpu", "several containers share a machine by what each asks for"),
            ("LD421", "containers.other.resources.memory", "several containers share a machine by what each asks for"),
        ],
    ),
    "a container without an image": (
        {"resources": ONE, "containers": {"other": {"command": ["true"], "resources": ONE}}},
        [("LD421", "containers.other.image", "every container runs one")],
    ),
    "a container called like the job": (
        {"resources": ONE, "containers": {"demo": asking(**ONE)}},
        [
            (
                "LD406",
                "containers.demo",
                'there is a container "demo" already (the main one has the name of the job)',
            )
        ],
    ),
    "a container with fields of the task": (
        {"resources": ONE, "containers": {"other": {**asking(**ONE), "native": {"suanli": {"qos": "Guaranteed"}}}}},
        [("LD406", f"containers.other.{NATIVE}qos", "it holds for the whole task: say it at the top of the spec")],
    ),
    "shared memory of two sizes": (
        {"resources": {**ONE, "shm": "1Gi"}, "containers": {"other": asking(**ONE, shm="2Gi")}},
        [
            (
                "LD406",
                "containers.other.resources.shm",
                "the memory at /dev/shm is shared, and has one size",
            )
        ],
    ),
    "arguments without a command": (
        {"command": None, "image": "a:1", "args": ["x"]},
        [("LD421", "command", "an image keeps its own program only without arguments")],
    ),
    "a folder without a command": (
        {"command": None, "image": "a:1", "workdir": "/x"},
        [("LD421", "command", "workdir is done in the command, and the image's own is not known")],
    ),
    "restarts without a command": (
        {"command": None, "image": "a:1", "replicas": 2, "schedule": {"restart": "on-failure"}},
        [("LD421", "command", "schedule.restart is done in the command, and the image's own is not known")],
    ),
    "a volume that the site does not know": (
        {"mounts": [{"volume": "other", "path": "/x"}]},
        [("LD406", "mounts[0].volume", 'targets.suanli.catalog.volumes has no "other"')],
    ),
    "a volume without a place": (
        {"mounts": [{"volume": "data"}]},
        [("LD421", "mounts[0].path", "neither the mount nor the catalog says where the volume is mounted")],
    ),
    "a part of a volume": (
        {"mounts": [{"volume": "data", "path": "/x", "subPath": "a"}]},
        [
            (
                "LD406",
                "mounts[0].subPath",
                "a volume is mounted whole: mount it elsewhere, and use the folder in it",
            )
        ],
    ),
    "two things in one place": (
        {"mounts": [{"volume": "data", "path": "/x"}], "native": {"suanli": {"disks": ["/x"]}}},
        [("LD406", "mounts[0].path", "native.suanli.disks has something there already")],
    ),
    "two memories in one place": (
        {"resources": {"shm": "1Gi"}, "mounts": [{"tmpfs": "1Gi", "path": "/dev/shm"}]},
        [("LD406", "mounts[0].path", "resources.shm has something there already")],
    ),
    "a disk with a size": (
        {"mounts": [{"disk": "1Ti", "path": "/x"}]},
        [("LD404", "mounts[0].disk", "the machine's own disk is mounted there, as large as it is")],
    ),
    "UDP from outside": (
        {"ports": [{"port": 53, "protocol": "udp", "publish": True}]},
        [("LD406", "ports[0].protocol", "only HTTP reaches a published port")],
    ),
    "a chosen port": (
        {"ports": [{"port": 80, "publish": 8080}]},
        [("LD404", "ports[0].publish", "the platform chooses the address, with port 443")],
    ),
    "a probe that is a command": (
        {"probes": {"liveness": {"exec": ["true"]}}},
        [("LD406", "probes.liveness.exec", "a probe asks a port here: use http or tcp")],
    ),
    "an unknown queue": (
        {"schedule": {"queue": "other"}},
        [("LD406", "schedule.queue", 'the site has no "other" in its catalog, only work, night')],
    ),
    "spot without an estimate": (
        {"schedule": {"preemptible": True}},
        [("LD421", "schedule.estimate", "a machine that may be taken away is rented for an expected time")],
    ),
    "a long spot": (
        {"schedule": {"preemptible": True, "estimate": "25h", "timeLimit": "2d"}},
        [("LD406", "schedule.estimate", "a preemptible task is expected to take at most 1d")],
    ),
    "an estimate above the limit": (
        {"schedule": {"preemptible": True, "estimate": "1h", "timeLimit": "1h"}},
        [("LD406", "schedule.estimate", "it must be less than the time limit")],
    ),
    "a start that waits": (
        {"schedule": {"hold": True, "after": ["other"]}},
        [
            ("LD406", "schedule.after", "a task waits for no other: submit it once the others have ended"),
            ("LD406", "schedule.hold", "a task starts as soon as it is created"),
        ],
    ),
    "failed numbers of pods without any": (
        {"native": {"suanli": {"maxFailedIndex": 1}}},
        [("LD406", f"{NATIVE}maxFailedIndex", "the pods of this task have no numbers: say `indexed: true` as well")],
    ),
    "a variable from two places": (
        {"env": {"A": "x"}, "native": {"suanli": {"envFrom": {"A": {"field": "metadata.name"}}}}},
        [("LD406", f"{NATIVE}envFrom.A", "`env` sets it already")],
    ),
    "a variable of an unknown container": (
        {"native": {"suanli": {"envFrom": {"A": {"resource": "limits.cpu", "container": "other"}}}}},
        [("LD406", f"{NATIVE}envFrom.A", "there is no container other, only demo")],
    ),
    "a region and a queue": (
        {"schedule": {"queue": "work"}, "native": {"suanli": {"region": "north-1"}}},
        [("LD410", f"{NATIVE}region", "")],
    ),
}


@pytest.mark.parametrize(("document", "expected"), REFUSED.values(), ids=REFUSED)
def test_what_can_not_be_had(document: dict[str, Any], expected: list[Said]) -> None:
    """Each refusal at its field, with its reason and nothing else."""
    assert sorted(errors(document)) == sorted(expected)


def test_what_the_site_lacks() -> None:
    """A time limit, an image and machines are needed; queues that the catalog does not have are lost."""
    bare = target(defaults=Layer(), catalog={"resources": {}, "queues": {}})
    assert errors({"schedule": {"queue": "work"}}, bare) == [
        ("LD404", "schedule.queue", "there are no queues here: catalog.queues may say which region one is"),
        ("LD421", "image", "every container runs one"),
        ("LD421", "schedule.timeLimit", "no task is taken without one"),
        ("LD406", "resources", "the catalog of suanli has no resources to choose from"),
    ]
