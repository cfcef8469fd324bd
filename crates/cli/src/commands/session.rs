use agentflow::{
    SessionId, Tenant,
    core::clock::{Clock, SystemClock},
    identity::{IssuedSession, NewSession, Session},
};
use clap::Subcommand;
use jiff::{SignedDuration, Timestamp};
use secrecy::ExposeSecret;
use serde::Serialize;
use serde_json::json;

use crate::{
    context::Context,
    duration::span,
    error::{Error, Result},
    exit::Exit,
    instant::past,
    named,
    output::{counted, table},
    pages::{PAGE, all},
    plain,
    secret::{self, Misplaced},
    who::{self, Names},
};

/// Open, check and revoke sessions
///
/// A session is somebody logged in. Its token is shown once, when it is opened; afterwards it is named by id.
#[derive(Debug, clap::Args)]
#[command(after_long_help = "\
Examples:
  af session open --for ann@example.com --tenant acme > token.txt
  af session check < token.txt
  af session revoke-all ann@example.com --tenant acme")]
pub(crate) struct Args {
    #[command(subcommand)]
    action: Action,
}

#[derive(Debug, Subcommand)]
enum Action {
    Open(Open),
    /// List the sessions in order of their beginning, ended ones as well
    List {
        /// Only of this principal: e-mail of a person, name of a service, or id
        #[arg(long, value_name = "PRINCIPAL")]
        of: Option<String>,
    },
    Check(Check),
    /// Check the session that a verified JWT names, and say whose it is
    ///
    /// Verify the JWT first: this trusts what it is told. Exits 1 when it is refused; why is in the audit chain.
    #[command(after_long_help = "\
Example:
  af session check-jwt 01998a5d-ac96-774b-bcce-b302099a8057 auth0|4711")]
    CheckJwt {
        /// The session, the `sid` claim of the JWT
        #[arg(value_name = "SESSION-ID")]
        id: String,
        /// The subject, its `sub` claim
        subject: String,
    },
    /// Revoke a session, at once and for good
    Revoke {
        /// The session, by id
        #[arg(value_name = "SESSION-ID")]
        id: String,
    },
    /// Revoke every open session of a principal
    RevokeAll {
        /// Whose: e-mail of a person, name of a service, or id
        principal: String,
    },
    /// Remove sessions that ended a while ago
    #[command(after_long_help = "\
Example:
  af session clean --before 30d")]
    Clean {
        /// Those that ended so long ago, or before that time: 30d, 2026-11-21T04:41:00Z, or a day in UTC
        #[arg(long, value_name = "TIME", value_parser = past)]
        before: Timestamp,
    },
}

/// Open a session
///
/// The token is printed on stdout, and never again.
#[derive(Debug, clap::Args)]
#[command(after_long_help = "\
Example:
  af session open --for ann@example.com --lifetime 8h --idle 15m > token.txt")]
struct Open {
    /// Who is logged in: e-mail of a person, name of a service, or id
    #[arg(long = "for", value_name = "PRINCIPAL")]
    principal: String,
    /// When it ends, however much it is used; up to 400d
    #[arg(long, value_name = "TIME", value_parser = span, default_value = "12h")]
    lifetime: SignedDuration,
    /// It also ends when it was not used for so long; 30m, or the lifetime if that is shorter
    #[arg(long, value_name = "TIME", value_parser = span)]
    idle: Option<SignedDuration>,
    /// The subject of the JWT it belongs to; then it is good together with that only
    #[arg(long, value_name = "SUB")]
    jwt_subject: Option<String>,
}

/// Check a token, and say whose it is
///
/// Reads it from stdin, or asks for it on a terminal without showing it. A token names its tenant; with --tenant it has
/// to be that one. Exits 1 when it is refused; why is in the audit chain.
#[derive(Debug, clap::Args)]
#[command(after_long_help = "\
Example:
  af session check < token.txt")]
struct Check {
    /// The subject of the JWT that comes with it
    #[arg(long, value_name = "SUB")]
    jwt_subject: Option<String>,
    #[command(flatten)]
    misplaced: Misplaced,
}

pub(crate) async fn run(args: Args, context: &Context) -> Result<Exit> {
    match args.action {
        Action::Open(args) => open(args, context).await?,
        Action::List { of } => list(of.as_deref(), context).await?,
        Action::Check(args) => {
            args.misplaced.refuse("token")?;
            check(args.jwt_subject.as_deref(), context).await?;
        }
        Action::CheckJwt { id, subject } => {
            let id = session_id(&id)?;
            let tenant = context.tenant().await?;
            let who = tenant.sessions().check(id, &subject, &context.origin()).await?;
            who::show(context, &tenant, &who).await?;
        }
        Action::Revoke { id } => revoke(&id, context).await?,
        Action::RevokeAll { principal } => revoke_all(&principal, context).await?,
        Action::Clean { before } => clean(before, context).await?,
    }
    Ok(Exit::Done)
}

#[derive(Debug, Serialize)]
struct Shown<'a> {
    #[serde(flatten)]
    row: &'a Session,
    token: &'a str,
}

async fn open(args: Open, context: &Context) -> Result<()> {
    let tenant = context.tenant().await?;
    let principal = named::principal(&tenant, &args.principal).await?;
    let default = NewSession::of(principal.id);
    let idle_timeout = args.idle.unwrap_or(default.idle_timeout.min(args.lifetime));
    let new =
        NewSession { lifetime: args.lifetime, idle_timeout, jwt_sub: args.jwt_subject, ..default };
    let by = context.actor_in(&tenant).await?;
    let opened = tenant.sessions().open(new, &context.origin(), &by).await?;
    show(&opened, &args.principal, context)
}

/// The one output that holds a token. For people it is all of stdout, so that `> token.txt` keeps it and nothing else.
fn show(opened: &IssuedSession, owner: &str, context: &Context) -> Result<()> {
    let (row, token) = (&opened.row, opened.token.expose());
    if context.output.is_json() {
        context.output.json(&Shown { row, token })?;
    } else {
        context.output.raw(token)?;
    }
    let (id, owner) = (row.id, plain::word(owner));
    context
        .output
        .note(&format!("That is the token of session {id} of {owner}. It is not shown again."));
    Ok(())
}

async fn list(of: Option<&str>, context: &Context) -> Result<()> {
    let tenant = context.tenant().await?;
    let principal = match of {
        Some(of) => Some(named::principal(&tenant, of).await?.id),
        None => None,
    };
    let sessions = tenant.sessions();
    let page = async |after| sessions.list(principal, after, PAGE).await;
    let rows = all(|it: &Session| it.id, page).await?;
    let names = Names::of(context, &tenant, rows.iter().map(|it| it.principal_id), []).await?;
    context.output.show(&rows, |rows| text(rows, &names))
}

async fn check(jwt_subject: Option<&str>, context: &Context) -> Result<()> {
    let token = secret::credential("token").await?;
    let (token, origin) = (token.expose_secret(), context.origin());
    if context.options.tenant.as_deref().is_none_or(str::is_empty) {
        let store = context.store().await?;
        let (tenant, who) = store.authenticate_session(token, jwt_subject, &origin).await?;
        return who::show(context, &tenant, &who).await;
    }
    let tenant = context.tenant().await?;
    let who = tenant.sessions().authenticate(token, jwt_subject, &origin).await?;
    who::show(context, &tenant, &who).await
}

/// What is no id may be a token, and is not repeated.
fn session_id(text: &str) -> Result<SessionId> {
    text.parse().map_err(|_| {
        Error::usage("a session is named by its id, which is a UUID and no part of its token")
            .with_hint("`af session list` shows all of them")
    })
}

async fn revoke(id: &str, context: &Context) -> Result<()> {
    let id = session_id(id)?;
    let tenant: Tenant = context.tenant().await?;
    tenant.sessions().revoke(id, &context.actor_in(&tenant).await?).await?;
    let gone = || Error::found("not_found", format!("there is no session {id}"));
    let session = tenant.sessions().get(id).await?.ok_or_else(gone)?;
    context.output.show(&session, |it| format!("Revoked session {}.", it.id))
}

async fn revoke_all(name: &str, context: &Context) -> Result<()> {
    let tenant = context.tenant().await?;
    let principal = named::principal(&tenant, name).await?;
    let by = context.actor_in(&tenant).await?;
    let revoked = tenant.sessions().revoke_all(principal.id, &by).await?;
    let told = json!({ "principal_id": principal.id, "revoked": revoked });
    context.output.show(&told, |_| format!("Revoked {}.", counted(revoked, "session", "sessions")))
}

async fn clean(before: Timestamp, context: &Context) -> Result<()> {
    let tenant = context.tenant().await?;
    let by = context.actor_in(&tenant).await?;
    let removed = tenant.sessions().remove_ended(before, &by).await?;
    let told = json!({ "before": before, "removed": removed });
    context.output.show(&told, |_| {
        let sessions = counted(removed, "session", "sessions");
        format!("Removed {sessions} that ended before {before:.0}.")
    })
}

fn status(session: &Session) -> &'static str {
    if session.revoked_at.is_some() {
        "revoked"
    } else if session.is_live(SystemClock.now()) {
        "open"
    } else {
        "ended"
    }
}

fn text(sessions: &[Session], names: &Names) -> String {
    if sessions.is_empty() {
        return "There is no session; `af session open --for PRINCIPAL` opens one.".to_owned();
    }
    let rows = sessions.iter().map(|session| {
        let end = session.revoked_at.unwrap_or_else(|| session.ends_at());
        vec![
            names.principal(session.principal_id),
            status(session).to_owned(),
            format!("{:.0}", session.issued_at),
            format!("{:.0}", session.last_seen_at),
            format!("{end:.0}"),
            session.user_agent.clone().unwrap_or_default(),
            session.id.to_string(),
        ]
    });
    table(&["OF", "STATUS", "OPENED", "LAST SEEN", "ENDS", "PROGRAM", "ID"], rows)
}
