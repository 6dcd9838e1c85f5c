"""YAML in which nothing but plain ASCII stands, whatever it says."""

from typing import Any


def written(value: Any) -> str:
    """The value as YAML in which nothing but plain ASCII stands."""
    if isinstance(value, str):
        return f'"{"".join(map(_escaped, value))}"'
    if isinstance(value, dict):
        return "{" + ", ".join(f"{written(key)}: {written(item)}" for key, item in value.items()) + "}"
    if isinstance(value, bool):
        return str(value).lower()
    return "[" + ", ".join(map(written, value)) + "]" if isinstance(value, list) else str(value)


def _escaped(char: str) -> str:
    return char if char.isascii() and char.isprintable() and char not in '"\\' else f"\\U{ord(char):08x}"
