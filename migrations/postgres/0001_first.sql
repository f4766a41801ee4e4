-- The whole of Postroom's store. Instants are microseconds since 1970 UTC, dates ISO text, so that both compare as they stand.
-- Indexes begin with their most telling column: a plan made while the tables are empty cannot then prefer all rows of a landlord.
-- The same tables, columns and keys as migrations/sqlite/0001_first.sql.

CREATE TABLE meta (
  key   TEXT PRIMARY KEY,
  value TEXT NOT NULL
);

-- The bytes as they came, once for each landlord.
CREATE TABLE raw (
  id       BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  landlord TEXT NOT NULL,
  sha256   TEXT NOT NULL,               -- of the bytes as they came, hex
  size     BIGINT NOT NULL,            -- of the bytes as they came
  zstd     BYTEA NOT NULL,
  UNIQUE (landlord, sha256)
);

-- Where a raw was found: one row for each place, also where its bytes were known already.
CREATE TABLE receipt (
  id          BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  source      TEXT NOT NULL,
  place       TEXT NOT NULL,            -- UIDVALIDITY/UID, file name, platform's id
  raw_id      BIGINT NOT NULL REFERENCES raw (id),
  received_at BIGINT NOT NULL,         -- the server's time: the clock runs from it
  arrived_at  BIGINT NOT NULL,         -- when it was taken in
  answerable  BOOLEAN NOT NULL,         -- false for what came before letters_from
  UNIQUE (source, place)
);
CREATE INDEX receipt_raw ON receipt (raw_id);

CREATE TABLE message (
  id           BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  raw_id       BIGINT NOT NULL REFERENCES raw (id),
  part         BIGINT NOT NULL,        -- 0 for the first message of a raw
  landlord     TEXT NOT NULL,
  source       TEXT NOT NULL,
  channel      TEXT NOT NULL,           -- how its raw is to be read
  received_at  BIGINT NOT NULL,
  answerable   BOOLEAN NOT NULL,
  state        TEXT NOT NULL CHECK (state IN ('received', 'decided', 'failed')),
  attempts     BIGINT NOT NULL,        -- that ended in a fault
  fault        TEXT,
  fingerprint  TEXT,
  duplicate_of BIGINT REFERENCES message (id),
  message_id   TEXT,                    -- the sender's Message-ID, or the platform's id
  kind         TEXT,                    -- of the latest decision
  reply        TEXT,
  case_id      BIGINT,
  decided_at   BIGINT,
  UNIQUE (raw_id, part)
);
CREATE INDEX message_received ON message (landlord, received_at, id) WHERE state = 'received';
CREATE INDEX message_fingerprint ON message (fingerprint, landlord) WHERE fingerprint IS NOT NULL;
CREATE INDEX message_message_id ON message (message_id, landlord) WHERE message_id IS NOT NULL;
CREATE INDEX message_case ON message (case_id) WHERE case_id IS NOT NULL;
CREATE INDEX message_time ON message (received_at, id);

-- Every decision on a message; the latest holds.
CREATE TABLE decision (
  id             BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  message_id     BIGINT NOT NULL REFERENCES message (id),
  decided_at     BIGINT NOT NULL,
  who            TEXT NOT NULL,         -- 'postroom' or a person
  kind           TEXT NOT NULL,
  reply          TEXT NOT NULL,
  case_id        BIGINT,
  json           TEXT NOT NULL,
  input_digest   TEXT NOT NULL,
  ruleset_digest TEXT NOT NULL
);
CREATE INDEX decision_message ON decision (message_id, id);

-- The last number given out in a year.
CREATE TABLE numbering (
  year BIGINT PRIMARY KEY,
  last BIGINT NOT NULL
);

CREATE TABLE cases (
  id              BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  landlord        TEXT NOT NULL,
  year            BIGINT NOT NULL,
  number          BIGINT NOT NULL,
  reference       TEXT NOT NULL UNIQUE,
  token           TEXT NOT NULL UNIQUE,
  stage           TEXT NOT NULL,
  stage1_answered BOOLEAN NOT NULL,
  stage1_handler  TEXT,                 -- who answered at stage 1: somebody else must at stage 2 (Code 6.12)
  received_at     BIGINT NOT NULL,
  stage_at        BIGINT NOT NULL,
  topic           TEXT NOT NULL,
  related_case    BIGINT REFERENCES cases (id),
  UNIQUE (year, number)
);

-- Who is a party to a case; exactly one is the resident.
CREATE TABLE case_party (
  id          BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  case_id     BIGINT NOT NULL REFERENCES cases (id),
  landlord    TEXT NOT NULL,
  resident    BOOLEAN NOT NULL,
  name        TEXT,
  folded_name TEXT,                     -- model::keys::folded_name
  email       TEXT,
  platform_id TEXT
);
CREATE UNIQUE INDEX case_party_resident ON case_party (case_id) WHERE resident;
CREATE INDEX case_party_case ON case_party (case_id, id);
CREATE INDEX case_party_email ON case_party (email, landlord) WHERE email IS NOT NULL;
CREATE INDEX case_party_platform ON case_party (platform_id, landlord) WHERE platform_id IS NOT NULL;
CREATE INDEX case_party_name ON case_party (folded_name, landlord) WHERE folded_name IS NOT NULL;

-- The journal. Rows are added, never changed.
CREATE TABLE case_event (
  id         BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  case_id    BIGINT NOT NULL REFERENCES cases (id),
  at         BIGINT NOT NULL,
  who        TEXT NOT NULL,
  what       TEXT NOT NULL,
  message_id BIGINT REFERENCES message (id),
  outbox_id  BIGINT,
  note       TEXT NOT NULL              -- JSON
);
CREATE INDEX case_event_case ON case_event (case_id, id);

-- What leads from a later message to a case: Message-IDs (ours and theirs), thread roots, conversations.
CREATE TABLE case_key (
  landlord TEXT NOT NULL,
  what     TEXT NOT NULL CHECK (what IN ('ours', 'theirs', 'thread', 'conversation')),
  value    TEXT NOT NULL,
  case_id  BIGINT NOT NULL REFERENCES cases (id),
  PRIMARY KEY (value, landlord, what, case_id)
);
CREATE INDEX case_key_case ON case_key (case_id);

CREATE TABLE duty (
  id         BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  landlord   TEXT NOT NULL,
  case_id    BIGINT REFERENCES cases (id),
  message_id BIGINT REFERENCES message (id),
  kind       TEXT NOT NULL,
  due        TEXT COLLATE "C" NOT NULL,
  due_at     BIGINT NOT NULL,
  warn_from  TEXT COLLATE "C" NOT NULL,
  covered    BOOLEAN NOT NULL,
  state      TEXT NOT NULL CHECK (state IN ('open', 'met', 'void')),
  warned     BIGINT NOT NULL,          -- the highest warning given: 0 none, 1 two days, 2 one day, 3 breach
  met_at     BIGINT,
  met_by     TEXT
);
CREATE INDEX duty_open ON duty (due_at, id) WHERE state = 'open';
CREATE INDEX duty_case ON duty (case_id) WHERE case_id IS NOT NULL;
CREATE INDEX duty_message ON duty (message_id) WHERE message_id IS NOT NULL;

CREATE TABLE outbox (
  id         BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  landlord   TEXT NOT NULL,
  courier    TEXT NOT NULL,             -- who carries it: mail, social, event
  cause      TEXT NOT NULL,             -- message:ID or duty:ID:LEVEL
  reply      TEXT NOT NULL,
  recipient  TEXT NOT NULL,
  message_id TEXT NOT NULL UNIQUE,      -- of the letter itself, without angle brackets
  zstd       BYTEA NOT NULL,             -- the finished bytes
  size       BIGINT NOT NULL,
  state      TEXT NOT NULL CHECK (state IN ('queued', 'sending', 'sent', 'deferred', 'unknown', 'dead', 'held')),
  created_at BIGINT NOT NULL,
  next_at    BIGINT NOT NULL,
  attempts   BIGINT NOT NULL,
  resends    BIGINT NOT NULL,          -- after an unknown outcome
  claimed_by TEXT,
  claimed_at BIGINT,
  sent_at    BIGINT,
  answer     TEXT,                      -- what the server said last, or why it is held
  case_id    BIGINT REFERENCES cases (id),
  duty_id    BIGINT REFERENCES duty (id),  -- met when it is sent
  UNIQUE (cause, reply, recipient)
);
CREATE INDEX outbox_due ON outbox (next_at, id) WHERE state IN ('queued', 'deferred');
CREATE INDEX outbox_sending ON outbox (claimed_at) WHERE state = 'sending';
CREATE INDEX outbox_state ON outbox (state, id);
CREATE INDEX outbox_recipient ON outbox (recipient, created_at);
CREATE INDEX outbox_created ON outbox (landlord, created_at);
CREATE INDEX outbox_case ON outbox (case_id) WHERE case_id IS NOT NULL;

CREATE TABLE attempt (
  outbox_id BIGINT NOT NULL REFERENCES outbox (id),
  number    BIGINT NOT NULL,
  at        BIGINT NOT NULL,
  ended_at  BIGINT,
  outcome   TEXT NOT NULL,              -- 'sending' until it is known
  code      TEXT,
  note      TEXT,
  PRIMARY KEY (outbox_id, number)
);

CREATE TABLE review (
  id          BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  landlord    TEXT NOT NULL,
  message_id  BIGINT REFERENCES message (id),
  case_id     BIGINT REFERENCES cases (id),
  outbox_id   BIGINT REFERENCES outbox (id),
  cause       TEXT NOT NULL,
  says        TEXT NOT NULL,
  state       TEXT NOT NULL CHECK (state IN ('open', 'resolved')),
  opened_at   BIGINT NOT NULL,
  resolved_at BIGINT,
  who         TEXT,
  how         TEXT
);
CREATE INDEX review_open ON review (opened_at, id) WHERE state = 'open';
CREATE INDEX review_case ON review (case_id) WHERE case_id IS NOT NULL;
CREATE UNIQUE INDEX review_once ON review (message_id, cause) WHERE state = 'open' AND message_id IS NOT NULL AND outbox_id IS NULL;
CREATE UNIQUE INDEX review_letter_once ON review (outbox_id, cause) WHERE state = 'open' AND outbox_id IS NOT NULL;

-- How far a source has been read.
CREATE TABLE cursor (
  source       TEXT PRIMARY KEY,
  uidvalidity  BIGINT,
  uid          BIGINT,
  letters_from BIGINT NOT NULL,        -- the instant from which mail is answered, fixed at the first connection
  last_success BIGINT
);

-- Which daemon reads a source. The fence rises with every new holder, so that a late one is seen to be late.
CREATE TABLE lease (
  source     TEXT PRIMARY KEY,
  holder     TEXT NOT NULL,
  fence      BIGINT NOT NULL,
  expires_at BIGINT NOT NULL
);

-- References to tables further down.
ALTER TABLE message ADD FOREIGN KEY (case_id) REFERENCES cases (id);
ALTER TABLE decision ADD FOREIGN KEY (case_id) REFERENCES cases (id);
ALTER TABLE case_event ADD FOREIGN KEY (outbox_id) REFERENCES outbox (id);
