use std::net::IpAddr;

/// Where a service is looked for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Place {
    /// For people: host and port, or a socket file, without credentials.
    pub(crate) shown: String,
    /// The setting that says so; none where it is the place of compose.yaml.
    pub(crate) setting: Option<&'static str>,
    /// Whether it is on this very machine.
    pub(crate) is_local: bool,
}

impl Place {
    pub(crate) fn of_host(host: &str, port: u16, setting: Option<&'static str>) -> Self {
        let shown =
            if host.contains(':') { format!("[{host}]:{port}") } else { format!("{host}:{port}") };
        Self { shown, setting, is_local: is_loopback(host) }
    }

    pub(crate) fn of_socket(path: &str, setting: Option<&'static str>) -> Self {
        Self { shown: path.to_owned(), setting, is_local: true }
    }
}

fn is_loopback(host: &str) -> bool {
    let is_own = |address: IpAddr| address.is_loopback() || address.is_unspecified();
    host.eq_ignore_ascii_case("localhost") || host.parse().is_ok_and(is_own)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn this_machine_is_known_by_each_of_its_names() {
        for host in ["localhost", "LocalHost", "127.0.0.1", "127.1.2.3", "::1", "0.0.0.0"] {
            assert!(Place::of_host(host, 1, None).is_local, "{host}");
        }
        assert!(!Place::of_host("redis", 6379, None).is_local);
        assert_eq!(Place::of_host("::1", 6379, None).shown, "[::1]:6379");
    }
}
