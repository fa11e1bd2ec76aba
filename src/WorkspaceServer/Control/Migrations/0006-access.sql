-- Who may do what in which workspace. What the roles and the names of permissions mean stands in Features/Access.
CREATE TABLE membership (
    workspace_id TEXT    NOT NULL REFERENCES workspace (id),
    person_id    TEXT    NOT NULL REFERENCES person (id),
    role         TEXT    NOT NULL CHECK (role IN ('owner', 'admin', 'member', 'viewer')),
    created_at   INTEGER NOT NULL, -- seconds since 1970
    suspended_at INTEGER,          -- seconds since 1970
    PRIMARY KEY (workspace_id, person_id)
) STRICT;
CREATE INDEX membership_by_person ON membership (person_id);

-- Roles that a workspace makes for itself. They are never changed, only made and removed.
CREATE TABLE custom_role (
    id           TEXT    NOT NULL PRIMARY KEY,
    workspace_id TEXT    NOT NULL REFERENCES workspace (id),
    name         TEXT    NOT NULL,
    name_key     TEXT    NOT NULL, -- in lower case: what two names are compared by
    grants       TEXT    NOT NULL, -- names of permissions between single spaces
    denials      TEXT    NOT NULL, -- likewise; they win over every grant
    created_at   INTEGER NOT NULL, -- seconds since 1970
    UNIQUE (workspace_id, name_key),
    UNIQUE (workspace_id, id)
) STRICT;

-- Both keys name the workspace, so that no member can hold a role of another one.
CREATE TABLE membership_role (
    workspace_id TEXT NOT NULL,
    person_id    TEXT NOT NULL,
    role_id      TEXT NOT NULL,
    PRIMARY KEY (workspace_id, person_id, role_id),
    FOREIGN KEY (workspace_id, person_id) REFERENCES membership (workspace_id, person_id) ON DELETE CASCADE,
    FOREIGN KEY (workspace_id, role_id) REFERENCES custom_role (workspace_id, id)
) STRICT;

-- Those who can still act as owner; a workspace keeps at least one.
CREATE VIEW active_owner AS
    SELECT membership.workspace_id, membership.person_id
    FROM membership JOIN person ON person.id = membership.person_id
    WHERE membership.role = 'owner' AND membership.suspended_at IS NULL AND person.suspended_at IS NULL;

CREATE TABLE invitation (
    id           TEXT    NOT NULL PRIMARY KEY,
    sha256       BLOB    NOT NULL UNIQUE CHECK (length(sha256) = 32),
    workspace_id TEXT    NOT NULL REFERENCES workspace (id),
    email        TEXT    NOT NULL,
    email_key    TEXT    NOT NULL, -- as in person
    role         TEXT    NOT NULL CHECK (role IN ('owner', 'admin', 'member', 'viewer')),
    created_by   TEXT    REFERENCES person (id), -- null: the operator
    created_at   INTEGER NOT NULL, -- seconds since 1970
    expires_at   INTEGER NOT NULL, -- seconds since 1970
    accepted_at  INTEGER,          -- seconds since 1970
    accepted_by  TEXT    REFERENCES person (id),
    revoked_at   INTEGER           -- seconds since 1970
) STRICT;
CREATE INDEX invitation_by_workspace ON invitation (workspace_id, id);

-- An operator's way to a workspace's rows: for a reason, for some hours, to read.
CREATE TABLE support_grant (
    id           TEXT    NOT NULL PRIMARY KEY,
    workspace_id TEXT    NOT NULL REFERENCES workspace (id),
    person_id    TEXT    NOT NULL REFERENCES person (id),
    reason       TEXT    NOT NULL,
    created_at   INTEGER NOT NULL, -- seconds since 1970
    expires_at   INTEGER NOT NULL CHECK (expires_at <= created_at + 14400), -- seconds since 1970
    ended_at     INTEGER,          -- seconds since 1970
    reviewed_at  INTEGER,          -- seconds since 1970
    reviewed_by  TEXT    REFERENCES person (id), -- null: the operator
    review_note  TEXT
) STRICT;
CREATE INDEX support_grant_by_workspace ON support_grant (workspace_id, id);
CREATE INDEX support_grant_by_person ON support_grant (person_id, expires_at);

-- Each read under such a grant.
CREATE TABLE support_read (
    id       INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT,
    grant_id TEXT    NOT NULL REFERENCES support_grant (id),
    at       INTEGER NOT NULL, -- seconds since 1970
    what     TEXT    NOT NULL  -- method and pattern of the route, or the columns
) STRICT;
CREATE INDEX support_read_by_grant ON support_read (grant_id, id);

-- Sign-offs of the access review, each with the report that was signed.
CREATE TABLE access_review (
    id           TEXT    NOT NULL PRIMARY KEY,
    workspace_id TEXT    NOT NULL REFERENCES workspace (id),
    signed_by    TEXT    REFERENCES person (id), -- null: the operator
    signed_at    INTEGER NOT NULL, -- seconds since 1970
    note         TEXT    NOT NULL,
    report       TEXT    NOT NULL  -- JSON
) STRICT;
CREATE INDEX access_review_by_workspace ON access_review (workspace_id, id);

-- The day on which a person or a token last did something in a workspace; no change of authority.
CREATE TABLE last_use (
    workspace_id TEXT    NOT NULL REFERENCES workspace (id),
    actor_id     TEXT    NOT NULL, -- of a person or a token
    day          INTEGER NOT NULL, -- midnight UTC, seconds since 1970
    PRIMARY KEY (workspace_id, actor_id)
) STRICT;

-- A token stands for the member who made it and is worth what they may do; null: made by the operator.
ALTER TABLE token ADD COLUMN created_by TEXT REFERENCES person (id);
CREATE INDEX token_by_creator ON token (created_by, workspace_id);

CREATE TRIGGER membership_added AFTER INSERT ON membership BEGIN UPDATE change_counter SET revision = revision + 1; END;
CREATE TRIGGER membership_changed AFTER UPDATE ON membership BEGIN UPDATE change_counter SET revision = revision + 1; END;
CREATE TRIGGER membership_removed AFTER DELETE ON membership BEGIN UPDATE change_counter SET revision = revision + 1; END;
CREATE TRIGGER membership_role_added AFTER INSERT ON membership_role BEGIN UPDATE change_counter SET revision = revision + 1; END;
CREATE TRIGGER membership_role_changed AFTER UPDATE ON membership_role BEGIN UPDATE change_counter SET revision = revision + 1; END;
CREATE TRIGGER membership_role_removed AFTER DELETE ON membership_role BEGIN UPDATE change_counter SET revision = revision + 1; END;
CREATE TRIGGER custom_role_changed AFTER UPDATE ON custom_role BEGIN UPDATE change_counter SET revision = revision + 1; END;
CREATE TRIGGER support_grant_added AFTER INSERT ON support_grant BEGIN UPDATE change_counter SET revision = revision + 1; END;
CREATE TRIGGER support_grant_changed AFTER UPDATE OF person_id, workspace_id, expires_at, ended_at ON support_grant BEGIN UPDATE change_counter SET revision = revision + 1; END;
CREATE TRIGGER support_grant_removed AFTER DELETE ON support_grant BEGIN UPDATE change_counter SET revision = revision + 1; END;
