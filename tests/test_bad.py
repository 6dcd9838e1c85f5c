"""Wrong files, each with the whole of what lading says about it: ``bad/NAME.yaml`` and ``bad/NAME.out``."""

from pathlib import Path

import pytest
from conftest import Golden
from kit.compiling import problems_of

from lading.schema.codes import CODES
from lading.schema.document import lines_of
from lading.schema.render.human import human

TRANSCRIPTS = Path(__file__).parent / "transcripts"
BAD = Path(__file__).parent / "bad"
FILES = sorted(BAD.glob("*.yaml"))


@pytest.mark.parametrize("file", FILES, ids=[file.stem for file in FILES])
def test_wrong_file(file: Path, golden: Golden) -> None:
    """Every problem of the file is shown at its place with one thing to do, and nothing else is said."""
    data = file.read_bytes()
    found = problems_of(file.name, data)
    assert found
    golden.compare(file.with_suffix(".out"), human(found, {file.name: lines_of(data)}, width=100))


def test_no_output_is_left_behind() -> None:
    """Each expected output belongs to a wrong file."""
    assert [file.stem for file in sorted(BAD.glob("*.out"))] == [file.stem for file in FILES]


def test_every_text_problem_has_its_wrong_file() -> None:
    """Each code of the text of a file is seen in one of the outputs, but for those that need no example."""
    outputs = "".join(file.read_text("utf-8") for file in (*BAD.glob("*.out"), *TRANSCRIPTS.glob("*.txt")))
    unseen = {code for code in CODES if code < "LD2" and f"[{code}]" not in outputs}
    assert unseen == {
        "LD103",  # a file of a megabyte is made in test_document.py
        "LD141",  # a native file with several requests is made in test_importing.py
        "LD110",  # what the parser says and we have no words for
    }
