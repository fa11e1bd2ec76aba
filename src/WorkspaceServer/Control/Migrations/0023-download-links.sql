-- Links that download one export once. What a link is for stands in the link, signed; here is only whether it can still be used.
CREATE TABLE download_link (
    id         TEXT    NOT NULL PRIMARY KEY,
    person_id  TEXT    NOT NULL REFERENCES person (id),
    session_id TEXT    NOT NULL REFERENCES session (id) ON DELETE CASCADE, -- of the browser that made it: the link ends with it
    created_at INTEGER NOT NULL, -- seconds since 1970
    expires_at INTEGER NOT NULL,
    used_at    INTEGER
) STRICT;
CREATE INDEX download_link_by_person ON download_link (person_id);
CREATE INDEX download_link_by_session ON download_link (session_id);
CREATE INDEX download_link_by_end ON download_link (expires_at);
