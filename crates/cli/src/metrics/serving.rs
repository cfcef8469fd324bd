use std::net::{Ipv4Addr, SocketAddr};

use agentflow::Store;
use tokio::{net::TcpListener, task::AbortHandle};

use super::{Gauges, server::Server};
use crate::{
    context::Context,
    error::{Error, Result},
    exit::Exit,
};

/// Where metrics are served, if at all.
#[derive(Debug, clap::Args)]
pub(crate) struct Serving {
    /// Serve /metrics for Prometheus, /healthz and /readyz; a port alone is one of this machine only
    #[arg(
        long = "metrics",
        value_name = "[ADDR:]PORT",
        env = "AF_METRICS",
        hide_env_values = true,
        value_parser = address
    )]
    address: Option<Address>,
}

/// None where the variable of the environment is empty.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Address(Option<SocketAddr>);

/// Ends with the command.
#[derive(Debug)]
pub(crate) struct Served(AbortHandle);

impl Drop for Served {
    fn drop(&mut self) {
        self.0.abort();
    }
}

impl Serving {
    pub(crate) fn is_wanted(&self) -> bool {
        self.address().is_some()
    }

    fn address(&self) -> Option<SocketAddr> {
        self.address.and_then(|it| it.0)
    }

    /// Begins to serve, until what is given back is dropped.
    pub(crate) async fn serve(
        &self,
        context: &Context,
        store: &Store,
        gauges: Gauges,
    ) -> Result<Option<Served>> {
        let (Some(address), Some(page)) = (self.address(), context.metrics.clone()) else {
            return Ok(None);
        };
        let listening = async {
            let listener = TcpListener::bind(address).await?;
            Ok((listener.local_addr()?, listener))
        };
        let (address, listener) = listening.await.map_err(|error: std::io::Error| {
            let message = format!("failed to serve metrics at {address}: {error}");
            Error::new("io", Exit::Failed, message)
                .with_hint("name another port with --metrics, or 0 for any that is free")
        })?;
        context.output.note(&format!("Metrics are at http://{address}/metrics."));
        let server = Server::new(page, store.clone(), gauges);
        Ok(Some(Served(tokio::spawn(server.run(listener)).abort_handle())))
    }
}

fn address(text: &str) -> Result<Address, String> {
    let text = text.trim();
    if text.is_empty() {
        return Ok(Address(None));
    }
    let port = text.strip_prefix(':').unwrap_or(text).parse::<u16>();
    let parsed = match port {
        Ok(port) => Ok(SocketAddr::from((Ipv4Addr::LOCALHOST, port))),
        Err(_) => text.parse(),
    };
    let expected = "expected a port, or an address and a port such as 0.0.0.0:9464 or [::1]:9464";
    parsed.map(|it| Address(Some(it))).map_err(|_| expected.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_port_alone_is_one_of_this_machine_only() {
        let is = |text: &str| address(text).unwrap().0.map(|it| it.to_string());
        assert_eq!(is("9464").as_deref(), Some("127.0.0.1:9464"));
        assert_eq!(is(":9464").as_deref(), Some("127.0.0.1:9464"));
        assert_eq!(is("0.0.0.0:1").as_deref(), Some("0.0.0.0:1"));
        assert_eq!(is("[::1]:0").as_deref(), Some("[::1]:0"));
        assert_eq!(is(" "), None);
        for bad in ["localhost", "localhost:9464", "70000", "127.0.0.1", "-1"] {
            assert!(address(bad).unwrap_err().starts_with("expected"), "{bad}");
        }
    }
}
