use std::fmt;

use agentflow::Result;
use reqwest::{Url, header::HeaderValue};
use secrecy::SecretString;

use super::{invalid, port};
use crate::place::Place;

const URL: &str = "QDRANT_URL";
const PORT: u16 = 6333;
/// The API key of compose.yaml.
const COMPOSE_KEY: &str = "agentflow-dev";

/// Where Qdrant is, and what it is told.
#[derive(Clone)]
pub struct QdrantSettings {
    pub(crate) url: Url,
    pub(crate) key: Option<SecretString>,
    setting: Option<&'static str>,
}

impl fmt::Debug for QdrantSettings {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("QdrantSettings").field("place", &self.place()).finish_non_exhaustive()
    }
}

impl QdrantSettings {
    pub(super) fn from_lookup(set: &dyn Fn(&str) -> Option<String>) -> Result<Self> {
        let key = set("QDRANT_API_KEY");
        if key.as_deref().is_some_and(|key| HeaderValue::from_str(key).is_err()) {
            return Err(invalid("QDRANT_API_KEY", "a key is one line of printable letters"));
        }
        if let Some(text) = set(URL) {
            let url = parse(text.trim())?;
            return Ok(Self { url, key: key.map(SecretString::from), setting: Some(URL) });
        }
        let port = port(set, "QDRANT_PORT", PORT)?;
        let is_set = set("QDRANT_PORT").is_some();
        let url = Url::parse(&format!("http://127.0.0.1:{port}/"));
        Ok(Self {
            url: url.map_err(|_| invalid("QDRANT_PORT", "expected a port"))?,
            key: Some(key.unwrap_or_else(|| COMPOSE_KEY.to_owned()).into()),
            setting: is_set.then_some("QDRANT_PORT"),
        })
    }

    pub(crate) fn place(&self) -> Place {
        let host = self.url.host_str().unwrap_or_default();
        let host = host.trim_start_matches('[').trim_end_matches(']');
        Place::of_host(host, self.url.port_or_known_default().unwrap_or(PORT), self.setting)
    }

    /// The address of one of its pages.
    pub(crate) fn page(&self, name: &str) -> Url {
        let mut url = self.url.clone();
        url.set_path(&format!("{}/{name}", self.url.path().trim_end_matches('/')));
        url
    }
}

/// What is wrong is told without the text, which may hold a key.
fn parse(text: &str) -> Result<Url> {
    const FORM: &str =
        "expected http://HOST[:PORT] or https://HOST[:PORT]; the port of compose.yaml is 6333";
    let url = Url::parse(text).ok().filter(|url| matches!(url.scheme(), "http" | "https"));
    let url = url.ok_or_else(|| invalid(URL, FORM))?;
    let is_more = url.query().is_some() || url.fragment().is_some();
    if !url.username().is_empty() || url.password().is_some() || is_more {
        return Err(invalid(URL, "a key does not belong there; set QDRANT_API_KEY"));
    }
    Ok(url)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pages_lie_below_the_path_of_the_url() {
        for (url, page) in [
            ("http://localhost:6333", "http://localhost:6333/readyz"),
            ("https://host.example/qdrant/", "https://host.example/qdrant/readyz"),
        ] {
            let settings = QdrantSettings { url: parse(url).unwrap(), key: None, setting: None };
            assert_eq!(settings.page("readyz").as_str(), page);
        }
    }

    #[test]
    fn an_address_of_the_sixth_version_is_shown_once_in_brackets() {
        let url = parse("http://[::1]:6333").unwrap();
        let place = QdrantSettings { url, key: None, setting: None }.place();
        assert_eq!((place.shown.as_str(), place.is_local), ("[::1]:6333", true));
    }
}
