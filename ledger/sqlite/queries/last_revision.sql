SELECT max(rev) FROM events WHERE stream = ?1
