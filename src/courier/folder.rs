//! Writes finished letters into a folder: for trying Postroom out, and for sites whose own programs send them.

use super::{Outcome, Parcel, Why};
use crate::model::finding::Finding;
use std::fs::{self, File};
use std::io::{self, Write};
use std::path::{Path, PathBuf};

#[derive(Clone, Debug)]
pub struct Folder {
    pub path: PathBuf,
}

impl Folder {
    /// One file a letter, named by its Message-ID: carrying the same letter again changes nothing.
    pub async fn carry(&self, parcel: Parcel<'_>) -> Outcome {
        let (path, name, bytes) = (self.path.clone(), file_name(parcel.message_id), parcel.bytes.to_vec());
        match tokio::task::spawn_blocking(move || write(&path, &name, &bytes)).await {
            Ok(Ok(())) => Outcome::Sent { answer: "written".into() },
            // A full or foreign disk is no letter's fault.
            Ok(Err(error)) => Outcome::Deferred { code: None, why: Why::Folder, blocked: true, answer: error.kind().to_string() },
            Err(_) => Outcome::Unknown { why: Why::Folder },
        }
    }

    pub fn probe(&self) -> Vec<Finding> {
        let shown = self.path.display();
        match fs::create_dir_all(&self.path).and_then(|()| tempfile_like(&self.path)) {
            Ok(()) => vec![Finding::fine(format!("letters are written to {shown}"))],
            Err(error) => {
                vec![Finding::wrong(format!("letters cannot be written to {shown} ({}): check its owner and mode", error.kind()))]
            }
        }
    }
}

fn tempfile_like(folder: &Path) -> io::Result<()> {
    let probe = folder.join(".probe.tmp");
    File::create(&probe)?;
    fs::remove_file(probe)
}

/// Whole or not there at all, and on the disk before it is called sent.
fn write(folder: &Path, name: &str, bytes: &[u8]) -> io::Result<()> {
    fs::create_dir_all(folder)?;
    let target = folder.join(name);
    if fs::read(&target).is_ok_and(|there| there == bytes) {
        return Ok(());
    }
    let part = folder.join(format!(".{name}.tmp"));
    let mut file = File::create(&part)?;
    file.write_all(bytes)?;
    file.sync_all()?;
    fs::rename(&part, &target)?;
    File::open(folder)?.sync_all()
}

/// Nothing of a Message-ID can lead out of the folder or hide the file. Long ones end in a hash of the whole.
fn file_name(message_id: &str) -> String {
    use sha2::{Digest, Sha256};
    let safe = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '-' | '_' | '@' | '+');
    let plain = !message_id.is_empty() && message_id.len() <= 200 && message_id.chars().all(safe) && !message_id.starts_with('.');
    if plain {
        return format!("{message_id}.eml");
    }
    let kept: String = message_id.chars().filter(|&c| safe(c)).take(100).collect();
    let hash: String = Sha256::digest(message_id.as_bytes()).iter().take(8).map(|b| format!("{b:02x}")).collect();
    format!("{}-{hash}.eml", kept.trim_start_matches('.'))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::address::Address;

    fn parcel<'a>(address: &'a Address, message_id: &'a str, bytes: &'a [u8]) -> Parcel<'a> {
        Parcel { from: address, to: address, message_id, bytes }
    }

    #[tokio::test]
    async fn a_letter_is_one_file_however_often_it_is_carried() {
        let dir = tempfile::tempdir().unwrap();
        let folder = Folder { path: dir.path().join("sent") };
        let address = Address::parse("a@landlord.example").unwrap();
        let bytes = b"Subject: x\r\n\r\n.\r\nFrom here\r\n";
        for _ in 0..2 {
            let outcome = folder.carry(parcel(&address, "pr.1@landlord.example", bytes)).await;
            assert_eq!(outcome, Outcome::Sent { answer: "written".into() });
        }
        let names: Vec<_> = fs::read_dir(&folder.path).unwrap().map(|e| e.unwrap().file_name()).collect();
        assert_eq!(names, ["pr.1@landlord.example.eml"]);
        assert_eq!(fs::read(folder.path.join(&names[0])).unwrap(), bytes);
    }

    #[tokio::test]
    async fn a_folder_that_cannot_be_written_stops_the_queue() {
        let dir = tempfile::tempdir().unwrap();
        fs::write(dir.path().join("sent"), "in the way").unwrap();
        let folder = Folder { path: dir.path().join("sent") };
        let address = Address::parse("a@landlord.example").unwrap();
        let outcome = folder.carry(parcel(&address, "1@x", b"")).await;
        assert!(matches!(outcome, Outcome::Deferred { blocked: true, why: Why::Folder, .. }), "{outcome:?}");
        assert_eq!(folder.probe()[0].gravity, crate::model::finding::Gravity::Wrong);
    }

    #[test]
    fn no_message_id_leads_out_of_the_folder() {
        for odd in ["../../etc/passwd@x", "/etc/passwd", "", "..", ".hidden@x", "a/b@c", "\0", &"x".repeat(400)] {
            let name = file_name(odd);
            assert!(!name.contains(['/', '\0']) && !name.starts_with('.') && name.len() < 240, "{name}");
        }
        assert_ne!(file_name("a/b@c"), file_name("ab@c"));
        assert_ne!(file_name("a/b@c"), file_name("a\\b@c"));
    }
}
