# ruff: noqa: N815 - a field has the language's own name, everywhere
"""The other kinds: a DAG of jobs, and what is asked of a platform's own services."""

from collections.abc import Mapping, Sequence
from typing import Annotated, Literal

from annotated_types import Len, MinLen

from lading.schema.models.common import (
    Amount,
    Count,
    Env,
    Identifier,
    Image,
    Label,
    Line,
    Model,
    Name,
    S3Uri,
    Scalar,
    Shaped,
    Text,
    Title,
    constant,
    optional,
    required,
)
from lading.schema.models.job import Described, Document, Layer, Native, Pull, Variants, Work
from lading.schema.models.policy import After, Array, StepSchedule, WorkflowSchedule
from lading.schema.models.resources import Resources
from lading.schema.models.storage import Mount


class Step(Native, Work, Described):
    """One step of a workflow: a job written out here, or its file with nothing but `after` and `params` beside it."""

    after: Annotated[After, Shaped(form="after")] | None = optional("[prepare]")
    """The steps that must have ended before: a list of those that must succeed, or a map with ok, any and notOk."""

    uses: Line | None = optional("./train.yaml")
    """The file of the job that the step runs, relative to this one."""

    params: Mapping[Identifier, Scalar] | None = optional("{lr: 0.1}")
    """Values for the params that the file declares."""

    schedule: StepSchedule | None = optional("{timeLimit: 2h}")
    """When and how often the step runs."""

    array: Array | None = optional("{indices: 0-9}")
    """The step many times over, each time with another index."""


class WorkflowLayer(Layer, Described):
    """What an override may say of a workflow. Steps have what they leave out from here."""

    image: Image | None = optional("registry.example.com/vision/train:2.1")
    """The container image of steps that name none."""

    pull: Pull | None = optional("if-not-present")
    """When the image is pulled."""

    workdir: Line | None = optional("/code")
    """The folder that steps start in."""

    env: Env | None = optional("{EPOCHS: 90}")
    """Environment variables of every step; a step's own win."""

    resources: Resources | None = optional("{cpu: 4, memory: 16Gi}")
    """What one replica of a step gets."""

    mounts: Sequence[Mount] | None = optional("[{volume: imagenet, path: /data}]")
    """What is mounted in every step that has no mounts of its own."""

    schedule: WorkflowSchedule | None = optional("{queue: work}")
    """Where the steps wait."""

    steps: Mapping[Label, Step] | None = optional("{train: {after: [prepare], command: [python, train.py]}}")
    """The steps by name."""


class Workflow(Variants, WorkflowLayer, Document):
    """Jobs that start one after the other, as a graph without cycles."""

    kind: Literal["workflow"] = constant("workflow")
    """`workflow`: jobs that start one after the other."""

    steps: Annotated[Mapping[Label, Step], MinLen(1)] = required(
        "{prepare: {command: [python, prepare.py]}, train: {after: [prepare], uses: ./train.yaml}}"
    )
    """The steps by name. They start as soon as what they come `after` has ended; cycles are an error."""

    overrides: Mapping[Name, WorkflowLayer] | None = optional("{cluster: {schedule: {queue: long}}}")
    """Fields that differ on a target, by target. Null removes what the document says."""


class PipelineRun(Model):
    """A pipeline that is registered on a platform, and what it is run with."""

    id: Line = required("ppl-000042")
    """The platform's id of the pipeline."""

    version: Line | None = optional("1")
    """The version of the pipeline."""

    params: Mapping[Line, Scalar] | None = optional("{epochs: 90}")
    """Values for the pipeline's own parameters."""


class PipelineLayer(Layer, Described):
    """What an override may say of a pipeline."""

    pipeline: PipelineRun | None = optional("{id: ppl-000042, version: 1, params: {epochs: 90}}")
    """The registered pipeline, and what it is run with."""


class Pipeline(Variants, PipelineLayer, Document):
    """A run of a pipeline that is registered on a platform."""

    kind: Literal["pipeline"] = constant("pipeline")
    """`pipeline`: a run of a pipeline that is registered on a platform."""

    name: Title = required("Nightly training")
    """The name of the run, as people read it; at most 255 characters."""

    pipeline: PipelineRun = required("{id: ppl-000042, version: 1, params: {epochs: 90}}")
    """The registered pipeline, and what it is run with."""

    overrides: Mapping[Name, PipelineLayer] | None = optional("{hub: {pipeline: {version: 2}}}")
    """Fields that differ on a target, by target. Null removes what the document says."""


Coordinate = int | float


class SearchImage(Model):
    """An image to search for."""

    url: Line = required("https://images.example.com/a.jpg")
    """Where the image is."""

    box: Annotated[Sequence[Coordinate], Len(4, 4)] | None = optional("[10, 20, 110, 220]")
    """The part of the image that is searched for, in pixels: left, top, right, bottom."""


class SearchLayer(Layer, Described):
    """What an override may say of a search."""

    one_of = (("sql",), ("images",), ("text",))

    sql: Text | None = optional("SELECT url FROM images WHERE camera = 7")
    """The query, in SQL."""

    images: Annotated[Sequence[SearchImage], MinLen(1)] | None = optional(
        "[{url: 'https://images.example.com/a.jpg', box: [10, 20, 110, 220]}]"
    )
    """The images to find the like of."""

    text: Text | None = optional("a red car at night")
    """The words to find images for."""

    featureLibrary: Line | None = optional("street-2026")
    """The library of features that images or text are looked up in."""

    topK: Count | None = optional("100")
    """How many of the best results are kept, of a search by images or text."""


class Search(Variants, SearchLayer, Document):
    """A search in a platform's data: exactly one of sql, images and text."""

    exactly_one = True

    kind: Literal["search"] = constant("search")
    """`search`: a search in a platform's data."""

    name: Title = required("Red cars")
    """The name of the search, as people read it; at most 255 characters."""

    overrides: Mapping[Name, SearchLayer] | None = optional("{hub: {topK: 50}}")
    """Fields that differ on a target, by target. Null removes what the document says."""


class DatasetSource(Model):
    """Where the data come from: exactly one of zip, s3 and server."""

    one_of = (("zip",), ("s3",), ("server",))
    exactly_one = True

    zip: Line | None = optional("./faces.zip")
    """A zip file, relative to the spec; it is uploaded first."""

    s3: S3Uri | None = optional("s3://datasets/faces")
    """The address of a folder in an object store."""

    server: Line | None = optional("/share/faces")
    """A path that the platform itself can read."""


class DatasetLayer(Layer, Described):
    """What an override may say of a data set."""

    from_: DatasetSource | None = optional("{zip: ./faces.zip}", alias="from")
    """Where the data of the version come from."""

    tags: Sequence[Line] | None = optional("[faces, 2026]")
    """Tags of the data set, as the target's catalog names them."""

    cover: Line | None = optional("./cover.png")
    """The picture that stands for the data set, as a file relative to the spec."""

    parent: Count | None = optional("3")
    """The version of the data set that this one continues."""


class Dataset(Variants, DatasetLayer, Document):
    """One version of a data set; the data set is created if it is new."""

    kind: Literal["dataset"] = constant("dataset")
    """`dataset`: one version of a data set."""

    name: Title = required("Faces 2026")
    """The name of the data set; at most 255 characters."""

    from_: DatasetSource = required("{zip: ./faces.zip}", alias="from")
    """Where the data of the version come from."""

    overrides: Mapping[Name, DatasetLayer] | None = optional("{hub: {tags: [faces]}}")
    """Fields that differ on a target, by target. Null removes what the document says."""


class EvaluatedModel(Model):
    """The model that is evaluated."""

    name: Line = required("arcface-r100")
    """The name of the model."""

    type: Literal["face", "body", "plate"] = required("face")
    """What the model recognises."""

    epoch: Amount = required("30")
    """The epoch of training that the model is from."""

    file: Line = required("./arcface.onnx")
    """The file of the model, relative to the spec."""


class EvaluatedData(Model):
    """The data sets of an evaluation, by their part in it."""

    query: Line = required("faces-query")
    """The data set of the pictures that are looked up."""

    id: Line = required("faces-id")
    """The data set of the identities."""

    gallery: Line = required("faces-gallery")
    """The data set that they are looked up in."""


class EvaluationLayer(Layer, Described):
    """What an override may say of an evaluation."""

    model: EvaluatedModel | None = optional("{name: arcface-r100, type: face, epoch: 30, file: ./arcface.onnx}")
    """The model that is evaluated."""

    datasets: EvaluatedData | None = optional("{query: faces-query, id: faces-id, gallery: faces-gallery}")
    """The data sets that it is evaluated on."""

    predictions: Line | None = optional("./predictions.bin")
    """The file of the model's predictions, relative to the spec."""


class Evaluation(Variants, EvaluationLayer, Document):
    """An evaluation of a model's predictions."""

    kind: Literal["evaluation"] = constant("evaluation")
    """`evaluation`: an evaluation of a model's predictions."""

    name: Title = required("ArcFace, epoch 30")
    """The name of the evaluation, as people read it; at most 255 characters."""

    model: EvaluatedModel = required("{name: arcface-r100, type: face, epoch: 30, file: ./arcface.onnx}")
    """The model that is evaluated."""

    datasets: EvaluatedData = required("{query: faces-query, id: faces-id, gallery: faces-gallery}")
    """The data sets that it is evaluated on."""

    predictions: Line = required("./predictions.bin")
    """The file of the model's predictions, relative to the spec."""

    overrides: Mapping[Name, EvaluationLayer] | None = optional("{hub: {predictions: ./hub.bin}}")
    """Fields that differ on a target, by target. Null removes what the document says."""
