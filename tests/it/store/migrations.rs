//! Migrations are proved on a store that holds data: after each one, its sample (tests/migrations/NNNN_name.sql) is put in before the next.

use super::World;
use postroom::store::Db;
use sqlx::{AssertSqlSafe, Row};
use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;

/// SQLite's bytes are X'…', PostgreSQL's '\x…'; the samples are written the first way.
fn sample(name: &str, postgres: bool) -> String {
    let path = format!("{}/tests/migrations/{name}.sql", env!("CARGO_MANIFEST_DIR"));
    let text = fs::read_to_string(&path).unwrap_or_else(|_| panic!("each migration has sample data: write {path}"));
    if postgres { text.replace("X'", "'\\x") } else { text }
}

async fn run(db: &Db, sql: String) {
    match db {
        Db::Sqlite { write, .. } => sqlx::raw_sql(AssertSqlSafe(sql)).execute(write).await.map(drop),
        Db::Postgres(pool) => sqlx::raw_sql(AssertSqlSafe(sql)).execute(pool).await.map(drop),
    }
    .unwrap();
}

/// Tables with their columns: name → whether it may be NULL.
async fn schema(db: &Db) -> BTreeMap<String, BTreeMap<String, bool>> {
    let rows: Vec<(String, String, bool)> = match db {
        Db::Sqlite { read, .. } => sqlx::query_as(
            "SELECT t.name, c.name, c.\"notnull\" = 0 AND c.pk = 0 FROM pragma_table_list AS t JOIN pragma_table_info(t.name) AS c
             WHERE t.type = 'table' AND t.name NOT LIKE 'sqlite%' AND t.name NOT LIKE '!_%' ESCAPE '!'",
        )
        .fetch_all(read)
        .await
        .unwrap(),
        Db::Postgres(pool) => sqlx::query_as(
            "SELECT table_name::text, column_name::text, is_nullable = 'YES' FROM information_schema.columns
             WHERE table_schema = 'public' AND table_name NOT LIKE '!_%' ESCAPE '!'",
        )
        .fetch_all(pool)
        .await
        .unwrap(),
    };
    let mut tables = BTreeMap::<String, BTreeMap<String, bool>>::new();
    for (table, column, null) in rows {
        tables.entry(table).or_default().insert(column, null);
    }
    tables
}

async fn count(db: &Db, table: &str) -> i64 {
    let sql = AssertSqlSafe(format!("SELECT count(*) FROM {table}"));
    match db {
        Db::Sqlite { read, .. } => sqlx::query(sql).fetch_one(read).await.unwrap().get(0),
        Db::Postgres(pool) => sqlx::query(sql).fetch_one(pool).await.unwrap().get(0),
    }
}

async fn replay(world: World, postgres: bool) {
    let db = &world.db;
    let all = db.migrations();
    for (i, (version, name)) in all.iter().enumerate() {
        let pending: Vec<String> = all[i..].iter().map(|(_, n)| n.clone()).collect();
        assert_eq!(db.pending_migrations().await.unwrap(), pending);
        db.migrate_to(*version).await.unwrap();
        run(db, sample(name, postgres)).await;
    }
    assert!(db.pending_migrations().await.unwrap().is_empty());
    db.migrate().await.unwrap();
    for table in schema(db).await.keys() {
        assert!(count(db, table).await > 0, "the samples leave {table} empty, and a migration of it would be proved on nothing");
    }
}

#[tokio::test]
async fn replayed_over_data_on_sqlite() {
    replay(World::bare_sqlite().await, false).await;
}

#[tokio::test]
async fn replayed_over_data_on_postgres() {
    replay(World::bare_postgres().await, true).await;
}

/// Flags and topics are taken out of the decisions made before 0004, so that reports of earlier months hold them too.
#[tokio::test]
async fn decisions_made_before_are_counted_by_their_flags_and_topics() {
    for (world, postgres) in [(World::bare_sqlite().await, false), (World::bare_postgres().await, true)] {
        world.db.migrate_to(1).await.unwrap();
        run(&world.db, sample("0001_first", postgres)).await;
        let json = r#"{"flags":["damp_mould","health"],"topics":["damp"]}"#;
        run(&world.db, format!("UPDATE decision SET json = '{json}'")).await;
        world.db.migrate().await.unwrap();
        let asked = "SELECT flags, topics FROM decision";
        let found: (String, String) = match &world.db {
            Db::Sqlite { read, .. } => sqlx::query_as(asked).fetch_one(read).await.unwrap(),
            Db::Postgres(pool) => sqlx::query_as(asked).fetch_one(pool).await.unwrap(),
        };
        assert_eq!(found, ("damp_mould,health".to_owned(), "damp".to_owned()));
    }
}

#[tokio::test]
async fn both_databases_have_the_same_tables() {
    let (sqlite, postgres) = (World::sqlite().await, World::postgres().await);
    let (sqlite, postgres) = (schema(&sqlite.db).await, schema(&postgres.db).await);
    assert!(sqlite.len() > 15);
    assert_eq!(sqlite, postgres);
}

/// What is embedded is what lies in the folders (cargo does not see a file that is added there), under the same names in both.
#[tokio::test]
async fn embedded_as_they_lie() {
    let world = World::bare_sqlite().await;
    let embedded: BTreeSet<String> = world.db.migrations().into_iter().map(|(_, name)| name).collect();
    for folder in ["sqlite", "postgres"] {
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("migrations").join(folder);
        let files = fs::read_dir(path).unwrap().map(|f| f.unwrap().path().file_stem().unwrap().to_str().unwrap().to_owned());
        assert_eq!(files.collect::<BTreeSet<_>>(), embedded, "migrations/{folder}; after adding one, touch src/store/migrate.rs");
    }
}

#[tokio::test]
async fn a_newer_store_is_left_alone() {
    for world in [World::sqlite().await, World::postgres().await] {
        let from_the_future = "INSERT INTO _sqlx_migrations (version, description, success, checksum, execution_time)
            SELECT 9999, 'later', success, checksum, 0 FROM _sqlx_migrations WHERE version = 1";
        run(&world.db, from_the_future.into()).await;
        let refused = world.db.migrate().await.unwrap_err().to_string();
        assert!(refused.contains("9999") && refused.contains("newer Postroom"), "{refused}");
    }
}
