-- Backups: what was tried and how it ended, and which object of the store has each file as of last time. Losing these rows costs one full upload.
CREATE TABLE backup_run (
    id          TEXT    NOT NULL PRIMARY KEY, -- the generation's id
    started_at  INTEGER NOT NULL,             -- milliseconds since 1970, UTC
    finished_at INTEGER,                      -- milliseconds since 1970, UTC
    outcome     TEXT    NOT NULL,             -- "running", "ok" or a problem code
    message     TEXT,                         -- what went wrong
    files       INTEGER NOT NULL DEFAULT 0,   -- uploaded
    kept        INTEGER NOT NULL DEFAULT 0,   -- not uploaded because they had not changed
    bytes       INTEGER NOT NULL DEFAULT 0    -- uploaded
) STRICT;
CREATE INDEX backup_run_by_time ON backup_run (started_at);

CREATE TABLE backup_file (
    file        TEXT NOT NULL PRIMARY KEY, -- "control" or the workspace's id
    entry       TEXT NOT NULL,             -- JSON: BackedUpFile, the last whole upload
    fingerprint TEXT NOT NULL              -- lengths and times of the files on the disk as of then
) STRICT, WITHOUT ROWID;
