-- A workspace that was deleted is on hold at first: nobody reaches it, but it can be brought back until then. Its salt and files are destroyed afterwards.
ALTER TABLE workspace ADD COLUMN held_until INTEGER; -- seconds since 1970; null: not on hold
