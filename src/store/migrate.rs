//! Migrations go forward only. They lie in migrations/sqlite and migrations/postgres under the same names, and are part of the program.

use super::db::Db;
use super::error::{Error, Result};
use sqlx::migrate::{Migrate, MigrateError, Migrator};

static SQLITE: Migrator = sqlx::migrate!("./migrations/sqlite");
static POSTGRES: Migrator = sqlx::migrate!("./migrations/postgres");

impl Db {
    /// Runs every migration that this store has not seen. PostgreSQL's are kept apart from another daemon's by a lock.
    pub async fn migrate(&self) -> Result<()> {
        match self {
            Db::Sqlite { write, .. } => SQLITE.run(write).await,
            Db::Postgres(pool) => POSTGRES.run(pool).await,
        }
        .map_err(|e| told(&e))
    }

    /// Runs the migrations up to `version` and no further. For the test that puts data in between them.
    pub async fn migrate_to(&self, version: i64) -> Result<()> {
        match self {
            Db::Sqlite { write, .. } => SQLITE.run_to(version, write).await,
            Db::Postgres(pool) => POSTGRES.run_to(version, pool).await,
        }
        .map_err(|e| told(&e))
    }

    /// The names of the migrations that [`Db::migrate`] would run, in order. Changes nothing.
    pub async fn pending_migrations(&self) -> Result<Vec<String>> {
        let applied = match self {
            Db::Sqlite { read, .. } => {
                let (there,): (i64,) = sqlx::query_as("SELECT count(*) FROM sqlite_master WHERE name = '_sqlx_migrations'")
                    .fetch_one(read)
                    .await
                    .map_err(|e| Error::sql("the list of tables", &e))?;
                if there == 0 {
                    Ok(Vec::new())
                } else {
                    list(&mut *read.acquire().await.map_err(|e| Error::sql("a connection", &e))?).await
                }
            }
            Db::Postgres(pool) => {
                let (there,): (bool,) = sqlx::query_as("SELECT to_regclass('_sqlx_migrations') IS NOT NULL")
                    .fetch_one(pool)
                    .await
                    .map_err(|e| Error::sql("the list of tables", &e))?;
                if there { list(&mut *pool.acquire().await.map_err(|e| Error::sql("a connection", &e))?).await } else { Ok(Vec::new()) }
            }
        }
        .map_err(|e| told(&e))?;
        Ok(self.migrations().into_iter().filter(|(version, _)| !applied.contains(version)).map(|(_, name)| name).collect())
    }

    /// Every migration of this program: its version and its name (`0001_first`).
    pub fn migrations(&self) -> Vec<(i64, String)> {
        let all = if matches!(self, Db::Sqlite { .. }) { &SQLITE } else { &POSTGRES };
        all.iter().map(|m| (m.version, format!("{:04}_{}", m.version, m.description.replace(' ', "_")))).collect()
    }
}

async fn list<C: Migrate>(connection: &mut C) -> std::result::Result<Vec<i64>, MigrateError> {
    Ok(connection.list_applied_migrations("_sqlx_migrations").await?.into_iter().map(|m| m.version).collect())
}

fn told(error: &MigrateError) -> Error {
    match error {
        MigrateError::Execute(e) => Error::Migrate(super::error::told(e).0),
        MigrateError::ExecuteMigration(e, version) => Error::Migrate(format!("number {version} failed: {}", super::error::told(e).0)),
        other => Error::Migrate(other.to_string()),
    }
}
