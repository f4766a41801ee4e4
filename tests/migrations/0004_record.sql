-- What a running Postroom leaves in the tables of 0004. Read by both databases.
INSERT INTO case_fact (case_id, what, value) SELECT min(id), 'ward', 'Harbour' FROM cases;
INSERT INTO erasure (at, who, why, what, digest, cases, messages, letters)
  VALUES (1772442840000000, 'kim', 'asked under article 17', 'person', 'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855', 1, 2, 3);
UPDATE cases SET kept_because = 'the Ombudsman has it' WHERE id = (SELECT min(id) FROM cases);
