"""The rows of ``local`` whose verdict depends on the value, on the fields beside it or on the site's catalog."""

from collections.abc import Mapping
from typing import Any

from lading.compiler.capability import Leaf, Verdict, dropped, emulated, exact, refused
from lading.compiler.catalog import mounted_folder

PLAIN_FRAMEWORKS = frozenset({"none", "pytorch"})


def image(leaf: Leaf) -> Verdict:
    """An image that the catalog maps to an Apptainer file or to modules is carried as that; any other is lost."""
    entry = leaf.target.catalog.get("images", {}).get(leaf.value)
    if not entry:
        return dropped("there are no containers here: the program runs on this machine as it is")
    if "apptainer" in entry:
        return emulated(entry, f"runs in {entry['apptainer']} by apptainer")
    return emulated(entry, f"loads the module {' '.join(entry['module'])}")


def launch(leaf: Leaf) -> Verdict:
    """``once`` needs to know which replica is meant."""
    if leaf.value == "once" and _parts(leaf)[0].get("roles"):
        return refused("of several roles no single one is the first replica")
    return exact(leaf.value)


def framework(leaf: Leaf) -> Verdict:
    """What needs variables only is exact, MPI is its own launcher, the rest would need daemons of its own."""
    if leaf.value in PLAIN_FRAMEWORKS:
        return exact(leaf.value)
    if leaf.value != "mpi":
        return refused(
            f"lading starts no {leaf.value} processes here: let the command start them, "
            "with overrides: {local: {framework: null}}"
        )
    if _parts(leaf)[0].get("roles"):
        return refused("one mpirun starts all ranks of this machine: say replicas and slots instead of roles")
    return emulated("mpi", "mpirun starts the ranks")


def volume(leaf: Leaf) -> Verdict:
    """The folder that the catalog has for the volume, with the mount's ``subPath`` below it."""
    source = _source(leaf)
    if source is None:
        return refused(f'targets.{leaf.target.name}.catalog.volumes has no path for "{leaf.value}"')
    return exact(source)


def mount_path(leaf: Leaf) -> Verdict:
    """Where the data is already the path is exact; a container can have it elsewhere, a bare machine can not."""
    source = _source(leaf)
    if source is None or _in_container(leaf) or _same(source, leaf.value):
        return exact(leaf.value)
    return dropped(f"nothing is mounted on this machine: the data stays at {source}")


def read_only(leaf: Leaf) -> Verdict:
    """A container can have it read-only, a bare machine can not."""
    if not leaf.value or _in_container(leaf):
        return exact(leaf.value)
    return dropped("nothing keeps the program from writing there")


def port(leaf: Leaf) -> Verdict:
    """Replicas share one network, so only one of them can listen."""
    replicas = _parts(leaf)[0].get("replicas", 1)
    if replicas > 1:
        return dropped(f"{replicas} replicas share this machine's network and can not all listen on {leaf.value}")
    return emulated(leaf.value, "the program listens on this machine's own network")


def publish(leaf: Leaf) -> Verdict:
    """A port of the program is reachable from where the machine is, under its own number and no other."""
    own = leaf.beside().get("port")
    if leaf.value is False or leaf.value == own:
        return exact(leaf.value)
    if leaf.value is True:
        return emulated(True, f"reached at {own}, the program's own port")
    return dropped(f"the program is reached at {own}, its own port")


def _parts(leaf: Leaf) -> list[Mapping[str, Any]]:
    """The role, step or job that the leaf belongs to, then what that belongs to, up to the whole."""
    parts, path = [leaf.job], leaf.path
    while path[0] in {"roles", "steps"}:
        parts.insert(0, parts[0][str(path[0])][path[1]])
        path = path[2:]
    return parts


def _source(leaf: Leaf) -> str | None:
    return mounted_folder(leaf.beside(), leaf.target.catalog)


def _in_container(leaf: Leaf) -> bool:
    name = next((part["image"] for part in _parts(leaf) if "image" in part), None)
    return "apptainer" in leaf.target.catalog.get("images", {}).get(name, {})


def _same(one: str, other: str) -> bool:
    return one.rstrip("/") == other.rstrip("/")
