//! How often one peer may call, and how long it may take. Peers that have gone quiet are forgotten, so that a crowd of them costs no memory.

use axum::extract::Request;
use axum::http::HeaderMap;
use governor::clock::DefaultClock;
use governor::state::keyed::HashMapStateStore;
use governor::{Quota, RateLimiter};
use std::net::{IpAddr, Ipv6Addr, SocketAddr};
use std::num::NonZeroU32;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

/// Whom a connection comes from. The server puts it among a request's extensions.
#[derive(Clone, Copy, Debug)]
pub struct Peer(pub SocketAddr);

/// Between two sweeps, in calls.
const SWEEP: u32 = 10_000;

pub struct Limits {
    calls: RateLimiter<IpAddr, HashMapStateStore<IpAddr>, DefaultClock>,
    since_sweep: AtomicU32,
    /// From the headers' end to the body's.
    pub patience: Duration,
}

impl Limits {
    /// `per_second` from one peer, and ten times as many in one burst: platforms deliver in waves.
    pub fn new(per_second: NonZeroU32, patience: Duration) -> Limits {
        let quota = Quota::per_second(per_second).allow_burst(per_second.saturating_mul(NonZeroU32::new(10).unwrap_or(NonZeroU32::MIN)));
        Limits { calls: RateLimiter::hashmap(quota), since_sweep: AtomicU32::new(0), patience }
    }

    /// What people send: ten in one burst, for a family or an office behind one address, then one in six seconds. Photographs from a
    /// telephone on a poor line take their time.
    pub fn of_people() -> Limits {
        let quota = Quota::per_minute(NonZeroU32::MIN.saturating_add(9));
        Limits { calls: RateLimiter::hashmap(quota), since_sweep: AtomicU32::new(0), patience: Duration::from_secs(120) }
    }

    /// False when its peer has called too often.
    pub fn admits(&self, request: &Request) -> bool {
        if self.since_sweep.fetch_add(1, Ordering::Relaxed) % SWEEP == SWEEP - 1 {
            self.calls.retain_recent();
        }
        let connected = request.extensions().get::<Peer>().map(|p| p.0.ip());
        connected.is_none_or(|ip| self.calls.check_key(&peer(ip, request.headers())).is_ok())
    }
}

/// Who calls: the connection's other end, or, where that is a proxy on this machine, whom it says it speaks for. The last address of
/// X-Forwarded-For is the one that the proxy itself wrote; those before it are the caller's own claim. An IPv6 caller has a whole /64.
fn peer(connected: IpAddr, headers: &HeaderMap) -> IpAddr {
    let forwarded =
        headers.get_all("x-forwarded-for").iter().next_back().and_then(|v| v.to_str().ok()?.rsplit(',').next()?.trim().parse().ok());
    let ip = if connected.to_canonical().is_loopback() { forwarded.unwrap_or(connected) } else { connected };
    match ip.to_canonical() {
        IpAddr::V6(v6) => {
            let s = v6.segments();
            IpAddr::V6(Ipv6Addr::new(s[0], s[1], s[2], s[3], 0, 0, 0, 0))
        }
        v4 @ IpAddr::V4(_) => v4,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use axum::body::Body;

    fn call(from: &str, forwarded: Option<&str>) -> Request {
        let mut request = Request::new(Body::empty());
        request.extensions_mut().insert(Peer(from.parse().unwrap()));
        if let Some(forwarded) = forwarded {
            request.headers_mut().insert("x-forwarded-for", forwarded.parse().unwrap());
        }
        request
    }

    #[test]
    fn each_peer_has_a_burst_of_its_own() {
        let limits = Limits::new(NonZeroU32::MIN, Duration::from_secs(9));
        let admitted = |from: &str, forwarded: Option<&str>| (0..20).filter(|_| limits.admits(&call(from, forwarded))).count();
        assert_eq!(admitted("192.0.2.1:1", None), 10);
        assert_eq!(admitted("192.0.2.2:1", None), 10);
        // Behind the proxy on this machine it is the caller who counts, by the address that the proxy wrote.
        assert_eq!(admitted("127.0.0.1:1", Some("198.51.100.7, 192.0.2.3")), 10);
        assert_eq!(admitted("127.0.0.1:1", Some("198.51.100.8, 192.0.2.3")), 0);
        // Nobody else is believed.
        assert_eq!(admitted("192.0.2.9:1", Some("192.0.2.10")), 10);
        assert_eq!(admitted("192.0.2.9:1", Some("192.0.2.11")), 0);
        // One network of IPv6 is one peer.
        assert_eq!(admitted("[2001:db8::1]:1", None), 10);
        assert_eq!(admitted("[2001:db8::2]:1", None), 0);
    }
}
