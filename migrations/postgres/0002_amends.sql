-- An edit or a deletion names the message that it changes: the history of what was said is kept on it.
ALTER TABLE message ADD COLUMN amends BIGINT REFERENCES message (id);
CREATE INDEX message_amends ON message (amends) WHERE amends IS NOT NULL;
