"""Environment variables: lading's own, the spec's, and those that only the program itself may see."""

import re
from functools import lru_cache
from typing import NamedTuple

from lading.compiler.payload import From
from lading.compiler.sbatch import tasks
from lading.compiler.sbatch.native import OF_TASKS, native
from lading.compiler.secrets import is_secret
from lading.compiler.templating import Shell, sh
from lading.compiler.variables import job_name, mount_variable
from lading.compiler.view import View, once

Variables = dict[str, From | Shell]

ADDRESS = '$(scontrol show hostnames "$SLURM_JOB_NODELIST" | head -n 1)'
PORT = "$((20000 + SLURM_JOB_ID % 10000))"
"""Where the ranks of a job meet: on its first node, at a port that another job on that node hardly has as well."""

OF_A_TASK = {
    "LADING_REPLICA": Shell("$SLURM_NODEID"),
    "RANK": Shell("$SLURM_PROCID"),
    "LOCAL_RANK": Shell("$SLURM_LOCALID"),
}

_KEPT = re.compile(
    r"BASH\w*|DIRSTACK|ENV|EPOCH(REAL)?(TIME|SECONDS)|EUID|FUNCNAME|GROUPS|HISTCMD|HOME|HOSTNAME|IFS|LANG(UAGE)?|LC_\w+"
    r"|LD_\w+|LINENO|OLDPWD|OPT(ARG|IND|ERR)|PATH|POSIXLY_CORRECT|PPID|PS4|PWD|RANDOM|SECONDS|SHELLOPTS|SHLVL|SLURM_\w+"
    r"|SRANDOM|SRUN_\w+|TMPDIR|UID|_|each|program|run|secrets|status",
)
"""Variables that bash, the commands of the script or the script itself would take notice of, were they set there."""


def of_job(view: View) -> Variables:
    """What the batch script sets for all tasks: lading's own names first, so that a spec may say otherwise."""
    found: Variables = {"LADING_NAME": job_name(view), "LADING_REPLICAS": _replicas(view)}
    if view.get("array", "indices"):
        found["LADING_ARRAY_INDEX"] = Shell("$SLURM_ARRAY_TASK_ID")
    if tasks.is_ranked(view):
        found |= _rendezvous(view)
    found |= {name: sh("0") for name in _names_of_a_task(view) if not _differs(view, name)}
    return found | _of_mounts(view) | _env(view).plain


def _replicas(view: View) -> From | Shell:
    """How many nodes the job has, which only Slurm knows where a native field leaves it open."""
    opens = [found for name in OF_TASKS if (found := native(view, name))]
    if opens:
        return Shell("$SLURM_JOB_NUM_NODES", tuple(path for found in opens for path in found.sources))
    return tasks.number(view, "replicas")


@once
def of_task(view: View) -> dict[str, Shell]:
    """What differs between the tasks, so that each must set it for itself."""
    if tasks.count(view) == 1:
        return {}
    own = view.items("env")
    return {name: OF_A_TASK[name] for name in _names_of_a_task(view) if _differs(view, name) and name not in own}


@once
def of_program(view: View) -> list[From]:
    """The spec's variables that are set by ``env`` when the program starts, and not before: ``NAME=value``."""
    return [From(f"{name}={value.value}", value.sources) for name, value in _env(view).kept.items()]


def secrets(view: View) -> dict[str, From]:
    """The variables whose values sbatch hands on, with the names of the secrets."""
    return _env(view).secrets


class Env(NamedTuple):
    """The spec's variables: those that the script sets, those that only the program may see, and secrets."""

    plain: dict[str, From]
    kept: dict[str, From]
    secrets: dict[str, From]


@once
def _env(view: View) -> Env:
    env = Env({}, {}, {})
    for name, value in view.items("env").items():
        place = env.secrets if is_secret(value.value) else env.kept if _is_kept(name) else env.plain
        place[name] = value
    return env


@lru_cache(maxsize=1024)  # a thousand jobs set the same few variables
def _is_kept(name: str) -> bool:
    return bool(_KEPT.fullmatch(name))


def _names_of_a_task(view: View) -> list[str]:
    return list(OF_A_TASK) if tasks.is_ranked(view) else ["LADING_REPLICA"]


def _differs(view: View, name: str) -> bool:
    return tasks.count(view) > 1 and (name != "LADING_REPLICA" or tasks.number(view, "replicas").value > 1)


def _rendezvous(view: View) -> Variables:
    replicas, slots = tasks.number(view, "replicas"), tasks.number(view, "slots")
    sources = view.sources("framework")
    return {
        "MASTER_ADDR": Shell(ADDRESS, sources),
        "MASTER_PORT": Shell(PORT, sources),
        "WORLD_SIZE": From(replicas.value * slots.value, (*replicas.sources, *slots.sources)),
    }


def _of_mounts(view: View) -> Variables:
    volumes = [(mount.raw("volume"), mount, source) for mount in view.each("mounts") if (source := mount.get("volume"))]
    return {mount_variable(name): _seen_at(view, mount, source) for name, mount, source in volumes}


def _seen_at(view: View, mount: View, source: From) -> From:
    path = mount.get("path")
    return From(path.value if path and tasks.container(view) else source.value, mount.sources())
