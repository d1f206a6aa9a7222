SELECT hash FROM events WHERE stream = ?1 AND rev = ?2
