use std::{error::Error as StdError, io, time::Duration};

/// Why something is not available.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Fault {
    pub(crate) kind: Kind,
    /// What happened, for people; empty where the kind says it all.
    pub(crate) said: String,
}

/// What has to be done about it depends on this.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    /// Nothing listens there.
    Refused,
    /// Nothing comes back: no route, a firewall, a machine that is off.
    Unreachable,
    /// Something takes the connection and does not answer.
    Silent,
    /// It answers, and takes longer than is waited.
    Slow,
    /// The name of the host is not known.
    Unresolved,
    /// The two do not agree about TLS.
    Tls,
    /// It wants other credentials, or any.
    Credentials,
    /// It is there, and not ready yet.
    Starting,
    /// Something else answers.
    Foreign,
    /// The database is not there, on a server that is.
    Missing,
    /// It takes no more connections.
    Full,
    /// It is older than can be worked with.
    Outdated,
    /// It is there, and not the kind of server that is asked for.
    NotWanted,
    /// A setting is unusable.
    Setting,
    /// Anything else.
    Other,
}

const SILENT: &str = "takes connections and says nothing within";
const SLOW: &str = "began to answer, and was not done within";

impl Fault {
    pub(crate) fn new(kind: Kind, said: impl Into<String>) -> Self {
        Self { kind, said: said.into() }
    }

    /// Whether it may be gone a moment later.
    pub(crate) fn may_pass(&self) -> bool {
        matches!(
            self.kind,
            Kind::Refused
                | Kind::Unreachable
                | Kind::Silent
                | Kind::Slow
                | Kind::Unresolved
                | Kind::Starting
                | Kind::Full
        )
    }

    /// Whether there was nobody to say anything.
    pub(crate) fn is_of_network(&self) -> bool {
        matches!(self.kind, Kind::Refused | Kind::Unreachable | Kind::Silent | Kind::Unresolved)
    }

    pub(crate) fn silent(waited: Duration) -> Self {
        Self::new(Kind::Silent, format!("{SILENT} {}", seconds(waited)))
    }

    /// The same of one of whom something was heard.
    pub(crate) fn made_slow(self) -> Self {
        Self::new(Kind::Slow, self.said.replacen(SILENT, SLOW, 1))
    }

    pub(crate) fn unreachable(waited: Duration) -> Self {
        Self::new(Kind::Unreachable, format!("does not answer within {}", seconds(waited)))
    }

    /// Reads an error of the network, wherever among its causes it is.
    pub(crate) fn of_network(error: &(dyn StdError + 'static)) -> Option<Self> {
        let mut cause = Some(error);
        let mut found = None;
        while let Some(error) = cause {
            if let Some(io) = error.downcast_ref::<io::Error>() {
                // Its source is that of what it holds, which is passed over.
                let inner = || Self::of_network(io.get_ref()?);
                found = Self::of_io(io).or_else(inner).or(found);
            }
            cause = error.source();
        }
        found
    }

    pub(crate) fn of_io(error: &io::Error) -> Option<Self> {
        use io::ErrorKind as E;

        let text = error.to_string();
        // The standard library has no kind for it.
        if text.contains("failed to lookup address") || text.contains("No such host is known") {
            return Some(Self::new(Kind::Unresolved, "the name of the host is not known"));
        }
        Some(match error.kind() {
            // A socket file that is not there is a server that does not run.
            E::ConnectionRefused | E::NotFound | E::NotADirectory => {
                Self::new(Kind::Refused, "nothing listens there")
            }
            E::PermissionDenied => Self::new(
                Kind::Other,
                "the user who runs this may not open it (a socket file, or a rule of the system)",
            ),
            E::TimedOut | E::HostUnreachable | E::NetworkUnreachable | E::NetworkDown => {
                Self::new(Kind::Unreachable, "there is no way to it, or it does not answer")
            }
            E::ConnectionReset | E::ConnectionAborted | E::UnexpectedEof | E::BrokenPipe => {
                Self::new(Kind::Foreign, "the connection was closed at once")
            }
            _ => return None,
        })
    }
}

/// `2 s`, `0.5 s`.
pub(crate) fn seconds(time: Duration) -> String {
    let text = format!("{:.1}", time.as_secs_f64());
    format!("{} s", text.strip_suffix(".0").unwrap_or(&text))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn seconds_are_told_as_short_as_they_are() {
        let shown = [2_000, 500, 1_250].map(|it| seconds(Duration::from_millis(it)));
        assert_eq!(shown, ["2 s", "0.5 s", "1.2 s"]);
    }

    #[test]
    fn one_that_began_to_answer_is_not_called_silent() {
        let silent = Fault::silent(Duration::from_secs(2));
        let often = Fault::new(silent.kind, format!("{} (tried 3 times)", silent.said));
        let slow = often.made_slow();
        let said = "began to answer, and was not done within 2 s (tried 3 times)";
        assert_eq!(slow, Fault::new(Kind::Slow, said));
        assert!(slow.may_pass() && !slow.is_of_network());
    }

    #[test]
    fn errors_of_the_network_are_told_apart() {
        for (kind, expected) in [
            (io::ErrorKind::ConnectionRefused, Kind::Refused),
            (io::ErrorKind::NetworkUnreachable, Kind::Unreachable),
            (io::ErrorKind::ConnectionReset, Kind::Foreign),
        ] {
            let outer = io::Error::other(io::Error::from(kind));
            let fault = Fault::of_network(&outer).map(|fault| fault.kind);
            assert_eq!(fault, Some(expected), "{kind:?}");
        }
        assert_eq!(Fault::of_io(&io::Error::other("what is this")), None);
        let unknown = io::Error::other("failed to lookup address information: Name or service");
        assert_eq!(Fault::of_io(&unknown).map(|it| it.kind), Some(Kind::Unresolved));
    }
}
