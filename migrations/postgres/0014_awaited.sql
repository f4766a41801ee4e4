-- Messages that others answer and that have not come: an answer can overtake what it answers.
-- The same tables, columns and keys as migrations/sqlite/0014_awaited.sql.

CREATE TABLE awaited (
  landlord   TEXT NOT NULL,
  value      TEXT NOT NULL,             -- the Message-ID that is answered
  message_id BIGINT NOT NULL REFERENCES message (id),   -- the answer
  PRIMARY KEY (value, landlord, message_id)
);
CREATE INDEX awaited_message ON awaited (message_id);
CREATE INDEX message_duplicate ON message (duplicate_of) WHERE duplicate_of IS NOT NULL;
CREATE INDEX case_event_message ON case_event (message_id) WHERE message_id IS NOT NULL;
