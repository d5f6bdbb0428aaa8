-- Version 2: history, read markers, search. Never edited once released.

-- A JSON object of names and values; NULL where there is none.
ALTER TABLE message ADD COLUMN tags TEXT;

-- A client names messages by their times (see db/reference.rs).
CREATE INDEX message_time ON message (contact, time);

-- And moments at which nothing was written.
CREATE INDEX message_arrived ON message (contact, arrived);

CREATE TABLE marker (
    contact INTEGER PRIMARY KEY,
    seq     INTEGER NOT NULL,
    time    INTEGER NOT NULL
) STRICT;

-- Every three characters in a row of every text, so that words are found in any case, with
-- or without accents, and inside other words. The texts themselves are not kept twice.
CREATE VIRTUAL TABLE search USING fts5 (
    words, content = '', columnsize = 0, tokenize = 'trigram remove_diacritics 1'
);

-- What is deleted from it is overwritten.
INSERT INTO search (search, rank) VALUES ('secure-delete', 1);

-- Its parts are merged by us, in small steps (see db/index.rs): left to itself it would
-- hold up whoever comes at the wrong moment.
INSERT INTO search (search, rank) VALUES ('automerge', 0);
INSERT INTO search (search, rank) VALUES ('crisismerge', 1000);

-- All texts up to this message are in the index, and none after it.
CREATE TABLE indexed (through INTEGER NOT NULL) STRICT;

INSERT INTO indexed VALUES (-1);
