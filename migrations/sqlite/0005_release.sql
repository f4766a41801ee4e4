-- Judging a change of rules by the post that was: what each decision rested on beside the rules, and where a candidate that runs beside the
-- live rules differs from them.

-- The message as it was read and the cases it might have belonged to, as they stood. Decisions made before this migration have none.
CREATE TABLE input (
  decision_id INTEGER PRIMARY KEY REFERENCES decision (id),
  size        INTEGER NOT NULL,           -- of the JSON
  zstd        BLOB NOT NULL
) STRICT;

-- Whose cases an input speaks of, so that erasing a case finds it.
CREATE TABLE input_case (
  case_id     INTEGER NOT NULL REFERENCES cases (id),
  decision_id INTEGER NOT NULL REFERENCES decision (id),
  PRIMARY KEY (case_id, decision_id)
) STRICT, WITHOUT ROWID;

-- A candidate that ran in shadow: since when, how many messages it was asked about, how many it failed on.
CREATE TABLE shadow (
  digest   TEXT PRIMARY KEY,
  since    INTEGER NOT NULL,
  messages INTEGER NOT NULL,
  failed   INTEGER NOT NULL
) STRICT;

-- Where it differed. Kinds, flags, dates: nothing that a resident wrote.
CREATE TABLE shadow_change (
  digest     TEXT NOT NULL REFERENCES shadow (digest),
  message_id INTEGER NOT NULL REFERENCES message (id),
  live       TEXT NOT NULL,               -- digest of the rules that decided
  decided_at INTEGER NOT NULL,
  changes    TEXT NOT NULL,               -- JSON
  PRIMARY KEY (digest, message_id)
) STRICT, WITHOUT ROWID;
