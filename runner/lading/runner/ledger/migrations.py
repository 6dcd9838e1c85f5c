"""The ledger's tables, as numbered steps. A step that was released never changes; a new one goes to the end.

Nothing is ever changed or removed by lading itself: rows are added, and what holds now is derived from them.
"""

import sqlite3

m001_submissions = """
CREATE TABLE submission (
    seq INTEGER PRIMARY KEY,
    id TEXT NOT NULL UNIQUE,
    name TEXT NOT NULL,
    kind TEXT NOT NULL,
    target TEXT NOT NULL,
    platform TEXT NOT NULL,
    digest TEXT NOT NULL,
    spec TEXT NOT NULL,
    version TEXT NOT NULL,
    created_at REAL NOT NULL,
    recorded TEXT NOT NULL,
    losses TEXT NOT NULL,
    requests TEXT NOT NULL
) STRICT;
CREATE INDEX submission_name ON submission (name, target);
CREATE INDEX submission_digest ON submission (target, digest);

CREATE TABLE part (
    token TEXT PRIMARY KEY,
    submission INTEGER NOT NULL REFERENCES submission (seq),
    place INTEGER NOT NULL,
    name TEXT NOT NULL,
    UNIQUE (submission, place)
) STRICT;

CREATE TABLE event (
    seq INTEGER PRIMARY KEY,
    token TEXT NOT NULL REFERENCES part (token),
    at REAL NOT NULL,
    kind TEXT NOT NULL,
    state TEXT,
    native_id TEXT,
    data TEXT NOT NULL
) STRICT;
CREATE INDEX event_token ON event (token, seq, state, kind);
CREATE INDEX event_native ON event (native_id) WHERE native_id IS NOT NULL;
"""

m002_append_only = "".join(
    f"""
CREATE TRIGGER {table}_is_never_{done} BEFORE {verb} ON {table}
BEGIN SELECT RAISE(ABORT, 'rows of the ledger are never {done}'); END;
"""
    for table in ("submission", "part", "event")
    for verb, done in (("UPDATE", "changed"), ("DELETE", "removed"))
)

m003_what_holds_now = """
CREATE VIEW part_now AS
SELECT part.*,
    coalesce(now.state, 'unknown') AS state,
    now.kind,
    now.data,
    EXISTS (SELECT 1 FROM event WHERE event.token = part.token AND kind = 'stop-requested') AS stop_requested,
    (SELECT kind FROM event WHERE event.token = part.token
        AND kind IN ('accepted', 'adopted', 'refused', 'absent', 'unsent', 'unknown')
        ORDER BY seq DESC LIMIT 1) AS outcome,
    (SELECT native_id FROM event WHERE event.token = part.token
        AND native_id IS NOT NULL
        ORDER BY seq DESC LIMIT 1) AS native_id
FROM part
LEFT JOIN event AS now ON now.seq =
    (SELECT seq FROM event WHERE event.token = part.token AND state IS NOT NULL ORDER BY seq DESC LIMIT 1);
"""

m004_started_again = """
DROP VIEW part_now;
CREATE VIEW part_now AS
SELECT part.*,
    coalesce(now.state, 'unknown') AS state,
    now.kind,
    now.data,
    coalesce((SELECT kind = 'stop-requested' FROM event WHERE event.token = part.token
        AND kind IN ('stop-requested', 'started')
        ORDER BY seq DESC LIMIT 1), false) AS stop_requested,
    (SELECT kind FROM event WHERE event.token = part.token
        AND kind IN ('accepted', 'adopted', 'refused', 'absent', 'unsent', 'unknown')
        ORDER BY seq DESC LIMIT 1) AS outcome,
    (SELECT native_id FROM event WHERE event.token = part.token
        AND native_id IS NOT NULL
        ORDER BY seq DESC LIMIT 1) AS native_id
FROM part
LEFT JOIN event AS now ON now.seq =
    (SELECT seq FROM event WHERE event.token = part.token AND state IS NOT NULL ORDER BY seq DESC LIMIT 1);
"""

MIGRATIONS = (m001_submissions, m002_append_only, m003_what_holds_now, m004_started_again)


def version(connection: sqlite3.Connection) -> int:
    """How many migrations the database has seen."""
    return int(connection.execute("PRAGMA user_version").fetchone()[0])


def migrate(connection: sqlite3.Connection) -> None:
    """The database has seen every migration, whoever else is at it at this moment; all that were missing, or none."""
    connection.execute("BEGIN EXCLUSIVE")
    try:
        for step in MIGRATIONS[version(connection) :]:
            _run(connection, step)
        connection.execute(f"PRAGMA user_version = {len(MIGRATIONS)}")
        connection.execute("COMMIT")
    except BaseException:
        connection.rollback()  # unless SQLite has done so itself, as on a full disk
        raise


def _run(connection: sqlite3.Connection, step: str) -> None:
    """Statement by statement, because ``executescript`` would commit first."""
    statement = ""
    for line in step.splitlines(keepends=True):
        statement += line
        if sqlite3.complete_statement(statement):
            connection.execute(statement)
            statement = ""
