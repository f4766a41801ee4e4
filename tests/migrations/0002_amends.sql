UPDATE message SET amends = (SELECT min(id) FROM message) WHERE id = (SELECT max(id) FROM message);
