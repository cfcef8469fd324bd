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
    prepare_before_execute(&fresh)?;
    read_json_without_panic(&fresh)?;
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

/// Makes statements without rows prepare first, as the generator makes queries do: our client sends what is prepared and
/// refuses the rest, for a statement that is prepared on the way would run outside the scope of its tenant.
fn prepare_before_execute(folder: &Path) -> Result<(), Error> {
    let client = folder.join("src/client/async_.rs");
    let mut helpers = fs::read_to_string(&client)?;
    helpers.push_str(EXECUTE);
    fs::write(client, helpers)?;
    for entry in fs::read_dir(folder.join("src/queries"))? {
        let path = entry?.path();
        let code = fs::read_to_string(&path)?;
        let prepared = prepared(&code).ok_or_else(|| {
            format!("{}: a statement is executed in a form that is not known here", path.display())
        })?;
        fs::write(path, prepared)?;
    }
    Ok(())
}

/// Every `client.execute(self.0, …)`, however it is broken into lines, becomes a call of `execute` below.
fn prepared(code: &str) -> Option<String> {
    let mut parts = code.split(".execute(");
    let mut text = parts.next()?.to_owned();
    for part in parts {
        text.truncate(text.trim_end().strip_suffix("client")?.len());
        text.push_str("crate::client::async_::execute(client, self.1.as_ref(), self.0,");
        text.push_str(part.trim_start().strip_prefix("self.0,")?);
    }
    Some(text)
}

/// Makes readers of JSON fail where the generator lets them panic: `jsonb` holds what serde_json does not read, as `1e400`.
/// The value is read when the columns are, whose errors are those of the driver.
fn read_json_without_panic(folder: &Path) -> Result<(), Error> {
    for entry in fs::read_dir(folder.join("src/queries"))? {
        let path = entry?.path();
        let code = fallible(&fs::read_to_string(&path)?);
        // Nothing else may panic on what is stored either: a form of code that is not known here is refused.
        if code.contains("unwrap()") || code.contains("expect(") {
            return Err(format!("{}: a reader that can panic", path.display()).into());
        }
        fs::write(path, code)?;
    }
    Ok(())
}

/// Raw JSON becomes a value where it is taken out of the row, and is a value already where it was read and unwrapped.
fn fallible(code: &str) -> String {
    const RAW: &str = "postgres_types::Json<&'a serde_json::value::RawValue>";
    const READ: &str = "serde_json::from_str(";
    let code = code.replace(RAW, "serde_json::Value");
    let mut parts = code.split(READ);
    let mut text = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        match part.split_once(".0.get()).unwrap()") {
            Some((name, rest)) if name.chars().all(|it| it.is_alphanumeric() || it == '_') => {
                text.push_str(name);
                text.push_str(rest);
            }
            _ => {
                text.push_str(READ);
                text.push_str(part);
            }
        }
    }
    text
}

const EXECUTE: &str = "
/// Added to what the generator writes: prepares first where a statement must be prepared.
pub async fn execute<C: GenericClient>(
    client: &C,
    cached: Option<&Statement>,
    query: &str,
    params: &[&(dyn ToSql + Sync)],
) -> Result<u64, Error> {
    if let Some(cached) = cached {
        client.execute(cached, params).await
    } else if C::stmt_cache() {
        let cached = client.prepare(query).await?;
        client.execute(&cached, params).await
    } else {
        client.execute(query, params).await
    }
}
";

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

    #[test]
    fn statements_without_rows_are_prepared_first() {
        let code = "client.execute(self.0, &[id]).await; client\n    .execute(\n        self.0,\n        &[a],\n    )";
        let text = prepared(code).unwrap();
        let call = "crate::client::async_::execute(client, self.1.as_ref(), self.0,";
        assert_eq!(text.matches(call).count(), 2, "{text}");
        assert!(!text.contains(".execute("), "{text}");
        assert_eq!(prepared("connection.execute(self.0, &[])"), None);
    }

    #[test]
    fn readers_of_json_fail_and_do_not_panic() {
        let code = "
            pub details: Option<postgres_types::Json<&'a serde_json::value::RawValue>>,
            pub r#schema: postgres_types::Json<&'a serde_json::value::RawValue>,
            details: details.map(|v| serde_json::from_str(v.0.get()).unwrap()),
            schema: serde_json::from_str(schema.0.get()).unwrap(),
            other: serde_json::from_str(text)?,";
        let expected = "
            pub details: Option<serde_json::Value>,
            pub r#schema: serde_json::Value,
            details: details.map(|v| v),
            schema: schema,
            other: serde_json::from_str(text)?,";
        assert_eq!(fallible(code), expected);
    }

    #[tokio::test(flavor = "multi_thread")]
    async fn a_wrong_query_is_refused_with_file_line_and_caret() {
        agentflow_postgres::needs_pgvector!();
        let query = "--! names\nSELECT nmae\nFROM tenants;\n";
        let error = generate_from(query).await.unwrap_err().to_string();
        for expected in ["books.sql:2", "nmae", "does not exist", "─"] {
            assert!(error.contains(expected), "{expected} is not in:\n{error}");
        }
    }

    #[tokio::test(flavor = "multi_thread")]
    async fn columns_become_typed_fields() {
        agentflow_postgres::needs_pgvector!();
        let code = generate_from("--! names\nSELECT id, name FROM tenants;\n").await.unwrap();
        assert!(code.contains("pub id: uuid::Uuid") && code.contains("pub name: String"), "{code}");
    }
}
