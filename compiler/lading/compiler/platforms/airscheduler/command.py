"""The command: one text. Whether a shell reads it, the manual does not say; Kubernetes may read it before that."""

import re
from collections.abc import Collection

from lading.compiler.importing.reading import Reading
from lading.compiler.payload import From
from lading.compiler.platforms.airscheduler.table import IN_COMMAND
from lading.compiler.platforms.airscheduler.variables import has_variables, variables
from lading.compiler.shell import Unfolded, shell_text, unfolded
from lading.compiler.templating import quoted_for_sh
from lading.compiler.view import View, once

_PLAIN = re.compile(r"[A-Za-z0-9_@%+=:,./ -]*", re.ASCII)
"""A command of which a shell makes the same words as whatever takes it apart at its spaces."""


@once
def command(view: View) -> From | None:
    """The text that runs the program, with what is said around it; None where the image has its own.

    The program finds the same words whatever reads the text before: a shell, something that takes quoted words apart,
    or Kubernetes, which makes ``$`` of ``$$`` and a variable's value of ``$(NAME)``.
    """
    found = _text(view)
    if found is None:
        return None
    text, names = found.value, variables(view) if has_variables(view) else {}
    if _is_script(view, text) and (_reader(view) == "words" or _unexpanded(text, names) != text):
        text = f"sh -c {quoted_for_sh(text)}"
    return From(_unexpanded(text, names), found.sources)


def is_left_to_chance(view: View) -> bool:
    """Whether the command is more than words between spaces, and the site does not say what reads it."""
    found = command(view) if _reader(view) is None else None
    return found is not None and not _PLAIN.fullmatch(found.value)


def _text(view: View) -> From | None:
    """Words, or the script itself where that is one for ``/bin/sh``. No word is the shell's own ``exec``."""
    folded = IN_COMMAND[view.plan.target.options["api"], view.plan.job.kind]
    found = shell_text(view, fold=folded, env={} if has_variables(view) else variables(view))
    if found is None or not found.value.startswith("exec ") or _is_script(view, found.value):
        return found
    return From(f"env {found.value.removeprefix('exec ')}", found.sources)  # which is a program, and does the same


def _is_script(view: View, text: str) -> bool:
    script = view.get("script")
    return script is not None and script.value == text


def _reader(view: View) -> str | None:
    found: str | None = view.plan.target.options.get("reads")
    return found


_REFERENCE = re.compile(r"\$(?=\$|\(([A-Za-z_][A-Za-z0-9_]*)\))")


def _unexpanded(text: str, names: Collection[str]) -> str:
    """The text with something behind each ``$`` that Kubernetes would read as more, in it as it is or by a name."""

    if "$" not in text:
        return text

    def kept(reference: re.Match[str]) -> str:
        return "$''" if reference[1] is None or reference[1] in names else "$"

    return _REFERENCE.sub(kept, text)


def read_command(reading: Reading) -> None:
    """The command says the program, and what the edition has no other place for."""
    text = reading.take("/running_config/command")
    if isinstance(text, list):
        reading.say("command", text)
    elif text:
        found = _said(text, IN_COMMAND.get((reading.target.options["api"], reading.kind), ()))
        for field, value in found.fields.items():
            reading.say(field, value)
        for name, value in found.env.items():
            reading.say(("env", name), value)


def _said(text: str, folded: Collection[str]) -> Unfolded:
    """What the text says: after an ``env`` of ours the same as after ``exec``, which itself is only in scripts."""
    if text.startswith("exec "):
        return Unfolded({"script": text, "shell": "/bin/sh"}, {})
    own = unfolded(re.sub(r"\Aenv ", "exec ", text), fold=folded)
    return unfolded(text, fold=folded) if own.fields.get("shell") == "/bin/sh" else own
