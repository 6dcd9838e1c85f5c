"""Sites: which one holds, what its targets are, and how everything that is wrong with one is said."""

import subprocess
import sys
from pathlib import Path

import pytest

import lading.runner.platforms as clients
from lading.compiler.registry import language, platforms
from lading.runner.errors import NotSupported
from lading.runner.ledger.ledger import Ledger
from lading.runner.platform import Context
from lading.runner.targets.channel import open_channel
from lading.runner.targets.registry import connect
from lading.runner.targets.search import NAME, find_site
from lading.runner.targets.sites import read_site
from lading.schema.diagnostics import InvalidSpec
from lading.schema.load import load

SITE = """\
lading: v1
kind: site
default: here
secrets:
  wandb: {env: WANDB_API_KEY}
registries:
  harbor.example.com: {username: {env: HARBOR_USER}, password: {env: HARBOR_PASSWORD}}
targets:
  here: {platform: local}
  there:
    platform: local
    endpoint: https://there.example.org/api
    auth: {token: {file: token}}
    defaults: {resources: {gpu: 2}}
    accept: [image, schedule.queue]
    catalog: {volumes: {data: {path: /data}}}
"""


def write(folder: Path, text: str = SITE, name: str = NAME) -> Path:
    """A site file in the folder."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / name).write_text(text)
    return folder / name


def objections(text: str, folder: Path) -> list[tuple[str, str, int | None, str]]:
    """Code, sentence, line and help of everything that is wrong with a site."""
    with pytest.raises(InvalidSpec) as caught:
        read_site(write(folder, text))
    return [(d.code, d.message, d.place.line if d.place else None, d.help) for d in caught.value.diagnostics]


@pytest.fixture
def places(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> dict[str, Path]:
    """A site in every place where one is looked for, the strongest first."""
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))
    checkout = tmp_path / "work" / "checkout"
    (checkout / ".git").mkdir(parents=True)
    return {
        "option": write(tmp_path / "option", name="any.yaml"),
        "beside": write(checkout / "a" / "specs"),
        "above": write(checkout / "a"),
        "root": write(checkout),
        "variable": write(tmp_path / "variable", name="mine.yaml"),
        "user": write(tmp_path / "config" / "lading"),
        "too high": write(tmp_path / "work"),
    }


def test_the_first_site_that_is_found_wins(places: dict[str, Path]) -> None:
    """Option, beside the spec, upwards to the checkout's root, variable, user, none; never above the checkout."""
    folder = places["beside"].parent
    environ = {"LADING_SITE": str(places["variable"])}
    assert find_site(str(places["option"]), folder, environ) == str(places["option"])
    found = []
    for name in ("beside", "above", "root"):
        found.append(find_site(None, folder, environ))
        places[name].unlink()
    found += [find_site(None, folder, environ), find_site(None, folder, {})]
    places["user"].unlink()
    found.append(find_site(None, folder, {}))
    assert found == [*(str(places[name]) for name in ("beside", "above", "root", "variable", "user")), None]


def test_a_git_worktree_ends_the_search_too(places: dict[str, Path]) -> None:
    """There ``.git`` is a file."""
    (places["above"].parent / ".git").write_text("gitdir: elsewhere")
    places["beside"].unlink()
    places["above"].unlink()
    assert find_site(None, places["beside"].parent, {}) == str(places["user"])


def test_outside_of_a_checkout_only_the_specs_own_folder_is_looked_into(places: dict[str, Path]) -> None:
    """A site may name commands to run, and a shared folder above is anybody's."""
    folder = places["too high"].parent / "mine"
    folder.mkdir()
    places["user"].unlink()
    assert find_site(None, folder, {}) is None
    assert find_site(None, places["too high"].parent, {}) == str(places["too high"])


def test_without_a_site_there_is_one_target_for_trying_things_out() -> None:
    """``local`` is the default, and accepts what the platform itself says it should."""
    site = read_site(None)
    target = site.target(site.default)
    assert (site.names, site.default, site.folder) == (("local",), "local", None)
    assert (target.name, target.platform.NAME, target.accept, target.secrets) == (
        "local",
        "local",
        (("image",), ("schedule", "queue"), ("schedule", "priority")),
        frozenset(),
    )


def test_a_default_reaches_a_job_whole(tmp_path: Path) -> None:
    """Also where it is a secret's name, or stands in a map of maps; a field that the kind has not is left out."""
    site = read_site(write(tmp_path, WITH_DEFAULTS))
    spec = load("a.yaml", b"lading: v1\nkind: dataset\nname: a\n", language=language()).specs[0]
    job = load("b.yaml", b"lading: v1\nname: b\ncommand: [b]\n", language=language()).specs[0]
    defaults = site.target("here").defaults
    assert spec.for_target("here", defaults)[0].value == {"lading": "v1", "kind": "dataset", "name": "a"}
    assert job.for_target("here", defaults)[0].value == {
        "lading": "v1",
        "name": "b",
        "command": ["b"],
        "env": {"TOKEN": {"secret": "wandb"}},
        "containers": {"side": {"image": "busybox", "env": {"TOKEN": {"secret": "wandb"}}}},
    }


WITH_DEFAULTS = """\
lading: v1
kind: site
secrets: {wandb: {env: WANDB_API_KEY}}
targets:
  here:
    platform: local
    defaults:
      env: {TOKEN: {secret: wandb}}
      containers: {side: {image: busybox, env: {TOKEN: {secret: wandb}}}}
"""


def test_a_target_is_what_the_site_says_in_the_languages_own_units(tmp_path: Path) -> None:
    """Defaults are a layer whose values know their lines; options and catalog are normalised; names stay names."""
    site = read_site(write(tmp_path))
    target = site.target("there")
    assert (site.names, site.default, site.folder) == (("here", "there"), "here", str(tmp_path))
    assert target.accept == (("image",), ("schedule", "queue"))
    assert target.defaults.value == {"resources": {"gpu": {"count": 2}}}
    assert target.defaults.places[("resources", "gpu")].place.line == 14
    assert target.catalog["volumes"] == {"data": {"path": "/data"}}
    assert target.endpoint == "https://there.example.org/api"
    assert target.secrets == frozenset({"wandb"})
    assert list(target.registries) == ["harbor.example.com"]


def test_a_login_is_looked_up_when_it_is_asked_for(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Reading the site reads no secret; its file is relative to the site's folder."""
    seen: list[Context] = []
    monkeypatch.setattr("lading.runner.targets.channel.connect", lambda _, context: seen.append(context))
    open_channel(read_site(write(tmp_path)), "there", Ledger(tmp_path / "state"))
    (context,) = seen
    assert (context.target, context.endpoint) == ("there", "https://there.example.org/api")
    assert context.state_dir == tmp_path / "state"
    (tmp_path / "token").write_text("abc\n")
    (tmp_path / "token").chmod(0o600)
    assert {name: value.reveal() for name, value in context.auth.items()} == {"token": "abc"}


def test_an_only_target_is_the_default(tmp_path: Path) -> None:
    """Where there is no choice, none need be made."""
    text = "lading: v1\nkind: site\ntargets:\n  only: {platform: local}\n"
    assert read_site(write(tmp_path, text)).default == "only"


def test_of_several_targets_none_is_guessed(tmp_path: Path) -> None:
    """Without ``default:`` the error says which there are."""
    site = read_site(write(tmp_path, SITE.replace("default: here\n", "")))
    with pytest.raises(InvalidSpec) as caught:
        _ = site.default
    (found,) = caught.value.diagnostics
    assert (found.code, found.message, found.help) == (
        "LD505",
        "the site does not say which of its targets is meant",
        "name one with `-t`, or write `default:` into the site; it has here, there",
    )


def test_an_unknown_target_is_answered_with_the_nearest(tmp_path: Path) -> None:
    """The place is where the site lists its targets."""
    site = read_site(write(tmp_path))
    with pytest.raises(InvalidSpec) as caught:
        site.target("theer")
    (found,) = caught.value.diagnostics
    assert found.place is not None
    assert (found.code, found.message, found.help, found.place.line) == (
        "LD503",
        'the site has no target "theer"',
        'did you mean "there"?',
        8,
    )


def test_everything_that_is_wrong_with_a_site_is_said_at_once(tmp_path: Path) -> None:
    """An unknown platform, an unknown default and a malformed loss, each at its line."""
    text = SITE.replace("default: here", "default: hree").replace("here: {platform: local}", "here: {platform: lokal}")
    assert objections(text.replace("[image,", '["[", '), tmp_path) == [
        ("LD503", 'the site has no target "hree"', 3, 'did you mean "here"?'),
        ("LD214", 'there is no platform "lokal"', 9, 'did you mean "local"?'),
        ("LD230", 'accept names "[", which is no field of the language', 15, ""),
    ]


@pytest.mark.parametrize(
    ("text", "code"), [("lading: v1\nname: a\ncommand: [a]\n", "LD501"), ("", "LD105")], ids=["spec", "nothing"]
)
def test_a_file_that_is_no_site_is_refused(tmp_path: Path, text: str, code: str) -> None:
    """A spec, or nothing at all, in place of a site."""
    assert objections(text, tmp_path)[-1][0] == code


def test_a_site_that_is_named_and_not_there_is_an_error(tmp_path: Path) -> None:
    """Never silently the built-in one instead."""
    with pytest.raises(InvalidSpec) as caught:
        read_site(tmp_path / "gone.yaml")
    (found,) = caught.value.diagnostics
    assert (found.code, found.message) == (
        "LD506",
        f"the site file {tmp_path}/gone.yaml can not be read: no such file or directory",
    )


CLIENTS = sorted(path.parent.name for path in Path(clients.__path__[0]).glob("*/__init__.py"))


@pytest.mark.parametrize("name", CLIENTS)
def test_every_client_belongs_to_a_platform_and_connects(name: str, tmp_path: Path) -> None:
    """What can be submitted to can be compiled for; connecting sends nothing."""
    assert name in platforms()
    assert connect(name, Context(target=name, state_dir=tmp_path)) is not None


def test_a_platform_without_a_client_is_an_error() -> None:
    """It can still be compiled for."""
    with pytest.raises(NotSupported, match=r"^lading compiles for abacus and can not talk to it yet"):
        connect("abacus", Context(target="t"))


def test_a_channel_holds_the_client_of_the_target(tmp_path: Path) -> None:
    """Made without looking up any secret."""
    line = open_channel(read_site(write(tmp_path)), "there", Ledger(tmp_path / "state"))
    assert line.client.status([]) == {}


def test_reading_a_site_costs_no_ledger_and_no_client() -> None:
    """``validate`` reads sites; what only submission needs is not imported for that."""
    heavy = {"sqlite3", "pydantic", "httpx", "subprocess"}
    code = f"import sys, lading.runner.targets.sites; print(*{heavy} & set(sys.modules))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "\n"
