use agentflow_postgres::{Ephemeral, EphemeralOptions, Installation, Running};

use super::story::Told;
use crate::{
    commands::up,
    context::{Context, blocking},
    error::{Error, Result},
};

const DATABASE: &str = "agentflow_demo";
const DROP: &str = include_str!("../../../queries/demo/drop_database.sql");
const CREATE: &str = include_str!("../../../queries/demo/create_database.sql");

/// Where the demo takes place.
pub(super) enum Server {
    /// Ends with our process, whatever happens to it.
    ThrowAway(Ephemeral),
    /// The local server of `af up`.
    Kept(Running),
}

impl Server {
    pub(super) async fn start(keep: bool, context: &Context) -> Result<Told<Self>> {
        if keep { Self::keep(context).await } else { Self::throw_away(context).await }
    }

    async fn throw_away(context: &Context) -> Result<Told<Self>> {
        let output = context.output.clone();
        let (server, version) = blocking(move || {
            let installation = Installation::find_or_provision(&mut |step| output.note(step))?;
            let server = Ephemeral::start(&installation, &EphemeralOptions::default())?;
            Ok((server, installation.version))
        })
        .await?;
        let did = format!(
            "Started a throw-away PostgreSQL {version} on port {} (process {}).",
            server.port(),
            server.pid()
        );
        let proved = "It is real, needs no set-up, and ends with this program.".to_owned();
        Ok(Told { value: Self::ThrowAway(server), did, proved, holds: true })
    }

    async fn keep(context: &Context) -> Result<Told<Self>> {
        let running = up::start(context).await?;
        let client = context.store_at(&running.url)?.admin().connect().await?;
        for statement in [DROP, CREATE] {
            let done = client.batch_execute(statement).await;
            done.map_err(|error| Error::sql("make the database of the demo", &error))?;
        }
        let did = format!(
            "The local PostgreSQL {} runs on port {}; database {DATABASE} is new.",
            running.version, running.port
        );
        let proved = "Your own databases on it are not touched.".to_owned();
        Ok(Told { value: Self::Kept(running), did, proved, holds: true })
    }

    pub(super) fn url(&self) -> String {
        match self {
            Self::ThrowAway(server) => server.url("postgres"),
            Self::Kept(running) => {
                let server = running.url.rsplit_once('/').map_or(running.url.as_str(), |it| it.0);
                format!("{server}/{DATABASE}")
            }
        }
    }

    pub(super) async fn stop(self) -> Result<Told<()>> {
        let url = self.url();
        let server = match self {
            Self::ThrowAway(server) => server,
            Self::Kept(_) => {
                let did = format!("Kept: psql {url}");
                let proved = "`af down` stops the server.".to_owned();
                return Ok(Told { value: (), did, proved, holds: true });
            }
        };
        let data = server.data_dir().to_owned();
        blocking(move || Ok(server.stop()?)).await?;
        let holds = !data.exists();
        let did = "Stopped the server and removed its folder.".to_owned();
        let proved = if holds {
            "Nothing runs any more, and nothing is left on the disk."
        } else {
            "But the folder is still there."
        };
        Ok(Told { value: (), did, proved: proved.to_owned(), holds })
    }
}
