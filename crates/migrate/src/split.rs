//! A script, cut into its statements.

use crate::lex::{Kind, Token, tokens};

/// One statement of a script and where it begins there.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Statement<'a> {
    /// The statement without its semicolon, and without comments in front of it.
    pub text: &'a str,
    /// Byte offset in the script.
    pub offset: usize,
    /// Line, from 1.
    pub line: usize,
    /// Column in characters, from 1.
    pub column: usize,
}

/// Cuts `sql` at its semicolons, except those in strings, quoted identifiers, comments, parentheses
/// (`CREATE RULE … DO (…; …)`) and `BEGIN ATOMIC … END` bodies of routines.
pub fn split(sql: &str) -> Vec<Statement<'_>> {
    let mut statements = Vec::new();
    let mut places = Places::new(sql);
    let mut open: Option<Open<'_>> = None;
    for token in tokens(sql) {
        if matches!(token.kind, Kind::Space | Kind::Comment) {
            continue;
        }
        let ends = token.is_symbol(";") && open.as_ref().is_none_or(Open::is_complete);
        if ends {
            statements.extend(open.take().map(|open| open.close(sql, &mut places)));
        } else {
            open.get_or_insert_with(|| Open::at(token.offset)).push(token);
        }
    }
    statements.extend(open.take().map(|open| open.close(sql, &mut places)));
    statements
}

/// Line and column (both from 1, the column in characters) of a byte offset.
pub(crate) fn place(sql: &str, offset: usize) -> (usize, usize) {
    Places::new(sql).at(offset)
}

/// Finds lines and columns of rising offsets in one pass.
struct Places<'a> {
    sql: &'a str,
    line: usize,
    line_start: usize,
    seen: usize,
}

impl<'a> Places<'a> {
    fn new(sql: &'a str) -> Places<'a> {
        Places { sql, line: 1, line_start: 0, seen: 0 }
    }

    fn at(&mut self, offset: usize) -> (usize, usize) {
        for (at, _) in self.sql[self.seen..offset].match_indices('\n') {
            self.line += 1;
            self.line_start = self.seen + at + 1;
        }
        self.seen = offset;
        (self.line, self.sql[self.line_start..offset].chars().count() + 1)
    }
}

/// A statement whose end has not been seen yet.
struct Open<'a> {
    start: usize,
    end: usize,
    parentheses: usize,
    /// Open `BEGIN ATOMIC` and `CASE` blocks of a routine body.
    blocks: usize,
    head: Vec<&'a str>,
    previous: Option<Token<'a>>,
}

impl<'a> Open<'a> {
    fn at(start: usize) -> Open<'a> {
        Open { start, end: start, parentheses: 0, blocks: 0, head: Vec::new(), previous: None }
    }

    fn push(&mut self, token: Token<'a>) {
        match token.text {
            "(" => self.parentheses += 1,
            ")" => self.parentheses = self.parentheses.saturating_sub(1),
            _ if token.kind == Kind::Word => self.push_word(token),
            _ => {}
        }
        self.end = token.offset + token.text.len();
        self.previous = Some(token);
    }

    fn push_word(&mut self, token: Token<'a>) {
        if self.head.len() < 4 {
            self.head.push(token.text);
        }
        // After a dot or AS, even a reserved word is a name: `t.end`, `1 AS end`.
        let is_name = self.previous.is_some_and(|it| it.is_symbol(".") || it.is_word("as"));
        if is_name || self.parentheses > 0 || !self.is_routine() {
            return;
        }
        let after_begin = self.previous.is_some_and(|it| it.is_word("begin"));
        if (token.is_word("atomic") && after_begin) || (token.is_word("case") && self.blocks > 0) {
            self.blocks += 1;
        } else if token.is_word("end") {
            self.blocks = self.blocks.saturating_sub(1);
        }
    }

    fn is_routine(&self) -> bool {
        let head = |at: usize, word: &str| {
            self.head.get(at).is_some_and(|text| text.eq_ignore_ascii_case(word))
        };
        let kind = if head(1, "or") && head(2, "replace") { 3 } else { 1 };
        head(0, "create") && (head(kind, "function") || head(kind, "procedure"))
    }

    fn is_complete(&self) -> bool {
        self.parentheses == 0 && self.blocks == 0
    }

    fn close<'s>(self, sql: &'s str, places: &mut Places<'_>) -> Statement<'s> {
        let (line, column) = places.at(self.start);
        Statement { text: &sql[self.start..self.end], offset: self.start, line, column }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn texts(sql: &str) -> Vec<&str> {
        split(sql).iter().map(|statement| statement.text).collect()
    }

    #[test]
    fn semicolons_end_statements_and_comments_are_none() {
        assert_eq!(texts("-- head;\n a; ; /* ; */ b -- end\n"), ["a", "b"]);
        assert_eq!(texts(" ;;\n-- nothing here"), Vec::<&str>::new());
    }

    #[test]
    fn a_rule_with_several_actions_is_one_statement() {
        let rule = "CREATE RULE r AS ON INSERT TO t DO ALSO (DELETE FROM a; DELETE FROM b)";
        assert_eq!(texts(&format!("{rule}; SELECT 1")), [rule, "SELECT 1"]);
    }

    #[test]
    fn an_atomic_body_is_one_statement() {
        let body = "CREATE OR REPLACE FUNCTION f(x int) RETURNS int LANGUAGE sql BEGIN ATOMIC\n\
             SELECT CASE WHEN x > 0 THEN CASE x WHEN 1 THEN 2 ELSE 3 END ELSE 0 END;\n\
             SELECT t.end, 1 AS end, (CASE WHEN true THEN 1 END) FROM t;\n END";
        assert_eq!(texts(&format!("{body}; SELECT 1")), [body, "SELECT 1"]);
    }

    #[test]
    fn begin_outside_a_routine_opens_nothing() {
        assert_eq!(
            texts("BEGIN; SELECT CASE WHEN a THEN b END; END"),
            ["BEGIN", "SELECT CASE WHEN a THEN b END", "END"]
        );
        assert_eq!(texts("CREATE FUNCTION begin() RETURNS int AS $$;$$; x").len(), 2);
    }

    #[test]
    fn an_unterminated_string_reaches_to_the_end() {
        assert_eq!(texts("a; select 'b; c"), ["a", "select 'b; c"]);
    }

    #[test]
    fn lines_and_columns_count_characters() {
        let found: Vec<_> = split("äö; x;\r\n\n  y").iter().map(|s| (s.line, s.column)).collect();
        assert_eq!(found, [(1, 1), (1, 5), (3, 3)]);
    }

    /// Statements that hold every construct in which a semicolon does not count.
    fn piece() -> impl Strategy<Value = String> {
        let inner = "[a-z;\n ä-]{0,8}";
        prop_oneof![
            "[a-z]{1,8} [0-9]{1,3}",
            inner.prop_map(|s| format!("select '{s}''{s}'")),
            inner.prop_map(|s| format!(r"select E'{s}\'{s}'")),
            inner.prop_map(|s| format!("table \"{s}\"\"\"")),
            (inner, "[a-z]{0,3}").prop_map(|(s, tag)| format!("do ${tag}${s}'${tag}$")),
            inner.prop_map(|s| format!("select /* {s} /* ' */ $$ */ 1")),
            inner.prop_map(|s| format!("select 1 -- {};'\n + 2", s.replace('\n', ""))),
            "[a-z; ]{0,8}".prop_map(|s| format!("values ({s}(1;2))")),
            "[a-z]{1,4}".prop_map(|s| format!(
                "create procedure p() begin atomic select case when {s}1 then 1 end; select 2; end"
            )),
        ]
    }

    proptest! {
        #[test]
        fn known_statements_come_back_as_they_went_in(
            pieces in prop::collection::vec(piece(), 0..8),
            gap in prop::sample::select(vec![";", ";\n", " ;\r\n-- x;\n", "; /* ; */\n;"]),
        ) {
            let sql = pieces.join(gap);
            prop_assert_eq!(texts(&sql), pieces);
        }

        #[test]
        fn any_text_is_split_without_panic_and_with_true_places(
            sql in r#"([a-z'"$;()\n -]|\$\$|/\*|\*/|E'|create function|begin atomic|end|.){0,40}"#,
        ) {
            let mut end = 0;
            for statement in split(&sql) {
                prop_assert!(statement.offset >= end);
                end = statement.offset + statement.text.len();
                prop_assert_eq!(&sql[statement.offset..end], statement.text);
                prop_assert_eq!(place(&sql, statement.offset), (statement.line, statement.column));
                let line = sql.split('\n').nth(statement.line - 1).unwrap_or_default();
                let at: String = line.chars().skip(statement.column - 1).take(1).collect();
                prop_assert!(statement.text.starts_with(&at));
            }
        }
    }
}
