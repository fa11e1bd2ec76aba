-- What outlives a master key that was replaced.

-- The audit log's key, sealed under the present master key. No row: the log began under the present one, and its key is derived from it.
CREATE TABLE audit_key (
    only_row INTEGER NOT NULL PRIMARY KEY CHECK (only_row = 1),
    sealed   BLOB    NOT NULL
) STRICT;

-- Public halves of the keys that signed backups before: what they signed is still listed, verified and removed when it is old.
CREATE TABLE backup_signer (
    public_key BLOB    NOT NULL PRIMARY KEY CHECK (length(public_key) = 32),
    until      INTEGER NOT NULL -- milliseconds since 1970, UTC
) STRICT;
