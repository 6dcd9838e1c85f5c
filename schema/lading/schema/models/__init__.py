"""The language as pydantic models, for programs that build specs and for everything that is derived from them.

``Job(name="train", command=["python", "train.py"], resources=Resources(memory=64 * 2**30))`` is a job in normalised
form: bytes, seconds and thousandths of a core as integers, no short forms.
"""

from lading.schema.models.common import Model, SecretRef
from lading.schema.models.job import Container, Job, JobDefaults, JobLayer, Role, Service, ServiceLayer
from lading.schema.models.lock import Lock, LockedTarget
from lading.schema.models.network import Network, Port
from lading.schema.models.other_kinds import (
    Dataset,
    DatasetSource,
    EvaluatedData,
    EvaluatedModel,
    Evaluation,
    Pipeline,
    PipelineRun,
    Search,
    SearchImage,
    Step,
    Workflow,
)
from lading.schema.models.policy import (
    After,
    Array,
    HttpProbe,
    Probe,
    Probes,
    Schedule,
    ServiceSchedule,
    StepSchedule,
    TcpProbe,
    WorkflowSchedule,
)
from lading.schema.models.resources import Gpu, Resources
from lading.schema.models.site import Registry, SecretSource, Site, Target
from lading.schema.models.storage import Mount, Nfs

__all__ = [
    "After",
    "Array",
    "Container",
    "Dataset",
    "DatasetSource",
    "EvaluatedData",
    "EvaluatedModel",
    "Evaluation",
    "Gpu",
    "HttpProbe",
    "Job",
    "JobDefaults",
    "JobLayer",
    "Lock",
    "LockedTarget",
    "Model",
    "Mount",
    "Network",
    "Nfs",
    "Pipeline",
    "PipelineRun",
    "Port",
    "Probe",
    "Probes",
    "Registry",
    "Resources",
    "Role",
    "Schedule",
    "Search",
    "SearchImage",
    "SecretRef",
    "SecretSource",
    "Service",
    "ServiceLayer",
    "ServiceSchedule",
    "Site",
    "Step",
    "StepSchedule",
    "Target",
    "TcpProbe",
    "Workflow",
    "WorkflowSchedule",
]
