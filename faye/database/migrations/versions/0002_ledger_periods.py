"""Cut the ledger into periods, so that what is long past can be closed and need not be read again.

The table that is there becomes the first period's partition as it is; no line is rewritten. The default of
`period` lets a release that does not know of periods go on writing.

Who may write into the tables may do so only in turn: a period opens after the one before it, over its partition;
openings are taken only while their period is being closed; closing seals them, together with the seal before.
"""

from alembic import op

revision = "0002"
down_revision = "0001"

PERIODS = """
CREATE TABLE ledger_periods (
    period integer PRIMARY KEY CHECK (period > 0),
    opened_at timestamptz NOT NULL DEFAULT now(),
    opened_xid xid8 NOT NULL DEFAULT pg_current_xact_id(),
    closed_at timestamptz,
    openings bigint,
    seal text
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

# Null as the period where a partition is for something else than one period.
PARTITIONS = r"""
CREATE VIEW ledger_partitions AS
SELECT c.relname AS name,
       (regexp_match(pg_get_expr(c.relpartbound, c.oid), '^FOR VALUES IN \((\d+)\)$'))[1]::integer AS period
FROM pg_inherits i JOIN pg_class c ON c.oid = i.inhrelid
WHERE i.inhparent = 'ledger'::regclass AND NOT i.inhdetachpending
"""

# STABLE, as what it calls is, so that it is computed in line: called for each row, it would take four times as long.
OPENING_DIGEST = """
CREATE FUNCTION faye_opening_digest(o ledger_openings) RETURNS numeric LANGUAGE sql STABLE PARALLEL SAFE AS $$
    SELECT ('x' || left(encode(sha256(convert_to(
        concat_ws(':', o.player_id, o.asset, o.version, o.balance, o.digest), 'UTF8')), 'hex'), 15))
        ::bit(60)::bigint::numeric
$$
"""

# What a period is sealed with: the seal before it, how many openings it has, and the sum of their digests.
SEAL = """
CREATE FUNCTION faye_seal(before text, period integer, openings bigint, digest numeric) RETURNS text
LANGUAGE sql STABLE PARALLEL SAFE AS $$
    SELECT encode(sha256(convert_to(
        concat_ws(':', coalesce(before, ''), period, openings, coalesce(digest, 0)), 'UTF8')), 'hex')
$$
"""

OPEN_IN_TURN = """
CREATE FUNCTION faye_open_in_turn() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    latest integer := (SELECT max(period) FROM ledger_periods);
BEGIN
    IF NEW.period IS DISTINCT FROM latest + 1
        OR EXISTS (SELECT FROM ledger_periods WHERE closed_at IS NULL AND period < latest)
        OR (NEW.opened_at, NEW.opened_xid) IS DISTINCT FROM (now(), pg_current_xact_id())
        OR num_nonnulls(NEW.closed_at, NEW.openings, NEW.seal) > 0
    THEN
        RAISE EXCEPTION 'period % cannot be opened: periods follow one another', NEW.period USING ERRCODE = 'FY002';
    END IF;
    IF NOT EXISTS (SELECT FROM ledger_partitions p WHERE p.period = NEW.period AND p.name = 'ledger_' || NEW.period)
    THEN
        RAISE EXCEPTION 'period % cannot be opened: it has no partition', NEW.period USING ERRCODE = 'FY002';
    END IF;
    RETURN NEW;
END $$
"""

CLOSE_ONCE = """
CREATE FUNCTION faye_close_once() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF OLD.closed_at IS NOT NULL OR NEW.closed_at IS NULL
        OR (NEW.period, NEW.opened_at, NEW.opened_xid) IS DISTINCT FROM (OLD.period, OLD.opened_at, OLD.opened_xid)
        OR NOT EXISTS (SELECT FROM ledger_periods WHERE period > OLD.period)
    THEN
        RAISE EXCEPTION 'a period is closed once, after the next was opened, and never changed'
            USING ERRCODE = 'FY002';
    END IF;
    SELECT count(*), faye_seal(
        (SELECT seal FROM ledger_periods WHERE period = OLD.period - 1),
        OLD.period, count(*), sum(faye_opening_digest(o))
    ) INTO NEW.openings, NEW.seal FROM ledger_openings o WHERE o.period = OLD.period;
    RETURN NEW;
END $$
"""

DRAW_AT_CLOSING = """
CREATE FUNCTION faye_draw_at_closing() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF EXISTS (
        SELECT FROM drawn LEFT JOIN ledger_periods p ON p.period = drawn.period AND p.closed_at IS NULL
        WHERE p.period IS NULL OR p.period = (SELECT max(period) FROM ledger_periods)
    ) THEN
        RAISE EXCEPTION 'openings are drawn when their period closes' USING ERRCODE = 'FY002';
    END IF;
    RETURN NULL;
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


TRIGGERS = (
    *(
        f"CREATE TRIGGER append_only BEFORE {changes} ON {table} "
        "FOR EACH STATEMENT EXECUTE FUNCTION faye_refuse_change()"
        for table, changes in (
            ("ledger", "UPDATE OR DELETE OR TRUNCATE"),
            ("ledger_openings", "UPDATE OR DELETE OR TRUNCATE"),
            ("ledger_periods", "DELETE OR TRUNCATE"),
        )
    ),
    "CREATE TRIGGER in_turn BEFORE INSERT ON ledger_periods FOR EACH ROW EXECUTE FUNCTION faye_open_in_turn()",
    "CREATE TRIGGER closed_once BEFORE UPDATE ON ledger_periods FOR EACH ROW EXECUTE FUNCTION faye_close_once()",
    "CREATE TRIGGER at_closing AFTER INSERT ON ledger_openings REFERENCING NEW TABLE AS drawn "
    "FOR EACH STATEMENT EXECUTE FUNCTION faye_draw_at_closing()",
)


def upgrade() -> None:
    for statement in (
        PERIODS,
        OPENINGS,
        "CREATE INDEX ledger_openings_period ON ledger_openings USING brin (period)",
        "INSERT INTO ledger_periods (period) VALUES (1)",
        CURRENT_PERIOD,
        ESPRIT_DIGEST,
        REFUSE_LATE,
        *FIRST_PARTITION,
        PARTITIONS,
        OPENING_DIGEST,
        SEAL,
        OPEN_IN_TURN,
        CLOSE_ONCE,
        DRAW_AT_CLOSING,
        *TRIGGERS,
    ):
        op.execute(statement)
