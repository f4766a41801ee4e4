-- What a running Postroom leaves in the tables of 0003. Read by both databases.
INSERT INTO event (position, landlord, case_id, stage, state, attempts, next_at, body, answer)
  SELECT id, 'thrive', case_id, 'stage1', 'sent', 1, 1772442901000000, '{"type":"complaint.created"}', '200' FROM case_event WHERE what = 'opened';
INSERT INTO told (landlord, webhook_id, sha256, at)
  VALUES ('thrive', 'msg_1', 'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855', 1773442840000000);
