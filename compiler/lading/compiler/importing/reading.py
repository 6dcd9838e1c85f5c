"""A native payload while a platform reads it back: what it holds, and the spec that it says.

``read(reading)`` of a platform's folder takes values from the payload and says fields of the spec. It need not be
complete: the importer compiles what was said and compares, so whatever was not said, or said wrongly, is found and kept
under ``native.<platform>.raw``. And it need not check: the payload is valid by one of the platform's JSON Schemas and
holds no null, and what a field of the language can not hold is not said.
"""

from collections.abc import Mapping
from typing import Any

from lading.compiler import pointers
from lading.compiler.capability import Row, Table
from lading.compiler.registry import language
from lading.compiler.target import Target
from lading.compiler.variables import OWN
from lading.schema.job import field_at
from lading.schema.paths import Path, parse
from lading.schema.shape import Shape, Struct

Catalog = dict[str, dict[str, Any]]


class Reading:
    """A payload (``unwire`` has been applied; a text where the platform takes scripts) and what was said of it so far.

    ``kind`` is what the spec will be, and chooses the table: set it before anything else if it is no job. ``document``
    is the spec said so far, ``catalog`` what the target's own must have for it, ``notes`` what people are told about
    places of the payload, ``left_out`` the places that no request needs, with the reason.
    """

    def __init__(self, payload: Any, target: Target) -> None:
        self.payload = payload
        self.target = target
        self.kind = "job"
        self.document: dict[str, Any] = {}
        self.catalog: Catalog = {}
        self.notes: list[tuple[str, str]] = []
        self.left_out: dict[str, str] = {}
        self._taken: set[str] = set()

    @property
    def table(self) -> Table:
        """The platform's rows for this kind of spec."""
        return self.target.platform.table(self.kind, self.target.options) or Table({})

    def peek(self, pointer: str) -> Any:
        """The value at the pointer, or None."""
        try:
            return pointers.at(self.payload, pointer)
        except (LookupError, TypeError, ValueError):
            return None

    def take(self, pointer: str) -> Any:
        """The value at the pointer, or None. From now on it counts as read, with all that lies below it."""
        self._taken.add(pointer)
        return self.peek(pointer)

    def is_taken(self, pointer: str) -> bool:
        """Whether this value, or one above it, has been taken or left out."""
        return any(pointers.is_within(pointer, above) for above in (*self._taken, *self.left_out))

    def rows(self, at: str = "", into: Path = ()) -> None:
        """Every row that the table places is said for the job, role or step ``into``, whose body is at ``at``."""
        for path in self.table.placed:
            row = self.table.row_for((*into, *path))
            if row and row.is_placed and "*" not in path:
                self._row(row, at, (*into, *path))

    def _row(self, row: Row, at: str, path: Path) -> None:
        if self.peek(at + row.native) is not None and at + row.native not in self.left_out:
            self.say(path, spec_value(row, self.take(at + row.native), self.target))

    def say(self, path: str | Path, value: Any) -> None:
        """The field has the value: quantities in base units, maps entry by entry over what they hold already.

        None says nothing; neither does a value of another type than the field's, which the comparison will find. Nor do
        the variables that lading sets for every job.
        """
        steps = parse(path) if isinstance(path, str) else path
        assert steps, f"{path!r} is no path"
        known = language()
        found = field_at(known, known.structs[known.kinds[self.kind]], steps)
        assert found, f"a {self.kind} has no field {path}"
        if steps[-1] == "env" and isinstance(value, Mapping):
            value = {name: item for name, item in value.items() if not name.startswith(OWN)} or None
        if not (steps[-2:-1] == ("env",) and str(steps[-1]).startswith(OWN)):
            self._put(steps, _fitting(found.shape, value))

    def say_native(self, name: str, value: Any, into: Path = (), *, platform: str = "") -> None:
        """``native.<platform>.<name>`` has the value, at the top or in the role or step ``into``. None says nothing.

        The platform is the target's own unless another one is named whose section it reads too.
        """
        section = platform or self.target.platform.NAME
        assert name in _native(section).fields, f"native.{section} has no field {name}"
        self._put((*into, "native", section, name), value)

    def know(self, section: str, name: str, entry: Any) -> str:
        """The portable name of this entry of the catalog; where the target's own has none like it, it is added.

        ``name`` is the one to give it then; where that stands for something else already, a number makes it another.
        """
        known = {**self.target.catalog.get(section, {}), **self.catalog.get(section, {})}
        usual = self._usual(section)
        for portable, there in known.items():
            if _whole(there, usual) == _whole(entry, usual):
                return str(portable)
        number, free = 1, name
        while free in known:
            number += 1
            free = f"{name}-{number}"
        self.catalog.setdefault(section, {})[free] = entry
        return free

    def _usual(self, section: str) -> Mapping[str, Any]:
        """What holds of an entry of the section that does not say."""
        found = language().platform(self.target.platform.NAME, "catalog")
        assert found
        catalog, structs = found
        item = catalog.fields[section].shape.item if section in catalog.fields else None
        fields = structs[item.struct].fields if item and item.struct else {}
        return {name: field.default for name, field in fields.items() if field.default is not None}

    def note(self, pointer: str, why: str) -> None:
        """People are told this about the value at the pointer, which is compared like any other.

        In a script the pointer is the number of a line: ``/3``.
        """
        self.notes.append((pointer, why))

    def leave_out(self, pointer: str, why: str) -> None:
        """The value is part of an answer and of no request: people are told, and it is neither compared nor kept."""
        self.left_out[pointer] = why

    def _put(self, path: Path, value: Any) -> None:
        if value is None:
            return
        *above, last = path
        node: Any = self.document
        for step, following in zip(above, path[1:], strict=True):
            node = _entered(node, step, [] if isinstance(following, int) else {})
        is_map = isinstance(value, dict) and isinstance(last, str)
        _set(node, last, {**node.get(last, {}), **value} if is_map else value)


def _whole(entry: Any, usual: Mapping[str, Any]) -> Any:
    return {**usual, **entry} if isinstance(entry, Mapping) else entry


def spec_value(row: Row, native: Any, target: Target) -> Any:
    """What the row makes the native value of, in base units; None where it can not be told, or need not be said."""
    if row.read:
        return row.read(native, target)
    if row.convert:
        return None
    if row.values is not None:
        return next((said for said, there in row.values.items() if _is_same(there, native)), None)
    return _base_units(row.unit.size, native) if row.unit else native


def _base_units(size: int, native: Any) -> int | None:
    """The quantity; None where it is no whole number of base units."""
    if isinstance(native, bool) or not isinstance(native, int | float):
        return None
    from decimal import Decimal

    units = Decimal(str(native)) * size
    return int(units) if units == int(units) else None


def _is_same(one: Any, other: Any) -> bool:
    return bool(one == other) and isinstance(one, bool) == isinstance(other, bool)


_PYTHON: dict[str, type | tuple[type, ...]] = {
    **dict.fromkeys(("text",), str),
    **dict.fromkeys(("integer", "bytes", "seconds", "cores"), int),
    **dict.fromkeys(("list", "indices"), list),
    **dict.fromkeys(("struct", "map"), dict),
    "number": (int, float),
    "scalar": (str, int, float),
    "env": (str, dict),
    "publish": int,
    "boolean": bool,
}
_TAKES_BOOLEANS = frozenset({"boolean", "scalar", "publish", "any"})


def _fitting(shape: Shape, value: Any) -> Any:
    """The value as a field of this shape holds it, a number as its text where text is wanted; None where it can not."""
    if shape.type in {"text", "env"} and isinstance(value, int | float):
        return str(value).lower() if isinstance(value, bool) else str(value)
    is_of_the_type = isinstance(value, _PYTHON.get(shape.type, object))
    if not is_of_the_type or (isinstance(value, bool) and shape.type not in _TAKES_BOOLEANS):
        return None
    if shape.type == "struct":
        return _fields(language().structs[shape.struct], value)
    if shape.type == "map" and shape.item:
        return _set_only({name: _fitting(shape.item, item) for name, item in value.items()})
    if shape.type == "list" and shape.item:
        items = [_fitting(shape.item, item) for item in value]
        return items if None not in items else None
    return value


def _fields(struct: Struct, value: Mapping[str, Any]) -> dict[str, Any]:
    known = {name: item for name, item in value.items() if name in struct.fields}
    return _set_only({name: _fitting(struct.fields[name].shape, item) for name, item in known.items()})


def _set_only(items: Mapping[str, Any]) -> dict[str, Any]:
    return {name: item for name, item in items.items() if item is not None}


def _native(platform: str) -> Struct:
    found = language().platform(platform, "native")
    assert found, f"there is no platform {platform}"
    return found[0]


def _entered(node: Any, step: str | int, empty: Any) -> Any:
    """What lies below the step; new where nothing was there."""
    is_there = step < len(node) if isinstance(step, int) else step in node
    if not is_there:
        _set(node, step, empty)
    return node[step]


def _set(node: Any, step: str | int, value: Any) -> None:
    if isinstance(node, list) and step == len(node):
        node.append(value)
    else:
        node[step] = value
