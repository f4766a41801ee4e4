//! A message as it was understood: what `message/` makes of raw bytes, and what rules and triage judge.

use super::address::{Address, Party};
use super::decision::Via;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Channel {
    #[default]
    Email,
    Social,
    Webform,
}

impl Channel {
    pub fn as_str(self) -> &'static str {
        match self {
            Channel::Email => "email",
            Channel::Social => "social",
            Channel::Webform => "webform",
        }
    }
}

/// One message. A raw may hold several (a webhook batch, a mail with two attached complaints).
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Message {
    pub channel: Channel,
    /// The author: From, with Sender or Return-Path only where From is missing; for a web form the person who filled it in.
    pub from: Party,
    /// Where the author asks answers to go (RFC 5322 §3.6.2), when it differs from `from`.
    pub reply_to: Option<Address>,
    /// The envelope sender as Return-Path gives it: `Some(None)` is the null sender `<>` (RFC 5321 §4.5.5).
    pub return_path: Option<Option<Address>>,
    pub to: Vec<Party>,
    pub cc: Vec<Party>,
    /// Every address at which this arrived: Delivered-To, X-Original-To, X-Forwarded-To, Envelope-To (where reply tokens hide).
    pub delivered_to: Vec<Address>,
    /// Decoded, unfolded; empty when there is none.
    pub subject: String,
    /// Message-ID without angle brackets; for social media the platform's id of the item.
    pub message_id: Option<String>,
    pub in_reply_to: Option<String>,
    /// RFC 5322 §3.6.4, oldest first, without angle brackets.
    pub references: Vec<String>,
    /// First 22 bytes of Outlook's Thread-Index in lower-case hex (MS-OXOMSG 2.2.1.3): equal in one conversation.
    pub thread_root: Option<String>,
    /// When the author's client says it was sent. Never a receipt.
    pub sent_at: Option<Timestamp>,
    pub automatic: Option<Automatic>,
    pub bounce: Option<Bounce>,
    /// The instance that wrote it, when it carries our own X-Postroom-Instance header: mail of ours, or of another Postroom.
    pub postroom_instance: Option<String>,
    /// Message-IDs that a report, bounce or read receipt says it is about.
    pub about: Vec<String>,
    /// The messages that this one passes on, outermost first; each one's body holds those inside it. The innermost whose sender is
    /// neither contractor nor landlord is the resident's (triage chooses: it knows who they are).
    pub forwards: Vec<Forwarded>,
    /// The message that this one answers, as its history retells it, and what that one answers in its turn: newest first; none where it is a
    /// letter of ours with its reply line. Whoever answers a resident and copies us in passes the resident's words on.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub answered: Vec<Forwarded>,
    /// The author's own new words: of a forward, the covering note.
    pub text: String,
    /// What was cut as the words of an earlier message. Kept, never thrown away.
    pub quoted: String,
    pub signature: String,
    pub attachments: Vec<Attachment>,
    pub defects: Vec<Defect>,
    pub social: Option<Social>,
    pub webform: Option<Webform>,
    /// Authentication-Results' verdict on From's domain (RFC 8601): `Some(false)` only on a clear failure of DMARC.
    pub authenticated: Option<bool>,
    /// ISO 639-3 code of the language of the new words, when it is surely not English.
    pub language: Option<String>,
}

impl Message {
    /// What it hands on to us: what it forwards, innermost first, and what it answers where that is how a resident's words came (`via`).
    pub fn handed_on(&self, via: Option<Via>) -> impl Iterator<Item = &Forwarded> {
        self.forwards.iter().rev().chain(self.answered.iter().filter(move |_| via.is_some()))
    }

    /// Encrypted, so that its words cannot be read here.
    pub fn is_locked(&self) -> bool {
        self.defects.iter().any(|d| d.code == "encrypted")
    }
}

/// Why a message counts as a machine's (RFC 3834, 3464, 8098, 5965, 2369).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Automatic {
    AutoReply,
    Bounce,
    ReadReceipt,
    FeedbackReport,
    List,
    Notification,
}

/// A report of failed delivery (RFC 3464, or one of the many that are not).
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Bounce {
    pub failed: Vec<Address>,
    /// True when the address will never work (status 5.y.z); false when it was only delayed or may work later.
    pub permanent: bool,
}

/// A message inside a message.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Forwarded {
    pub from_name: Option<String>,
    pub from_email: Option<Address>,
    /// Who the original was written to, as far as it says.
    pub to: Vec<Address>,
    pub subject: Option<String>,
    /// The date that the block states, in Europe/London where it gives no zone.
    pub sent_at: Option<Timestamp>,
    pub message_id: Option<String>,
    /// The original's words, history and all.
    pub body: String,
    /// Of `body`, the original author's own new words: no quoted history, no signature, no message inside it.
    pub text: String,
    /// True for an attached message (message/rfc822, .eml, .msg), whose headers are its own and not retold.
    pub attached: bool,
}

/// A resident as a note names them.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Reported {
    pub name: Option<String>,
    pub email: Option<Address>,
    pub phone: Option<String>,
    pub address: Option<String>,
}

#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Attachment {
    pub name: Option<String>,
    /// MIME type, lower case: what was declared, or what the first bytes say where that is octet-stream.
    #[serde(rename = "type")]
    pub mime: String,
    pub bytes: usize,
    /// The words inside a letter that was attached (.txt, .docx, .pdf, …); `None` for photographs, scans and the unreadable.
    pub text: Option<String>,
}

/// Something wrong with a message that reading survived. `what` is one plain clause for the officer.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Defect {
    /// A kebab-case name that stays the same over releases.
    pub code: String,
    pub what: String,
}

impl Defect {
    pub fn new(code: &str, what: impl Into<String>) -> Defect {
        Defect { code: code.into(), what: what.into() }
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Platform {
    Facebook,
    Messenger,
    Instagram,
    Whatsapp,
    X,
}

/// What a social-media item is, beside its words.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Social {
    pub platform: Platform,
    /// A post or comment that others can read; false for a private conversation.
    pub public: bool,
    /// What was done to the item.
    pub verb: Verb,
    /// The landlord's own account that it came to.
    pub account: Option<String>,
    /// The item that this one answers or stands under.
    pub parent: Option<String>,
    /// The post or conversation that it belongs to.
    pub thread: Option<String>,
    /// True for an echo of our own post, a delivery status, a like, and all else that nobody said to us.
    pub no_message: bool,
    /// When the platform says it happened.
    pub event_at: Option<Timestamp>,
    /// A platform-encrypted message that cannot be read here.
    pub unreadable: bool,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Verb {
    #[default]
    Add,
    Edit,
    Remove,
}

/// A web form's own fields, beside name, email and message (which lie in `from` and `text`).
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Webform {
    pub phone: Option<String>,
    pub address: Option<String>,
}
