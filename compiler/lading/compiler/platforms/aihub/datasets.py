"""A version of a data set: up to four requests, of which the later ones need answers of the earlier ones."""

from collections.abc import Mapping, Sequence
from typing import Any

from lading.compiler.payload import Answer, Draft, FileContent, From, Lookup
from lading.compiler.plan import Plan
from lading.compiler.platforms.aihub.native import completed, own_fields
from lading.compiler.rows import Body, merged, only_set, stated
from lading.compiler.view import View

UPLOADS = "/dataset-mng/api/v1/uploads"
DATASETS = "/dataset-mng/api/v2/datasets"
VERSIONS = "/dataset-mng/api/v2/dataset-versions-upload"

UPLOAD_TYPES = {"zip": 1, "s3": 2, "server": 3}

DEFAULTS: Mapping[str, Any] = {"description": "", "tags": []}
VERSION_DEFAULTS: Mapping[str, Any] = {"description": "", "parent_version_id": 0}
"""What the vendor's client sends of what is not set."""


def dataset(plan: Plan) -> Sequence[Draft]:
    """The files, then the data set, then its version."""
    root = plan.root
    files = {"zip": root.get("from", "zip"), "cover": root.get("cover")}
    uploads = [_upload(name, file) for name, file in files.items() if file]
    named = tuple(upload.name for upload in uploads)
    cover = tuple(name for name in named if name == "cover")
    data = tuple(name for name in named if name == "zip")
    return [
        *uploads,
        Draft("POST", DATASETS, _dataset(plan), "dataset", cover, "dataset"),
        Draft("POST", VERSIONS, _version(root), "version", (*data, "dataset"), "version"),
    ]


def _upload(name: str, file: From) -> Draft:
    return Draft(
        "POST", UPLOADS, {"file": From(FileContent(file.value), file.sources)}, name, schema="upload", prepares=True
    )


def _dataset(plan: Plan) -> Body:
    cover = plan.root.get("cover")
    uploaded = From(Answer("cover", "/data/path"), cover.sources) if cover else None
    return completed(merged(stated(plan.root), only_set(cover_img=uploaded), own_fields(plan)), DEFAULTS)


def _version(root: View) -> Body:
    which, source = next((name, found) for name in UPLOAD_TYPES if (found := root.get("from", name)))
    path = Answer("zip", "/data/path") if which == "zip" else source.value
    said = only_set(
        upload_type=From(UPLOAD_TYPES[which], source.sources),
        upload_path=From(path, source.sources),
        dataset_id=From(Answer("dataset", "/data/id"), root.sources("name")),
        description=root.get("description"),
        parent_version_id=_parent(root),
    )
    return completed(said, VERSION_DEFAULTS)


def _parent(root: View) -> From | None:
    """The spec counts versions as people do; the request wants the version's own number, which must be looked up."""
    count, name = root.get("parent"), root.get("name")
    if count is None or name is None:
        return None
    return From(Lookup({"datasetVersion": f"{name.value}/V{count.value}"}), count.sources + name.sources)
