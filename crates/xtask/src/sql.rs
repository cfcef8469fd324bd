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
    run_generator(migrated.client, config).await?;
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

/// Prepares every query against the server and writes the code; fails with file, line and caret.
async fn run_generator(client: tokio_postgres::Client, config: Config) -> Result<(), Error> {
    // The generator blocks, and the connection needs the runtime meanwhile.
    let run = move || {
        cornucopia::gen_live(&client, config)
            .map_err(|error| format!("the queries were refused\n{}", error.report()))
    };
    Ok(tokio::task::spawn_blocking(run).await??)
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

#[cfg(test)]
mod tests {
    use super::*;

    async fn generate_from(query: &str) -> Result<String, Error> {
        let folder = tempfile::tempdir()?;
        fs::create_dir(folder.path().join("queries"))?;
        fs::write(folder.path().join("queries/books.sql"), query)?;
        let config = Config::builder()
            .queries(folder.path().join("queries"))
            .destination(folder.path().join("generated"))
            .build();
        let migrated = server::migrated().await?;
        run_generator(migrated.client, config).await?;
        Ok(fs::read_to_string(folder.path().join("generated/src/queries/books.rs"))?)
    }

    #[tokio::test(flavor = "multi_thread")]
    async fn a_wrong_query_is_refused_with_file_line_and_caret() {
        let query = "--! names\nSELECT nmae\nFROM tenants;\n";
        let error = generate_from(query).await.unwrap_err().to_string();
        for expected in ["books.sql:2", "nmae", "does not exist", "─"] {
            assert!(error.contains(expected), "{expected} is not in:\n{error}");
        }
    }

    #[tokio::test(flavor = "multi_thread")]
    async fn columns_become_typed_fields() {
        let code = generate_from("--! names\nSELECT id, name FROM tenants;\n").await.unwrap();
        assert!(code.contains("pub id: uuid::Uuid") && code.contains("pub name: String"), "{code}");
    }
}
