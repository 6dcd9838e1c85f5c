"""How the program of a job, member or step is started: as one text for ``sh -c``, or as words."""

from collections.abc import Collection

from lading.compiler.payload import From
from lading.compiler.platforms.paddleflow.expansion import escaped
from lading.compiler.shell import shell_argv, shell_text
from lading.compiler.templating import quoted_for_sh
from lading.compiler.view import View

Folded = Collection[str]

TAKEN_APART = ("bash -c", "sh -c")
"""Beginnings that the server takes off a command before it gives the rest to ``sh -c``."""

PROGRAM = ("command", "script")

_STARTED_BY_THE_FIRST = frozenset({"mpi", "ray"})
"""Frameworks whose workers wait for what the first member starts on them."""


def command_text(view: View, role: str, folded: Folded) -> From | None:
    """The command of a job or member, which the server hands to ``sh -c``."""
    found = _text(view, role, folded)
    if found is None:
        return None
    text = f" {found.value}" if found.value.startswith(TAKEN_APART) else found.value
    return From(escaped(text, view.items("env")), found.sources)


def command_words(view: View, role: str, folded: Folded) -> list[From] | None:
    """The command of a container, word by word."""
    prefix = _launcher(view, role)
    words = shell_argv(view, fold=folded) if runs(view, role) else None
    if words and prefix:
        text = _text(view, role, folded)
        words = [From("sh", ()), From("-c", ()), text] if text else None
    return words and [From(escaped(word.value, view.items("env")), word.sources) for word in words]


def runs(view: View, role: str) -> bool:
    """Whether the member starts a program of the spec's by itself."""
    return has_program(view) and not is_idle(view, role)


def is_idle(view: View, role: str) -> bool:
    """Whether the framework starts something else in the member, or the first member does."""
    framework = view.value("framework")
    is_waiting = framework in _STARTED_BY_THE_FIRST and role == "worker"
    return framework == "spark" or (is_waiting and not (framework == "mpi" and _has_own_program(view)))


def has_program(view: View) -> bool:
    """Whether the spec says what is started, and does not leave it to the image."""
    return any(view.is_set(name) for name in PROGRAM)


def _text(view: View, role: str, folded: Folded) -> From | None:
    prefix = _launcher(view, role)
    if not runs(view, role):
        return None
    if not prefix:
        return shell_text(view, fold=folded)
    words = shell_argv(view, fold=folded)
    if words is None:
        return None
    sources = tuple(dict.fromkeys(path for part in (*words, *prefix) for path in part.sources))
    return From(" ".join([part.value for part in prefix] + [quoted_for_sh(word.value) for word in words]), sources)


def _launcher(view: View, role: str) -> list[From]:
    """The pieces of shell text before the program that make several processes of it."""
    framework, launch = view.value("framework"), view.get("launch")
    slots = view.get("slots") or From(1, ())
    if launch and launch.value == "once":
        return []
    if framework == "mpi" and role == "master" and not _has_own_program(view):
        return [_mpirun(view)]
    if framework == "pytorch" and slots.value > 1:
        return [From(f"torchrun {_rendezvous(role)} --nproc_per_node {slots.value} --no_python", slots.sources)]
    return []


def _mpirun(view: View) -> From:
    worker = worker_of(view.plan.root)
    replicas, slots = (worker.get(name) or From(1, ()) for name in ("replicas", "slots"))
    count = replicas.value * slots.value
    return From(f"mpirun --allow-run-as-root -np {count}", (*replicas.sources, *slots.sources))


def worker_of(root: View) -> View:
    """Where the workers of the job are spoken of."""
    return next((role for role in root.each("roles") if role.key == "worker"), root)


def _rendezvous(role: str) -> str:
    """Where the processes of all members meet; the operator sets the variables, which count members."""
    if not role:
        return "--standalone"
    return '--nnodes "$WORLD_SIZE" --node_rank "$RANK" --master_addr "$MASTER_ADDR" --master_port "$MASTER_PORT"'


def _has_own_program(view: View) -> bool:
    """Whether a role says itself what it runs."""
    is_role = view.prefix[:1] == ("roles",)
    return is_role and any(view.plan.below((*view.prefix, name)) for name in PROGRAM)
