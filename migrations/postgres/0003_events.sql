-- What goes out to the landlord's own case system: a row for each entry of a case's journal, at the journal's own position.
-- The same tables, columns and keys for both databases.
CREATE TABLE event (
  position BIGINT PRIMARY KEY REFERENCES case_event (id),
  landlord TEXT NOT NULL,
  case_id  BIGINT NOT NULL REFERENCES cases (id),
  stage    TEXT NOT NULL,                -- of the case when it happened
  state    TEXT NOT NULL CHECK (state IN ('queued', 'sent', 'dead', 'kept')),   -- kept: from before there was anybody to tell
  attempts BIGINT NOT NULL,
  next_at  BIGINT NOT NULL,
  body     TEXT,                         -- as it is sent, the same at each try; made at the first
  answer   TEXT
);
CREATE INDEX event_queued ON event (landlord, position) WHERE state = 'queued';
CREATE INDEX event_case_queued ON event (case_id, position) WHERE state = 'queued';
CREATE INDEX event_landlord ON event (landlord, position);

-- What the case system told us: each once, by its own id.
CREATE TABLE told (
  landlord   TEXT NOT NULL,
  webhook_id TEXT NOT NULL,
  sha256     TEXT NOT NULL,              -- of the body
  at         BIGINT NOT NULL,
  PRIMARY KEY (webhook_id, landlord)
);
