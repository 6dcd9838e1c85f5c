"""What AirScheduler's manuals say of bodies and codes, edition by edition; the server in the tests goes by it."""

from collections.abc import Callable, Mapping
from typing import Any

CODES: Mapping[str, Mapping[str, int]] = {
    "v1": {
        "invalid": 193000,
        "no task": 193001,
        "no resources": 193002,
        "bad column": 193003,
        "not started": 193004,
        "not deleted": 193006,
        "started before": 193007,
        "not running": 193008,
        "no lines": 193000,
        "no container": 3,
    },
    "v2": {
        "invalid": 990003,
        "no task": 111001,
        "no resources": 111003,
        "bad column": 990003,
        "not started": 111003,
        "not deleted": 990003,
        "started before": 111005,
        "not running": 111006,
        "no lines": 111007,
        "running": 111002,
        "no container": 3,
    },
}

Check = Callable[[Any], bool]


def number(least: int = 0) -> Check:
    """A whole number that is not less."""
    return lambda value: isinstance(value, int) and not isinstance(value, bool) and value >= least


def at_most(most: int) -> Check:
    """A whole number that is not greater."""
    return lambda value: number()(value) and value <= most


def text(value: Any) -> bool:
    """A text with something in it."""
    return isinstance(value, str) and value != ""


def maybe(check: Check) -> Check:
    """The same, or null."""
    return lambda value: value is None or check(value)


def yes_or_no(value: Any) -> bool:
    """True or false."""
    return isinstance(value, bool)


def objects_of(needed: Mapping[str, Check], other: Mapping[str, Check]) -> Check:
    """A list of objects with all these keys, perhaps those, and no others."""
    return lambda value: isinstance(value, list) and all(is_object(one, needed, other) for one in value)


def is_object(value: Any, needed: Mapping[str, Check], other: Mapping[str, Check]) -> bool:
    """Whether it has all these keys, perhaps those, and no others."""
    known = {**needed, **other}
    if not isinstance(value, dict) or needed.keys() - value.keys():
        return False
    return all(key in known and known[key](item) for key, item in value.items())


def amounts(value: Any) -> bool:
    """Names with whole numbers."""
    return isinstance(value, dict) and all(map(number(0), value.values()))


def texts(value: Any) -> bool:
    """Names with texts."""
    return isinstance(value, dict) and all(isinstance(item, str) for item in value.values())


QUANTITY: Check = text
COMMAND: Check = lambda value: text(value) or (isinstance(value, list) and all(map(text, value)))  # noqa: E731
HEADER = {"name": text, "working_type": at_most(1), "namespace": text, "image_repo_tag": text}
OPTIONAL = {"usage": text, "source_service_id": number(), "running_type": at_most(0)}
RESOURCES = {"cpu_count": number(1), "mem_size": number(1)}
MORE = {"shm_size": number(1), "gpu_dict": amounts}
VOLUME = {"path": text, "mount_path": text}
FILES = {"is_nfs": yes_or_no, "server": lambda value: isinstance(value, str)}
FILES |= {"mount_name": FILES["server"]}
CONFIG = {"command": COMMAND, "work_dir": text, "yaml_data": lambda value: isinstance(value, dict)}
BODIES: Mapping[str, tuple[Mapping[str, Check], Mapping[str, Check]]] = {
    "v1": ({**HEADER, "start_now": yes_or_no}, OPTIONAL),
    "v2": (HEADER, {**OPTIONAL, "start_now": yes_or_no, "distributed": yes_or_no}),
}
CONFIGS: Mapping[str, Mapping[str, Check]] = {
    "v1": {
        **CONFIG,
        "volumes": objects_of({**VOLUME, "is_nfs": yes_or_no}, FILES),
        "pvc": lambda value: is_object(value, {"pvc_requests": QUANTITY, "pvc_limits": QUANTITY}, {}),
        "port": objects_of({"code_port": number(1), "node_port": maybe(number(1))}, {}),
    },
    "v2": {
        **CONFIG,
        "env": texts,
        "timeout": number(1),
        "volumes": objects_of(VOLUME, {**FILES, "read_only": yes_or_no}),
        "pvc": objects_of({"pvc_requests": number(1), "pvc_limits": number(1)}, {"mount_path": text}),
        "port": objects_of({"container_port": number(1)}, {"node_port": number(1), "protocol": text}),
    },
}
