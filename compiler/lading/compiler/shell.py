"""Programs for platforms that run `sh -c TEXT`: the text, in POSIX sh (dash, bash, busybox), and back from it.

A command is its quoted words and a script for ``/bin/sh`` is the text; what else has to be said stands before them
(``wrapping.py``). What does not read back exactly is a script, so reading never guesses.
"""

import posixpath
import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from lading.compiler.payload import From, Sources
from lading.compiler.templating import Shell, quoted_for_sh
from lading.compiler.view import View
from lading.compiler.wrapping import Words, asks, unwrapped, wrapped

DEFAULT_SHELL = "/bin/bash"

FOLDABLE = ("workdir", "schedule.timeLimit", "schedule.restart", "schedule.retries")
"""The fields that a text can say around a program, as ``fold`` names them."""

Fields = Mapping[str, From]


class Unfolded(NamedTuple):
    """What a text says: portable fields by their dotted names, in base units, and environment variables."""

    fields: Mapping[str, Any]
    env: Mapping[str, str]


def shell_text(
    view: View, *, env: Mapping[str, From] = {}, fold: Collection[str] = (), launcher: From | None = None
) -> From | None:
    """The text with which ``sh -c`` runs the view's program, with all that went into it; None without a program.

    Fields that ``fold`` names stand in it too, and so do the variables of ``env``: each a text, or expanded where it is
    :class:`Shell`. The words of the ``launcher`` start the program, inside of all that is said around it.
    """
    fields = _fields(view, env, fold, launcher)
    return From(_text(fields), _sources(fields)) if _has_program(fields) else None


def shell_argv(
    view: View, *, env: Mapping[str, From] = {}, fold: Collection[str] = (), launcher: From | None = None
) -> list[From] | None:
    """The same as argv: the program's own if nothing has to be said around it, else that of a shell with the text."""
    fields = _fields(view, env, fold, launcher)
    return _argv(fields) if _has_program(fields) else None


def unfolded(text: str, *, fold: Collection[str] = (*FOLDABLE, "env")) -> Unfolded:
    """What ``shell_text`` makes this text of, where it may say what ``fold`` names; at worst a script for /bin/sh."""
    for fields in _readings(text, fold):
        if _text(_as_from(fields)) == text:
            return _unfolded(fields)
    return Unfolded(_script(text, "/bin/sh"), {})


def unfolded_argv(argv: Sequence[str], *, fold: Collection[str] = (*FOLDABLE, "env")) -> Unfolded:
    """What ``shell_argv`` makes these words of, in the same way; at worst a command."""
    words = list(argv)
    readings = _readings(words[-1], fold) if words[:-1] == _SHELL else _programs(words)
    for fields in readings:
        if [word.value for word in _argv(_as_from(fields))] == words:
            return _unfolded(fields)
    return Unfolded({"command": words}, {})


# From a view to fields.


def _fields(view: View, env: Mapping[str, From], fold: Collection[str], launcher: From | None) -> Fields:
    """What is set of the program, and what holds of all that is said around it."""
    own = {name: value for name in ("command", "args", "script", "shell") if (value := view.get(name))}
    folded = {name: _folded(view, *name.split(".")) for name in FOLDABLE if name in fold}
    added = {"env": From({name: value.value for name, value in env.items()}, _sources(env))}
    return {**own, **folded, **added, **({"launcher": launcher} if launcher else {})}


def _folded(view: View, *path: str) -> From:
    """The language's own value: of the view, of the job above a role, or the default."""
    if found := view.get(*path):
        return From(view.raw(*path), found.sources)
    return _folded(view.above, *path) if view.above else From(view.value(*path), ())


def _sources(fields: Fields) -> Sources:
    return tuple(dict.fromkeys(path for value in fields.values() for path in value.sources))


# From fields to words, and to a text or argv.

_SHELL = ["sh", "-c"]
_SHELLS = frozenset({"sh", "bash", "dash", "ash", "ksh", "zsh"})
_SHELL_FLAGS = re.compile(r"-[aefluvx]+")
_OWN_SHELL = re.compile(r"#![ \t]*(\S+)(?:[ \t]+(.*\S))?")

_IN_A_FILE = [
    *_SHELL,
    'LADING_SCRIPT=$(mktemp) && printf %s "$1" >"$LADING_SCRIPT" && shift && exec "$@" "$LADING_SCRIPT"',
    "sh",
]
"""Gives the script, the first word after these, as a file to the interpreter that follows it."""

_UNASSIGNED = [*_SHELL, 'exec "$@"', "sh"]
"""Starts a program whose name would be an assignment."""

_OWN_NAMES = """
    . : [ alias bg bind break builtin caller case cd chdir command compgen complete compopt continue coproc declare
    dirs disown do done echo elif else enable esac eval exec exit export false fc fg fi for function getopts hash
    help history if in jobs kill let local logout mapfile popd printf pushd pwd read readarray readonly return
    select set shift shopt source suspend test then time times trap true type typeset ulimit umask unalias unset
    until wait while
"""
_OWN = frozenset(_OWN_NAMES.split())
"""What a shell takes for itself where the name of a program is meant: ``echo`` of dash is not ``echo`` of coreutils."""


def interpreter(script: str, shell: str = DEFAULT_SHELL) -> Words:
    """The words before the script's name, as the kernel makes them of its ``#!`` line; without one, the shell."""
    own = _OWN_SHELL.match(script)
    return [word for word in own.groups() if word] if own else [shell]


def _has_program(fields: Fields) -> bool:
    return "script" in fields or any(fields[name].value for name in ("command", "args") if name in fields)


def _program(fields: Fields) -> list[From]:
    """The words of the program itself, none where there is no program."""
    script, shell = fields.get("script"), fields.get("shell", From(DEFAULT_SHELL, ()))
    if script is None:
        found = [fields[name] for name in ("command", "args") if name in fields]
        return [From(word, part.sources) for part in found for word in part.value]
    return [From(word, script.sources + shell.sources) for word in _interpreted(script.value, shell.value)]


def _interpreted(script: str, shell: str) -> Words:
    words = interpreter(script, shell)
    if not _is_shell(words):
        return [*_IN_A_FILE, script, *words]
    return [*words, "-c", *(["--"] if script[:1] in {"-", "+"} else []), script]


def _is_shell(words: Words) -> bool:
    """Whether the interpreter takes a script by ``-c``, after the one argument that a ``#!`` line can have."""
    if words[0] == "/usr/bin/env":
        return words[-1] in _SHELLS
    is_known = posixpath.basename(words[0]) in _SHELLS
    return is_known and all(_SHELL_FLAGS.fullmatch(word) for word in words[1:])


def _argv(fields: Fields) -> list[From]:
    values = _values(fields)
    if values.get("workdir") or values.get("launcher") or asks(values):
        sources = _sources(fields)
        return [From(word, sources) for word in (*_SHELL, _text(fields, by_exec=True))]
    return _program(fields)


def _text(fields: Fields, *, by_exec: bool = False) -> str:
    """The text. ``by_exec`` the shell becomes the program, which is then sent what is sent to the shell.

    Who lets a shell run texts has one before the program anyway, so there the text stays as people write it; but where
    a time limit or a loop would stand between the two as well, or a builtin has the program's name, it is by exec too.
    """
    values = _values(fields)
    program = [*values.get("launcher", ()), *(word.value for word in _program(fields))]
    words = wrapped([*_UNASSIGNED, *program] if "=" in program[0] else program, values)
    sentence = "exec " * (by_exec or words[0] in _OWN or _is_watched(values)) + _sentence(words)
    if workdir := values.get("workdir"):
        return f"cd {_folder(workdir)} && {sentence}"
    return words[-1] if _is_text(words) else sentence


def _is_watched(values: Mapping[str, Any]) -> bool:
    """Whether a time limit or a loop stands around the program."""
    return asks(values, but="env")


def _values(fields: Fields) -> dict[str, Any]:
    return {name: value.value for name, value in fields.items()}


def _folder(path: str) -> str:
    return quoted_for_sh(f"./{path}" if path.startswith("-") else path)


def _is_text(words: Words) -> bool:
    """Whether the words start a shell for a text that the shell at hand can run as well."""
    return words[:-1] in (_SHELL, ["/bin/sh", "-c"]) and words[-1][:1] not in {"-", "+"}


def _sentence(words: Words) -> str:
    """The words of a command line. A name like an option is quoted: `sh -c` would take the text for one."""
    name, *rest = (word if isinstance(word, Shell) else quoted_for_sh(word) for word in words)
    return " ".join((f"'{name}'" if name.startswith(("-", "+")) else name, *rest))


# From a text to fields: what it might say, which is then written and compared.

_WORD = r"(?:[A-Za-z0-9_@%+=:,./-]|'[^']*'|\\')+"
_WORDS = re.compile(rf"(?:cd (?P<workdir>{_WORD}) && )?(?:exec )?(?P<words>{_WORD}(?: {_WORD})*)", re.ASCII)
_PIECE = re.compile(r"'([^']*)'|\\(')")


def _readings(text: str, fold: Collection[str]) -> Iterator[dict[str, Any]]:
    """What the text may say, the most telling first."""
    match = _WORDS.fullmatch(text)
    if match is None:
        return
    workdir = {"workdir": _unquoted(match["workdir"])} if match["workdir"] else {}
    if not all(name in fold and len(path.splitlines()) == 1 for name, path in workdir.items()):
        return
    words = [_unquoted(word) for word in re.findall(_WORD, match["words"])]
    values, program = unwrapped(words, fold)
    yield from ({**found, **workdir, **values} for found in _programs(program))
    yield from ({**found, **workdir} for found in _programs(words))


def _programs(words: Words) -> Iterator[dict[str, Any]]:
    if words[:4] == _IN_A_FILE and len(words) > 5:
        yield _script(words[4], words[5])
    if len(words) > 2 and words[0].startswith("/"):
        yield _script(words[-1], words[0])
    yield {"command": words[4:] if words[:4] == _UNASSIGNED else words}


def _script(text: str, shell: str) -> dict[str, Any]:
    """The script's fields, none of which says what holds anyway."""
    holds_anyway = text.startswith("#!") or shell == DEFAULT_SHELL
    return {"script": text} if holds_anyway else {"script": text, "shell": shell}


def _unquoted(word: str) -> str:
    return _PIECE.sub(lambda piece: piece[1] if piece[2] is None else piece[2], word)


def _as_from(fields: Mapping[str, Any]) -> Fields:
    return {name: From(value, ()) for name, value in fields.items()}


def _unfolded(fields: Mapping[str, Any]) -> Unfolded:
    return Unfolded({name: value for name, value in fields.items() if name != "env"}, fields.get("env", {}))
