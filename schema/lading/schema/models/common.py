"""What the models are made of: the base class, field declarations, and the types that YAML writes in its own way.

A model describes the normalised form: short forms are written out and every quantity is an exact integer (bytes,
seconds, thousandths of a core). Fields have the language's own camelCase names. ``None`` means not set. The bases of a
model stand right to left: pydantic takes the fields of the rightmost one first, and people read them in that order.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations
from typing import Annotated, Any, ClassVar, Self

from annotated_types import Ge, Le, MinLen
from pydantic import BaseModel, ConfigDict, Field, GetCoreSchemaHandler, Strict, model_validator
from pydantic_core import CoreSchema, core_schema

from lading.schema.shape import Type


class Model(BaseModel):
    """A struct of the language.

    ``one_of``, ``exactly_one`` and ``is_layer`` mean what they mean in :class:`lading.schema.shape.Struct`.
    """

    model_config = ConfigDict(
        frozen=True,
        extra="forbid",
        strict=True,
        use_attribute_docstrings=True,
        validate_by_name=True,
        validate_by_alias=True,
    )

    one_of: ClassVar[tuple[tuple[str, ...], ...]] = ()
    exactly_one: ClassVar[bool] = False
    is_layer: ClassVar[bool] = False

    @model_validator(mode="after")
    def _one_group_only(self) -> Self:
        used = [group for group in self.one_of if any(getattr(self, name) is not None for name in group)]
        for group, other in combinations(used, 2):
            raise ValueError(f"{' and '.join(group)} can not stand beside {' and '.join(other)}")
        if self.exactly_one and not used:
            raise ValueError(f"one of {', '.join(name for group in self.one_of for name in group)} is needed")
        return self


def required(example: str, *, alias: str | None = None) -> Any:
    """A field that must be written. ``example`` is YAML."""
    return Field(examples=[example], alias=alias)


def optional(example: str, *, default: Any = None, alias: str | None = None) -> Any:
    """A field that may be left out, and what holds then; no default means that it is the platform's affair."""
    extra = {} if default is None else {"default": default}
    return Field(default=None, examples=[example], json_schema_extra=extra, alias=alias)


def constant(value: str, *, written: bool = False) -> Any:
    """A field with one possible value. Programs may leave it out; a file may not where it must be ``written``."""
    return Field(
        default=value, examples=[value], json_schema_extra={"required": True} if written else {"default": value}
    )


@dataclass(frozen=True, slots=True)
class Shaped:
    """What a Python type does not say of how YAML writes a value: the ``Type`` of ``shape.py``, and a short form."""

    type: Type | None = None
    form: str = ""


@dataclass(frozen=True, slots=True)
class Pattern:
    """A text that matches as a whole. ``says`` completes "must be …" for people."""

    regex: str
    says: str

    def __get_pydantic_core_schema__(self, source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        """The pattern as a check of pydantic's, with a sentence of ours."""
        return core_schema.no_info_after_validator_function(self._matched, handler(source))

    def _matched(self, text: str) -> str:
        if not re.fullmatch(self.regex, text, re.ASCII):
            raise ValueError(f"must be {self.says}")
        return text


_LABEL_VALUE = r"(?:[A-Za-z0-9](?:[A-Za-z0-9_.-]{0,61}[A-Za-z0-9])?)"
_DOMAIN = r"[a-z0-9](?:[a-z0-9-]*[a-z0-9])?(?:\.[a-z0-9](?:[a-z0-9-]*[a-z0-9])?)*"
_HOST = r"(?:[A-Za-z0-9](?:[A-Za-z0-9.-]*[A-Za-z0-9])?|\[[A-Fa-f0-9:]+\])(?::[0-9]+)?"
_REPOSITORY = r"[a-z0-9]+(?:(?:[._]|__|-+)[a-z0-9]+)*"
_TAG, _DIGEST = r":[A-Za-z0-9_][A-Za-z0-9_.-]{0,127}", r"@[A-Za-z][A-Za-z0-9+._-]*:[0-9a-fA-F]{32,}"

Text = Annotated[str, MinLen(1)]
Line = Annotated[str, Pattern(r"[^\r\n]+", "one line of text")]
Title = Annotated[str, Pattern(r"[^\r\n]{1,255}", "one line of at most 255 characters")]
Label = Annotated[
    str,
    Pattern(
        r"[a-z](?:[a-z0-9-]{0,61}[a-z0-9])?",
        "a DNS-1123 label: at most 63 lower-case letters, digits and -, starting with a letter and not ending in -",
    ),
]
Name = Annotated[
    str,
    Pattern(r"[A-Za-z0-9][A-Za-z0-9_.-]*", "a name of letters, digits, -, _ and ., starting with a letter or digit"),
]
Identifier = Annotated[
    str, Pattern(r"[A-Za-z_][A-Za-z0-9_]*", "a name of letters, digits and _, not starting with a digit")
]
LabelKey = Annotated[
    str,
    Pattern(
        rf"(?:(?=[^/]{{1,253}}/){_DOMAIN}/)?{_LABEL_VALUE}",
        "a Kubernetes label key: at most 63 letters, digits, -, _ and ., with a domain and / before it if need be",
    ),
]
LabelValue = Annotated[
    str,
    Pattern(
        rf"{_LABEL_VALUE}?",
        "a Kubernetes label value: at most 63 letters, digits, -, _ and ., starting and ending with a letter or digit",
    ),
]
Image = Annotated[
    str,
    Pattern(
        rf"(?:{_HOST}/)?{_REPOSITORY}(?:/{_REPOSITORY})*(?:{_TAG})?(?:{_DIGEST})?",
        "an image reference such as registry.example.com/team/image:1.0",
    ),
]
AbsolutePath = Annotated[str, Pattern(r"/[^\r\n]*", "an absolute path")]
RelativePath = Annotated[
    str, Pattern(r"(?!/)(?!(?:[^\r\n]*/)?\.\.(?:/|$))[^\r\n]+", "a relative path that does not lead upwards with ..")
]
Url = Annotated[
    str,
    Pattern(
        r"https?://[^\s/?#@]+(?:[/?#][^\s]*)?", "an address that starts with http:// or https://, without a login in it"
    ),
]
S3Uri = Annotated[str, Pattern(r"s3://[^\s/]+(?:/[^\r\n]*)?", "an address that starts with s3://BUCKET")]
Hostname = Annotated[str, Pattern(_HOST, "a host name, with :port if need be")]

Count = Annotated[int, Ge(1)]
Amount = Annotated[int, Ge(0)]
PortNumber = Annotated[int, Ge(1), Le(65535)]
Bytes = Annotated[int, Ge(1), Shaped("bytes")]
Cores = Annotated[int, Ge(1), Shaped("cores")]
Seconds = Annotated[int, Ge(0), Shaped("seconds")]
Duration = Annotated[int, Ge(1), Shaped("seconds")]

Scalar = Annotated[str | int | float | bool, Shaped("scalar")]
Argv = Annotated[Sequence[str], MinLen(1)]
Range = Annotated[tuple[int, int, int], Strict(strict=False)]
Indices = Annotated[Sequence[Range], MinLen(1), Shaped("indices")]
Publish = Annotated[bool | PortNumber, Shaped("publish")]
NativeSections = Annotated[Mapping[str, Mapping[str, Any]], Shaped("native")]


class SecretRef(Model):
    """A secret by its name. The value is found at submission and is never printed or stored."""

    secret: Name = required("wandb")
    """The name of the secret; the site file says where its value is."""


EnvValue = Annotated[str | SecretRef, Shaped("env")]
Env = Mapping[Identifier, EnvValue]
