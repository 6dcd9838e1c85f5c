"""A thousand submissions at once to a platform behind 20 ms, beside what the HTTP client alone can send there."""

import json
import os
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

from bench.timing import command_beside_python

MANY, IN_FLIGHT, LATENCY = 1_000, 64, 0.02
TESTS = Path(__file__).parents[1]
SERVER = """
import json, sys, threading
from servers.paddleflow import serve
from servers.web import Fault, Server
service = serve(runs=False)
service.faults = [Fault(latency=float(sys.argv[1]), times=10**9)]
server = Server(service)
print(json.dumps([server.url, service.target(server.url), dict(service.environ)]), flush=True)
sys.stdin.read()
print(len(service.accepted()))
"""


@contextmanager
def platform() -> Iterator[tuple[str, dict[str, object], dict[str, str], list[int]]]:
    """A server in a process of its own: its address, its target, its logins; in the end how many jobs it has got."""
    environ = {**os.environ, "PYTHONPATH": str(TESTS)}
    argv = [sys.executable, "-c", SERVER, str(LATENCY)]
    with subprocess.Popen(argv, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, env=environ) as process:
        assert process.stdout
        assert process.stdin
        url, target, logins = json.loads(process.stdout.readline())
        jobs: list[int] = []
        yield url, target, logins, jobs
        process.stdin.close()
        jobs.append(int(process.stdout.read()))


def submitted() -> tuple[float, int, int]:
    """How many specs a second one command submits, how many jobs the server got, and the command's most memory."""
    with TemporaryDirectory(prefix="lading-bench-") as folder, platform() as (_, target, logins, jobs):
        place = Path(folder)
        site = {"lading": "v1", "kind": "site", "default": "there", "targets": {"there": target}}
        (place / "lading.site.yaml").write_text(json.dumps(site))
        (place / "specs").mkdir()
        for number in range(MANY):
            spec = {"lading": "v1", "name": f"job-{number}", "command": ["true"]}
            (place / "specs" / f"{number}.yaml").write_text(json.dumps(spec))
        environ = {**os.environ, **logins, "LADING_STATE": str(place / "state")}
        dry, _ = _run([command_beside_python("lading"), "submit", "specs", "--dry-run"], place, environ)
        argv = [command_beside_python("lading"), "submit", "specs", "-q", "--jobs", str(IN_FLIGHT)]
        seconds, memory = _run(argv, place, environ)
    return MANY / max(seconds - dry, 0.001), jobs[0], memory


def _run(argv: list[str], folder: Path, environ: dict[str, str]) -> tuple[float, int]:
    """The seconds that the command takes, and the most memory of its own in bytes."""
    start = time.perf_counter()
    process = subprocess.Popen(argv, cwd=folder, env=environ, stdout=subprocess.DEVNULL)
    _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    assert process.returncode == 0
    return time.perf_counter() - start, usage.ru_maxrss * 1024


def sent_by_the_client_alone() -> float:
    """How many of the same requests a second httpx sends: one client per thread, as many threads."""
    import httpx

    with platform() as (url, _, logins, _jobs):
        login = httpx.post(
            f"{url}/api/paddleflow/v1/login",
            json={"username": logins["PF_USER"], "password": logins["PF_PASSWORD"]},
        )
        headers = {"x-pf-authorization": login.json()["authorization"]}
        body = {"name": "x", "image": "a", "command": "true", "schedulingPolicy": {"queue": "vision"}}

        def work() -> None:
            with httpx.Client(headers=headers) as client:
                for _ in range(MANY // IN_FLIGHT):
                    client.post(f"{url}/api/paddleflow/v1/job/single", json=body).raise_for_status()

        threads = [threading.Thread(target=work) for _ in range(IN_FLIGHT)]
        start = time.perf_counter()
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        return MANY // IN_FLIGHT * IN_FLIGHT / (time.perf_counter() - start)


if __name__ == "__main__":
    rate, jobs, memory = submitted()
    print(f"{rate:.0f}/s, {jobs} jobs, {memory / 2**20:.0f} MiB; httpx alone {sent_by_the_client_alone():.0f}/s")  # noqa: T201
