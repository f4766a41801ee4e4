//! `postroom export`

use super::setup::{self, Exit, code, failed};
use super::{At, FINE, USAGE, show};
use crate::ambient::Ambient;
use crate::pipeline::staff;
use crate::record::{dossier, files};
use crate::store;
use clap::Args;
use serde_json::json;
use std::path::PathBuf;

#[derive(Args)]
pub struct Export {
    reference: String,
    /// Where to write it: a folder that is new or empty, or a file that ends in .zip
    #[arg(long, value_name = "DIR|FILE.zip")]
    to: PathBuf,
    #[command(flatten)]
    at: At,
    /// Who asks for it; default: the user at the keyboard
    #[arg(long, visible_alias = "who")]
    by: Option<String>,
    /// Also hand over deliveries that hold other people's messages (a platform sends several at once)
    #[arg(long)]
    with_shared: bool,
}

pub fn run(export: &Export) -> u8 {
    code(setup::block_on(write(export)))
}

async fn write(export: &Export) -> Exit<u8> {
    let works = setup::works(&setup::config(&export.at)?).await?;
    let by = setup::who(export.by.as_deref());
    let now = Ambient::system().now();
    let mut tx = works.db.read().await.map_err(|e| failed(&e))?;
    let found = store::case::by_reference(&mut tx, &export.reference).await.map_err(|e| failed(&e))?;
    let Some(row) = found else {
        show::error(format!("no case has the reference {}; `postroom case list` shows them", export.reference));
        return Err(USAGE);
    };
    let reference = row.reference.clone();
    let dossier = dossier::gather(&mut tx, row, export.with_shared).await.map_err(|e| failed(&e))?;
    drop(tx);
    let in_force = works.in_force();
    let landlord = in_force.landlords.get(&dossier.row.landlord).map_or(dossier.row.landlord.as_str(), |h| h.policy.landlord.as_str());
    let about = files::About { landlord, by: &by, now };
    let built = files::build(&dossier, &about).map_err(|e| failed(&e))?;
    let zipped = export.to.extension().is_some_and(|e| e.eq_ignore_ascii_case("zip"));
    let written = if zipped { files::write_zip(&export.to, &built) } else { files::write_folder(&export.to, &built) };
    written.map_err(|e| {
        show::error(format!("{} cannot be written: {e}", export.to.display()));
        USAGE
    })?;
    // Who took a copy of what is personal, and often special-category, data is part of the record (Code 5.10).
    let manifest = files::digest_of(&built);
    staff::note(&works, &reference.0, "exported", &by, json!({ "files": built.len(), "manifest": manifest }))
        .await
        .map_err(|e| setup::refused(&e))?;
    show::line(format!("{} files of case {reference} are in {}; begin with index.html", built.len(), export.to.display()));
    let missing = dossier.messages.iter().filter(|m| m.bytes == dossier::Held::Shared).count();
    if missing > 0 {
        show::line(format!(
            "{missing} came in a delivery with other people's messages: the delivery is left out (--with-shared hands it over)"
        ));
    }
    Ok(FINE)
}
