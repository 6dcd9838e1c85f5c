"""What Kubernetes makes of ``$`` in commands, arguments and values of variables, and texts that survive it.

It replaces ``$(NAME)`` by the container's variable of that name, leaves it alone where there is none, and makes ``$``
of ``$$`` (https://kubernetes.io/docs/tasks/inject-data-application/define-command-argument-container/).
"""

import re
from collections.abc import Container

_TOKEN = re.compile(r"\$\(([^)]*)\)|\$(?=\$)")
_EXPANDED = re.compile(r"(\$\([^)]*\))|\$\$")
_INJECTED = re.compile(r"[A-Z_][A-Z0-9_]*", re.ASCII)
"""What a variable is called that the platform, an operator or Kubernetes itself adds to a container."""


class _All:
    def __contains__(self, name: object) -> bool:
        return True


ALL = _All()
"""The names of all variables: a text that is safe beside these is safe anywhere."""


def escaped(text: str, names: Container[str]) -> str:
    """The text that Kubernetes makes this one of, in a container with variables of these names and its own."""
    if "$" not in text:
        return text

    def safe(token: re.Match[str]) -> str:
        name = token[1]
        if name is None or name in names or _INJECTED.fullmatch(name):
            return f"${token[0]}"
        return token[0]

    return _TOKEN.sub(safe, text)


def expanded(text: str) -> str:
    """What Kubernetes makes of the text in a container without variables."""
    return _EXPANDED.sub(lambda token: token[1] or "$", text)
