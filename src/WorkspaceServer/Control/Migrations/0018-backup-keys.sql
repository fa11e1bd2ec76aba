-- Whom backups are encrypted to, each time that it changed. The last row is what the newest whole backup, or the attempt at it, is encrypted to.
CREATE TABLE backup_recipients (
    id         INTEGER NOT NULL PRIMARY KEY,
    noted_at   INTEGER NOT NULL, -- milliseconds since 1970, UTC
    recipients TEXT    NOT NULL  -- JSON: an array of public age keys, in their order
) STRICT;

-- Recovery sheets that somebody showed to have on paper, by the characters that stand on each.
CREATE TABLE recovery_sheet (
    id           INTEGER NOT NULL PRIMARY KEY,
    code         TEXT    NOT NULL,
    confirmed_at INTEGER NOT NULL -- milliseconds since 1970, UTC
) STRICT;
