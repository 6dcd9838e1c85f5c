"""The lock: what the targets of a site were seen to have, written down beside the site by `lading catalog pull`."""

from collections.abc import Mapping
from typing import Annotated, Any, Literal

from lading.schema.models.common import Model, Name, Shaped, constant, required


class LockedTarget(Model):
    """What one target was seen to have."""

    platform: Name = required("aihub")
    """The platform that was asked: the one that the site says the target runs on."""

    catalog: Annotated[Mapping[str, Any], Shaped("catalog")] = required("{}")
    """How the portable names of a spec are spelled there; an entry that the site has too is the site's."""


class Lock(Model):
    """The catalogs of a site's targets, so that compiling asks no network and gives everybody the same bytes."""

    lading: Literal["v1"] = constant("v1", written=True)
    """The version of the language."""

    kind: Literal["lock"] = constant("lock", written=True)
    """`lock`: this file repeats what targets have; people write a site."""

    targets: Mapping[Name, LockedTarget] = required("{hub: {platform: aihub, catalog: {}}}")
    """The targets of the site, by name."""
