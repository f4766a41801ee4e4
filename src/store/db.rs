//! The pools and the transactions of either database.

use super::commit::{COMMITS, fault};
use super::dialect;
use super::error::{Error, Result, told};
use sqlx::postgres::{PgConnectOptions, PgPoolOptions};
use sqlx::sqlite::{SqliteConnectOptions, SqliteJournalMode, SqlitePoolOptions, SqliteSynchronous};
use sqlx::{ConnectOptions, PgPool, Postgres, Sqlite, SqlitePool, Transaction};
use std::path::{Path, PathBuf};
use std::str::FromStr;
use std::time::Duration;

/// The store's connections. Cheap to clone.
#[derive(Clone, Debug)]
pub enum Db {
    /// One connection that writes, several that read: SQLite has one writer at a time, and a queue in front of it beats its busy errors.
    Sqlite {
        write: SqlitePool,
        read: SqlitePool,
        file: PathBuf,
    },
    Postgres(PgPool),
}

/// One transaction. Dropped without a commit, it is rolled back.
#[derive(Debug)]
pub enum Tx {
    Sqlite(Transaction<'static, Sqlite>),
    Postgres(Transaction<'static, Postgres>),
}

/// How long a writer waits for another program that has the SQLite file, and for a connection of the pool.
const PATIENCE: Duration = Duration::from_secs(30);

impl Db {
    /// Opens the store that `url` names: `sqlite` (the file `postroom.db` in `data`, made when it is missing), `sqlite:PATH`, or
    /// `postgres://user@host:port/database`. Makes no tables: see [`Db::migrate`].
    pub async fn open(url: &str, data: &Path) -> Result<Db> {
        if url.starts_with("postgres://") || url.starts_with("postgresql://") {
            open_postgres(url).await
        } else if url == "sqlite" {
            open_sqlite(&data.join("postroom.db")).await
        } else if let Some(path) = url.strip_prefix("sqlite:") {
            open_sqlite(Path::new(path.strip_prefix("//").unwrap_or(path))).await
        } else {
            let hint = "Write url = \"sqlite\" or url = \"postgres://user@host:5432/database\"";
            // Not the URL itself: it may hold a password.
            Err(Error::Open { place: "of [store]".into(), why: "its url names no database that Postroom knows".into(), hint })
        }
    }

    /// A transaction that writes. With a landlord it first waits for that landlord's lock, which it keeps until it ends: who has it is
    /// alone in deciding that landlord's post. (On SQLite every writer is alone.)
    pub async fn write(&self, landlord: Option<&str>) -> Result<Tx> {
        let mut tx = match self {
            Db::Sqlite { write, .. } => write.begin_with("BEGIN IMMEDIATE").await.map(Tx::Sqlite),
            Db::Postgres(pool) => pool.begin().await.map(Tx::Postgres),
        }
        .map_err(|e| Error::sql("BEGIN", &e))?;
        if let Some(landlord) = landlord {
            dialect::lock_landlord(&mut tx, landlord).await?;
        }
        Ok(tx)
    }

    /// A snapshot to read from: what it shows stays the same until it is dropped.
    pub async fn read(&self) -> Result<Tx> {
        match self {
            Db::Sqlite { read, .. } => read.begin().await.map(Tx::Sqlite),
            Db::Postgres(pool) => pool.begin_with("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY").await.map(Tx::Postgres),
        }
        .map_err(|e| Error::sql("BEGIN", &e))
    }

    /// After an erasure: gives back what the erased rows took up, so that none of it lies in the database's files any more. SQLite is written
    /// anew (VACUUM) and its write-ahead log emptied; false where somebody still reads from the log, and it was not. PostgreSQL frees the rows
    /// for new ones; its own log and backups run out by their own rules.
    pub async fn scrub(&self) -> Result<bool> {
        match self {
            Db::Sqlite { write, .. } => {
                sqlx::query("VACUUM").execute(write).await.map_err(|e| Error::sql("VACUUM", &e))?;
                let (busy, ..): (i64, i64, i64) = sqlx::query_as("PRAGMA wal_checkpoint(TRUNCATE)")
                    .fetch_one(write)
                    .await
                    .map_err(|e| Error::sql("wal_checkpoint", &e))?;
                Ok(busy == 0)
            }
            Db::Postgres(pool) => {
                sqlx::query("VACUUM").execute(pool).await.map_err(|e| Error::sql("VACUUM", &e))?;
                Ok(true)
            }
        }
    }

    /// Waits until every connection is given back, and closes them.
    pub async fn close(&self) {
        match self {
            Db::Sqlite { write, read, .. } => {
                read.close().await;
                write.close().await;
            }
            Db::Postgres(pool) => pool.close().await,
        }
    }
}

impl Tx {
    /// Makes everything durable. `name` is one of [`COMMITS`]: a test may have the program die just before or after it.
    pub async fn commit(self, name: &'static str) -> Result<()> {
        self.commit_all(&[name]).await
    }

    /// As [`Tx::commit`], for what several did.
    pub(super) async fn commit_all(self, names: &[&'static str]) -> Result<()> {
        debug_assert!(names.iter().all(|n| COMMITS.contains(n)), "one of {names:?} is missing in store::COMMITS");
        names.iter().for_each(|name| fault("before", name));
        match self {
            Tx::Sqlite(tx) => tx.commit().await,
            Tx::Postgres(tx) => tx.commit().await,
        }
        .map_err(|e| Error::sql("COMMIT", &e))?;
        names.iter().for_each(|name| fault("after", name));
        Ok(())
    }
}

async fn open_sqlite(file: &Path) -> Result<Db> {
    let failed = |e: &sqlx::Error| Error::Open {
        place: file.display().to_string(),
        why: told(e).0,
        hint: "Its folder must exist and be writable for the user that Postroom runs as",
    };
    let options = SqliteConnectOptions::new()
        .filename(file)
        .create_if_missing(true)
        .foreign_keys(true)
        .journal_mode(SqliteJournalMode::Wal)
        // FULL: a commit is on the disk when it returns. Promise 1 rests on it.
        .synchronous(SqliteSynchronous::Full)
        .busy_timeout(PATIENCE)
        .pragma("cache_size", "-32000")
        .statement_cache_capacity(300)
        .disable_statement_logging();
    // Connections are kept: a new one would have to read the schema again.
    let pool = |n: u32| SqlitePoolOptions::new().max_connections(n).acquire_timeout(PATIENCE).idle_timeout(None).max_lifetime(None);
    let write = pool(1).connect_with(options.clone()).await.map_err(|e| failed(&e))?;
    let read = pool(4).connect_with(options.pragma("query_only", "ON")).await.map_err(|e| failed(&e))?;
    Ok(Db::Sqlite { write, read, file: file.to_owned() })
}

async fn open_postgres(url: &str) -> Result<Db> {
    let failed = |place: String, e: &sqlx::Error| Error::Open {
        place,
        why: told(e).0,
        hint: "Is it running, and do host, port, user, password and database in [store] fit it?",
    };
    let options = PgConnectOptions::from_str(url).map_err(|e| failed("of [store]".into(), &e))?;
    let place = format!("{}:{}/{}", options.get_host(), options.get_port(), options.get_database().unwrap_or_default());
    let options = options
        .application_name("postroom")
        // Promise 1 rests on it, whatever the server's default is.
        .options([("synchronous_commit", "on")])
        .statement_cache_capacity(300)
        .disable_statement_logging();
    let pool = PgPoolOptions::new().max_connections(12).acquire_timeout(PATIENCE).connect_with(options).await;
    Ok(Db::Postgres(pool.map_err(|e| failed(place, &e))?))
}
