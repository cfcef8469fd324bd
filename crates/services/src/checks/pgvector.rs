//! Whether the database can keep vectors.

use futures::FutureExt;
use tokio_postgres::Client;

use crate::{fault::Fault, guide::Guide, pace::Pace, report::Service};

const PGVECTOR: &str = include_str!("../../queries/pgvector.sql");
/// Searches that filter need what this version brought.
const OLDEST: [u32; 2] = [0, 8];

pub(crate) async fn check(client: &Client, pace: &Pace, guide: &Guide) -> Service {
    let query = || async {
        let row = client
            .query_one(PGVECTOR, &[])
            .await
            .map_err(|error| super::migrations::of_query(&error))?;
        Ok((row.get::<_, Option<String>>("installed"), row.get::<_, Option<String>>("available")))
    };
    let tried = pace.attempt(Fault::silent, || query().boxed()).await;
    let (installed, available) = match tried.result {
        Ok(found) => found,
        Err(fault) => return super::migrations::unanswered(&fault),
    };
    match (installed, available) {
        (Some(version), _) if is_old(&version) => Service::unavailable(
            format!("pgvector {version} is older than {}.{}", OLDEST[0], OLDEST[1]),
            format!(
                "install a newer one on the server ({}), then run ALTER EXTENSION vector UPDATE in this database",
                guide.pgvector_package()
            ),
        )
        .with_version(version),
        (Some(version), _) => Service::available(format!("pgvector {version} is in this database"))
            .with_version(version)
            .with_latency(tried.latency),
        (None, Some(version)) => Service::unavailable(
            format!("the server has pgvector {version}, and this database does not"),
            "`af migrate up` puts it into the database, as a role that may create extensions",
        ),
        (None, None) => Service::unavailable(
            "the server has no pgvector; all but memories works without it",
            format!(
                "install it on the server ({}), then run `af migrate up`; or use a server that has it: that of `af up`, or of \
                 compose.yaml",
                guide.pgvector_package()
            ),
        ),
    }
}

fn is_old(version: &str) -> bool {
    let numbers: Vec<u32> = version.split('.').map_while(|part| part.parse().ok()).collect();
    numbers.as_slice() < OLDEST.as_slice()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn versions_are_compared_as_numbers() {
        for (version, old) in [("0.7.4", true), ("0.8.0", false), ("0.10.1", false), ("1.0", false)]
        {
            assert_eq!(is_old(version), old, "{version}");
        }
    }
}
