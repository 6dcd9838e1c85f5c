"""The rows of PaddleFlow's table backwards: what a spec says for a native value."""

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from lading.compiler.platforms.paddleflow.expansion import expanded
from lading.compiler.target import Target
from lading.schema.units import BYTES, LARGEST

RESTART_POLICY = "PF_JOB_RESTART_POLICY"
NEVER = "Never"
SPARK = {
    "mainFile": "PF_JOB_SPARK_MAIN_FILE",
    "mainClass": "PF_JOB_SPARK_MAIN_CLASS",
    "arguments": "PF_JOB_SPARK_ARGUMENTS",
}
"""Variables by which the server is told something, by the native fields that say them in a spec."""

SAID_ELSEWHERE = frozenset({RESTART_POLICY, *SPARK.values()})


def env(native: Any, target: Target) -> Any:  # noqa: ARG001 - every reader is handed the target
    """The variables that are the program's own, as the program will see them."""
    if not isinstance(native, Mapping):
        return None
    return {name: expanded(value) for name, value in native.items() if name not in SAID_ELSEWHERE} or None


def cpu(native: Any, target: Target) -> int | None:  # noqa: ARG001
    """Thousandths of a core; None where it is no whole number of them."""
    return thousandths(native)


def size(native: Any, target: Target) -> int | None:  # noqa: ARG001
    """Bytes; None where it is no whole number of them."""
    return bytes_of(native)


def thousandths(native: Any) -> int | None:
    """How many thousandths of a core the quantity is, if it is a whole number of them."""
    text = str(native)
    return _whole(text.removesuffix("m"), 1 if text.endswith("m") else 1000)


def bytes_of(native: Any) -> int | None:
    """How many bytes the quantity is, if it is a whole number of them."""
    text = str(native)
    number = text.rstrip("kKMGTPEi")
    unit = BYTES.get(text[len(number) :])
    return _whole(number, unit) if unit else None


def _whole(number: str, unit: int) -> int | None:
    try:
        found = Decimal(number) * unit
    except ArithmeticError:  # it is no number, or too large to be one
        return None
    is_sound = found.is_finite() and 0 < found <= LARGEST and found == found.to_integral_value()
    return int(found) if is_sound else None


def priority(native: Any, target: Target) -> str | None:  # noqa: ARG001
    """The priority, in whatever case it is written."""
    text = str(native).lower()
    return text if text in {"low", "normal", "high"} else None


def queue(native: Any, target: Target) -> str:
    """The portable name that the catalog has for the queue; the queue's own where it has none."""
    known: Mapping[str, str] = target.catalog.get("queues", {})
    return next((portable for portable, there in known.items() if there == native), str(native))
