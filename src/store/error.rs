//! What can go wrong with the store, in words that hold nothing a resident wrote.

/// An error of the store. `temporary` ones go away by trying the whole transaction again.
#[derive(Clone, Debug, thiserror::Error)]
pub enum Error {
    /// The database could not be opened.
    #[error("cannot open the store {place}: {why}. {hint}")]
    Open { place: String, why: String, hint: &'static str },
    /// The database refused or lost a statement. `why` is its own short text, left out where it could quote a row.
    #[error("the database refused {statement}: {why}")]
    Sql { statement: &'static str, why: String, code: Option<String>, temporary: bool },
    /// A row holds what the program never writes.
    #[error("{table} {id} of the store is damaged: {what}. Restore it from a backup, or report this")]
    Damaged { table: &'static str, id: i64, what: &'static str },
    /// Its personal data was taken out on request.
    #[error("{table} {id} was erased")]
    Erased { table: &'static str, id: i64 },
    #[error("the store's migrations: {0}. Is it a newer Postroom's store? Nothing was changed")]
    Migrate(String),
    /// What a person named is not there.
    #[error("there is no {what} {name}")]
    Missing { what: &'static str, name: String },
}

pub type Result<T> = std::result::Result<T, Error>;

impl Error {
    pub(super) fn sql(statement: &'static str, error: &sqlx::Error) -> Error {
        let (why, code) = told(error);
        let temporary = match error {
            sqlx::Error::Io(_) | sqlx::Error::PoolTimedOut | sqlx::Error::PoolClosed | sqlx::Error::WorkerCrashed => true,
            // SQLite 5 and 6 busy and locked, 8, 10, 13 and 14 a disk that is read-only, faulty, full or gone (extended codes in the upper
            // bits); PostgreSQL class 40 serialization and deadlock, 53 out of
            // room, 55P03 lock not available, 57 shutdown, 08 connection.
            sqlx::Error::Database(_) => code.as_deref().is_some_and(|c| match c.parse::<u32>() {
                Ok(n) if c.len() < 5 => matches!(n & 0xff, 5 | 6 | 8 | 10 | 13 | 14),
                _ => ["40", "53", "57", "08", "55P03"].iter().any(|p| c.starts_with(p)),
            }),
            _ => false,
        };
        Error::Sql { statement, why, code, temporary }
    }

    /// True when trying again later may work: a lost connection, a busy database, a deadlock, a full disk.
    pub fn temporary(&self) -> bool {
        matches!(self, Error::Sql { temporary: true, .. } | Error::Open { .. })
    }
}

/// What a driver's error says, without what could be a row's own words: PostgreSQL quotes values in classes 22 (bad data) and 23
/// (constraints); a column that cannot be read may quote its value.
pub(super) fn told(error: &sqlx::Error) -> (String, Option<String>) {
    match error {
        sqlx::Error::Database(e) => {
            let code = e.code().map(|c| c.into_owned());
            let quotes = code.as_deref().is_some_and(|c| c.len() == 5 && (c.starts_with("22") || c.starts_with("23")));
            let name = code.as_deref().unwrap_or("unnamed");
            let why = match (quotes, e.table(), e.constraint()) {
                (true, _, Some(constraint)) => format!("error {name}, constraint {constraint}"),
                (true, Some(table), None) => format!("error {name}, table {table}"),
                (true, None, None) => format!("error {name}"),
                (false, ..) => format!("{} (error {name})", e.message()),
            };
            (why, code)
        }
        sqlx::Error::ColumnDecode { index, .. } => (format!("column {index} holds what it should not"), None),
        sqlx::Error::Encode(_) | sqlx::Error::Decode(_) => ("a value that it cannot hold".into(), None),
        other => (other.to_string(), None),
    }
}
