"""The job: one normalised document of any kind, every value in base units, every value with the spot it came from."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from lading.schema.diagnostics import Places
from lading.schema.paths import Path
from lading.schema.shape import Field, Language, Shape, Struct

ENVELOPE = frozenset({"lading", "accept", "overrides", "params", "matrix", "native"})
"""What belongs to the file and not to the work: no target carries it and no table speaks of it."""

BESIDE_USES = frozenset({"uses", "params"})
"""What a step says of the file it comes from; once that was read, the step is the file's own fields."""

BESIDE_WORK = frozenset({"native", *BESIDE_USES})
"""Names of fields that may be none of the work, wherever they stand."""


def is_work(path: Path) -> bool:
    """Whether the field belongs to the work that a target must account for, and not to the file around it."""
    if len(path) == 1:
        return path[0] not in ENVELOPE
    is_of_a_file = len(path) == 3 and path[0] == "steps" and path[2] in BESIDE_USES
    return path[-1] != "native" and not is_of_a_file


@dataclass(slots=True, eq=False)
class Job:
    """One unit of work as one target gets it: layers merged, units exact integers, short forms gone.

    ``value`` holds what was written, by whom ever, and nothing else: 0, false and {} are set; what is absent was not
    written. ``accept`` are the losses that the author agrees to. ``file`` is the spec's name as the user gave it.
    """

    value: Mapping[str, Any]
    places: Places
    language: Language
    file: str = ""
    accept: tuple[Path, ...] = ()

    @property
    def kind(self) -> str:
        """``job`` where the document does not say."""
        return str(self.value.get("kind", "job"))

    @property
    def name(self) -> str:
        """The name of the work, not of a run of it."""
        return str(self.value["name"])

    @property
    def struct(self) -> Struct:
        """The struct at the top of this kind."""
        return self.language.structs[self.language.kinds[self.kind]]

    def leaves(self) -> list[tuple[Path, Any]]:
        """Every field that is set, with its value: what a target must account for. In the order of the file."""
        found: list[tuple[Path, Any]] = []
        work = {key: value for key, value in self.value.items() if key not in ENVELOPE}
        _gather_fields(self.struct, work, (), self.language, found)
        return found

    def field_at(self, path: Path) -> Field | None:
        """The field of the language that the path leads to, or None."""
        return field_at(self.language, self.struct, path)


def leaves(shape: Shape, value: Any, path: Path, language: Language) -> list[tuple[Path, Any]]:
    """The leaves of one value: scalars, lists of scalars, the entries of maps, and anything that is empty."""
    found: list[tuple[Path, Any]] = []
    _gather(shape, value, path, language, found)
    return found


def _gather(shape: Shape, value: Any, path: Path, language: Language, found: list[tuple[Path, Any]]) -> None:
    if shape.type not in HOLDERS or not value:
        found.append((path, value))
    elif shape.type == "struct":
        _gather_fields(language.structs[shape.struct], value, path, language, found)
    elif shape.item is None or (shape.type == "list" and shape.item.type != "struct"):
        found.append((path, value))
    elif shape.item.type not in HOLDERS:
        found += [((*path, key), item) for key, item in value.items()]
    else:
        for step, item in value.items() if shape.type == "map" else enumerate(value):
            _gather(shape.item, item, (*path, step), language, found)


def _gather_fields(
    struct: Struct, value: Mapping[str, Any], path: Path, language: Language, found: list[tuple[Path, Any]]
) -> None:
    for key, item in value.items():
        at = (*path, key)
        if key in BESIDE_WORK and not is_work(at):
            continue
        shape = struct.fields[key].shape
        if shape.type in HOLDERS:
            _gather(shape, item, at, language, found)
        else:
            found.append((at, item))


HOLDERS = frozenset({"struct", "map", "list"})
"""Types of what may hold several leaves."""


def field_at(language: Language, struct: Struct, path: Path) -> Field | None:
    """The field that the path leads to from this struct: a list's item or a map's entry counts as its list or map."""
    try:
        return struct.found[path]
    except KeyError:
        found = struct.found[path] = _field_at(language, struct, path)
        return found


def _field_at(language: Language, struct: Struct, path: Path) -> Field | None:
    found = struct.fields.get(str(path[0]))
    if found is None or len(path) == 1:
        return found
    shape, rest = found.shape, path[1:]
    while rest and shape.type in {"list", "map"} and shape.item:
        shape, rest = shape.item, rest[1:]
    if not rest:
        return Field(shape=shape, doc=found.doc, example=found.example)
    return field_at(language, language.structs[shape.struct], rest) if shape.type == "struct" else None


def patterns(language: Language, struct: Struct, above: Path = ()) -> Iterator[tuple[Path, Field]]:
    """Every leaf that the struct can have, with its field: ``*`` stands for any key of a map, 0 for any index of a
    list.

    The envelope is left out.
    """
    for name, found in struct.fields.items():
        if is_work((*above, name)):
            yield from _patterns(language, found, found.shape, (*above, name))


def _patterns(language: Language, found: Field, shape: Shape, at: Path) -> Iterator[tuple[Path, Field]]:
    if shape.type == "struct":
        yield from patterns(language, language.structs[shape.struct], at)
    elif shape.type in {"map", "list"} and shape.item and shape.item.type == "struct":
        step = "*" if shape.type == "map" else 0
        yield from patterns(language, language.structs[shape.item.struct], (*at, step))
    elif shape.type == "map":
        yield (*at, "*"), found
    else:
        yield at, found
