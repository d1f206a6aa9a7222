SELECT pos, stream, rev, id, type, schema, time, hash, meta, data
FROM events
WHERE stream = ?1 AND rev >= ?2
ORDER BY rev
LIMIT ?3
