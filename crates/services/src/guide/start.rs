//! How a service is started on each system.

use super::Guide;
use crate::{
    machine::{Machine, Platform},
    name::Name,
};

impl Guide {
    /// How to start a service on this machine: each way on a line of its own.
    pub(crate) fn start(&self, name: Name) -> String {
        let mut ways = Vec::new();
        if name == Name::Postgres {
            ways.push("`af up` starts a local PostgreSQL with pgvector, which af then uses without any setting".to_owned());
        }
        ways.push(self.compose(name));
        ways.extend(natively(name, &self.machine));
        ways.join("\n")
    }

    /// By compose.yaml, if there is Docker; else how to get that.
    fn compose(&self, name: Name) -> String {
        let with = match name {
            Name::Postgres => ", with the line DATABASE_URL of .env.example in .env",
            _ => "",
        };
        let line = format!("`docker compose up --wait {name}` in the folder of compose.yaml{with}");
        let is_there = |tool: &str| self.tools.get(tool).is_some_and(Option::is_some);
        if is_there("docker compose") {
            return line;
        }
        let missing = if is_there("docker") {
            "needs the plugin `docker compose`, which is not installed: package docker-compose-plugin"
        } else {
            match self.machine.platform {
                Platform::MacOs => "needs Docker Desktop or Colima, which is not installed",
                Platform::Windows => "needs Docker Desktop, which is not installed",
                Platform::Wsl2 => {
                    "needs Docker, which is not found here: switch on this distribution in Docker Desktop, Settings, Resources, WSL integration"
                }
                Platform::Wsl1 => {
                    "needs Docker, which WSL 1 cannot run: `wsl --set-version` makes it WSL 2"
                }
                _ if self.machine.container.is_some() => {
                    "on the machine that runs this container: Docker is not found within it"
                }
                _ => {
                    "needs Docker, which is not installed: https://docs.docker.com/engine/install/"
                }
            }
        };
        format!("{line} ({missing})")
    }

    /// The package of pgvector.
    pub(crate) fn pgvector_package(&self) -> &'static str {
        match self.machine.platform {
            Platform::MacOs => "`brew install pgvector`",
            Platform::Windows => {
                "https://github.com/pgvector/pgvector tells how to build it on Windows"
            }
            _ => {
                "package postgresql-NN-pgvector or pgvector_NN of the PostgreSQL Apt or Yum repository"
            }
        }
    }
}

/// The service of the system itself.
fn natively(name: Name, machine: &Machine) -> Option<String> {
    use Platform as P;

    let in_container = machine.container.is_some();
    Some(match (name, machine.platform) {
        // A container has no services of the system.
        (Name::Redis, P::Linux | P::Wsl1 | P::Wsl2) if in_container => {
            "or within this container: `apt-get install redis-server`, then `redis-server --daemonize yes`".to_owned()
        }
        (Name::Redis, P::Linux) => {
            "or the package of the system: `sudo apt-get install redis-server`, then `sudo systemctl start redis-server` (redis on Fedora)"
                .to_owned()
        }
        (Name::Redis, P::Wsl1 | P::Wsl2) => {
            "or the package of the system: `sudo apt-get install redis-server`, then `sudo service redis-server start`".to_owned()
        }
        (Name::Redis, P::MacOs) => {
            "or by Homebrew: `brew install redis`, then `brew services start redis`".to_owned()
        }
        (Name::Redis, P::Windows) => {
            "or within WSL 2, as Redis is not made for Windows: `sudo apt-get install redis-server`, then `sudo service redis-server start`"
                .to_owned()
        }
        (Name::Postgres, P::Linux) if !in_container => {
            "or, if PostgreSQL is installed here: `sudo systemctl start postgresql`".to_owned()
        }
        (Name::Postgres, P::Wsl1 | P::Wsl2) => {
            "or, if PostgreSQL is installed here: `sudo service postgresql start`".to_owned()
        }
        (Name::Postgres, P::MacOs) => {
            "or, if it came by Homebrew: `brew services start postgresql@18`".to_owned()
        }
        (Name::Postgres, P::Windows) => {
            "or, if PostgreSQL is installed here: `net start postgresql-x64-18` as administrator".to_owned()
        }
        (Name::Qdrant, _) => {
            "or the program itself, from https://github.com/qdrant/qdrant/releases: `./qdrant`".to_owned()
        }
        _ => return None,
    })
}
