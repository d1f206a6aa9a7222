SELECT pos, stream, rev, id, type, schema, time, hash, meta, data
FROM events
WHERE pos > ?1 AND pos <= ?2
ORDER BY pos
LIMIT ?3
