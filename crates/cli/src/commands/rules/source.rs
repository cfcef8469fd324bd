//! Where the rules come from: a file, or the tenant.

use std::path::{Path, PathBuf};

use agentflow::core::rules::{Language, RuleSet};

use super::file;
use crate::{context::Context, error::Result};

#[derive(Debug, clap::Args)]
pub(super) struct Source {
    /// Take the rules of this file, YAML or JSON, and not those of the tenant; needs no database
    #[arg(long, value_name = "FILE")]
    book: Option<PathBuf>,
}

impl Source {
    /// The rules, compiled. What is active in a file must compile; of a tenant, a rule that a schema broke stands in nobody's way.
    pub(super) async fn rules(&self, context: &Context) -> Result<RuleSet> {
        match &self.book {
            Some(path) => of_file(path).await,
            None => of_tenant(context).await,
        }
    }

    /// The file that is named, if one is.
    pub(super) fn book(&self) -> Option<&PathBuf> {
        self.book.as_ref()
    }
}

/// The rules of a file, of which all that are active compile.
pub(super) async fn of_file(path: &Path) -> Result<RuleSet> {
    let (book, name) = file::book(path).await?;
    book.compile().map_err(|problems| file::refused(&name, &problems))
}

/// The rules of the tenant.
pub(super) async fn of_tenant(context: &Context) -> Result<RuleSet> {
    let book = context.tenant().await?.rules().book().await?;
    let language = Language::new(book.schema, &book.derived);
    Ok(RuleSet::new(language, book.rules, book.revision, None))
}
