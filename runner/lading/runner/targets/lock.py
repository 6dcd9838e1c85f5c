"""The lock: ``lading.lock`` beside a site, with what its targets were seen to have.

It stands under what the site says itself, entry by entry, so that compiling asks no network and gives everybody the
same bytes, and a change of a platform is seen as a diff in review.
"""

import os
from collections.abc import Iterator, Mapping
from typing import Any

from lading.compiler.registry import language
from lading.runner.specs.trees import DISK, Tree
from lading.runner.targets.search import LOCK
from lading.schema.diagnostics import Diagnostic, Finding, Label, diagnose, in_order
from lading.schema.layers import Layer
from lading.schema.load import load_lock
from lading.schema.nearest import did_you_mean
from lading.schema.site import SiteFile

NAME = LOCK
NO_LOCK = SiteFile(Layer(), NAME)
"""Where nothing was seen yet."""


def lock_beside(site: SiteFile, tree: Tree = DISK) -> SiteFile:
    """The lock beside the site's file, with everything that is wrong with it; an empty one where there is none."""
    file = os.path.join(os.path.dirname(site.file), NAME)
    try:
        with tree.open(file) as stream:
            data = stream.read()
    except FileNotFoundError:
        return NO_LOCK
    except OSError as error:
        words = {"file": file, "why": (error.strerror or str(error)).lower()}
        return NO_LOCK._replace(diagnostics=(diagnose(Finding("LD507", (), words), {}),))
    lock = load_lock(file, data, language())
    return lock._replace(diagnostics=tuple(in_order([*lock.diagnostics, *_against(lock, site)])))


def _against(lock: SiteFile, site: SiteFile) -> Iterator[Diagnostic]:
    """What the lock says of targets that the site has not, or has on another platform."""
    targets = site.value.get("targets", {})
    for name, locked in lock.value.get("targets", {}).items():
        if name not in targets:
            words = {"name": name, "help": did_you_mean(name, targets, "its targets are")}
            yield diagnose(Finding("LD510", ("targets", name), words, at_key=True), lock.places)
        elif locked.get("platform") != targets[name].get("platform"):
            yield _other_platform(name, lock, site)


def _other_platform(name: str, lock: SiteFile, site: SiteFile) -> Diagnostic:
    path = ("targets", name, "platform")
    locked, platform = (file.value["targets"][name].get("platform", "nothing") for file in (lock, site))
    found = diagnose(Finding("LD509", path, {"name": name, "locked": locked, "platform": platform}), lock.places)
    spot = site.places.get(path)
    return found._replace(labels=(Label(spot.place, f"{platform} here"),)) if spot else found


def merged_catalog(own: Mapping[str, Any], locked: Mapping[str, Any]) -> Mapping[str, Any]:
    """The catalog in the lock with the site's own over it: an entry that both have is the site's, as a whole."""
    if not locked:
        return own
    return {name: {**locked.get(name, {}), **own.get(name, {})} for name in {**locked, **own}}
