//! Group commit. What makes a commit slow is the disk, and it is as slow for one row as for a hundred: small writes that are asked for while
//! another commit is on its way go into the next transaction together. Everybody is answered after the commit that holds his own write.

use super::db::{Db, Tx};
use super::error::{Error, Result};
use futures::FutureExt;
use futures::future::BoxFuture;
use std::panic::AssertUnwindSafe;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use tokio::sync::{Mutex, mpsc, oneshot};

/// Writes in one transaction at most: enough for any disk, few enough that the first does not wait for the last.
const MOST: usize = 512;
/// Transactions at once. SQLite has one writer; PostgreSQL commits several as one by itself, and each of its statements is a round trip.
const SQLITE: usize = 1;
const POSTGRES: usize = 4;

/// Takes small writes of many callers. Its tasks end with the last clone.
#[derive(Clone)]
pub struct Group {
    jobs: mpsc::UnboundedSender<Box<dyn Job>>,
    waiting: Arc<AtomicUsize>,
}

impl Group {
    pub fn new(db: &Db) -> Group {
        let (jobs, queue) = mpsc::unbounded_channel();
        let queue = Arc::new(Mutex::new(queue));
        let waiting = Arc::new(AtomicUsize::new(0));
        for _ in 0..if matches!(db, Db::Sqlite { .. }) { SQLITE } else { POSTGRES } {
            tokio::spawn(serve(db.clone(), queue.clone(), waiting.clone()));
        }
        Group { jobs, waiting }
    }

    /// Does `work` with `what` in a transaction that others share, and answers after its commit. `name` is one of `COMMITS`.
    ///
    /// `work` may be asked twice, the second time in a transaction of its own: when something in the shared one failed, all of it is rolled
    /// back, and whose fault it was is found so. It must do nothing but ask the transaction.
    ///
    /// # Errors
    /// What `work` or the commit met; nothing of it is written then.
    pub async fn write<W, T>(&self, name: &'static str, what: W, work: Work<W, T>) -> Result<T>
    where
        W: Send + Sync + 'static,
        T: Send + 'static,
    {
        let (answer, answered) = oneshot::channel();
        self.waiting.fetch_add(1, Ordering::Relaxed);
        // Should its tasks be gone, the answer's other end is dropped with the job.
        let _ = self.jobs.send(Box::new(One { name, what, work, value: None, answer }));
        let gone = Error::Sql { statement: "a shared write", why: "the store is closed".into(), code: None, temporary: true };
        answered.await.unwrap_or(Err(gone))
    }

    /// True when somebody waits for a transaction: whoever holds a long one may make room.
    pub fn is_waiting(&self) -> bool {
        self.waiting.load(Ordering::Relaxed) > 0
    }
}

/// A write, whatever it answers.
trait Job: Send {
    fn name(&self) -> &'static str;
    fn run<'t>(&'t mut self, tx: &'t mut Tx) -> BoxFuture<'t, Result<()>>;
    /// Tells the caller, after the commit or instead of it.
    fn tell(self: Box<Self>, outcome: Result<()>);
}

/// What is done with something inside a transaction.
type Work<W, T> = for<'t> fn(&'t W, &'t mut Tx) -> BoxFuture<'t, Result<T>>;

struct One<W, T> {
    name: &'static str,
    what: W,
    work: Work<W, T>,
    value: Option<T>,
    answer: oneshot::Sender<Result<T>>,
}

impl<W: Send + Sync, T: Send> Job for One<W, T> {
    fn name(&self) -> &'static str {
        self.name
    }

    fn run<'t>(&'t mut self, tx: &'t mut Tx) -> BoxFuture<'t, Result<()>> {
        let work = (self.work)(&self.what, tx);
        Box::pin(async {
            self.value = Some(work.await?);
            Ok(())
        })
    }

    fn tell(self: Box<Self>, outcome: Result<()>) {
        // Whoever asked may have gone away: what is committed stays.
        let One { value, answer, .. } = *self;
        let _ = match (outcome, value) {
            (Err(e), _) => answer.send(Err(e)),
            (Ok(()), Some(value)) => answer.send(Ok(value)),
            // Never run: dropping the channel says so.
            (Ok(()), None) => return,
        };
    }
}

type Queue = Arc<Mutex<mpsc::UnboundedReceiver<Box<dyn Job>>>>;

async fn serve(db: Db, queue: Queue, waiting: Arc<AtomicUsize>) {
    loop {
        let Some(first) = queue.lock().await.recv().await else { return };
        // Others come while this one waits for the writer: all of them go together.
        let begun = db.write(None).await;
        let mut jobs = vec![first];
        // Another task that has the queue is waiting at it: then it is empty.
        if let Ok(mut queue) = queue.try_lock() {
            while jobs.len() < MOST
                && let Ok(job) = queue.try_recv()
            {
                jobs.push(job);
            }
        }
        waiting.fetch_sub(jobs.len(), Ordering::Relaxed);
        let outcome = match begun {
            Ok(tx) => together(tx, &mut jobs).await,
            Err(e) => Err(e),
        };
        match outcome {
            Err(e) if !e.temporary() && jobs.len() > 1 => {
                for mut job in jobs {
                    let alone = match db.write(None).await {
                        Ok(tx) => together(tx, std::slice::from_mut(&mut job)).await,
                        Err(e) => Err(e),
                    };
                    job.tell(alone);
                }
            }
            outcome => jobs.into_iter().for_each(|job| job.tell(outcome.clone())),
        }
    }
}

async fn together(mut tx: Tx, jobs: &mut [Box<dyn Job>]) -> Result<()> {
    for job in jobs.iter_mut() {
        // A fault of ours in one write must not take the others' with it, nor the task that all wait for.
        let fault = |_| Err(Error::Sql { statement: "a shared write", why: "a fault of Postroom".into(), code: None, temporary: false });
        AssertUnwindSafe(job.run(&mut tx)).catch_unwind().await.unwrap_or_else(fault)?;
    }
    let names: Vec<&'static str> = jobs.iter().map(|job| job.name()).collect();
    tx.commit_all(&names).await
}
