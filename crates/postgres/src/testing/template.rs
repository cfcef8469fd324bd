//! Template databases on the test server, safe against other processes that use the same one.
//!
//! Everything made here begins with `af_t_`. A template is named by the hash of its key and carries
//! the time of its last use as a comment; a test's database carries its time in the name.

use std::future::Future;

use tokio_postgres::Client;

use super::{connect, url};
use crate::{admin, cluster};

/// Makes templates one at a time across processes. Waiters hold no snapshot of the template, so
/// the lock cannot stall index builds in there.
const LOCK: &str = "SELECT pg_advisory_lock(7377202611)";
const UNLOCK: &str = "SELECT pg_advisory_unlock(7377202611)";
const EPOCH: &str = "SELECT extract(epoch FROM now())::bigint";

/// The server's clock, as seconds since 1970.
pub(super) async fn epoch(client: &Client) -> Result<i64, tokio_postgres::Error> {
    Ok(client.query_one(EPOCH, &[]).await?.get(0))
}

/// The name of a test's own database.
pub(super) fn database_name(epoch: i64, unique: &str) -> String {
    format!("af_t_{epoch}_{unique}")
}

/// Makes sure the template of this key exists and returns its name.
pub(super) async fn make<F, Fut>(
    admin_url: &str,
    key: &str,
    fill: F,
) -> Result<String, tokio_postgres::Error>
where
    F: FnOnce(String) -> Fut,
    Fut: Future<Output = ()>,
{
    let digest = aws_lc_rs::digest::digest(&aws_lc_rs::digest::SHA256, key.as_bytes());
    let name = format!("af_t_{}", cluster::hex(&digest.as_ref()[..16]));
    let quoted = admin::quoted(&name);
    let client = connect(admin_url).await;
    client.batch_execute(LOCK).await?;
    if !is_complete(&client, &name).await? {
        // What a killed process left half-made.
        client.batch_execute(&format!("DROP DATABASE IF EXISTS {quoted} WITH (FORCE)")).await?;
        client
            .batch_execute(&format!(
                "CREATE DATABASE {quoted} TEMPLATE template0 STRATEGY FILE_COPY"
            ))
            .await?;
        fill(url::with_database(admin_url, &name)).await;
        seal(&client, &name).await?;
    }
    let now = epoch(&client).await?;
    client.batch_execute(&format!("COMMENT ON DATABASE {quoted} IS '{now}'")).await?;
    client.batch_execute(UNLOCK).await?;
    Ok(name)
}

/// Removes what killed processes left more than a day ago.
pub(super) async fn sweep(client: &Client) -> Result<(), tokio_postgres::Error> {
    const OLD: &str = r"
        SELECT datname, datistemplate
        FROM pg_database
        WHERE datname ~ '^af_t_([0-9]+_[0-9a-f]+|[0-9a-f]{32})$'
          AND extract(epoch FROM now())::bigint - 86400 > coalesce(
                substring(datname FROM '^af_t_([0-9]+)_')::bigint,
                substring(shobj_description(oid, 'pg_database') FROM '^[0-9]+$')::bigint,
                0)";
    client.batch_execute(LOCK).await?;
    for row in client.query(OLD, &[]).await? {
        let name = admin::quoted(row.get(0));
        if row.get(1) {
            client.batch_execute(&format!("ALTER DATABASE {name} IS_TEMPLATE false")).await?;
        }
        client.batch_execute(&format!("DROP DATABASE IF EXISTS {name} WITH (FORCE)")).await?;
    }
    client.batch_execute(UNLOCK).await
}

async fn is_complete(client: &Client, name: &str) -> Result<bool, tokio_postgres::Error> {
    let complete =
        "SELECT FROM pg_database WHERE datname = $1 AND datistemplate AND NOT datallowconn";
    Ok(client.query_opt(complete, &[&name]).await?.is_some())
}

/// A connection to a template makes every clone wait, so there must be none, now or later.
async fn seal(client: &Client, name: &str) -> Result<(), tokio_postgres::Error> {
    let quoted = admin::quoted(name);
    client.batch_execute(&format!("ALTER DATABASE {quoted} ALLOW_CONNECTIONS false")).await?;
    let end = "SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity WHERE datname = $1";
    client.query(end, &[&name]).await?;
    // Last, because it marks the template as complete.
    client.batch_execute(&format!("ALTER DATABASE {quoted} IS_TEMPLATE true")).await
}
