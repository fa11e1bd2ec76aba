-- Who people are at the identity provider. Issuer and subject are the key: an e-mail address may change hands, these two do not.
CREATE TABLE external_identity (
    issuer     TEXT    NOT NULL,
    subject    TEXT    NOT NULL,
    person_id  TEXT    NOT NULL REFERENCES person (id),
    created_at INTEGER NOT NULL, -- seconds since 1970, as all times here
    PRIMARY KEY (issuer, subject)
) STRICT;
CREATE INDEX external_identity_by_person ON external_identity (person_id);

-- Which of our sessions began with which session at the provider, so that the end of that one ends ours.
CREATE TABLE external_session (
    session_id          TEXT NOT NULL PRIMARY KEY REFERENCES session (id) ON DELETE CASCADE,
    issuer              TEXT NOT NULL,
    subject             TEXT NOT NULL,
    external_session_id TEXT
) STRICT;
CREATE INDEX external_session_by_identity ON external_session (issuer, subject);
CREATE INDEX external_session_by_external_id ON external_session (issuer, external_session_id);

-- Sign-ins on their way to the provider and back. A row is taken out when it is used, so that each is used once.
CREATE TABLE external_attempt (
    state_sha256  BLOB    NOT NULL PRIMARY KEY CHECK (length(state_sha256) = 32),
    nonce         TEXT    NOT NULL,
    code_verifier TEXT    NOT NULL,
    is_fresh      INTEGER NOT NULL CHECK (is_fresh IN (0, 1)), -- the provider must ask for a proof, even if it knows the browser
    return_to     TEXT    NOT NULL,
    expires_at    INTEGER NOT NULL
) STRICT;
CREATE INDEX external_attempt_by_expiry ON external_attempt (expires_at);

-- Tokens that were exchanged for a session, until they expire by themselves.
CREATE TABLE external_token_use (
    token_sha256 BLOB    NOT NULL PRIMARY KEY CHECK (length(token_sha256) = 32),
    expires_at   INTEGER NOT NULL
) STRICT;
CREATE INDEX external_token_use_by_expiry ON external_token_use (expires_at);
