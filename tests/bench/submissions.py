"""Many submissions at once to each platform behind 20 ms, beside what the HTTP client alone can send to one of them.

The platform itself says how quickly orders came, from the first to the last: starting and compiling are not counted.
"""

import json
import os
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

from servers.__main__ import NAMES

from bench.timing import command_beside_python

MANY, MANY_MORE, IN_FLIGHT, LATENCY = 1_000, 5_000, 64, 0.02
PLAINEST = "paddleflow"
"""One request for each job, and none that is signed: there the client alone is timed as well."""

TESTS = Path(__file__).parents[1]
SERVER = """
import importlib, json, sys, time
from servers.web import Fault, Server
class Timed(list):
    def append(self, request):
        super().append((time.monotonic(), request.method))
service = importlib.import_module(f"servers.{sys.argv[1]}").serve(runs=False)
service.seen, service.faults = Timed(), [Fault(latency=float(sys.argv[2]), times=10**9)]
server = Server(service)
print(json.dumps([server.url, service.target(server.url), dict(service.environ)]), flush=True)
sys.stdin.read()
orders = [at for at, method in service.seen if method != "GET"]
print(json.dumps([len(service.accepted()), len(service.seen), max(orders) - min(orders)]))
"""


@dataclass(slots=True)
class Platform:
    """A server in a process of its own: its address, its target, its logins; in the end how many jobs it has got, of
    how many requests, and the seconds between the first order and the last.
    """

    url: str
    target: dict[str, object]
    logins: dict[str, str]
    jobs: int = 0
    requests: int = 0
    seconds: float = 0.0

    @property
    def rate(self) -> float:
        """Jobs a second."""
        return self.jobs / self.seconds


@contextmanager
def platform(name: str) -> Iterator[Platform]:
    """A platform without a job; afterwards it knows what came."""
    environ = {**os.environ, "PYTHONPATH": str(TESTS)}
    argv = [sys.executable, "-c", SERVER, name, str(LATENCY)]
    with subprocess.Popen(argv, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, env=environ) as process:
        assert process.stdout
        assert process.stdin
        there = Platform(*json.loads(process.stdout.readline()))
        yield there
        process.stdin.close()
        there.jobs, there.requests, there.seconds = json.loads(process.stdout.read())


def submitted(name: str, many: int) -> tuple[Platform, int]:
    """The platform after one command has submitted so many specs, and the most memory of the command in bytes."""
    with TemporaryDirectory(prefix="lading-bench-") as folder, platform(name) as there:
        place = Path(folder)
        site = {"lading": "v1", "kind": "site", "default": "there", "targets": {"there": there.target}}
        (place / "lading.site.yaml").write_text(json.dumps(site))
        (place / "specs").mkdir()
        for number in range(many):
            spec = {"lading": "v1", "name": f"job-{number}", "command": ["true"]}
            (place / "specs" / f"{number}.yaml").write_text(json.dumps(spec))
        argv = [command_beside_python("lading"), "submit", "specs", "-q", "--jobs", str(IN_FLIGHT)]
        environ = {**os.environ, **there.logins, "LADING_STATE": str(place / "state")}
        process = subprocess.Popen(argv, cwd=place, env=environ, stdout=subprocess.DEVNULL)
        _, status, usage = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
        assert process.returncode == 0
    assert there.jobs == many
    return there, usage.ru_maxrss * 1024


def sent_by_the_client_alone(many: int) -> Platform:
    """The platform after httpx has sent so many of the same requests: one client per thread, as many threads."""
    import ssl

    import httpx

    trust = ssl.SSLContext(
        ssl.PROTOCOL_TLS_CLIENT
    )  # made once: one for each client would take longer than the requests
    with platform(PLAINEST) as there:
        login = {"username": there.logins["PF_USER"], "password": there.logins["PF_PASSWORD"]}
        answer = httpx.post(f"{there.url}/api/paddleflow/v1/login", json=login)
        headers = {"x-pf-authorization": answer.json()["authorization"]}
        body = {"name": "x", "image": "a", "command": "true", "schedulingPolicy": {"queue": "vision"}}

        def work() -> None:
            with httpx.Client(headers=headers, verify=trust) as client:
                for _ in range(many // IN_FLIGHT):
                    client.post(f"{there.url}/api/paddleflow/v1/job/single", json=body).raise_for_status()

        threads = [threading.Thread(target=work) for _ in range(IN_FLIGHT)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    return there


def row(name: str, many: int) -> str:
    """What became of so many, as a line."""
    there, memory = submitted(name, many)
    each = there.requests / there.jobs
    return f"{name:<14}{many:>6,} jobs {there.rate:>6,.0f}/s, {each:.0f} requests each, {memory / 2**20:.0f} MiB"


def main() -> None:
    """A line for each platform, one for many more, and one for the client alone."""
    for name in NAMES:
        sys.stdout.write(f"{row(name, MANY)}\n")
    sys.stdout.write(f"{row(PLAINEST, MANY_MORE)}\n")
    alone = sent_by_the_client_alone(MANY_MORE)
    sys.stdout.write(f"{'httpx alone':<14}{alone.jobs:>6,} jobs {alone.rate:>6,.0f}/s\n")


if __name__ == "__main__":
    main()
