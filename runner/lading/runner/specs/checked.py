"""What checking a file has found."""

from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import NamedTuple

from lading.schema.diagnostics import Diagnostic


class Checked(NamedTuple):
    """What was found in one file. ``sources`` are the lines of the files that its diagnostics speak of.

    ``untold`` counts the notes that nobody wants to read: keeping them of ten thousand files would fill the memory.
    ``digest`` is that of the file as it was read, and ``uses`` has those of the files that it names, by those names;
    empty where nobody wants to find it again.
    """

    file: str
    specs: int = 0
    sites: int = 0
    locks: int = 0
    targets: frozenset[str] = frozenset()
    diagnostics: tuple[Diagnostic, ...] = ()
    sources: Mapping[str, Sequence[str]] = MappingProxyType({})
    untold: int = 0
    digest: str = ""
    uses: Mapping[str, str] = MappingProxyType({})

    @property
    def is_lasting(self) -> bool:
        """Whether it is found again as long as nothing changes, with nothing to tell: specs, and all is well."""
        return bool(self.specs and self.digest) and not (self.sites or self.locks or self.diagnostics)
