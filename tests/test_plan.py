"""Plans: what was reviewed is what is sent, once; else nothing is, and the server has heard of nothing."""

import json
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
from kit.cli import Answer, Cli
from kit.platforms import NAMES, Desk, at_work

from lading.compiler.payload import canonical
from lading.runner.submission import planned

pytestmark = pytest.mark.allow_hosts(["127.0.0.1"])


@pytest.fixture(params=NAMES)
def desk(request: pytest.FixtureRequest, cli: Cli, monkeypatch: pytest.MonkeyPatch) -> Iterator[Desk]:
    """Each platform, and a folder to work with it from."""
    yield from at_work(request.param, monkeypatch)


def orders(desk: Desk) -> int:
    """How many jobs the server was given."""
    return len(desk.service.accepted())


def refused(answer: Answer, desk: Desk, says: str, jobs: int) -> None:
    """Nothing was sent, and that is why."""
    assert (answer.code, orders(desk)) == (3, jobs), answer.err
    assert says in answer.err
    assert answer.err.count("error[LD610]") == 1


def edited(name: str, **changes: Any) -> None:
    """The plan says something else, under a digest that fits."""
    plan = json.loads(Path(name).read_text())
    plan |= changes
    del plan["digest"]
    Path(name).write_text(json.dumps({**plan, "digest": planned._seal(plan)}))


def test_a_plan_is_sent_once_exactly_as_it_was_written(desk: Desk, cli: Cli) -> None:
    """The spec may have changed since: what is sent is what was reviewed."""
    said = cli.good("plan", "hello.yaml", "-o", "p.json")
    assert "hello on there: new\n" in said.err
    assert "p.json --dry-run" in said.err
    plan = json.loads(Path("p.json").read_text())
    (job,) = plan["jobs"]
    assert (job["baseline"], orders(desk)) == ("absent", 0)
    desk.spec("hello", command=["sh", "-c", "echo something else"])
    shown = cli.good("submit", "p.json", "--dry-run", "--format", "json").document["submissions"]
    assert [one["digest"] for one in shown] == [job["digest"]]
    sent = cli.good("submit", "p.json", "--format", "json").document
    assert (sent["id"], orders(desk)) == (job["id"], 1)
    requests = cli.good("ledger", sent["id"], "--format", "json").document["requests"]
    assert [canonical(one) for one in requests] == [
        canonical({key: value for key, value in one.items() if key != "prepares"}) for one in job["requests"]
    ]
    refused(cli("submit", "p.json"), desk, f"was used already: hello on there is {job['id']}", 1)


def test_a_plan_that_is_stale_is_refused(desk: Desk, cli: Cli) -> None:
    """Something else was submitted since; whether something or nothing had been before."""
    cli.good("plan", "hello.yaml", "-o", "first.json")
    id_ = cli.good("submit", "hello.yaml", "--format", "json").document["id"]
    refused(cli("submit", "first.json"), desk, f"planned after none of that name, and {id_} was submitted since", 1)
    assert "hello on there: no difference\n" in cli.good("plan", "hello.yaml", "-o", "second.json").err
    cli.good("submit", "hello.yaml")
    refused(cli("submit", "second.json"), desk, f"planned after {id_}, and", 2)


def test_a_plan_of_another_site_version_or_text_is_refused(desk: Desk, cli: Cli) -> None:
    """Each with its own message."""
    cli.good("plan", "hello.yaml", "-o", "p.json")
    whole = Path("p.json").read_text()
    site = json.loads(Path("lading.site.yaml").read_text())
    before = json.dumps(site, indent=1)
    site["targets"]["there"].setdefault("defaults", {})["labels"] = {"team": "vision"}
    Path("lading.site.yaml").write_text(json.dumps(site))
    refused(cli("submit", "p.json"), desk, "than when hello on there was planned: defaults", 0)
    Path("lading.site.yaml").write_text(f"# another comment\n{before}")
    edited("p.json", version="0.0.1")
    refused(cli("submit", "p.json"), desk, "was made by lading 0.0.1, and this is lading", 0)
    edited("p.json", version=json.loads(whole)["version"], language="v0")
    refused(cli("submit", "p.json"), desk, "is of the language v0", 0)
    for place in range(len(whole) // 2, len(whole) - 2, len(whole) // 7):
        Path("p.json").write_text(whole[:place] + chr(ord(whole[place]) ^ 1) + whole[place + 1 :])
        refused(cli("submit", "p.json"), desk, "is not as it was written", 0)
    Path("p.json").write_text(whole)
    cli.good("submit", "p.json")
    assert orders(desk) == 1


def test_a_plan_that_was_used_elsewhere_is_refused_where_the_platform_can_tell(
    desk: Desk, cli: Cli, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Another machine has another ledger, which knows nothing of it."""
    cli.good("plan", "hello.yaml", "-o", "p.json")
    cli.good("submit", "p.json")
    monkeypatch.setenv("LADING_STATE", str(desk.folder / "elsewhere"))
    if desk.service.can_find:
        refused(cli("submit", "p.json"), desk, "was used already, elsewhere: there has hello as ", 1)


def test_of_two_commands_at_once_one_uses_the_plan(desk: Desk, cli: Cli) -> None:
    """The other one is told so."""
    cli.good("plan", "hello.yaml", "-o", "p.json")
    commands = [desk.start("submit", "p.json") for _ in range(3)]
    with ThreadPoolExecutor() as pool:
        told = list(pool.map(lambda command: command.communicate(timeout=60)[1], commands))
    assert sorted(command.returncode for command in commands) == [0, 3, 3], told
    assert orders(desk) == 1


def test_a_secret_may_be_another_one_by_then(desk: Desk, cli: Cli, monkeypatch: pytest.MonkeyPatch) -> None:
    """Its value is in no plan; where it is found is a matter of the site."""
    site = json.loads(Path("lading.site.yaml").read_text())
    site["secrets"] = {"key": {"env": "KEY"}}
    Path("lading.site.yaml").write_text(json.dumps(site))
    monkeypatch.setenv("KEY", "c4n4ry-before")
    answer = cli("plan", desk.spec("secret", env={"A": {"secret": "key"}}), "-o", "p.json")
    if answer.code == 1:  # an edition may be one that carries no secrets
        assert "LD4" in answer.err
        return
    assert "c4n4ry" not in Path("p.json").read_text()
    monkeypatch.setenv("KEY", "c4n4ry-after")
    cli.good("submit", "p.json")
    cli.good("plan", "secret.yaml", "-o", "p.json")
    site["secrets"] = {"key": {"env": "OTHER"}, "more": {"env": "MORE"}}
    Path("lading.site.yaml").write_text(json.dumps(site))
    refused(cli("submit", "p.json"), desk, "was planned: secrets", 1)


def test_what_is_no_plan_to_be_sent(desk: Desk, cli: Cli) -> None:
    """Wrong use is told before anything is read twice."""
    for words, says in (
        (["plan", "hello.yaml", "-o", "p.txt"], "write it to p.txt.json"),
        (["submit", "p.json", "hello.yaml"], "is submitted by itself"),
        (["submit", "p.json", "--accept", "image"], "a plan is sent as it is"),
        (["submit", "nope.json"], "there is no file nope.json"),
        (["plan", "nope.yaml"], "there is no file nope.yaml"),
    ):
        cli.good("plan", "hello.yaml", "-o", "p.json")
        answer = cli(*words)
        assert (answer.code, says in answer.err, orders(desk)) == (2, True, 0), answer.err
    answer = cli("diff", "hello.yaml", "--against", "p.json")
    assert (answer.code, "hello on there: no difference\n" in answer.err) == (0, True)
