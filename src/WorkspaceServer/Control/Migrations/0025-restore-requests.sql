-- Copies of a workspace as it was, which its owners ask for. The key that opens backups is not here: whoever holds it fulfils them by a verb.
CREATE TABLE restore_request (
    id           TEXT    NOT NULL PRIMARY KEY,
    workspace_id TEXT    NOT NULL REFERENCES workspace (id),
    person_id    TEXT    NOT NULL REFERENCES person (id),
    name         TEXT    NOT NULL, -- of the copy
    moment       TEXT    NOT NULL, -- names a generation in the store
    as_of        INTEGER NOT NULL, -- milliseconds since 1970: the moment that it holds
    asked_at     INTEGER NOT NULL, -- seconds since 1970
    expires_at   INTEGER NOT NULL, -- from then on nobody fulfils it
    started_at   INTEGER,          -- when somebody with the key began; null again if that failed
    failure      TEXT,             -- code of what went wrong the last time
    closed_at    INTEGER,          -- null: open
    outcome      TEXT CHECK (outcome IN ('done', 'declined', 'withdrawn', 'lapsed')),
    reason       TEXT,             -- why it was declined
    closed_by    TEXT,             -- the id of a person, or "operator"
    copy_id      TEXT    REFERENCES workspace (id),
    CHECK ((closed_at IS NULL) = (outcome IS NULL)),
    CHECK ((copy_id IS NOT NULL) = (outcome IS 'done'))
) STRICT;
-- One open request for each workspace, whoever asks at the same time.
CREATE UNIQUE INDEX restore_request_open ON restore_request (workspace_id) WHERE closed_at IS NULL;
CREATE INDEX restore_request_by_workspace ON restore_request (workspace_id, id);
CREATE INDEX restore_request_by_person ON restore_request (person_id);
CREATE INDEX restore_request_by_copy ON restore_request (copy_id);

-- Whoever closes a workspace wants no more copies of it.
CREATE TRIGGER workspace_deleted_requests AFTER UPDATE OF deleted_at ON workspace WHEN new.deleted_at IS NOT NULL
BEGIN
    DELETE FROM restore_request WHERE workspace_id = new.id;
END;
