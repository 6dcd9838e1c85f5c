"""Quantities: the texts that people write and the exact integers that everything else works with.

Bytes are bytes, durations seconds, cores thousandths of a core. Nothing is ever rounded here: a text that is not a
whole number of the base unit is not a quantity.
"""

import re
from collections.abc import Sequence
from functools import lru_cache
from typing import Literal

Quantity = Literal["bytes", "seconds", "cores"]

BYTES = {"": 1, "k": 10**3, "M": 10**6, "G": 10**9, "T": 10**12, "P": 10**15, "E": 10**18}
BYTES |= {f"{letter}i": 2 ** (10 * (power + 1)) for power, letter in enumerate("KMGTPE")}
"""How many bytes each suffix of a Kubernetes quantity stands for."""

_SECONDS = {"d": 86400, "h": 3600, "m": 60, "s": 1}
# Nothing of more digits is small enough, and Python reads no number of any length.
_BYTES_TEXT = re.compile(r"(\d{1,99}(?:\.\d{1,99})?)([kMGTPE]|[KMGTPE]i)\Z", re.ASCII)
_SECONDS_TEXT = re.compile(r"(?:(\d{1,99})d)?(?:(\d{1,99})h)?(?:(\d{1,99})m)?(?:(\d{1,99})s)?\Z", re.ASCII)
_CORES_TEXT = re.compile(r"(\d{1,99}(?:\.\d{1,99})?)(m?)\Z", re.ASCII)
_RANGE_TEXT = re.compile(r"(\d{1,9})(?:-(\d{1,9})(?::(\d{1,9}))?)?", re.ASCII)
LARGEST = 2**63 - 1


@lru_cache(maxsize=1024)
def parse_bytes(text: str) -> int | None:
    """``64Gi`` → 68719476736; None for anything but a Kubernetes quantity with a suffix that is whole in bytes."""
    match = _BYTES_TEXT.match(text)
    return _whole(match[1], BYTES[match[2]]) if match else None


@lru_cache(maxsize=1024)
def parse_seconds(text: str) -> int | None:
    """``1d12h`` → 129600; None for anything but days, hours, minutes and seconds in that order."""
    match = _SECONDS_TEXT.match(text)
    if not text or not match:
        return None
    total = sum(int(part) * size for part, size in zip(match.groups(), _SECONDS.values(), strict=True) if part)
    return total if total <= LARGEST else None


_CLOCK_TEXT = re.compile(r"(?:(\d{1,9})-)?(\d{1,9}):([0-5]\d):([0-5]\d)\Z", re.ASCII)
_SPELT_BYTES_TEXT = re.compile(r"(\d{1,99}(?:\.\d{1,99})?) ?([kmgtpe])(i?)b?\Z", re.ASCII | re.IGNORECASE)


def likely_seconds(text: str) -> str | None:
    """What is meant by hours, minutes and seconds as a clock has them: ``12:00:00`` → ``12h``; None if it is no such.

    Days may stand before them, as Slurm writes them: ``1-12:00:00``.
    """
    match = _CLOCK_TEXT.match(text)
    if not match:
        return None
    sizes = zip(match.groups("0"), _SECONDS.values(), strict=True)
    return _seconds_text(sum(int(part) * size for part, size in sizes))


def likely_bytes(text: str) -> str | None:
    """What is meant by an amount whose unit is spelt in another way: ``512GB`` → ``512G``; None if it is no such."""
    match = _SPELT_BYTES_TEXT.match(text)
    if not match:
        return None
    letter = match[2].lower() if match[2].lower() == "k" and not match[3] else match[2].upper()
    return f"{match[1]}{letter}{match[3].lower()}"


@lru_cache(maxsize=1024)
def parse_cores(text: str) -> int | None:
    """``8`` → 8000, ``0.5`` and ``500m`` → 500; None where it is not whole in thousandths of a core."""
    match = _CORES_TEXT.match(text)
    return _whole(match[1], 1 if match[2] else 1000) if match else None


def _whole(number: str, size: int) -> int | None:
    """The decimal number of a unit, in base units; None where that is no whole number of them, or too large a one."""
    whole, _, decimals = number.partition(".")
    exact, rest = divmod(int(whole + decimals) * size, 10 ** len(decimals))
    return exact if not rest and exact <= LARGEST else None


def parse_range(text: str) -> list[int] | None:
    """``0-99:2`` → first, last and step, ``[0, 98, 2]``; None for what is not an index or a range of them."""
    match = _RANGE_TEXT.fullmatch(text)
    if not match:
        return None
    first = int(match[1])
    last, step = int(match[2] or first), int(match[3] or 1)
    if last < first or step < 1:
        return None
    return [first, first + (last - first) // step * step, step]


def indices_text(ranges: Sequence[Sequence[int]]) -> str:
    """``[[0, 98, 2], [101, 101, 1]]`` → ``0-98:2,101``."""
    return ",".join(_range_text(*found) for found in ranges)


def _range_text(first: int, last: int, step: int) -> str:
    if first == last:
        return f"{first}"
    return f"{first}-{last}" if step == 1 else f"{first}-{last}:{step}"


@lru_cache(maxsize=1024)
def written(value: int, quantity: Quantity) -> str:
    """The shortest text that reads back as the value: ``1500Mi``, ``1d12h``, ``8``, ``500m``."""
    if quantity == "bytes":
        return _bytes_text(value)
    return _seconds_text(value) if quantity == "seconds" else _cores_text(value)


def _bytes_text(value: int) -> str:
    whole = [(size, suffix) for suffix, size in BYTES.items() if suffix and value % size == 0]
    if not whole:
        return f"{value // 1000}.{value % 1000:03}k"
    size, suffix = max(whole)
    return f"{value // size}{suffix}"


def _seconds_text(value: int) -> str:
    text, rest = "", value
    for suffix, size in _SECONDS.items():
        count, rest = divmod(rest, size)
        text += f"{count}{suffix}" if count else ""
    return text or "0s"


def _cores_text(value: int) -> str:
    return f"{value // 1000}" if value % 1000 == 0 else f"{value}m"
