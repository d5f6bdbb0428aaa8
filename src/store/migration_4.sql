-- Version 4: long texts are searched without the index, which took seconds for one of a megabyte,
-- and had everything else wait (see db/long.rs). Never edited once released.

CREATE INDEX message_long ON message (seq) WHERE length(CAST(text AS BLOB)) > 16384;

-- Where there are any, what the index knows is made again without them.
INSERT INTO search (search) SELECT 'delete-all' WHERE EXISTS
    (SELECT 1 FROM message INDEXED BY message_long WHERE length(CAST(text AS BLOB)) > 16384);

UPDATE indexed SET through = -1 WHERE EXISTS
    (SELECT 1 FROM message INDEXED BY message_long WHERE length(CAST(text AS BLOB)) > 16384);
