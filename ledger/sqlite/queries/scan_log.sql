SELECT pos, stream, type
FROM events
WHERE pos > ?1 AND pos <= ?2
ORDER BY pos
LIMIT ?3
