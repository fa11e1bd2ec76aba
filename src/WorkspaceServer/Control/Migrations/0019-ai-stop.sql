-- While there is a row, AI clients are kept out of that workspace, whatever their tokens say; with an empty id, out of all of them.
CREATE TABLE ai_stop (
    workspace_id TEXT    NOT NULL PRIMARY KEY,
    at           INTEGER NOT NULL, -- seconds since 1970
    actor        TEXT    NOT NULL  -- who did it: the id of a person, or "operator"
) STRICT, WITHOUT ROWID;
CREATE TRIGGER ai_stop_added AFTER INSERT ON ai_stop BEGIN UPDATE change_counter SET revision = revision + 1; END;
CREATE TRIGGER ai_stop_removed AFTER DELETE ON ai_stop BEGIN UPDATE change_counter SET revision = revision + 1; END;
