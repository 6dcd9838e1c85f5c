"""Explaining a spec on a target, also one that can not be sent there."""

import os
from collections.abc import Sequence

from lading.compiler.explain import explain
from lading.runner.invocation.options import HTML
from lading.runner.invocation.session import Session
from lading.runner.output.explained import show_explained
from lading.runner.specs.compilation import compilations, open_spec
from lading.runner.specs.files import STDIN
from lading.runner.specs.trees import ENDINGS
from lading.schema.diagnostics import Diagnostic, has_errors


def is_spec(text: str) -> bool:
    """Whether the text names a file, and not a field."""
    return text == STDIN or text.endswith(ENDINGS) or os.sep in text or os.path.isfile(text)


def explain_spec(
    session: Session, name: str, targets: Sequence[str], accept: Sequence[str], sets: Sequence[str]
) -> int:
    """What becomes of each field stands on standard output; the exit code says if there is a payload."""
    found = compilations(open_spec(session, name, sets), targets, accept)
    if session.settings.format == HTML:
        from lading.runner.pages.explained import explained_page

        session.screen.result(explained_page(session, found))
    else:
        show_explained(session.screen, [(compilation, explain(compilation)) for compilation in found])
    errors: list[Diagnostic] = [d for compilation in found for d in compilation.diagnostics if d.is_error]
    if session.screen.is_human:
        session.screen.diagnostics(errors)
    return 1 if has_errors(errors) else 0
