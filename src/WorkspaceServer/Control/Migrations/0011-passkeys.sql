-- Passkeys (WebAuthn). Only public keys are here: nothing in this table signs anybody in.
CREATE TABLE passkey (
    id                 TEXT    NOT NULL PRIMARY KEY,
    person_id          TEXT    NOT NULL REFERENCES person (id),
    credential_id      BLOB    NOT NULL UNIQUE CHECK (length(credential_id) BETWEEN 1 AND 1023),
    public_key         BLOB    NOT NULL, -- COSE
    name               TEXT    NOT NULL, -- as its owner calls it
    sign_count         INTEGER NOT NULL, -- of the authenticator; it only ever grows
    transports         TEXT    NOT NULL, -- between single spaces
    is_backup_eligible INTEGER NOT NULL CHECK (is_backup_eligible IN (0, 1)),
    is_backed_up       INTEGER NOT NULL CHECK (is_backed_up IN (0, 1)),
    created_at         INTEGER NOT NULL, -- seconds since 1970
    last_used_at       INTEGER           -- seconds since 1970
) STRICT;
CREATE INDEX passkey_by_person ON passkey (person_id);

-- Challenges that wait for their answer: one use, a few minutes, in one browser.
CREATE TABLE passkey_challenge (
    sha256     BLOB    NOT NULL PRIMARY KEY CHECK (length(sha256) = 32), -- of the secret in the browser's cookie
    kind       TEXT    NOT NULL CHECK (kind IN ('add', 'sign_in', 'step_up')),
    person_id  TEXT             REFERENCES person (id), -- null: whoever the passkey belongs to
    state      TEXT    NOT NULL, -- what the handler of passkeys compares the answer with
    expires_at INTEGER NOT NULL
) STRICT;
