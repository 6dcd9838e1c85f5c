"""The vendor's own client and ours get the same answers of the same server."""

from collections.abc import Iterator
from typing import Any

import httpx
import pytest
from aihub.models.data_warehouse import CreateSearchRequest, SearchType
from aihub.models.model_training_platform import CreateTrainingRequest, ListTrainingPodsRequest, ListTrainingsRequest
from aihub.models.quota_schedule_management import CreateTaskRequest
from aihub.models.user_system import LoginRequest
from aihub.models.workflow_center import CreateRunRequest, Param
from aihub.services.data_warehouse import DataWarehouseService
from aihub.services.dataset_management import DatasetManagementService
from aihub.services.model_training_platform import ModelTrainingPlatformService
from aihub.services.quota_schedule_management import QuotaScheduleManagementService
from aihub.services.user_system import UserSystemService
from aihub.services.workflow_center import WorkflowCenterService
from kit.machine import until
from kit.platforms import client_of
from servers.aihub import AIHub, serve
from servers.web import Server, serving

from lading.runner.platform import LogQuery, Outgoing
from lading.runner.platforms.aihub.client import Client
from lading.runner.platforms.aihub.protocol import KINDS
from lading.runner.submission.ids import Ids, token

pytestmark = pytest.mark.allow_hosts(["127.0.0.1"])
IDS = Ids()
TASK: dict[str, Any] = {
    "name": "fit",
    "framework": "PyTorchJob",
    "image": "a/b:1",
    "command": "echo out",
    "virtual_cluster_id": 35,
    "sku_cnt": 1,
    "instances": 1,
    "category_id": 1,
    "project_id": 12,
}


@pytest.fixture
def server() -> Iterator[Server]:
    """A gateway whose tasks run."""
    with serving(serve()) as started:
        yield started


@pytest.fixture
def ours(server: Server) -> Iterator[Client]:
    """Our client."""
    made = client_of(server.service, server.url)  # type: ignore[arg-type]
    yield made
    made.close()


@pytest.fixture
def theirs(server: Server) -> Iterator[httpx.Client]:
    """What the vendor's services send with, logged in as its client does it."""
    with httpx.Client(base_url=server.url) as line:
        login = LoginRequest(username=AIHub.environ["HUB_USER"], password=AIHub.environ["HUB_PASSWORD"])
        line.headers["Authorization"] = f"Bearer {UserSystemService(line)._auth.login(login).token}"
        yield line


def sent(kind: str, body: dict[str, Any]) -> Outgoing:
    """Work on its way out."""
    return Outgoing(token(IDS.new()), "x", "POST", KINDS[kind].create, body)


def done(ours: Client, native_id: str) -> int:
    """The number of the state that the work has ended with."""
    until(lambda: ours.status([native_id])[native_id].state.is_final)
    return int(ours.status([native_id])[native_id].native.split()[0])


def test_a_training_is_the_same_to_both(ours: Client, theirs: httpx.Client) -> None:
    """Its state, the list, its pods and where their output is; each of the two submits one."""
    vendor = ModelTrainingPlatformService(theirs)
    own = ours.submit(sent("training", TASK)).native_id
    assert vendor._training.create(CreateTrainingRequest(**TASK)) == 2
    for number in (1, 2):
        ended = done(ours, f"training/{number}")
        assert vendor._training.get(number).status == ended
        pods = vendor._training.list_training_pods(number, ListTrainingPodsRequest(page_size=20, page_num=1)).data
        (log,) = vendor._training.get_training_logs_new(number, pods[0].id).logs
        said = "".join(f"{line.text}\n" for line in ours.logs(f"training/{number}", LogQuery()))
        assert httpx.get(log.url).text == said == "out\n"
    listed = vendor._training.list(ListTrainingsRequest(page_size=20, page_num=1))
    assert [one.id for one in listed.data] == [2, 1]
    assert (own, listed.total) == ("training/1", 2)


def test_a_quota_task_is_the_same_to_both(ours: Client, theirs: httpx.Client) -> None:
    """Its state, and that it was stopped."""
    vendor = QuotaScheduleManagementService(theirs)
    number = vendor._task.create(CreateTaskRequest(priority=1, **{**TASK, "command": "sleep 60"}))
    ours.stop(f"quota/{number}")
    assert vendor._task.get(number).status == done(ours, f"quota/{number}") == 5


def test_a_search_is_the_same_to_both(ours: Client, theirs: httpx.Client) -> None:
    """Its state, and where its result is."""
    vendor = DataWarehouseService(theirs)
    number = vendor._search.create(CreateSearchRequest(type=SearchType.SQL, name="s", sql="select 1"))
    ended = done(ours, f"search/{number}")
    seen = vendor._search.get(number)
    result = ours.result(f"search/{number}")
    assert result is not None
    assert (seen.status, httpx.get(seen.result_url).content) == (ended, b"".join(result.chunks))


def test_a_run_is_the_same_to_both(ours: Client, theirs: httpx.Client) -> None:
    """Its state and its nodes; what one runs again the other sees running."""
    vendor = WorkflowCenterService(theirs)
    request = CreateRunRequest(
        pipeline_id=1, pipeline_version_id=2, name="r", project_id=12, params=[Param(key="exit", value="1")]
    )
    number = vendor._run.create_run(request)
    assert vendor._run.get_run(number).status == done(ours, f"run/{number}") == 4
    assert [line.text for line in ours.logs(f"run/{number}", LogQuery())] == ["exit=1"]
    ours.start(f"run/{number}")
    assert vendor._run.get_run(number).status in {2, 4}


def test_a_data_set_is_the_same_to_both(ours: Client, theirs: httpx.Client) -> None:
    """Its version, by number and by name."""
    vendor = DatasetManagementService(theirs)
    dataset = ours.submit(sent("dataset", {"name": "Faces", "description": "", "tags": []}))
    body = {"upload_type": 3, "upload_path": "/x", "dataset_id": dataset.answer["data"]["id"]}
    version = ours.submit(sent("version", body)).native_id
    number = int(version.partition("/")[2])
    assert vendor._dataset_version.get_by_name("Faces/V1").id == ours.look_up({"datasetVersion": "Faces/V1"}) == number
    assert vendor._dataset_version.get(number).status in {1, 3, 5, 6}
    assert [one.id for one in vendor._dataset.get(1).versions] == [number]


def test_the_catalog_is_what_the_vendors_client_lists(ours: Client, theirs: httpx.Client) -> None:
    """Every storage, with its number and path."""
    (storage,) = ModelTrainingPlatformService(theirs)._storage.list_storages().data
    own = ours.catalog()["volumes"][storage.name]
    assert (own["storage"], own["path"]) == (storage.id, storage.path)
