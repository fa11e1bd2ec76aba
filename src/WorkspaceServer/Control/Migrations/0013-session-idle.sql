-- After how many minutes without use the members of a workspace are signed out; null: as on the whole server.
ALTER TABLE workspace ADD COLUMN session_idle_minutes INTEGER CHECK (session_idle_minutes BETWEEN 5 AND 60);
