//! How the model's types lie in columns: instants as microseconds, dates and words as text. The same on both databases.

use crate::model::address::Address;
use crate::model::case::{Reference, Stage};
use crate::model::decision::{Kind, Reply, ReviewCause};
use crate::model::duty::DutyKind;
use crate::model::message::Channel;
use jiff::{Timestamp, civil::Date};
use sha2::{Digest, Sha256};
use sqlx::encode::IsNull;
use sqlx::error::BoxDynError;
use sqlx::{Database, Decode, Encode, Type};
use std::borrow::Cow;

/// Lets a type lie in a TEXT column: how it is written, and how it is read back (`None` for what was never written).
macro_rules! as_text {
    ($($type:ty: $write:expr, $read:expr;)+) => { $(
        impl<DB: Database> Type<DB> for $type
        where
            String: Type<DB>,
        {
            fn type_info() -> DB::TypeInfo {
                <String as Type<DB>>::type_info()
            }

            fn compatible(ty: &DB::TypeInfo) -> bool {
                <String as Type<DB>>::compatible(ty)
            }
        }

        impl<'q, DB: Database> Encode<'q, DB> for $type
        where
            String: Encode<'q, DB>,
        {
            fn encode_by_ref(&self, buf: &mut DB::ArgumentBuffer) -> Result<IsNull, BoxDynError> {
                let write: fn(&$type) -> String = $write;
                <String as Encode<'q, DB>>::encode(write(self), buf)
            }
        }

        impl<'r, DB: Database> Decode<'r, DB> for $type
        where
            &'r str: Decode<'r, DB>,
        {
            fn decode(value: DB::ValueRef<'r>) -> Result<Self, BoxDynError> {
                let read: fn(&str) -> Option<$type> = $read;
                read(<&'r str as Decode<'r, DB>>::decode(value)?).ok_or_else(|| concat!("not a ", stringify!($type)).into())
            }
        }
    )+ };
}

as_text! {
    Kind: |k| k.as_str().into(), Kind::parse;
    Reply: |r| r.as_str().into(), Reply::parse;
    ReviewCause: |c| c.as_str().into(), ReviewCause::parse;
    DutyKind: |k| k.as_str().into(), DutyKind::parse;
    Stage: |s| s.as_str().into(), Stage::parse;
    Channel: |c| c.as_str().into(), |t| [Channel::Email, Channel::Social, Channel::Webform].into_iter().find(|c| c.as_str() == t);
    Address: |a| a.as_str().replace('\0', "\u{fffd}"), Address::parse;
    Reference: |r| r.0.clone(), |t| Some(Reference(t.into()));
}

/// An instant in a BIGINT column. `#[sqlx(try_from = "At")]` makes a Timestamp of it.
#[derive(Clone, Copy, Debug, sqlx::Type)]
#[sqlx(transparent)]
pub(super) struct At(i64);

/// An instant that may be missing.
#[derive(Clone, Copy, Debug)]
pub(super) struct MaybeAt(Option<Timestamp>);

/// A date in a TEXT column.
#[derive(Clone, Copy, Debug)]
pub(super) struct Day(pub Date);

as_text! { Day: |d| d.0.to_string(), |t| t.parse().ok().map(Day); }

/// A date that may be missing.
#[derive(Clone, Copy, Debug)]
pub(super) struct MaybeDay(Option<Date>);

impl From<MaybeDay> for Option<Date> {
    fn from(day: MaybeDay) -> Option<Date> {
        day.0
    }
}

impl<DB: Database> Type<DB> for MaybeDay
where
    String: Type<DB>,
{
    fn type_info() -> DB::TypeInfo {
        <String as Type<DB>>::type_info()
    }

    fn compatible(ty: &DB::TypeInfo) -> bool {
        <String as Type<DB>>::compatible(ty)
    }
}

impl<'r, DB: Database> Decode<'r, DB> for MaybeDay
where
    Option<&'r str>: Decode<'r, DB>,
{
    fn decode(value: DB::ValueRef<'r>) -> Result<Self, BoxDynError> {
        let text = <Option<&'r str> as Decode<'r, DB>>::decode(value)?;
        Ok(MaybeDay(text.map(str::parse).transpose()?))
    }
}

pub(super) fn at(instant: Timestamp) -> At {
    At(instant.as_microsecond())
}

impl TryFrom<At> for Timestamp {
    type Error = jiff::Error;

    fn try_from(at: At) -> Result<Timestamp, jiff::Error> {
        Timestamp::from_microsecond(at.0)
    }
}

impl From<MaybeAt> for Option<Timestamp> {
    fn from(at: MaybeAt) -> Option<Timestamp> {
        at.0
    }
}

impl From<Day> for Date {
    fn from(day: Day) -> Date {
        day.0
    }
}

impl<DB: Database> Type<DB> for MaybeAt
where
    i64: Type<DB>,
{
    fn type_info() -> DB::TypeInfo {
        <i64 as Type<DB>>::type_info()
    }

    fn compatible(ty: &DB::TypeInfo) -> bool {
        <i64 as Type<DB>>::compatible(ty)
    }
}

impl<'r, DB: Database> Decode<'r, DB> for MaybeAt
where
    Option<i64>: Decode<'r, DB>,
{
    fn decode(value: DB::ValueRef<'r>) -> Result<Self, BoxDynError> {
        let micros = <Option<i64> as Decode<'r, DB>>::decode(value)?;
        Ok(MaybeAt(micros.map(Timestamp::from_microsecond).transpose()?))
    }
}

/// Text as both databases can hold it: PostgreSQL's TEXT takes no NUL.
pub(super) fn text(words: &str) -> Cow<'_, str> {
    if words.contains('\0') { Cow::Owned(words.replace('\0', "\u{fffd}")) } else { Cow::Borrowed(words) }
}

/// Text to look up by: what is too long for an index entry (PostgreSQL's end at some 2,700 bytes) is kept as its digest.
pub(super) fn key(words: &str) -> Cow<'_, str> {
    if words.len() > 500 { Cow::Owned(format!("sha256:{}", sha256(words.as_bytes()))) } else { text(words) }
}

/// SHA-256 in lower-case hex.
pub(super) fn sha256(bytes: &[u8]) -> String {
    Sha256::digest(bytes).iter().map(|b| format!("{b:02x}")).collect()
}
