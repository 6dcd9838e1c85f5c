"""How replicas reach each other, and how the world reaches them."""

from typing import Annotated, Literal

from lading.schema.models.common import Model, Pattern, PortNumber, Publish, optional, required

PortName = Annotated[
    str,
    Pattern(
        r"(?!.*--)(?=.*[a-z])[a-z0-9](?:[a-z0-9-]{0,13}[a-z0-9])?",
        "a port name: at most 15 lower-case letters, digits and -, with at least one letter",
    ),
]


class Network(Model):
    """The network between the replicas."""

    rdma: bool | None = optional("true", default=False)
    """Whether the replicas need remote direct memory access between them: InfiniBand or RoCE."""


class Port(Model):
    """A port that the program listens on."""

    port: PortNumber = required("8080")
    """The number of the port inside the replica."""

    name: PortName | None = optional("http")
    """A name for the port, for people and for platforms that want one."""

    publish: Publish | None = optional("true", default=False)
    """Whether it can be reached from outside: `true` for a port or URL of the platform's choice, or a port number."""

    protocol: Literal["tcp", "udp"] | None = optional("tcp", default="tcp")
    """The transport protocol of the port."""
