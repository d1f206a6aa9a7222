-- Times are Unix microseconds.

CREATE TABLE checkpoints (
	handler  TEXT PRIMARY KEY,
	position INTEGER NOT NULL, -- every event up to here is done or parked
	owner    TEXT NOT NULL,    -- the run that may move it
	saved    INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE parked (
	id        INTEGER PRIMARY KEY AUTOINCREMENT,
	handler   TEXT NOT NULL,
	stream    TEXT NOT NULL,
	revision  INTEGER NOT NULL,
	event     BLOB NOT NULL,
	position  INTEGER NOT NULL,
	type      TEXT NOT NULL,
	class     TEXT NOT NULL,
	reason    TEXT NOT NULL,
	attempts  INTEGER NOT NULL,
	rounds    INTEGER NOT NULL, -- retries since it was parked, for the backoff
	first     INTEGER NOT NULL,
	last      INTEGER NOT NULL,
	next      INTEGER,          -- when it is due; NULL: not by itself; 0: at once
	requested INTEGER NOT NULL,
	discarded INTEGER,          -- when it was; the row is then only history
	by        TEXT NOT NULL DEFAULT '',
	why       TEXT NOT NULL DEFAULT '',
	UNIQUE (handler, event)
) STRICT;

CREATE INDEX parked_due ON parked (handler, next) WHERE discarded IS NULL AND next IS NOT NULL;
CREATE INDEX parked_stream ON parked (handler, stream, position) WHERE discarded IS NULL;

-- What people have asked for; a runner that sees a new number looks at the parked list.
CREATE TABLE asked (number INTEGER NOT NULL) STRICT;
INSERT INTO asked VALUES (0);
