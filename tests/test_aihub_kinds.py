"""What searches, data sets, pipelines and evaluations become on AIHub."""

from typing import Any

import pytest
from kit.aihub import BARE, TARGET, body, compiled, errors, options, said

SEARCH = "kind: search\nname: Cars\n"
DATASET = "kind: dataset\nname: Faces\n"
PIPELINE = "kind: pipeline\nname: Nightly\n"
EVALUATION = """kind: evaluation
name: ArcFace, epoch 30
description: against February
model: {name: arcface, type: face, epoch: 30, file: out/arcface.onnx}
datasets: {query: q/V1, id: i/V1, gallery: g/V3}
predictions: out/predictions.jsonl
"""


@pytest.mark.parametrize(
    ("box", "native", "note"),
    [
        ("[10, 20, 110, 220]", [10, 20, 110, 220], None),
        ("[10.0, 20, 110, 220]", [10, 20, 110, 220], None),
        ("[10.9, 20.1, 110.1, 219.5]", [10, 20, 111, 220], "[10.9, 20.1, 110.1, 219.5] → [10, 20, 111, 220] pixels"),
    ],
)
def test_a_box_is_rounded_outwards(box: str, native: list[int], note: str | None) -> None:
    """Whole pixels, so that nothing of the part that was meant is left out."""
    text = f"{SEARCH}images: [{{url: 'http://i/a', box: {box}}}]\nfeatureLibrary: cars\ntopK: 5\n"
    assert body(text) == {
        "type": 2,
        "name": "Cars",
        "feature_lib_id": 7,
        "top_k": 5,
        "images": [{"url": "http://i/a", "box": native}],
    }
    assert said(compiled(text)) == ([("LD401", "images[0].box", note)] if note else [])


def test_a_library_is_named_by_the_catalog_or_by_its_number() -> None:
    """Any other word is refused."""
    text = SEARCH + "text: red\ntopK: 5\nfeatureLibrary: "
    assert [body(f"{text}{library}\n")["feature_lib_id"] for library in ("cars", "31")] == [7, 31]
    why = 'the site has no library "trains" in catalog.featureLibraries, and it is no number'
    assert errors(compiled(f"{text}trains\n")) == [("LD406", "featureLibrary", why)]


def test_the_requests_of_a_data_set() -> None:
    """The files, the data set, its version: each names those whose answers it needs, and says where they go."""
    text = f"{DATASET}description: March\nfrom: {{zip: data/faces.zip}}\ntags: [faces]\ncover: cover.png\nparent: 3\n"
    assert [request.as_data() for request in compiled(text).requests] == [
        {
            "method": "POST",
            "path": "/dataset-mng/api/v1/uploads",
            "name": "zip",
            "body": {"file": {"file": "data/faces.zip"}},
            "late": {"/file": {"file": "data/faces.zip"}},
        },
        {
            "method": "POST",
            "path": "/dataset-mng/api/v1/uploads",
            "name": "cover",
            "body": {"file": {"file": "cover.png"}},
            "late": {"/file": {"file": "cover.png"}},
        },
        {
            "method": "POST",
            "path": "/dataset-mng/api/v2/datasets",
            "name": "dataset",
            "needs": ["cover"],
            "body": {
                "name": "Faces",
                "description": "March",
                "tags": [3],
                "cover_img": {"answer": "cover#/data/path"},
                "create_by": 4,
            },
            "late": {"/cover_img": {"answer": "cover#/data/path"}},
        },
        {
            "method": "POST",
            "path": "/dataset-mng/api/v2/dataset-versions-upload",
            "name": "version",
            "needs": ["zip", "dataset"],
            "body": {
                "upload_type": 1,
                "upload_path": {"answer": "zip#/data/path"},
                "dataset_id": {"answer": "dataset#/data/id"},
                "description": "March",
                "parent_version_id": {"lookup": {"datasetVersion": "Faces/V3"}},
            },
            "late": {
                "/upload_path": {"answer": "zip#/data/path"},
                "/dataset_id": {"answer": "dataset#/data/id"},
                "/parent_version_id": {"lookup": {"datasetVersion": "Faces/V3"}},
            },
        },
    ]


@pytest.mark.parametrize(("source", "number"), [("s3: 's3://a/b'", 2), ("server: /a/b", 3)])
def test_data_that_need_no_upload(source: str, number: int) -> None:
    """The version says where they are."""
    made, version = compiled(f"{DATASET}from: {{{source}}}\n", BARE).requests
    assert made.body == {"name": "Faces", "description": "", "tags": []}
    path = source.partition(": ")[2].strip("'")
    late = {"dataset_id": {"answer": "dataset#/data/id"}}
    assert version.body == {
        "upload_type": number,
        "upload_path": path,
        "description": "",
        "parent_version_id": 0,
        **late,
    }
    assert (made.needs, version.needs) == ((), ("dataset",))


def test_a_tag_is_named_by_the_catalog_or_by_its_number() -> None:
    """Any other word is refused."""
    text = f"{DATASET}from: {{server: /a}}\ntags: "
    assert compiled(f"{text}[faces, '31']\n").requests[0].body["tags"] == [3, 31]
    why = 'the site has no tag "trains" in catalog.tags, and it is no number'
    assert errors(compiled(f"{text}[faces, trains]\n")) == [("LD406", "tags", why)]


@pytest.mark.parametrize(
    ("value", "text"),
    [("90", "90"), ("0.10", "0.1"), ("true", "true"), ("'yes'", "yes"), ("3e-4", "0.0003"), ("'3e-4'", "3e-4")],
)
def test_parameters_of_a_pipeline_are_texts(value: str, text: str) -> None:
    """A number or boolean becomes the text that means the same."""
    found = body(f"{PIPELINE}pipeline: {{id: 42, version: 7, params: {{x: {value}}}}}\n")
    assert found["params"] == [{"key": "x", "value": text}]


def test_a_pipeline_is_a_number_and_so_is_its_version() -> None:
    """Both are asked for, and a word is refused."""
    assert errors(compiled(f"{PIPELINE}pipeline: {{id: ppl-000042}}\n")) == [
        ("LD421", "pipeline.version", "AIHub runs a version, by its own number"),
        ("LD406", "pipeline.id", "AIHub calls it by a number"),
    ]


def test_a_run_belongs_to_a_project_unless_the_site_says_otherwise() -> None:
    """The manual does not know it, and every version of the client demands it."""
    text = f"{PIPELINE}pipeline: {{id: 42, version: 7}}\n"
    least: dict[str, Any] = {"params": [], "use_cache": False, "node_virtual_clusters": []}
    same = {"name": "Nightly", "pipeline_id": 42, "pipeline_version_id": 7, **least}
    why = "every task and run belongs to a project, by its number"
    assert errors(compiled(text, BARE)) == [("LD421", "native.aihub.project", why)]
    assert body(text, BARE._replace(options={"runsNeedProject": False})) == same
    assert body(text) == {**same, "project_id": 12, "user_id": 4}


def test_clusters_of_nodes_are_named_by_the_catalog_or_by_their_numbers() -> None:
    """Any other word is refused, at its own place."""
    text = f"{PIPELINE}pipeline: {{id: 42, version: 7}}\nnative: {{aihub: {{nodeClusters: "
    found = body(f"{text}[{{cluster: vc-h100, nodes: [a]}}, {{cluster: 88, nodes: [b, c]}}]}}}}\n")
    assert found["node_virtual_clusters"] == [
        {"virtual_cluster_id": 31, "nodes": ["a"]},
        {"virtual_cluster_id": 88, "nodes": ["b", "c"]},
    ]
    path = "native.aihub.nodeClusters[1].cluster"
    why = 'the site has no cluster "x" in its catalog, and it is no number'
    wrong = compiled(f"{text}[{{cluster: 88, nodes: [a]}}, {{cluster: x, nodes: [a]}}]}}}}\n")
    assert errors(wrong) == [("LD406", path, why)]


@pytest.mark.parametrize(
    ("setting", "query", "gallery"),
    [
        ("query", "dataset_name", "gallery_dataset_name"),
        ("gallery", "gallery_dataset_name", "dataset_name"),
    ],
)
def test_an_evaluation_is_a_form_of_texts_and_files(setting: str, query: str, gallery: str) -> None:
    """Which field is the query set is a setting, because the manual's legend is not to be trusted."""
    target = options(datasetName=setting)
    (request,) = compiled(EVALUATION, target).requests
    assert (request.method, request.path) == ("POST", "/api/v2/tasks/import_result")
    assert request.body == {
        "model_name": "arcface",
        "model_type": "3",
        "epoch": "30",
        query: "q/V1",
        "id_dataset_name": "i/V1",
        gallery: "g/V3",
        "model_file": {"file": "out/arcface.onnx"},
        "pred_file": {"file": "out/predictions.jsonl"},
        "user_id": "4",
    }
    assert said(compiled(EVALUATION, target)) == [
        ("LD403", "name", "an evaluation has no name of its own there; lading's ledger keeps it"),
        ("LD403", "description", "kept in lading's ledger"),
    ]


@pytest.mark.parametrize(("word", "number"), [("face", "3"), ("body", "4"), ("plate", "5")])
def test_the_type_of_a_model(word: str, number: str) -> None:
    """A number, in a form a text."""
    assert body(EVALUATION.replace("type: face", f"type: {word}"))["model_type"] == number


def test_an_evaluation_belongs_to_a_user() -> None:
    """The form wants a number, and lading does not make one up."""
    why = "an evaluation belongs to a user, by their number"
    assert errors(compiled(EVALUATION, BARE)) == [("LD421", "native.aihub.createdBy", why)]


def test_a_search_is_found_in_the_site_of_the_tests() -> None:
    """By SQL alone nothing of the catalog is needed."""
    assert body(f"{SEARCH}sql: select 1\n", TARGET._replace(catalog={})) == {
        "type": 1,
        "name": "Cars",
        "sql": "select 1",
        "images": [],
    }
