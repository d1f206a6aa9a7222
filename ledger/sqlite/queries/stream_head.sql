SELECT s.no, e.rev, e.hash
FROM streams s JOIN events e ON e.stream = s.no
WHERE s.name = ?1
ORDER BY e.rev DESC
LIMIT 1
