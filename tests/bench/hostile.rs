//! Shapes that make careless readers quadratic: the reading benchmark measures what ten times the size costs, the tests that none is a fault.

/// A shape by its name, as large as asked: so many thousand repetitions.
pub type Shape = (&'static str, fn(usize) -> String);

pub const SHAPES: [Shape; 11] = [
    ("encoded words", |n| format!("Subject: {}\n\nx", "=?a?q?".repeat(n * 1000))),
    ("addresses", |n| format!("From: a@b.example\nTo: {}\n\nx", "<a@b>,".repeat(n * 1000))),
    ("comments", |n| format!("From: {}\n\nx", "(".repeat(n * 6000))),
    ("boundaries", |n| format!("Content-Type: multipart/mixed; boundary=a\n\n{}", "--a\n".repeat(n * 1500))),
    ("dashes", |n| format!("Content-Type: multipart/mixed; boundary=a\n\n{}", "--b\n".repeat(n * 1500))),
    ("ids", |n| format!("References: {}\n\nx", "<a@b> ".repeat(n * 1000))),
    ("uuencode", |n| format!("Subject: x\n\n{}", "begin 644 x\n".repeat(n * 500))),
    ("json", |n| "[".repeat(n * 6000)),
    ("json object", |n| "{\"a\":".repeat(n * 1200)),
    ("nested messages", |n| "Content-Type: message/rfc822\n\n".repeat(n * 200)),
    ("received", |n| format!("{}\n\nx", "Received: from a by b for <c@d.example>; x\n".repeat(n * 130))),
];
