"""What is installed: the wheel holds the tree and nothing else."""

import subprocess
import sys
from pathlib import Path
from zipfile import ZipFile

import pytest

ROOT = Path(__file__).parents[1]
SOURCE_ROOTS = ("schema", "compiler", "runner")


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> ZipFile:
    """The wheel as it would be published, built without the network."""
    folder = tmp_path_factory.mktemp("dist")
    command = [sys.executable, "-m", "hatchling", "build", "--target", "wheel", "--directory", str(folder)]
    subprocess.run(command, cwd=ROOT, check=True, capture_output=True)
    (path,) = folder.iterdir()
    return ZipFile(path)


def files_of(wheel: ZipFile) -> set[str]:
    """The files of the package, without its metadata and what is put elsewhere."""
    return {name for name in wheel.namelist() if ".dist-info/" not in name and ".data/" not in name}


def test_the_wheel_holds_exactly_the_files_of_the_three_source_roots(wheel: ZipFile) -> None:
    """Nothing is forgotten, data files included, and nothing else comes along."""
    tree = {
        path.relative_to(ROOT / root).as_posix()
        for root in SOURCE_ROOTS
        for path in (ROOT / root / "lading").rglob("*")
        if path.is_file() and "__pycache__" not in path.parts
    }
    assert files_of(wheel) == tree


def test_the_wheel_installs_one_name(wheel: ZipFile) -> None:
    """No `schema`, `compiler` or `runner` can land in anybody's site-packages."""
    assert {name.split("/")[0] for name in files_of(wheel)} == {"lading"}


def test_every_package_is_typed(wheel: ZipFile) -> None:
    """Each of the three packages says that its annotations may be relied upon."""
    marks = {name for name in wheel.namelist() if name.endswith("py.typed")}
    assert marks == {f"lading/{root}/py.typed" for root in SOURCE_ROOTS}


def test_the_license_and_the_command_are_installed(wheel: ZipFile) -> None:
    """The metadata holds the licence, and the entry point that makes the command `lading`."""
    metadata = {name.split(".dist-info/")[1]: name for name in wheel.namelist() if ".dist-info/" in name}
    assert set(metadata) == {"METADATA", "WHEEL", "RECORD", "entry_points.txt", "licenses/LICENSE"}
    assert wheel.read(metadata["licenses/LICENSE"]) == (ROOT / "LICENSE").read_bytes()
    assert wheel.read(metadata["entry_points.txt"]).decode() == "[console_scripts]\nlading = lading.runner.cli:main\n"


def test_the_man_page_is_installed_where_man_looks(wheel: ZipFile) -> None:
    """`man lading` finds it beside the command's `bin`."""
    (elsewhere,) = [name for name in wheel.namelist() if ".data/" in name]
    assert elsewhere.partition(".data/")[2] == "data/share/man/man1/lading.1"
    assert wheel.read(elsewhere) == (ROOT / "docs" / "lading.1").read_bytes()
