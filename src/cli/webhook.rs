//! `postroom webhook`: tries an endpoint as its platform would.

use super::setup::{self, Exit, code};
use super::{At, FINDINGS, FINE, USAGE, show};
use crate::ambient::Ambient;
use crate::config::{Config, SourceKind};
use crate::http::Url;
use crate::source::webhook::Door;
use clap::Subcommand;
use std::net::{IpAddr, SocketAddr};
use std::path::PathBuf;

#[derive(Subcommand)]
pub enum Command {
    /// Prints the headers with which the platform would send a body
    Sign(Call),
    /// Sends a body to a running Postroom as the platform would, and says what it answers
    Send {
        #[command(flatten)]
        call: Call,
        /// Where to: the address that the platform was given, without /webhooks/…; without it the configured `listen`
        #[arg(long, value_name = "URL")]
        url: Option<String>,
    },
}

#[derive(clap::Args)]
pub struct Call {
    #[command(flatten)]
    at: At,
    /// The source's name
    name: String,
    /// The body, as the platform writes it
    #[arg(value_name = "FILE")]
    file: PathBuf,
    /// The event's name, which Standard Webhooks sign: the same again is the same event. Random without it
    #[arg(long)]
    id: Option<String>,
}

pub fn run(command: &Command) -> u8 {
    code(setup::block_on(async {
        let (call, url) = match command {
            Command::Sign(call) => (call, None),
            Command::Send { call, url } => (call, Some(url)),
        };
        let config = setup::config(&call.at)?;
        let door = door(&config, &call.name)?;
        let body = std::fs::read(&call.file).map_err(|e| {
            show::error(format!("{} cannot be read: {e}", call.file.display()));
            USAGE
        })?;
        let ambient = Ambient::system();
        let random = || format!("msg_{}", ambient.random::<12>().iter().map(|b| format!("{b:02x}")).collect::<String>());
        let headers = door.lock.sign(&body, &call.id.clone().unwrap_or_else(random), &ambient);
        for (name, value) in &headers {
            show::line(format!("{name}: {value}"));
        }
        let Some(url) = url else { return Ok(FINE) };
        let base = base(&config, url.as_deref())?;
        match door.send(&base, &headers, body).await {
            Ok(answer) => {
                show::line(format!("answered with {}", answer.status));
                Ok(if answer.is_success() { FINE } else { FINDINGS })
            }
            Err(failed) => Err(setup::failed(&format!("{}: {failed}", base.host()))),
        }
    }))
}

fn door(config: &Config, name: &str) -> Exit<Door> {
    let wrong = |says: String| {
        show::error(says);
        USAGE
    };
    let found = config.sources.iter().find_map(|s| match &s.kind {
        SourceKind::Webhook(webhook) if s.name == name => Some(Door::of(s, webhook)),
        _ => None,
    });
    let known: Vec<_> = config.sources.iter().filter(|s| matches!(s.kind, SourceKind::Webhook(_))).map(|s| s.name.as_str()).collect();
    found.ok_or_else(|| wrong(format!("no webhook is called `{name}`; there are: {}", known.join(", "))))?.map_err(wrong)
}

/// Where this configuration's own daemon listens, as this machine reaches it; or where a person says.
pub fn base(config: &Config, url: Option<&str>) -> Exit<Url> {
    let reachable = |listen: SocketAddr| match listen.ip() {
        IpAddr::V4(ip) if ip.is_unspecified() => SocketAddr::from(([127, 0, 0, 1], listen.port())),
        IpAddr::V6(ip) if ip.is_unspecified() => SocketAddr::from(([0, 0, 0, 0, 0, 0, 0, 1], listen.port())),
        _ => listen,
    };
    let text = url.map_or_else(|| format!("http://{}", reachable(config.listen)), str::to_owned);
    Url::parse(&text, None).map_err(|says| {
        show::error(format!("{text}: {says}"));
        USAGE
    })
}
