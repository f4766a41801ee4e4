//! Taking in: raw bytes, where they were found, and the message that they hold. Committed before anybody is told (promise 1).

use super::column::{At, MaybeAt, at, key, sha256, text};
use super::db::Tx;
use super::error::{Error, Result};
use crate::model::message::Channel;
use jiff::Timestamp;

/// Something that arrived, as its source hands it over.
#[derive(Clone, Debug)]
pub struct Arrival {
    pub landlord: String,
    pub source: String,
    /// Where it lies, unique in its source: `UIDVALIDITY/UID`, the name of a file, a platform's id of the event.
    pub place: String,
    /// How the bytes are to be read.
    pub channel: Channel,
    pub bytes: Vec<u8>,
    /// The server's time of receipt, from which every clock runs (promise 4).
    pub received_at: Timestamp,
    /// When it reached us.
    pub arrived_at: Timestamp,
    /// False for mail from before the source's `letters_from`: it is taken in and answered by nobody.
    pub answerable: bool,
}

/// What became of an arrival.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Received {
    pub raw_id: i64,
    /// False where this place was known already.
    pub receipt_new: bool,
    /// False where the landlord has had the same bytes before: then there is no second message.
    pub raw_new: bool,
}

/// An arrival made ready to store: hashed and compressed outside of any transaction, on as many cores as there are.
#[derive(Clone, Debug)]
pub struct Packed {
    landlord: String,
    source: String,
    place: String,
    channel: Channel,
    received_at: Timestamp,
    arrived_at: Timestamp,
    answerable: bool,
    sha256: String,
    size: i64,
    zstd: Vec<u8>,
}

impl Arrival {
    pub fn pack(self) -> Packed {
        let Arrival { landlord, source, place, channel, bytes, received_at, arrived_at, answerable } = self;
        // Nothing could be had of it: two such are two, told apart by their places.
        let named = if bytes.is_empty() { format!("nothing of {source}/{place}").into_bytes() } else { Vec::new() };
        let sha256 = sha256(if bytes.is_empty() { &named } else { &bytes });
        let (size, zstd) = (bytes.len() as i64, compress(&bytes));
        Packed { landlord, source, place, channel, received_at, arrived_at, answerable, sha256, size, zstd }
    }
}

/// Where one raw of a source was found.
#[derive(Clone, Debug, PartialEq, Eq, sqlx::FromRow)]
pub struct Place {
    pub place: String,
    pub raw_id: i64,
    #[sqlx(try_from = "At")]
    pub received_at: Timestamp,
}

/// One place where a raw was found, and when.
#[derive(Clone, Debug, PartialEq, Eq, sqlx::FromRow)]
pub struct Receipt {
    pub source: String,
    pub place: String,
    #[sqlx(try_from = "At")]
    pub received_at: Timestamp,
    #[sqlx(try_from = "At")]
    pub arrived_at: Timestamp,
}

statements! {
    ARRIVALS_LIST = "SELECT arrived_at FROM receipt WHERE source = $1 ORDER BY arrived_at DESC LIMIT $2";
    RAW_ADD = "INSERT INTO raw (landlord, sha256, size, zstd) VALUES ($1, $2, $3, $4) ON CONFLICT (landlord, sha256) DO NOTHING RETURNING id";
    RAW_FIND = "SELECT id FROM raw WHERE landlord = $1 AND sha256 = $2";
    RAW_BYTES = "SELECT sha256, size, zstd FROM raw WHERE id = $1";
    RAW_DIGEST = "SELECT sha256, size FROM raw WHERE id = $1";
    OF_RAW = "SELECT source, place, received_at, arrived_at FROM receipt WHERE raw_id = $1 ORDER BY id";
    RECEIPT_ADD = "INSERT INTO receipt (source, place, raw_id, received_at, arrived_at, answerable) VALUES ($1, $2, $3, $4, $5, $6)
        ON CONFLICT (source, place) DO NOTHING";
    MESSAGE_ADD = "INSERT INTO message (raw_id, part, landlord, source, channel, received_at, answerable, state, attempts)
        VALUES ($1, 0, $2, $3, $4, $5, $6, 'received', 0)";
    PLACES = "SELECT place, raw_id, received_at FROM receipt WHERE source = $1 ORDER BY id";
    PLACE_KNOWN = "SELECT raw_id FROM receipt WHERE source = $1 AND place = $2";
    LATEST = "SELECT max(arrived_at) AS at FROM receipt WHERE source = $1";
}

/// Stores arrivals: the bytes where they are new to the landlord, the place where it is new to the source, and a message to decide where
/// the bytes are new. The same bytes seen again (a new UIDVALIDITY, a crash between commit and move) make no second message.
/// Answers in the order of the arrivals.
pub async fn receive(tx: &mut Tx, arrivals: &[Packed]) -> Result<Vec<Received>> {
    // Two daemons that take in the same bytes wait for each other's rows: in one order, or they would wait for ever.
    let mut order: Vec<usize> = (0..arrivals.len()).collect();
    order.sort_by(|&a, &b| (&arrivals[a].landlord, &arrivals[a].sha256).cmp(&(&arrivals[b].landlord, &arrivals[b].sha256)));
    let mut raws = vec![(0, false); arrivals.len()];
    let mut last: Option<usize> = None;
    for i in order {
        let a = &arrivals[i];
        raws[i] = match last {
            // Twice in one batch: the sort is stable, so the first to arrive brings the message.
            Some(l) if arrivals[l].sha256 == a.sha256 && arrivals[l].landlord == a.landlord => (raws[l].0, false),
            _ => add_raw(tx, a).await?,
        };
        last = Some(i);
    }
    let mut received = Vec::with_capacity(arrivals.len());
    for (a, &(raw_id, raw_new)) in arrivals.iter().zip(&raws) {
        let (received_at, place) = (at(a.received_at), key(&a.place));
        let added = on!(tx, run(RECEIPT_ADD, &a.source, &*place, raw_id, received_at, at(a.arrived_at), a.answerable))?;
        if raw_new && added == 0 {
            // Another thing under a place that is taken: it has a receipt of its own, or nobody could say where it came from.
            let place = format!("{}#{}", a.place, a.sha256);
            on!(tx, run(RECEIPT_ADD, &a.source, &*key(&place), raw_id, received_at, at(a.arrived_at), a.answerable))?;
        }
        if raw_new {
            on!(tx, run(MESSAGE_ADD, raw_id, &a.landlord, &a.source, a.channel, received_at, a.answerable))?;
        }
        received.push(Received { raw_id, receipt_new: added == 1, raw_new });
    }
    Ok(received)
}

async fn add_raw(tx: &mut Tx, a: &Packed) -> Result<(i64, bool)> {
    let new: Option<(i64,)> = on!(tx, maybe(RAW_ADD, &a.landlord, &a.sha256, a.size, &a.zstd))?;
    match new {
        Some((id,)) => Ok((id, true)),
        None => {
            let (id,): (i64,) = on!(tx, one(RAW_FIND, &a.landlord, &a.sha256))?;
            Ok((id, false))
        }
    }
}

/// The bytes as they came. [`Error::Damaged`] when they are not what was stored, [`Error::Erased`] when they were taken out.
pub async fn bytes(tx: &mut Tx, raw_id: i64) -> Result<Vec<u8>> {
    let row: Option<(String, i64, Vec<u8>)> = on!(tx, maybe(RAW_BYTES, raw_id))?;
    let (sha256, size, zstd) = row.ok_or_else(|| Error::Missing { what: "raw", name: raw_id.to_string() })?;
    unpack(raw_id, &sha256, size, &zstd)
}

/// SHA-256 of the bytes as they came (hex), and their number, 0 where they were taken out.
pub async fn digest(tx: &mut Tx, raw_id: i64) -> Result<(String, i64)> {
    let row: Option<(String, i64)> = on!(tx, maybe(RAW_DIGEST, raw_id))?;
    row.ok_or_else(|| Error::Missing { what: "raw", name: raw_id.to_string() })
}

/// Every place where a raw was found, oldest first.
pub async fn of_raw(tx: &mut Tx, raw_id: i64) -> Result<Vec<Receipt>> {
    on!(tx, all(OF_RAW, raw_id))
}

pub(super) fn unpack(raw_id: i64, digest: &str, size: i64, zstd: &[u8]) -> Result<Vec<u8>> {
    if zstd.is_empty() {
        return Err(Error::Erased { table: "raw", id: raw_id });
    }
    let bytes = decompress(zstd, size).ok_or(Error::Damaged { table: "raw", id: raw_id, what: "its bytes cannot be unpacked" })?;
    if bytes.is_empty() || sha256(&bytes) == digest {
        Ok(bytes)
    } else {
        Err(Error::Damaged { table: "raw", id: raw_id, what: "its bytes are not those that came" })
    }
}

/// True when this place of a source was taken in before.
pub async fn place_known(tx: &mut Tx, source: &str, place: &str) -> Result<bool> {
    let row: Option<(i64,)> = on!(tx, maybe(PLACE_KNOWN, source, &*key(place)))?;
    Ok(row.is_some())
}

/// Every place of a source, in the order of taking in (for `reconcile`).
pub async fn places(tx: &mut Tx, source: &str) -> Result<Vec<Place>> {
    on!(tx, all(PLACES, &*text(source)))
}

/// When the source last brought anything.
pub async fn latest(tx: &mut Tx, source: &str) -> Result<Option<Timestamp>> {
    #[derive(sqlx::FromRow)]
    struct Row {
        #[sqlx(try_from = "MaybeAt")]
        at: Option<Timestamp>,
    }
    let row: Row = on!(tx, one(LATEST, source))?;
    Ok(row.at)
}

/// Level 3 packs mail nearly as small as the higher ones at several times their speed.
pub(super) fn compress(bytes: &[u8]) -> Vec<u8> {
    zstd::bulk::compress(bytes, 3).expect("the buffer is as large as zstd asks for, and it has no other reason to fail")
}

/// `None` when it is no zstd, or not of the size that was stored beside it.
pub(super) fn decompress(zstd: &[u8], size: i64) -> Option<Vec<u8>> {
    let bytes = zstd::bulk::decompress(zstd, usize::try_from(size).ok()?).ok()?;
    (bytes.len() as i64 == size).then_some(bytes)
}

/// When the latest calls (or mails) of a source came in, the newest first.
pub async fn arrivals(tx: &mut Tx, source: &str, limit: i64) -> Result<Vec<Timestamp>> {
    let rows: Vec<(At,)> = on!(tx, all(ARRIVALS_LIST, source, limit))?;
    Ok(rows.into_iter().filter_map(|(at,)| at.try_into().ok()).collect())
}
