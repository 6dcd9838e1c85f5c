"""What AIHub calls by numbers and a spec by names, what it has as texts and a spec as numbers, and back."""

import math
import re
from collections.abc import Mapping
from functools import partial
from typing import Any

from lading.compiler.capability import Leaf, Verdict, exact, refused, rounded
from lading.compiler.target import Target

_NUMBER = re.compile(r"[1-9][0-9]{0,17}", re.ASCII)


def number_of(name: str, known: Mapping[str, int]) -> int | None:
    """The number that the catalog has for the name, else the one that the name is; None where it is neither."""
    return known.get(name, int(name) if _NUMBER.fullmatch(name) else None)


def name_of(number: int, known: Mapping[str, int]) -> str:
    """The name that the catalog has for the number, else its digits."""
    return next((name for name, there in known.items() if there == number), str(number))


def _numbered(section: str, what: str, leaf: Leaf) -> Verdict:
    found = number_of(leaf.value, leaf.target.catalog.get(section, {}))
    if found is None:
        return refused(f'the site has no {what} "{leaf.value}" in catalog.{section}, and it is no number')
    return exact(found)


def _named(section: str, native: Any, target: Target) -> str:
    return name_of(native, target.catalog.get(section, {}))


feature_library = partial(_numbered, "featureLibraries", "library")
feature_library_of = partial(_named, "featureLibraries")


def tags(leaf: Leaf) -> Verdict:
    """The number of each tag."""
    known = leaf.target.catalog.get("tags", {})
    found = {name: number_of(name, known) for name in leaf.value}
    odd = [name for name, number in found.items() if number is None]
    if odd:
        return refused(f'the site has no tag "{odd[0]}" in catalog.tags, and it is no number')
    return exact([found[name] for name in leaf.value])


def tags_of(native: Any, target: Target) -> list[str]:
    """The name of each tag."""
    return [_named("tags", number, target) for number in native]


def numeric(leaf: Leaf) -> Verdict:
    """A number, which is all that the platform calls such a thing."""
    found = number_of(leaf.value, {})
    return refused("AIHub calls it by a number") if found is None else exact(found)


def digits_of(native: Any, _: Target) -> str:
    """The number as a spec names such a thing."""
    return str(native)


def text(leaf: Leaf) -> Verdict:
    """A parameter's value as YAML writes it."""
    value = leaf.value
    return exact(str(value).lower() if isinstance(value, bool) else str(value))


def number_in(native: Any, _: Target) -> int:
    """The number that a form's text is."""
    return int(native)


def text_of(native: Any, _: Target) -> str | None:
    """An empty text says nothing."""
    return str(native) or None


def box(leaf: Leaf) -> Verdict:
    """Whole pixels, so that at least the part that was meant is looked at."""
    left, top, right, bottom = leaf.value
    whole = [math.floor(left), math.floor(top), math.ceil(right), math.ceil(bottom)]
    return exact(whole) if whole == list(leaf.value) else rounded(whole, f"{list(leaf.value)} → {whole} pixels")
