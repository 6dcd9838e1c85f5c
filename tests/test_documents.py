"""The samples in the platforms' own documents, made again from portable specs.

A folder ``documents/PLATFORM/SAMPLE/`` has the spec and the site, the sample's body as it goes over the wire (a list of
them, where one sample takes several requests), and the places at which the two differ, each with the reason.
"""

import json
from pathlib import Path
from typing import Any

import pytest
from kit.wire import body_on_the_wire
from ruamel.yaml import YAML

from lading.compiler.importing.differences import differences
from lading.compiler.pipeline import compile_spec
from lading.compiler.registry import language
from lading.runner.specs.files import read_beside
from lading.runner.targets.sites import read_site
from lading.schema.load import load

FOLDER = Path(__file__).parent / "documents"
SAMPLES = sorted(folder for folder in FOLDER.glob("*/*") if folder.is_dir())


def name_of(sample: Path) -> str:
    """The sample from the folder of all."""
    return sample.relative_to(FOLDER).as_posix()


@pytest.mark.parametrize("sample", SAMPLES, ids=name_of)
def test_a_sample_is_made_again(sample: Path) -> None:
    """Field for field, but for the differences that are explained, and all of those are there."""
    told = YAML(typ="safe").load(sample / "differences.yaml")
    document = json.loads((sample / "document.json").read_text(encoding="utf-8"))
    found = differences(_opened(_bodies(sample)), _opened(document if isinstance(document, list) else [document]))
    pointers = [each.pointer if isinstance(document, list) else each.pointer.removeprefix("/0") for each in found]
    assert sorted(pointers) == sorted(told)
    assert [pointer for pointer, reason in told.items() if not str(reason).strip()] == []


def _bodies(sample: Path) -> list[Any]:
    """What the spec is compiled to, as it leaves the machine."""
    loaded = load(
        str(sample / "spec.yaml"), (sample / "spec.yaml").read_bytes(), language=language(), read_file=read_beside
    )
    assert [d.message for d in loaded.diagnostics] == []
    site = read_site(sample / "site.yaml")
    (compilation,) = (compile_spec(spec, site.target(site.default), verify=True) for spec in loaded.specs)
    assert [d.message for d in compilation.diagnostics if d.is_error] == []
    return [body_on_the_wire(request, compilation.target) for request in compilation.requests]


def _opened(value: Any) -> Any:
    """The value with every JSON object that travels as a string in the form of an object: spaces say nothing there."""
    if isinstance(value, dict):
        return {key: _opened(item) for key, item in value.items()}
    if isinstance(value, list):
        return [_opened(item) for item in value]
    if isinstance(value, str) and value.startswith(("{", "[")):
        try:
            return _opened(json.loads(value))
        except ValueError:
            return value
    return value
