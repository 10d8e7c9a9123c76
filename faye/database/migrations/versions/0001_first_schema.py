"""The first schema: players and their Esprits, the append-only ledger, processed commands, accounts."""

from alembic import op

revision = "0001"
down_revision = None

BALANCES = ("faylen", "virelite", "fayrite_shards", "fayrites", "ethryl", "remna")
BALANCE_MAX = 10**15

PLAYERS = f"""
CREATE TABLE players (
    id bigint PRIMARY KEY,
    version bigint NOT NULL DEFAULT 0 CHECK (version >= 0),
    started_at timestamptz,
    {"".join(f"{b} bigint NOT NULL DEFAULT 0 CHECK ({b} BETWEEN 0 AND {BALANCE_MAX})," for b in BALANCES)}
    level integer NOT NULL DEFAULT 1 CHECK (level BETWEEN 1 AND level_cap),
    xp bigint NOT NULL DEFAULT 0 CHECK (xp >= 0),
    level_cap integer NOT NULL DEFAULT 10,
    energy integer NOT NULL DEFAULT 0 CHECK (energy >= 0),
    energy_at timestamptz,
    pity_standard integer NOT NULL DEFAULT 0 CHECK (pity_standard >= 0),
    pity_premium integer NOT NULL DEFAULT 0 CHECK (pity_premium >= 0),
    daily_claimed_at timestamptz,
    daily_streak integer NOT NULL DEFAULT 0 CHECK (daily_streak >= 0),
    daily_summoned_at timestamptz,
    leader_id bigint,
    support1_id bigint,
    support2_id bigint
) WITH (fillfactor = 70, autovacuum_vacuum_scale_factor = 0.05)
"""

ESPRITS = """
CREATE TABLE esprits (
    id bigint PRIMARY KEY,
    player_id bigint NOT NULL REFERENCES players (id),
    species text NOT NULL,
    level integer NOT NULL DEFAULT 1 CHECK (level >= 1),
    limit_breaks integer NOT NULL DEFAULT 0 CHECK (limit_breaks >= 0),
    locked boolean NOT NULL DEFAULT false,
    bound boolean NOT NULL DEFAULT false,
    gained_at timestamptz NOT NULL
) WITH (fillfactor = 80)
"""

LEDGER = """
CREATE TABLE ledger (
    player_id bigint NOT NULL,
    version bigint NOT NULL CHECK (version > 0),
    n smallint NOT NULL CHECK (n >= 0),
    idempotency_key bigint NOT NULL,
    event text NOT NULL,
    asset text NOT NULL,
    delta bigint NOT NULL,
    balance bigint NOT NULL CHECK (balance >= 0),
    esprit_id bigint,
    subject text,
    seed bigint,
    config_id bigint NOT NULL,
    at timestamptz NOT NULL,
    xid xid8 NOT NULL DEFAULT pg_current_xact_id(),
    PRIMARY KEY (player_id, version, n)
) WITH (autovacuum_vacuum_insert_scale_factor = 0.02, autovacuum_vacuum_insert_threshold = 10000)
"""

PROCESSED_COMMANDS = """
CREATE TABLE processed_commands (
    idempotency_key bigint NOT NULL PRIMARY KEY,
    player_id bigint NOT NULL,
    digest bigint NOT NULL,
    reply_schema smallint NOT NULL,
    reply bytea NOT NULL
) PARTITION BY RANGE (idempotency_key)
"""

ACCOUNTS = """
CREATE TABLE accounts (
    discord_id bigint PRIMARY KEY,
    player_id bigint NOT NULL UNIQUE
)
"""

SPECIES = """
CREATE TABLE species (
    code text PRIMARY KEY,
    name text NOT NULL,
    rarity text NOT NULL,
    element text NOT NULL,
    esprit_class text NOT NULL,
    stats json NOT NULL,
    lore text NOT NULL
)
"""

CONFIGURATIONS = """
CREATE TABLE configurations (
    id bigint PRIMARY KEY,
    body json NOT NULL
)
"""

REFUSE_CHANGE = """
CREATE FUNCTION faye_refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION '% is append-only: % refused', TG_TABLE_NAME, TG_OP USING ERRCODE = 'FY002';
END $$
"""

EXPECT = """
CREATE FUNCTION faye_expect(actual bigint, expected bigint, what text) RETURNS boolean LANGUAGE plpgsql AS $$
BEGIN
    IF actual <> expected THEN
        RAISE EXCEPTION 'wrote % % where % were expected', actual, what, expected USING ERRCODE = 'FY001';
    END IF;
    RETURN true;
END $$
"""


def upgrade() -> None:
    for statement in (
        PLAYERS, ESPRITS, LEDGER, PROCESSED_COMMANDS, ACCOUNTS, SPECIES, CONFIGURATIONS, REFUSE_CHANGE, EXPECT,
    ):  # fmt: skip
        op.execute(statement)
    op.execute("CREATE INDEX esprits_player_id ON esprits (player_id)")
    op.execute("CREATE INDEX ledger_xid ON ledger (xid)")
    for table in ("ledger", "processed_commands"):
        op.execute(
            f"CREATE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON {table} "
            "FOR EACH STATEMENT EXECUTE FUNCTION faye_refuse_change()"
        )
