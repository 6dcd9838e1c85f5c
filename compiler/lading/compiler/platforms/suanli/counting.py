"""How often the pod of a task runs, and how each pod learns its number.

A task counts pods that succeed, as a Kubernetes job does: `points` is how many must, `parallelism` how many run at the
same time. In an *indexed* task (`mod_param.index`) each pod has a number, from 0.
"""

import re
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from lading.compiler.target import Target

MOST_RANGES = 1000
"""So many ranges of indices are still a command of reasonable length."""


class Counting(NamedTuple):
    """The pods of one task."""

    points: int
    parallelism: int
    is_indexed: bool

    @property
    def waves(self) -> int:
        """How many times one after the other so many pods run as run at the same time."""
        return -(-self.points // self.parallelism)


def counting(job: Mapping[str, Any]) -> Counting:
    """The pods of the job: the elements of its array, or else its replicas, which all run at the same time."""
    array, replicas = job.get("array"), job.get("replicas", 1)
    points = size(array["indices"]) if array and "indices" in array else replicas
    parallelism = array.get("parallelism", points) if array else points
    indexed = own_section(job).get("indexed", bool(array) or replicas > 1)
    return Counting(points, parallelism, indexed)


def pods_of(job: Mapping[str, Any], target: Target) -> Counting:  # noqa: ARG001 - as ``once`` asks for it
    """The same, of a job on a target."""
    return counting(job)


def own_section(part: Mapping[str, Any]) -> Mapping[str, Any]:
    """What the job or a container says of this platform alone."""
    found: Mapping[str, Any] = part.get("native", {}).get("suanli", {})
    return found


def size(indices: Sequence[Sequence[int]]) -> int:
    """How many indices there are in the ranges."""
    return sum(_size(*found) for found in indices)


def _size(first: int, last: int, step: int) -> int:
    return (last - first) // step + 1


def index_of(variable: str, indices: Sequence[Sequence[int]]) -> str:
    """What sh expands to the index that a pod has: a pod of number N has the N-th of the indices."""
    (first, _, step), *more = indices
    if not more and (first, step) == (0, 1):
        return f'"${variable}"'
    return f'"$(({_arithmetic(variable, indices)}))"'


def _arithmetic(variable: str, indices: Sequence[Sequence[int]]) -> str:
    """Range by range: below the end of this one the number's place in it, else that in one of the others."""
    places, passed = [], 0
    for first, last, step in indices:
        number = f"({variable} - {passed})" if passed else variable
        places.append((passed + _size(first, last, step), _place(number, first, last, step)))
        passed = places[-1][0]
    *others, (_, text) = places
    for end, place in reversed(others):
        text = f"{variable} < {end} ? {place} : {text}"
    return text


def _place(number: str, first: int, last: int, step: int) -> str:
    """The index that has the number within its range."""
    if first == last:
        return f"{first}"
    scaled = number if step == 1 else f"{step} * {number}"
    return f"{first} + {scaled}" if first else scaled


def element(text: str, number: int) -> int | None:
    """The index that the pod of that number has, by the command that ``index_of`` stands in; None where it does not."""
    found = _ASSIGNMENT.search(text)
    if found is None or found["formula"] is None:
        return number if found else None
    for place in found["formula"].split(" : "):
        part = _PLACE.fullmatch(place)
        if part is None:
            return None
        if part["end"] is None or number < int(part["end"]):
            scaled = int(part["step"] or 1) * (number - int(part["passed"] or 0))
            return int(part["only"]) if part["only"] else int(part["first"] or 0) + scaled
    return None


_ASSIGNMENT = re.compile(r'\bLADING_ARRAY_INDEX="\$+(?:\(\((?P<formula>[^"]+)\)\)|[A-Za-z_]\w*)"')
_PLACE = re.compile(
    r"(?:[A-Za-z_]\w* < (?P<end>\d+) \? )?"
    r"(?:(?P<only>\d+)|(?:(?P<first>\d+) \+ )?(?:(?P<step>\d+) \* )?"
    r"(?:\([A-Za-z_]\w* - (?P<passed>\d+)\)|[A-Za-z_]\w*))"
)
