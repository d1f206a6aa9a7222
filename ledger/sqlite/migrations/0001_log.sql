-- Streams have dense numbers of their own, so that the index on events stays small.
CREATE TABLE streams (
    no   INTEGER PRIMARY KEY,
    name TEXT    NOT NULL UNIQUE
) STRICT;

-- Positions are dense from 1, revisions are dense from 0 in each stream.
CREATE TABLE events (
    pos    INTEGER PRIMARY KEY,
    stream INTEGER NOT NULL,        -- streams.no
    rev    INTEGER NOT NULL,
    id     BLOB    NOT NULL,        -- 16 bytes
    type   TEXT    NOT NULL,
    schema INTEGER NOT NULL,
    time   INTEGER NOT NULL,        -- microseconds since 1970, UTC
    hash   BLOB    NOT NULL,        -- 32 bytes
    meta   BLOB    NOT NULL,
    data   BLOB    NOT NULL,
    UNIQUE (stream, rev)
) STRICT;

CREATE TRIGGER events_are_never_changed BEFORE UPDATE ON events
BEGIN
    SELECT RAISE(ABORT, 'events are never changed');
END;

CREATE TRIGGER events_are_never_deleted BEFORE DELETE ON events
BEGIN
    SELECT RAISE(ABORT, 'events are never deleted');
END;
