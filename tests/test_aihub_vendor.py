"""AIHub gets from lading what it gets from the vendor's own client, intellif-aihub, for the same work."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import httpx
import pytest
from aihub.models.data_warehouse import CreateSearchRequest, Image, SearchType
from aihub.models.dataset_management import CreateDatasetRequest, UploadType
from aihub.models.model_training_platform import CreateTrainingRequest, NotifyType
from aihub.models.quota_schedule_management import CreateTaskRequest
from aihub.models.workflow_center import CreateRunRequest, NodeVirtualClusterSetting, Param
from aihub.services.data_warehouse import DataWarehouseService
from aihub.services.dataset_management import DatasetManagementService
from aihub.services.model_training_platform import ModelTrainingPlatformService
from aihub.services.quota_schedule_management import QuotaScheduleManagementService
from aihub.services.workflow_center import WorkflowCenterService
from kit.aihub import Sent, compiled, errors, of_the_client

from lading.compiler.payload import Request

UPLOADS, DATASETS = "/dataset-mng/api/v1/uploads", "/dataset-mng/api/v2/datasets"
UPLOADED = {"path": "uploads/7/faces.zip", "url": "http://hub.example.org/7"}
DATASET = {
    "id": 5,
    "name": "Faces",
    "description": "",
    "created_at": 1,
    "update_at": 1,
    "user_id": 4,
    "username": "ada",
}
VERSION = {"id": 8, "version": 1, "dataset_id": 5, "upload_path": "", "upload_type": 1, "status": 3}
ANSWERS: Mapping[str, Any] = {
    "/model-training-platform/api/v1/trainings": {"id": 1},
    "/quota-schedule-management/api/v1/tasks": {"id": 2},
    "/workflow-center/api/v1/runs": {"id": 3},
    "/data-warehouse/api/v1/searches": {"id": 4},
    DATASETS: {"id": 5},
    f"{DATASETS}/5": {**DATASET, "tags": [], "versions": []},
    UPLOADS: UPLOADED,
    "/dataset-mng/api/v2/dataset-versions-upload": {"id": 8},
    "/dataset-mng/api/v2/dataset-versions/8": {**VERSION, "created_at": 1, "user_id": 4},
}
"""The data of every answer that the client gets, by path."""

TASK = """
name: bert
description: the large one
image: registry.example.org/nlp/bert:2.3
command: [python, train.py, --lr, "3e-4"]
framework: pytorch
replicas: 4
env: {NCCL_DEBUG: WARN}
resources: {cpu: 100, memory: 900Gi, gpu: {model: A800, count: 8}, shm: 64Gi}
mounts: [{volume: data}]
network: {rdma: true}
"""


def envs(**variables: str) -> list[dict[str, str]]:
    """Variables as the client takes them."""
    return [{"key": name, "value": value} for name, value in variables.items()]


TOLD = {"LADING_NAME": "bert", "LADING_REPLICAS": "4", "LADING_MOUNT_DATA": "/first", "LOCAL_RANK": "0"}
"""What lading adds to the variables of the spec; for the client it is a part of the job like any other."""

SAME: Mapping[str, Any] = {
    "framework": "PyTorchJob",
    "name": "bert",
    "description": "the large one",
    "command": "python train.py --lr 3e-4",
    "image": "registry.example.org/nlp/bert:2.3",
    "virtual_cluster_id": 29,
    "sku_cnt": 8,
    "storage_ids": [12],
    "instances": 4,
    "use_ib_network": True,
    "shm": 64,
    "category_id": 1,
    "project_id": 12,
    "estimate_run_time": 32400,
    "envs": envs(**TOLD, NCCL_DEBUG="WARN"),
}


def ours(text: str) -> tuple[Request, ...]:
    """The requests of lading, which has nothing against the spec."""
    compilation = compiled(text)
    assert errors(compilation) == []
    return compilation.requests


def sent(request: Request, answers: Mapping[str, Any]) -> Sent:
    """A request as it goes out: the values that come late have come, ``answers`` by their names in the body."""
    assert {f"/{name}" for name in answers} == set(request.late)
    return request.method, request.path, {**request.body, **answers}


def one(text: str) -> Sent:
    """The one request of lading, as it goes out."""
    (request,) = ours(text)
    return sent(request, {})


def training(**fields: Any) -> Sent:
    """What the client sends for a training task."""
    request = CreateTrainingRequest(**fields)
    (theirs,) = of_the_client(lambda http: ModelTrainingPlatformService(http).create_training(request), ANSWERS)
    return theirs


def test_a_training_task() -> None:
    """Every key and value of a job with everything that both can say."""
    text = f"""{TASK}
pull: always
ssh: true
schedule: {{estimate: 9h}}
native: {{aihub: {{notify: on-failure, sysAdmin: true, quotaSchedule: true}}}}
"""
    more = {"always_pull_image": True, "enable_ssh": True, "enable_sys_admin": True, "is_quota_schedule": True}
    assert one(text) == training(**SAME, **more, notify_type=NotifyType.ON_FAIL)


def test_a_training_task_with_nothing_but_what_it_needs() -> None:
    """What the spec leaves out, the client sends or leaves out in the same way."""
    assert one("name: hello\nimage: a/b:1\nschedule: {queue: cpu}\nresources: {cpu: 4}\n") == training(
        framework="PyTorchJob",
        name="hello",
        image="a/b:1",
        virtual_cluster_id=35,
        sku_cnt=2,
        instances=1,
        category_id=1,
        project_id=12,
        envs=envs(LADING_NAME="hello", LADING_REPLICAS="1", LADING_REPLICA="0"),
    )


def test_the_client_has_no_vip_tasks() -> None:
    """The manual has three fields for them, which no version of the client has: lading sends them if a spec does."""
    native = "native: {aihub: {vip: true, preemptPolicy: kill, vipNodes: [n1]}}\n"
    only_the_manual = {"is_vip": True, "preempt_policy": 2, "vip_node_names": ["n1"]}
    method, path, body = training(**SAME, **only_the_manual)
    assert not only_the_manual.keys() & body.keys()
    assert one(f"{TASK}schedule: {{estimate: 9h}}\n{native}") == (method, path, {**body, **only_the_manual})


def test_a_quota_task() -> None:
    """The same job as the other product, with its priority."""
    task = CreateTaskRequest(**SAME, priority=2, enable_reschedule=True)
    (theirs,) = of_the_client(lambda http: QuotaScheduleManagementService(http).create_task(task), ANSWERS)
    native = "native: {aihub: {product: quota, reschedule: true}}\n"
    assert one(f"{TASK}schedule: {{estimate: 9h, priority: high}}\n{native}") == theirs


SEARCHES: Mapping[str, tuple[str, Mapping[str, Any]]] = {
    "sql": ("sql: select 1\ndescription: all\n", {"type": SearchType.SQL, "sql": "select 1", "description": "all"}),
    "text": (
        "text: a red car\nfeatureLibrary: cars\ntopK: 5\n",
        {"type": SearchType.TEXT, "keywords": "a red car", "feature_lib_id": 7, "top_k": 5},
    ),
    "images": (
        "images: [{url: 'http://i/a', box: [1, 2, 3, 4]}, {url: 'http://i/b'}]\nfeatureLibrary: cars\ntopK: 5\n",
        {
            "type": SearchType.IMAGE,
            "images": [Image(url="http://i/a", box=[1, 2, 3, 4]), Image(url="http://i/b")],
            "feature_lib_id": 7,
            "top_k": 5,
        },
    ),
}


@pytest.mark.parametrize(("text", "fields"), SEARCHES.values(), ids=SEARCHES)
def test_a_search(text: str, fields: Mapping[str, Any]) -> None:
    """Each of the three types."""
    request = CreateSearchRequest(name="Cars", **fields)
    (theirs,) = of_the_client(lambda http: DataWarehouseService(http).create_search(request), ANSWERS)
    assert one(f"kind: search\nname: Cars\n{text}") == theirs


def run(**more: Any) -> Sent:
    """What the client sends for a run."""
    request = CreateRunRequest(name="Nightly", pipeline_id=42, pipeline_version_id=7, project_id=12, user_id=4, **more)
    (theirs,) = of_the_client(lambda http: WorkflowCenterService(http).create_run(request), ANSWERS)
    return theirs


def test_a_run_of_a_pipeline() -> None:
    """With everything that both can say."""
    text = """
kind: pipeline
name: Nightly
description: all of it
pipeline: {id: 42, version: 7, params: {epochs: 90, resume: true}}
native: {aihub: {useCache: true, nodeClusters: [{cluster: vc-h100, nodes: [train]}, {cluster: 88, nodes: [a, b]}]}}
"""
    assert one(text) == run(
        description="all of it",
        params=[Param(key="epochs", value="90"), Param(key="resume", value="true")],
        use_cache=True,
        node_virtual_clusters=[
            NodeVirtualClusterSetting(virtual_cluster_id=31, nodes=["train"]),
            NodeVirtualClusterSetting(virtual_cluster_id=88, nodes=["a", "b"]),
        ],
    )


def test_a_run_of_a_pipeline_with_nothing_but_what_it_needs() -> None:
    """What the spec leaves out, the client sends or leaves out in the same way."""
    assert one("kind: pipeline\nname: Nightly\npipeline: {id: 42, version: 7}\n") == run()


NOBODY = "overrides: {aihub: {native: {aihub: {createdBy: null}}}}\n"
"""The client's short way to a data set does not say to whom it belongs."""


def test_a_version_of_a_data_set_on_the_server() -> None:
    """Two requests, the second with the number from the answer to the first."""

    def create(http: httpx.Client) -> None:
        DatasetManagementService(http).create_dataset_and_version(
            dataset_name="Faces",
            dataset_description="March",
            is_local_upload=False,
            server_file_path="/share/faces",
            version_description="March",
        )

    made, version = ours(f"kind: dataset\nname: Faces\ndescription: March\nfrom: {{server: /share/faces}}\n{NOBODY}")
    assert [sent(made, {}), sent(version, {"dataset_id": 5})] == of_the_client(create, ANSWERS)


def test_a_version_of_a_data_set_from_a_zip_file(tmp_path: Path) -> None:
    """The same three requests; that the client uploads second is all the same to the platform."""
    file = tmp_path / "faces.zip"
    file.write_bytes(b"PK")

    def create(http: httpx.Client) -> None:
        DatasetManagementService(http).create_dataset_and_version(
            dataset_name="Faces", is_local_upload=True, local_file_path=str(file)
        )

    upload, made, version = ours(f"kind: dataset\nname: Faces\nfrom: {{zip: faces.zip}}\n{NOBODY}")
    assert [
        sent(made, {}),
        sent(upload, {"file": "PK"}),
        sent(version, {"dataset_id": 5, "upload_path": UPLOADED["path"]}),
    ] == of_the_client(create, ANSWERS)


def test_a_data_set_with_everything() -> None:
    """Tags by their numbers, the cover by the answer to its upload, and who may see it."""
    text = """
kind: dataset
name: Faces
description: March
from: {server: /share/faces}
tags: [faces, "9"]
cover: faces.png
native: {aihub: {private: true, accessUsers: [4, 8]}}
"""
    request = CreateDatasetRequest(
        name="Faces",
        description="March",
        tags=[3, 9],
        cover_img=UPLOADED["path"],
        create_by=4,
        is_private=True,
        access_user_ids=[4, 8],
    )
    (theirs,) = of_the_client(lambda http: DatasetManagementService(http).create_dataset(request), ANSWERS)
    _, made, _ = ours(text)
    assert sent(made, {"cover_img": UPLOADED["path"]}) == theirs


def test_the_client_has_no_versions_from_s3() -> None:
    """The manual has the number 2 for them, and no version of the client has it."""
    _, version = ours("kind: dataset\nname: Faces\nfrom: {s3: 's3://datasets/faces'}\n")
    assert version.body["upload_type"] == 2
    with pytest.raises(ValueError, match="2 is not a valid UploadType"):
        UploadType(2)
