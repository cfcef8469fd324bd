//! Comma-separated values (RFC 4180), for whatever reads tables.

/// A table with its header, each line with its end.
pub(super) fn csv(header: &[&str], rows: impl IntoIterator<Item = Vec<String>>) -> String {
    let mut text = String::new();
    let header = header.iter().map(|name| (*name).to_owned()).collect();
    for row in std::iter::once(header).chain(rows) {
        let fields: Vec<_> = row.iter().map(|value| field(value)).collect();
        text.push_str(&fields.join(","));
        text.push_str("\r\n");
    }
    text
}

/// A text that somebody may have written: what a spreadsheet would take for a formula gets a `'` in front, which it shows as text.
pub(super) fn text(value: &str) -> String {
    if value.starts_with(['=', '+', '-', '@', '\t', '\r']) {
        return format!("'{value}");
    }
    value.to_owned()
}

fn field(value: &str) -> String {
    if value.contains([',', '"', '\r', '\n']) {
        return format!("\"{}\"", value.replace('"', "\"\""));
    }
    value.to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_text_is_a_formula() {
        for formula in ["=1+1", "+1", "-1", "@x", "\tx", "\rx"] {
            assert_eq!(text(formula), format!("'{formula}"));
        }
        assert_eq!(text("a=b"), "a=b");
    }

    #[test]
    fn what_would_end_a_field_stands_in_quotes() {
        let row = ["plain", "a,b", "say \"x\"", "two\nlines"].map(str::to_owned).to_vec();
        let text = csv(&["A", "B", "C", "D"], [row]);
        assert_eq!(text, "A,B,C,D\r\nplain,\"a,b\",\"say \"\"x\"\"\",\"two\nlines\"\r\n");
    }
}
