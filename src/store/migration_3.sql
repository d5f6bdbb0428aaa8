-- Version 3: what can expire is indexed where texts expire at all (see db/write.rs), which by
-- default they do not: every message paid for it. Never edited once released.

DROP INDEX message_expiring;
