-- Format 1 of blobs.db.

CREATE TABLE blobs (
    no      INTEGER PRIMARY KEY,               -- never used again while the store is open
    stream  TEXT NOT NULL,
    id      BLOB NOT NULL,                     -- 16 bytes
    state   INTEGER NOT NULL,                  -- 1 being put, 2 pending, 3 kept
    created INTEGER NOT NULL,                  -- microseconds since 1970, UTC
    head    BLOB,                              -- sealed; absent while being put
    UNIQUE (stream, id)
) STRICT;

CREATE INDEX unsettled ON blobs (no) WHERE state < 3;

CREATE TABLE chunks (
    no   INTEGER PRIMARY KEY,                  -- number of the blob * 2^20 + number of the chunk
    data BLOB NOT NULL                         -- sealed
) STRICT;

-- Blobs that are dropped, whose chunks are not all deleted yet.
CREATE TABLE trash (
    no INTEGER PRIMARY KEY
) STRICT;
