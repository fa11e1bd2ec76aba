-- How people prove who they are, and that they did.

-- What a password is checked against: argon2id in the PHC form, or bcrypt. Never the password.
CREATE TABLE credential (
    person_id  TEXT    NOT NULL PRIMARY KEY REFERENCES person (id),
    verifier   TEXT    NOT NULL,
    changed_at INTEGER NOT NULL  -- seconds since 1970
) STRICT;

-- Signed-in browsers. Only hashes of the cookie's secret are here; a session that ended has no row.
CREATE TABLE session (
    id               TEXT    NOT NULL PRIMARY KEY,
    person_id        TEXT    NOT NULL REFERENCES person (id),
    sha256           BLOB    NOT NULL UNIQUE CHECK (length(sha256) = 32),
    previous_sha256  BLOB             UNIQUE CHECK (length(previous_sha256) = 32), -- of the secret before the last rotation
    created_at       INTEGER NOT NULL, -- seconds since 1970, as all times here
    rotated_at       INTEGER NOT NULL,
    last_seen_at     INTEGER NOT NULL,
    authenticated_at INTEGER NOT NULL, -- when they last proved who they are
    expires_at       INTEGER NOT NULL, -- whatever happens
    idle_seconds     INTEGER NOT NULL, -- ends after this time without use
    has_mfa          INTEGER NOT NULL CHECK (has_mfa IN (0, 1)),
    address          TEXT    NOT NULL,
    user_agent       TEXT    NOT NULL
) STRICT;
CREATE INDEX session_by_person ON session (person_id);

-- Links in mails and on the operator's screen, and sign-ins that wait for a second factor: 256 bits, used once.
CREATE TABLE one_time_link (
    sha256         BLOB    NOT NULL PRIMARY KEY CHECK (length(sha256) = 32),
    kind           TEXT    NOT NULL CHECK (kind IN ('setup', 'verify', 'password', 'sign_in', 'second_factor')),
    person_id      TEXT             REFERENCES person (id),
    email          TEXT    NOT NULL,
    browser_sha256 BLOB,             -- of the secret of the browser that alone may use it; null if any may
    created_at     INTEGER NOT NULL,
    expires_at     INTEGER NOT NULL,
    used_at        INTEGER
) STRICT;
CREATE INDEX one_time_link_by_person ON one_time_link (person_id, kind);

-- Tries of one kind, for one account from one address; counted before they are made, forgotten when one succeeds.
CREATE TABLE attempt (
    key_sha256    BLOB    NOT NULL PRIMARY KEY CHECK (length(key_sha256) = 32),
    failures      INTEGER NOT NULL,
    blocked_until INTEGER NOT NULL,
    last_at       INTEGER NOT NULL
) STRICT;

-- Authenticator apps. Keys are sealed: the key that opens them is derived from the master key.
CREATE TABLE totp (
    person_id   TEXT    NOT NULL PRIMARY KEY REFERENCES person (id),
    sealed_key  BLOB,                        -- null until the first code was right
    enrolled_at INTEGER,
    last_step   INTEGER NOT NULL DEFAULT 0,  -- no code of this 30-second step or an earlier one is taken again
    pending_key BLOB,                        -- sealed too; shown, not yet confirmed
    pending_at  INTEGER
) STRICT;

-- Ten codes for the day the phone is lost. One salt for the set, so that one slow hash finds the code among all ten.
CREATE TABLE backup_code_set (
    person_id  TEXT    NOT NULL PRIMARY KEY REFERENCES person (id),
    parameters TEXT    NOT NULL, -- argon2id in the PHC form, without a hash
    created_at INTEGER NOT NULL
) STRICT;
CREATE TABLE backup_code (
    person_id TEXT    NOT NULL REFERENCES person (id),
    hash      BLOB    NOT NULL,
    used_at   INTEGER,
    PRIMARY KEY (person_id, hash)
) STRICT;
