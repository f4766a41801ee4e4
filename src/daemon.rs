//! Supervises sources, pipeline and desk, and drains when told to stop.

use crate::config::{Config, SourceKind};
use crate::courier::Courier;
use crate::courier::social::Social;
use crate::desk;
use crate::log;
use crate::model::calendar::local_day;
use crate::pipeline::events::Line;
use crate::pipeline::outbox::Carrier;
use crate::pipeline::receive::Receiver;
use crate::pipeline::{Works, clock, digest, events, hex, intake, outbox, reconcile, reload, retention, silence};
use crate::source::Stop;
use crate::source::form::{self, Sheet};
use crate::source::reader::Reader;
use crate::source::webhook::{self, Limits};
use crate::store;
use jiff::SignedDuration;
use std::collections::HashSet;
use std::future::Future;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;
use tokio::net::TcpListener;
use tokio::sync::watch;
use tokio::task::JoinSet;
use tokio::time::{sleep, timeout};

/// Between looks at duties, stuck letters and leases.
const TICK: Duration = Duration::from_secs(30);
/// A look for work even when nobody rang: another daemon on the same store may have received it.
const LOOK: Duration = Duration::from_secs(5);
/// Between comparisons of the servers' lists with ours.
const COMPARE: Duration = Duration::from_secs(600);
/// Between looks at whether the platforms still call us: a subscription that ended an hour ago has cost an hour's messages.
const WATCH: Duration = Duration::from_secs(3600);
/// After a fault of the store.
const PAUSE: Duration = Duration::from_secs(3);
/// How long what is in hand may take after a stop; systemd kills at 30 s.
const DRAIN: Duration = Duration::from_secs(25);
/// Whoever reads a source says so again within this time, or another daemon takes over.
const LEASE: SignedDuration = SignedDuration::from_secs(90);

/// Why the daemon cannot start or go on, for the operator.
#[derive(Debug, thiserror::Error)]
pub enum CannotGoOn {
    /// What is configured cannot work.
    #[error("{0}")]
    Never(String),
    /// It may work when tried again.
    #[error("{0}")]
    Later(String),
}

/// Runs until `end` is told true, then finishes what is in hand.
///
/// # Errors
/// At the start: a secret that cannot be read, an address that cannot be listened on. Later: a part that ended by a fault of ours.
pub async fn run(config: &Config, works: Arc<Works>, end: &watch::Sender<bool>) -> Result<(), CannotGoOn> {
    let mut stop = end.subscribe();
    let listener = TcpListener::bind(config.listen)
        .await
        .map_err(|e| CannotGoOn::Later(format!("[http] listen = \"{}\" cannot be listened on: {e}", config.listen)))?;
    let mut courier = Courier::of(&config.courier).map_err(CannotGoOn::Never)?;
    let (mut sources, mut doors) = (Vec::new(), Vec::new());
    for source in &config.sources {
        match Reader::of(source).map_err(CannotGoOn::Never)? {
            Reader::Webhook(door) => doors.push(door),
            Reader::Form => {}
            reader => sources.push((source.name.clone(), reader)),
        }
    }
    // A SQLite store has one daemon, which need not wait for the leases of its former life to run out.
    let holder = if works.shared_store() { hex(&works.ambient.random::<8>()) } else { "sqlite".into() };
    log::started(env!("CARGO_PKG_VERSION"), if works.shared_store() { "postgres" } else { "sqlite" }, config.sources.len());

    // Nobody else has a SQLite store (its folder is locked), so what is `sending` there was left by a daemon that died.
    let patience = if works.shared_store() { outbox::SENDING_PATIENCE } else { SignedDuration::ZERO };
    repeat("rescue", &mut stop.clone(), || outbox::rescue(&works, patience)).await;

    let mut tasks = JoinSet::new();
    tasks.spawn(compare(works.clone(), sources.clone(), stop.clone()));
    for (name, reader) in sources {
        tasks.spawn(read_source(works.clone(), name, reader, holder.clone(), stop.clone()));
    }
    tasks.spawn(decide(works.clone(), stop.clone()));
    tasks.spawn(reload::watch(works.clone(), stop.clone()));
    tasks.spawn(watch_clock(works.clone(), stop.clone()));
    let halt = Arc::new(AtomicBool::new(false));
    tasks.spawn(watch_platforms(works.clone(), Social::of(&config.sources), stop.clone()));
    let (mut social, events_holder) = (Social::of(&config.sources), holder.clone());
    let (carrier_works, carrier_stop, carrier_halt, carrier) = (works.clone(), stop.clone(), halt.clone(), holder.clone());
    tasks.spawn(async move { carry(&carrier_works, Carrier::Mail(&mut courier), &carrier, &carrier_halt, carrier_stop).await });
    let (carrier_works, carrier_stop, carrier_halt) = (works.clone(), stop.clone(), halt.clone());
    tasks.spawn(async move { carry(&carrier_works, Carrier::Social(&mut social), &holder, &carrier_halt, carrier_stop).await });
    let receiver = Receiver { works: works.clone() };
    let limits = Arc::new(Limits::new(config.per_peer, webhook::PATIENCE));
    let webhooks = webhook::router(doors, receiver.clone(), works.ambient.clone(), limits.clone());
    let forms = form::router(sheets(&works), receiver, works.ambient.clone(), limits.clone());
    let case_system = desk::events::router(&config.landlords, works.clone(), limits).map_err(CannotGoOn::Never)?;
    let pages = desk::router(works.clone()).merge(webhooks).merge(forms).merge(case_system);
    tasks.spawn(desk::serve(listener, pages, webhook::PATIENCE, stop.clone()));
    for line in Line::all(config).map_err(CannotGoOn::Never)? {
        tasks.spawn(tell(works.clone(), line, events_holder.clone(), halt.clone(), stop.clone()));
    }

    // A part that ends while nobody asked it to has met a fault of ours: better to be started again than to run on without it.
    let mut whole = true;
    tokio::select! {
        () = told(&mut stop) => {}
        _ = tasks.join_next() => {
            whole = *end.borrow();
            let _ = end.send(true);
        }
    }
    log::stopping();
    halt.store(true, Ordering::Relaxed);
    let drained = timeout(DRAIN, async { while tasks.join_next().await.is_some() {} }).await;
    if drained.is_err() {
        tasks.abort_all();
    }
    works.db.close().await;
    log::stopped();
    if whole { Ok(()) } else { Err(CannotGoOn::Later("a part of the daemon ended by a fault; its place is in the log".into())) }
}

/// What a form's page says of its landlord, by the policy in force when it is asked for.
fn sheets(works: &Arc<Works>) -> form::Look {
    let works = works.clone();
    Arc::new(move |name| {
        let source = works.sources.get(name).filter(|s| s.kind == SourceKind::Form)?;
        let in_force = works.in_force();
        let policy = &in_force.landlords.get(&source.landlord)?.policy;
        let contact = policy.contact.clone();
        Some(Sheet {
            landlord: policy.landlord.clone(),
            phone: contact.phone,
            email: contact.email,
            policy_url: contact.policy_url,
            emergency_phone: contact.emergency_phone,
            gas_number: policy.division.gas_number().into(),
            ack_working_days: policy.ack_stage1_wd,
        })
    })
}

/// Reads a source while its lease is ours: with several daemons on one store one of them reads each mailbox.
async fn read_source(works: Arc<Works>, name: String, reader: Reader, holder: String, mut stop: Stop) {
    while !*stop.borrow() {
        let now = works.ambient.now();
        let Ok(Some(fence)) = lease(&works, &name, &holder, now).await else {
            pause(LOOK, &mut stop).await;
            continue;
        };
        works.set_fence(&name, fence);
        // The reader has a stop of its own: it also ends when the lease is lost.
        let (end, ended) = watch::channel(false);
        let receiver = Receiver { works: works.clone() };
        let ambient = works.ambient.clone();
        let keep = async {
            loop {
                tokio::select! {
                    () = sleep(TICK) => if !renew(&works, &name, &holder, fence).await { break },
                    () = told(&mut stop) => break,
                }
            }
            let _ = end.send(true);
        };
        tokio::join!(reader.run(&receiver, &ambient, ended), keep);
        give_back(&works, &name, &holder, fence).await;
    }
}

async fn lease(works: &Works, source: &str, holder: &str, now: jiff::Timestamp) -> store::Result<Option<i64>> {
    let mut tx = works.db.write(None).await?;
    let lease = store::source::acquire(&mut tx, source, holder, now, now + LEASE).await?;
    tx.commit("lease").await?;
    Ok(lease.map(|l| l.fence))
}

/// False when the lease is another's. A store that does not answer is no loss: nobody else can take the lease meanwhile either.
async fn renew(works: &Works, source: &str, holder: &str, fence: i64) -> bool {
    let renewed = async {
        let mut tx = works.db.write(None).await?;
        let ours = store::source::renew(&mut tx, source, holder, fence, works.ambient.now() + LEASE).await?;
        tx.commit("lease").await?;
        store::Result::Ok(ours)
    };
    renewed.await.unwrap_or(true)
}

async fn give_back(works: &Works, source: &str, holder: &str, fence: i64) {
    let Ok(mut tx) = works.db.write(None).await else { return };
    if store::source::release(&mut tx, source, holder, fence, works.ambient.now()).await.is_ok() {
        let _ = tx.commit("lease").await;
    }
}

async fn decide(works: Arc<Works>, mut stop: Stop) {
    while !*stop.borrow() {
        if let Err(e) = intake::drain(&works).await {
            log::work_failed("intake", &e, PAUSE.as_secs_f64());
            pause(PAUSE, &mut stop).await;
            continue;
        }
        tokio::select! {
            () = works.arrived.notified() => {}
            () = sleep(LOOK) => {}
            () = told(&mut stop) => {}
        }
    }
}

async fn carry(works: &Works, mut carrier: Carrier<'_>, holder: &str, halt: &AtomicBool, mut stop: Stop) {
    let mut posted = works.posted.subscribe();
    while !*stop.borrow() {
        match outbox::drain(works, &mut carrier, holder, halt).await {
            Ok(drained) if drained.blocked => {
                pause(outbox::BLOCKED_WAIT.unsigned_abs(), &mut stop).await;
                continue;
            }
            Ok(_) => {}
            Err(e) => {
                log::work_failed("outbox", &e, PAUSE.as_secs_f64());
                pause(PAUSE, &mut stop).await;
                continue;
            }
        }
        tokio::select! {
            _ = posted.changed() => {}
            () = sleep(LOOK) => {}
            () = told(&mut stop) => {}
        }
    }
}

/// Whether the platforms still call us.
async fn watch_platforms(works: Arc<Works>, social: Social, mut stop: Stop) {
    while !*stop.borrow() {
        if let Err(e) = silence::look(&works, &social).await {
            log::work_failed("watch", &e, WATCH.as_secs_f64());
        }
        pause(WATCH, &mut stop).await;
    }
}

/// Tells a landlord's case system what happens.
async fn tell(works: Arc<Works>, mut line: Line, holder: String, halt: Arc<AtomicBool>, mut stop: Stop) {
    repeat("events", &mut stop.clone(), || events::begin(&works, &line)).await;
    let mut posted = works.posted.subscribe();
    while !*stop.borrow() {
        if let Err(e) = events::drain(&works, &mut line, &holder, &halt).await {
            log::work_failed("events", &e, PAUSE.as_secs_f64());
            pause(PAUSE, &mut stop).await;
            continue;
        }
        tokio::select! {
            _ = posted.changed() => {}
            () = sleep(LOOK) => {}
            () = told(&mut stop) => {}
        }
    }
}

async fn watch_clock(works: Arc<Works>, mut stop: Stop) {
    let mut swept = None;
    while !*stop.borrow() {
        if let Err(e) = clock::tick(&works).await {
            log::work_failed("clock", &e, TICK.as_secs_f64());
        }
        if let Err(e) = digest::tick(&works).await {
            log::work_failed("digest", &e, TICK.as_secs_f64());
        }
        if let Err(e) = outbox::rescue(&works, outbox::SENDING_PATIENCE).await {
            log::work_failed("rescue", &e, TICK.as_secs_f64());
        }
        // Once a day, and once at the start.
        let today = local_day(works.ambient.now());
        if swept != Some(today) {
            match retention::sweep(&works).await {
                Ok(gone) => {
                    swept = Some(today);
                    log::swept(gone);
                }
                Err(e) => log::work_failed("retention", &e, TICK.as_secs_f64()),
            }
        }
        pause(TICK, &mut stop).await;
    }
}

/// Counts what lies on the servers and not in the store, now and then, for `postroom_unaccounted`. What arrived in the last minutes may be on
/// its way in: only what two looks in a row miss is counted.
async fn compare(works: Arc<Works>, sources: Vec<(String, Reader)>, mut stop: Stop) {
    let mut missed: HashSet<(String, String)> = HashSet::new();
    while !*stop.borrow() {
        pause(COMPARE, &mut stop).await;
        let mut now = HashSet::new();
        for (name, reader) in &sources {
            match reconcile::unaccounted(&works.db, name, reader).await {
                Ok(places) => now.extend(places.into_iter().map(|p| (name.clone(), p))),
                // Whether a source can be reached is told elsewhere; what was missing there stays missing.
                Err(_) => now.extend(missed.iter().filter(|(n, _)| n == name).cloned()),
            }
        }
        works.metrics.unaccounted(now.intersection(&missed).count() as i64);
        missed = now;
    }
}

/// Does something that must succeed before the rest begins.
async fn repeat<F: Future<Output = crate::pipeline::Result<()>>>(name: &str, stop: &mut Stop, work: impl Fn() -> F) {
    while let Err(e) = work().await {
        if *stop.borrow() {
            return;
        }
        log::work_failed(name, &e, PAUSE.as_secs_f64());
        pause(PAUSE, stop).await;
    }
}

async fn pause(time: Duration, stop: &mut Stop) {
    tokio::select! {
        () = sleep(time) => {}
        () = told(stop) => {}
    }
}

/// Returns when the daemon is told to stop.
async fn told(stop: &mut Stop) {
    // The guard that `wait_for` gives must not be held over an await. An error means that the sender is gone: also a stop.
    let _ = stop.wait_for(|stopped| *stopped).await;
}
