//! The server's own loop. axum's sets no bound to how long a caller takes over his headers, how large they are, and how many call at once.

use crate::source::webhook::Peer;
use crate::source::{Stop, stopped};
use axum::Router;
use axum::body::Body;
use axum::extract::Request;
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::server::graceful::GracefulShutdown;
use std::sync::Arc;
use std::time::Duration;
use tokio::net::TcpListener;
use tokio::sync::Semaphore;
use tokio::time::{sleep, timeout};
use tower::Service;

/// All headers together, in bytes: a proxy's own and a signature are well under it.
const MAX_HEADERS: usize = 16 * 1024;
const MAX_HEADER_COUNT: usize = 64;
/// Connections at once; the next wait to be accepted.
const MOST: usize = 2_000;
/// What is being answered when the daemon stops may take so long.
const FAREWELL: Duration = Duration::from_secs(10);

/// Serves until `stop` turns true, then answers what is in hand. `patience`: from the connection, or the answer before, to the headers' end.
pub async fn serve(listener: TcpListener, app: Router, patience: Duration, mut stop: Stop) {
    let mut server = http1::Builder::new();
    server.timer(TokioTimer::new()).header_read_timeout(patience).max_buf_size(MAX_HEADERS).max_headers(MAX_HEADER_COUNT);
    let graceful = GracefulShutdown::new();
    let room = Arc::new(Semaphore::new(MOST));
    loop {
        let accepted = async {
            let place = room.clone().acquire_owned().await;
            (place, listener.accept().await)
        };
        let (place, stream, peer) = tokio::select! {
            () = stopped(&mut stop) => break,
            (place, accepted) = accepted => match accepted {
                Ok((stream, peer)) => (place, stream, peer),
                Err(_) => {
                    // Out of file handles, most likely: some are given back before long.
                    sleep(Duration::from_millis(100)).await;
                    continue;
                }
            },
        };
        let app = app.clone();
        let service = service_fn(move |request: Request<Incoming>| {
            let mut request = request.map(Body::new);
            request.extensions_mut().insert(Peer(peer));
            app.clone().call(request)
        });
        let _ = stream.set_nodelay(true);
        let connection = graceful.watch(server.serve_connection(TokioIo::new(stream), service));
        tokio::spawn(async move {
            let _place = place;
            // Whoever hangs up or talks nonsense has had his answer, or is gone.
            let _ = connection.await;
        });
    }
    let _ = timeout(FAREWELL, graceful.shutdown()).await;
}
