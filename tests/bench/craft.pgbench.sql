-- One craft as a careful service does it, command by command; run prepared. Variables: first, last, step.
\set id random(:first, :last) * :step
BEGIN;
SELECT version, fayrite_shards, fayrites FROM peer_players WHERE id = :id FOR UPDATE \gset
UPDATE peer_players SET fayrite_shards = fayrite_shards - 10, fayrites = fayrites + 1, version = version + 1
  WHERE id = :id;
INSERT INTO peer_commands VALUES (nextval('peer_keys'), :id, 1, 1, '\x00112233445566778899aabbccddeeff');
INSERT INTO peer_ledger (player_id, version, n, idempotency_key, event, asset, delta, balance, config_id, at)
  VALUES (:id, :version + 1, 0, currval('peer_keys'), 'craft', 'fayrite_shards', -10, :fayrite_shards - 10, 1, now());
INSERT INTO peer_ledger (player_id, version, n, idempotency_key, event, asset, delta, balance, config_id, at)
  VALUES (:id, :version + 1, 1, currval('peer_keys'), 'craft', 'fayrites', 1, :fayrites + 1, 1, now());
COMMIT;
