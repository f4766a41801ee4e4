//! A false IMAP server, for what real ones do only on bad days: it answers correctly unless the test says otherwise.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};
use tokio::io::{AsyncBufReadExt, AsyncWriteExt, BufReader};
use tokio::net::{TcpListener, TcpStream};

/// What to do instead of answering correctly. `{tag}` in the text stands for the command's tag.
#[derive(Clone, Debug)]
pub enum Fault {
    Say(String),
    /// Say this much, then close.
    Break(String),
    /// Say this much, then nothing more for ever.
    Stall(String),
}

/// Given a command without its tag and how often just this one has come: what to do wrong, if anything.
pub type Faults = Box<dyn Fn(&str, usize) -> Option<Fault> + Send + Sync>;

#[derive(Clone)]
pub struct FalseImap {
    pub port: u16,
    state: Arc<Mutex<State>>,
}

struct State {
    uidvalidity: u32,
    mails: BTreeMap<u32, Vec<u8>>,
    received: &'static str,
    capabilities: &'static str,
    /// The most that one part of a message holds.
    part: usize,
    commands: Vec<String>,
    connections: usize,
}

impl FalseImap {
    pub async fn start(mails: &[(u32, Vec<u8>)], faults: impl Fn(&str, usize) -> Option<Fault> + Send + Sync + 'static) -> FalseImap {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let state = State {
            uidvalidity: 7,
            mails: mails.iter().cloned().collect(),
            received: " 2-Mar-2026 09:14:00 +0000",
            capabilities: "IMAP4rev1 AUTH=PLAIN UIDPLUS MOVE IDLE",
            part: usize::MAX,
            commands: Vec::new(),
            connections: 0,
        };
        let server = FalseImap { port: listener.local_addr().unwrap().port(), state: Arc::new(Mutex::new(state)) };
        let (kept, faults): (_, Arc<Faults>) = (server.clone(), Arc::new(Box::new(faults)));
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                kept.state.lock().unwrap().connections += 1;
                tokio::spawn(kept.clone().serve(stream, faults.clone()));
            }
        });
        server
    }

    pub fn set(&self, change: impl FnOnce(&mut u32, &mut BTreeMap<u32, Vec<u8>>)) {
        let state = &mut *self.state.lock().unwrap();
        change(&mut state.uidvalidity, &mut state.mails);
    }

    pub fn received(&self, date: &'static str) {
        self.state.lock().unwrap().received = date;
    }

    pub fn capabilities(&self, words: &'static str) {
        self.state.lock().unwrap().capabilities = words;
    }

    pub fn parts_of(&self, bytes: usize) {
        self.state.lock().unwrap().part = bytes;
    }

    pub fn commands(&self) -> Vec<String> {
        self.state.lock().unwrap().commands.clone()
    }

    pub fn connections(&self) -> usize {
        self.state.lock().unwrap().connections
    }

    async fn serve(self, stream: TcpStream, faults: Arc<Faults>) -> std::io::Result<()> {
        let mut stream = BufReader::new(stream);
        let mut next = match faults("GREETING", self.connections()) {
            Some(fault) => Some(fault),
            None => Some(Fault::Say("* OK false server ready\r\n".into())),
        };
        let (mut tag, mut line) = (String::new(), String::new());
        loop {
            let (text, after) = match next.take() {
                Some(Fault::Say(text)) => (text, 0),
                Some(Fault::Break(text)) => (text, 1),
                Some(Fault::Stall(text)) => (text, 2),
                None => (String::new(), 0),
            };
            stream.get_mut().write_all(text.replace("{tag}", &tag).as_bytes()).await?;
            match after {
                1 => return Ok(()),
                2 => std::future::pending().await,
                _ => {}
            }
            line.clear();
            if stream.read_line(&mut line).await? == 0 {
                return Ok(());
            }
            let (new_tag, command) = line.trim_end().split_once(' ').unwrap_or(("", line.trim_end()));
            // DONE has no tag of its own: it ends the IDLE before it.
            if command != "DONE" {
                tag = new_tag.to_owned();
            }
            let seen = {
                let mut state = self.state.lock().unwrap();
                state.commands.push(command.to_owned());
                state.commands.iter().filter(|known| *known == command).count()
            };
            next = faults(command, seen);
            if next.is_none() {
                self.answer(command, &tag, &mut stream).await?;
            }
        }
    }

    async fn answer(&self, command: &str, tag: &str, stream: &mut BufReader<TcpStream>) -> std::io::Result<()> {
        let mut out = Vec::new();
        let mut line = String::new();
        match command.split(' ').next().unwrap_or_default() {
            "CAPABILITY" => {
                let words = self.state.lock().unwrap().capabilities;
                out.extend(format!("* CAPABILITY {words}\r\n").into_bytes());
            }
            "AUTHENTICATE" | "IDLE" => {
                stream.get_mut().write_all(b"+ \r\n").await?;
                stream.read_line(&mut line).await?;
            }
            "EXAMINE" | "SELECT" => {
                let state = self.state.lock().unwrap();
                let (exists, validity) = (state.mails.len(), state.uidvalidity);
                let told =
                    format!("* {exists} EXISTS\r\n* OK [UIDVALIDITY {validity}] \r\n* OK [UIDNEXT 99] \r\n* OK [ALERT] \u{e9}t\u{e9}\r\n");
                out.extend(told.into_bytes());
            }
            "UID" => self.uid(command, &mut out),
            "LOGOUT" => out.extend(b"* BYE \r\n"),
            _ => {}
        }
        out.extend(format!("{tag} OK done\r\n").into_bytes());
        stream.get_mut().write_all(&out).await
    }

    fn uid(&self, command: &str, out: &mut Vec<u8>) {
        let words: Vec<&str> = command.splitn(4, ' ').collect();
        let [_, verb, set, what] = words[..] else { return };
        let mut state = self.state.lock().unwrap();
        let highest = state.mails.keys().last().copied().unwrap_or(0);
        let uids: Vec<u32> = state.mails.keys().copied().filter(|&uid| in_set(uid, set, highest)).collect();
        if verb == "MOVE" {
            state.mails.retain(|uid, _| !uids.contains(uid));
        }
        if verb != "FETCH" {
            return;
        }
        for (n, uid) in uids.iter().enumerate() {
            let (mail, date) = (&state.mails[uid], state.received);
            let mut item = format!("* {} FETCH (UID {uid}", n + 1).into_bytes();
            if what.contains("SIZE") {
                item.extend(format!(" RFC822.SIZE {} INTERNALDATE \"{date}\"", mail.len()).into_bytes());
            }
            if let Some(ask) = what.split("BODY.PEEK").nth(1) {
                let numbers = ask.split_once('<').and_then(|(_, part)| part.split_once('>')).and_then(|(part, _)| part.split_once('.'));
                let (origin, from, to) = match numbers.map(|(from, n)| (from.parse::<usize>().unwrap(), n.parse::<usize>().unwrap())) {
                    Some((from, n)) => (format!("<{from}>"), from.min(mail.len()), from.saturating_add(n.min(state.part)).min(mail.len())),
                    None => (String::new(), 0, mail.len()),
                };
                let section = if ask.starts_with("[HEADER]") { "[HEADER]" } else { "[]" };
                item.extend(format!(" BODY{section}{origin} {{{}}}\r\n", to - from).into_bytes());
                item.extend(&mail[from..to]);
            }
            item.extend(b")\r\n");
            out.extend(item);
        }
    }
}

fn in_set(uid: u32, set: &str, highest: u32) -> bool {
    let number = |text: &str| if text == "*" { highest } else { text.parse().unwrap() };
    set.split(',').any(|range| {
        let (a, b) = range.split_once(':').unwrap_or((range, range));
        let (a, b) = (number(a), number(b));
        (a.min(b)..=a.max(b)).contains(&uid)
    })
}
