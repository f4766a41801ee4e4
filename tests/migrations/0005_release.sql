INSERT INTO input (decision_id, size, zstd) VALUES (1, 2, X'28b52ffd');
INSERT INTO input_case (case_id, decision_id) VALUES (1, 1);
INSERT INTO shadow (digest, since, messages, failed) VALUES ('d', 1772442900000000, 20, 0);
INSERT INTO shadow_change (digest, message_id, live, decided_at, changes)
  VALUES ('d', 1, 'r', 1772442901000000, '[{"what":"kind","from":"new_complaint","to":"needs_review"}]');
