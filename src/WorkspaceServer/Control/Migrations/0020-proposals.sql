-- What AI clients propose, and what people said of it.

CREATE TABLE proposal (
    id           TEXT    NOT NULL PRIMARY KEY,
    workspace_id TEXT    NOT NULL REFERENCES workspace (id),
    token_id     TEXT    NOT NULL, -- of the personal token or of the grant
    client       TEXT    NOT NULL, -- its name when it proposed
    name         TEXT    NOT NULL,
    sql          TEXT    NOT NULL,
    reason       TEXT    NOT NULL, -- in the client's words; empty if it gave none
    proposed_at  INTEGER NOT NULL, -- seconds since 1970
    expires_at   INTEGER NOT NULL, -- from then on nobody can accept it
    is_accepted  INTEGER CHECK (is_accepted IN (0, 1)), -- null: nobody has said anything
    decided_at   INTEGER,
    decided_by   TEXT    REFERENCES person (id),
    CHECK ((is_accepted IS NULL) = (decided_at IS NULL) AND (is_accepted IS NULL) = (decided_by IS NULL))
) STRICT;
CREATE INDEX proposal_by_time ON proposal (workspace_id, proposed_at);

-- Nothing of a deleted workspace stays: statements hold values of its tables.
CREATE TRIGGER workspace_deleted_proposals AFTER UPDATE OF deleted_at ON workspace WHEN new.deleted_at IS NOT NULL
BEGIN
    DELETE FROM proposal WHERE workspace_id = new.id;
END;
