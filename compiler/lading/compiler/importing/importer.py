"""From a native payload back to a spec that compiles to it again.

The platform's ``read`` says what it can in portable fields (``reading.py``), by the same table that ``emit`` writes by.
What was said is then compiled and compared with the payload, and whatever differs is kept under
``native.<platform>.raw``, place by place. So the spec compiles to the payload field by field however little was read;
how much that is shows in how short the raw section is.
"""

import json
import posixpath
from collections.abc import Collection, Iterator, Mapping
from typing import Any, NamedTuple

from lading.compiler.importing.differences import ABSENT, Difference, differences
from lading.compiler.importing.draft import SpecDraft, mended, name_of, terse, undefaulted
from lading.compiler.importing.native_file import NativeFile, read_native
from lading.compiler.importing.reading import Reading
from lading.compiler.importing.understood import understood, without
from lading.compiler.native import RAW
from lading.compiler.payload import Request
from lading.compiler.pointers import is_within, leaves, split
from lading.compiler.registry import language, reader
from lading.compiler.target import Target
from lading.compiler.variables import OWN
from lading.compiler.verify import later_of
from lading.schema.diagnostics import Diagnostic, Finding, InvalidSpec, diagnosed, has_errors, in_order
from lading.schema.layers import Layer
from lading.schema.reader import shown
from lading.schema.writer import as_yaml

MISSING = {True: "LD450", False: "LD452"}
"""What is told of a value that the spec does not say, by whether it could be kept raw."""

ADDED = {True: "LD455", False: "LD456"}
"""The same of a value that only the spec says, by whether it could be taken out."""


class Imported(NamedTuple):
    """A spec made of a native payload. ``text`` is its YAML, empty where nothing could be read.

    ``problems`` point into the native file: notes for what has no portable field and is kept as it is, errors for what
    could not be kept. ``catalog`` is what the site must know for the spec and does not know yet.
    """

    text: str
    problems: tuple[Diagnostic, ...]
    catalog: Mapping[str, Mapping[str, Any]]

    @property
    def is_whole(self) -> bool:
        """Whether nothing of the payload was lost."""
        return not has_errors(self.problems)


def import_native(data: bytes, name: str, target: Target) -> Imported:
    """The spec that compiles, on the target, to the payload in the file. Never raises for what the file holds."""
    try:
        return _Import(name, read_native(name, data, target), target).imported()
    except InvalidSpec as error:
        return Imported("", error.diagnostics, {})


class _Import:
    """One payload on its way to a spec. ``problems`` fill up as it goes."""

    def __init__(self, name: str, native: NativeFile, target: Target) -> None:
        self.name, self.native, self.target = name, native, target
        self.platform = target.platform.NAME
        self.reader = reader(self.platform)
        self.problems: list[Diagnostic] = []
        self.nulls: tuple[str, ...] = ()
        self.payload = self._understood()
        self.reading = Reading(self.payload, target)

    def imported(self) -> Imported:
        """The spec, with everything that there is to tell about it."""
        assert self.reader, f"nothing reads payloads of {self.platform}"
        self.reader.read(self.reading)
        for pointer, why in self.reading.notes:
            self._tell("LD454", pointer, why)
        for pointer, why in self.reading.left_out.items():
            self._tell("LD451", pointer, why)
        draft, errors = mended(self._draft())
        if errors:
            self._tell_unread()
        else:
            draft, errors = self._equal(terse(draft))
            draft = undefaulted(draft, self.target.defaults)
        for error in errors:
            self._tell("LD453", "", error.message, help=error.help)
        return Imported(draft.text, tuple(in_order(self.problems)), self.reading.catalog)

    def _understood(self) -> Any:
        """The part of the payload that the platform would understand; a script is never anything else."""
        if isinstance(self.native.payload, str):
            return self.native.payload
        found = understood(self.platform, self.native.payload, self.native.later)
        if found.hopeless:
            wrong = dict.fromkeys((place, f"{place}: {why}" if place else why) for place, why in found.hopeless)
            raise InvalidSpec(self._diagnostic("LD142", place, why=why) for place, why in wrong)
        self.nulls = found.nulls
        for pointer, why in found.strange.items():
            self._tell("LD452", pointer, f"{self.platform} would not understand it, {why}")
        return found.payload

    def _draft(self) -> SpecDraft:
        """What was read, as a spec for a target that knows all that is needed, and adds nothing by itself."""
        said = self.reading.document
        kind = {} if self.reading.kind == "job" else {"kind": self.reading.kind}
        stem = posixpath.basename(self.name).partition(".")[0]
        document = {"lading": "v1", **kind, "name": name_of(stem), **said}
        catalog = dict(self.target.catalog)
        for section, entries in self.reading.catalog.items():
            catalog[section] = {**catalog.get(section, {}), **entries}
        target = self.target._replace(catalog=catalog, secrets=None, defaults=Layer())
        return SpecDraft(document, target, top=tuple(self._heading()), is_bare=not self._is_of_lading())

    def _is_of_lading(self) -> bool:
        """Whether lading has made the payload, which then holds variables of its own."""
        name = f"{OWN}NAME"
        return isinstance(self.payload, dict) and any(
            value == name or name in split(pointer) for pointer, value in leaves(self.payload)
        )

    def _heading(self) -> Iterator[str]:
        source = "standard input" if self.name == "-" else posixpath.basename(self.name)
        yield f"Imported from {source}, a payload of {self.platform}."
        if self.reading.catalog:
            yield "The site must say this too:"
            target = {"platform": self.platform, "catalog": self.reading.catalog}
            site = {"kind": "site", "targets": {self.target.name: target}}
            _, *lines = as_yaml(site, {}, known=language()).splitlines()
            yield from (f"  {line}" for line in lines)

    def _equal(self, draft: SpecDraft) -> tuple[SpecDraft, tuple[Diagnostic, ...]]:
        """The draft with all that it does not compile to kept raw, and what is against that. People are told of both
        what is kept so and what can not be.
        """
        found = self._differences(draft)
        if not hasattr(self.reader, "fields"):
            for difference in found:
                path = ("native", self.platform, RAW, difference.pointer)
                draft = draft.with_value(path, _raw_value(difference), _because(difference))
        draft, errors = mended(draft)
        self._tell_nulls(draft)
        lost = [] if errors else self._differences(draft)
        for difference in found:
            is_kept = not any(is_within(other.pointer, difference.pointer) for other in lost)
            codes = ADDED if difference.one is ABSENT else MISSING
            self._tell(codes[is_kept], difference.pointer, _because(difference))
        return draft, errors

    def _differences(self, draft: SpecDraft) -> list[Difference]:
        """What the payload has otherwise than the request that is most like it, but for what submission fills in."""
        found = [self._between(request) for request in draft.attempt().requests]
        return min(found, key=len, default=[])

    def _between(self, request: Request) -> list[Difference]:
        filled_in = {*later_of(request), *self.native.later, *self.reading.left_out}
        found = differences(self._compared(self.payload), self._compared(request.body))
        return [pair for pair in found if not (_is_nothing(pair) or _is_at(pair, filled_in))]

    def _compared(self, body: Any) -> Any:
        whole = {"script": body} if isinstance(body, str) else without(body, self.reading.left_out)
        fields = getattr(self.reader, "fields", None)
        return fields(whole) if fields else whole

    def _tell_nulls(self, draft: SpecDraft) -> None:
        """A null is left out, unless lading says one there too."""
        bodies = [request.body for request in draft.attempt().requests]
        said = {pointer for body in bodies for pointer, value in leaves(body) if value is None}
        for pointer in self.nulls:
            if pointer not in said:
                self._tell("LD451", pointer, "null says the same as nothing")

    def _tell_unread(self) -> None:
        """Where nothing can be compared, everything that nobody has read may be lost."""
        for pointer, _ in leaves(self.payload) if isinstance(self.payload, dict) else ():
            if not self.reading.is_taken(pointer):
                self._tell("LD452", pointer, "no field says it, and the spec is not complete")

    def _tell(self, code: str, pointer: str, why: str, **words: object) -> None:
        self.problems.append(self._diagnostic(code, pointer, why=why, **words))

    def _diagnostic(self, code: str, pointer: str, **words: object) -> Diagnostic:
        finding = Finding(code, (), {"pointer": pointer, "platform": self.platform, **words})
        place = self.native.place(pointer)
        begin = place._replace(end_line=place.line, end_column=place.column + 1)
        return diagnosed(finding, place if pointer else begin)


def _is_nothing(difference: Difference) -> bool:
    """Whether one of the two says null and the other one nothing."""
    return all(value is ABSENT or value is None for value in difference[1:])


def _is_at(difference: Difference, places: Collection[str]) -> bool:
    return any(is_within(difference.pointer, place) for place in places)


def _raw_value(difference: Difference) -> Any:
    return None if difference.one is ABSENT else difference.one


def _because(difference: Difference) -> str:
    if difference.one is ABSENT:
        return "the payload does not have this"
    if difference.other is ABSENT:
        return "no field says this"
    return f"lading says {shown(json.dumps(difference.other, ensure_ascii=False))} here"
