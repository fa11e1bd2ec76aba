-- The audit log: one row for each privileged action, chained by HMAC (Features/Audit/AuditChain). Rows are only ever added;
-- the sweeper alone removes the oldest ones, under a cut mark. The triggers hold for whoever opens this file.

-- What an actor was called when it acted. A name is apart from the rows, so that it can become a pseudonym when an account is closed.
CREATE TABLE audit_name (
    number     INTEGER NOT NULL PRIMARY KEY,
    actor_kind TEXT    NOT NULL,
    actor_id   TEXT    NOT NULL,
    name       TEXT    NOT NULL,
    mac        BLOB    NOT NULL CHECK (length(mac) = 32)
) STRICT;
CREATE INDEX audit_name_by_actor ON audit_name (actor_id, actor_kind, name);

CREATE TABLE audit_entry (
    seq          INTEGER NOT NULL PRIMARY KEY, -- 1, 2, 3 … without a gap
    at           INTEGER NOT NULL,             -- milliseconds since 1970, UTC
    actor_kind   TEXT    NOT NULL,
    actor_id     TEXT    NOT NULL,
    actor_name   INTEGER NOT NULL,             -- audit_name.number
    action       TEXT    NOT NULL,             -- a name of Features/Audit/AuditActions
    target_kind  TEXT,
    target_id    TEXT,
    workspace_id TEXT,
    request_id   TEXT,
    ip           TEXT,
    user_agent   TEXT,
    outcome      TEXT    NOT NULL,             -- "ok" or a problem code
    details      TEXT    NOT NULL CHECK (octet_length(details) <= 8192 AND json_valid(details)),
    mac          BLOB    NOT NULL CHECK (length(mac) = 32)
) STRICT;
CREATE INDEX audit_by_actor ON audit_entry (actor_id);
CREATE INDEX audit_by_workspace ON audit_entry (workspace_id);
CREATE INDEX audit_by_action ON audit_entry (action);
CREATE INDEX audit_by_time ON audit_entry (at);

-- The last row, so that a cut-off tail is missed.
CREATE TABLE audit_head (
    only_row INTEGER NOT NULL PRIMARY KEY CHECK (only_row = 1),
    seq      INTEGER NOT NULL,
    row_mac  BLOB    NOT NULL CHECK (length(row_mac) = 32),
    mac      BLOB    NOT NULL CHECK (length(mac) = 32)
) STRICT;

-- Each sweep's cut: rows up to seq, the last of which had row_mac, were older than the cutoff and are removed.
CREATE TABLE audit_cut (
    seq     INTEGER NOT NULL PRIMARY KEY,
    row_mac BLOB    NOT NULL CHECK (length(row_mac) = 32),
    at      INTEGER NOT NULL, -- milliseconds since 1970, UTC
    cutoff  INTEGER NOT NULL, -- milliseconds since 1970, UTC
    mac     BLOB    NOT NULL CHECK (length(mac) = 32)
) STRICT;

CREATE TRIGGER audit_entry_stays BEFORE UPDATE ON audit_entry BEGIN SELECT RAISE(ABORT, 'the audit log is append-only'); END;
CREATE TRIGGER audit_entry_is_kept BEFORE DELETE ON audit_entry
WHEN OLD.seq > coalesce((SELECT max(seq) FROM audit_cut), 0)
BEGIN SELECT RAISE(ABORT, 'the audit log is append-only'); END;
-- Also stops INSERT OR REPLACE, which deletes a row without asking the trigger above.
CREATE TRIGGER audit_entry_is_next BEFORE INSERT ON audit_entry
WHEN NEW.seq IS NOT coalesce((SELECT max(seq) FROM audit_entry), (SELECT max(seq) FROM audit_cut), 0) + 1
BEGIN SELECT RAISE(ABORT, 'the audit log is append-only'); END;
CREATE TRIGGER audit_head_goes_on BEFORE UPDATE ON audit_head WHEN NEW.seq < OLD.seq
BEGIN SELECT RAISE(ABORT, 'the audit log only grows'); END;
CREATE TRIGGER audit_head_is_not_replaced BEFORE INSERT ON audit_head WHEN NEW.seq < (SELECT seq FROM audit_head)
BEGIN SELECT RAISE(ABORT, 'the audit log only grows'); END;
CREATE TRIGGER audit_head_is_kept BEFORE DELETE ON audit_head BEGIN SELECT RAISE(ABORT, 'the audit log is append-only'); END;
CREATE TRIGGER audit_cut_stays BEFORE UPDATE ON audit_cut BEGIN SELECT RAISE(ABORT, 'the audit log is append-only'); END;
CREATE TRIGGER audit_cut_is_kept BEFORE DELETE ON audit_cut BEGIN SELECT RAISE(ABORT, 'the audit log is append-only'); END;
-- A cut takes no row younger than its cutoff, and no cutoff is less than 365 days before the newest row.
CREATE TRIGGER audit_cut_is_old BEFORE INSERT ON audit_cut
WHEN NEW.seq <= coalesce((SELECT max(seq) FROM audit_cut), 0)
    OR NEW.cutoff > (SELECT at FROM audit_entry ORDER BY seq DESC LIMIT 1) - 365 * 86400000
    OR EXISTS (SELECT 1 FROM audit_entry WHERE seq <= NEW.seq AND +at >= NEW.cutoff)
BEGIN SELECT RAISE(ABORT, 'the audit log keeps twelve months'); END;
