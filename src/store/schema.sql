-- Version 1. Never edited once released: a change is another step (see db/migrate.rs).
-- No foreign keys: a message of a contact that is not written yet is kept, not refused.

CREATE TABLE contact (
    id          INTEGER PRIMARY KEY,
    address     TEXT    NOT NULL,
    nick        TEXT    NOT NULL,
    in_book     INTEGER NOT NULL,
    last_linked INTEGER,
    last_seen   INTEGER
) STRICT;

-- The text comes last: what stands before it is read without following a long text
-- through its pages. Ids are 16-byte blobs where they are UUIDs, else text (see db/id.rs).
CREATE TABLE message (
    seq     INTEGER PRIMARY KEY,
    contact INTEGER NOT NULL,
    own     INTEGER NOT NULL,
    notice  INTEGER NOT NULL,
    id      ANY     NOT NULL,
    -- Only where it is another than `id`.
    peer_id ANY,
    -- Of the text, where the contact gave an id: tells a repeat once the text is gone.
    digest  INTEGER,
    time    INTEGER NOT NULL,
    arrived INTEGER NOT NULL,
    waiting INTEGER,
    writer  TEXT,
    text    TEXT
) STRICT;

CREATE UNIQUE INDEX message_id ON message (contact, id);

-- With the digest, so that one id given to very many texts is no slow question.
CREATE INDEX message_peer_id ON message (contact, peer_id, digest) WHERE peer_id IS NOT NULL;

-- Every index ends in the row's key: within a contact, this is ordered by `seq`.
CREATE INDEX message_readable ON message (contact) WHERE text IS NOT NULL;

CREATE INDEX message_waiting ON message (seq) WHERE waiting IS NOT NULL;

-- What can expire, in the order in which it does: finding it takes no walk over what is
-- younger, or long done. Clocks are set back and forth, so `seq` would be the wrong order.
CREATE INDEX message_expiring ON message (own, arrived)
    WHERE text IS NOT NULL AND waiting IS NULL;

CREATE TABLE position (
    client TEXT    PRIMARY KEY,
    seq    INTEGER NOT NULL,
    at     INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE request (
    address   TEXT    PRIMARY KEY,
    number    INTEGER,
    alias     TEXT,
    status    INTEGER,
    text      TEXT,
    since     INTEGER NOT NULL,
    shown     INTEGER NOT NULL,
    said_more INTEGER NOT NULL,
    bytes     INTEGER NOT NULL
) STRICT;

CREATE TABLE held (
    place   INTEGER PRIMARY KEY,
    address TEXT    NOT NULL,
    text    TEXT    NOT NULL,
    time    INTEGER NOT NULL,
    id      ANY
) STRICT;

CREATE INDEX held_address ON held (address);

CREATE TABLE silence (
    address TEXT    PRIMARY KEY,
    until   INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE setting (
    name  TEXT PRIMARY KEY,
    value TEXT NOT NULL
) STRICT, WITHOUT ROWID;
