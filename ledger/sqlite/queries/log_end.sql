SELECT coalesce((SELECT max(pos) FROM events), 0), coalesce((SELECT max(no) FROM streams), 0)
