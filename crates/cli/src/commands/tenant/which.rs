//! Which tenant is meant, and who may say so.

use crate::{
    context::Context,
    error::{Error, Result},
};

#[derive(Debug, clap::Args)]
pub(super) struct Which {
    /// The tenant, by slug or id; --tenant and AF_TENANT do as well
    #[arg(value_name = "SLUG|ID")]
    name: Option<String>,
}

impl Which {
    pub(super) fn name<'a>(&'a self, context: &'a Context) -> Result<&'a str> {
        context.tenant_name(self.name.as_deref())
    }
}

/// A principal is somebody within a tenant, and tenants are made and ended from outside. Not to be passed over in
/// silence: the chain would name another than the one who was given.
pub(super) fn refuse_principal(context: &Context) -> Result<()> {
    if !context.options.acts_as_given {
        return Ok(());
    }
    Err(Error::usage("tenants are administered by the user of the system, and not as a principal")
        .with_hint("leave out --as"))
}

/// The name may be taken twice, the slug may not.
pub(super) fn taken(error: agentflow::Error) -> Error {
    let is_slug = matches!(&error, agentflow::Error::AlreadyExists { what, .. } if what == "slug");
    let told = Error::from(error);
    if is_slug { told.with_hint("give another with --slug") } else { told }
}
