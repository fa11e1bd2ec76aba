-- Restores that were practised elsewhere, as their signed certificates say.
CREATE TABLE drill (
    sha256      BLOB    NOT NULL PRIMARY KEY CHECK (length(sha256) = 32), -- of the signed text
    drilled_at  INTEGER NOT NULL, -- milliseconds since 1970, UTC
    recorded_at INTEGER NOT NULL, -- milliseconds since 1970, UTC
    passed      INTEGER NOT NULL CHECK (passed IN (0, 1)),
    certificate TEXT    NOT NULL  -- JSON, as it was signed
) STRICT;
CREATE INDEX drill_by_time ON drill (drilled_at);
