-- Programs on other machines that send tables, the tokens with which they are paired, and the keys by which they know this server.
CREATE TABLE agent (
    id           TEXT    NOT NULL PRIMARY KEY,
    workspace_id TEXT    NOT NULL REFERENCES workspace (id),
    name         TEXT    NOT NULL,
    public_key   BLOB    NOT NULL CHECK (length(public_key) = 32), -- Ed25519; the private half never left the agent
    server_key   BLOB    NOT NULL CHECK (length(server_key) = 32), -- the server's key when it was paired
    version      TEXT    NOT NULL,
    platform     TEXT    NOT NULL,
    created_by   TEXT    REFERENCES person (id), -- who made the pairing token; null: the operator
    paired_at    INTEGER NOT NULL, -- seconds since 1970
    revoked_at   INTEGER           -- seconds since 1970
) STRICT;
CREATE INDEX agent_by_workspace ON agent (workspace_id, id);

CREATE TABLE pairing_token (
    id           TEXT    NOT NULL PRIMARY KEY,
    sha256       BLOB    NOT NULL UNIQUE CHECK (length(sha256) = 32),
    workspace_id TEXT    NOT NULL REFERENCES workspace (id),
    name         TEXT    NOT NULL, -- what it is for
    created_by   TEXT    REFERENCES person (id), -- null: the operator
    created_at   INTEGER NOT NULL, -- seconds since 1970
    expires_at   INTEGER NOT NULL, -- seconds since 1970
    redeemed_at  INTEGER,          -- seconds since 1970
    agent_id     TEXT    REFERENCES agent (id) DEFERRABLE INITIALLY DEFERRED,
    revoked_at   INTEGER           -- seconds since 1970
) STRICT;
CREATE INDEX pairing_token_by_workspace ON pairing_token (workspace_id, id);

-- Assertions that were used, until they are too old to be used anyway.
CREATE TABLE agent_assertion (
    agent_id   TEXT    NOT NULL REFERENCES agent (id),
    jti        TEXT    NOT NULL,
    expires_at INTEGER NOT NULL, -- seconds since 1970
    PRIMARY KEY (agent_id, jti)
) STRICT;
CREATE INDEX agent_assertion_by_end ON agent_assertion (expires_at);

-- The private halves are sealed under a key derived from the master key.
CREATE TABLE server_key (
    id         TEXT    NOT NULL PRIMARY KEY,
    kind       TEXT    NOT NULL CHECK (kind IN ('identity', 'tokens')), -- Ed25519, by which agents know the server; P-256, which signs their tokens
    public_key BLOB    NOT NULL,
    sealed     BLOB    NOT NULL,
    created_at INTEGER NOT NULL, -- seconds since 1970
    retired_at INTEGER           -- seconds since 1970
) STRICT;
CREATE UNIQUE INDEX server_key_in_use ON server_key (kind) WHERE retired_at IS NULL;

CREATE TRIGGER agent_added AFTER INSERT ON agent BEGIN UPDATE change_counter SET revision = revision + 1; END;
CREATE TRIGGER agent_changed AFTER UPDATE OF name, revoked_at ON agent BEGIN UPDATE change_counter SET revision = revision + 1; END;
CREATE TRIGGER agent_removed AFTER DELETE ON agent BEGIN UPDATE change_counter SET revision = revision + 1; END;
CREATE TRIGGER server_key_added AFTER INSERT ON server_key BEGIN UPDATE change_counter SET revision = revision + 1; END;
CREATE TRIGGER server_key_changed AFTER UPDATE ON server_key BEGIN UPDATE change_counter SET revision = revision + 1; END;
