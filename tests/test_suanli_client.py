"""Suanli's client against its server: signatures, marks, names, lists in pages, and how a task has ended."""

import base64
import json
import sys
import time
from collections.abc import Callable, Iterator
from email.utils import formatdate
from pathlib import Path
from typing import Any
from urllib.parse import quote

import httpx
import pytest
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from kit.cli import Cli
from kit.machine import until
from kit.platforms import Desk, client_of
from servers.suanli import Suanli, key, private_text, serve, verify
from servers.web import Fault, Reply, Request, Server, as_json, serving

from lading.runner.errors import (
    LoginRejected,
    NoSuchJob,
    NotSupported,
    OutcomeUnknown,
    Refused,
    RunnerError,
    SecretMissing,
    Unreachable,
)
from lading.runner.http import connection
from lading.runner.platform import Context, LogLine, LogQuery, Outgoing
from lading.runner.platforms.suanli import protocol
from lading.runner.platforms.suanli.account import Account
from lading.runner.platforms.suanli.client import Client
from lading.runner.platforms.suanli.hiding import without
from lading.runner.platforms.suanli.logs import after
from lading.runner.platforms.suanli.machines import Machines
from lading.runner.platforms.suanli.signing import Signer
from lading.runner.platforms.suanli.tasks import seconds, status_of
from lading.runner.secrets.vault import SecretValue
from lading.runner.states import State, Status
from lading.runner.submission import watch
from lading.runner.submission.ids import Ids, token

pytestmark = pytest.mark.allow_hosts(["127.0.0.1"])
IDS = Ids()
WANTED = {"device_name": "cpu-16", "region": "north-1", "gpu_count": 0, "memory": 32768, "cpu_cores": 16}
H20 = {"device_name": "H20 x 8", "region": "south-2", "gpu_name": "H20", "gpu_count": 8, "gpu_memory": 786432}
ONCE = {"default": {"backoff_limit": 0, "restart_policy": "Never"}}
NUMBERED = {"index": {"index_backoff_limit": 0}}


@pytest.fixture(autouse=True)
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    """A question that got no answer is asked again at once."""
    monkeypatch.setattr(connection, "PAUSES", (0.0, 0.0))


@pytest.fixture
def service() -> Suanli:
    """An account whose tasks run."""
    return serve()


@pytest.fixture
def server(service: Suanli) -> Iterator[Server]:
    """The platform at work."""
    with serving(service) as started:
        yield started


@pytest.fixture
def client(service: Suanli, server: Server) -> Iterator[Client]:
    """A client of it."""
    made = client_of(service, server.url)
    yield made
    made.close()


def body(client: Client, *commands: str, points: int = 1, **more: Any) -> dict[str, Any]:
    """A task with a container for each command."""
    services = [
        {
            "service_name": f"part-{place}",
            "service_image": "a/b:1",
            "resource_weight": {"cpu_weight": 1, "mem_weight": 1, "gpu_weight": 0 if place else 1},
            "start_script": {"command": ["sh", "-c"], "args": [command]},
        }
        for place, command in enumerate(commands)
    ]
    support = {"parallelism": points, "timeout_sec": 60, "mod_param": more.pop("mode", ONCE)}
    known = {"task_name": "fit", "points": points, "job_support": support, "services": services}
    return {**known, "resources": [{"mark": client.look_up(WANTED)}], **more}


def outgoing(payload: dict[str, Any]) -> Outgoing:
    """A task on its way out, with a token that no other has."""
    return Outgoing(token(IDS.new()), "fit", "POST", "/api/task/job/create", payload)


def submitted(client: Client, *commands: str, **more: Any) -> str:
    """The number of a task with these commands."""
    return client.submit(outgoing(body(client, *commands, **more))).native_id


def ended(client: Client, native_id: str) -> Status:
    """The task once it has ended."""
    until(lambda: client.status([native_id])[native_id].state.is_final)
    return client.status([native_id])[native_id]


def asked(service: Suanli) -> list[str]:
    """Method and path of everything that the server was asked."""
    return [f"{request.method} {request.path}" for request in service.seen]


def is_signed(request: Request) -> bool:
    """Whether the public key says that exactly this was signed; the server asks the same of itself."""
    verify(request)
    return True


# -- who asks


@pytest.mark.parametrize("form", ["pem", "base64", "base64 in lines"])
def test_a_request_is_signed_over_exactly_what_is_sent(form: str) -> None:
    """Path with its query, version, time, token and body, without a newline at the end; anew for each attempt."""
    text = private_text()
    if form == "pem":
        forms = (serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
        text = key().private_bytes(*forms).decode()
    if form == "base64 in lines":
        text = "\n".join(text[place : place + 64] for place in range(0, len(text), 64))
    times = iter([1767225600.0, 1767225601.0])
    signer = Signer({"token": SecretValue("TOKEN"), "privateKey": SecretValue(text)}, lambda: next(times))
    request = httpx.Request("POST", "http://x/api/task/job/create?a=%2F", content=b'{"task_name":"a"}')
    signatures = []
    for stamp in ("1767225600000", "1767225601000"):
        signer.sign(request)
        signatures.append(request.headers["sign_str"])
        said = f'/api/task/job/create?a=%2F\n1.0.0\n{stamp}\nTOKEN\n{{"task_name":"a"}}'.encode()
        signature = base64.b64decode(request.headers["sign_str"])
        key().public_key().verify(signature, said, padding.PKCS1v15(), hashes.SHA256())
        assert (request.headers["timestamp"], len(signature)) == (stamp, 256)
    assert signatures[0] != signatures[1]


def test_a_question_signs_an_empty_body() -> None:
    """Neither null nor {}: the signed text ends with the newline after the token."""
    signer = Signer({"token": SecretValue("T"), "privateKey": SecretValue(private_text())}, lambda: 1767225600.5)
    request = httpx.Request("GET", "http://x/api/task/job/search?status=End&search_value=%E4%BB%BB")
    signer.sign(request)
    said = b"/api/task/job/search?status=End&search_value=%E4%BB%BB\n1.0.0\n1767225600500\nT\n"
    signature = base64.b64decode(request.headers["sign_str"])
    key().public_key().verify(signature, said, padding.PKCS1v15(), hashes.SHA256())


def test_a_simple_key_signs_nothing() -> None:
    """Its requests bear the token, the time and the version."""
    service = serve(rsa=False, runs=False)
    with serving(service) as server:
        client = client_of(service, server.url)
        submitted(client, "true")
        assert client.check()[0] == ("key", "simple mode, and taken")
        client.close()
    assert {"token", "timestamp", "version"} <= service.seen[0].headers.keys()
    assert [request for request in service.seen if "sign_str" in request.headers] == []


def locked() -> str:
    """The key behind a passphrase."""
    lock = serialization.BestAvailableEncryption(b"passphrase")
    return key().private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, lock).decode()


def of_another_kind() -> str:
    """A key that signs otherwise."""
    forms = (serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    return ec.generate_private_key(ec.SECP256R1()).private_bytes(*forms).decode()


def short_key() -> str:
    """A key whose signatures are half as long."""
    forms = (serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    return rsa.generate_private_key(65537, 1024).private_bytes(*forms).decode()


def public() -> str:
    """The wrong half."""
    forms = (serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo)
    return key().public_key().public_bytes(*forms).decode()


@pytest.mark.parametrize(
    ("text", "words"),
    [
        (lambda: "nonsense", "can not be read"),
        (lambda: "-----BEGIN PRIVATE KEY-----\nx\n-----END PRIVATE KEY-----", "can not be read"),
        (lambda: "AAAA", "can not be read"),
        (public, "can not be read"),
        (of_another_kind, "can not be read"),
        (locked, "is locked by a passphrase"),
        (short_key, "has 1024 bits, and must have 2048"),
    ],
)
def test_a_key_that_is_no_use_is_one_sentence(text: Callable[[], str], words: str) -> None:
    """And nothing of it is repeated."""
    signer = Signer({"token": SecretValue("t"), "privateKey": SecretValue(text())})
    with pytest.raises(SecretMissing) as raised:
        signer.sign(httpx.Request("GET", "http://x/"))
    assert str(raised.value) == f"Suanli's private key {words}"


def test_what_is_missing_is_said() -> None:
    """The token, and the package that signs, with how to get it."""
    with pytest.raises(LoginRejected, match="wants a token"):
        Signer({}).sign(httpx.Request("GET", "http://x/"))
    signer = Signer({"token": SecretValue("t"), "privateKey": SecretValue(private_text())})
    with pytest.MonkeyPatch.context() as patch:
        patch.setitem(sys.modules, "cryptography.exceptions", None)
        with pytest.raises(NotSupported) as raised:
            signer.sign(httpx.Request("GET", "http://x/"))
    assert raised.value.help == "install it: pip install 'lading[signing]'"


def test_a_retried_question_is_signed_again(client: Client, service: Suanli) -> None:
    """Each attempt bears another time and another signature, over what it sends, and is taken."""
    submitted(client, "echo 你好 Ω")
    assert is_signed(service.seen.pop())
    service.seen.clear()
    client.catalog()
    service.seen.clear()
    client._machines.forget()
    service.faults = [Fault(cut="after", latency=0.002, times=2)]
    assert client.look_up(WANTED) in service.marks
    assert [is_signed(request) for request in service.seen] == [True] * 3
    for name in ("timestamp", "sign_str"):
        assert len({request.headers[name] for request in service.seen}) == 3


ECHOES: dict[str, Callable[[str], Reply]] = {
    "message": lambda said: as_json({"code": "C005", "message": f"sign_str {said} is wrong", "data": None}),
    "cut message": lambda said: as_json({"code": "C005", "message": f"{'x' * 250} {said}", "data": None}),
    "page": lambda said: Reply(200, f"<html><title>{said}</title>".encode()),
    "number": lambda said: as_json({"code": "0000", "data": {"task_id": said}}),
    "code": lambda said: as_json({"code": said, "message": None, "data": None}),
    "500": lambda said: as_json({"code": "C999", "message": said, "data": None}, 500),
    "502": lambda said: Reply(502, said.encode()),
    "429": lambda said: Reply(429, said.encode(), {"retry-after": "0"}),
    "redirect": lambda said: Reply(302, b"", {"location": f"https://{quote(said)}.example.org/{said}"}),
    "quoted": lambda said: Reply(200, quote(said, safe="").encode()),
    "escaped": lambda said: Reply(200, said.replace("/", r"\/").encode()),
}


def echo_of(name: str, header: str) -> Callable[[Request], Reply]:
    """What repeats the header of a request in that way."""
    return lambda request: ECHOES[name](request.headers[header])


@pytest.mark.parametrize("name", ECHOES)
def test_no_error_repeats_a_signature_or_a_token(name: str, client: Client, service: Suanli) -> None:
    """However the server repeats it, and also where the repetition is cut in the middle."""
    payload = body(client, "true")
    for header in ("sign_str", "token"):
        for order in (True, False) if name != "number" else (True,):
            service.faults = [Fault(reply=echo_of(name, header), times=9)]
            with pytest.raises(RunnerError) as raised:
                client.submit(outgoing(payload)) if order else client.check()
            said = f"{raised.value} {raised.value.help}"
            sent = service.seen[-1].headers[header]
            pieces = {form[at : at + 13] for form in (sent, quote(sent, safe="")) for at in range(len(form) - 12)}
            assert [piece for piece in pieces if piece in said] == []


def test_no_status_repeats_a_signature_either(client: Client, service: Suanli) -> None:
    """In the word for the state, and in the reason for it."""

    def echo(request: Request) -> Reply:
        task = {"task_id": 4000, "status": request.headers["sign_str"]}
        return as_json({"code": "0000", "message": None, "data": task})

    service.faults = [Fault(reply=echo)]
    assert client.status(["4000"]) == {"4000": Status(State.UNKNOWN, "*** …")}


def test_pieces_of_a_secret_are_hidden() -> None:
    """A dozen letters in a row are no coincidence; a short secret is hidden whole."""
    secret = "abcdefghijklmnopqrstuvwxyz"
    assert without(f"no {secret}, {secret[3:20]}! {secret[:8]}", [secret]) == "no ***, ***! abcdefgh"
    assert without("pin 1234: wrong", ["1234", ""]) == "pin ***: wrong"


# -- what the platform says no to


@pytest.mark.parametrize(
    ("message", "error", "advice"),
    [
        ("token is wrong", LoginRejected, protocol.WRONG_KEY),
        ("签名错误", LoginRejected, protocol.WRONG_KEY),
        ("timestamp is wrong", Refused, protocol.WRONG_CLOCK),
        ("timeout_sec is missing", Refused, "if it is a mark, submit again: marks do not last, and are looked up anew"),
        (None, Refused, "if it is a mark, submit again: marks do not last, and are looked up anew"),
    ],
)
def test_a_code_is_shown_as_it_is_and_refuses(
    client: Client, service: Suanli, message: str | None, error: type[Refused], advice: str
) -> None:
    """What the codes mean is published nowhere; the words may say what to do. Nothing is sent again."""
    payload = body(client, "true")
    service.faults = [Fault(reply=as_json({"code": "C007", "message": message, "data": None}), times=9)]
    before = len(service.seen)
    with pytest.raises(Refused) as raised:
        client.submit(outgoing(payload))
    said = f"Suanli says no, with code C007: {message or 'and no reason'}"
    assert (type(raised.value), str(raised.value), raised.value.help) == (error, said, advice)
    assert len(service.seen) - before == 1


def test_a_clock_that_is_wrong_is_told_of(client: Client, service: Suanli) -> None:
    """By how much, which the header of the platform's answer says, whatever its words are."""
    reply = as_json({"code": "C004", "message": "no", "data": None})
    service.faults = [Fault(reply=reply._replace(headers={"date": formatdate(time.time() - 400)}))]
    with pytest.raises(Refused) as raised:
        client.check()
    assert raised.value.help in {f"the clock of this machine is +{off} s off: set it" for off in (400, 401)}


ODD: dict[str, Reply] = {
    "no data": as_json({"code": "0000", "data": None}),
    "no number": as_json({"code": "0000", "data": {}}),
    "a text": as_json({"code": "0000", "data": {"task_id": "7"}}),
    "a boolean": as_json({"code": "0000", "data": {"task_id": True}}),
    "nothing": as_json({"code": "0000", "data": {"task_id": 0}}),
    "too much": as_json({"code": "0000", "data": {"task_id": 10**30}}),
    "a number for a code": as_json({"code": 0, "data": {"task_id": 7}}),
    "a no with data": as_json({"code": "C001", "message": "no", "data": {"task_id": 7}}),
    "the server's own failure": as_json({"code": "C999", "message": "no", "data": None}, 500),
    "a success that failed": as_json({"code": "0000", "data": {"task_id": 7}}, 500),
    "a page": Reply(404, b"<html><title>Not Found</title></html>"),
    "an odd message": as_json({"code": "C001", "message": {}, "data": None}),
}


@pytest.mark.parametrize("name", ODD)
def test_what_is_no_answer_of_the_platform_leaves_it_open(name: str, client: Client, service: Suanli) -> None:
    """Nobody knows what became of the task: neither that it is there nor that it is not."""
    payload = body(client, "true")
    service.faults = [Fault(reply=ODD[name])]
    with pytest.raises(OutcomeUnknown):
        client.submit(outgoing(payload))


def test_a_refusal_with_another_status_is_one_all_the_same(client: Client, service: Suanli) -> None:
    """HTTP is usually 200; where a no of the platform comes with 400 or 403 nothing was made either."""
    payload = body(client, "true")
    for status, error in ((400, Refused), (403, LoginRejected)):
        service.faults = [Fault(reply=as_json({"code": "C006", "message": "no", "data": None}, status))]
        with pytest.raises(error):
            client.submit(outgoing(payload))


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"status": "Running"}, "Additional properties"),
        ({"points": "1"}, "is not of type 'integer'"),
        ({"job_support": {"parallelism": 1, "timeout_sec": 60}}, "'mod_param' is a required property"),
        ({"resources": [{"mark": "invented"}]}, "mark is wrong"),
        ({"services": []}, "should be non-empty"),
    ],
)
def test_the_server_is_strict(client: Client, change: dict[str, Any], words: str) -> None:
    """What it would not understand it refuses, an answer's echo among it."""
    with pytest.raises(Refused, match=words):
        client.submit(outgoing({**body(client, "true"), **change}))


def test_a_server_may_take_what_it_does_not_know() -> None:
    """That is not documented; what is sent is the same."""
    service = serve(runs=False, tolerates=True)
    with serving(service) as server:
        client = client_of(service, server.url)
        submitted(client, "true", status="Running")
        client.close()


# -- machines


def test_the_mark_is_that_of_the_machine_that_was_compiled_for(client: Client, service: Suanli) -> None:
    """A task gets the mark of this moment; a thousand tasks do not ask for it a thousand times."""
    native_id = submitted(client, "true")
    mark = service.tasks[int(native_id)].body["resources"][0]["mark"]
    assert service.marks[mark] == ("cpu-16", "north-1")
    for _ in range(1000):
        client.look_up(WANTED)
    assert asked(service).count("GET /api/deployment/resource/search") == 1
    assert service.marks[client.look_up({**H20, "memory": 1572864, "cpu_cores": 192})] == ("H20 x 8", "south-2")


def test_a_mark_is_not_believed_for_long(service: Suanli, server: Server) -> None:
    """After half a minute the platform is asked again."""
    now = [0.0]
    entry = service.target(server.url)
    auth = {name: SecretValue(service.environ[where["env"]]) for name, where in entry["auth"].items()}
    account = Account(Context("there", endpoint=server.url, auth=auth))
    machines = Machines(account, lambda: now[0])
    first = machines.mark(WANTED)
    now[0] = 29.0
    assert machines.mark(WANTED) == first
    now[0] = 31.0
    assert machines.mark(WANTED) != first
    account.close()


def test_a_mark_that_is_refused_is_not_believed_again(client: Client, service: Suanli) -> None:
    """The next task gets one of the platform's next answer."""
    payload = body(client, "true")
    service.expire_marks()
    with pytest.raises(Refused, match=r"^Suanli says no, with code C006: mark is wrong$"):
        client.submit(outgoing(payload))
    assert service.accepted() == []
    submitted(client, "true")
    assert service.accepted() == ["4000"]


@pytest.mark.parametrize(
    ("what", "words"),
    [
        ({"memory": 65536}, "Suanli's cpu-16 has memory 32768 now, and the catalog says 65536"),
        (
            {"memory": 65536, "cpu_cores": 32},
            "Suanli's cpu-16 has memory 32768 and cpu_cores 16 now, and the catalog says 65536 and 32",
        ),
        ({"gpu_name": "A10"}, "Suanli's cpu-16 has gpu_name  now, and the catalog says A10"),
        ({"region": "west-9"}, "Suanli has no cpu-16 in west-9 now"),
        ({"device_name": "tpu"}, "Suanli has no tpu in north-1 now"),
        (
            {**H20, "memory": 1572864, "cpu_cores": 96},
            "Suanli's H20 x 8 has cpu_cores 192 now, and the catalog says 96",
        ),
        (
            {**H20, "memory": 1572864, "cpu_cores": 192, "gpu_memory": 98304},
            "Suanli's H20 x 8 has gpu_memory 786432 now, and the catalog says 98304",
        ),
    ],
)
def test_a_machine_that_is_not_what_the_catalog_says_is_refused(
    client: Client, what: dict[str, Any], words: str
) -> None:
    """Every property counts; before anything is sent, and with what to do about it."""
    with pytest.raises(Refused) as raised:
        client.look_up({**WANTED, **what})
    assert str(raised.value) == words
    assert "`lading catalog pull`" in raised.value.help


def test_a_machine_that_is_taken_is_refused_with_what_is_free(client: Client, service: Suanli) -> None:
    """Inventory 0: nothing is sent for it."""
    service.inventory = 0
    with pytest.raises(Refused, match=r"^Suanli has no cpu-16 in north-1 that is free$") as raised:
        client.look_up(WANTED)
    assert raised.value.help == "no machine of its kind is free: try later"
    service.machines = [{**service.machines[0], "device_name": f"cpu-{cores}"} for cores in (16, 32, 64, 96)]
    service.inventory, place = 3, Suanli._place
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(
            Suanli, "_place", lambda *of: {**place(*of), "inventory": 0 if of[1]["device_name"] == "cpu-16" else 3}
        )
        client.catalog()
        with pytest.raises(Refused) as raised:
            client.look_up(WANTED)
    names = "cpu-32 in north-1, cpu-32 in south-2, cpu-64 in north-1, cpu-64 in south-2, cpu-96 in north-1"
    assert raised.value.help == f"free are {names} and 1 more"


def test_the_catalog_has_every_machine_in_every_region(client: Client, service: Suanli) -> None:
    """Under names that are the same at the next search, in base units, with what is free and what it costs."""
    catalog = client.catalog()
    assert list(catalog["resources"]) == [
        *("4090-1x-north-1", "4090-1x-south-2", "cpu-16-north-1", "cpu-16-south-2"),
        *("h20-8x-north-1", "h20-8x-south-2"),
    ]
    assert catalog["resources"]["h20-8x-south-2"] == {
        "deviceName": "H20 x 8",
        "region": "south-2",
        "regionName": "Guangdong 2",
        "cpu": 192000,
        "memory": 1536 * 2**30,
        "gpuCount": 8,
        "gpuModel": "H20",
        "gpuMemory": 96 * 2**30,
        "inventory": 8,
        "price": "466 (1.68 ¥/h)",
    }
    assert catalog["resources"]["cpu-16-north-1"].keys() & {"gpuCount", "gpuModel", "gpuMemory"} == set()
    assert catalog["queues"] == {"north-1": "north-1", "south-2": "south-2"}
    assert catalog["volumes"] == {
        "home-share-2037": {"share": 2037},
        "home-share-2039": {"share": 2039},
        "imagenet": {"storage": 2038},
        "results": {"nas": 1001},
    }
    assert client.catalog() == catalog


@pytest.mark.parametrize("name", ["device_name", "gpu_name", "gpu_memory", "memory", "cpu_cores"])
@pytest.mark.parametrize("odd", [{}, [7], -1, 0.5, True])
def test_a_machine_that_is_described_oddly_is_an_error_of_the_platform_s(
    client: Client, service: Suanli, name: str, odd: Any
) -> None:
    """Every property is of its type, or the answer is not believed."""
    service.machines = [{**service.machines[1], name: odd}]
    with pytest.raises(Unreachable, match=f"^Suanli did not answer as it should: {name} in the answer is"):
        client.check()


def test_machines_that_are_alike_have_names_of_their_own(client: Client, service: Suanli) -> None:
    """All of them bear what tells them apart, lest a spec that names one gets the other."""
    one = service.machines[1]
    service.machines = [one, {**one, "device_name": "4090 D", "memory": 131072}]
    assert [name for name in client.catalog()["resources"] if name.endswith("mi")] == [
        "4090-1x-north-1-4090-16c-64512mi",
        "4090-1x-north-1-4090-d-16c-131072mi",
        "4090-1x-south-2-4090-16c-64512mi",
        "4090-1x-south-2-4090-d-16c-131072mi",
    ]


# -- names


@pytest.mark.parametrize("search", ["part", "start", "whole"])
@pytest.mark.parametrize("newest_first", [True, False])
def test_a_task_is_found_by_the_end_of_its_name(search: str, newest_first: bool) -> None:
    """However the platform searches and orders; and absence is proven by looking at all that could be it."""
    service = serve(runs=False, search=search, newest_first=newest_first, largest_page=50)
    with serving(service) as server:
        client = client_of(service, server.url)
        sent = [outgoing(body(client, "true")) for _ in range(120)]
        ids = [client.submit(each).native_id for each in sent]
        for place in (0, 60, 119):
            found = client.find(sent[place].token)
            assert found is not None
            assert found.native_id == ids[place]
        assert service.tasks[int(ids[0])].body["task_name"] == f"fit-{sent[0].token}"
        assert client.find(token(IDS.new())) is None
        assert client.find(sent[0].token[1:]) is None
        client.close()


def test_older_tasks_are_not_looked_through() -> None:
    """Where the newest come first, whatever is much older than the token can not bear it."""
    service = serve(runs=False, largest_page=10)
    with serving(service) as server:
        client = client_of(service, server.url)
        for age in range(100):
            submitted(client, "true")
            service.tasks[4000 + age].created -= (100 - age) * 60
        before = len(service.seen)
        assert client.find(token(IDS.new())) is None
        assert len(service.seen) - before == 1 + 1
        service.newest_first = False
        assert client.find(token(IDS.new())) is None
        assert len(service.seen) - before == 1 + 1 + 1 + 10
        client.close()


def listing(total: Any, *names: str) -> Reply:
    """A page of tasks with these names."""
    rows = [{"task_id": 7 + place, "task_name": name, "status": "Pending"} for place, name in enumerate(names)]
    return as_json({"code": "0000", "message": None, "data": {"count": total, "results": rows}})


@pytest.mark.parametrize(
    "reply",
    [
        listing(5),
        listing(-1),
        listing(None),
        listing(2, "fit-a", "fit-01jz"),
        as_json({"code": "0000", "data": None}),
        as_json({"code": "0000", "data": []}),
        as_json({"code": "0000", "data": {"count": 1, "results": [7]}}),
        as_json({"code": "0000", "data": {"count": 1, "results": [{"task_id": 7}]}}),
        as_json({"code": "C001", "message": "no", "data": None}),
        as_json({"code": "0000", "data": {"count": 1, "results": [{"task_id": "7", "task_name": "fit-01jz"}]}}),
        Reply(200, b"<html>"),
        Reply(503),
    ],
)
def test_what_proves_nothing_is_no_proof(client: Client, service: Suanli, reply: Reply) -> None:
    """Less than was promised, nothing that is a list, no answer, or two tasks with one token: nobody knows."""
    service.faults = [Fault(reply=reply, match="page=1&", times=99)]
    if b"fit-a" in reply.body:
        service.faults = [Fault(reply=listing(2, "fit-01jz", "own-01jz"), times=99)]
    with pytest.raises(OutcomeUnknown):
        client.find("01jz")


def test_a_token_whose_time_is_not_known_is_looked_for_everywhere(client: Client, service: Suanli) -> None:
    """One that lading did not make."""
    assert client.find("no-token-of-ours") is None
    service.tasks.clear()
    assert client.find("0") is None


# -- states


def row(**said: Any) -> dict[str, Any]:
    """A task as it is told of."""
    return {"task_id": 7, "points": 1, **said}


def job(status: str, **more: Any) -> dict[str, Any]:
    """How its Kubernetes job is."""
    times = {"create_time": "2026-04-21T01:04:20Z", "completion_time": None}
    return {"status": status, **times, "active_pods": None, "succeeded_pods": 0, "failed_pods": 0, **more}


STARTED = 1776733460.0
STATES = [
    (row(status="Pending", job_status=job("Pending")), Status(State.PENDING, "Pending")),
    (row(status="Pending"), Status(State.PENDING, "Pending")),
    (row(status="Running", job_status=job("Running")), Status(State.RUNNING, "Running", started=STARTED)),
    (row(status="Running", job_status=job("Pending")), Status(State.RUNNING, "Running/Pending", started=STARTED)),
    (row(status="Paused", job_status=job("Running")), Status(State.RUNNING, "Paused/Running", started=STARTED)),
    (row(status="Paused"), Status(State.RUNNING, "Paused")),
    (row(status="End", job_status=job("Failed")), Status(State.FAILED, "End/Failed", started=STARTED)),
    (row(status="End", job_status=job("Manual")), Status(State.STOPPED, "End/Manual", started=STARTED)),
    (row(status="Paused", job_status=job("Manual")), Status(State.STOPPED, "Paused/Manual", started=STARTED)),
    (row(status="End"), Status(State.UNKNOWN, "End")),
    (row(status="End", job_status=job("Running")), Status(State.UNKNOWN, "End/Running", started=STARTED)),
    (row(status="New", job_status=job("")), Status(State.UNKNOWN, "New", started=STARTED)),
    (
        row(status="End", job_status=job("Complete", completion_time="2026-04-21T01:05:20Z")),
        Status(State.SUCCEEDED, "End/Complete", 0, started=STARTED, ended=STARTED + 60),
    ),
    (
        row(status="Pending", schedule_status="Queued"),
        Status(State.PENDING, "Pending", reason="it waits for a machine to become free"),
    ),
    (
        row(status="Running", points=9, job_status=job("Running", active_pods=2, succeeded_pods=3, failed_pods=1)),
        Status(
            *(State.RUNNING, "Running"),
            counts={"pending": 4, "running": 2, "succeeded": 3, "failed": 1},
            started=STARTED,
        ),
    ),
    (
        row(status="End", points=2, job_status=job("Failed", succeeded_pods=1, failed_pods=1)),
        Status(State.FAILED, "End/Failed", counts={"succeeded": 1, "failed": 1}, started=STARTED),
    ),
]


@pytest.mark.parametrize(("task", "status"), STATES)
def test_every_state_has_its_word(task: dict[str, Any], status: Status) -> None:
    """`End` does not say how; an end of the Kubernetes job counts whatever `status` says; no other word is an end."""
    assert status_of(task) == status


def test_times_are_read_in_both_ways_in_which_they_are_written() -> None:
    """With their zone, or not at all."""
    assert seconds("2026-04-21 09:04:20.500000 +08:00") == seconds("2026-04-21T01:04:20.5Z") == STARTED + 0.5
    assert [seconds(text) for text in ("2026-04-21 09:04:20", "0001-01-01T00:00:00Z", "soon", None, 7)] == [None] * 5


def test_how_a_task_has_ended_is_read_where_the_platform_says_it(client: Client) -> None:
    """Complete, failed with the code of the container, stopped by hand; telling one to end twice is fine."""
    good, bad = submitted(client, "true"), submitted(client, "true", "exit 7")
    long = submitted(client, "sleep 60")
    done = ended(client, good)
    assert (done.state, done.native, done.exit_code) == (State.SUCCEEDED, "End/Complete", 0)
    assert done.started is not None
    assert done.ended is not None
    assert abs(time.time() - done.started) < 60
    failed = ended(client, bad)
    assert (failed.state, failed.native, failed.exit_code, failed.reason) == (State.FAILED, "End/Failed", 7, "Error")
    client.stop(long)
    assert ended(client, long).state is State.STOPPED
    client.stop(long)


@pytest.mark.parametrize(
    ("code", "found"), [("137", 137), (3, 3), ("0", None), (None, None), ("?", None), (-1, 255), ({}, None)]
)
def test_an_exit_code_may_be_a_number_or_a_text(client: Client, service: Suanli, code: Any, found: int | None) -> None:
    """One that can not be read is left out, and the task has failed all the same."""
    native_id = submitted(client, "exit 7")
    until(lambda: service.tasks[int(native_id)].state()[0] == "End")
    point = {"point_id": 1, "status": "Failed", "containers": [{"exit_code": code, "reason": None, "message": "oh"}]}
    reply = as_json({"code": "0000", "message": None, "data": {"count": 1, "results": [point]}})
    service.faults = [Fault(reply=reply, match="/points")]
    status = client.status([native_id])[native_id]
    assert (status.state, status.exit_code, status.reason) == (State.FAILED, found, "oh" if found else "")


def test_a_pending_task_says_what_happens_to_it(client: Client, service: Suanli) -> None:
    """The last warning about a pod that does not run yet; where nobody tells, nothing is said."""
    native_id = submitted(client, "sleep 60")
    pending = {**row(status="Pending"), "task_id": int(native_id)}
    point = {"point_id": 9, "name": "pod", "status": "Pending", "containers": []}
    events = [
        {"type": "Warning", "reason": "FailedScheduling", "message": "0/3 nodes are available"},
        {"type": "Normal", "reason": "Pulling", "message": "pulling the image"},
    ]
    replies = {
        "/detail": pending,
        "/points": {"count": 1, "results": [point]},
        "/pod_event": {"events": events},
    }
    service.faults = [
        Fault(reply=as_json({"code": "0000", "data": data}), match=match, times=9) for match, data in replies.items()
    ]
    assert client.status([native_id])[native_id].reason == "0/3 nodes are available"
    service.faults[2].reply = as_json({"code": "C001", "message": "no", "data": None})
    assert client.status([native_id])[native_id] == Status(State.PENDING, "Pending")
    client.stop(native_id)


def test_why_a_task_still_waits_is_what_was_said_last_of_its_pod() -> None:
    """Nothing before it has one; of several tasks nobody is asked so much."""
    service = serve(runs=False)
    with serving(service) as server:
        client = client_of(service, server.url)
        ids = [submitted(client, "true") for _ in range(2)]
        pending = Status(State.PENDING, "Pending")
        assert client.status(ids[:1]) == {ids[0]: pending}
        service.tasks[int(ids[0])].waits = True
        assert client.status(ids[:1])[ids[0]].reason == "0/3 nodes are available"
        assert client.status(ids) == {ids[0]: pending, ids[1]: pending}
        client.close()


def test_many_tasks_are_asked_about_in_few_requests() -> None:
    """A hundred to a page, whatever their number; ended ones too, and what the lists do not say is asked by itself."""
    service = serve(runs=False)
    with serving(service) as server:
        client = client_of(service, server.url)
        ids = [submitted(client, "true") for _ in range(500)]
        before = len(service.seen)
        assert set(client.status(ids)) == set(ids)
        assert len(service.seen) - before == 5
        for native_id in ids[:250]:
            client.stop(native_id)
        before = len(service.seen)
        states = [status.state for status in client.status([*ids, "9", "x", "007"]).values()]
        assert (states.count(State.STOPPED), states.count(State.PENDING), len(states)) == (250, 250, 500)
        assert len(service.seen) - before == 3 + 3 + 1 + 5
        client.close()
    assert Client.least_pause == 10.0


def test_a_task_that_is_not_there_is_left_out(client: Client, service: Suanli) -> None:
    """No code says that there is none, so it is looked for among all; what is no number is not asked for."""
    native_id = submitted(client, "sleep 60")
    assert client.status(["9", "x", "-7", "", "٧", "0", "1" * 40]) == {}
    assert set(client.status([native_id, "9"])) == {native_id}
    service.faults = [
        Fault(reply=as_json({"code": "C999", "message": "busy", "data": None}), match="/detail", times=99)
    ]
    assert client.status([native_id])[native_id].state is State.RUNNING
    service.faults = [Fault(reply=Reply(503), times=99)]
    with pytest.raises(Unreachable):
        client.status([native_id])
    service.faults = []
    service.expire()
    with pytest.raises(LoginRejected):
        client.status([native_id])
    with pytest.raises(LoginRejected):
        client.stop(native_id)


def test_a_task_that_can_not_be_told_to_end(client: Client, service: Suanli) -> None:
    """One that is not there, one that the platform will not stop, and an order of which no answer came."""
    for native_id in ("9", "none"):
        with pytest.raises(NoSuchJob, match=f"^Suanli knows no task {native_id}$"):
            client.stop(native_id)
    native_id = submitted(client, "sleep 60")
    service.faults = [Fault(reply=as_json({"code": "C008", "message": "not now", "data": None}))]
    with pytest.raises(Refused, match=r"^Suanli says no, with code C008: not now$"):
        client.stop(native_id)
    service.faults = [Fault(cut="before", match="/stop")]
    with pytest.raises(OutcomeUnknown):
        client.stop(native_id)
    service.faults = [Fault(cut="after", match="/stop")]
    client.stop(native_id)
    assert client.status([native_id])[native_id].state is State.STOPPED


# -- output


def lines(client: Client, native_id: str, **query: Any) -> list[LogLine]:
    """The output of a task, as far as the query goes."""
    return list(client.logs(native_id, LogQuery(**query)))


def test_the_output_of_each_pod_and_container(client: Client) -> None:
    """Two pods of two containers are four texts; a replica and a container choose one."""
    native_id = submitted(client, "echo main $JOB_COMPLETION_INDEX", "echo side", points=2, mode=NUMBERED)
    ended(client, native_id)
    assert lines(client, native_id) == [
        LogLine("main 0", "0/part-0"),
        LogLine("side", "0/part-1"),
        LogLine("main 1", "1/part-0"),
        LogLine("side", "1/part-1"),
    ]
    assert lines(client, native_id, replica=1, container="part-0") == [LogLine("main 1")]
    assert lines(client, native_id, index=0) == [LogLine("main 0", "part-0"), LogLine("side", "part-1")]
    for query in ({"container": "none"}, {"replica": 9}, {"index": 9}):
        with pytest.raises(NoSuchJob):
            lines(client, native_id, **query)
    with pytest.raises(NotSupported):
        lines(client, native_id, role="worker")
    with pytest.raises(NoSuchJob):
        lines(client, "9")


def test_the_elements_of_an_array_are_told_apart_by_their_indices(client: Client) -> None:
    """The pods have numbers from 0; which index each has, the command says, as lading has written it."""
    text = 'exec env LADING_ARRAY_INDEX="$((JOB_COMPLETION_INDEX < 2 ? 5 + JOB_COMPLETION_INDEX : 9))" sh -c'
    native_id = submitted(client, f"{text} 'echo $LADING_ARRAY_INDEX'", points=3, mode=NUMBERED)
    ended(client, native_id)
    assert lines(client, native_id) == [LogLine("5", "5"), LogLine("6", "6"), LogLine("9", "9")]
    assert lines(client, native_id, index=9) == [LogLine("9")]
    assert lines(client, native_id, replica=2) == [LogLine("9")]


def test_pods_without_numbers_are_told_apart_by_their_places(client: Client) -> None:
    """And nobody knows which element one of them is."""
    native_id = submitted(client, "echo here", points=2)
    ended(client, native_id)
    assert lines(client, native_id) == [LogLine("here", "0"), LogLine("here", "1")]
    assert lines(client, native_id, replica=1) == [LogLine("here")]
    with pytest.raises(NotSupported, match="which element"):
        lines(client, native_id, index=1)


def test_a_pod_that_was_tried_again_is_there_twice(client: Client) -> None:
    """Each with its output, in the order of their making; many pods come in several pages."""
    mode = {"default": {"backoff_limit": 119, "restart_policy": "Never"}}
    native_id = submitted(client, "echo tried; false", mode=mode)
    failed = ended(client, native_id)
    assert (failed.state, failed.exit_code, failed.counts) == (State.FAILED, 1, {"failed": 120})
    assert lines(client, native_id) == [LogLine("tried", str(place)) for place in range(120)]


def test_a_range_of_lines_is_cut_out(client: Client) -> None:
    """Counted from 1."""
    native_id = submitted(client, "seq 9")
    ended(client, native_id)
    assert [line.text for line in lines(client, native_id, lines=(3, 5))] == ["3", "4", "5"]
    assert [line.text for line in lines(client, native_id, lines=(8, None))] == ["8", "9"]
    assert lines(client, native_id, lines=(10, 12)) == []


def test_following_reads_what_comes_every_ten_seconds(service: Suanli, server: Server) -> None:
    """No faster than the vendor asks; no line is seen twice, halved or lost, whatever part of it was there before."""
    long = "four" * 9
    texts = iter(["one\ntw", "", f"one\ntwo\n{long}\n", f"wo\n{long}\nfive\nsi", f"{long[5:]}\nfive\nsix"])
    pauses: list[float] = []
    sent = client_of(service, server.url)
    native_id = submitted(sent, "sleep 60")

    def sleep(seconds: float) -> None:
        pauses.append(seconds)
        if len(pauses) == 4:
            sent.stop(native_id)

    def log(_: Request) -> Reply:
        return as_json({"code": "0000", "message": None, "data": {"logs": next(texts)}})

    entry = service.target(server.url)
    auth = {name: SecretValue(service.environ[where["env"]]) for name, where in entry["auth"].items()}
    client = Client(Context("there", endpoint=server.url, auth=auth), sleep)
    service.faults = [Fault(reply=log, match="/point_log", times=9)]
    before = len(service.polls)
    found = [line.text for line in client.logs(native_id, LogQuery(follow=True, lines=(2, None)))]
    assert found == ["two", long, "five", "six"]
    assert pauses == [10.0] * 4
    assert len(service.polls) - before == 5
    client.close()
    sent.close()


@pytest.mark.parametrize(
    ("seen", "text", "fresh"),
    [
        ("", "a\nb", "a\nb"),
        ("a\nb", "a\nb\nc", "\nc"),
        ("a\nb\nc", "b\nc\nd", "b\nc\nd"),
        ("a\nb\n" + "c" * 1000, "b\n" + "c" * 1000 + "d", "d"),
        ("".join(f"{n}\n" for n in range(4000)), "".join(f"{n}\n" for n in range(2000, 4000)) + "d", "d"),
        ("a\n" + "b" * 20, "b" * 18 + "\nd", "\nd"),
        ("a\n" + "b" * 1000, "started again", "started again"),
        ("this was all", "", ""),
        ("a" * 20000, "a" * 20000 + "b", "b"),
        ("a" * 20000 + "b", "a" * 19000 + "c", "a" * 19000 + "c"),
    ],
)
def test_what_is_new_in_a_text(seen: str, text: str, fresh: str) -> None:
    """The server may tell all from the beginning, the end of it, or begin anew with a container."""
    assert after(seen, text) == fresh


def test_a_pod_that_is_not_told_of_hides_no_other(client: Client, service: Suanli) -> None:
    """Where none is told of at all, that is the answer."""
    native_id = submitted(client, "echo here", points=2)
    ended(client, native_id)
    gone = as_json({"code": "C007", "message": "the pod is gone", "data": None})
    service.faults = [Fault(reply=gone, match="/point_log")]
    assert lines(client, native_id) == [LogLine("here", "1")]
    service.faults = [Fault(reply=gone, match="/point_log", times=9)]
    with pytest.raises(Refused, match="the pod is gone"):
        lines(client, native_id)


# -- all the rest


def test_what_the_platform_lacks_is_said(client: Client) -> None:
    """And who has it."""
    for lacking in (lambda: client.delete("7"), lambda: client.update("7", {}), lambda: client.usage("7")):
        with pytest.raises(NotSupported, match="can not be had on Suanli"):
            lacking()


def test_the_doctor_says_what_was_found(client: Client, service: Suanli) -> None:
    """The key, the machines and the clock."""
    service.inventory = 0
    assert client.check() == [
        ("key", "RSA mode, and taken"),
        ("machines", "6, 0 of them free"),
        ("clock", "right"),
    ]


def test_secrets_are_kept_from_references_in_variables_only(server: Server, service: Suanli) -> None:
    """A password of a registry is nothing that Kubernetes looks into."""
    client = client_of(service, server.url, escapeReferences=True)
    payload = body(client, "true")
    payload["services"][0] |= {
        "env": [{"name": "A", "value": SecretValue("$(B)")}, {"name": "C", "value": "$$(D)"}],
        "repository_account": {
            "repository_username": SecretValue("somebody"),
            "repository_password": SecretValue("$(P)"),
        },
    }
    made = service.tasks[int(client.submit(outgoing(payload)).native_id)].body["services"][0]
    assert made["env"] == [{"name": "A", "value": "$$(B)"}, {"name": "C", "value": "$$(D)"}]
    assert made["repository_account"] == {"repository_username": "somebody", "repository_password": "$(P)"}
    client.close()


HOSTILE: list[Reply] = [
    *ODD.values(),
    as_json({"code": "0000", "data": 7}),
    as_json({"code": "0000", "data": {"count": 1, "results": [{"task_id": 4000, "status": 7}], "events": 7}}),
    as_json({"code": "0000", "data": {"task_id": 4000, "status": "Running", "job_status": 7, "services": 7}}),
    as_json({"code": "0000", "data": {"task_id": 4000, "status": "Running", "points": -1, "services": [{}]}}),
    as_json({"code": "0000", "data": {"count": 10**9, "results": [{"task_id": 4000, "point_id": "x"}]}}),
    as_json({"code": "\x1b[2J", "message": "\x1b]0;x\x07\n" * 99, "data": None}),
]


@pytest.mark.parametrize("reply", HOSTILE)
def test_a_hostile_answer_is_an_error_of_ours(client: Client, service: Suanli, reply: Reply) -> None:
    """Whatever is asked, and whichever of the questions behind it is answered like this: one of our own errors or an
    answer, and never more than a sentence that moves no cursor.
    """
    native_id = submitted(client, "sleep 60")
    operations: list[Callable[[], Any]] = [
        lambda: client.status([native_id]),
        lambda: client.status([str(number) for number in range(4000, 4009)]),
        lambda: lines(client, native_id),
        lambda: client.stop(native_id),
        lambda: client.look_up({**H20, "memory": 1572864, "cpu_cores": 192}),
        lambda: client.find("01jz"),
        *(client.catalog, client.check),
    ]
    for operation in operations:
        for skip in (0, 1, 2):
            service.faults = [Fault(reply=reply, skip=skip, times=999)]
            try:
                operation()
            except RunnerError as error:
                said = f"{error} {error.help}"
                assert len(said) < 1500
                assert said.isprintable()
    assert service.accepted() == [native_id]
    service.faults = []


@pytest.fixture
def desk(service: Suanli, server: Server, cli: Cli, monkeypatch: pytest.MonkeyPatch) -> Desk:
    """A folder to work with the platform from; the command line is in it."""
    monkeypatch.setattr(watch.Pace, "not_below", lambda pace, _: pace)
    made = Desk(Path.cwd(), service, server.url)
    for name, value in made.environ.items():
        monkeypatch.setenv(name, value)
    return made


def test_an_array_from_the_command_line(desk: Desk, cli: Cli) -> None:
    """Checked, submitted, awaited, read, listed; a second one is stopped."""
    desk.spec("many", array={"indices": "3-5"}, command=["sh", "-c", "echo i am $LADING_ARRAY_INDEX"])
    cli.good("validate", "many.yaml")
    done = cli.good("submit", "many.yaml", "--wait", "--format", "json").document
    assert (done["state"], done["nativeId"]) == ("succeeded", "4000")
    assert cli.good("logs", done["id"]).out == "3 | i am 3\n4 | i am 4\n5 | i am 5\n"
    assert cli.good("logs", done["id"], "--index", "4").out == "i am 4\n"
    assert "succeeded" in cli.good("list").out
    desk.spec("long", command=["sleep", "60"])
    id_ = cli.good("submit", "long.yaml", "--format", "json").document["id"]
    assert cli.good("status", id_, "--format", "json").document["submissions"][0]["state"] == "running"
    cli.good("stop", id_)
    assert cli("wait", id_, "--format", "json").document["submissions"][0]["state"] == "stopped"


def test_a_catalog_is_pulled_and_used(desk: Desk, cli: Cli, service: Suanli) -> None:
    """What was pulled is a machine that a spec gets, until the platform has another one under its name."""
    cli.good("catalog", "pull")
    desk.spec("big", resources={"gpu": {"model": "H20", "count": 8}}, mounts=[{"volume": "imagenet", "path": "/data"}])
    cli.good("submit", "big.yaml")
    (sent,) = service.tasks.values()
    assert sent.body["resources"][0]["resource"] == {**H20, "region": "north-1", "memory": 1572864, "cpu_cores": 192}
    assert sent.body["services"][0]["storage_config"] == [{"storage_id": 2038, "target_dir": "/data"}]
    service.machines[2] = {**service.machines[2], "memory": 786432}
    refused = cli("submit", "big.yaml")
    assert refused.code == 3
    assert "Suanli's H20 x 8 has memory 786432 now, and the catalog says 1572864" in refused.err
    assert "lading catalog pull" in refused.err
    assert service.accepted() == [str(sent.number)]


def test_a_status_is_one_json_document(desk: Desk, cli: Cli) -> None:
    """Of a task that lading did not submit too."""
    native_id = json.loads(cli.good("submit", "hello.yaml", "--wait", "--format", "json").out)["nativeId"]
    told = cli.good("status", f"there:{native_id}", "--format", "json").document["submissions"][0]
    assert (told["state"], told["nativeState"]) == ("succeeded", "End/Complete")
    assert cli("status", "there:9").code == 3
