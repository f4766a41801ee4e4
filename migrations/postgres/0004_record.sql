-- What reports count by must outlive the words: an erased complaint stays counted, with its flags and topics, by nobody's name.
-- The same tables, columns and keys as migrations/sqlite/0004_record.sql.

ALTER TABLE decision ADD COLUMN flags TEXT NOT NULL DEFAULT '';   -- names, with commas between
ALTER TABLE decision ADD COLUMN topics TEXT NOT NULL DEFAULT '';
UPDATE decision SET
  flags = COALESCE((SELECT string_agg(value, ',') FROM jsonb_array_elements_text(decision.json::jsonb -> 'flags') AS value), ''),
  topics = COALESCE((SELECT string_agg(value, ',') FROM jsonb_array_elements_text(decision.json::jsonb -> 'topics') AS value), '')
  WHERE json LIKE '{%';

-- The case that this one was merged into by a person: it is counted, answered and found there.
ALTER TABLE cases ADD COLUMN merged_into BIGINT REFERENCES cases (id);
CREATE INDEX cases_merged ON cases (merged_into) WHERE merged_into IS NOT NULL;
-- Why nothing of it may be erased: a legal hold, or the Ombudsman has it.
ALTER TABLE cases ADD COLUMN kept_because TEXT;
-- When their words were taken out.
ALTER TABLE cases ADD COLUMN erased_at BIGINT;
ALTER TABLE message ADD COLUMN erased_at BIGINT;

-- What reports tell cases apart by, one value each: contractor, ward, tenure, …
CREATE TABLE case_fact (
  case_id BIGINT NOT NULL REFERENCES cases (id),
  what    TEXT NOT NULL,
  value   TEXT NOT NULL,
  PRIMARY KEY (case_id, what)
);

-- That something was erased: when, by whom, why, and the digest of what was asked for, never the words themselves.
CREATE TABLE erasure (
  id       BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  at       BIGINT NOT NULL,
  who      TEXT NOT NULL,
  why      TEXT NOT NULL,
  what     TEXT NOT NULL CHECK (what IN ('case', 'person', 'retention')),
  digest   TEXT NOT NULL,               -- of the reference or address that was named, keyed by the store's secret
  cases    BIGINT NOT NULL,
  messages BIGINT NOT NULL,
  letters  BIGINT NOT NULL
);
