use std::{collections::BTreeMap, fs, path::Path, process::Command};

use cornucopia::config::Config;

use crate::{Error, files, root, server};

/// Generates `crates/sql`; with `check` into a temporary folder, to compare.
pub(crate) async fn generate(check: bool) -> Result<(), Error> {
    // The generator's settings name folders relative to the workspace.
    std::env::set_current_dir(root())?;
    let migrated = server::migrated().await?;
    let folder = tempfile::tempdir()?;
    let fresh = folder.path().join("sql");
    let mut config = Config::from_file("crates/agentflow/cornucopia.toml")?;
    let committed = root().join(&config.destination);
    config.destination.clone_from(&fresh);
    let client = migrated.client;
    // The generator blocks, and the connection needs the runtime meanwhile.
    tokio::task::spawn_blocking(move || {
        cornucopia::gen_live(&client, config)
            .map_err(|error| format!("the queries were refused\n{}", error.report()))
    })
    .await??;
    drop(migrated.server);
    format_with_rustfmt(&fresh.join("src/lib.rs"))?;

    let fresh = files::read_tree(&fresh)?;
    let before = files::read_tree(&committed).unwrap_or_default();
    if check {
        return files::refuse_drift("sql", &before, &fresh);
    }
    write_tree(&committed, &before, &fresh)?;
    println!("crates/sql: {} files", fresh.len());
    Ok(())
}

fn format_with_rustfmt(lib: &Path) -> Result<(), Error> {
    let formatted = Command::new("rustfmt")
        .args(["--edition", "2024", "--config-path"])
        .arg(root())
        .arg(lib)
        .status()?;
    if formatted.success() { Ok(()) } else { Err("rustfmt refused the generated code".into()) }
}

fn write_tree(
    folder: &Path,
    before: &BTreeMap<std::path::PathBuf, String>,
    fresh: &BTreeMap<std::path::PathBuf, String>,
) -> Result<(), Error> {
    for gone in before.keys().filter(|name| !fresh.contains_key(*name)) {
        fs::remove_file(folder.join(gone))?;
    }
    for (name, text) in fresh.iter().filter(|(name, text)| before.get(*name) != Some(text)) {
        let path = folder.join(name);
        if let Some(parent) = path.parent() {
            fs::create_dir_all(parent)?;
        }
        fs::write(path, text)?;
    }
    Ok(())
}
