"""The expressions between ``${{`` and ``}}``: jinja2's, in a sandbox where they can do nothing but make a small value.

A spec may be somebody else's text. So nothing of Python can be reached, the same parameters always give the same value,
and no expression runs long or fills the memory: what can make much of little gets only short texts.
"""

from collections.abc import Callable, Mapping
from functools import cache, lru_cache, wraps
from math import isfinite
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from jinja2.sandbox import SandboxedEnvironment

LONGEST = 1000
"""Characters of an expression."""

LARGEST = 4096
"""Characters of a text, or items of a list, that a filter or a method takes."""

FILTERS = (
    *("abs", "capitalize", "d", "default", "first", "float", "int", "join", "last", "length", "list", "lower", "max"),
    *("min", "replace", "round", "sort", "string", "sum", "title", "tojson", "trim", "unique", "upper"),
)
METHODS = frozenset(
    {"capitalize", "count", "endswith", "join", "lower", "lstrip", "removeprefix", "removesuffix", "replace"}
    | {"rstrip", "split", "startswith", "strip", "title", "upper"}
)


class NoValue(Exception):
    """The expression has no value; says why."""


def evaluate(code: str, params: Mapping[str, Any]) -> str | int | float:
    """What the expression says of the parameters. Raises NoValue, whatever is wrong with it."""
    from jinja2 import TemplateError, Undefined

    if len(code) > LONGEST:
        raise NoValue(f"it is longer than {LONGEST} characters")
    try:
        value = _compiled(code)(params=params)
    except TemplateError as error:
        raise NoValue((error.message or type(error).__name__).splitlines()[0].rstrip(".")) from None
    except RecursionError:
        raise NoValue("it is nested too deeply") from None
    except Exception as error:  # noqa: BLE001 - there is no end of what can be wrong with an expression
        raise NoValue(str(error) or type(error).__name__) from None
    if isinstance(value, Undefined):
        raise NoValue(f"{code.removeprefix('params.')} is not declared")
    return _plain(value)


@lru_cache(maxsize=1024)
def _compiled(code: str) -> Callable[..., Any]:
    return _environment().compile_expression(code, undefined_to_none=False)


def _plain(value: object) -> str | int | float:
    if isinstance(value, str) and not value.isascii() and any("\ud800" <= letter <= "\udfff" for letter in value):
        raise NoValue("it is half of a character")
    if isinstance(value, str | int) or (isinstance(value, float) and isfinite(value)):
        return value
    raise NoValue("it is not text, a number, true or false")


class _Method:
    """A method of a value. It can be called and nothing else: its own text would be another one in each run."""

    def __init__(self, owner: object, name: str) -> None:
        self._owner, self._name = owner, name

    def __call__(self, *values: Any) -> Any:
        return _bounded(getattr(self._owner, self._name))(*values)

    def __repr__(self) -> str:
        raise TypeError(f"{self._name} is a method: write {self._name}()")


def _bounded(function: Callable[..., Any]) -> Callable[..., Any]:
    """The function, which refuses what is long."""

    @wraps(function)
    def bounded(*values: Any, **named: Any) -> Any:
        owner = getattr(function, "__self__", None)
        for value in (owner, *values, *named.values()):
            if isinstance(value, str | list | tuple) and len(value) > LARGEST:
                raise ValueError(f"{function.__name__.removeprefix('do_')} of something this long is not allowed here")
        return function(*values, **named)

    return bounded


def _rounded(value: float, digits: int = 0, method: str = "common") -> float:
    from jinja2.filters import do_round

    if abs(digits) > LARGEST:
        raise ValueError(f"no number has {abs(digits)} digits here")
    return do_round(value, digits, method)  # type: ignore[arg-type] # it refuses a wrong method itself


@cache
def _environment() -> "SandboxedEnvironment":
    from jinja2 import StrictUndefined
    from jinja2.sandbox import SandboxedEnvironment

    class Bounded(SandboxedEnvironment):
        """What can be reached from a parameter, and what can be made of it."""

        intercepted_binops = frozenset({"**", "*", "%"})

        def call_binop(self, context: Any, operator: str, left: Any, right: Any) -> Any:
            if operator == "**" or not (_is_small(left) and _is_small(right)):
                raise ValueError(f"{operator} of these values is not allowed here")
            return left * right if operator == "*" else left % right

        def getattr(self, obj: Any, attribute: str) -> Any:
            if isinstance(obj, Mapping) and attribute in obj:  # before methods: a parameter may be called "items"
                return obj[attribute]
            if isinstance(obj, str) and attribute in METHODS:
                return _Method(obj, attribute)
            if isinstance(obj, StrictUndefined):  # what is not declared is what is wrong, not what it lacks
                return super().getattr(obj, attribute)
            return self.undefined(obj=obj, name=attribute)

        def getitem(self, obj: Any, argument: Any) -> Any:
            try:
                return obj[argument]
            except (AttributeError, TypeError, LookupError):
                return self.undefined(obj=obj, name=argument)

    environment = Bounded(undefined=StrictUndefined)
    environment.globals.clear()
    known = {**environment.filters, "round": _rounded}
    environment.filters = {name: _bounded(known[name]) for name in FILTERS}
    return environment


def _is_small(value: object) -> bool:
    return isinstance(value, float) or (isinstance(value, int) and abs(value) < 2**63)
