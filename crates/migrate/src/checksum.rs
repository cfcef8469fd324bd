//! Checksum of a script that does not change when only its line ends or trailing blanks do.

use aws_lc_rs::digest::{Context, SHA256};
use std::fmt::Write as _;

/// SHA-256, in hexadecimal, of `sql` with LF line ends, without trailing blanks and without blank
/// lines at its end.
pub fn checksum(sql: &str) -> String {
    let mut context = Context::new(&SHA256);
    let mut blank_lines = 0;
    for (number, line) in sql.split('\n').enumerate() {
        let line = line.trim_end_matches([' ', '\t', '\r']);
        if number > 0 {
            blank_lines += 1;
        }
        if line.is_empty() {
            continue;
        }
        for _ in 0..blank_lines {
            context.update(b"\n");
        }
        blank_lines = 0;
        context.update(line.as_bytes());
    }
    let mut hex = String::with_capacity(64);
    for byte in context.finish().as_ref() {
        // Writing to a String cannot fail.
        let _ = write!(hex, "{byte:02x}");
    }
    hex
}

#[cfg(test)]
mod tests {
    use super::checksum;

    #[test]
    fn the_checksum_is_plain_sha_256_of_the_normalized_text() {
        assert_eq!(
            checksum("abc  \r\n\n"),
            "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
        );
        assert_eq!(
            checksum(""),
            "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
        );
    }

    #[test]
    fn line_ends_and_trailing_blanks_do_not_count() {
        let unix = checksum("a\n\n  b\nc\n");
        assert_eq!(checksum("a\r\n\r\n  b\r\nc"), unix);
        assert_eq!(checksum("a \t\n \n  b\nc\n\n \n"), unix);
    }

    #[test]
    fn anything_else_counts() {
        let base = checksum("a\nb");
        for other in ["a\n\nb", " a\nb", "a b", "\na\nb", "a\nB"] {
            assert_ne!(checksum(other), base, "{other:?}");
        }
    }
}
