"""The fields of ``native.aihub``: which products have them, where they stand in the body, and as what.

Read backwards by ``read.py``. A *product* is what a request makes: a training or quota task, or the spec's kind.
"""

from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

from lading.compiler.payload import From
from lading.compiler.plan import Plan
from lading.compiler.platforms.aihub.convert import product
from lading.compiler.rows import Body, put
from lading.schema.paths import Path

SECTION: Path = ("native", "aihub")


class Field(NamedTuple):
    """One field: its place in the body by product, and what its values are called there."""

    at: Mapping[str, str]
    values: Mapping[str, int] | None = None

    def native(self, value: Any) -> Any:
        """The value as the platform has it."""
        return self.values[value] if self.values else value

    def spec(self, native: Any) -> Any:
        """What a spec says for the native value; None where it has no word for it."""
        if self.values is None:
            return native
        return next((word for word, number in self.values.items() if number == native), None)


def _at(pointer: str, *products: str) -> dict[str, str]:
    return dict.fromkeys(products, pointer)


FIELDS: Mapping[str, Field] = {
    "project": Field(_at("/project_id", "training", "quota", "pipeline")),
    "category": Field(
        _at("/category_id", "training", "quota"), {"training": 1, "inference": 2, "debugging": 3, "special": 4}
    ),
    "skuCount": Field(_at("/sku_cnt", "training", "quota")),
    "vip": Field(_at("/is_vip", "training")),
    "preemptPolicy": Field(_at("/preempt_policy", "training"), {"wait": 1, "kill": 2}),
    "vipNodes": Field(_at("/vip_node_names", "training")),
    "notify": Field(_at("/notify_type", "training"), {"never": 1, "on-failure": 2, "on-completion": 3}),
    "sysAdmin": Field(_at("/enable_sys_admin", "training")),
    "quotaSchedule": Field(_at("/is_quota_schedule", "training")),
    "reschedule": Field(_at("/enable_reschedule", "quota")),
    "useCache": Field(_at("/use_cache", "pipeline")),
    "nodeClusters": Field(_at("", "pipeline")),
    "private": Field(_at("/is_private", "dataset")),
    "accessUsers": Field(_at("/access_user_ids", "dataset")),
    "createdBy": Field({"pipeline": "/user_id", "dataset": "/create_by", "evaluation": "/user_id"}),
}
"""Every field but ``product``. One without a pointer stands at several places of its own making."""


def product_of(plan: Plan) -> str:
    """What the plan's job becomes."""
    return product(plan.job.value) if plan.job.kind == "job" else plan.job.kind


def own_fields(plan: Plan) -> Body:
    """Every native field that the product has, at its place, with its source.

    The others count as read too: they are objected to, or the site's defaults for other products.
    """
    body: Body = {}
    which = product_of(plan)
    for name, value in _set_fields(plan):
        pointer = FIELDS[name].at.get(which) if name in FIELDS else None
        if pointer:
            put(body, pointer, From(FIELDS[name].native(value.value), value.sources))
    return body


def completed(body: Mapping[str, Any], defaults: Mapping[str, Any]) -> Body:
    """The body, and behind it the defaults of what it does not say."""
    return {**body, **defaults, **body}


def unused_fields(plan: Plan) -> Iterator[tuple[str, From]]:
    """The native fields that mean nothing for the product, unless they are the site's defaults for all specs."""
    which = product_of(plan)
    unused = [(name, value) for name, value in _set_fields(plan) if name != "product" and which not in FIELDS[name].at]
    defaults = plan.target.defaults.value.get("native", {}).get("aihub", {}) if unused else {}
    for name, value in unused:
        if defaults.get(name) != value.value:
            yield name, value


def _set_fields(plan: Plan) -> list[tuple[str, From]]:
    found = [(str(path[-1]), plan.root.get(*path)) for path in plan.below(SECTION)]
    return [(name, value) for name, value in found if value is not None]
