"""A spec that is being made of a payload, written and compiled again and again until nothing is against it."""

import json
import re
from collections.abc import Iterable, Iterator, Mapping
from types import MappingProxyType
from typing import Any, NamedTuple

from lading.compiler.native import RAW
from lading.compiler.payload import Request
from lading.compiler.pipeline import compile_spec
from lading.compiler.registry import language
from lading.compiler.target import Target
from lading.schema.diagnostics import Diagnostic
from lading.schema.job import field_at, leaves
from lading.schema.layers import Layer
from lading.schema.load import load
from lading.schema.params import MARK
from lading.schema.paths import Path, render
from lading.schema.visible import visible
from lading.schema.writer import as_yaml

NAME: Path = ("name",)
KEPT: tuple[Path, ...] = (("lading",), ("kind",))
"""What no spec can do without."""

LONGEST_NAME = 63
PAYLOAD_REFUSED = "LD412"


class Attempt(NamedTuple):
    """What became of a draft: requests, or the errors that there are instead."""

    requests: tuple[Request, ...] = ()
    errors: tuple[Diagnostic, ...] = ()


class SpecDraft(NamedTuple):
    """A document (base units), and what people are told above its keys and at its top."""

    document: Mapping[str, Any]
    target: Target
    comments: Mapping[Path, tuple[str, ...]] = MappingProxyType({})
    top: tuple[str, ...] = ()
    is_bare: bool = True

    @property
    def text(self) -> str:
        """The YAML."""
        comments = {path: [visible(line) for line in lines] for path, lines in self.comments.items()}
        return as_yaml(_literal(self.document), comments, [visible(line) for line in self.top], known=language())

    def attempt(self) -> Attempt:
        """The draft as lading would read and compile it; ``is_bare`` without variables of its own."""
        loaded = load("", self.text.encode(), language=language())
        errors = [problem for problem in loaded.diagnostics if problem.is_error]
        if errors:
            return Attempt(errors=tuple(errors))
        compilation = compile_spec(loaded.specs[0], self.target, verify=True, bare=self.is_bare)
        return Attempt(compilation.requests, tuple(d for d in compilation.diagnostics if d.is_error))

    def with_value(self, path: Path, value: Any, comment: str = "") -> "SpecDraft":
        """The draft with another value at the path, which has a map at every step above it."""
        comments = {**self.comments, path: (comment,)} if comment else self.comments
        return self._replace(document=_put(self.document, path, value), comments=comments)

    def without(self, paths: Iterable[Path]) -> "SpecDraft":
        """The draft less what is at the paths, and less the maps and lists that are empty then."""
        document: Any = self.document
        for path in sorted(_topmost(set(paths)), reverse=True):  # of a list the last first: the others stay in place
            document = _removed(document, path)
        comments = {path: text for path, text in self.comments.items() if _exists(document, path)}
        return self._replace(document=document, comments=comments)


def mended(draft: SpecDraft) -> tuple[SpecDraft, tuple[Diagnostic, ...]]:
    """The draft less every value that there is an error about, and the errors that are about none of its values."""
    while True:
        errors = draft.attempt().errors
        wrong = {path: error for error in errors if (path := _at_fault(draft, error))}
        if not wrong:
            return draft, errors
        if wrong.pop(NAME, None):
            draft = _renamed(draft)
        told = (
            f"{render(path)} could not be said: {error.message}" for path, error in wrong.items() if RAW not in path
        )
        draft = draft.without(wrong)._replace(top=tuple(dict.fromkeys([*draft.top, *told])))


def _at_fault(draft: SpecDraft, error: Diagnostic) -> Path | None:
    """The path of the value that the error is about, if the draft can do without it.

    What a whole text lacks is no field's fault, though the payload's schema names one of those that went into it.
    """
    is_guessed = error.code == PAYLOAD_REFUSED and RAW not in error.path
    if is_guessed or not error.path or error.path in KEPT or not _exists(draft.document, error.path):
        return None
    is_as_good_as_can_be = error.path == NAME and draft.document["name"] == name_of(str(draft.document["name"]))
    return None if is_as_good_as_can_be else error.path


def _renamed(draft: SpecDraft) -> SpecDraft:
    called = str(draft.document["name"])
    return draft.with_value(NAME, name_of(called), f"the payload says {json.dumps(called, ensure_ascii=False)}")


def name_of(text: str, otherwise: str = "job") -> str:
    """A name as a spec may have it, which is as much like the text as can be."""
    safe = re.sub(r"[^a-z0-9]+", "-", text.lower()).strip("-")
    begun = safe if safe[:1].isalpha() or not safe else f"{otherwise}-{safe}"
    return begun[:LONGEST_NAME].rstrip("-") or otherwise


def terse(draft: SpecDraft) -> SpecDraft:
    """The draft less what goes without saying: fields at the language's default whose absence changes nothing."""
    whole = _bodies(draft)
    shortest = draft.without(_at_default(draft.document))
    if _bodies(shortest) == whole:
        return shortest
    groups: dict[str, list[Path]] = {}
    for path in _at_default(draft.document):
        groups.setdefault(re.sub(r"\[\d+\]", "[]", render(path)), []).append(path)
    for paths in reversed(groups.values()):
        shorter = draft.without(paths)
        draft = shorter if _bodies(shorter) == whole else draft
    return draft


def undefaulted(draft: SpecDraft, defaults: Layer) -> SpecDraft:
    """The draft, which has known no defaults, with those taken away that would change what it compiles to."""
    usual = draft._replace(target=draft.target._replace(defaults=defaults))
    if _bodies(usual) == _bodies(draft):
        return draft
    at: Path = ("overrides", draft.target.name)
    known = language()
    struct = known.structs[known.kinds[draft.document.get("kind", "job")]]
    for path in _unsaid(defaults.value, draft.document):
        if path[0] == "native" or field_at(known, struct, path):
            usual = usual.with_value((*at, *path), None)
    return usual._replace(comments={**usual.comments, at: ("the target's defaults say more than the payload",)})


def _unsaid(defaults: Mapping[str, Any], said: Mapping[str, Any]) -> Iterator[Path]:
    """The topmost paths of what only the defaults say."""
    for key, value in defaults.items():
        if key not in said:
            yield (key,)
        elif isinstance(value, Mapping) and isinstance(said[key], Mapping):
            yield from ((key, *below) for below in _unsaid(value, said[key]))


def _bodies(draft: SpecDraft) -> list[Mapping[str, Any]]:
    return [request.body for request in draft.attempt().requests]


def _at_default(document: Mapping[str, Any]) -> Iterator[Path]:
    known = language()
    struct = known.structs[known.kinds[document.get("kind", "job")]]
    for key, value in document.items():
        if key in {"lading", "kind", "native"}:
            continue
        for path, leaf in leaves(struct.fields[key].shape, value, (key,), known):
            found = field_at(known, struct, path)
            if found and found.default is not None and found.default == leaf:
                yield path


def _literal(value: Any) -> Any:
    """The value with nothing in it that would be taken for an expression."""
    if isinstance(value, str):
        return value.replace(MARK, f"${MARK}")
    if isinstance(value, Mapping):
        return {key: _literal(item) for key, item in value.items()}
    return [_literal(item) for item in value] if isinstance(value, list) else value


def _exists(value: Any, path: Path) -> bool:
    for step in path:
        is_there = isinstance(value, Mapping) if isinstance(step, str) else isinstance(value, list)
        if not is_there or (step not in value if isinstance(step, str) else step >= len(value)):
            return False
        value = value[step]
    return True


def _topmost(paths: set[Path]) -> list[Path]:
    return [path for path in paths if not any(path[:length] in paths for length in range(1, len(path)))]


def _put(value: Any, path: Path, new: Any) -> Any:
    if not path:
        return new
    first, *rest = path
    return {**value, first: _put(value.get(first, {}), tuple(rest), new)}


def _removed(value: Any, path: Path) -> Any:
    first, *rest = path
    inner = _removed(value[first], tuple(rest)) if rest else None
    if isinstance(value, list):
        return [item if index != first else inner for index, item in enumerate(value) if index != first or inner]
    return {key: item if key != first else inner for key, item in value.items() if key != first or inner}
