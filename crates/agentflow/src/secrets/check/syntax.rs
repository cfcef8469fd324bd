use secrecy::{ExposeSecret, SecretString};

/// What keeps a value from looking like a key of this provider. Tells nothing of the value.
pub(in crate::secrets) fn syntax(
    provider_type: &str,
    value: &SecretString,
) -> Result<(), &'static str> {
    let text = value.expose_secret();
    let is_word =
        |text: &str| text.bytes().all(|it| it.is_ascii_alphanumeric() || b"-_".contains(&it));
    let is_alphanumeric = || text.bytes().all(|it| it.is_ascii_alphanumeric());
    let is_hex = || text.bytes().all(|it| it.is_ascii_hexdigit());
    let starts = |prefix: &str| text.starts_with(prefix) && is_word(text);
    let is_between = (20..=512).contains(&text.len());
    let (is_good, expected) = match provider_type {
        "openai" => (
            is_between && starts("sk-") && !text.starts_with("sk-ant-"),
            "expected sk- and 17 to 509 letters, digits, `-` and `_`",
        ),
        "anthropic" => (
            is_between && starts("sk-ant-"),
            "expected sk-ant- and 13 to 505 letters, digits, `-` and `_`",
        ),
        "azure_openai" => (
            (text.len() == 32 && is_hex()) || (text.len() == 84 && is_alphanumeric()),
            "expected 32 hexadecimal digits, or 84 letters and digits",
        ),
        "cohere" => (text.len() == 40 && is_alphanumeric(), "expected 40 letters and digits"),
        _ => (
            (8..=512).contains(&text.len()) && text.bytes().all(|it| it.is_ascii_graphic()),
            "expected 8 to 512 printable ASCII characters without blanks",
        ),
    };
    if is_good { Ok(()) } else { Err(expected) }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn is_good(provider_type: &str, value: &str) -> bool {
        syntax(provider_type, &SecretString::from(value)).is_ok()
    }

    #[test]
    fn keys_look_like_those_of_their_providers() {
        let (hex, long) = ("0123456789abcdefABCDEF0123456789", "a1".repeat(42));
        for (provider_type, value) in [
            ("openai", "sk-proj-abc_DEF-0123456789"),
            ("anthropic", "sk-ant-api03-abcdefgh-123"),
            ("azure_openai", hex),
            ("azure_openai", &long),
            ("cohere", &"aB3d".repeat(10)),
            ("mistral", "abcdefgh"),
            ("mistral", &"~".repeat(512)),
        ] {
            assert!(is_good(provider_type, value), "{provider_type} {value}");
        }
    }

    #[test]
    fn what_does_not_is_told_without_being_repeated() {
        for (provider_type, value) in [
            ("openai", "sk-ant-api03-abcdefgh-123"),
            ("openai", "sk-short"),
            ("openai", "pk-abcdefghijklmnopqrst"),
            ("openai", "sk-abcdefghijklmnopq\n"),
            ("anthropic", "sk-abcdefghijklmnopqrst"),
            ("azure_openai", "0123456789abcdefABCDEF012345678g"),
            ("azure_openai", "0123456789abcdef"),
            ("cohere", &"aB3d".repeat(11)),
            ("mistral", "abcdefg"),
            ("mistral", "abcd efgh"),
            ("mistral", "abcdéfgh"),
            ("mistral", &"~".repeat(513)),
        ] {
            let fault = syntax(provider_type, &SecretString::from(value)).unwrap_err();
            assert!(!fault.contains(value), "{provider_type} {value}");
        }
    }
}
