//! A quick hash for tables whose keys are the rules' own: nobody who writes to us can choose them.

use std::hash::{BuildHasherDefault, Hasher};

pub type Table<K, V> = std::collections::HashMap<K, V, BuildHasherDefault<Fnv>>;

/// FNV-1a, 64 bit.
pub struct Fnv(u64);

impl Default for Fnv {
    fn default() -> Fnv {
        Fnv(0xcbf2_9ce4_8422_2325)
    }
}

impl Hasher for Fnv {
    fn write(&mut self, bytes: &[u8]) {
        self.0 = bytes.iter().fold(self.0, |h, b| (h ^ u64::from(*b)).wrapping_mul(0x0000_0100_0000_01b3));
    }

    fn write_u64(&mut self, number: u64) {
        // Keys of this width are hashes already; the table takes its high bits as well as its low.
        self.0 = number ^ number.rotate_left(32);
    }

    fn finish(&self) -> u64 {
        self.0
    }
}
