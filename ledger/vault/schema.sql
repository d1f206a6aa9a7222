-- Format 1 of keys.db.

-- Which master key wraps the keys of the orgs.
CREATE TABLE master (
    one INTEGER PRIMARY KEY CHECK (one = 1),
    id  BLOB NOT NULL                          -- 16 bytes
) STRICT;

CREATE TABLE orgs (
    no      INTEGER PRIMARY KEY,
    name    TEXT NOT NULL UNIQUE,
    created INTEGER NOT NULL,                  -- microseconds since 1970, UTC
    wrapped BLOB NOT NULL                      -- always the same size, see cipher.go
) STRICT;

-- Rows are only ever added at the end and changed without changing their size: that keeps SQLite from copying a wrapped key to
-- another place in the file, where erasing it would not reach.
CREATE TABLE streams (
    no      INTEGER PRIMARY KEY,
    name    TEXT NOT NULL UNIQUE,
    org     INTEGER NOT NULL REFERENCES orgs (no),
    created INTEGER NOT NULL,                  -- microseconds since 1970, UTC
    wrapped BLOB NOT NULL                      -- always the same size; a tombstone when erased
) STRICT;
