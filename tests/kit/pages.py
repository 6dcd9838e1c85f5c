"""What the tests of pages have in common: a site, specs, and a checkout."""

import re

SITE = """\
lading: v1
kind: site
default: here
secrets: {token: {env: TOKEN}}
targets:
  here: {platform: local, accept: [schedule.queue]}
  hpc:
    platform: slurm
    defaults: {native: {slurm: {account: vis}}}
    catalog:
      queues: {work: batch}
"""
SPEC = """\
lading: v1
name: train
description: 训练一个模型
labels: {team: vision}
script: |
  echo 你好
  python train.py
resources: {cpu: 2, memory: 1Gi}
schedule:
  queue: work
  retries: 2
"""
HOSTILE = """\
lading: v1
name: hostile
description: "</script><script>alert(1)</script>"
annotations: {note: "<img src=x onerror=alert(2)>"}
script: |
  echo '</code></div></style><svg onload=alert(3)>' "{{ 7 * 7 }}" '&lt;b&gt;'
  echo שלום עולם
env:
  A: "' onpointerover='alert(4)"
  B: '" autofocus onfocus="alert(5)'
  C: "\\u202egnp.exe \\e[31m"
  D: LONG
""".replace("LONG", "x" * 20_000)


def text_of(page: str) -> str:
    """The page without its style and its script."""
    return re.sub(r"<(style|script)>.*?</\1>", "", page, flags=re.DOTALL)
