PRAGMA busy_timeout = 10000;
PRAGMA query_only = ON;
PRAGMA cache_size = -16384;
PRAGMA trusted_schema = OFF;
