-- AI clients that connect through OAuth, and what people granted them. Of codes and tokens only hashes are here.
CREATE TABLE oauth_client (
    id            TEXT    NOT NULL PRIMARY KEY, -- made by us, or the https address of the document that describes the client
    name          TEXT    NOT NULL,             -- as it says itself
    redirect_uris TEXT    NOT NULL,             -- JSON array
    is_document   INTEGER NOT NULL CHECK (is_document IN (0, 1)),
    fresh_until   INTEGER,                      -- seconds since 1970; of a document: when it is fetched again
    created_at    INTEGER NOT NULL,             -- seconds since 1970
    used_at       INTEGER                       -- seconds since 1970; when it last got tokens
) STRICT;

-- One person let one client into one workspace.
CREATE TABLE oauth_grant (
    id             TEXT    NOT NULL PRIMARY KEY,
    client_id      TEXT    NOT NULL REFERENCES oauth_client (id),
    workspace_id   TEXT    NOT NULL REFERENCES workspace (id),
    person_id      TEXT    NOT NULL REFERENCES person (id),
    redirect_uri   TEXT    NOT NULL,
    resource       TEXT    NOT NULL, -- the address that the tokens are for
    scopes         TEXT    NOT NULL, -- space-separated
    tools          TEXT,             -- JSON array of the only tools it may use; null: all that the scopes open
    hidden_columns TEXT    NOT NULL, -- JSON array of "table.column" or "table.*"
    rows_per_day   INTEGER NOT NULL,
    created_at     INTEGER NOT NULL, -- seconds since 1970
    expires_at     INTEGER NOT NULL, -- seconds since 1970
    connected_at   INTEGER,          -- seconds since 1970; null: the client has not fetched its tokens yet
    used_at        INTEGER,          -- seconds since 1970; when it last fetched tokens
    paused_at      INTEGER,          -- seconds since 1970
    revoked_at     INTEGER           -- seconds since 1970
) STRICT;
CREATE INDEX oauth_grant_by_workspace ON oauth_grant (workspace_id, id);
CREATE INDEX oauth_grant_by_client ON oauth_grant (client_id);
CREATE INDEX oauth_grant_by_person ON oauth_grant (person_id, workspace_id);

CREATE TABLE oauth_code (
    sha256     BLOB    NOT NULL PRIMARY KEY CHECK (length(sha256) = 32),
    grant_id   TEXT    NOT NULL REFERENCES oauth_grant (id) ON DELETE CASCADE,
    challenge  TEXT    NOT NULL, -- SHA-256 of the client's verifier, base64url (RFC 7636, section 4.2)
    expires_at INTEGER NOT NULL, -- seconds since 1970
    used_at    INTEGER           -- seconds since 1970
) STRICT, WITHOUT ROWID;
CREATE INDEX oauth_code_by_grant ON oauth_code (grant_id);

CREATE TABLE oauth_access (
    sha256     BLOB    NOT NULL PRIMARY KEY CHECK (length(sha256) = 32),
    grant_id   TEXT    NOT NULL REFERENCES oauth_grant (id) ON DELETE CASCADE,
    created_at INTEGER NOT NULL, -- seconds since 1970
    expires_at INTEGER NOT NULL  -- seconds since 1970
) STRICT, WITHOUT ROWID;
CREATE INDEX oauth_access_by_grant ON oauth_access (grant_id, expires_at);

-- All refresh tokens of a grant are one family. One that was used is kept until it expires, so that its coming again is noticed.
CREATE TABLE oauth_refresh (
    sha256     BLOB    NOT NULL PRIMARY KEY CHECK (length(sha256) = 32),
    grant_id   TEXT    NOT NULL REFERENCES oauth_grant (id) ON DELETE CASCADE,
    expires_at INTEGER NOT NULL, -- seconds since 1970
    used_at    INTEGER,          -- seconds since 1970
    answer     BLOB              -- what using it gave, sealed under a key that needs the refresh token itself; gone after the grace time
) STRICT, WITHOUT ROWID;
CREATE INDEX oauth_refresh_by_grant ON oauth_refresh (grant_id, expires_at);

CREATE TRIGGER oauth_grant_changed AFTER UPDATE OF scopes, tools, hidden_columns, rows_per_day, expires_at, paused_at, revoked_at ON oauth_grant BEGIN UPDATE change_counter SET revision = revision + 1; END;
CREATE TRIGGER oauth_grant_removed AFTER DELETE ON oauth_grant BEGIN UPDATE change_counter SET revision = revision + 1; END;
CREATE TRIGGER oauth_access_changed AFTER UPDATE OF expires_at ON oauth_access BEGIN UPDATE change_counter SET revision = revision + 1; END;

-- Grants read rows as tokens do, so their usage stands in the same table.
CREATE TABLE usage (
    token_id TEXT    NOT NULL, -- of a token or a grant
    day      INTEGER NOT NULL, -- days since 1970, UTC
    rows     INTEGER NOT NULL,
    bytes    INTEGER NOT NULL,
    PRIMARY KEY (token_id, day)
) STRICT, WITHOUT ROWID;
INSERT INTO usage SELECT token_id, day, rows, bytes FROM token_usage;
DROP TABLE token_usage;
ALTER TABLE usage RENAME TO token_usage;
