"""What runs: a command as it is, or a script in one of the three ways in which it reaches its shell byte for byte."""

import posixpath
import re
from dataclasses import dataclass, field

from lading.compiler.payload import From
from lading.compiler.sbatch import tasks
from lading.compiler.sbatch.variables import of_program
from lading.compiler.shell import DEFAULT_SHELL, interpreter
from lading.compiler.templating import Shell
from lading.compiler.view import View, once

Word = str | From
Words = list[Word]

_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f]")


@dataclass(frozen=True, slots=True)
class Program:
    """What runs. ``words`` start it; ``text`` is a script that they find in ``$program``, ``inline`` one without words.

    ``needs_file``: the words go through ``$run``, which gives the script to its interpreter as a file.
    """

    words: Words = field(default_factory=list)
    text: From | None = None
    inline: From | None = None
    needs_file: bool = False

    @property
    def delimiter(self) -> Shell | None:
        """The line that ends the script's here-document; None where it can not stand in one as it is."""
        if self.text is None or _CONTROL.search(self.text.value) or not self.text.value.endswith("\n"):
            return None
        lines, word = set(self.text.value.split("\n")), "END_OF_SCRIPT"
        while word in lines:
            word += "_"
        return Shell(word)


@once
def program(view: View) -> Program:
    """The program of a job or a step."""
    script = view.get("script")
    if script is None:
        found = [view.get("command"), view.get("args")]
        return Program([From(word, part.sources) for part in found if part for word in part.value])
    shell, is_bash = _interpreter(view, script.value)
    if not is_bash or script.value[0] in "-+":
        words: Words = ["sh", "-c", Shell('"$run"'), "sh", Shell('"$program"'), *shell]
        return Program(words, text=script, needs_file=True)
    if shell[0].value == "/bin/bash" and _may_stand_inline(view, script.value):
        return Program(inline=script)
    return Program([*shell, "-c", Shell('"$program"')], text=script)


def _interpreter(view: View, script: str) -> tuple[list[From], bool]:
    """The words before the script's name, with what says them; and whether they are plain bash."""
    shell = view.get("shell") or From(DEFAULT_SHELL, ())
    words = interpreter(script, shell.value)
    found = [shell] if words == [shell.value] else [From(word, ()) for word in words]
    return found, len(found) == 1 and posixpath.basename(found[0].value) == "bash"


def _may_stand_inline(view: View, script: str) -> bool:
    """Whether this very bash can go on with the script: nothing comes after it, stands between or is hidden in it."""
    comes_after = tasks.retries(view) or tasks.restarts(view)
    stands_between = tasks.starts_by_srun(view) or tasks.container(view) or of_program(view)
    return not (comes_after or stands_between or _CONTROL.search(script))
