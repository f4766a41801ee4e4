//! A false SMTP server: correct unless the test says otherwise.

use super::script::Fault;
use std::sync::{Arc, Mutex};
use tokio::io::{AsyncBufReadExt, AsyncWriteExt, BufReader};
use tokio::net::{TcpListener, TcpStream};

type Faults = Box<dyn Fn(&str, usize) -> Option<Fault> + Send + Sync>;

#[derive(Clone)]
pub struct FalseSmtp {
    pub port: u16,
    state: Arc<Mutex<State>>,
}

#[derive(Default)]
struct State {
    /// Content as received, dots unstuffed.
    accepted: Vec<Vec<u8>>,
    commands: Vec<String>,
    stages: Vec<String>,
    connections: usize,
}

impl FalseSmtp {
    /// `faults` is asked at each stage (`GREETING`, the verb of a command, `BODY` while the content comes, `DOT` when it is whole)
    /// with how often that stage was reached.
    pub async fn start(faults: impl Fn(&str, usize) -> Option<Fault> + Send + Sync + 'static) -> FalseSmtp {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let server = FalseSmtp { port: listener.local_addr().unwrap().port(), state: Arc::default() };
        let (kept, faults): (_, Arc<Faults>) = (server.clone(), Arc::new(Box::new(faults)));
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                kept.state.lock().unwrap().connections += 1;
                tokio::spawn(kept.clone().serve(BufReader::new(stream), faults.clone()));
            }
        });
        server
    }

    pub fn accepted(&self) -> Vec<Vec<u8>> {
        self.state.lock().unwrap().accepted.clone()
    }

    pub fn commands(&self) -> Vec<String> {
        self.state.lock().unwrap().commands.clone()
    }

    pub fn connections(&self) -> usize {
        self.state.lock().unwrap().connections
    }

    fn fault(&self, faults: &Arc<Faults>, stage: &str) -> Option<Fault> {
        let mut state = self.state.lock().unwrap();
        state.stages.push(stage.to_owned());
        let seen = state.stages.iter().filter(|known| *known == stage).count();
        drop(state);
        faults(stage, seen)
    }

    /// True when the connection goes on.
    async fn say(&self, stream: &mut BufReader<TcpStream>, fault: Option<Fault>, right: &str) -> std::io::Result<bool> {
        let (text, after) = match fault {
            None => (right.to_owned(), 0),
            Some(Fault::Say(text)) => (text, 0),
            Some(Fault::Break(text)) => (text, 1),
            Some(Fault::Stall(text)) => (text, 2),
        };
        stream.get_mut().write_all(text.as_bytes()).await?;
        if after == 2 {
            std::future::pending::<()>().await;
        }
        Ok(after == 0)
    }

    async fn serve(self, mut stream: BufReader<TcpStream>, faults: Arc<Faults>) -> std::io::Result<()> {
        let fault = self.fault(&faults, "GREETING");
        if !self.say(&mut stream, fault, "220 false server\r\n").await? {
            return Ok(());
        }
        let mut line = String::new();
        loop {
            line.clear();
            if stream.read_line(&mut line).await? == 0 {
                return Ok(());
            }
            self.state.lock().unwrap().commands.push(line.trim_end().to_owned());
            let verb = line.split_whitespace().next().unwrap_or_default().to_ascii_uppercase();
            let right = match verb.as_str() {
                "EHLO" => "250-false server\r\n250-AUTH PLAIN LOGIN\r\n250-SMTPUTF8\r\n250 8BITMIME\r\n",
                "AUTH" => "235 2.7.0 in\r\n",
                "DATA" => "354 go on\r\n",
                "QUIT" => "221 bye\r\n",
                _ => "250 2.0.0 fine\r\n",
            };
            let fault = self.fault(&faults, &verb);
            let as_it_should = fault.is_none();
            if !self.say(&mut stream, fault, right).await? {
                return Ok(());
            }
            if verb == "DATA" && as_it_should && !self.content(&mut stream, &faults).await? {
                return Ok(());
            }
        }
    }

    async fn content(&self, stream: &mut BufReader<TcpStream>, faults: &Arc<Faults>) -> std::io::Result<bool> {
        let (mut content, mut line) = (Vec::new(), Vec::new());
        loop {
            line.clear();
            if stream.read_until(b'\n', &mut line).await? == 0 {
                return Ok(false);
            }
            if content.is_empty()
                && let Some(fault) = self.fault(faults, "BODY")
            {
                return self.say(stream, Some(fault), "").await;
            }
            if line == b".\r\n" {
                break;
            }
            content.extend(line.strip_prefix(b".").unwrap_or(&line));
        }
        let fault = self.fault(faults, "DOT");
        if fault.as_ref().is_none_or(|fault| !matches!(fault, Fault::Say(_))) {
            self.state.lock().unwrap().accepted.push(content);
        }
        self.say(stream, fault, "250 2.0.0 queued as 1\r\n").await
    }
}
