//! Opening connections, none of which takes longer than the connection string allows.
//!
//! The driver limits only how long TCP takes. A server that accepts and then says nothing would be waited for for ever, so the whole
//! way is limited here, address by address: one that hangs must not keep us from the next one.

mod failure;

use std::{future::Future, io, net::IpAddr, sync::Arc, time::Duration};

use agentflow_core::random::Entropy;
use futures::{FutureExt, future::BoxFuture};
use tokio::{net::lookup_host, task::JoinHandle, time::timeout};
use tokio_postgres::{
    Client, Config, Connection, NoTls, Socket,
    config::{Host, LoadBalanceHosts, SslMode},
    tls::MakeTlsConnect,
};
use tokio_postgres_rustls::MakeRustlsConnect;

use self::failure::failure;
pub(crate) use self::failure::own_cause;
use crate::{conninfo::Conninfo, error::Result, tls};

type PgResult<T> = std::result::Result<T, tokio_postgres::Error>;
type Opened<T> = (Client, Connection<Socket, <T as MakeTlsConnect<Socket>>::Stream>);

/// Opens connections to one database.
#[derive(Clone)]
pub(crate) struct Connector {
    /// One for each host, in their order.
    hosts: Vec<Config>,
    tls: Option<MakeRustlsConnect>,
    /// How long each address may take; none for ever.
    limit: Option<Duration>,
    /// Brings hosts and addresses into any order; none where they are tried in theirs.
    chance: Option<Arc<dyn Entropy>>,
}

impl Connector {
    pub(crate) fn new(conninfo: &Conninfo, entropy: Arc<dyn Entropy>) -> Result<Self> {
        let is_at_random = conninfo.driver.get_load_balance_hosts() == LoadBalanceHosts::Random;
        Ok(Self {
            hosts: each_host(&conninfo.driver),
            tls: tls::connector(&conninfo.tls)?,
            limit: conninfo.connect_timeout,
            chance: is_at_random.then_some(entropy),
        })
    }

    pub(crate) fn tls(&self) -> Option<&MakeRustlsConnect> {
        self.tls.as_ref()
    }

    /// Opens a connection that ends with its client.
    pub(crate) async fn open(&self) -> PgResult<(Client, JoinHandle<()>)> {
        if let Some(tls) = &self.tls {
            let (client, connection) = self.open_with(tls).await?;
            Ok((client, tokio::spawn(connection.map(drop))))
        } else {
            let (client, connection) = self.open_with(&NoTls).await?;
            Ok((client, tokio::spawn(connection.map(drop))))
        }
    }

    /// Opens a connection that whoever asks for it moves on.
    pub(crate) async fn open_with<T>(&self, tls: &T) -> PgResult<Opened<T>>
    where
        T: MakeTlsConnect<Socket> + Clone,
    {
        let mut failed = None;
        for host in self.in_order(self.hosts.iter().collect()) {
            // Boxed, because it is large and happens seldom.
            match Box::pin(self.reach(host, tls)).await {
                Ok(opened) => return Ok(opened),
                Err(error) => failed = Some(error),
            }
        }
        match failed {
            Some(error) => Err(error),
            None => Err(failure(io::Error::other("no host is named")).await),
        }
    }

    /// Tries the addresses of one host.
    async fn reach<T>(&self, host: &Config, tls: &T) -> PgResult<Opened<T>>
    where
        T: MakeTlsConnect<Socket> + Clone,
    {
        let Some((name, port)) = to_look_up(host) else {
            return self.within(host.connect(tls.clone())).await;
        };
        let found = self.within(async {
            match lookup_host((name, port)).await {
                Ok(found) => Ok(found.map(|it| it.ip()).collect::<Vec<IpAddr>>()),
                Err(error) => Err(failure(error).await),
            }
        });
        let mut failed = None;
        for address in self.in_order(found.await?) {
            let mut place = host.clone();
            place.hostaddr(address);
            match self.within(place.connect(tls.clone())).await {
                Ok(opened) => return Ok(opened),
                Err(error) => failed = Some(error),
            }
        }
        match failed {
            Some(error) => Err(error),
            None => Err(failure(io::Error::other("the host has no address")).await),
        }
    }

    /// In the order in which they are tried.
    fn in_order<T>(&self, mut places: Vec<T>) -> Vec<T> {
        if let Some(chance) = &self.chance {
            places.sort_by_cached_key(|_| {
                let mut key = [0; 8];
                chance.fill(&mut key);
                key
            });
        }
        places
    }

    /// Waits no longer than one place may take.
    async fn within<T>(&self, way: impl Future<Output = PgResult<T>>) -> PgResult<T> {
        let Some(limit) = self.limit else { return way.await };
        let Ok(ended) = timeout(limit, way).await else {
            let text = format!("no answer within {} s (connect_timeout)", limit.as_secs());
            return Err(failure(io::Error::new(io::ErrorKind::TimedOut, text)).await);
        };
        ended
    }
}

impl deadpool_postgres::Connect for Connector {
    fn connect(&self, _: &Config) -> BoxFuture<'_, PgResult<(Client, JoinHandle<()>)>> {
        self.open().boxed()
    }
}

/// The name that has to be looked up, where it is one.
fn to_look_up(host: &Config) -> Option<(&str, u16)> {
    match host.get_hosts() {
        [Host::Tcp(name)] if host.get_hostaddrs().is_empty() => {
            Some((name, host.get_ports().first().copied().unwrap_or(5432)))
        }
        _ => None,
    }
}

/// A configuration for each host. One for all, where they do not go together, which the driver tells.
pub(crate) fn each_host(config: &Config) -> Vec<Config> {
    let (hosts, addresses) = (config.get_hosts(), config.get_hostaddrs());
    let ports = config.get_ports();
    let count = hosts.len().max(addresses.len());
    let fits = |len: usize| len == 0 || len == count;
    let goes_together =
        fits(hosts.len()) && fits(addresses.len()) && (ports.len() <= 1 || ports.len() == count);
    if count <= 1 || !goes_together {
        return vec![config.clone()];
    }
    let one = |at: usize| {
        let mut one = without_place(config);
        match hosts.get(at) {
            Some(Host::Tcp(name)) => drop(one.host(name)),
            #[cfg(unix)]
            Some(Host::Unix(path)) => drop(one.host_path(path)),
            None => {}
        }
        if let Some(address) = addresses.get(at) {
            one.hostaddr(*address);
        }
        if let Some(port) = ports.get(at).or(ports.first()) {
            one.port(*port);
        }
        if is_local(&one) {
            one.ssl_mode(SslMode::Disable);
        }
        one
    };
    (0..count).map(one).collect()
}

/// Whether servers are reached through socket files only. As in libpq, they are not asked for TLS: they offer none there.
pub(crate) fn is_local(config: &Config) -> bool {
    config.get_hosts().iter().all(|host| !matches!(host, Host::Tcp(_)))
        && config.get_hostaddrs().is_empty()
}

/// All of a configuration but where its servers are: the driver can add a host and take none away.
fn without_place(config: &Config) -> Config {
    let mut other = Config::new();
    other
        .ssl_mode(config.get_ssl_mode())
        .ssl_negotiation(config.get_ssl_negotiation())
        .keepalives(config.get_keepalives())
        .keepalives_idle(config.get_keepalives_idle())
        .target_session_attrs(config.get_target_session_attrs())
        .channel_binding(config.get_channel_binding())
        .load_balance_hosts(config.get_load_balance_hosts());
    if let Some(user) = config.get_user() {
        other.user(user);
    }
    if let Some(password) = config.get_password() {
        other.password(password);
    }
    if let Some(name) = config.get_dbname() {
        other.dbname(name);
    }
    if let Some(options) = config.get_options() {
        other.options(options);
    }
    if let Some(name) = config.get_application_name() {
        other.application_name(name);
    }
    if let Some(timeout) = config.get_tcp_user_timeout() {
        other.tcp_user_timeout(*timeout);
    }
    if let Some(interval) = config.get_keepalives_interval() {
        other.keepalives_interval(interval);
    }
    if let Some(retries) = config.get_keepalives_retries() {
        other.keepalives_retries(retries);
    }
    other
}

#[cfg(test)]
mod tests;
