"""A site with a target of each platform, in which everything that a platform can look up is there to be found."""

from functools import cache
from pathlib import Path

from lading.compiler.registry import language, own_platforms
from lading.compiler.target import Target
from lading.runner.targets.sites import Site
from lading.schema.load import load_site
from lading.schema.site import SiteFile

FOLDER = Path(__file__).parents[1] / "sites"
PLATFORMS = own_platforms()


@cache
def site_of(name: str) -> SiteFile:
    """The site file of the tests for one platform; whatever is wrong with it fails the test."""
    path = FOLDER / f"{name}.yaml"
    site = load_site(path.name, path.read_bytes(), language())
    assert [d.message for d in site.diagnostics] == []
    return site


@cache
def target_of(name: str) -> Target:
    """The platform's target in its site."""
    return Site(site_of(name), str(FOLDER)).target(name)


@cache
def editions() -> dict[str, Target]:
    """The target of each platform, in every edition that there is, by what people call the edition."""
    found = {}
    for name in PLATFORMS:
        target = target_of(name)
        for edition, options in getattr(target.platform, "EDITIONS", {"": {}}).items():
            found[f"{name} {edition}".strip()] = target._replace(options={**target.options, **options})
    return found
