-- What reports count by must outlive the words: an erased complaint stays counted, with its flags and topics, by nobody's name.
-- The same tables, columns and keys as migrations/postgres/0004_record.sql.

ALTER TABLE decision ADD COLUMN flags TEXT NOT NULL DEFAULT '';   -- names, with commas between
ALTER TABLE decision ADD COLUMN topics TEXT NOT NULL DEFAULT '';
UPDATE decision SET
  flags = COALESCE((SELECT group_concat(value, ',') FROM json_each(decision.json, '$.flags')), ''),
  topics = COALESCE((SELECT group_concat(value, ',') FROM json_each(decision.json, '$.topics')), '')
  WHERE json LIKE '{%';

-- The case that this one was merged into by a person: it is counted, answered and found there.
ALTER TABLE cases ADD COLUMN merged_into INTEGER REFERENCES cases (id);
CREATE INDEX cases_merged ON cases (merged_into) WHERE merged_into IS NOT NULL;
-- Why nothing of it may be erased: a legal hold, or the Ombudsman has it.
ALTER TABLE cases ADD COLUMN kept_because TEXT;
-- When their words were taken out.
ALTER TABLE cases ADD COLUMN erased_at INTEGER;
ALTER TABLE message ADD COLUMN erased_at INTEGER;

-- What reports tell cases apart by, one value each: contractor, ward, tenure, …
CREATE TABLE case_fact (
  case_id INTEGER NOT NULL REFERENCES cases (id),
  what    TEXT NOT NULL,
  value   TEXT NOT NULL,
  PRIMARY KEY (case_id, what)
) STRICT, WITHOUT ROWID;

-- That something was erased: when, by whom, why, and the digest of what was asked for, never the words themselves.
CREATE TABLE erasure (
  id       INTEGER PRIMARY KEY AUTOINCREMENT,
  at       INTEGER NOT NULL,
  who      TEXT NOT NULL,
  why      TEXT NOT NULL,
  what     TEXT NOT NULL CHECK (what IN ('case', 'person', 'retention')),
  digest   TEXT NOT NULL,               -- of the reference or address that was named, keyed by the store's secret
  cases    INTEGER NOT NULL,
  messages INTEGER NOT NULL,
  letters  INTEGER NOT NULL
) STRICT;
