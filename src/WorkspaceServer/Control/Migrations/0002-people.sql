-- People. How each one proves who they are, and what they may do in which workspace, stand in tables of their own.
CREATE TABLE person (
    id           TEXT    NOT NULL PRIMARY KEY, -- UUID version 7, 32 hexadecimal digits
    email        TEXT    NOT NULL,             -- as they wrote it
    email_key    TEXT    NOT NULL UNIQUE,      -- trimmed and in lower case: what two addresses are compared by
    name         TEXT    NOT NULL DEFAULT '',
    system_role  TEXT    NOT NULL DEFAULT 'user' CHECK (system_role IN ('user', 'super_admin')),
    created_at   INTEGER NOT NULL,             -- seconds since 1970
    suspended_at INTEGER                       -- seconds since 1970
) STRICT;

CREATE TRIGGER person_changed AFTER UPDATE OF system_role, suspended_at ON person BEGIN UPDATE change_counter SET revision = revision + 1; END;
CREATE TRIGGER person_removed AFTER DELETE ON person BEGIN UPDATE change_counter SET revision = revision + 1; END;
