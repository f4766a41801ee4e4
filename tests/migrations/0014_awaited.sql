-- What a running Postroom leaves in the table of 0014. Read by both databases.
INSERT INTO awaited (landlord, value, message_id) SELECT 'thrive', 'first@resident.example', min(id) FROM message;
