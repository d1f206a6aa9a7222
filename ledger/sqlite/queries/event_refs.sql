SELECT id, pos
FROM events
WHERE stream = ?1 AND rev BETWEEN ?2 AND ?3
ORDER BY rev
