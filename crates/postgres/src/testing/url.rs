//! Small changes to a connection URL, which is otherwise left as the user wrote it.

/// The URL with another database.
pub(super) fn with_database(url: &str, database: &str) -> String {
    let (scheme, rest) = split_scheme(url);
    let (before, query) = split_query(rest);
    let authority = before.split('/').next().unwrap_or_default();
    format!("{scheme}{authority}/{database}{query}")
}

/// The URL with another user and password.
pub(super) fn with_user(url: &str, user: &str, password: &str) -> String {
    let (scheme, rest) = split_scheme(url);
    let authority_end = rest.find(['/', '?']).unwrap_or(rest.len());
    let (authority, after) = rest.split_at(authority_end);
    let host = authority.rsplit_once('@').map_or(authority, |(_, host)| host);
    format!("{scheme}{}:{}@{host}{after}", encode(user), encode(password))
}

fn split_scheme(url: &str) -> (&str, &str) {
    let start = url.find("://").map(|at| at + 3);
    assert!(
        url.starts_with("postgres") && start.is_some(),
        "AF_TEST_DATABASE_URL must be a URL, postgres://user:password@host:port/database"
    );
    url.split_at(start.unwrap_or_default())
}

fn split_query(rest: &str) -> (&str, &str) {
    rest.split_at(rest.find('?').unwrap_or(rest.len()))
}

/// Percent-encodes whatever could be taken for a separator.
fn encode(text: &str) -> String {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-._~".contains(&byte);
    text.bytes()
        .map(|byte| if plain(byte) { char::from(byte).to_string() } else { format!("%{byte:02X}") })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_database_is_exchanged_and_the_rest_kept() {
        let with = |url| with_database(url, "new");
        assert_eq!(
            with("postgres://u:p@h:1/old?sslmode=require"),
            "postgres://u:p@h:1/new?sslmode=require"
        );
        assert_eq!(with("postgresql://u@h"), "postgresql://u@h/new");
        assert_eq!(with("postgres://h?connect_timeout=3"), "postgres://h/new?connect_timeout=3");
    }

    #[test]
    fn the_user_is_exchanged_and_encoded() {
        let with = |url| with_user(url, "af_app", "p@ss/w:rd");
        assert_eq!(
            with("postgres://u:p@h:1/db?x=y"),
            "postgres://af_app:p%40ss%2Fw%3Ard@h:1/db?x=y"
        );
        assert_eq!(with("postgres://h/db"), "postgres://af_app:p%40ss%2Fw%3Ard@h/db");
    }

    #[test]
    #[should_panic(expected = "must be a URL")]
    fn something_else_than_a_url_is_refused() {
        with_database("host=localhost", "x");
    }
}
