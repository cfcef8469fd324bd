//! Tables as they are named on the command line.

use std::str::FromStr;

/// Names of tables as SQL writes them, with commas in between: `audits,s2."Odd, Name"`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct TableNames(Vec<String>);

impl TableNames {
    /// All of several.
    pub(super) fn all(given: &[Self]) -> Vec<String> {
        given.iter().flat_map(|it| it.0.iter().cloned()).collect()
    }
}

impl FromStr for TableNames {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let mut names = vec![String::new()];
        let mut is_quoted = false;
        for letter in text.chars() {
            // A doubled quote within quotes ends them and begins them again.
            is_quoted ^= letter == '"';
            match names.last_mut() {
                Some(name) if letter != ',' || is_quoted => name.push(letter),
                _ => names.push(String::new()),
            }
        }
        if is_quoted {
            return Err("a double quote is not closed".to_owned());
        }
        let names: Vec<_> = names.iter().map(|name| name.trim().to_owned()).collect();
        if names.iter().any(String::is_empty) {
            return Err("expected names of tables, with commas in between".to_owned());
        }
        Ok(Self(names))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn commas_between_names_separate_them_and_those_in_quotes_belong_to_a_name() {
        let names = |text: &str| text.parse::<TableNames>().map(|it| it.0);
        assert_eq!(names("audits, public.runs").unwrap(), ["audits", "public.runs"]);
        let odd = r#"s2."Odd, Na""me.x",audits"#;
        assert_eq!(names(odd).unwrap(), [r#"s2."Odd, Na""me.x""#, "audits"]);
        for text in ["", "a,", ",a", "a,,b", r#"s2."Odd"#] {
            assert!(names(text).is_err(), "{text}");
        }
    }
}
