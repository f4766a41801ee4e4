-- A response that was put off once, of a case that somebody has in hand.
UPDATE duty SET from_receipt = '2026-03-16', from_ack = '2026-03-17', first_due = '2026-03-17' WHERE kind LIKE 'respond%';
UPDATE cases SET handler = 'Sam Okoro';
