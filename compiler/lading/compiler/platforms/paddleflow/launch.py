"""How the program of a job, member or step is started: as one text for ``sh -c``, or as words."""

from collections.abc import Collection, Container, Sequence

from lading.compiler.payload import From
from lading.compiler.platforms.paddleflow.expansion import escaped
from lading.compiler.shell import shell_argv, shell_text
from lading.compiler.templating import Shell
from lading.compiler.view import View

Folded = Collection[str]

TAKEN_APART = ("bash -c", "sh -c")
"""Beginnings that the server takes off a command before it gives the rest to ``sh -c``."""

PROGRAM = ("command", "script")

_STARTED_BY_THE_FIRST = frozenset({"mpi", "ray"})
"""Frameworks whose workers wait for what the first member starts on them."""


def command_text(view: View, role: str, folded: Folded) -> From | None:
    """The command of a job or member, which the server hands to ``sh -c``."""
    found = shell_text(view, fold=folded, launcher=_launcher(view, role)) if runs(view, role) else None
    if found is None:
        return None
    return From(escaped(untouched(found.value), view.items("env")), found.sources)


def untouched(text: str) -> str:
    """The text so that the server takes nothing off it."""
    return f" {text}" if text.startswith(TAKEN_APART) else text


def command_words(view: View, role: str, folded: Folded, names: Container[str]) -> list[From] | None:
    """The command of a container with variables of these names, word by word."""
    words = shell_argv(view, fold=folded, launcher=_launcher(view, role)) if runs(view, role) else None
    return words and [From(escaped(word.value, names), word.sources) for word in words]


def runs(view: View, role: str) -> bool:
    """Whether the member starts a program of the spec's by itself."""
    return has_program(view) and not is_idle(view, role)


def is_idle(view: View, role: str) -> bool:
    """Whether the framework starts something else in the member, or the first member does."""
    framework = framework_of(view)
    is_waiting = framework in _STARTED_BY_THE_FIRST and role == "worker"
    return framework == "spark" or (is_waiting and not (framework == "mpi" and _has_own_program(view)))


def has_program(view: View) -> bool:
    """Whether the spec says what is started, and does not leave it to the image."""
    return any(view.is_set(name) for name in PROGRAM)


def framework_of(view: View) -> str | None:
    """The framework as far as the platform has it."""
    found = view.get("framework")
    return found.value if found else None


def _launcher(view: View, role: str) -> From | None:
    """The words before the program that make several processes of it."""
    framework = framework_of(view)
    if framework == "mpi" and adds_mpirun(view, role):
        return _mpirun(view)
    slots = view.get("slots") if framework == "pytorch" else None
    if slots is None or slots.value == 1 or view.value("launch") == "once":
        return None
    return _torchrun(view, role, slots)


def adds_mpirun(view: View, role: str) -> bool:
    """Whether the program is what a rank runs, in the member that starts the ranks."""
    is_launcher = role == "master" and framework_of(view) == "mpi"
    return is_launcher and view.value("launch") != "once" and not _has_own_program(view)


def _mpirun(view: View) -> From:
    worker = worker_of(view.plan.root)
    replicas, slots = (worker.get(name) or From(1, ()) for name in ("replicas", "slots"))
    return From(["mpirun", "-np", str(replicas.value * slots.value)], (*replicas.sources, *slots.sources))


def _torchrun(view: View, role: str, slots: From) -> From:
    members = _members(view.plan.root) if role else []
    words = ["torchrun", *_rendezvous(members), f"--nproc-per-node={slots.value}", "--no-python"]
    return From(words, (*slots.sources, *(path for one in members for path in one.sources)))


def _members(root: View) -> list[From]:
    """How many members there are, of each role or of the job."""
    return [part.get("replicas") or From(1, ()) for part in root.each("roles") or [root]]


def worker_of(root: View) -> View:
    """Where the workers of the job are spoken of."""
    return next((role for role in root.each("roles") if role.key == "worker"), root)


def _rendezvous(members: Sequence[From]) -> list[str]:
    """Where the processes of all members meet, as the operator tells each of them."""
    if not members:
        return ["--standalone"]
    told = {"node-rank": "RANK", "master-addr": "MASTER_ADDR", "master-port": "MASTER_PORT"}
    count = sum(one.value for one in members)
    return [f"--nnodes={count}", *(Shell(f'--{option}="${name}"') for option, name in told.items())]


def _has_own_program(view: View) -> bool:
    """Whether a role says itself what it runs."""
    is_role = view.prefix[:1] == ("roles",)
    return is_role and any(view.plan.below((*view.prefix, name)) for name in PROGRAM)
