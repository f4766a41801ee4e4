//! One way to ask both databases: `statements!` names the texts, `on!` binds and runs one on whichever database the transaction is of.

/// Defines each statement as a constant, and `STATEMENTS` with all of the file's for the test that prepares them on both databases.
macro_rules! statements {
    ($($(#[$doc:meta])* $name:ident = $sql:expr;)+) => {
        $($(#[$doc])* const $name: &str = $sql;)+
        pub(super) const STATEMENTS: &[(&str, &str)] = &[$((stringify!($name), $name)),+];
    };
}

/// `on!(tx, all(SQL, a, b))` → `Result<Vec<Row>>`, `one` → `Result<Row>`, `maybe` → `Result<Option<Row>>`, `run` → `Result<u64>` rows
/// changed. That the arguments are as many as the placeholders is checked at compile time: SQLite would take a missing one as NULL.
macro_rules! on {
    ($tx:expr, $verb:ident($sql:expr $(, $arg:expr)* $(,)?)) => {{
        const {
            let arguments: &[&str] = &[$(stringify!($arg)),*];
            assert!(crate::store::ask::placeholders($sql) == arguments.len(), "as many arguments as placeholders");
        }
        match $tx {
            crate::store::Tx::Sqlite(c) => on!(@$verb sqlx::Sqlite, c, $sql $(, $arg)*),
            crate::store::Tx::Postgres(c) => on!(@$verb sqlx::Postgres, c, $sql $(, $arg)*),
        }
        .map_err(|e| crate::store::Error::sql(stringify!($sql), &e))
    }};
    (@all $db:ty, $c:ident, $sql:expr $(, $arg:expr)*) => { sqlx::query_as::<$db, _>($sql)$(.bind($arg))*.fetch_all(&mut **$c).await };
    (@one $db:ty, $c:ident, $sql:expr $(, $arg:expr)*) => { sqlx::query_as::<$db, _>($sql)$(.bind($arg))*.fetch_one(&mut **$c).await };
    (@maybe $db:ty, $c:ident, $sql:expr $(, $arg:expr)*) => { sqlx::query_as::<$db, _>($sql)$(.bind($arg))*.fetch_optional(&mut **$c).await };
    (@run $db:ty, $c:ident, $sql:expr $(, $arg:expr)*) => {
        sqlx::query::<$db>($sql)$(.bind($arg))*.execute(&mut **$c).await.map(|done| done.rows_affected())
    };
}

/// How many arguments a statement wants: the highest `$N` in it.
pub(super) const fn placeholders(sql: &str) -> usize {
    let bytes = sql.as_bytes();
    let (mut i, mut highest) = (0, 0);
    while i < bytes.len() {
        if bytes[i] == b'$' {
            let mut n = 0;
            while i + 1 < bytes.len() && bytes[i + 1].is_ascii_digit() {
                n = n * 10 + (bytes[i + 1] - b'0') as usize;
                i += 1;
            }
            if n > highest {
                highest = n;
            }
        }
        i += 1;
    }
    highest
}

/// Eight values at a time, the last one repeated to fill up, for the statements that look eight up at once.
pub(super) fn slots<T>(values: &[T]) -> impl Iterator<Item = [&T; 8]> {
    values.chunks(8).map(|chunk| std::array::from_fn(|i| &chunk[i.min(chunk.len() - 1)]))
}

#[cfg(test)]
mod tests {
    use super::{placeholders, slots};

    #[test]
    fn the_highest_placeholder_counts() {
        assert_eq!(placeholders("SELECT 1"), 0);
        assert_eq!(placeholders("SELECT $1, $12 WHERE x = $2"), 12);
        assert_eq!(placeholders("SELECT $3"), 3);
    }

    #[test]
    fn the_last_slot_is_repeated() {
        assert_eq!(slots(&[1, 2, 3]).collect::<Vec<_>>(), [[&1, &2, &3, &3, &3, &3, &3, &3]]);
        assert_eq!(slots(&(0..9).collect::<Vec<_>>()).count(), 2);
        assert_eq!(slots::<i64>(&[]).count(), 0);
    }
}
