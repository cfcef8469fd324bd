use std::path::{Path, PathBuf};

use agentflow::{
    archive::{ArchiveCheck, inspect},
    core::archive::{ArchiveManifest, TableClass},
};
use serde_json::{Value, json};

use super::archive::{Archive, LEFT_OUT, progress, unopened};
use crate::{
    context::{Context, blocking},
    error::Result,
    exit::Exit,
    output::{counted, facts, table, thousands},
};

/// Look at an archive: what is in it, whether it is whole, and who signed it
///
/// Needs no database. Reads all of it, and exits 1 when anything is not as the signed manifest says; everything that is wrong is
/// named.
#[derive(Debug, clap::Args)]
#[command(after_long_help = "\
Examples:
  af tenant inspect acme.aftenant --key audit.pub
  af tenant inspect acme.aftenant --identity key.txt --output json")]
pub(crate) struct Args {
    #[command(flatten)]
    archive: Archive,
}

pub(crate) async fn run(args: Args, context: &Context) -> Result<Exit> {
    let trust = args.archive.trust(context)?;
    let file = args.archive.open()?;
    let identity = args.archive.identity().await?;
    let seen = progress(&context.output, "verifying");
    let given = args.archive.identity.clone();
    let check = blocking(move || {
        inspect(file, &trust, identity.as_ref(), &seen)
            .map_err(|error| unopened(error, given.as_deref()))
    });
    let check = check.await?;
    let exit = if check.faults.is_empty() { Exit::Done } else { Exit::Found };
    let path = args.archive.file;
    context.output.conclude(&value(&check, &path), exit, |_| text(&check, &path, context))
}

fn value(check: &ArchiveCheck, path: &PathBuf) -> Value {
    let faults: Vec<_> =
        check.faults.iter().map(|it| json!({ "part": it.part, "reason": it.reason })).collect();
    json!({
        "file": path,
        "status": if faults.is_empty() { "success" } else { "refused" },
        "bytes": check.bytes,
        "sha256": check.sha256,
        "encrypted": check.is_encrypted,
        "signed": check.is_signed,
        "signed_by": check.signed_by,
        "secrets_opened": check.are_secrets_opened,
        "secrets_left_out": check.manifest.as_ref().map(are_left_out),
        "manifest": check.manifest,
        "faults": faults,
    })
}

fn text(check: &ArchiveCheck, path: &Path, context: &Context) -> String {
    let mut parts = Vec::new();
    if let Some(manifest) = &check.manifest {
        let rows = manifest
            .tables
            .iter()
            .map(|it| vec![it.name.clone(), thousands(it.rows), thousands(it.bytes)]);
        if !manifest.tables.is_empty() {
            parts.push(table(&["TABLE", "ROWS", "BYTES"], rows));
        }
        let source = &manifest.source;
        parts.push(facts(&[
            ("Tenant", format!("{} ({})", source.slug, source.name)),
            ("ID", source.id.to_string()),
            ("Status", source.status.to_string()),
            ("Migration", manifest.migration_version.to_string()),
            ("Rows", thousands(manifest.rows())),
            ("Audit entries", thousands(manifest.chain.size)),
            ("Last hash", manifest.chain.head_hash.to_string()),
            ("Secrets", secrets(check)),
            ("Encrypted", if check.is_encrypted { "yes" } else { "no" }.to_owned()),
            ("Signed by", signer(check)),
            ("SHA-256", check.sha256.to_string()),
        ]));
    }
    let name = path.display();
    if check.faults.is_empty() {
        parts.push(context.output.good(&format!("✓ {name} is whole")));
    } else {
        let mut lines: Vec<_> =
            check.faults.iter().map(|it| context.output.bad(&format!("✗ {it}"))).collect();
        let count = counted(check.faults.len(), "fault", "faults");
        lines.push(context.output.bad(&format!("{name} is not to be used: {count}")));
        parts.push(lines.join("\n"));
    }
    parts.join("\n\n")
}

fn secrets(check: &ArchiveCheck) -> String {
    let Some(sealed) = check.manifest.as_ref().and_then(|it| it.sealed.as_ref()) else {
        let is_known = check.manifest.as_ref().is_some_and(are_left_out);
        return if is_known { LEFT_OUT } else { "none" }.to_owned();
    };
    let opened = if check.are_secrets_opened { ", and they open" } else { "" };
    format!("{} for {}{opened}", thousands(sealed.count), sealed.recipients.join(", "))
}

/// How many there were, nobody wrote down.
fn are_left_out(manifest: &ArchiveManifest) -> bool {
    !manifest.tables.iter().any(|table| table.class == TableClass::Sealed)
}

fn signer(check: &ArchiveCheck) -> String {
    match (&check.signed_by, check.is_signed) {
        (Some(name), _) => name.clone(),
        (None, true) if check.faults.is_empty() => "somebody, which was not looked at".to_owned(),
        (None, true) => "nobody who is trusted".to_owned(),
        (None, false) => "nobody".to_owned(),
    }
}
