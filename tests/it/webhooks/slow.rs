//! Callers who take their time: nobody can hold the house up by sending little.

use super::*;
use postroom::desk;
use std::time::Duration;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;

/// The server itself on a port of its own, with little patience.
async fn served() -> (Memory, u16, watch::Sender<bool>) {
    let (patience, inlet) = (Duration::from_millis(200), Memory::default());
    let doors =
        vec![Door { name: "meta".into(), lock: Lock::Meta { secrets: vec![META.to_vec()], verify_token: b"meatyhamhock".to_vec() } }];
    let limits = Arc::new(Limits::new(NonZeroU32::MAX, patience));
    let router = webhook::router(doors, inlet.clone(), Ambient::at(Timestamp::from_second(NOW).unwrap()), limits);
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    let (stop, stopped) = watch::channel(false);
    tokio::spawn(desk::serve(listener, router, patience, stopped));
    (inlet, port, stop)
}

/// Sends byte after byte until the server has had enough of it. Answers what it said.
async fn dribble(port: u16, at_once: &str, then: &str) -> String {
    let (mut from, mut to) = TcpStream::connect(("127.0.0.1", port)).await.unwrap().into_split();
    to.write_all(at_once.as_bytes()).await.unwrap();
    let drops = then.to_owned();
    let writing = tokio::spawn(async move {
        for byte in drops.bytes().cycle() {
            if to.write_all(&[byte]).await.is_err() {
                return;
            }
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    });
    let mut said = Vec::new();
    // Ends when the server hangs up, and never by itself.
    let _ = from.read_to_end(&mut said).await;
    writing.abort();
    String::from_utf8_lossy(&said).into_owned()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn headers_that_dribble_are_hung_up_on() {
    let (inlet, port, _stop) = served().await;
    let said = dribble(port, "POST /webhooks/meta HTTP/1.1\r\nHost: localhost\r\nX-Slow: ", "a").await;
    assert!(said.is_empty() || said.starts_with("HTTP/1.1 408"), "{said}");
    let said = dribble(port, "", "\r\n").await;
    assert!(said.is_empty() || said.starts_with("HTTP/1.1 4"), "{said}");
    assert_eq!(inlet.count(), 0);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_body_that_dribbles_is_given_up_and_others_are_served_meanwhile() {
    let (inlet, port, _stop) = served().await;
    let call = meta(&comment(1));
    let start = format!("{}Content-Length: 900000\r\n\r\n", head(&call));
    let chunked = format!("{}Transfer-Encoding: chunked\r\n\r\n", head(&call));
    let good = format!("{}Content-Length: {}\r\nConnection: close\r\n\r\n", head(&call), call.body.len());
    let quick = async {
        let mut stream = TcpStream::connect(("127.0.0.1", port)).await.unwrap();
        stream.write_all(good.as_bytes()).await.unwrap();
        stream.write_all(&call.body).await.unwrap();
        let mut said = String::new();
        stream.read_to_string(&mut said).await.unwrap();
        said
    };
    let (slow, slower, quick) = tokio::join!(dribble(port, &start, "{"), dribble(port, &chunked, "1\r\n{\r\n"), quick);
    for said in [slow, slower] {
        assert!(said.starts_with("HTTP/1.1 408"), "{said}");
    }
    assert!(quick.starts_with("HTTP/1.1 200"), "{quick}");
    assert_eq!(inlet.turned_away(), ["too_slow", "too_slow"]);
    assert_eq!(inlet.count(), 1);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn whoever_brings_no_signature_is_not_read_at_all() {
    let (inlet, port, _stop) = served().await;
    let said = dribble(port, "POST /webhooks/meta HTTP/1.1\r\nHost: localhost\r\nContent-Length: 900000\r\n\r\n", "{").await;
    assert!(said.starts_with("HTTP/1.1 401"), "{said}");
    assert_eq!(inlet.turned_away(), ["unsigned"]);
}
