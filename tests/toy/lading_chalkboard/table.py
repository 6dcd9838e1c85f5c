"""What becomes of each field on a chalkboard. What has no row is refused."""

from lading.compiler.capability import DROPPED, EMULATED, EXACT, GIB, RECORDED, REFUSED, ROUNDED, Table

TABLE = Table(
    {
        "kind": EXACT("", values={"job": "job"}, why="a line of chalk is a job"),
        "name": EXACT("task"),
        "description": RECORDED(),
        "labels": RECORDED(),
        "command": EXACT("words"),
        "args": EXACT("words"),
        "env": DROPPED("nobody reads that much"),
        "resources.memory": ROUNDED("effort", GIB, limit=64),
        "schedule.priority": EMULATED("underlined", "high is underlined", values={"high": True, "normal": False}),
        "schedule": EXACT(""),
        "replicas": REFUSED("one person reads the board"),
    }
)
