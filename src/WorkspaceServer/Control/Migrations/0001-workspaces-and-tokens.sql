-- Workspaces: where each one is and what its key is derived with.
CREATE TABLE workspace (
    id          TEXT    NOT NULL PRIMARY KEY,
    name        TEXT    NOT NULL,
    key_salt    BLOB    NOT NULL CHECK (length(key_salt) = 32),
    key_version INTEGER NOT NULL DEFAULT 1,
    placement   TEXT    NOT NULL DEFAULT 'local',
    created_at  INTEGER NOT NULL, -- seconds since 1970
    deleted_at  INTEGER           -- seconds since 1970
) STRICT;

-- Personal tokens for the MCP endpoint. Only the hash of a token is ever here.
CREATE TABLE token (
    id             TEXT    NOT NULL PRIMARY KEY,
    sha256         BLOB    NOT NULL UNIQUE CHECK (length(sha256) = 32),
    workspace_id   TEXT    NOT NULL REFERENCES workspace (id),
    name           TEXT    NOT NULL,
    scopes         TEXT    NOT NULL, -- space-separated, as in OAuth
    hidden_columns TEXT    NOT NULL, -- JSON array of "table.column" or "table.*"
    created_at     INTEGER NOT NULL, -- seconds since 1970
    expires_at     INTEGER NOT NULL, -- seconds since 1970
    revoked_at     INTEGER           -- seconds since 1970
) STRICT;
CREATE INDEX token_by_workspace ON token (workspace_id, created_at);

-- Every process that caches who may do what compares this number; any change of authority raises it.
CREATE TABLE change_counter (
    only_row INTEGER NOT NULL PRIMARY KEY CHECK (only_row = 1),
    revision INTEGER NOT NULL
) STRICT;
INSERT INTO change_counter (only_row, revision) VALUES (1, 1);

CREATE TRIGGER token_added AFTER INSERT ON token BEGIN UPDATE change_counter SET revision = revision + 1; END;
CREATE TRIGGER token_changed AFTER UPDATE ON token BEGIN UPDATE change_counter SET revision = revision + 1; END;
CREATE TRIGGER token_removed AFTER DELETE ON token BEGIN UPDATE change_counter SET revision = revision + 1; END;
CREATE TRIGGER workspace_added AFTER INSERT ON workspace BEGIN UPDATE change_counter SET revision = revision + 1; END;
CREATE TRIGGER workspace_changed AFTER UPDATE ON workspace BEGIN UPDATE change_counter SET revision = revision + 1; END;
CREATE TRIGGER workspace_removed AFTER DELETE ON workspace BEGIN UPDATE change_counter SET revision = revision + 1; END;
