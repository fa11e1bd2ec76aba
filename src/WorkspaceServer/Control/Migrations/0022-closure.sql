-- Closing an account: somebody asks, whoever runs the server approves by hand, and until then it can be called off.
CREATE TABLE closure (
    id            TEXT    NOT NULL PRIMARY KEY,
    person_id     TEXT    NOT NULL REFERENCES person (id),
    asked_at      INTEGER NOT NULL, -- seconds since 1970
    called_off_at INTEGER,          -- seconds since 1970
    approved_at   INTEGER,          -- seconds since 1970
    approved_by   TEXT,             -- the id of a person, or "operator"
    CHECK (called_off_at IS NULL OR approved_at IS NULL)
) STRICT;
-- One open case for each person, whoever asks at the same time.
CREATE UNIQUE INDEX closure_open ON closure (person_id) WHERE called_off_at IS NULL AND approved_at IS NULL;
CREATE INDEX closure_by_person ON closure (person_id);

-- What others did to somebody's account, for the copy that this person may take.
CREATE INDEX audit_by_person ON audit_entry (target_id) WHERE target_kind = 'person';
