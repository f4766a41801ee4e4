-- The whole of Postroom's store. Instants are microseconds since 1970 UTC, dates ISO text, so that both compare as they stand.
-- Indexes begin with their most telling column: a plan made while the tables are empty cannot then prefer all rows of a landlord.
-- The same tables, columns and keys as migrations/postgres/0001_first.sql.

CREATE TABLE meta (
  key   TEXT PRIMARY KEY,
  value TEXT NOT NULL
) STRICT;

-- The bytes as they came, once for each landlord.
CREATE TABLE raw (
  id       INTEGER PRIMARY KEY AUTOINCREMENT,
  landlord TEXT NOT NULL,
  sha256   TEXT NOT NULL,               -- of the bytes as they came, hex
  size     INTEGER NOT NULL,            -- of the bytes as they came
  zstd     BLOB NOT NULL,
  UNIQUE (landlord, sha256)
) STRICT;

-- Where a raw was found: one row for each place, also where its bytes were known already.
CREATE TABLE receipt (
  id          INTEGER PRIMARY KEY AUTOINCREMENT,
  source      TEXT NOT NULL,
  place       TEXT NOT NULL,            -- UIDVALIDITY/UID, file name, platform's id
  raw_id      INTEGER NOT NULL REFERENCES raw (id),
  received_at INTEGER NOT NULL,         -- the server's time: the clock runs from it
  arrived_at  INTEGER NOT NULL,         -- when it was taken in
  answerable  INTEGER NOT NULL,         -- false for what came before letters_from
  UNIQUE (source, place)
) STRICT;
CREATE INDEX receipt_raw ON receipt (raw_id);

CREATE TABLE message (
  id           INTEGER PRIMARY KEY AUTOINCREMENT,
  raw_id       INTEGER NOT NULL REFERENCES raw (id),
  part         INTEGER NOT NULL,        -- 0 for the first message of a raw
  landlord     TEXT NOT NULL,
  source       TEXT NOT NULL,
  channel      TEXT NOT NULL,           -- how its raw is to be read
  received_at  INTEGER NOT NULL,
  answerable   INTEGER NOT NULL,
  state        TEXT NOT NULL CHECK (state IN ('received', 'decided', 'failed')),
  attempts     INTEGER NOT NULL,        -- that ended in a fault
  fault        TEXT,
  fingerprint  TEXT,
  duplicate_of INTEGER REFERENCES message (id),
  message_id   TEXT,                    -- the sender's Message-ID, or the platform's id
  kind         TEXT,                    -- of the latest decision
  reply        TEXT,
  case_id      INTEGER REFERENCES cases (id),
  decided_at   INTEGER,
  UNIQUE (raw_id, part)
) STRICT;
CREATE INDEX message_received ON message (landlord, received_at, id) WHERE state = 'received';
CREATE INDEX message_fingerprint ON message (fingerprint, landlord) WHERE fingerprint IS NOT NULL;
CREATE INDEX message_message_id ON message (message_id, landlord) WHERE message_id IS NOT NULL;
CREATE INDEX message_case ON message (case_id) WHERE case_id IS NOT NULL;
CREATE INDEX message_time ON message (received_at, id);

-- Every decision on a message; the latest holds.
CREATE TABLE decision (
  id             INTEGER PRIMARY KEY AUTOINCREMENT,
  message_id     INTEGER NOT NULL REFERENCES message (id),
  decided_at     INTEGER NOT NULL,
  who            TEXT NOT NULL,         -- 'postroom' or a person
  kind           TEXT NOT NULL,
  reply          TEXT NOT NULL,
  case_id        INTEGER REFERENCES cases (id),
  json           TEXT NOT NULL,
  input_digest   TEXT NOT NULL,
  ruleset_digest TEXT NOT NULL
) STRICT;
CREATE INDEX decision_message ON decision (message_id, id);

-- The last number given out in a year.
CREATE TABLE numbering (
  year INTEGER PRIMARY KEY,
  last INTEGER NOT NULL
) STRICT;

CREATE TABLE cases (
  id              INTEGER PRIMARY KEY AUTOINCREMENT,
  landlord        TEXT NOT NULL,
  year            INTEGER NOT NULL,
  number          INTEGER NOT NULL,
  reference       TEXT NOT NULL UNIQUE,
  token           TEXT NOT NULL UNIQUE,
  stage           TEXT NOT NULL,
  stage1_answered INTEGER NOT NULL,
  stage1_handler  TEXT,                 -- who answered at stage 1: somebody else must at stage 2 (Code 6.12)
  received_at     INTEGER NOT NULL,
  stage_at        INTEGER NOT NULL,
  topic           TEXT NOT NULL,
  related_case    INTEGER REFERENCES cases (id),
  UNIQUE (year, number)
) STRICT;

-- Who is a party to a case; exactly one is the resident.
CREATE TABLE case_party (
  id          INTEGER PRIMARY KEY AUTOINCREMENT,
  case_id     INTEGER NOT NULL REFERENCES cases (id),
  landlord    TEXT NOT NULL,
  resident    INTEGER NOT NULL,
  name        TEXT,
  folded_name TEXT,                     -- model::keys::folded_name
  email       TEXT,
  platform_id TEXT
) STRICT;
CREATE UNIQUE INDEX case_party_resident ON case_party (case_id) WHERE resident;
CREATE INDEX case_party_case ON case_party (case_id, id);
CREATE INDEX case_party_email ON case_party (email, landlord) WHERE email IS NOT NULL;
CREATE INDEX case_party_platform ON case_party (platform_id, landlord) WHERE platform_id IS NOT NULL;
CREATE INDEX case_party_name ON case_party (folded_name, landlord) WHERE folded_name IS NOT NULL;

-- The journal. Rows are added, never changed.
CREATE TABLE case_event (
  id         INTEGER PRIMARY KEY AUTOINCREMENT,
  case_id    INTEGER NOT NULL REFERENCES cases (id),
  at         INTEGER NOT NULL,
  who        TEXT NOT NULL,
  what       TEXT NOT NULL,
  message_id INTEGER REFERENCES message (id),
  outbox_id  INTEGER REFERENCES outbox (id),
  note       TEXT NOT NULL              -- JSON
) STRICT;
CREATE INDEX case_event_case ON case_event (case_id, id);

-- What leads from a later message to a case: Message-IDs (ours and theirs), thread roots, conversations.
CREATE TABLE case_key (
  landlord TEXT NOT NULL,
  what     TEXT NOT NULL CHECK (what IN ('ours', 'theirs', 'thread', 'conversation')),
  value    TEXT NOT NULL,
  case_id  INTEGER NOT NULL REFERENCES cases (id),
  PRIMARY KEY (value, landlord, what, case_id)
) STRICT, WITHOUT ROWID;
CREATE INDEX case_key_case ON case_key (case_id);

CREATE TABLE duty (
  id         INTEGER PRIMARY KEY AUTOINCREMENT,
  landlord   TEXT NOT NULL,
  case_id    INTEGER REFERENCES cases (id),
  message_id INTEGER REFERENCES message (id),
  kind       TEXT NOT NULL,
  due        TEXT NOT NULL,
  due_at     INTEGER NOT NULL,
  warn_from  TEXT NOT NULL,
  covered    INTEGER NOT NULL,
  state      TEXT NOT NULL CHECK (state IN ('open', 'met', 'void')),
  warned     INTEGER NOT NULL,          -- the highest warning given: 0 none, 1 two days, 2 one day, 3 breach
  met_at     INTEGER,
  met_by     TEXT
) STRICT;
CREATE INDEX duty_open ON duty (due_at, id) WHERE state = 'open';
CREATE INDEX duty_case ON duty (case_id) WHERE case_id IS NOT NULL;
CREATE INDEX duty_message ON duty (message_id) WHERE message_id IS NOT NULL;

CREATE TABLE outbox (
  id         INTEGER PRIMARY KEY AUTOINCREMENT,
  landlord   TEXT NOT NULL,
  courier    TEXT NOT NULL,             -- who carries it: mail, social, event
  cause      TEXT NOT NULL,             -- message:ID or duty:ID:LEVEL
  reply      TEXT NOT NULL,
  recipient  TEXT NOT NULL,
  message_id TEXT NOT NULL UNIQUE,      -- of the letter itself, without angle brackets
  zstd       BLOB NOT NULL,             -- the finished bytes
  size       INTEGER NOT NULL,
  state      TEXT NOT NULL CHECK (state IN ('queued', 'sending', 'sent', 'deferred', 'unknown', 'dead', 'held')),
  created_at INTEGER NOT NULL,
  next_at    INTEGER NOT NULL,
  attempts   INTEGER NOT NULL,
  resends    INTEGER NOT NULL,          -- after an unknown outcome
  claimed_by TEXT,
  claimed_at INTEGER,
  sent_at    INTEGER,
  answer     TEXT,                      -- what the server said last, or why it is held
  case_id    INTEGER REFERENCES cases (id),
  duty_id    INTEGER REFERENCES duty (id),  -- met when it is sent
  UNIQUE (cause, reply, recipient)
) STRICT;
CREATE INDEX outbox_due ON outbox (next_at, id) WHERE state IN ('queued', 'deferred');
CREATE INDEX outbox_sending ON outbox (claimed_at) WHERE state = 'sending';
CREATE INDEX outbox_state ON outbox (state, id);
CREATE INDEX outbox_recipient ON outbox (recipient, created_at);
CREATE INDEX outbox_created ON outbox (landlord, created_at);
CREATE INDEX outbox_case ON outbox (case_id) WHERE case_id IS NOT NULL;

CREATE TABLE attempt (
  outbox_id INTEGER NOT NULL REFERENCES outbox (id),
  number    INTEGER NOT NULL,
  at        INTEGER NOT NULL,
  ended_at  INTEGER,
  outcome   TEXT NOT NULL,              -- 'sending' until it is known
  code      TEXT,
  note      TEXT,
  PRIMARY KEY (outbox_id, number)
) STRICT, WITHOUT ROWID;

CREATE TABLE review (
  id          INTEGER PRIMARY KEY AUTOINCREMENT,
  landlord    TEXT NOT NULL,
  message_id  INTEGER REFERENCES message (id),
  case_id     INTEGER REFERENCES cases (id),
  outbox_id   INTEGER REFERENCES outbox (id),
  cause       TEXT NOT NULL,
  says        TEXT NOT NULL,
  state       TEXT NOT NULL CHECK (state IN ('open', 'resolved')),
  opened_at   INTEGER NOT NULL,
  resolved_at INTEGER,
  who         TEXT,
  how         TEXT
) STRICT;
CREATE INDEX review_open ON review (opened_at, id) WHERE state = 'open';
CREATE INDEX review_case ON review (case_id) WHERE case_id IS NOT NULL;
CREATE UNIQUE INDEX review_once ON review (message_id, cause) WHERE state = 'open' AND message_id IS NOT NULL AND outbox_id IS NULL;
CREATE UNIQUE INDEX review_letter_once ON review (outbox_id, cause) WHERE state = 'open' AND outbox_id IS NOT NULL;

-- How far a source has been read.
CREATE TABLE cursor (
  source       TEXT PRIMARY KEY,
  uidvalidity  INTEGER,
  uid          INTEGER,
  letters_from INTEGER NOT NULL,        -- the instant from which mail is answered, fixed at the first connection
  last_success INTEGER
) STRICT;

-- Which daemon reads a source. The fence rises with every new holder, so that a late one is seen to be late.
CREATE TABLE lease (
  source     TEXT PRIMARY KEY,
  holder     TEXT NOT NULL,
  fence      INTEGER NOT NULL,
  expires_at INTEGER NOT NULL
) STRICT;
