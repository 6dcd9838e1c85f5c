# ruff: noqa: N815 - a field has the language's own name, everywhere
"""The site: where platforms, people and places are named."""

from collections.abc import Mapping, Sequence
from typing import Annotated, Any, Literal

from lading.schema.models.common import (
    Argv,
    Hostname,
    Identifier,
    Line,
    Model,
    Name,
    Pattern,
    Shaped,
    Url,
    constant,
    optional,
    required,
)
from lading.schema.models.job import JobDefaults

KeyringEntry = Annotated[str, Pattern(r"[^/\r\n]+/[^\r\n]+", "SERVICE/USER")]


class SecretSource(Model):
    """Where the value of a secret is found at submission: exactly one of env, file, keyring and command."""

    one_of = (("env",), ("file",), ("keyring",), ("command",))
    exactly_one = True

    env: Identifier | None = optional("WANDB_API_KEY")
    """The environment variable that holds it."""

    file: Line | None = optional("~/.config/lading/wandb")
    """The file that holds it; nobody but its owner may be able to read that file."""

    keyring: KeyringEntry | None = optional("lading/wandb")
    """The entry of the system's keyring that holds it, as SERVICE/USER."""

    command: Argv | None = optional("[pass, show, wandb]")
    """The command, as argv, that prints it."""


class Registry(Model):
    """The login of an image registry, for platforms that take one."""

    username: SecretSource = required("{env: HARBOR_USER}")
    """Where the name is found."""

    password: SecretSource = required("{env: HARBOR_PASSWORD}")
    """Where the password is found."""


class Target(Model):
    """One platform, as this site uses it."""

    platform: Name = required("slurm")
    """The platform that the target runs on; `lading targets` lists those there are."""

    endpoint: Url | None = optional("https://hpc.example.org/api")
    """The address of the platform's interface, for a platform that is reached over the network."""

    caFile: Line | None = optional("./hub-ca.pem")
    """The certificates of the authority that the endpoint's own is signed with, as a file; without it those that this
    machine trusts. There is no other way round the verification of TLS."""

    options: Annotated[Mapping[str, Any], Shaped("options")] | None = optional("{}")
    """Settings of the platform's own, checked against its own model (`lading schema PLATFORM`)."""

    auth: Mapping[Name, SecretSource] | None = optional("{token: {env: SUANLI_TOKEN}}")
    """Where the login is found: `token`, or `username` and `password`, or what else the platform asks for."""

    defaults: JobDefaults | None = optional("{schedule: {queue: work}}")
    """What holds for specs that do not say it themselves: portable fields, and the platform's native ones."""

    accept: Sequence[Line] | None = optional("[image]")
    """The paths of fields that this target may lose for every spec."""

    catalog: Annotated[Mapping[str, Any], Shaped("catalog")] | None = optional("{}")
    """How the portable names of a spec (volumes, GPUs, queues) are spelled here; it wins over the lock."""


class Site(Model):
    """The targets of a place or a team, and where the secrets are."""

    lading: Literal["v1"] = constant("v1", written=True)
    """The version of the language."""

    kind: Literal["site"] = constant("site", written=True)
    """`site`: this file names machines, not work."""

    default: Name | None = optional("local")
    """The target that `lading run` uses."""

    secrets: Mapping[Name, SecretSource] | None = optional("{wandb: {env: WANDB_API_KEY}}")
    """The names that specs may use for secrets, and where each value is found; never a value."""

    registries: Mapping[Hostname, Registry] | None = optional(
        "{harbor.example.com: {username: {env: HARBOR_USER}, password: {env: HARBOR_PASSWORD}}}"
    )
    """Logins of image registries, by host."""

    targets: Mapping[Name, Target] | None = optional(
        "{cluster: {platform: slurm, defaults: {schedule: {queue: work}}}}"
    )
    """The targets by name."""
