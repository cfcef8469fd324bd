use agentflow_backup::{Verification, verify};
use serde_json::json;

use super::{
    place::{self, ANY, Believed, Identity, MaxAge, Place, Which},
    progress::Bars,
};
use crate::{
    context::Context,
    error::Result,
    exit::Exit,
    output::{counted, facts},
};

/// Verify a backup
///
/// Reads all of it: the signature, that nothing is missing or additional, the length and the hash of every part, and of what is
/// inside of encrypted ones if there is an identity. Every fault is named; exits 1 if there is one. Needs no database.
#[derive(Debug, clap::Args)]
#[command(after_long_help = "\
Examples:
  af backup verify latest --key audit.pub --max-age 26h
  af backup verify 20261122T080000Z-7f3a9c21 --identity backup.key --output json")]
pub(super) struct Args {
    #[command(flatten)]
    which: Which,
    #[command(flatten)]
    max_age: MaxAge,
    #[command(flatten)]
    place: Place,
    #[command(flatten)]
    believed: Believed,
    #[command(flatten)]
    identity: Identity,
}

pub(super) async fn run(args: &Args, context: &Context) -> Result<Exit> {
    let trust = args.believed.trust(context)?;
    let store = args.place.store(context)?;
    let identity = args.identity.load(context).await?;
    args.which.remark(&store, context).await?;
    let id = args.which.id(&store, (&ANY, None), &trust, context).await?;
    let bars = Bars::new(&context.output);
    let verified = verify(&store, &id, &trust, identity.as_ref(), &|seen| bars.show(seen)).await;
    drop(bars);
    let verified = verified?;
    let age = place::age(&id);
    let too_old = args.max_age.exceeded_by(age);
    let is_encrypted = verified.manifest.encryption.is_some();
    let value = json!({
        "id": id,
        "status": match (&verified.faults[..], &too_old) {
            ([], None) => "success",
            ([], Some(_)) => "too_old",
            _ => "damaged",
        },
        "signed_by": verified.signed_by.as_ref().map(ToString::to_string),
        "parts": verified.parts,
        "bytes": verified.bytes,
        "age_seconds": age,
        "encrypted": is_encrypted,
        "decrypted": is_encrypted && identity.is_some(),
        "faults": verified.faults,
    });
    let is_good = verified.faults.is_empty() && too_old.is_none();
    let exit = if is_good { Exit::Done } else { Exit::Found };
    context.output.conclude(&value, exit, |_| {
        let text = text(&verified, identity.is_some(), context);
        match too_old {
            None => text,
            Some(fault) => format!("{text}\n{}", context.output.bad(&format!("✗ {fault}"))),
        }
    })
}

fn text(verified: &Verification, has_identity: bool, context: &Context) -> String {
    let id = &verified.manifest.id;
    if !verified.faults.is_empty() {
        let faults = verified.faults.iter().map(|it| context.output.bad(&format!("✗ {it}")));
        let faults: Vec<_> = faults.collect();
        return format!(
            "{}\n{id} has {}",
            faults.join("\n"),
            counted(faults.len(), "fault", "faults")
        );
    }
    let signed_by = verified.signed_by.as_ref().map(ToString::to_string);
    let inside = match (&verified.manifest.encryption, has_identity) {
        (None, _) => "",
        (Some(_), true) => "decrypted and compared",
        (Some(_), false) => "not looked at: no identity was given",
    };
    let facts = facts(&[
        ("Signed by", signed_by.unwrap_or_else(|| "nobody was asked".to_owned())),
        ("Parts", format!("{}, {}", verified.parts, place::size(verified.bytes))),
        ("Encrypted", inside.to_owned()),
    ]);
    format!("{facts}\n{}", context.output.good(&format!("✓ {id} is what was made")))
}
