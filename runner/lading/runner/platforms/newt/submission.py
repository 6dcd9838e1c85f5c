"""What is sent for a job, with the token that it is found again by."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

from lading.compiler.payload import From
from lading.compiler.platforms.newt.wire import wire
from lading.compiler.sbatch.directives import Directive
from lading.compiler.sbatch.lexer import DIRECTIVE, is_command, options
from lading.runner.errors import NotSupported, Refused, RunnerError, SecretMissing, Unreachable
from lading.runner.platform import Outgoing
from lading.runner.sbatch.search import PREFIX


def form(outgoing: Outgoing, conditions: Sequence[str]) -> Mapping[str, Any]:
    """The fields of the form. A script of lading's own has the token in its comment, and waits for the conditions."""
    body = dict(outgoing.body)
    if "after" in body:
        pairs = (condition.split(":", 1) for condition in conditions)
        body["after"] = [{"type": word, "job": job} for word, job in pairs]
    fields: dict[str, Any] = wire(body, {})
    if "jobscript" in fields:
        fields["jobscript"] = with_token(fields["jobscript"], outgoing.token)
    return fields


def with_token(script: str, token: str) -> str:
    """The script, whose last directive is a comment that starts with the token; of several, sbatch takes the last."""
    words = " ".join([PREFIX + token, *_comments(script)[-1:]])
    line = Directive("comment", From(words, ())).line().removesuffix("\n")
    lines = script.split("\n")
    before = next((number for number, text in enumerate(lines) if is_command(text)), len(lines))
    last = max((number for number in range(before) if lines[number].startswith(DIRECTIVE)), default=0)
    return "\n".join([*lines[: last + 1], line, *lines[last + 1 :]])


def _comments(script: str) -> list[str]:
    """The comments that the script's own directives give, in whichever way an option can be written."""
    found = []
    words = options(script)
    for number, word in enumerate(words):
        name, equals, value = word.partition("=")
        if len(name) > 4 and "--comment".startswith(name):
            found += [value] if equals else words[number + 1 : number + 2]
    return found


@contextmanager
def nothing_sent() -> Iterator[None]:
    """What goes wrong before a job is sent is known not to have been accepted, whatever it is."""
    try:
        yield
    except (Refused, NotSupported, SecretMissing, Unreachable):
        raise
    except RunnerError as error:
        raise Unreachable(str(error), error.help) from None
