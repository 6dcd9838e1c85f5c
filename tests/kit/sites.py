"""A site with a target of each platform, in which everything that a platform can look up is there to be found."""

from functools import cache
from pathlib import Path

from lading.compiler.registry import language, own_platforms, platform
from lading.compiler.target import Target
from lading.schema.load import SiteFile, load_site

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
    value = site_of(name).value["targets"][name]
    found = platform(value["platform"])
    assert found is not None
    return Target(name, found, options=value.get("options", {}), catalog=value.get("catalog", {}))
