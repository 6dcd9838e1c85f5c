"""What is objected with on every platform: findings about a field, in the same words."""

from collections.abc import Iterator

from lading.compiler.target import Target
from lading.compiler.view import View
from lading.schema.diagnostics import Finding
from lading.schema.paths import Path, render


def refusal(view: View, path: Path, why: str, *, others: tuple[tuple[Path, str], ...] = ()) -> Finding:
    """The field can not be had here. ``path`` is below the view; ``others`` are further places, each with a remark."""
    whole = view.prefix + path
    return Finding("LD406", whole, words(view.plan.target, whole, why), others=others)


def missing(view: View, path: Path, why: str) -> Finding:
    """The platform needs a field that is not set. ``path`` is below the view."""
    whole = view.prefix + path
    return Finding("LD421", whole, words(view.plan.target, whole, why))


def warning(view: View, path: Path, what: str) -> Finding:
    """Something that may not be what was meant, as one sentence. ``path`` is below the view."""
    whole = view.prefix + path
    return Finding("LD408", whole, words(view.plan.target, whole, what))


def lacks_program(view: View) -> Iterator[Finding]:
    """A part that runs nothing: not even an image says what."""
    if not any(view.is_set(name) for name in ("command", "script", "image")):
        yield missing(view, ("command",), "there is nothing to run")


def words(target: Target, path: Path, why: str) -> dict[str, object]:
    """What the sentences about a field on a target are filled in with."""
    return {"path": render(path), "target": target.name, "platform": target.platform.NAME, "why": why}
