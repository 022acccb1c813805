"""What the catalog derives from shards, so that people's questions need no joins: pass rates, accepted samples, costs.

After shards come or go, the problems that they touch are derived anew from the rows that are there then; in whatever
order shards are registered, the outcome is the same.
"""

import duckdb

from data.records import Status

_DECIDED = f"status NOT IN ('{Status.BAD_REFERENCE}', '{Status.ERROR}')"
_PROBLEMS_TOGETHER = 20_000
_TOUCHED = "CREATE OR REPLACE TEMP TABLE touched (problem_id VARCHAR)"
_DERIVE = (
    # The verdict set that a problem was judged by last.
    """
    CREATE OR REPLACE TEMP TABLE judged AS
    SELECT *, max_by(verdict_set, rank) OVER (PARTITION BY problem_id) AS newest FROM (
        SELECT rowid AS rank, sample_id, problem_id, verdict_set, status, extracted, rule, steps_checked, false_steps,
            verifier
        FROM verdicts SEMI JOIN touched USING (problem_id)
    )
    """,
    "DELETE FROM judged WHERE verdict_set <> newest",
    f"""
    UPDATE problems SET verdict_set = j.newest, n_samples = j.n_samples, n_accepted = j.n_accepted,
        pass_rate = j.n_accepted / nullif(j.n_decided, 0)
    FROM (
        SELECT problem_id, any_value(newest) AS newest, count(*) AS n_samples,
            count(*) FILTER (status = '{Status.CORRECT}') AS n_accepted, count(*) FILTER ({_DECIDED}) AS n_decided
        FROM judged GROUP BY problem_id
    ) j WHERE problems.problem_id = j.problem_id
    """,  # noqa: S608 - our own words
    """
    UPDATE problems SET verdict_set = NULL, n_samples = 0, n_accepted = 0, pass_rate = NULL
    WHERE problem_id IN (FROM touched) AND problem_id NOT IN (SELECT problem_id FROM judged)
    """,
    """
    CREATE OR REPLACE TEMP TABLE described AS
    SELECT problem_id, max_by(source, rank) AS source, max_by(license, rank) AS license, max_by(tags, rank) AS tags,
        max_by(answer_kind, rank) AS answer_kind, max(pass_rate) AS pass_rate
    FROM (SELECT rowid AS rank, * FROM problems SEMI JOIN touched USING (problem_id)) GROUP BY problem_id
    """,
    """
    CREATE OR REPLACE TEMP TABLE answered AS
    SELECT sample_id, teacher, prompt_tokens, coalesce(cached_tokens, 0) AS cached_tokens, completion_tokens, run_id
    FROM samples SEMI JOIN judged USING (sample_id)
    """,
    "DELETE FROM traces WHERE problem_id IN (FROM touched)",
    f"""
    INSERT INTO traces BY NAME
    SELECT j.sample_id, j.problem_id, p.source, p.license, p.tags, p.answer_kind, p.pass_rate, s.teacher,
        s.prompt_tokens, s.completion_tokens, j.extracted AS answer, j.rule, j.steps_checked, j.false_steps, j.verifier,
        j.verdict_set, s.run_id
    FROM (FROM judged WHERE status = '{Status.CORRECT}') j JOIN answered s USING (sample_id)
    JOIN described p ON p.problem_id = j.problem_id
    """,  # noqa: S608 - our own words
    "DELETE FROM outcomes WHERE problem_id IN (FROM touched)",
    """
    INSERT INTO outcomes BY NAME
    SELECT j.problem_id, any_value(p.source) AS source, j.status, any_value(j.verdict_set) AS verdict_set,
        count(*) AS samples, sum(s.prompt_tokens) AS prompt_tokens, sum(s.cached_tokens) AS cached_tokens,
        sum(s.completion_tokens) AS completion_tokens
    FROM judged j JOIN answered s USING (sample_id) JOIN described p ON p.problem_id = j.problem_id
    GROUP BY j.problem_id, j.status
    """,
)


def forget_touched(connection: duckdb.DuckDBPyConnection) -> None:
    """Begin a list of touched problems."""
    connection.execute(_TOUCHED)


def touch(connection: duckdb.DuckDBPyConnection, table: str, *, samples: bool = False) -> None:
    """Add the problems of a table's rows to those that are touched; of samples, also others that they answer."""
    connection.execute(f"INSERT INTO touched SELECT DISTINCT problem_id FROM {table}")  # noqa: S608 - our own names
    if samples:
        connection.execute(
            f"INSERT INTO touched SELECT DISTINCT problem_id FROM verdicts SEMI JOIN {table} USING (sample_id)"  # noqa: S608
        )


def derive(connection: duckdb.DuckDBPyConnection) -> None:
    """Derive anew what belongs to the touched problems."""
    connection.execute("CREATE OR REPLACE TEMP TABLE touched AS SELECT DISTINCT problem_id FROM touched")
    for statement in _DERIVE:
        connection.execute(statement)


def derive_all(connection: duckdb.DuckDBPyConnection) -> None:
    """Derive everything anew, some of the problems at a time: memory stays flat."""
    row = connection.execute("SELECT count(*) FROM problems").fetchone()
    parts = 1 + (row[0] if row else 0) // _PROBLEMS_TOGETHER
    for part in range(parts):
        forget_touched(connection)
        connection.execute(
            "INSERT INTO touched SELECT problem_id FROM "
            "(SELECT problem_id FROM problems UNION SELECT problem_id FROM verdicts) WHERE hash(problem_id) % ? = ?",
            [parts, part],
        )
        derive(connection)
