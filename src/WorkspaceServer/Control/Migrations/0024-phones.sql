-- Short message codes: one more second step for those who want it.

-- A number that its owner has shown to hold. Sealed like the keys of authenticator apps.
CREATE TABLE phone (
    person_id     TEXT    NOT NULL PRIMARY KEY REFERENCES person (id),
    sealed_number BLOB    NOT NULL,
    added_at      INTEGER NOT NULL  -- seconds since 1970
) STRICT;

-- Codes that wait to be typed: one for each session or sign-in that asked, good for it alone. The code itself is nowhere, only a MAC over it and who asked.
CREATE TABLE phone_code (
    asked_by      BLOB    NOT NULL PRIMARY KEY CHECK (length(asked_by) = 32),
    person_id     TEXT    NOT NULL REFERENCES person (id),
    code_mac      BLOB    NOT NULL CHECK (length(code_mac) = 32),
    sealed_number BLOB    NOT NULL, -- that it was sent to
    expires_at    INTEGER NOT NULL,
    tries         INTEGER NOT NULL DEFAULT 0,
    used_at       INTEGER
) STRICT;
CREATE INDEX phone_code_by_person ON phone_code (person_id);

-- Messages of the last day, for the limits.
CREATE TABLE phone_message (
    person_id  TEXT    NOT NULL REFERENCES person (id),
    number_mac BLOB    NOT NULL CHECK (length(number_mac) = 32),
    sent_at    INTEGER NOT NULL
) STRICT;
CREATE INDEX phone_message_by_person ON phone_message (person_id, sent_at);
CREATE INDEX phone_message_by_number ON phone_message (number_mac, sent_at);
