//! The configuration file's own shape, and its checks: each fault points at the value that is wrong.

use super::events::EventsTable;
use super::oauth2::Oauth2Table;
use super::{After, Config, Courier, Form, Imap, Landlord, LettersFrom, Login, Oauth2, Proof, Server, Source, SourceKind, Webhook, spool};
use crate::model::address::Address;
use crate::model::fault::Fault;
use crate::tls::{Endpoint, Mode, is_loopback};
use jiff::SignedDuration;
use serde::Deserialize;
use std::net::SocketAddr;
use std::num::NonZeroU32;
use std::ops::Range;
use std::path::{Path, PathBuf};
use toml::Spanned;

pub(super) type Text = Spanned<String>;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    data: Option<Text>,
    rules: Option<Text>,
    shadow: Option<Text>,
    store: Option<StoreTable>,
    #[serde(default)]
    landlord: Vec<Spanned<LandlordTable>>,
    #[serde(default)]
    source: Vec<Spanned<SourceTable>>,
    http: Option<HttpTable>,
    courier: Option<Spanned<CourierTable>>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct StoreTable {
    url: Text,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct HttpTable {
    listen: Option<Text>,
    per_peer: Option<Spanned<i64>>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct LandlordTable {
    id: Text,
    policy: Text,
    from: Option<Text>,
    team: Option<Text>,
    officer: Option<Text>,
    events: Option<Spanned<EventsTable>>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct SourceTable {
    pub(super) name: Text,
    landlord: Option<Text>,
    kind: Text,
    letters_from: Option<Text>,
    poll: Option<Text>,
    host: Option<Text>,
    port: Option<Spanned<u16>>,
    tls: Option<Text>,
    ca_file: Option<Text>,
    user: Option<Text>,
    password_file: Option<Text>,
    pub(super) oauth2: Option<Spanned<Oauth2Table>>,
    folder: Option<Text>,
    after: Option<Text>,
    path: Option<Text>,
    platform: Option<Text>,
    app_secret_file: Option<Text>,
    verify_token_file: Option<Text>,
    consumer_secret_file: Option<Text>,
    secret_file: Option<Text>,
    pub(super) api_url: Option<Text>,
    pub(super) api_version: Option<Text>,
    pub(super) access_token_file: Option<Text>,
    pub(super) accounts: Option<Vec<Text>>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct CourierTable {
    kind: Text,
    host: Option<Text>,
    port: Option<Spanned<u16>>,
    tls: Option<Text>,
    ca_file: Option<Text>,
    user: Option<Text>,
    password_file: Option<Text>,
    oauth2: Option<Spanned<Oauth2Table>>,
    path: Option<Text>,
}

/// The file being read: where faults are collected.
pub(super) struct Reader<'a> {
    name: &'a str,
    text: &'a str,
    folder: &'a Path,
    faults: Vec<Fault>,
}

pub(super) fn read(name: &str, text: &str, folder: &Path) -> Result<Config, Vec<Fault>> {
    let file: File = toml::from_str(text).map_err(|e| vec![unknown_key_hint(Fault::from_toml(name, text, &e))])?;
    let mut r = Reader { name, text, folder, faults: Vec::new() };
    let config = r.config(&file);
    let (fatal, advice): (Vec<_>, Vec<_>) = r.faults.into_iter().partition(|f| f.fatal);
    if fatal.is_empty() { Ok(Config { advice, ..config }) } else { Err(fatal) }
}

fn unknown_key_hint(fault: Fault) -> Fault {
    if fault.says.contains("unknown field") {
        fault.hint("a misspelt key is refused, so that no setting is lost in silence")
    } else {
        fault
    }
}

impl Reader<'_> {
    pub(super) fn fault(&mut self, span: Range<usize>, says: impl Into<String>, hint: &str) {
        self.faults.push(Fault::at(self.name, self.text, span, says).hint(hint));
    }

    pub(super) fn path(&self, value: &Text) -> PathBuf {
        self.folder.join(value.get_ref())
    }

    fn address(&mut self, value: Option<&Text>, key: &str) -> Option<Address> {
        let value = value?;
        // Letters go out and come back by these: servers without SMTPUTF8 (RFC 6531) could carry none to an address beyond ASCII.
        let parsed = Address::parse(value.get_ref()).filter(|a| a.as_str().is_ascii());
        if parsed.is_none() {
            self.fault(value.span(), format!("`{key}` is no mail address"), "write it as name@domain");
        }
        parsed
    }

    fn config(&mut self, file: &File) -> Config {
        let data = file.data.as_ref().map_or_else(|| self.folder.join("postroom-data"), |d| self.path(d));
        let landlords = self.landlords(&file.landlord);
        let mut sources: Vec<Source> = Vec::new();
        for table in &file.source {
            if let Some(source) = self.source(table, &landlords, &data) {
                if sources.iter().any(|s| s.name == source.name) {
                    let span = table.get_ref().name.span();
                    self.fault(
                        span,
                        format!("two sources are called `{}`", source.name),
                        "a source's name is its identity in the store: give each its own",
                    );
                }
                sources.push(source);
            }
        }
        if file.source.is_empty() {
            sources.extend(landlords.first().map(|l| spool(&data, &l.id)));
        }
        Config {
            store_url: self.store_url(file.store.as_ref()),
            listen: self.listen(file.http.as_ref()),
            per_peer: self.per_peer(file.http.as_ref()),
            courier: self.courier(file.courier.as_ref(), &data),
            rules: file.rules.as_ref().map(|r| self.path(r)),
            shadow: file.shadow.as_ref().map(|s| self.path(s)),
            advice: Vec::new(),
            landlords,
            sources,
            data,
        }
    }

    fn store_url(&mut self, table: Option<&StoreTable>) -> String {
        let Some(table) = table else { return "sqlite".into() };
        let url = table.url.get_ref();
        if url != "sqlite" && !url.starts_with("postgres://") && !url.starts_with("postgresql://") {
            self.fault(table.url.span(), format!("`{url}` is no store"), "write \"sqlite\", or \"postgres://user@host:5432/database\"");
        }
        url.clone()
    }

    fn listen(&mut self, table: Option<&HttpTable>) -> SocketAddr {
        let fallback = SocketAddr::from(([127, 0, 0, 1], 8025));
        let Some(listen) = table.and_then(|t| t.listen.as_ref()) else { return fallback };
        listen.get_ref().parse().unwrap_or_else(|_| {
            self.fault(listen.span(), "`listen` is no address and port", "write for example \"127.0.0.1:8025\"");
            fallback
        })
    }

    fn per_peer(&mut self, table: Option<&HttpTable>) -> NonZeroU32 {
        let Some(value) = table.and_then(|t| t.per_peer.as_ref()) else { return super::PER_PEER };
        let number = u32::try_from(*value.get_ref()).ok().filter(|n| *n <= 1_000_000).and_then(NonZeroU32::new);
        number.unwrap_or_else(|| {
            self.fault(value.span(), "`per_peer` is no number from 1 to 1000000", "calls a second that one peer may make, for example 100");
            super::PER_PEER
        })
    }

    fn landlords(&mut self, tables: &[Spanned<LandlordTable>]) -> Vec<Landlord> {
        if tables.is_empty() {
            return super::built_in().landlords;
        }
        let mut landlords: Vec<Landlord> = Vec::new();
        for t in tables.iter().map(Spanned::get_ref) {
            if landlords.iter().any(|l| l.id == *t.id.get_ref()) {
                self.fault(t.id.span(), format!("two landlords have the id `{}`", t.id.get_ref()), "give each its own");
            }
            landlords.push(Landlord {
                id: t.id.get_ref().clone(),
                policy: t.policy.get_ref().clone(),
                from: self.address(t.from.as_ref(), "from"),
                team: self.address(t.team.as_ref(), "team"),
                officer: self.address(t.officer.as_ref(), "officer"),
                events: t.events.as_ref().map(|e| self.events(e)),
            });
        }
        landlords
    }

    fn source(&mut self, table: &Spanned<SourceTable>, landlords: &[Landlord], data: &Path) -> Option<Source> {
        let t = table.get_ref();
        let landlord = match &t.landlord {
            Some(id) if landlords.iter().any(|l| l.id == *id.get_ref()) => id.get_ref().clone(),
            Some(id) => {
                let known: Vec<_> = landlords.iter().map(|l| l.id.as_str()).collect();
                self.fault(
                    id.span(),
                    format!("no landlord has the id `{}`", id.get_ref()),
                    &format!("the configuration knows: {}", known.join(", ")),
                );
                return None;
            }
            None if landlords.len() == 1 => landlords[0].id.clone(),
            None => {
                self.fault(table.span(), "this source does not say whose it is", "there are several landlords: add `landlord = \"…\"`");
                return None;
            }
        };
        let name = t.name.get_ref().clone();
        if name.is_empty() || !name.chars().all(|c| c.is_ascii_alphanumeric() || c == '-' || c == '_') {
            self.fault(t.name.span(), "a source's name is letters, digits, - and _", "it stands in web addresses and metrics");
        }
        let kind = self.source_kind(table, data)?;
        let spooled = matches!(kind, SourceKind::Maildir { .. });
        Some(Source {
            name,
            landlord,
            kind,
            letters_from: self.letters_from(t.letters_from.as_ref(), spooled),
            poll: self.poll(t.poll.as_ref(), spooled),
        })
    }

    fn source_kind(&mut self, table: &Spanned<SourceTable>, data: &Path) -> Option<SourceKind> {
        let t = table.get_ref();
        let imap = ["host", "port", "tls", "ca_file", "user", "password_file", "oauth2", "folder", "after"];
        let webhook = [
            "platform",
            "app_secret_file",
            "verify_token_file",
            "consumer_secret_file",
            "secret_file",
            "api_url",
            "api_version",
            "access_token_file",
            "accounts",
            "oauth2",
        ];
        match t.kind.get_ref().as_str() {
            "imap" => {
                self.belongs(t, "imap", &imap);
                let oauth2 = t.oauth2.as_ref().and_then(|o| self.oauth2(o, t.name.get_ref(), data));
                let login = self.login(t.user.as_ref(), t.password_file.as_ref(), t.oauth2.as_ref().map(Spanned::span), oauth2);
                let server = self.server(table.span(), &t.host, &t.port, &t.tls, &t.ca_file, login, [993, 143])?;
                if server.login.is_none() {
                    self.fault(
                        table.span(),
                        "an imap source needs `user` and `password_file`, or `user` and [source.oauth2]",
                        "the file holds the password and nothing else",
                    );
                }
                let after = self.after(t.after.as_ref());
                let folder = t.folder.as_ref().map_or_else(|| "INBOX".into(), |f| f.get_ref().clone());
                Some(SourceKind::Imap(Imap { server, folder, after }))
            }
            "maildir" => {
                self.belongs(t, "maildir", &["path"]);
                match &t.path {
                    Some(path) => Some(SourceKind::Maildir { path: self.path(path) }),
                    None => {
                        self.fault(table.span(), "a maildir source needs `path`", "the folder that holds (or will hold) new, cur and tmp");
                        None
                    }
                }
            }
            "webhook" => {
                self.belongs(t, "webhook", &webhook);
                self.webhook(table, data)
            }
            "form" => {
                self.belongs(t, "form", &[]);
                Some(SourceKind::Form)
            }
            other => {
                let hint = "write \"imap\", \"maildir\", \"webhook\" or \"form\"";
                self.fault(t.kind.span(), format!("`{other}` is no kind of source"), hint);
                None
            }
        }
    }

    /// A key of another kind of source would do nothing: say so.
    fn belongs(&mut self, t: &SourceTable, kind: &str, allowed: &[&str]) {
        let others = [
            ("port", t.port.as_ref().map(Spanned::span)),
            ("oauth2", t.oauth2.as_ref().map(Spanned::span)),
            ("accounts", t.accounts.as_ref().and_then(|a| a.first()).map(Spanned::span)),
        ];
        let texts = [
            ("host", &t.host),
            ("tls", &t.tls),
            ("ca_file", &t.ca_file),
            ("user", &t.user),
            ("password_file", &t.password_file),
            ("folder", &t.folder),
            ("after", &t.after),
            ("path", &t.path),
            ("platform", &t.platform),
            ("app_secret_file", &t.app_secret_file),
            ("verify_token_file", &t.verify_token_file),
            ("consumer_secret_file", &t.consumer_secret_file),
            ("secret_file", &t.secret_file),
            ("api_url", &t.api_url),
            ("api_version", &t.api_version),
            ("access_token_file", &t.access_token_file),
        ];
        let spans: Vec<_> = texts
            .iter()
            .filter_map(|(k, v)| v.as_ref().map(|v| (*k, v.span())))
            .chain(others.into_iter().filter_map(|(k, s)| s.map(|s| (k, s))))
            .collect();
        for (key, span) in spans {
            if !allowed.contains(&key) {
                self.fault(span, format!("`{key}` does not belong to a source of kind {kind}"), "take it out, or correct `kind`");
            }
        }
    }

    #[expect(clippy::too_many_arguments, reason = "the keys that a mail server has, shared by two tables")]
    fn server(
        &mut self,
        table: Range<usize>,
        host: &Option<Text>,
        port: &Option<Spanned<u16>>,
        tls: &Option<Text>,
        ca_file: &Option<Text>,
        login: Option<Login>,
        usual: [u16; 2],
    ) -> Option<Server> {
        let Some(host) = host else {
            self.fault(table, "`host` is missing", "the mail server's name");
            return None;
        };
        let mode = match tls.as_ref().map(|t| t.get_ref().as_str()) {
            None | Some("implicit") => Mode::Implicit,
            Some("starttls") => Mode::Starttls,
            Some("none") => Mode::None,
            Some(other) => {
                let says = format!("`{other}` is no way of encryption");
                self.fault(
                    tls.as_ref().map_or(table.clone(), Spanned::span),
                    says,
                    "write \"implicit\", \"starttls\", or \"none\" (loopback only)",
                );
                Mode::Implicit
            }
        };
        // A password or a resident's words never cross a network in plain text.
        if mode == Mode::None && !is_loopback(host.get_ref()) {
            self.fault(
                tls.as_ref().map_or(table, Spanned::span),
                "plain text is allowed to a loopback address only",
                "write tls = \"implicit\" or \"starttls\"",
            );
        }
        let fallback = usual[usize::from(mode != Mode::Implicit)];
        let endpoint = Endpoint {
            host: host.get_ref().clone(),
            port: port.as_ref().map_or(fallback, |p| *p.get_ref()),
            tls: mode,
            ca_file: ca_file.as_ref().map(|f| self.path(f)),
        };
        Some(Server { endpoint, login })
    }

    /// Who logs in, and how they prove it.
    fn login(
        &mut self,
        user: Option<&Text>,
        password_file: Option<&Text>,
        given: Option<Range<usize>>,
        oauth2: Option<Oauth2>,
    ) -> Option<Login> {
        if let (Some(file), Some(_)) = (password_file, &given) {
            self.fault(file.span(), "`password_file` beside [oauth2]", "an account proves itself in one way: take one of them out");
        }
        let proof = oauth2.map(|o| Proof::Oauth2(Box::new(o))).or_else(|| password_file.map(|f| Proof::PasswordFile(self.path(f))));
        match (user, proof) {
            (Some(user), Some(proof)) => return Some(Login { user: user.get_ref().clone(), proof }),
            (Some(user), None) if given.is_none() => {
                self.fault(user.span(), "`user` without `password_file`", "name the file that holds the password");
            }
            (None, Some(_)) => match password_file.map(Spanned::span).or(given) {
                Some(span) if password_file.is_some() => self.fault(span, "`password_file` without `user`", "say who logs in"),
                Some(span) => self.fault(span, "[oauth2] without `user`", "say whose mailbox it is"),
                None => {}
            },
            _ => {}
        }
        None
    }

    fn after(&mut self, value: Option<&Text>) -> After {
        let Some(value) = value else { return After::Nothing };
        match After::parse(value.get_ref()) {
            Ok(after) => after,
            Err(says) => {
                self.fault(value.span(), "`after` is not understood", &says);
                After::Nothing
            }
        }
    }

    fn webhook(&mut self, table: &Spanned<SourceTable>, data: &Path) -> Option<SourceKind> {
        let t = table.get_ref();
        let Some(platform) = &t.platform else {
            self.fault(table.span(), "a webhook source needs `platform`", "write \"meta\", \"whatsapp\", \"x\" or \"webform\"");
            return None;
        };
        let verified = t.verify_token_file.as_ref();
        let (form, key, secret, kept) = match platform.get_ref().as_str() {
            "meta" => (Form::Meta, "app_secret_file", &t.app_secret_file, &["app_secret_file", "verify_token_file"][..]),
            "whatsapp" => (Form::Whatsapp, "app_secret_file", &t.app_secret_file, &["app_secret_file", "verify_token_file"][..]),
            "x" => (Form::X, "consumer_secret_file", &t.consumer_secret_file, &["consumer_secret_file"][..]),
            "webform" => (Form::Webform, "secret_file", &t.secret_file, &["secret_file"][..]),
            other => {
                self.fault(platform.span(), format!("`{other}` is no platform"), "write \"meta\", \"whatsapp\", \"x\" or \"webform\"");
                return None;
            }
        };
        let keys = [
            ("app_secret_file", &t.app_secret_file),
            ("verify_token_file", &t.verify_token_file),
            ("consumer_secret_file", &t.consumer_secret_file),
            ("secret_file", &t.secret_file),
        ];
        for (key, value) in keys {
            if let Some(value) = value.as_ref().filter(|_| !kept.contains(&key)) {
                let hint = format!("this platform takes: {}", kept.join(", "));
                self.fault(value.span(), format!("`{key}` does not belong to the platform {}", platform.get_ref()), &hint);
            }
        }
        let Some(secret) = secret else {
            self.fault(table.span(), format!("this platform needs `{key}`"), "without it nobody could tell a true call from a forged one");
            return None;
        };
        if matches!(form, Form::Meta | Form::Whatsapp) && verified.is_none() {
            self.fault(
                table.span(),
                "this platform needs `verify_token_file`",
                "the platform asks for the token when the address is registered",
            );
        }
        let verify_token_file = verified.map(|f| self.path(f));
        let api = self.api(table, form, data);
        Some(SourceKind::Webhook(Webhook { platform: form, secret_file: self.path(secret), verify_token_file, api }))
    }

    fn letters_from(&mut self, value: Option<&Text>, spooled: bool) -> LettersFrom {
        // A spool folder is filled by the operator's own hand, so what lies in it is meant to be answered.
        let Some(value) = value else { return if spooled { LettersFrom::All } else { LettersFrom::Now } };
        match value.get_ref().as_str() {
            "now" => LettersFrom::Now,
            "all" => LettersFrom::All,
            instant => instant.parse().map(LettersFrom::From).unwrap_or_else(|_| {
                self.fault(
                    value.span(),
                    "`letters_from` is not understood",
                    "write \"now\", \"all\" or an instant like \"2026-03-02T00:00:00Z\"",
                );
                LettersFrom::Now
            }),
        }
    }

    fn poll(&mut self, value: Option<&Text>, spooled: bool) -> SignedDuration {
        let usual = SignedDuration::from_secs(if spooled { 1 } else { 60 });
        let Some(value) = value else { return usual };
        match value.get_ref().parse::<SignedDuration>() {
            Ok(d) if d >= SignedDuration::from_millis(100) && d <= SignedDuration::from_hours(1) => d,
            _ => {
                self.fault(value.span(), "`poll` is no time between 100ms and 1h", "write for example \"60s\"");
                usual
            }
        }
    }

    fn courier(&mut self, table: Option<&Spanned<CourierTable>>, data: &Path) -> Courier {
        let folder = Courier::Folder { path: data.join("sent") };
        let Some(table) = table else { return folder };
        let t = table.get_ref();
        match t.kind.get_ref().as_str() {
            "smtp" => {
                if let Some(path) = &t.path {
                    self.fault(path.span(), "`path` does not belong to a courier of kind smtp", "take it out, or correct `kind`");
                }
                let oauth2 = t.oauth2.as_ref().and_then(|o| self.oauth2(o, "courier", data));
                let login = self.login(t.user.as_ref(), t.password_file.as_ref(), t.oauth2.as_ref().map(Spanned::span), oauth2);
                let server = self.server(table.span(), &t.host, &t.port, &t.tls, &t.ca_file, login, [465, 587]);
                server.map_or(folder, Courier::Smtp)
            }
            "folder" => {
                if t.host.is_some() {
                    self.fault(t.kind.span(), "`host` does not belong to a courier of kind folder", "did you mean kind = \"smtp\"?");
                }
                t.path.as_ref().map_or(folder, |p| Courier::Folder { path: self.path(p) })
            }
            other => {
                self.fault(t.kind.span(), format!("`{other}` is no kind of courier"), "write \"smtp\" or \"folder\"");
                folder
            }
        }
    }
}
