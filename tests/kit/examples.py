"""The examples that people copy: specs, and sites with targets."""

import posixpath
from pathlib import Path

from lading.compiler.registry import language
from lading.schema.load import Loaded, load, load_site

SPECS = Path(__file__).parents[2] / "specs"
SITES = sorted(SPECS.glob("sites/*.yaml"))
EXAMPLES = sorted(SPECS.glob("*.yaml"))
STEPS = sorted(SPECS.glob("steps/*.yaml"))


def name_of(path: Path) -> str:
    """The file from the folder of the examples."""
    return path.relative_to(SPECS).as_posix()


def read_example(path: Path) -> Loaded:
    """What is in an example, which by itself has nothing wrong with it."""
    loaded = load(name_of(path), path.read_bytes(), language=language(), read_file=_read_beside)
    assert loaded.diagnostics == ()
    return loaded


def _read_beside(spec: str, relative: str) -> tuple[str, bytes]:
    name = posixpath.normpath(posixpath.join(posixpath.dirname(spec), relative))
    return name, (SPECS / name).read_bytes()


def targets_of(site: Path) -> list[str]:
    """The names of the targets of an example site."""
    return list(load_site(site.name, site.read_bytes(), language()).value["targets"])
