-- Two messages from one resident: a complaint that opened a case and was acknowledged, and one that could not be read.
INSERT INTO meta (key, value) VALUES ('instance', 'a1b2c3');
INSERT INTO raw (landlord, sha256, size, zstd) VALUES ('thrive', 'aa', 3, X'28b52ffd'), ('thrive', 'bb', 0, X'28b52ffd');
INSERT INTO receipt (source, place, raw_id, received_at, arrived_at, answerable) VALUES
  ('complaints', '17/1', 1, 1772442840000000, 1772442900000000, TRUE),
  ('complaints', '18/1', 1, 1772442840000000, 1772446500000000, TRUE),
  ('enquiries', '5/9', 2, 1772442841000000, 1772442900000000, FALSE);
INSERT INTO numbering (year, last) VALUES (2026, 1);
INSERT INTO cases (landlord, year, number, reference, token, stage, stage1_answered, stage1_handler, received_at, stage_at, topic)
  VALUES ('thrive', 2026, 1, 'PR-2026-000001', '7q4m2k9f', 'responded', TRUE, 'kim', 1772442840000000, 1773442840000000, 'no heating');
INSERT INTO message (raw_id, part, landlord, source, channel, received_at, answerable, state, attempts, fault, fingerprint, message_id, kind, reply,
  case_id, decided_at) VALUES
  (1, 0, 'thrive', 'complaints', 'email', 1772442840000000, TRUE, 'decided', 0, NULL, 'f1', 'x@resident.example', 'new_complaint',
   'acknowledge_stage1', 1, 1772442901000000),
  (2, 0, 'thrive', 'enquiries', 'email', 1772442841000000, FALSE, 'failed', 3, 'read past its end', NULL, NULL, NULL, NULL, NULL, 1772442902000000);
INSERT INTO decision (message_id, decided_at, who, kind, reply, case_id, json, input_digest, ruleset_digest)
  VALUES (1, 1772442901000000, 'postroom', 'new_complaint', 'acknowledge_stage1', 1, '{}', 'i', 'r');
INSERT INTO case_party (case_id, landlord, resident, name, folded_name, email) VALUES
  (1, 'thrive', TRUE, 'Jo Resident', 'jo resident', 'jo@resident.example'),
  (1, 'thrive', FALSE, 'Advice Centre', 'advice centre', 'help@advice.example');
INSERT INTO case_key (landlord, what, value, case_id) VALUES
  ('thrive', 'theirs', 'x@resident.example', 1), ('thrive', 'ours', 'pr.1@thrive.example', 1), ('thrive', 'thread', '01db', 1);
INSERT INTO duty (landlord, case_id, message_id, kind, due, due_at, warn_from, covered, state, warned, met_at, met_by) VALUES
  ('thrive', 1, 1, 'acknowledge', '2026-03-09', 1773100799999999, '2026-03-05', TRUE, 'met', 0, 1772442910000000, 'outbox:1'),
  ('thrive', 1, 1, 'define', '2026-03-09', 1773100799999999, '2026-03-05', TRUE, 'open', 2, NULL, NULL);
INSERT INTO outbox (landlord, courier, cause, reply, recipient, message_id, zstd, size, state, created_at, next_at, attempts, resends, sent_at,
  answer, case_id, duty_id) VALUES
  ('thrive', 'mail', 'message:1', 'acknowledge_stage1', 'jo@resident.example', 'pr.1@thrive.example', X'28b52ffd', 0, 'sent', 1772442901000000,
   1772442901000000, 1, 0, 1772442910000000, '250 2.0.0 ok', 1, 1);
INSERT INTO attempt (outbox_id, number, at, ended_at, outcome, code, note)
  VALUES (1, 1, 1772442905000000, 1772442910000000, 'sent', '250', '250 2.0.0 ok');
INSERT INTO case_event (case_id, at, who, what, message_id, outbox_id, note) VALUES
  (1, 1772442901000000, 'postroom', 'opened', 1, NULL, 'null'),
  (1, 1772442910000000, 'postroom', 'letter_sent', NULL, 1, '{"reply":"acknowledge_stage1"}'),
  (1, 1773442840000000, 'kim', 'stage1_response', NULL, NULL, 'null');
INSERT INTO review (landlord, message_id, case_id, outbox_id, cause, says, state, opened_at, resolved_at, who, how) VALUES
  ('thrive', 2, NULL, NULL, 'unreadable', 'It could not be read.', 'open', 1772442902000000, NULL, NULL, NULL),
  ('thrive', 1, 1, NULL, 'related', 'Is it the same boiler?', 'resolved', 1772442901000000, 1772542901000000, 'kim', 'not the same');
INSERT INTO cursor (source, uidvalidity, uid, letters_from, last_success) VALUES
  ('complaints', 18, 1, 1772000000000000, 1772446500000000), ('enquiries', 5, 9, 1772000000000000, NULL);
INSERT INTO lease (source, holder, fence, expires_at) VALUES ('complaints', 'host-1', 4, 1772446560000000);
