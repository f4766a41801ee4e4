//! `postroom reconcile`: each mailbox's own list beside the store's. What the server holds and the store does not is unaccounted for.

use super::setup::{self, code};
use super::{FINDINGS, FINE, Listing, TEMPORARY, show};
use crate::pipeline::reconcile::unaccounted;
use crate::source::reader::Reader;
use serde_json::json;

pub fn run(listing: &Listing) -> u8 {
    code(setup::block_on(async {
        let config = setup::config(&listing.at)?;
        let db = setup::store(&config).await?;
        let (mut rows, mut unreached) = (Vec::new(), false);
        for source in &config.sources {
            let found = match Reader::of(source) {
                Ok(reader) => unaccounted(&db, &source.name, &reader).await,
                Err(says) => Err(says),
            };
            match found {
                Ok(places) => {
                    rows.extend(
                        places
                            .into_iter()
                            .map(|p| vec![("source", json!(source.name)), ("place", json!(p)), ("state", json!("unaccounted"))]),
                    );
                }
                Err(says) => {
                    unreached = true;
                    show::error(format!("source {}: {says}", source.name));
                }
            }
        }
        if rows.is_empty() && !listing.json && !unreached {
            show::line("everything that lies on the servers is in the store");
        } else {
            show::rows(listing.json, &["source", "place", "state"], &rows);
        }
        Ok(match (unreached, rows.is_empty()) {
            (true, _) => TEMPORARY,
            (false, true) => FINE,
            (false, false) => FINDINGS,
        })
    }))
}
