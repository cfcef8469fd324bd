use agentflow_core::ids::TenantId;
use futures::join;
use tokio_postgres::{Statement, types::ToSql};

use crate::{config::Statements, pool::Connection};

type PgResult<T> = Result<T, tokio_postgres::Error>;

/// Begins a transaction in the runtime role. The tenant is entered by a statement of its own, right behind it.
const BEGIN: &str = "BEGIN; SET LOCAL ROLE af_app";

/// The same where names without a schema may come: they mean what they mean in the schema, and nothing in a temporary or
/// another schema can stand in for it. Our own queries name the schema themselves, and are spared the price.
const BEGIN_PINNED: &str =
    "BEGIN; SET LOCAL ROLE af_app; SET LOCAL search_path = pg_catalog, public, pg_temp";

/// The way into a tenant: a transaction, the runtime role, the tenant.
pub(crate) enum Entry {
    /// Into no tenant, in the role of the connection string.
    Admin,
    /// Into no tenant, in the runtime role.
    Nowhere,
    Named {
        begin: &'static str,
        enter: Statement,
        tenant: TenantId,
    },
    Typed {
        text: String,
    },
}

impl Entry {
    /// Prepared before anything is sent: a statement that is prepared on the way is overtaken by the COMMIT behind it,
    /// and then runs outside the scope.
    pub(crate) async fn prepare(
        connection: &Connection,
        mode: Statements,
        tenant: TenantId,
        pinned: bool,
    ) -> PgResult<Self> {
        match mode {
            Statements::Named => {
                let enter = connection.prepare_cached(ENTER_TENANT).await?;
                let begin = if pinned { BEGIN_PINNED } else { BEGIN };
                Ok(Self::Named { begin, enter, tenant })
            }
            // The tenant is a UUID by type, so nothing a user wrote gets into this text.
            Statements::Typed => {
                let enter = ENTER_TENANT.replace("$1", &format!("'{tenant}'"));
                Ok(Self::Typed { text: format!("{BEGIN_PINNED}; {enter}") })
            }
        }
    }

    /// Sends it. The first poll sends everything.
    pub(crate) async fn send(&self, connection: &Connection) -> PgResult<()> {
        match self {
            Self::Named { begin, enter, tenant } => {
                let params: [&(dyn ToSql + Sync); 1] = [tenant.as_uuid()];
                let (begun, entered) =
                    join!(connection.batch_execute(begin), connection.execute(enter, &params));
                begun.and(entered.map(|_| ()))
            }
            Self::Admin => {
                connection
                    .batch_execute("BEGIN; SET LOCAL search_path = pg_catalog, public, pg_temp")
                    .await
            }
            Self::Nowhere => connection.batch_execute(BEGIN_PINNED).await,
            Self::Typed { text } => connection.batch_execute(text).await,
        }
    }
}

const ENTER_TENANT: &str = include_str!("../../queries/_enter_tenant.sql");
