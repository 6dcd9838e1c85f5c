"""The matrix: what people see of it is less than what there is, and never other than what there is."""

from html.parser import HTMLParser
from pathlib import Path

import pytest
from kit.sites import PLATFORMS

from lading.compiler.capability import Fidelity
from lading.compiler.matrix import Cell, Line, Matrix, alike, editions_of, field_matrix
from lading.compiler.matrix_pages import LEGEND, SIGNS, as_html, as_markdown, as_text, as_written
from lading.compiler.pages import platform_page
from lading.runner.invocation.options import Settings
from lading.runner.output.matrix import show_matrix
from lading.runner.output.screen import Screen
from lading.schema.paths import Path as Steps

EXACT, LOST, REFUSED = (
    Cell(Fidelity.EXACT),
    Cell(Fidelity.DROPPED, "", "no such thing"),
    Cell(Fidelity.REFUSED, "", "no"),
)


def line(path: Steps, first: Cell, second: Cell) -> Line:
    """A line of two platforms, under the path's own text."""
    name = "".join("[]" if step == 0 else f".{step}" for step in path).removeprefix(".")
    return Line(name, "", {"one": first, "two": second}, path)


def names(*lines: Line) -> list[str]:
    """The names of the lines that people see of these."""
    return [shown.name for shown in alike(Matrix("field", lines)).lines]


def test_fields_of_one_map_that_share_their_lot_are_one_line() -> None:
    """How well and why must be equal; what an exact one is called may differ."""
    cpu, memory = (line(("resources", name), Cell(Fidelity.EXACT, name), LOST) for name in ("cpu", "memory"))
    assert names(cpu, memory) == ["resources"]
    assert names(cpu, line(("resources", "shm"), EXACT, REFUSED)) == ["resources.cpu", "resources.shm"]
    assert names(cpu, line(("resources", "shm"), EXACT, LOST._replace(why="other"))) == [
        "resources.cpu",
        "resources.shm",
    ]
    shown = alike(Matrix("field", [cpu, memory])).lines[0]
    assert (shown.doc, shown.cells) == ("What one replica gets, all its slots together.", {"one": EXACT, "two": LOST})


def test_a_field_of_a_role_that_is_carried_as_the_jobs_own_has_no_line() -> None:
    """Where there are no roles at all, the line of the roles says so; what is different there is shown."""
    image, roles = line(("image",), LOST, EXACT), line(("roles",), EXACT, REFUSED)
    same = line(("roles", "*", "image"), LOST, REFUSED)
    assert names(image, roles, same) == ["image", "roles"]
    assert names(image, roles, line(("roles", "*", "image"), EXACT, REFUSED)) == ["image", "roles", "roles.*.image"]


def test_what_several_maps_of_one_model_share_is_told_once() -> None:
    """The three probes are alike, unless they are not."""
    probes = [("liveness", "readiness"), ("exec", "tcp")]
    lines = [
        line(("probes", one, kind), EXACT if kind == "tcp" else LOST, LOST) for one in probes[0] for kind in probes[1]
    ]
    assert names(*lines) == ["probes.*.exec", "probes.*.tcp"]
    other = line(("probes", "readiness", "tcp"), LOST, EXACT)
    assert names(*lines[:3], other) == ["probes.*.exec", "probes.liveness.tcp", "probes.readiness.tcp"]


def test_a_reason_that_the_line_of_a_kind_gives_is_not_repeated() -> None:
    """A field of searches is refused because searches are."""
    kind = Line("kind: search", "", {"one": EXACT, "two": REFUSED})
    shown = alike(Matrix("field", [kind, line(("sql",), EXACT, REFUSED)])).lines
    assert [each.cells["two"].why for each in shown] == ["no", ""]


def test_lines_of_jobs_stay_as_they_are() -> None:
    """Two jobs may share their lot, and their names have dots."""
    lines = [Line(f"a.yaml: {name}", "", {"one": LOST}) for name in ("a", "b")]
    assert alike(Matrix("job", lines)).lines == lines


SMALL = Matrix(
    "field",
    [
        line(("name",), Cell(Fidelity.EXACT, "--job-name"), EXACT),
        line(("image",), Cell(Fidelity.DROPPED, "", "`a|b` is <lost>"), REFUSED),
        line(("ssh",), REFUSED, REFUSED),
    ],
    "A note.",
)


def test_the_matrix_as_text() -> None:
    """One sign a column, each below its name, as narrow as can be."""
    assert as_text(SMALL) == f"┌ one\n│ ┌ two\n✓ ✓ name\n✗ ⊘ image\n⊘ ⊘ ssh\n\n{LEGEND}\n"


def test_the_matrix_as_markdown() -> None:
    """Signs first, then the reasons, those that share one together, and nothing in them is markup."""
    assert as_markdown(SMALL) == (
        "| field | one | two |\n"
        "| --- | :-: | :-: |\n"
        "| `name` | ✓ | ✓ |\n"
        "| `image` | ✗ | ⊘ |\n"
        "| `ssh` | ⊘ | ⊘ |\n"
        "\n"
        f"{LEGEND}\n"
        "\n"
        "A note.\n"
        "\n"
        "#### image\n"
        "\n"
        "- **one**: ✗ dropped: `a|b` is \\<lost>\n"
        "- **two**: ⊘ refused: no\n"
        "\n"
        "#### ssh\n"
        "\n"
        "- **one**, **two**: ⊘ refused: no\n"
    )


def test_reasons_in_markdown_keep_their_code_and_lose_their_markup() -> None:
    """What stands between backticks is as it is; stars, lines below and brackets elsewhere are letters."""
    assert as_written("set `PF_*` and *not* FOO_BAR <x>") == "set `PF_*` and \\*not\\* FOO\\_BAR \\<x>"


class Tags(HTMLParser):
    """Which tags are open, and what was closed that was not."""

    ALONE = frozenset({"meta", "!doctype"})

    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []
        self.wrong: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """One more is open."""
        if tag not in self.ALONE:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        """The last one is closed."""
        if self.open.pop() != tag:
            self.wrong.append(tag)


def test_the_matrix_as_a_page() -> None:
    """Whole, with a cell that opens where there is a reason and nowhere else, and nothing of ours taken for HTML."""
    page = as_html(SMALL)
    tags = Tags()
    tags.feed(page)
    assert (tags.open, tags.wrong) == ([], [])
    assert page.partition("<tbody>\n")[2].partition("</tbody>")[0] == (
        '<tr><th scope=row title=""><code>name</code></th>'
        '<td class="exact">✓ exact<small>--job-name</small></td><td class="exact">✓ exact</td></tr>\n'
        '<tr><th scope=row title=""><code>image</code></th>'
        '<td class="dropped"><details><summary>✗ dropped</summary><code>a|b</code> is &lt;lost&gt;</details></td>'
        '<td class="refused"><details><summary>⊘ refused</summary>no</details></td></tr>\n'
        '<tr><th scope=row title=""><code>ssh</code></th>'
        '<td class="refused"><details><summary>⊘ refused</summary>no</details></td>'
        '<td class="refused"><details><summary>⊘ refused</summary>no</details></td></tr>\n'
    )


def test_every_platform_has_a_column_for_each_of_its_editions() -> None:
    """None is left out, and each column says something of every line."""
    matrix = field_matrix(PLATFORMS)
    assert matrix.names == [edition.title for name in PLATFORMS for edition in editions_of(name)]
    assert {tuple(line.cells) for line in matrix.lines} == {tuple(matrix.names)}
    assert [line.name for line in matrix.lines if "no row in the table" in {c.why for c in line.cells.values()}] == []


def test_what_is_left_out_for_people_is_there_for_programs() -> None:
    """Less than half of the lines are enough to look at, and none of them is there twice."""
    matrix = field_matrix(PLATFORMS)
    whole, shown = [line.name for line in matrix.lines], [line.name for line in alike(matrix).lines]
    assert (len(set(whole)), len(set(shown))) == (len(whole), len(shown))
    assert len(shown) * 2 < len(whole)


@pytest.mark.parametrize("width", [200, 40])
def test_a_terminal_gets_words_where_there_is_room_for_them_and_signs_elsewhere(
    width: int, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Nothing is cut and no line is longer than the terminal."""
    monkeypatch.setenv("COLUMNS", str(width))
    monkeypatch.setattr("lading.runner.output.screen.is_terminal", lambda _: True)
    show_matrix(Screen(Settings(color="never")), field_matrix(PLATFORMS))
    out = capsys.readouterr().out
    assert ("refused" in out.splitlines()[3], any(sign in out for sign in SIGNS.values())) == (
        width == 200,
        width == 40,
    )
    fields = [text for text in out.splitlines() if LEGEND not in text]
    assert max(map(len, fields)) <= max(width, 54)


@pytest.mark.parametrize("name", PLATFORMS)
def test_a_platforms_page_has_all_its_rows_and_fields(name: str) -> None:
    """Each table once, under the kinds that it is for, and each model that has fields."""
    lines = platform_page(name).splitlines()
    titles = [text for text in lines if text.startswith("#")]
    assert titles[0] == f"# {name}"
    assert len(titles) == len(set(titles)) > 2
    columns = {text.replace("\\|", "").count("|") for text in lines if text.startswith("| ")}
    assert columns <= {4, 5}


def test_the_pages_are_where_the_documentation_says() -> None:
    """One for each platform and no other."""
    docs = Path(__file__).parents[1] / "docs"
    assert sorted(path.stem for path in docs.glob("platforms/*.md")) == sorted(PLATFORMS)
