//! What is looked at, and by which names.

use std::time::Duration;

use serde::Serialize;
use serde_json::{Value, json};

/// What is looked at, and by which names.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Options {
    /// The schemas whose tables, views and functions are looked at.
    pub schemas: Vec<String>,
    /// The column that says which tenant a row belongs to.
    pub tenant_column: String,
    /// The role that the application works as.
    pub app_role: String,
    /// The setting that says which tenant a transaction is for.
    pub setting: String,
    /// Tables that belong to no tenant: as `schema.table`, or by a name alone, which counts in each of the schemas.
    pub global_tables: Vec<String>,
    /// How long the query of one rule may take, to the millisecond and 24 days at most; zero is as long as it takes. One that takes longer
    /// is skipped, with that as the reason.
    pub timeout: Duration,
}

impl Default for Options {
    /// The schema `public`, tenants by `tenant_id` and `app.tenant_id`, the role `af_app`, 10 seconds for each rule.
    fn default() -> Self {
        Self {
            schemas: vec!["public".to_owned()],
            tenant_column: "tenant_id".to_owned(),
            app_role: "af_app".to_owned(),
            setting: "app.tenant_id".to_owned(),
            global_tables: Vec::new(),
            timeout: Duration::from_secs(10),
        }
    }
}

impl Options {
    /// The timeout in milliseconds, as the server takes it: one that is not zero does not become zero, which would be none.
    pub(crate) fn timeout_millis(&self) -> i32 {
        let millis = i32::try_from(self.timeout.as_millis()).unwrap_or(i32::MAX);
        if self.timeout.is_zero() { 0 } else { millis.max(1) }
    }

    /// The same as the one parameter of every query. Limits that a query has, such as an age, may be put here as well and count instead of
    /// its own.
    pub fn parameter(&self) -> Value {
        json!({
            "schemas": self.schemas,
            "tenant_column": self.tenant_column,
            "app_role": self.app_role,
            "setting": self.setting,
            "global_tables": self.global_tables,
        })
    }
}
