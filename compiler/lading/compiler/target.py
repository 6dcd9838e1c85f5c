"""What a platform is to the compiler, and a target: one platform as one site uses it."""

from collections.abc import Iterable, Mapping, Sequence
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, NamedTuple, Protocol

from lading.compiler.capability import Table
from lading.compiler.payload import Draft
from lading.schema.diagnostics import Finding
from lading.schema.layers import Layer
from lading.schema.paths import Path

if TYPE_CHECKING:
    from lading.compiler.importing.reading import Reading
    from lading.compiler.plan import Plan


class Platform(Protocol):
    """A platform's folder, ``compiler/platforms/<name>/``: its ``__init__`` has these names, whatever file they live
    in.

    ``Options`` (``targets.<t>.options`` of a site), ``Catalog`` (``targets.<t>.catalog``) and ``Native``
    (``native.<name>`` of a spec) are pydantic models, in ``models.py``; the compiler reads their shapes from
    ``models.json``, which ``make generate`` writes, and imports the models only where that file is missing.

    More names may be there:

    - ``CLASHES`` maps a native field to the portable path that sets the same thing;
    - ``ALSO_READS`` names the platforms whose native sections this one reads besides its own;
    - ``TAKES_REGISTRY_LOGIN`` says that it takes a login for an image's registry;
    - ``EDITIONS`` maps the name of each edition of the platform to the options that choose it;
    - ``wire(body, options)`` makes of a body what goes over the wire, where people read something better. It is for
      the platform's client, which calls it once everything in the body is plain.

    What reads payloads back is the folder's module ``read``, a :class:`Reader`, which is imported only for that.
    """

    NAME: str
    PAYLOAD: str
    """What ``compile`` prints: ``"script"`` where the body's ``script`` is all that matters, else ``"json"``."""
    OTHER_KINDS: str
    """Why specs of other kinds are refused, as one sentence."""

    def table(self, kind: str, options: Mapping[str, Any]) -> Table | None:
        """The rows for specs of the kind, as a target with these options has them; None where it takes none."""
        ...

    def emit(self, plan: "Plan") -> Sequence[Draft]:
        """The requests that run the planned job. Reads the plan and nothing else."""
        ...

    def check(self, plan: "Plan") -> Iterable[Finding]:
        """What only this platform can object to, of fields against each other. Findings point to spec paths."""
        ...


class Reader(Protocol):
    """The module ``read`` of a platform's folder.

    Two more names may be there. ``unwire(body, options)`` undoes the platform's ``wire``. ``fields(body)`` is the body
    as two of them are compared, where they may differ and mean the same: a script as its options and its program,
    without what lading adds to every one.
    """

    def read(self, reading: "Reading") -> None:
        """What the payload says is said as fields of a spec."""
        ...


class Target(NamedTuple):
    """One target of a site. ``options`` and ``catalog`` are read and normalised; ``defaults`` is a layer under the
    spec.

    ``secrets`` are the names that the site knows, None where there is no site to ask.
    """

    name: str
    platform: Platform
    options: Mapping[str, Any] = MappingProxyType({})
    catalog: Mapping[str, Any] = MappingProxyType({})
    accept: tuple[Path, ...] = ()
    defaults: Layer = Layer()
    endpoint: str = ""
    registries: Mapping[str, Any] = MappingProxyType({})
    secrets: frozenset[str] | None = None
