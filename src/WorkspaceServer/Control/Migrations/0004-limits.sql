-- Counters of requests that survive a restart: whatever takes a password, a code or a token.
CREATE TABLE rate_count (
    class  TEXT    NOT NULL,
    key    BLOB    NOT NULL CHECK (length(key) = 16), -- an address, or half of a SHA-256
    newest INTEGER NOT NULL,                          -- number of the newest tenth of the window, counted from 1970
    counts BLOB    NOT NULL,                          -- eleven numbers of 4 bytes, one per tenth
    over   INTEGER NOT NULL,                          -- seconds since 1970: when nothing of it counts any more
    PRIMARY KEY (class, key)
) STRICT, WITHOUT ROWID;

-- What a token may read in a day; where nothing is said, as the settings say.
ALTER TABLE token ADD COLUMN rows_per_day INTEGER;
ALTER TABLE token ADD COLUMN bytes_per_day INTEGER;

-- What a token has read in a day, of all processes together.
CREATE TABLE token_usage (
    token_id TEXT    NOT NULL REFERENCES token (id),
    day      INTEGER NOT NULL, -- days since 1970, UTC
    rows     INTEGER NOT NULL,
    bytes    INTEGER NOT NULL,
    PRIMARY KEY (token_id, day)
) STRICT, WITHOUT ROWID;
