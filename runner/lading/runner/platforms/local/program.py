"""From a job to the processes it consists of: for each its argv, its environment and its working directory."""

import os
import re
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

from lading.runner.platforms.local.procfs import MARK

Body = Mapping[str, Any]


class Source(NamedTuple):
    """Which process of a job it is. ``element`` is the array's index, None where there is no array."""

    element: int | None
    role: str
    replica: int
    slot: int

    @property
    def key(self) -> str:
        """The source as the name of its log file, and as the end of its processes' mark."""
        return f"{'' if self.element is None else self.element}.{self.role}.{self.replica}.{self.slot}"


def source_of(key: str) -> Source:
    """The source that has this key."""
    index, role, replica, slot = key.split(".")
    return Source(int(index) if index else None, role, int(replica), int(slot))


class Program(NamedTuple):
    """One process to be started."""

    source: Source
    argv: list[str]
    env: dict[str, str]
    workdir: str


class Home(NamedTuple):
    """Where a job lives: its token, its folder, and the folder that its relative paths start from."""

    token: str
    folder: Path
    spec_dir: str


def inherited(environ: Mapping[str, str]) -> dict[str, str]:
    """The environment that a job starts from: the user's own, as if the program had been started by hand."""
    return {name: value for name, value in environ.items() if not name.startswith("LADING_")}


def programs(body: Body, home: Home, index: int | None = None) -> list[Program]:
    """Every process of the job, or of one element of its array. The first of them has rank 0."""
    ranked = list(_ranks(body))
    common = inherited(os.environ) | _rendezvous(body, len(ranked))
    return [
        _program(body, group, home, common, Source(index, *place), rank) for rank, (group, *place) in enumerate(ranked)
    ]


def processes(body: Body) -> int:
    """How many processes the job, or one element of its array, has."""
    return sum(1 for _ in _ranks(body))


def script_of(folder: Path, role: str) -> Path:
    """Where the script of a role stands."""
    return folder / "scripts" / role


def _ranks(body: Body) -> Iterator[tuple[Any, ...]]:
    if _is_single(body):
        yield body["groups"][0], body["groups"][0]["role"], 0, 0
        return
    for group in body["groups"]:
        for replica in range(group["replicas"]):
            for slot in range(group["slots"]):
                yield group, group["role"], replica, slot


def _is_single(body: Body) -> bool:
    """One process that starts the others itself: the program says so, or it is mpirun."""
    return bool(body["launch"] == "once" or body.get("framework") == "mpi")


def _program(body: Body, group: Body, home: Home, common: Mapping[str, str], source: Source, rank: int) -> Program:
    env = {**common, **_identity(body, group, source), **_mounts(group)}
    if body.get("framework") == "pytorch":
        env |= {"RANK": str(rank), "LOCAL_RANK": str(source.slot)}
    env |= {**group["env"], MARK: f"{home.token}/{source.key}"}
    workdir = str(Path(home.spec_dir) / group.get("workdir", "."))
    return Program(source, _argv(body, group, home), env, workdir)


def _identity(body: Body, group: Body, source: Source) -> dict[str, str]:
    told = {"LADING_NAME": body["name"], "LADING_REPLICAS": str(group["replicas"])}
    if not (body.get("framework") == "mpi" and body["launch"] == "each"):  # one environment for all of mpirun's ranks
        told["LADING_REPLICA"] = str(source.replica)
    if source.element is not None:
        told["LADING_ARRAY_INDEX"] = str(source.element)
    return told


def _mounts(group: Body) -> dict[str, str]:
    named = [mount for mount in group.get("mounts", ()) if "volume" in mount]
    return {f"LADING_MOUNT_{re.sub(r'[^A-Z0-9]', '_', m['volume'].upper())}": _seen_at(group, m) for m in named}


def _seen_at(group: Body, mount: Body) -> str:
    in_container = "apptainer" in group.get("image", {})
    return str(mount.get("path", mount["source"]) if in_container else mount["source"])


def _rendezvous(body: Body, ranks: int) -> dict[str, str]:
    if body.get("framework") != "pytorch":
        return {}
    total = sum(group["replicas"] * group["slots"] for group in body["groups"]) if _is_single(body) else ranks
    return {"MASTER_ADDR": "127.0.0.1", "MASTER_PORT": str(_free_port()), "WORLD_SIZE": str(total)}


def _free_port() -> int:
    """A port that is free now, and that the kernel gives to nobody else soon."""
    import socket

    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return int(listener.getsockname()[1])


def _argv(body: Body, group: Body, home: Home) -> list[str]:
    return [*_mpirun(body, group), *_image(group, home), *(group.get("argv") or _script(group, home))]


def _script(group: Body, home: Home) -> list[str]:
    path = str(script_of(home.folder, group["role"]))
    return [path] if group["script"].startswith("#!") else [group["shell"], path]


def _mpirun(body: Body, group: Body) -> list[str]:
    if body.get("framework") != "mpi" or body["launch"] == "once":
        return []
    return ["mpirun", "-n", str(group["replicas"] * group["slots"])]


def _image(group: Body, home: Home) -> list[str]:
    image = group.get("image", {})
    if "module" in image:
        return ["/bin/bash", "-lc", f'module load {_quoted(image["module"])} && exec "$@"', "lading"]
    if "apptainer" not in image:
        return []
    scripts = [f"{home.folder / 'scripts'}:{home.folder / 'scripts'}:ro"] if "script" in group else []
    binds = [_bind(mount) for mount in group.get("mounts", ())] + scripts
    return ["apptainer", "exec", *(word for bind in binds for word in ("--bind", bind)), image["apptainer"]]


def _quoted(words: Sequence[str]) -> str:
    from shlex import join

    return join(words)


def _bind(mount: Body) -> str:
    return f"{mount['source']}:{mount.get('path', mount['source'])}:{'ro' if mount.get('readOnly') else 'rw'}"
