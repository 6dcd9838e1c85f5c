"""The pages of `explain` and `diff` in a browser: what is pointed at lights up what belongs to it."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from kit.browser import complaints_of, faint, launched
from kit.cli import Cli
from kit.pages import HOSTILE, SITE, SPEC
from kit.repository import commit, git
from playwright.sync_api import Browser, Locator, Page

WIDE, NARROW = {"width": 1600, "height": 1000}, {"width": 390, "height": 844}


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """A browser for all of the tests."""
    with launched() as found:
        yield found


Show = Callable[..., Page]


@pytest.fixture
def show(browser: Browser, cli: Cli) -> Iterator[Show]:
    """Shows the page that a command writes; in the end it must not have complained of anything, or asked for it."""
    Path("lading.site.yaml").write_text(SITE)
    Path("train.yaml").write_text(SPEC)
    said: list[list[str]] = []

    def shown(*arguments: str, **how: object) -> Page:
        Path("page.html").write_text(cli(*arguments, "--format", "html").out)
        page = browser.new_page(**{"viewport": WIDE, **how})  # type: ignore[arg-type]
        page.set_default_timeout(10_000)
        said.append(complaints_of(page))
        page.goto(Path("page.html").absolute().as_uri())
        return page

    yield shown
    assert said
    assert sum(said, []) == []  # noqa: RUF017 - a few
    for context in browser.contexts:
        context.close()


def value(page: Page, side: str, text: str) -> Locator:
    """The value that reads so on that side."""
    return page.locator(f"[data-side={side}] [data-k]:visible").get_by_text(text, exact=True).first


def value_in(page: Page, side: str, text: str) -> Locator:
    """The value that has that text in it."""
    return page.locator(f"[data-side={side}] [data-k]:visible", has_text=text).first


def lit(page: Page, side: str) -> list[str]:
    """What is lit on that side."""
    return page.locator(f"[data-side={side}] .lit").all_inner_texts()


EXPLAIN = ("explain", "train.yaml", "-t", "hpc")


def test_a_field_lights_what_it_made_and_what_it_is_called(show: Show) -> None:
    """On the other side its values; in the site the catalog's entry for it."""
    page = show(*EXPLAIN)
    value_in(page, "spec", "queue: work").hover()
    assert lit(page, "payload") == ["#SBATCH --partition=batch"]
    assert lit(page, "spec") == ["queue: work", "work: batch"]
    assert page.inner_text("#told") == "schedule.queue (exact, train.yaml:10)\n→ 1 value: /script, line 5"
    page.locator("h1").hover()
    assert lit(page, "spec") == lit(page, "payload") == []


def test_a_line_lights_what_all_of_it_made(show: Show) -> None:
    """Pointed at beside its values, or at its number."""
    page = show(*EXPLAIN)
    row = page.locator('[data-side=spec] .row[data-n="8"]').first
    row.hover(position={"x": 10, "y": 5})
    assert lit(page, "spec") == ["cpu: 2", "memory: 1Gi"]
    assert lit(page, "payload") == ["#SBATCH --cpus-per-task=2", "#SBATCH --mem=1G"]


def test_a_value_lights_what_made_it(show: Show) -> None:
    """The line of the script, and not what else it made; of a default of the site the line there."""
    page = show(*EXPLAIN)
    value(page, "payload", "echo 你好").hover()
    assert lit(page, "payload") == ["echo 你好"]
    assert lit(page, "spec") == ["echo 你好"]
    value(page, "spec", "script: |").hover()
    assert lit(page, "payload")[-2:] == ["echo 你好", "python train.py"]
    value(page, "payload", "#SBATCH --account=vis").hover()
    assert lit(page, "spec") == ["native: {slurm: {account: vis}}"]
    assert "lading.site.yaml:" in page.inner_text("#told")


def test_the_keyboard_goes_everywhere(show: Show) -> None:
    """Tab to a side, up and down from value to value, across to what belongs to it, Escape out; the focus is seen."""
    page = show(*EXPLAIN)
    page.keyboard.press("Tab")
    assert lit(page, "spec") == ["name: train"]
    page.keyboard.press("ArrowDown")
    page.keyboard.press("ArrowDown")
    assert lit(page, "spec") == ["team: vision"]
    page.keyboard.press("End")
    assert lit(page, "spec") == ["queue: work", "work: batch"]
    page.keyboard.press("Home")
    page.keyboard.press("ArrowRight")
    assert page.evaluate("document.activeElement.textContent") == "#SBATCH --job-name=train"
    assert lit(page, "spec") == ["name: train"]
    outline = page.evaluate("getComputedStyle(document.activeElement).outlineStyle")
    assert outline == "solid"
    page.keyboard.press("ArrowLeft")
    assert page.evaluate("document.activeElement.textContent") == "name: train"
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.closest('[data-side]').dataset.side") == "payload"
    page.keyboard.press("Escape")
    assert lit(page, "spec") == lit(page, "payload") == []
    assert page.inner_text("#told") == ""


def test_those_who_do_not_see_hear_it(show: Show) -> None:
    """Values are buttons with their text for a name, sides are groups with a name, and what lights up is said."""
    page = show(*EXPLAIN)
    assert page.get_by_role("group", name="where it is written").count() == 1
    assert page.get_by_role("group", name="what is sent").count() == 1
    page.get_by_role("button", name="memory: 1Gi").click()
    assert page.get_by_role("status").inner_text().startswith("resources.memory (exact, train.yaml:8)")


def test_targets_and_requests_are_chosen(show: Show) -> None:
    """One target at a time; all requests or one, and going across shows one that was not."""
    Path("train.yaml").write_text(
        "lading: v1\nkind: workflow\nname: flow\nsteps:\n  one: {command: [echo, one]}\n  two: {command: [echo, two]}\n"
    )
    page = show("explain", "train.yaml", "-t", "hpc", "-t", "here")
    assert page.locator("article:visible h2").all_inner_texts() == ["flow on hpc slurm"]
    page.get_by_label("Request").first.select_option("two")
    assert page.locator("[data-side=payload] h3:visible").all_inner_texts() == ["two EXEC sbatch"]
    value_in(page, "spec", "command: [echo, one]").click()
    assert "not all of them shown" in page.inner_text("#told")
    page.keyboard.press("ArrowRight")
    assert "echo one" in page.evaluate("document.activeElement.textContent")
    page.get_by_label("Job and target").select_option("flow on here")
    assert page.locator("article:visible h2").all_inner_texts() == ["flow on here local"]


def test_what_differs_opens_and_lights_up(show: Show) -> None:
    """A change lights the line that did it, as it was and as it is; of many jobs those of one kind can be shown."""
    git("init", "--quiet", "--initial-branch", "main")
    commit(**{f"job-{n}": SPEC.replace("name: train", f"name: job-{n}") for n in range(4)})
    Path("job-1.yaml").write_text(SPEC.replace("name: train", "name: job-1").replace("1Gi", "2Gi"))
    Path("job-2.yaml").unlink()
    for new in ("new", "newer"):
        Path(f"{new}.yaml").write_text(SPEC.replace("name: train", f"name: {new}"))
    page = show("diff", ".", "--base", "main", "-t", "hpc")
    assert page.locator("details[open]").count() == 0
    page.get_by_label("Show").select_option("only changed")
    assert page.locator("summary:visible").all_inner_texts() == ["job-1 on hpc job-1.yaml 1 change"]
    page.locator("summary:visible").click()
    value(page, "payload", "#SBATCH --mem=1G").hover()
    assert lit(page, "spec") == ["memory: 1Gi"]
    value(page, "payload", "#SBATCH --mem=2G").hover()
    assert lit(page, "spec") == ["memory: 2Gi"]
    assert page.locator("details:visible ins, details:visible del").count() == 4


def test_many_jobs_do_not_make_it_slow(show: Show) -> None:
    """Hundreds are closed at first, so that nothing of them is laid out; each has only the lines that matter."""
    many = "---\n".join(SPEC.replace("name: train", f"name: job-{n}") for n in range(300))
    git("init", "--quiet", "--initial-branch", "main")
    commit(train=many)
    Path("train.yaml").write_text(many.replace("1Gi", "2Gi"))
    page = show("diff", ".", "--base", "main", "-t", "hpc")
    assert page.locator("details").count() == 300
    assert page.locator(".row:visible").count() == 0
    page.locator("summary").nth(200).click()
    assert 0 < page.locator(".row:visible").count() < 24
    assert Path("page.html").stat().st_size < 300 * 5_000


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_everything_can_be_read_in_light_and_dark(show: Show, scheme: str) -> None:
    """Every text stands out from its ground, lit or not, as much as WCAG AA asks."""
    git("init", "--quiet", "--initial-branch", "main")
    commit()
    Path("train.yaml").write_text(SPEC.replace("1Gi", "2Gi"))
    Path("worse.yaml").write_text(SPEC.replace("name: train", "name: worse") + "ssh: true\n")
    Path("new.yaml").write_text(SPEC.replace("name: train", "name: new"))
    grounds = set()
    for arguments in (EXPLAIN, ("explain", "worse.yaml", "-t", "hpc"), ("diff", ".", "--base", "main", "-t", "hpc")):
        page = show(*arguments, color_scheme=scheme)
        page.evaluate("document.querySelectorAll('details').forEach((one) => { one.open = true; })")
        assert faint(page) == []
        page.locator("[data-side=spec] [data-k]:visible, [data-side=spec] .row:visible").last.hover()
        assert faint(page) == []
        grounds.add(page.evaluate("getComputedStyle(document.body).backgroundColor"))
    assert grounds == {"rgb(255, 255, 255)" if scheme == "light" else "rgb(13, 17, 23)"}


@pytest.mark.parametrize("spec", [SPEC, HOSTILE], ids=["plain", "hostile"])
def test_a_narrow_screen_shows_all_of_it_without_scrolling_sideways(show: Show, spec: str) -> None:
    """The sides stand below each other, and the longest line is folded."""
    Path("train.yaml").write_text(spec)
    page = show("explain", "train.yaml", "-t", "here", viewport=NARROW)
    assert page.evaluate("document.documentElement.scrollWidth") == NARROW["width"]
    spec_side, payload = (page.locator(f"[data-side={side}]").bounding_box() for side in ("spec", "payload"))
    assert spec_side
    assert payload
    assert payload["y"] >= spec_side["y"] + spec_side["height"]
    assert page.evaluate("[...document.querySelectorAll('.side')].every((one) => one.scrollWidth <= one.clientWidth)")


def test_hostile_text_does_nothing_and_is_shown(show: Show) -> None:
    """No script of it runs and nothing is fetched, wherever one points; the text is there, letter by letter."""
    Path("train.yaml").write_text(HOSTILE)
    page = show("explain", "train.yaml", "-t", "here")
    for one in page.locator("[data-k]:visible").all():
        one.dispatch_event("pointerover")
    assert value_in(page, "payload", "onload=alert(3)").inner_text() == (
        """echo '</code></div></style><svg onload=alert(3)>' "{{ 7 * 7 }}" '&lt;b&gt;'"""
    )
    assert value_in(page, "payload", "שלום").inner_text() == "echo שלום עולם"
    assert value_in(page, "payload", "gnp.exe").inner_text() == r'"\u202egnp.exe \u001b[31m"'


def test_chinese_stays_chinese(show: Show) -> None:
    """On both sides, and where it is said what belongs together."""
    page = show("explain", "train.yaml", "-t", "here")
    value_in(page, "spec", "description").hover()
    assert lit(page, "spec") == ["description: 训练一个模型"]
    assert "echo 你好" in page.inner_text("[data-side=payload]")


def test_on_paper_everything_is_open(show: Show) -> None:
    """Every target and every job, from its first line to its last."""
    page = show("explain", "train.yaml", "-t", "hpc", "-t", "here")
    page.emulate_media(media="print")
    assert page.locator("article:visible").count() == 2
    assert page.evaluate("[...document.querySelectorAll('.side')].every((one) => one.scrollHeight <= one.clientHeight)")
    assert not page.locator(".hint").is_visible()
