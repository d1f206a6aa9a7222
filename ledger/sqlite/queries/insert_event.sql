INSERT INTO events (pos, stream, rev, id, type, schema, time, hash, meta, data)
VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10)
