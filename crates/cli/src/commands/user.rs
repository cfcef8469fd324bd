use agentflow::{
    Email, Tenant,
    identity::{NewUser, OidcSubject, User},
};
use clap::Subcommand;

use crate::{
    confirm::confirm,
    context::Context,
    error::{Error, Result},
    exit::Exit,
    named,
    output::{facts, table},
    pages::{PAGE, all},
    secret::{BothFromStdin, FromStdin, Misplaced},
};

/// Create and manage the people of a tenant
///
/// A user is named by e-mail or id. A password comes from stdin with --password-stdin, or is asked for on a terminal
/// without being shown; never from an argument.
#[derive(Debug, clap::Args)]
#[command(after_long_help = "\
Examples:
  af user create ann@example.com --name \"Ann Lee\" --tenant acme
  af user set-password ann@example.com --tenant acme
  af user list --tenant acme")]
pub(crate) struct Args {
    #[command(subcommand)]
    action: Action,
}

#[derive(Debug, Subcommand)]
enum Action {
    Create(Create),
    /// List the users, in order of their creation
    List,
    /// Show one user
    Show(Which),
    /// Deactivate a user: nothing is accepted from them or allowed to them
    ///
    /// Their open sessions are revoked. Passwords and roles stay, for when they are activated again.
    Deactivate(Which),
    /// Activate a user who was deactivated
    Activate(Which),
    /// Give a user another name
    Rename {
        #[command(flatten)]
        which: Which,
        /// The name, for people
        name: String,
    },
    /// Give a user another e-mail address
    SetEmail {
        #[command(flatten)]
        which: Which,
        /// The address
        email: Email,
    },
    /// Set the password of a user, whatever it was before
    ///
    /// At least 8 characters, and at most 72 bytes. Open sessions of the user are revoked.
    #[command(after_long_help = "\
Examples:
  af user set-password ann@example.com
  pass show acme/ann | af user set-password ann@example.com --password-stdin")]
    SetPassword {
        #[command(flatten)]
        which: Which,
        #[command(flatten)]
        from: FromStdin,
        #[command(flatten)]
        misplaced: Misplaced,
    },
    /// Change the password of a user who knows the old one
    ///
    /// At least 8 characters, and at most 72 bytes. Open sessions of the user are revoked. When the old one is wrong, it
    /// exits 1, and the attempt is recorded.
    #[command(after_long_help = "\
Examples:
  af user change-password ann@example.com
  cat old.txt new.txt | af user change-password ann@example.com --password-stdin")]
    ChangePassword {
        #[command(flatten)]
        which: Which,
        #[command(flatten)]
        from: BothFromStdin,
        #[command(flatten)]
        misplaced: Misplaced,
    },
    /// Check a password
    ///
    /// Exits 0 when it is right and the user is active, else 1. An attempt that is refused is recorded, with the reason.
    #[command(after_long_help = "\
Example:
  pass show acme/ann | af user verify ann@example.com --password-stdin")]
    Verify {
        /// The address
        email: String,
        #[command(flatten)]
        from: FromStdin,
        #[command(flatten)]
        misplaced: Misplaced,
    },
    Link(Link),
    /// Delete a user with their sessions, roles and memberships
    ///
    /// The only owner of a team stays: give the team to somebody else first. What they did stays in the audit chain.
    #[command(after_long_help = "\
Example:
  af user delete ann@example.com --yes")]
    Delete(Which),
}

/// Create a user
///
/// Without --password-stdin there is no password yet: `af user set-password` sets one, or people come from an OpenID
/// provider.
#[derive(Debug, clap::Args)]
#[command(after_long_help = "\
Examples:
  af user create ann@example.com --name \"Ann Lee\"
  pass show acme/ann | af user create ann@example.com --name \"Ann Lee\" --password-stdin
  af user create bob@example.com --name Bob --oidc-issuer https://id.example.com --oidc-subject 4711")]
struct Create {
    /// The e-mail address, unique within the tenant
    email: Email,
    /// The name, for people
    #[arg(long)]
    name: String,
    #[command(flatten)]
    from: FromStdin,
    /// The OpenID provider who vouches for the user, its `iss` claim
    #[arg(long, value_name = "URL", requires = "oidc_subject")]
    oidc_issuer: Option<String>,
    /// Who the user is to that provider, its `sub` claim
    #[arg(long, value_name = "SUB", requires = "oidc_issuer")]
    oidc_subject: Option<String>,
}

/// Say who a user is to an OpenID provider
///
/// It replaces what was said before. With --unlink they are nobody there any more.
#[derive(Debug, clap::Args)]
#[command(after_long_help = "\
Examples:
  af user link ann@example.com --oidc-issuer https://id.example.com --oidc-subject 4711
  af user link ann@example.com --unlink")]
struct Link {
    #[command(flatten)]
    which: Which,
    /// The OpenID provider who vouches for the user, its `iss` claim
    #[arg(long, value_name = "URL", requires = "oidc_subject", required_unless_present = "unlink")]
    oidc_issuer: Option<String>,
    /// Who the user is to that provider, its `sub` claim
    #[arg(long, value_name = "SUB", requires = "oidc_issuer")]
    oidc_subject: Option<String>,
    /// Take the link away
    #[arg(long, conflicts_with_all = ["oidc_issuer", "oidc_subject"])]
    unlink: bool,
}

#[derive(Debug, clap::Args)]
struct Which {
    /// The user, by e-mail or id
    user: String,
}

pub(crate) async fn run(args: Args, context: &Context) -> Result<Exit> {
    context.tenant_name(None)?;
    let output = &context.output;
    match args.action {
        Action::Create(args) => output.show(&create(args, context).await?, describe)?,
        Action::List => {
            let users = context.tenant().await?.users();
            let page = async |after| users.list(after, PAGE).await;
            output.show(&all(|user: &User| user.id, page).await?, |it| list(it))?;
        }
        Action::Show(which) => {
            let tenant = context.tenant().await?;
            output.show(&named::user(&tenant, &which.user).await?, describe)?;
        }
        Action::Deactivate(which) => {
            output.show(&activity(&which, context, false).await?, describe)?;
        }
        Action::Activate(which) => {
            output.show(&activity(&which, context, true).await?, describe)?;
        }
        Action::Rename { which, name } => {
            output.show(&rename(&which, &name, context).await?, describe)?;
        }
        Action::SetEmail { which, email } => {
            let tenant = context.tenant().await?;
            let user = named::user(&tenant, &which.user).await?;
            let by = context.actor_in(&tenant).await?;
            output.show(&tenant.users().set_email(user.id, &email, &by).await?, describe)?;
        }
        Action::SetPassword { which, from, misplaced } => {
            misplaced.refuse("password")?;
            set_password(&which, from, context).await?;
        }
        Action::ChangePassword { which, from, misplaced } => {
            misplaced.refuse("password")?;
            change_password(&which, from, context).await?;
        }
        Action::Link(args) => output.show(&link(args, context).await?, describe)?,
        Action::Verify { email, from, misplaced } => {
            misplaced.refuse("password")?;
            verify(&email, from, context).await?;
        }
        Action::Delete(which) => delete(&which, context).await?,
    }
    Ok(Exit::Done)
}

async fn create(args: Create, context: &Context) -> Result<User> {
    let mut new = NewUser::new(args.email, args.name);
    if args.from.is_given() {
        new = new.with_password(args.from.new_password().await?);
    }
    if let (Some(issuer), Some(subject)) = (args.oidc_issuer, args.oidc_subject) {
        new = new.with_oidc(OidcSubject { issuer, subject });
    }
    let tenant = context.tenant().await?;
    let by = context.actor_in(&tenant).await?;
    Ok(tenant.users().create(new, &by).await?)
}

async fn activity(which: &Which, context: &Context, is_active: bool) -> Result<User> {
    let tenant = context.tenant().await?;
    let user = named::user(&tenant, &which.user).await?;
    let by = context.actor_in(&tenant).await?;
    if is_active {
        tenant.principals().activate(user.id, &by).await?;
    } else {
        tenant.principals().deactivate(user.id, &by).await?;
    }
    again(&tenant, user).await
}

async fn rename(which: &Which, name: &str, context: &Context) -> Result<User> {
    let tenant = context.tenant().await?;
    let user = named::user(&tenant, &which.user).await?;
    tenant.principals().rename(user.id, name, &context.actor_in(&tenant).await?).await?;
    again(&tenant, user).await
}

/// The user after a change of the principal.
async fn again(tenant: &Tenant, user: User) -> Result<User> {
    let gone = || Error::found("not_found", format!("the user {} was deleted", user.email));
    tenant.users().get(user.id).await?.ok_or_else(gone)
}

async fn set_password(which: &Which, from: FromStdin, context: &Context) -> Result<()> {
    let password = from.new_password().await?;
    let tenant = context.tenant().await?;
    let user = named::user(&tenant, &which.user).await?;
    let by = context.actor_in(&tenant).await?;
    tenant.users().set_password(user.id, &password, &by).await?;
    let user = again(&tenant, user).await?;
    context.output.show(&user, |user| {
        format!("The password of {} is set. Open sessions were revoked.", user.email)
    })
}

async fn change_password(which: &Which, from: BothFromStdin, context: &Context) -> Result<()> {
    let (old, new) = from.passwords().await?;
    let tenant = context.tenant().await?;
    let user = named::user(&tenant, &which.user).await?;
    let (by, origin) = (context.actor_in(&tenant).await?, context.origin());
    tenant.users().change_password(user.id, &old, &new, &origin, &by).await?;
    let user = again(&tenant, user).await?;
    context.output.show(&user, |user| {
        format!("The password of {} is changed. Open sessions were revoked.", user.email)
    })
}

async fn link(args: Link, context: &Context) -> Result<User> {
    let oidc = args.oidc_issuer.zip(args.oidc_subject);
    let oidc = oidc.map(|(issuer, subject)| OidcSubject { issuer, subject });
    let tenant = context.tenant().await?;
    let user = named::user(&tenant, &args.which.user).await?;
    let by = context.actor_in(&tenant).await?;
    tenant.principals().link_oidc(user.id, oidc.as_ref(), &by).await?;
    again(&tenant, user).await
}

async fn verify(email: &str, from: FromStdin, context: &Context) -> Result<()> {
    let password = from.password().await?;
    let tenant = context.tenant().await?;
    let user = tenant.users().authenticate(email, &password, &context.origin()).await?;
    let output = &context.output;
    output.show(&user, |user| {
        output.good(&format!("✓ that is the password of {} ({})", user.email, user.id))
    })
}

async fn delete(which: &Which, context: &Context) -> Result<()> {
    let tenant = context.tenant().await?;
    let user = named::user(&tenant, &which.user).await?;
    let question = format!(
        "Delete user {} ({}) with all sessions, roles and memberships?",
        user.email, user.display_name
    );
    confirm(context, &question).await?;
    tenant.users().delete(user.id, &context.actor_in(&tenant).await?).await?;
    context.output.show(&user, |user| format!("Deleted user {} ({}).", user.email, user.id))
}

fn is_active(user: &User) -> String {
    if user.is_active { "active" } else { "inactive" }.to_owned()
}

fn describe(user: &User) -> String {
    let password = user.password_changed_at.map(|since| format!("set {since:.0}"));
    let oidc = user.oidc.as_ref().map(|oidc| format!("{} at {}", oidc.subject, oidc.issuer));
    facts(&[
        ("E-mail", user.email.to_string()),
        ("Name", user.display_name.clone()),
        ("ID", user.id.to_string()),
        ("Status", is_active(user)),
        ("Password", password.unwrap_or_else(|| "none".to_owned())),
        ("OpenID", oidc.unwrap_or_default()),
        ("Created", format!("{:.0}", user.created_at)),
    ])
}

fn list(users: &[User]) -> String {
    if users.is_empty() {
        return "There is no user yet; `af user create EMAIL --name NAME` makes one.".to_owned();
    }
    let rows = users.iter().map(|user| {
        vec![
            user.email.to_string(),
            user.display_name.clone(),
            is_active(user),
            format!("{:.0}", user.created_at),
            user.id.to_string(),
        ]
    });
    table(&["E-MAIL", "NAME", "STATUS", "CREATED", "ID"], rows)
}
