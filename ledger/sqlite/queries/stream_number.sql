SELECT no FROM streams WHERE name = ?1
