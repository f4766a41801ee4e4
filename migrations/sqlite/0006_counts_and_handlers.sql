-- A response has two counts, from receipt and from its acknowledgement; a date that a person put off keeps the one it had first.
ALTER TABLE duty ADD COLUMN from_receipt TEXT;
ALTER TABLE duty ADD COLUMN from_ack TEXT;
ALTER TABLE duty ADD COLUMN first_due TEXT;
-- Whether the final response was ever issued, and who has the case in hand.
ALTER TABLE cases ADD COLUMN stage2_answered INTEGER NOT NULL DEFAULT 0;
ALTER TABLE cases ADD COLUMN handler TEXT;
UPDATE cases SET stage2_answered = 1 WHERE stage = 'final';
