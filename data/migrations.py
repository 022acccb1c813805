"""The catalog's schema as numbered migrations; a catalog records how many it has seen.

A published migration is never edited: a change is a new one at the end.
"""

MIGRATIONS: tuple[str, ...] = (
    # 1: shards and what stands in them, runs, versions
    """
    CREATE TABLE shards (
        kind VARCHAR, shard_id VARCHAR, dataset VARCHAR, path VARCHAR, "rows" BIGINT, bytes BIGINT,
        sha256 VARCHAR, schema_version INTEGER, run_id VARCHAR, created VARCHAR
    );
    CREATE TABLE problems (
        record_id VARCHAR, problem_id VARCHAR, id VARCHAR, reference VARCHAR, answer_kind VARCHAR,
        unit VARCHAR, source VARCHAR, license VARCHAR, tags VARCHAR[], run_id VARCHAR, shard_id VARCHAR
    );
    CREATE TABLE samples (
        sample_id VARCHAR, problem_id VARCHAR, prompt_id VARCHAR, sampling_id VARCHAR, "index" INTEGER,
        seed BIGINT, finish_reason VARCHAR, prompt_tokens INTEGER, completion_tokens INTEGER,
        teacher VARCHAR, run_id VARCHAR, shard_id VARCHAR
    );
    CREATE TABLE verdicts (
        sample_id VARCHAR, problem_id VARCHAR, verdict_set VARCHAR, status VARCHAR, extracted VARCHAR,
        reason VARCHAR, rule VARCHAR, steps_checked INTEGER, false_steps INTEGER, verifier VARCHAR,
        seconds DOUBLE, run_id VARCHAR, shard_id VARCHAR
    );
    CREATE TABLE runs (
        run_id VARCHAR, dataset VARCHAR, state VARCHAR, started VARCHAR, ended VARCHAR, message VARCHAR,
        config_hash VARCHAR, version INTEGER, problems BIGINT, samples BIGINT, new_samples BIGINT,
        accepted BIGINT, problems_solved BIGINT, prompt_tokens BIGINT, completion_tokens BIGINT,
        seconds DOUBLE
    );
    CREATE TABLE versions (
        dataset VARCHAR, version INTEGER, path VARCHAR, created VARCHAR, run_id VARCHAR,
        fingerprint VARCHAR, config_hash VARCHAR, verifier VARCHAR, teacher VARCHAR, problems BIGINT,
        problems_solved BIGINT, samples BIGINT, accepted BIGINT, bytes BIGINT
    );
    """,
    # 2: traces of a version, which need not be all that was accepted
    """
    ALTER TABLE versions ADD COLUMN traces BIGINT;
    UPDATE versions SET traces = accepted;
    """,
    # 3: what sampling policies decided
    """
    CREATE TABLE decisions (
        decision_id VARCHAR, problem_id VARCHAR, plan_id VARCHAR, policy VARCHAR, round INTEGER, asked INTEGER,
        judged INTEGER, accepted INTEGER, decided INTEGER, tokens BIGINT, alpha DOUBLE, beta DOUBLE, chance DOUBLE,
        expected_tokens DOUBLE, more INTEGER, reason VARCHAR, run_id VARCHAR, shard_id VARCHAR
    );
    """,
    # 4: pass rates, and accepted samples with what people ask of them
    """
    ALTER TABLE problems ADD COLUMN verdict_set VARCHAR;
    ALTER TABLE problems ADD COLUMN n_samples BIGINT DEFAULT 0;
    ALTER TABLE problems ADD COLUMN n_accepted BIGINT DEFAULT 0;
    ALTER TABLE problems ADD COLUMN pass_rate DOUBLE;
    CREATE TABLE traces (
        sample_id VARCHAR, problem_id VARCHAR, source VARCHAR, license VARCHAR, tags VARCHAR[], answer_kind VARCHAR,
        pass_rate DOUBLE, teacher VARCHAR, prompt_tokens INTEGER, completion_tokens INTEGER, answer VARCHAR,
        rule VARCHAR, steps_checked INTEGER, false_steps INTEGER, verifier VARCHAR, verdict_set VARCHAR, run_id VARCHAR
    );
    """,
    # 5: soft targets, without their lists
    """
    CREATE TABLE soft_targets (
        sample_id VARCHAR, problem_id VARCHAR, k INTEGER, tokens INTEGER, teacher VARCHAR, run_id VARCHAR,
        shard_id VARCHAR
    );
    """,
    # 6: what was paid for
    """
    ALTER TABLE samples ADD COLUMN cached_tokens INTEGER;
    ALTER TABLE runs ADD COLUMN cached_tokens BIGINT;
    ALTER TABLE runs ADD COLUMN wasted_tokens BIGINT;
    ALTER TABLE runs ADD COLUMN teacher_seconds DOUBLE;
    ALTER TABLE runs ADD COLUMN gpu_hours DOUBLE;
    ALTER TABLE runs ADD COLUMN cost DOUBLE;
    ALTER TABLE runs ADD COLUMN cost_per_accepted DOUBLE;
    ALTER TABLE runs ADD COLUMN stopped VARCHAR;
    """,
    # 7: votes on answers
    """
    CREATE TABLE votes (
        vote_id VARCHAR, problem_id VARCHAR, verdict_set VARCHAR, voting VARCHAR, outcome VARCHAR, voters INTEGER,
        votes INTEGER, runner_up INTEGER, accepted INTEGER, answer VARCHAR, winners VARCHAR[], run_id VARCHAR,
        shard_id VARCHAR
    );
    """,
    # 8: what became of each problem's samples, and their tokens: costs are asked without joining all samples
    """
    CREATE TABLE outcomes (
        problem_id VARCHAR, source VARCHAR, status VARCHAR, verdict_set VARCHAR, samples BIGINT, prompt_tokens BIGINT,
        cached_tokens BIGINT, completion_tokens BIGINT
    );
    """,
)

SCHEMA_VERSION = len(MIGRATIONS)
DERIVED_SINCE = 8
"""The first schema with all that `data.derived` derives."""

INDEXED_COLUMNS: dict[str, str] = {
    # what the catalog keeps of each kind of shard: everything but the long texts
    "problems": "record_id, problem_id, id, reference, answer_kind, unit, source, license, tags, run_id",
    "samples": (
        'sample_id, problem_id, prompt_id, sampling_id, "index", seed, finish_reason, prompt_tokens, '
        "completion_tokens, teacher, run_id, cached_tokens"
    ),
    "verdicts": (
        "sample_id, problem_id, verdict_set, status, extracted, reason, rule, steps_checked, "
        "len(false_steps) AS false_steps, verifier, seconds, run_id"
    ),
    "decisions": (
        "decision_id, problem_id, plan_id, policy, round, asked, judged, accepted, decided, tokens, alpha, beta, "
        "chance, expected_tokens, more, reason, run_id"
    ),
    "votes": (
        "vote_id, problem_id, verdict_set, voting, outcome, voters, votes, runner_up, accepted, answer, winners, run_id"
    ),
    "soft_targets": "sample_id, problem_id, k, tokens, teacher, run_id",
}

ROW_KEYS: dict[str, str] = {
    "problems": "record_id",
    "samples": "sample_id",
    "verdicts": "sample_id, problem_id, verdict_set",
    "decisions": "decision_id",
    "votes": "vote_id",
    "soft_targets": "sample_id",
}
