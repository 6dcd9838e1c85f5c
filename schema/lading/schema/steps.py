"""A workflow's steps that live in files of their own: ``uses: ./train.yaml`` becomes that file's fields, in place.

The file is a job by itself too. Its envelope goes where the workflow's is: what it accepts, and its overrides for a
target, are those of the step. Every node keeps its place in the file it came from.
"""

from collections.abc import Callable
from typing import Any

from lading.schema.diagnostics import Diagnostic, Finding, diagnose
from lading.schema.document import parse
from lading.schema.node import Mapping, Node, Scalar, Sequence, Spots
from lading.schema.params import Combination, Substitution, plain_params
from lading.schema.paths import Path, render
from lading.schema.scalars import resolve

ReadFile = Callable[[str, str], tuple[str, bytes]]
"""The name for people and the bytes of a file named in another file:

``read(spec name, relative name)``; raises OSError.
"""

_NOT_OF_A_STEP = frozenset({"lading", "kind", "name", "params", "overrides", "accept"})
_BESIDE_USES = frozenset({"uses", "params", "after"})


class Steps:
    """Puts the files that steps use into a workflow's document."""

    def __init__(self, file: str, read_file: ReadFile) -> None:
        self.file = file
        self.read_file = read_file
        self.findings: list[Finding] = []
        self.diagnostics: list[Diagnostic] = []
        self.accept: list[Node] = []
        self.overrides: dict[str, dict[str, Node]] = {}

    def put_in(self, root: Mapping) -> Mapping:
        """The workflow with every used file in place of its ``uses``."""
        span, steps = root.items.get("steps", (root.span, None))
        if not isinstance(steps, Mapping):
            return root
        items = {name: (key, self._step(name, node)) for name, (key, node) in steps.items.items()}
        whole = {**root.items, "steps": (span, Mapping(items, steps.span))}
        if self.accept:
            key, own = root.items.get("accept", (span, None))
            listed = own.items if isinstance(own, Sequence) else []
            whole["accept"] = (key, Sequence([*listed, *self.accept], own.span if own else steps.span))
        if self.overrides:
            whole["overrides"] = self._with_overrides(root, steps)
        return Mapping(whole, root.span)

    def _step(self, name: str, node: Node) -> Node:
        if not isinstance(node, Mapping) or "uses" not in node.items:
            return node
        path: Path = ("steps", name)
        for extra in [key for key in node.items if key not in _BESIDE_USES]:
            self.findings.append(Finding("LD240", (*path, extra), {"key": extra}, at_key=True))
        used = self._used(node, (*path, "uses"))
        if used is None:
            return Mapping({key: item for key, item in node.items.items() if key == "after"}, node.span)
        self._keep_envelope(name, used)
        fields = {key: item for key, item in used.items.items() if key not in _NOT_OF_A_STEP}
        if "after" in node.items:
            fields["after"] = node.items["after"]
        return Mapping(fields, node.span)

    def _used(self, step: Mapping, path: Path) -> Mapping | None:
        _, uses = step.items["uses"]
        if not isinstance(uses, Scalar):
            self.findings.append(
                Finding("LD201", path, {"path": render(path), "wanted": "a file", "found": "a list or map"})
            )
            return None
        try:
            name, data = self.read_file(self.file, uses.text)
        except (OSError, ValueError) as error:
            problem = getattr(error, "strerror", None) or str(error)
            self.findings.append(Finding("LD241", path, {"file": uses.text, "problem": problem}))
            return None
        documents, diagnostics = parse(name, data)
        self.diagnostics += diagnostics
        root = documents[0].root if len(documents) == 1 else None
        if not isinstance(root, Mapping) or "matrix" in root.items or _kind(root) != "job":
            self.findings.append(Finding("LD242", path, {"file": uses.text}))
            return None
        return self._substituted(name, root, step, path)

    def _substituted(self, name: str, root: Mapping, step: Mapping, path: Path) -> Mapping:
        declared = dict(plain_params(root.items["params"][1])) if "params" in root.items else {}
        given = dict(plain_params(step.items["params"][1])) if "params" in step.items else {}
        for unknown in [key for key in given if key not in declared]:
            at = (*path[:-1], "params", unknown)
            known = ", ".join(declared) or "it declares none"
            self.findings.append(Finding("LD243", at, {"name": unknown, "file": name, "known": known}))
        substitution = Substitution(Combination({**declared, **given}))
        done = substitution.document(root)
        places = Spots(root)
        self.diagnostics += [diagnose(finding, places) for finding in substitution.findings]
        return done

    def _keep_envelope(self, name: str, used: Mapping) -> None:
        _, accept = used.items.get("accept", (None, None))
        if isinstance(accept, Sequence):
            self.accept += [
                Scalar(f"{render(('steps', name))}.{item.text}", False, item.span)
                for item in accept.items
                if isinstance(item, Scalar)
            ]
        _, overrides = used.items.get("overrides", (None, None))
        if isinstance(overrides, Mapping):
            for target, (_, node) in overrides.items.items():
                self.overrides.setdefault(target, {})[name] = node

    def _with_overrides(self, root: Mapping, steps: Mapping) -> tuple[Any, Node]:
        key, own = root.items.get("overrides", (steps.span, Mapping({}, steps.span)))
        items = dict(own.items) if isinstance(own, Mapping) else {}
        for target, by_step in self.overrides.items():
            span, node = items.get(target, (steps.span, Mapping({}, steps.span)))
            fields = dict(node.items) if isinstance(node, Mapping) else {}
            step_span, listed = fields.get("steps", (steps.span, Mapping({}, steps.span)))
            known = dict(listed.items) if isinstance(listed, Mapping) else {}
            inner = {name: (found.span, found) for name, found in by_step.items()} | known
            fields["steps"] = (step_span, Mapping(inner, listed.span))
            items[target] = (span, Mapping(fields, node.span))
        return key, Mapping(items, own.span)


def _kind(root: Mapping) -> str:
    _, node = root.items.get("kind", (None, None))
    return str(resolve(node)) if isinstance(node, Scalar) else "job"
