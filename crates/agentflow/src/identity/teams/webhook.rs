use std::net::Ipv6Addr;

/// What keeps a URL from being one that events can be sent to. It is told without repeating the URL: the path of a
/// webhook is often all that protects it.
pub(super) fn check(url: &str) -> Result<(), &'static str> {
    if url.len() > 2048 {
        return Err("expected at most 2048 characters");
    }
    if !url.bytes().all(|byte| byte.is_ascii_graphic() && byte != b'\\') {
        return Err(
            "expected printable ASCII without blanks and backslashes; write the rest as %XX",
        );
    }
    let rest = url
        .strip_prefix("https://")
        .or_else(|| url.strip_prefix("http://"))
        .ok_or("expected a URL that begins with https:// or http://, in lower case")?;
    let authority = rest.split(['/', '?', '#']).next().unwrap_or_default();
    if authority.contains('@') {
        return Err("a user name or password does not belong in the URL");
    }
    // An IPv6 address has colons of its own, and brackets around it.
    let (host, port) = match authority.rfind(']') {
        Some(end) => authority.split_at(end + 1),
        None => authority.split_at(authority.find(':').unwrap_or(authority.len())),
    };
    if !is_host(host) {
        return Err("expected the name or address of a host behind the //");
    }
    let is_port = |port: &str| {
        port.bytes().all(|byte| byte.is_ascii_digit())
            && port.parse::<u16>().is_ok_and(|port| port > 0)
    };
    if !port.is_empty() && !port.strip_prefix(':').is_some_and(is_port) {
        return Err("expected a port from 1 to 65535 behind the host");
    }
    Ok(())
}

fn is_host(host: &str) -> bool {
    if let Some(address) = host.strip_prefix('[') {
        return address.strip_suffix(']').is_some_and(|ip| ip.parse::<Ipv6Addr>().is_ok());
    }
    // The dot of a fully qualified name may end it.
    let name = host.strip_suffix('.').unwrap_or(host);
    let is_label = |label: &str| {
        (1..=63).contains(&label.len())
            && label.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-_".contains(&byte))
    };
    name.len() <= 253 && name.split('.').all(is_label)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn urls_of_hosts_and_addresses_are_accepted() {
        for url in [
            "https://example.com",
            "http://example.com./a/b?c=d#e",
            "https://hooks.example.com:8443/T0/B0/x-y_z",
            "http://127.0.0.1:80",
            "http://localhost?x=@",
            "https://[::1]/",
            "https://[2001:db8::1]:443",
            "https://my_host/%C3%A4",
            &format!("https://a/{}", "x".repeat(2048 - "https://a/".len())),
        ] {
            assert_eq!(check(url), Ok(()), "{url}");
        }
    }

    #[test]
    fn what_is_no_url_or_holds_a_password_or_blanks_is_refused() {
        for url in [
            "",
            "example.com",
            "https:/example.com",
            "https://",
            "https:///path",
            "https://?x",
            "ftp://example.com",
            "HTTPS://example.com",
            "javascript:alert(1)//https://a",
            " https://example.com",
            "https://example.com ",
            "https://exam ple.com",
            "https://example.com/a\tb",
            "https://example.com/a\nb",
            "https://example.com/\0",
            "https://example.com\\@evil.com",
            "https://exämple.com",
            "https://example.com/\u{a0}",
            "https://ann:secret@example.com",
            "https://@example.com",
            "https://.example.com",
            "https://example..com",
            "https://example.com..",
            "https://example.com:",
            "https://example.com:0",
            "https://example.com:65536",
            "https://example.com:+80",
            "https://example.com:80:80",
            "https://[::1",
            "https://[::1]80",
            "https://[1.2.3.4]",
            "https://::1",
            "https://a[::1]",
            "https://exa$mple.com",
            &format!("https://{}.com", "a".repeat(64)),
            &format!("https://a/{}", "x".repeat(2049 - "https://a/".len())),
        ] {
            assert!(check(url).is_err(), "{url}");
        }
    }
}
