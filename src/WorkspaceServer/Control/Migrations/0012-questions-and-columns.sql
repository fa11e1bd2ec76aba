-- What people asked in SQL, what they kept of it, and which columns AI clients never see.

-- The statements a person ran, as they wrote them; only that person reads them, and only the newest are kept.
CREATE TABLE question_run (
    number       INTEGER NOT NULL PRIMARY KEY,
    workspace_id TEXT    NOT NULL REFERENCES workspace (id),
    person_id    TEXT    NOT NULL REFERENCES person (id),
    sql          TEXT    NOT NULL,
    ran_at       INTEGER NOT NULL, -- seconds since 1970
    outcome      TEXT    NOT NULL, -- "ok" or a problem code
    row_count    INTEGER NOT NULL,
    milliseconds INTEGER NOT NULL
) STRICT;
CREATE INDEX question_run_by_person ON question_run (workspace_id, person_id, number);

CREATE TABLE saved_question (
    id           TEXT    NOT NULL PRIMARY KEY,
    workspace_id TEXT    NOT NULL REFERENCES workspace (id),
    name         TEXT    NOT NULL,
    sql          TEXT    NOT NULL,
    saved_by     TEXT    NOT NULL REFERENCES person (id),
    saved_at     INTEGER NOT NULL, -- seconds since 1970
    UNIQUE (workspace_id, name)
) STRICT;

-- A column without a row is internal and shown.
CREATE TABLE column_rule (
    workspace_id TEXT    NOT NULL REFERENCES workspace (id),
    table_name   TEXT    NOT NULL COLLATE NOCASE,
    column_name  TEXT    NOT NULL COLLATE NOCASE,
    class        TEXT    NOT NULL CHECK (class IN ('public', 'internal', 'private', 'confidential')),
    is_hidden    INTEGER NOT NULL CHECK (is_hidden IN (0, 1)), -- from every AI client
    PRIMARY KEY (workspace_id, table_name, column_name)
) STRICT, WITHOUT ROWID;

-- Every process forgets what it remembered of who sees what.
CREATE TRIGGER column_rule_added AFTER INSERT ON column_rule BEGIN UPDATE change_counter SET revision = revision + 1; END;
CREATE TRIGGER column_rule_changed AFTER UPDATE ON column_rule BEGIN UPDATE change_counter SET revision = revision + 1; END;
CREATE TRIGGER column_rule_removed AFTER DELETE ON column_rule BEGIN UPDATE change_counter SET revision = revision + 1; END;

-- Nothing of a deleted workspace stays: statements hold values of its tables.
CREATE TRIGGER workspace_deleted_questions AFTER UPDATE OF deleted_at ON workspace WHEN new.deleted_at IS NOT NULL
BEGIN
    DELETE FROM question_run WHERE workspace_id = new.id;
    DELETE FROM saved_question WHERE workspace_id = new.id;
    DELETE FROM column_rule WHERE workspace_id = new.id;
END;
