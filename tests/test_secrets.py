"""Secrets: a value is found when it is needed, travels in the request, and is nowhere else, ever."""

import base64
import copy
import json
import logging
import pickle
import sys
import traceback
from collections.abc import Mapping
from pathlib import Path
from types import ModuleType
from typing import Any
from urllib.parse import quote

import pytest
from kit.toy import Toy, channel, compilation, request, submitted

from lading.compiler.payload import Draft, From, Secret, settle
from lading.runner.errors import Refused, RunnerError, SecretMissing
from lading.runner.platform import Accepted
from lading.runner.secrets.scrub import Scrubber, scrubber
from lading.runner.secrets.vault import SecretValue, Source, Vault
from lading.runner.submission.late import filled

CANARY = 'canary-7f"3a&/é b9'
VALUE = SecretValue(CANARY)


def look_up(source: Source, folder: Path = Path(), environ: Mapping[str, str] | None = None) -> str:
    """The value that the source holds."""
    return Vault({"wandb": source}, folder, environ or {}).value("wandb").reveal()


def problem(source: Source, folder: Path = Path(), environ: Mapping[str, str] | None = None) -> tuple[str, str]:
    """The sentence and the help of the error that looking it up ends in."""
    with pytest.raises(SecretMissing) as caught:
        look_up(source, folder, environ)
    return str(caught.value), caught.value.help


def private(folder: Path, data: bytes, mode: int = 0o600) -> Path:
    """A file with these bytes and this mode."""
    file = folder / "token"
    file.write_bytes(data)
    file.chmod(mode)
    return file


@pytest.mark.parametrize("show", [repr, str, "{}".format, "{:>9}".format, "%s".__mod__, lambda value: repr([value])])
def test_a_value_shows_itself_as_stars(show: Any) -> None:
    """However it is turned into text."""
    assert show(VALUE).strip("[]") == "***"


@pytest.mark.parametrize("store", [pickle.dumps, json.dumps, hash])
def test_a_value_can_not_be_stored(store: Any) -> None:
    """Pickle, JSON and hashing refuse it, without showing it."""
    with pytest.raises(TypeError) as caught:
        store(VALUE)
    assert CANARY not in str(caught.value)


def test_a_value_equals_the_same_value_only() -> None:
    """A secret is not equal to the text that it holds; copies are itself."""
    assert SecretValue("a") == SecretValue("a")
    assert SecretValue("a") != SecretValue("b")
    assert SecretValue("a") != "a"
    assert copy.deepcopy({"key": VALUE})["key"] is VALUE
    assert copy.copy(VALUE) is VALUE


def test_a_value_is_found_in_the_environment() -> None:
    """As it is, newline and all."""
    assert look_up({"env": "KEY"}, environ={"KEY": " a b\n"}) == " a b\n"


@pytest.mark.parametrize(
    ("data", "value"),
    [(b"abc", "abc"), (b"abc\n", "abc"), (b"abc\r\n", "abc"), (b"a\nb\n\n", "a\nb\n"), (b" \xc3\xa9 ", " é ")],
)
def test_a_value_is_found_in_a_file_of_ones_own(tmp_path: Path, data: bytes, value: str) -> None:
    """Relative to the site; one newline at the end is an editor's and not the value's."""
    private(tmp_path, data)
    assert look_up({"file": "token"}, tmp_path) == value


def test_a_file_may_lie_in_the_home_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """``~`` is the user's home."""
    monkeypatch.setenv("HOME", str(tmp_path))
    private(tmp_path, b"abc")
    assert look_up({"file": "~/token"}, Path("/nowhere")) == "abc"


@pytest.mark.parametrize("mode", [0o640, 0o604, 0o620, 0o666])
def test_a_file_that_others_may_touch_is_not_read(tmp_path: Path, mode: int) -> None:
    """The error says the mode and the command that repairs it."""
    file = private(tmp_path, b"abc", mode)
    sentence = f'the secret "wandb" is not safe: others may read {file} (mode {mode:04o})'
    assert problem({"file": str(file)}) == (sentence, f"run: chmod 600 {file}")


@pytest.mark.skipif(sys.platform != "linux", reason="/proc is Linux")
def test_a_file_of_somebody_else_is_not_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever may write it may change it."""
    file = private(tmp_path, b"abc")
    monkeypatch.setattr("os.geteuid", lambda: 12345)
    sentence = f'the secret "wandb" is not safe: {file} belongs to somebody else'
    assert problem({"file": str(file)}) == (sentence, "make a file of your own for it")


def test_a_command_prints_a_value() -> None:
    """Its arguments are argv; the newline at the end is not the value's."""
    argv = [sys.executable, "-c", "import sys; print(sys.argv[1])", "a  b; $HOME"]
    assert look_up({"command": argv}) == "a  b; $HOME"


def test_the_keyring_holds_a_value(monkeypatch: pytest.MonkeyPatch) -> None:
    """SERVICE/USER; the user may hold a slash."""
    keyring = pytest.importorskip("keyring")
    monkeypatch.setattr(keyring, "get_password", lambda service, user: f"{service}:{user}")
    assert look_up({"keyring": "lading/a/b"}) == "lading:a/b"


def failing(code: str) -> Source:
    """A command that runs this Python."""
    return {"command": [sys.executable, "-c", code]}


def command_said(what: str) -> tuple[str, str]:
    """The error of a command."""
    return f'the secret "wandb" was not found: the command {sys.executable} {what}', "run it by hand to see why"


def test_what_can_not_be_found_says_where_it_was_looked_for(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Each source has its own sentence and one thing to do; what a command wrote is never shown."""
    lost = 'the secret "wandb" was not found: '
    gone, folder = tmp_path / "gone", tmp_path / "folder"
    folder.mkdir(0o700)
    assert problem({"env": "KEY"}) == (f"{lost}$KEY is not set", "set the environment variable KEY")
    assert problem({"env": "KEY"}, environ={"KEY": ""}) == ('the secret "wandb" is empty', "store its value")
    assert problem({"file": str(gone)}) == (
        f"{lost}{gone}: No such file or directory",
        f"see that {gone} is there and can be read",
    )
    assert problem({"file": str(folder)}) == (
        f"{lost}{folder}: Is a directory",
        f"see that {folder} is there and can be read",
    )
    assert problem(failing(f"import sys; print({CANARY!r}, file=sys.stderr); sys.exit(3)")) == command_said(
        "ended with status 3"
    )
    monkeypatch.setattr("lading.runner.secrets.vault.COMMAND_TIMEOUT", 0.2)
    assert problem(failing("import time; time.sleep(60)")) == command_said("did not answer in 0 s")
    assert problem({"command": ["/no/such"]}) == (
        f"{lost}the command /no/such could not be started: No such file or directory",
        "run it by hand to see why",
    )


@pytest.mark.parametrize(
    ("data", "answer"),
    [
        (b"\xff\xfe", ('the secret "wandb" is not text', "store it as UTF-8")),
        (
            b"a\0b",
            ('the secret "wandb" holds a NUL character, which no environment can carry', "store it as plain text"),
        ),
        (b"\n", ('the secret "wandb" is empty', "store its value")),
    ],
)
def test_what_is_no_value_is_refused(tmp_path: Path, data: bytes, answer: tuple[str, str]) -> None:
    """Bytes, NULs and nothing can not be handed to a job."""
    private(tmp_path, data)
    assert problem({"file": "token"}, tmp_path) == answer


def test_a_huge_file_is_not_read(tmp_path: Path) -> None:
    """More than a MiB is some other file."""
    private(tmp_path, b"a" * (2**20 + 1))
    sentence = 'the secret "wandb" was not found: token is larger than 1 MiB'
    assert problem({"file": "token"}, tmp_path) == (sentence, "name the right file in the site")


def test_without_the_keyring_package_the_error_says_how_to_install_it(monkeypatch: pytest.MonkeyPatch) -> None:
    """It is an extra, imported when a site uses it."""
    monkeypatch.setitem(sys.modules, "keyring", None)
    sentence = 'the secret "wandb" is in the keyring, and the package that reads it is not installed'
    assert problem({"keyring": "lading/me"}) == (sentence, "install it: pip install 'lading[keyring]'")


def test_an_empty_or_locked_keyring_is_an_error(monkeypatch: pytest.MonkeyPatch) -> None:
    """What the keyring's own error says is not shown."""
    keyring = pytest.importorskip("keyring")
    monkeypatch.setattr(keyring, "get_password", lambda *_: None)
    lost = 'the secret "wandb" was not found: the keyring '
    assert problem({"keyring": "lading/me"}) == (f"{lost}has no entry lading/me", "store it: keyring set lading me")

    def locked(*_: str) -> None:
        raise keyring.errors.KeyringLocked(CANARY)

    monkeypatch.setattr(keyring, "get_password", locked)
    assert problem({"keyring": "lading/me"}) == (f"{lost}can not be read (KeyringLocked)", "unlock it")


def test_a_name_that_the_site_does_not_know_is_an_error() -> None:
    """With the nearest one that it knows."""
    with pytest.raises(SecretMissing) as caught:
        Vault({"wandb": {"env": "KEY"}}).value("wanbd")
    assert (str(caught.value), caught.value.help) == ('the site names no secret "wanbd"', 'did you mean "wandb"?')


def test_a_source_is_asked_when_it_is_needed_and_once(tmp_path: Path) -> None:
    """A command that counts its runs runs when the value is first wanted, for two names and a login together."""
    code = f"open({str(tmp_path / 'runs')!r}, 'a').write('x'); print('abc')"
    vault = Vault({"a": failing(code), "b": failing(code)})
    login = vault.login("pf", {"token": failing(code), "password": {"env": "NOT_SET"}})
    assert list(login) == ["token", "password"]
    assert not (tmp_path / "runs").exists()
    assert [vault.value("a").reveal(), vault.value("b").reveal(), login["token"].reveal()] == ["abc"] * 3
    assert (tmp_path / "runs").read_text() == "x"
    with pytest.raises(SecretMissing, match=r"^the password of pf was not found: \$NOT_SET is not set$"):
        login["password"]


def test_filling_puts_values_where_the_compiler_put_names_and_nowhere_else() -> None:
    """A label called ``secret`` stays a label, whatever it says; the body itself is not changed."""
    env = {"a/b~": From(Secret("wandb"), (("env", "a/b~"),)), "list": [Secret("hf"), "x"]}
    compiled = settle(Draft("POST", "/jobs", {"env": env, "labels": {"secret": "wandb"}}))
    values = {where: SecretValue(f"value of {name}") for where, name in compiled.secrets.items()}
    body = filled(compiled.body, values)
    assert body["labels"] == {"secret": "wandb"}
    assert body["env"]["a/b~"].reveal() == "value of wandb"
    assert body["env"]["list"][0].reveal() == "value of hf"
    assert compiled.body["env"] == {"a/b~": {"secret": "wandb"}, "list": [{"secret": "hf"}, "x"]}


BASIC = base64.b64encode(f"user:{CANARY}".encode()).decode()


@pytest.mark.parametrize(
    ("text", "clean"),
    [
        (f"token {CANARY}!", "token ***!"),
        (json.dumps({"a": CANARY}), '{"a": "***"}'),
        (json.dumps({"a": CANARY}, ensure_ascii=False), '{"a": "***"}'),
        (f"?key={quote(CANARY, safe='')}&x=1", "?key=***&x=1"),
        (f"/path/{quote(CANARY)}", "/path/***"),
        (repr([CANARY]), "['***']"),
        (CANARY.encode().hex(), "***"),
        ("nothing to hide", "nothing to hide"),
    ],
)
def test_a_value_is_scrubbed_in_all_its_usual_encodings(text: str, clean: str) -> None:
    """As it is, in JSON, in an address, in a representation, in hex; bytes alike."""
    scrubber = Scrubber([VALUE])
    assert scrubber.scrub(text) == clean
    assert scrubber.scrub(text.encode()) == clean.encode()


@pytest.mark.parametrize("before", ["", "u", "us", "use", "user:"])
@pytest.mark.parametrize("after", ["", "x", "xy"])
def test_a_value_is_scrubbed_from_base64_wherever_it_begins(before: str, after: str) -> None:
    """A login is ``user:password`` in base 64: nothing that decodes to the value's middle is left."""
    encoded = base64.b64encode(f"{before}{CANARY}{after}".encode()).decode()
    clean = Scrubber([VALUE]).scrub(f"Basic {encoded}")
    left = clean.removeprefix("Basic ").split("***")
    assert len(left) == 2
    assert sum(map(len, left)) <= len(encoded) - 4 * len(CANARY.encode()) // 3 + 2


def test_scrubbing_goes_through_data_and_spares_other_words() -> None:
    """Keys and values at any depth; a short value is hidden where it stands alone, and each line of a long one."""
    scrubber = Scrubber([VALUE, SecretValue("ab"), SecretValue("first line\nsecond line")])
    data = {CANARY: [1, None, True, f"x{CANARY}"], "b": ("about ab", "the second line")}
    assert scrubber.scrub(data) == {"***": [1, None, True, "x***"], "b": ("about ***", "the ***")}
    assert Scrubber([]).scrub(data) == data


def test_no_values_scrub_nothing() -> None:
    """Without a secret every text stays as it is."""
    assert Scrubber([]).scrub("") == ""


class Gossip(Toy):
    """A platform that repeats what it was sent, in its answers and in its errors."""

    def submit(self, outgoing: Any) -> Accepted:
        """Fails with the value in the error and in the error's cause."""
        value = outgoing.body["env"]["KEY"].reveal()
        if "refuse" in self.plays:
            cause = ValueError(f"POST ?key={quote(value, safe='')}")
            raise Refused(f"bad environment: {json.dumps(value)}", f"is {value} right?") from cause
        return super().submit(outgoing)

    def find(self, token: str, path: str = "") -> Accepted | None:
        """Fails with the value in the error."""
        raise RunnerError(f"can not tell: {CANARY}")


@pytest.mark.parametrize("play", ["accept", "refuse", "lose answer", ZeroDivisionError(CANARY)])
def test_the_canary_is_in_no_row_file_log_or_error(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture, play: Any
) -> None:
    """Whatever becomes of the submission, the value is with the platform and nowhere else."""
    caplog.set_level(logging.DEBUG)
    monkeypatch.setenv("PLANTED", CANARY)
    toy = Gossip(tmp_path / "platform", [play])
    line = channel(toy, tmp_path / "state", {"wandb": {"env": "PLANTED"}})
    shown = ""
    try:
        submitted(compilation("train", request(env={"KEY": {"secret": "wandb"}})), line)
    except Exception as error:  # noqa: BLE001 - all of it must be clean
        shown = "".join(traceback.format_exception(error)) + repr(error) + str(getattr(error, "help", ""))
    kept = b"".join(file.read_bytes() for file in tmp_path.rglob("*") if file.is_file())
    rows = "\n".join(line.ledger._connection.iterdump())
    shown += repr(toy.sent) + repr(line) + caplog.text
    forms = {CANARY, json.dumps(CANARY)[1:-1], quote(CANARY, safe=""), repr(CANARY)[1:-1]}
    assert [form for form in forms if form in shown or form in rows or form.encode() in kept] == []
    assert line.ledger.requests(line.ledger.search()[0].id)[0]["body"] == {"env": {"KEY": {"secret": "wandb"}}}


def test_a_secret_without_a_value_sends_and_writes_nothing(tmp_path: Path) -> None:
    """It is found out before the intent."""
    toy = Toy(tmp_path / "platform")
    line = channel(toy, tmp_path / "state", {"wandb": {"env": "NOT_SET_ANYWHERE"}})
    with pytest.raises(SecretMissing):
        submitted(compilation("train", request(env={"KEY": {"secret": "wandb"}})), line)
    assert (toy.sent, line.ledger.search()) == ([], [])


def test_looking_up_imports_what_it_uses_only(monkeypatch: pytest.MonkeyPatch) -> None:
    """A value in the environment needs neither keyring nor subprocess."""
    monkeypatch.setitem(sys.modules, "keyring", ModuleType("keyring"))
    monkeypatch.setitem(sys.modules, "subprocess", None)
    assert look_up({"env": "KEY"}, environ={"KEY": "abc"}) == "abc"


def test_the_name_of_a_user_is_no_secret() -> None:
    """It stands in paths and lists, which would be unreadable without it; the password beside it is one."""
    sources: dict[str, Source] = {"username": {"env": "WHO"}, "password": {"env": "WORD"}}
    login = Vault({}, environ={"WHO": "ada", "WORD": "an-0pen-sesame"}).login("hpc", sources)
    assert (login["username"].reveal(), login["password"].reveal()) == ("ada", "an-0pen-sesame")
    assert scrubber().scrub("/HOME/ada: an-0pen-sesame") == "/HOME/ada: ***"
