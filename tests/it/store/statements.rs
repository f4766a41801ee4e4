//! Every statement is one that both databases understand and want the same arguments for.

use super::World;
use postroom::store::{Db, Only, statements};
use sqlx::{Either, Executor, Row, SqlSafeStr, Statement};

/// How many arguments the text names.
fn placeholders(sql: &str) -> usize {
    sql.split('$').skip(1).filter_map(|s| s.split(|c: char| !c.is_ascii_digit()).next()?.parse().ok()).max().unwrap_or(0)
}

#[tokio::test]
async fn sqlite_prepares_each() {
    let world = World::sqlite().await;
    let Db::Sqlite { write, .. } = &world.db else { unreachable!() };
    for (name, sql, _) in statements().into_iter().filter(|(_, _, only)| *only != Only::Postgres) {
        let statement = write.prepare(sql.into_sql_str()).await.unwrap_or_else(|e| panic!("{name}: {e}\n{sql}"));
        let Some(Either::Right(wanted)) = statement.parameters() else { panic!("{name}: SQLite counts its arguments") };
        assert_eq!(wanted, placeholders(sql), "{name}");
    }
}

#[tokio::test]
async fn postgres_prepares_each() {
    let world = World::postgres().await;
    let Db::Postgres(pool) = &world.db else { unreachable!() };
    for (name, sql, _) in statements().into_iter().filter(|(_, _, only)| *only != Only::Sqlite) {
        let statement = pool.prepare(sql.into_sql_str()).await.unwrap_or_else(|e| panic!("{name}: {e}\n{sql}"));
        let Some(Either::Left(types)) = statement.parameters() else { panic!("{name}: PostgreSQL names its arguments' types") };
        assert_eq!(types.len(), placeholders(sql), "{name}");
    }
}

#[test]
fn few_statements_have_two_texts() {
    let of = |database| statements().into_iter().filter(|(_, _, only)| *only == database).count();
    assert!(of(Only::Sqlite) <= 5 && of(Only::Postgres) <= 5);
    assert!(of(Only::Both) > 80);
}

/// What runs for every message or every second must find its rows by an index: a table scan would grow with the years.
#[tokio::test]
async fn what_runs_often_scans_no_table() {
    let world = World::sqlite().await;
    let Db::Sqlite { write, .. } = &world.db else { unreachable!() };
    let big = ["message", "raw", "receipt", "cases", "case_party", "case_key", "case_event", "decision", "outbox", "duty", "attempt"];
    let seldom = ["BY_STATE", "BY_KIND", "BY_SOURCE", "LETTERS", "CASES", "SIZES", "LIST", "SINCE", "PLACES", "LANDLORDS"];
    for (name, sql, _) in
        statements().into_iter().filter(|(name, _, only)| *only != Only::Postgres && !seldom.contains(name) && !name.ends_with("_LIST"))
    {
        if sql.contains("INSERT INTO") {
            continue; // a plan names the scans of its foreign keys, which run for deferred ones only
        }
        let explain = sqlx::AssertSqlSafe(format!("EXPLAIN QUERY PLAN {sql}"));
        let mut asked = sqlx::query(explain);
        for _ in 0..placeholders(sql) {
            asked = asked.bind(1_i64);
        }
        for row in asked.fetch_all(write).await.unwrap() {
            let step: String = row.get("detail");
            let scans = big.iter().any(|t| step.strip_prefix("SCAN ").is_some_and(|s| s.split(' ').next() == Some(t)));
            // These hold what is open and nothing else.
            let open = ["message_received", "duty_open", "outbox_due"].iter().any(|i| step.ends_with(&format!("USING INDEX {i}")));
            assert!(!scans || open, "{name}: {step}\n{sql}");
        }
    }
}
