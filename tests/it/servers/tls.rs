//! A certificate authority of our own, made once for all tests and kept below `target/`.

use super::must;
use std::path::{Path, PathBuf};
use std::sync::OnceLock;
use std::time::Duration;

const A_MONTH: Duration = Duration::from_secs(30 * 24 * 3600);

/// `ca.pem`, `other-ca.pem`, and for the names `server` (localhost, 127.0.0.1) and `wronghost`: `NAME.pem`, `NAME.key`.
pub fn certificates() -> PathBuf {
    static MADE: OnceLock<PathBuf> = OnceLock::new();
    let made = MADE.get_or_init(|| {
        let kept = Path::new(env!("CARGO_TARGET_TMPDIR")).join("certificates");
        let young = kept.metadata().and_then(|meta| meta.modified()).is_ok_and(|at| at.elapsed().is_ok_and(|age| age < A_MONTH));
        if !young {
            // Whole or not there at all, should two runs begin at once.
            let fresh = tempfile::tempdir_in(env!("CARGO_TARGET_TMPDIR")).unwrap().keep();
            make(&fresh);
            let _ = std::fs::remove_dir_all(&kept);
            if std::fs::rename(&fresh, &kept).is_err() {
                let _ = std::fs::remove_dir_all(&fresh);
            }
        }
        kept
    });
    made.clone()
}

fn make(dir: &Path) {
    let at = |name: &str| dir.join(name).to_str().unwrap().to_owned();
    let key = ["req", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days", "3650"];
    for ca in ["ca", "other-ca"] {
        let (pem, private, subject) = (at(&format!("{ca}.pem")), at(&format!("{ca}.key")), format!("/CN=Postroom test {ca}"));
        let rest = ["-x509", "-subj", &subject, "-keyout", &private, "-out", &pem, "-addext", "keyUsage=critical,keyCertSign"];
        must("openssl", &[&key[..], &rest[..]].concat());
    }
    for (name, names) in [("server", "DNS:localhost,IP:127.0.0.1"), ("wronghost", "DNS:other.example")] {
        let (pem, private, request, ext) = (at(&format!("{name}.pem")), at(&format!("{name}.key")), at("csr"), at("ext"));
        must("openssl", &[&key[..], &["-subj", "/CN=Postroom test", "-keyout", &private, "-out", &request]].concat());
        std::fs::write(&ext, format!("subjectAltName={names}\nextendedKeyUsage=serverAuth\nbasicConstraints=CA:FALSE\n")).unwrap();
        let (ca, ca_key) = (at("ca.pem"), at("ca.key"));
        let sign = ["x509", "-req", "-in", &request, "-CA", &ca, "-CAkey", &ca_key, "-CAcreateserial", "-days", "800"];
        must("openssl", &[&sign[..], &["-extfile", &ext, "-out", &pem]].concat());
    }
}
