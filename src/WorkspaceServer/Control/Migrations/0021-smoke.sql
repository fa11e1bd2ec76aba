-- Smoke tests: noted before anything is made, so that the next one finds what one that was cut short left. What each made bears its id as a name.
CREATE TABLE smoke_run (
    id       TEXT    NOT NULL PRIMARY KEY, -- 32 hexadecimal digits, random
    begun_at INTEGER NOT NULL,             -- seconds since 1970
    ended_at INTEGER,                      -- seconds since 1970; null: what it made may still be there
    failed   TEXT                          -- names of the paths that failed, between commas; null: it was cut short
) STRICT;
