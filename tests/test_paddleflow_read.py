"""Bodies that PaddleFlow takes for the same, before they are read."""

from typing import Any

import pytest

from lading.compiler.platforms.paddleflow.read import unwire

NEVER = {"PF_JOB_RESTART_POLICY": "Never"}


@pytest.mark.parametrize(
    ("body", "same"),
    [
        ({"env": None}, {"env": NEVER}),
        ({"env": {"A": "1", "PF_JOB_RESTART_POLICY": "no"}}, {"env": {"A": "1", **NEVER}}),
        ({"env": {"PF_JOB_RESTART_POLICY": "Always"}}, {"env": {"PF_JOB_RESTART_POLICY": "Always"}}),
        (
            {"schedulingPolicy": {"queue": "a", "priority": "High"}},
            {"schedulingPolicy": {"queue": "a", "priority": "HIGH"}},
        ),
        ({"command": "bash -c sleep 1"}, {"command": "sleep 1"}),
        ({"command": "bash -c  sh -c a"}, {"command": " sh -c a"}),
        ({"command": " bash -c a"}, {"command": " bash -c a"}),
        ({"flavour": {"cpu": "0.5", "mem": "1.5Gi"}}, {"flavour": {"cpu": "500m", "mem": "1536Mi"}}),
        ({"flavour": {"cpu": "x", "mem": "y"}}, {"flavour": {"cpu": "x", "mem": "y"}}),
        (
            {"fs": {"name": ""}, "extraFS": [{"name": "a"}, {"name": "b"}]},
            {"fs": {"name": "a"}, "extraFS": [{"name": "b"}]},
        ),
        ({"fs": {"name": "a"}, "extraFS": [{"name": "b"}]}, {"fs": {"name": "a"}, "extraFS": [{"name": "b"}]}),
        (
            {"framework": "mpi", "members": [{"command": "sh -c a", "extraFS": [{"name": "b"}]}]},
            {"framework": "mpi", "members": [{"command": "a", "fs": {"name": "b"}, "extraFS": []}]},
        ),
        ({"extensionTemplate": {"kind": "Workflow"}}, {"extensionTemplate": {"kind": "Workflow"}}),
        (
            {"framework": [], "members": [1], "env": [1], "extraFS": [1]},
            {"framework": [], "members": [1], "env": [1], "extraFS": [1]},
        ),
    ],
)
def test_what_is_the_same_to_the_server_is_written_alike(body: dict[str, Any], same: dict[str, Any]) -> None:
    """Only single jobs have a policy for restarts among their variables, and one without it has the default."""
    found = unwire(body, {"serverVersion": "0.14.3"})
    told = {} if "env" in same or {"framework", "extensionTemplate"} & same.keys() else {"env": NEVER}
    assert found == {**same, **told}


def test_old_servers_have_other_names_for_what_is_mounted() -> None:
    """Up to 0.14.2 the first of all stands in fileSystem."""
    body = {"framework": "paddle", "extraFileSystems": [{"name": "a"}]}
    assert unwire(body, {"serverVersion": "0.14.2"}) == {
        "framework": "paddle",
        "fileSystem": {"name": "a"},
        "extraFileSystems": [],
    }
