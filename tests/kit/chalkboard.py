"""The toy platform as part of this process: as if its package were installed."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from lading.compiler import registry

TOY = Path(__file__).parents[1] / "toy"
REMEMBERED = (
    *(registry.other_platforms, registry.platform, registry.language, registry.sections),
    *(registry.default_options, registry.reader),
)
"""What keeps in mind which platforms there are."""


@contextmanager
def installed(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """The chalkboard is one of the platforms, until the end."""
    with monkeypatch.context() as patch:
        patch.syspath_prepend(str(TOY))
        _forget()
        yield
    _forget()


def _forget() -> None:
    for function in REMEMBERED:
        function.cache_clear()
