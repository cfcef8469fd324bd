//! A service that is down, and what to do about that.

use crate::{
    fault::{Fault, Kind},
    machine::{Machine, Platform},
    name::Name,
    place::Place,
    report::Service,
    tools::Tools,
};

/// What advice depends on.
pub(crate) struct Guide {
    pub(crate) machine: Machine,
    pub(crate) tools: Tools,
}

impl Guide {
    /// A service that cannot be used.
    pub(crate) fn down(&self, name: Name, place: &Place, fault: &Fault) -> Service {
        let said = fault.said.trim_end_matches('.');
        let message = match fault.kind {
            // The setting is named, and the place may be what is wrong.
            Kind::Setting => said.to_owned(),
            _ => format!("{}: {said}", place.shown),
        };
        Service::unavailable(message, self.hint(name, place, fault.kind))
    }

    fn hint(&self, name: Name, place: &Place, kind: Kind) -> String {
        let setting = place.setting.unwrap_or(url_setting(name));
        match kind {
            Kind::Refused if place.is_local => self.nothing_here(name, place),
            Kind::Refused => format!(
                "check host and port in {setting}, and that {} runs there and listens on that address, not on its own 127.0.0.1 only",
                product(name)
            ),
            Kind::Unreachable => format!(
                "check the address in {setting}, that the machine runs, and what is in between: firewall, security group, VPN"
            ),
            Kind::Unresolved => format!(
                "check the spelling of the host in {setting}; the name of a service of compose.yaml is known to its containers only, and \
                 from outside it is 127.0.0.1"
            ),
            Kind::Silent => format!(
                "something holds the port and does not answer: the server hangs, or it is another program, or a proxy with nothing \
                 behind it; {}\nif it is only slow, `--timeout` allows more{}",
                self.who_listens(name, place),
                if place.is_local {
                    format!("\nif it hangs, end it, and start it anew:\n{}", self.start(name))
                } else {
                    String::new()
                }
            ),
            Kind::Slow => format!(
                "`--timeout` allows more, such as `af validate --timeout 5s`; if that does not help, it hangs, or {} or the way to it is \
                 slow: its log may say why",
                product(name)
            ),
            Kind::Foreign => format!(
                "another program answers at this port: {}; {}",
                self.who_listens(name, place),
                move_away(name, place)
            ),
            Kind::Tls => tls(name, setting),
            Kind::Credentials => credentials(name, place, setting),
            Kind::Starting => format!(
                "wait a little and run `af validate` again; if it stays so, its log says why{}",
                if place.is_local {
                    format!(": `docker compose logs {name}`")
                } else {
                    String::new()
                }
            ),
            Kind::Missing if name == Name::Redis => format!(
                "name another database at the end of {setting}, or allow more of them in the configuration of Redis (databases)"
            ),
            Kind::Missing => format!(
                "make the database as a role that may (`createdb NAME`), or name another one in {setting}"
            ),
            Kind::Full => format!(
                "end connections that nobody uses, or allow more ({})",
                if name == Name::Redis {
                    "maxclients"
                } else {
                    "max_connections, or a pooler in front"
                }
            ),
            Kind::Outdated => {
                "use PostgreSQL 15 to 18: `af up` starts one, and compose.yaml has one".to_owned()
            }
            Kind::NotWanted => format!(
                "target_session_attrs in {setting} asks for another kind of server: name one there as well, or leave that option out"
            ),
            Kind::Setting => format!(
                "correct {setting} in the environment or in .env; .env.example shows its form"
            ),
            Kind::Other => format!(
                "docs/services.md tells what to look at; the log of {} may say more",
                product(name)
            ),
        }
    }

    fn nothing_here(&self, name: Name, place: &Place) -> String {
        let mut text = self.start(name);
        if self.machine.container.is_some() {
            let host = format!(
                "\nthis runs in a container, where 127.0.0.1 is the container itself: if {} runs in another one, set {} to it, such as {}",
                product(name),
                url_setting(name),
                example(name)
            );
            text.push_str(&host);
        } else if let Some(setting) = place.setting {
            let otherwise = format!("\nif it runs elsewhere, {setting} names the wrong place");
            text.push_str(&otherwise);
        } else {
            let otherwise = format!("\nif it runs elsewhere, say where in {}", url_setting(name));
            text.push_str(&otherwise);
        }
        text
    }

    /// How to see which program holds a port.
    fn who_listens(&self, name: Name, place: &Place) -> String {
        if !place.is_local {
            return format!(
                "check host and port in {}",
                place.setting.unwrap_or(url_setting(name))
            );
        }
        let port = place.shown.rsplit(':').next().unwrap_or_default();
        match self.machine.platform {
            Platform::MacOs => format!("`lsof -nP -iTCP:{port} -sTCP:LISTEN` shows which"),
            Platform::Windows => {
                format!("`netstat -ano | findstr :{port}` shows the number of its process")
            }
            _ => format!("`ss -ltnp 'sport = :{port}'` shows which, as root"),
        }
    }
}

const fn product(name: Name) -> &'static str {
    match name {
        Name::Redis => "Redis",
        Name::Qdrant => "Qdrant",
        _ => "PostgreSQL",
    }
}

/// The setting that says where a service is, wherever that may be.
const fn url_setting(name: Name) -> &'static str {
    match name {
        Name::Redis => "REDIS_URL",
        Name::Qdrant => "QDRANT_URL",
        _ => "DATABASE_URL",
    }
}

/// As it is from one container of compose.yaml to another.
const fn example(name: Name) -> &'static str {
    match name {
        Name::Redis => "redis://redis:6379 with REDIS_PASSWORD beside it",
        Name::Qdrant => "http://qdrant:6333",
        _ => "postgres://USER@postgres:5432/agentflow with PGPASSWORD beside it",
    }
}

fn move_away(name: Name, place: &Place) -> String {
    let port = match name {
        Name::Redis => "REDIS_PORT",
        Name::Qdrant => "QDRANT_PORT",
        _ => "POSTGRES_PORT",
    };
    if place.is_local {
        format!("end it, or give the service of compose.yaml another port with {port} in .env")
    } else {
        format!("the port of {} is another one", product(name))
    }
}

fn tls(name: Name, setting: &str) -> String {
    let schemes = match name {
        Name::Redis => "rediss:// is for a server with TLS, redis:// for one without",
        Name::Qdrant => "https:// is for a server with TLS, http:// for one without",
        _ => "sslmode says how much TLS must prove, and sslrootcert whom it trusts",
    };
    let roots = match name {
        Name::Redis | Name::Qdrant => {
            "; the certificate must be for that host and from an authority that this system trusts (SSL_CERT_FILE names others)"
        }
        _ => "",
    };
    format!("check {setting}: {schemes}{roots}")
}

fn credentials(name: Name, place: &Place, setting: &str) -> String {
    match name {
        Name::Redis => {
            let where_to = match place.setting {
                Some("REDIS_URL") => "redis://:PASSWORD@HOST in REDIS_URL, or REDIS_PASSWORD",
                _ => "REDIS_PASSWORD",
            };
            format!("set the password of this Redis in the environment or in .env: {where_to}")
        }
        Name::Qdrant => {
            "set the key of this Qdrant in the environment or in .env: QDRANT_API_KEY".to_owned()
        }
        _ => format!(
            "check user and password in {setting}, or PGUSER and PGPASSWORD; the server may also let in some addresses only (pg_hba.conf). \
             A container that was made with another POSTGRES_PASSWORD keeps that until its volume is removed"
        ),
    }
}
