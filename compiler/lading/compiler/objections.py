"""What a platform's ``check`` objects with: findings in the words that every platform uses."""

from lading.compiler.view import View
from lading.schema.diagnostics import Finding
from lading.schema.paths import Path, render


def refusal(view: View, path: Path, why: str, *, others: tuple[tuple[Path, str], ...] = ()) -> Finding:
    """The field can not be had here. ``path`` is below the view; ``others`` are further places, each with a remark."""
    whole = view.prefix + path
    return Finding("LD406", whole, _words(view, whole, why), others=others)


def missing(view: View, path: Path, why: str) -> Finding:
    """The platform needs a field that is not set. ``path`` is below the view."""
    whole = view.prefix + path
    return Finding("LD421", whole, _words(view, whole, why))


def warning(view: View, path: Path, what: str) -> Finding:
    """Something that may not be what was meant, as one sentence. ``path`` is below the view."""
    whole = view.prefix + path
    return Finding("LD408", whole, _words(view, whole, what))


def _words(view: View, path: Path, why: str) -> dict[str, object]:
    target = view.plan.target
    return {"path": render(path), "target": target.name, "platform": target.platform.NAME, "why": why}
