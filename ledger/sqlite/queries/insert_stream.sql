INSERT INTO streams (no, name) VALUES (?1, ?2)
