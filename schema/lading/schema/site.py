"""A file about targets as read: a site, or the lock beside one."""

from collections.abc import Mapping
from typing import Any, NamedTuple

from lading.schema.diagnostics import Diagnostic, Places
from lading.schema.layers import Layer


class SiteFile(NamedTuple):
    """A site file, or the lock beside one, as read.

    Every target's options and catalog are normalised by its platform's own shapes.
    """

    layer: Layer
    file: str
    diagnostics: tuple[Diagnostic, ...] = ()

    @property
    def value(self) -> Mapping[str, Any]:
        """The normalised content."""
        return self.layer.value

    @property
    def places(self) -> Places:
        """Where each value stands."""
        return self.layer.places
