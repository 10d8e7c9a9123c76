"""Cut the ledger into periods, so that what is long past can be closed and need not be read again.

The table that is there becomes the first period's partition as it is; no line is rewritten. The default of
`period` lets a release that does not know of periods go on writing.
"""

from alembic import op

revision = "0002"
down_revision = "0001"

PERIODS = """
CREATE TABLE ledger_periods (
    period integer PRIMARY KEY CHECK (period > 0),
    opened_at timestamptz NOT NULL DEFAULT now(),
    opened_xid xid8 NOT NULL DEFAULT pg_current_xact_id(),
    closed_at timestamptz
)
"""

OPENINGS = """
CREATE TABLE ledger_openings (
    player_id bigint NOT NULL,
    period integer NOT NULL,
    asset text NOT NULL,
    version bigint NOT NULL CHECK (version > 0),
    balance bigint NOT NULL,
    digest numeric NOT NULL,
    PRIMARY KEY (player_id, period, asset)
)
"""

CURRENT_PERIOD = """
CREATE FUNCTION faye_current_period() RETURNS integer LANGUAGE sql STABLE AS
$$ SELECT max(period) FROM ledger_periods $$
"""

# 60 bits of a hash that no release, machine or setting of PostgreSQL computes differently.
ESPRIT_DIGEST = """
CREATE FUNCTION faye_esprit_digest(esprit_id bigint, species text) RETURNS numeric
LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
    SELECT ('x' || left(encode(sha256(convert_to(esprit_id || ':' || coalesce(species, ''), 'UTF8')), 'hex'), 15))
           ::bit(60)::bigint::numeric
$$
"""

# A serialization failure: the statement began before the next period did, and may simply be run again.
REFUSE_LATE = """
CREATE FUNCTION faye_refuse_late() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION '% is closed: lines belong to the current period', TG_TABLE_NAME USING ERRCODE = '40001';
END $$
"""

KEEP_PERIOD = """
CREATE FUNCTION faye_keep_period() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF OLD.closed_at IS NOT NULL OR NEW.closed_at IS NULL
        OR (NEW.period, NEW.opened_at, NEW.opened_xid) IS DISTINCT FROM (OLD.period, OLD.opened_at, OLD.opened_xid)
    THEN
        RAISE EXCEPTION 'a period is closed once and never changed' USING ERRCODE = 'FY002';
    END IF;
    RETURN NEW;
END $$
"""

FIRST_PARTITION = (
    "ALTER TABLE ledger ADD COLUMN period integer NOT NULL DEFAULT 1",
    "ALTER TABLE ledger RENAME TO ledger_1",
    "ALTER INDEX ledger_pkey RENAME TO ledger_1_pkey",
    "ALTER INDEX ledger_xid RENAME TO ledger_1_xid",
    "CREATE TABLE ledger (LIKE ledger_1 INCLUDING DEFAULTS INCLUDING CONSTRAINTS) PARTITION BY LIST (period)",
    "ALTER TABLE ledger ALTER COLUMN period SET DEFAULT faye_current_period()",
    "CREATE INDEX ledger_xid ON ledger (xid)",
    "ALTER TABLE ledger ATTACH PARTITION ledger_1 FOR VALUES IN (1)",
)


def upgrade() -> None:
    for statement in (
        PERIODS, OPENINGS, CURRENT_PERIOD, ESPRIT_DIGEST, REFUSE_LATE, KEEP_PERIOD, *FIRST_PARTITION,
    ):  # fmt: skip
        op.execute(statement)
    for table in ("ledger", "ledger_openings"):
        op.execute(
            f"CREATE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON {table} "
            "FOR EACH STATEMENT EXECUTE FUNCTION faye_refuse_change()"
        )
    op.execute(
        "CREATE TRIGGER append_only BEFORE DELETE OR TRUNCATE ON ledger_periods "
        "FOR EACH STATEMENT EXECUTE FUNCTION faye_refuse_change()"
    )
    op.execute(
        "CREATE TRIGGER closed_once BEFORE UPDATE ON ledger_periods "
        "FOR EACH ROW EXECUTE FUNCTION faye_keep_period()"
    )
    op.execute("CREATE INDEX ledger_openings_period ON ledger_openings USING brin (period)")
    op.execute("INSERT INTO ledger_periods (period) VALUES (1)")
