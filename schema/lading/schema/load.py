"""From the text of a file to jobs, in this order, and why.

1. ``document.parse``: text to nodes. A duplicate key must be seen before anything merges.
2. ``params``: one document for each combination of the matrix, expressions replaced. Before typing, because a
   parameter has a type.
3. ``steps``: the files that a workflow's steps use. After parameters, because a file's name may hold one.
4. ``reader``: nodes to values, short forms gone, in base units. Each layer by itself, so that ``gpu: 8`` merges as
   ``{count: 8}``.
5. ``layers``: a target's defaults, the spec, its overrides, ``--set``. After typing, because what merges is fields,
   not text.
6. ``checks``: fields against each other. Last, because only the merged job is what will run.

Every step goes on past what it objects to, so that one run tells all; nothing is read or written but what
``read_file`` reads.
"""

from collections.abc import Iterable, Iterator, Sequence
from collections.abc import Mapping as Map
from math import prod
from types import MappingProxyType
from typing import Any, NamedTuple

from lading.schema.checks import check
from lading.schema.codes import BEGIN
from lading.schema.diagnostics import Diagnostic, Finding, Places, Spot, diagnose, has_errors, in_order
from lading.schema.document import lines_of, parse
from lading.schema.job import Job, field_at
from lading.schema.layers import Layer, merge, stacked
from lading.schema.loader import measure
from lading.schema.nearest import did_you_mean
from lading.schema.node import Mapping, Node, Scalar, Spots
from lading.schema.params import (
    MARK,
    MOST_COMBINATIONS,
    MOST_VALUES,
    Combination,
    Substitution,
    combinations,
    job_names,
    plain_matrix,
    plain_params,
)
from lading.schema.paths import Path
from lading.schema.paths import parse as parse_path
from lading.schema.reader import WRONG, Reader, described
from lading.schema.shape import ABOUT_TARGETS, Language, Struct
from lading.schema.shape import language as portable
from lading.schema.site import SiteFile
from lading.schema.steps import ReadFile, Steps

FREE_NAMES = frozenset({"pipeline", "search", "dataset", "evaluation"})
"""Kinds whose name is the thing's own, free text; the others' is a DNS label."""


class Spec(NamedTuple):
    """One job of a file before it knows its target: parameters filled in, one combination of the matrix.

    ``is_whole`` says that all of it could be read.
    """

    base: Layer
    kind: str
    file: str
    language: Language
    sets: Layer = Layer()
    is_whole: bool = True

    @property
    def name(self) -> str:
        """The job's name, or what can be said instead where it has none."""
        return str(self.base.value.get("name", "?"))

    @property
    def struct(self) -> Struct:
        """The struct at the top of this kind."""
        return self.language.structs[self.language.kinds[self.kind]]

    def for_target(self, target: str | None = None, defaults: Layer | None = None) -> tuple[Job, list[Diagnostic]]:
        """The job as the target gets it, and what is wrong with it there. Without a target: as it is by itself."""
        layer = self.base.without("overrides")
        over = self.base.below(("overrides", target)) if target else Layer()
        if defaults and defaults.value:
            weaker = defaults.fitting(self.struct, self.language)
            layer = merge(weaker, layer, self.struct, self.language, may_remove=False)
        for stronger in (over, self.sets):
            if stronger.value:
                layer = merge(layer, stronger.without("accept"), self.struct, self.language)
        accept, findings = self._accepted(over, target)
        job = Job(layer.value, layer.places, self.language, self.file, accept)
        layered = [name for other in (defaults, over, self.sets) if other for name in other.value]
        findings += check(job, is_whole=self.is_whole, layered=layered)
        if not findings:
            return job, []
        places = {**self.base.places, **layer.places}
        return job, [diagnose(finding, places, target if over.value else None) for finding in findings]

    def _accepted(self, over: Layer, target: str | None) -> tuple[tuple[Path, ...], list[Finding]]:
        paths, findings = [], []
        layers: list[tuple[Layer, Path]] = [(self.base, ()), (over, ("overrides", target or "")), (self.sets, ())]
        for layer, above in layers:
            for index, text in enumerate(layer.value.get("accept") or ()):
                path = parse_path(text)
                if path and field_at(self.language, self.struct, path):
                    paths.append(path)
                else:
                    known = [name for name in self.struct.fields if name not in {"accept", "lading"}]
                    words = {"text": text, "help": did_you_mean(text.split(".")[0], known, "fields")}
                    findings.append(Finding("LD230", (*above, "accept", index), words))
        return tuple(paths), findings


class Loaded(NamedTuple):
    """All that a file holds, with everything that is wrong with it, and each file that was read for it."""

    specs: tuple[Spec, ...] = ()
    sites: tuple[SiteFile, ...] = ()
    locks: tuple[SiteFile, ...] = ()
    diagnostics: tuple[Diagnostic, ...] = ()
    files: Map[str, bytes] = MappingProxyType({})

    @property
    def sources(self) -> dict[str, Sequence[str]]:
        """The lines of each file that was read, for showing them."""
        return {name: lines_of(data) for name, data in self.files.items()}


def load(
    name: str,
    data: bytes,
    *,
    sets: Sequence[str] = (),
    language: Language | None = None,
    read_file: ReadFile | None = None,
) -> Loaded:
    """Everything in a file. ``sets`` are ``name=value`` texts; ``read_file`` fetches the files that steps name.

    Never raises for what the file holds: that is all in the diagnostics.
    """
    loading = _Loading(name, language or portable(), tuple(sets), read_file or _no_files)
    documents, diagnostics = parse(name, data)
    loading.diagnostics += diagnostics
    loading.files[name] = data
    substitutes = MARK.encode() in data
    for document in documents:
        loading.document(document.root, substitutes=substitutes)
    return loading.loaded()


def load_site(name: str, data: bytes, language: Language | None = None) -> SiteFile:
    """A site file with everything that is wrong with it; an empty one where it is no site file at all."""
    return _only("site", load(name, data, language=language), name)


def load_lock(name: str, data: bytes, language: Language | None = None) -> SiteFile:
    """A lock with everything that is wrong with it; an empty one where it is no lock at all."""
    return _only("lock", load(name, data, language=language), name)


def _only(kind: str, loaded: Loaded, name: str) -> SiteFile:
    """The file about targets that was wanted, with an objection to whatever else there is, or to an empty file."""
    code = {"site": "LD501", "lock": "LD508"}[kind]
    about_targets = {"site": loaded.sites, "lock": loaded.locks}
    found = about_targets.pop(kind)
    others = [
        *(spec.base for spec in loaded.specs),
        *(file.layer for files in about_targets.values() for file in files),
    ]
    wrong = [diagnose(Finding(code, ("kind",)), other.places) for other in others]
    if not found and not loaded.diagnostics and not wrong:
        wrong = [diagnose(Finding(code, ()), {})]
    file = found[0] if found else SiteFile(Layer(), name)
    return file._replace(diagnostics=tuple(in_order([*loaded.diagnostics, *wrong])))


def _no_files(spec: str, relative: str) -> tuple[str, bytes]:
    raise OSError(f"{relative} can not be read from {spec} here")


def _said_once(diagnostics: Sequence[Diagnostic]) -> list[Diagnostic]:
    """Without what follows from a text that is wrong already: `readOnly: yes` is one mistake."""
    wrong = {d.place for d in diagnostics if d.code < "LD2"}
    return [d for d in diagnostics if d.code < "LD2" or d.place not in wrong]


class _Loading:
    """The state of loading one file: what came out so far."""

    def __init__(self, name: str, language: Language, sets: tuple[str, ...], read_file: ReadFile) -> None:
        self.name, self.language, self.sets = name, language, sets
        self._fetch = read_file
        self.specs: list[Spec] = []
        self.sites: list[SiteFile] = []
        self.locks: list[SiteFile] = []
        self.diagnostics: list[Diagnostic] = []
        self.files: dict[str, bytes] = {}

    def loaded(self) -> Loaded:
        diagnostics = in_order(_said_once(self.diagnostics))
        return Loaded(tuple(self.specs), tuple(self.sites), tuple(self.locks), tuple(diagnostics), self.files)

    def document(self, root: Node, *, substitutes: bool) -> None:
        kind = self._kind(root)
        if kind is None or not isinstance(root, Mapping):
            return
        if kind in ABOUT_TARGETS:
            layer = self._read(root, self.language.structs[self.language.kinds[kind]])
            found = self.sites if kind == "site" else self.locks
            found.append(SiteFile(layer, self.name))
            return
        before = len(self.diagnostics)
        struct = self.language.structs[self.language.kinds[kind]]
        sets, declared = self._split_sets(root)
        over = self._set_layer(sets, struct) if sets else Layer()
        for document in self._documents(root, declared, kind, substitutes=substitutes):
            whole = self._with_steps(document) if kind == "workflow" else document
            layer = self._read(whole, struct)
            is_whole = not has_errors(self.diagnostics[before:])
            self.specs.append(Spec(layer, kind, self.name, self.language, over, is_whole))

    def _documents(self, root: Mapping, declared: dict[str, Any], kind: str, *, substitutes: bool) -> Iterable[Mapping]:
        """The document of each combination of the matrix, every expression in it replaced."""
        if "matrix" not in root.items and not substitutes:
            return [root]
        matrix = dict(plain_matrix(_item(root, "matrix")))
        if not self._is_sound(root, matrix):
            matrix = {}
        choices = combinations(declared, matrix)
        alone = Mapping({key: item for key, item in root.items.items() if key != "matrix"}, root.span)
        roots = [root, *[alone] * (len(choices) - 1)]  # the matrix itself is read once
        if substitutes:
            roots = [self._filled(each, choice, len(choices)) for each, choice in zip(roots, choices, strict=True)]
        return self._named(roots, choices, kind)

    def _kind(self, root: Node) -> str | None:
        if not isinstance(root, Mapping):
            words = {"path": "the document", "wanted": "a map", "found": described(root), "help": BEGIN}
            self._find([Finding("LD201", (), words)], {(): Spot(None, root.span)})
            return None
        node = _item(root, "kind")
        kind = node.text if isinstance(node, Scalar) else "job"
        if kind in self.language.kinds:
            return kind
        if "lading" not in root.items:
            words = {"parent": "the document", "field": "lading", "help": BEGIN}
            self._find([Finding("LD204", (), words)], {(): Spot(None, root.span)})
            return None
        words = {"value": kind, "known": ", ".join(self.language.kinds)}
        words["help"] = did_you_mean(kind, self.language.kinds, "kinds")
        spot = Spot(root.items["kind"][0], node.span) if node else Spot(None, root.span)
        self._find([Finding("LD205", ("kind",), words)], {("kind",): spot})
        return None

    def _read(self, root: Mapping, struct: Struct) -> Layer:
        reader = Reader(self.language)
        value = reader.read_struct(root, struct)
        places = Spots(root, reader.formed)
        self._find(reader.findings, places)
        return Layer(value if value is not WRONG else {}, places)

    def _split_sets(self, root: Mapping) -> tuple[list[tuple[str, Node]], dict[str, Any]]:
        """The ``--set`` options that name fields, and the parameters with those of the options that name one."""
        declared = dict(plain_params(_item(root, "params")))
        fields = []
        for text in self.sets:
            key, equals, value = text.partition("=")
            documents, diagnostics = parse(f"--set {key}", (value or "null").encode("utf-8", "surrogateescape"))
            self.diagnostics += diagnostics
            node = documents[0].root if len(documents) == 1 else None
            if not equals or not key or node is None or (key in declared and not isinstance(node, Scalar)):
                self._find([Finding("LD221", (), {"text": text})], {})
            elif key in declared:
                declared |= dict(plain_params(Mapping({key: (node.span, node)}, node.span)))
            else:
                fields.append((key, node))
        return fields, declared

    def _set_layer(self, sets: list[tuple[str, Node]], top: Struct) -> Layer:
        struct = _override_of(top, self.language)
        layer = Layer()
        for key, node in sets:
            path = parse_path(key)
            is_fixed = path is not None and path[0] in top.fields.keys() - struct.fields.keys()
            if path is None or is_fixed or any(isinstance(step, int) for step in path):
                self._find([Finding("LD222", (), {"path": key})], {(): Spot(None, node.span)})
                continue
            for step in reversed(path):
                node = Mapping({str(step): (node.span, node)}, node.span)  # noqa: PLW2901 - it grows from the inside
            reader = Reader(self.language, nulls=True)
            value = reader.read_struct(node, struct)
            places = Spots(node, reader.formed)
            self._find(reader.findings, places)
            if value is not WRONG:
                layer = stacked(layer, Layer(value, places))
        return layer

    def _is_sound(self, root: Mapping, matrix: Map[str, list[Any]]) -> bool:
        """Whether the matrix can be made into jobs; what is wrong with it has been said."""
        if not matrix:
            return True
        self._clashes(root, matrix)
        self._twins(root, matrix)
        size = measure(root)[0] - sum(measure(node)[0] for node in (_item(root, "matrix"),) if node)
        most = min(MOST_COMBINATIONS, MOST_VALUES // size)
        is_sound = prod(len(values) for values in matrix.values()) <= most
        if not is_sound:
            self._find([Finding("LD224", ("matrix",), {"most": most})], Spots(root))
        return is_sound

    def _twins(self, root: Mapping, matrix: Map[str, list[Any]]) -> None:
        for key, values in matrix.items():
            texts = [(type(value), value) for value in values]
            twin = next((place for place, text in enumerate(texts) if text in texts[:place]), None)
            if twin is not None:
                first = ("matrix", key, texts.index(texts[twin]))
                finding = Finding(
                    "LD226", ("matrix", key, twin), {"value": values[twin]}, others=((first, "the first"),)
                )
                self._find([finding], Spots(root))

    def _clashes(self, root: Mapping, matrix: Map[str, Any]) -> None:
        params = _item(root, "params")
        for key in [key for key in matrix if isinstance(params, Mapping) and key in params.items]:
            others = ((("params", key), "and here as a parameter"),)
            finding = Finding("LD223", ("matrix", key), {"key": key}, at_key=True, others=others)
            self._find([finding], Spots(root))

    def _filled(self, root: Mapping, choice: Combination, shares: int) -> Mapping:
        substitution = Substitution(choice, shares)
        filled = substitution.document(root)
        if substitution.findings:
            self._find(substitution.findings, Spots(root))
        return filled

    def _named(self, documents: list[Mapping], choices: list[Combination], kind: str) -> Iterator[Mapping]:
        """Each document under the name that tells it from the others of its matrix."""
        node = _item(documents[0], "name") if documents else None
        chosen = [choice.chosen for choice in choices]
        if not any(chosen) or not isinstance(node, Scalar) or len({_text(d, "name") for d in documents}) > 1:
            yield from documents
            return
        names = job_names(node.text, chosen, is_label=kind not in FREE_NAMES)
        for document, name in zip(documents, names, strict=True):
            key, _ = document.items["name"]
            yield Mapping({**document.items, "name": (key, Scalar(name, False, node.span))}, document.span)

    def _with_steps(self, root: Mapping) -> Mapping:
        steps = Steps(self.name, self._read_and_keep)
        whole = steps.put_in(root)
        self.diagnostics += steps.diagnostics
        if steps.findings:
            self._find(steps.findings, Spots(root))
        return whole

    def _read_and_keep(self, spec: str, relative: str) -> tuple[str, bytes]:
        name, data = self._fetch(spec, relative)
        self.files[name] = data
        return name, data

    def _find(self, findings: Sequence[Finding], places: Places) -> None:
        self.diagnostics += [diagnose(finding, places) for finding in findings]


def _override_of(top: Struct, language: Language) -> Struct:
    item = top.fields["overrides"].shape.item
    assert item is not None
    return language.structs[item.struct]


def _item(root: Mapping, key: str) -> Node | None:
    return root.items[key][1] if key in root.items else None


def _text(root: Mapping, key: str) -> str:
    node = _item(root, key)
    return node.text if isinstance(node, Scalar) else ""
