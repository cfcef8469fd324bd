//! What is written is what is read, in every form; what cannot be read tells nothing of what it holds.

use proptest::{collection::btree_map, prelude::*, sample::select};
use secrecy::{ExposeSecret, SecretString};

use super::format::{Change, Entries, Flaw, Form, Format};

const FORMS: [Form; 3] = [Form::Json, Form::Yaml, Form::Dotenv];

fn exposed(entries: &Entries) -> Vec<(String, String)> {
    let pair = |(name, value): (&agentflow_core::secret::SecretName, &SecretString)| {
        (name.to_string(), value.expose_secret().to_owned())
    };
    entries.iter().map(pair).collect()
}

fn read(form: Form, text: &str) -> Vec<(String, String)> {
    exposed(&form.parse(text.as_bytes()).unwrap())
}

fn pairs(pairs: &[(&str, &str)]) -> Vec<(String, String)> {
    pairs.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect()
}

fn flaw(form: Form, text: &str) -> Flaw {
    form.parse(text.as_bytes()).unwrap_err()
}

fn changed(form: Form, text: &str, name: &str, value: Option<&str>) -> String {
    let entries = form.parse(text.as_bytes()).unwrap();
    let (name, value) = (name.parse().unwrap(), value.map(SecretString::from));
    let change = Change { name: &name, value: value.as_ref() };
    let edited = form.edit(text.as_bytes(), &entries, &change).unwrap();
    String::from_utf8(edited.to_vec()).unwrap()
}

#[test]
fn the_ending_says_how_a_file_is_written() {
    let cases = [
        ("a/secrets.json", Some((Form::Json, false))),
        ("a/secrets.yaml", Some((Form::Yaml, false))),
        ("secrets.yml", Some((Form::Yaml, false))),
        ("prod.env", Some((Form::Dotenv, false))),
        ("/etc/app/.env", Some((Form::Dotenv, false))),
        ("secrets.json.age", Some((Form::Json, true))),
        (".env.age", Some((Form::Dotenv, true))),
        ("secrets", None),
        ("secrets.age", None),
        ("secrets.toml", None),
        ("json", None),
    ];
    for (path, expected) in cases {
        let format = Format::of(path.as_ref()).map(|it| (it.form, it.is_encrypted));
        assert_eq!(format, expected, "{path}");
    }
}

#[test]
fn flat_objects_of_texts_are_read() {
    let expected = pairs(&[("a", "1"), ("b-C_9", "two words")]);
    assert_eq!(read(Form::Json, r#"{"b-C_9": "two words", "a": "1"}"#), expected);
    assert_eq!(read(Form::Yaml, "# c\na: \"1\"\nb-C_9: two words\n"), expected);
    assert_eq!(read(Form::Dotenv, "\u{feff}a=1 # one\n\nexport b-C_9='two words'"), expected);
    for form in FORMS {
        assert_eq!(read(form, form.empty()), [], "{form:?}");
    }
    assert_eq!(read(Form::Json, "{}"), []);
    assert_eq!(read(Form::Yaml, "{}"), []);
}

#[test]
fn values_of_variables_are_read_as_every_reader_reads_them() {
    let text = "A=plain\r\nB = 'single $X \\n `y`'\nC=\"double \\\"q\\\" \\$X \\\\ \\n end\"\nD=\nE= # nothing\nF='two\nlines'\nG=a#b\nH=k=v";
    let expected = pairs(&[
        ("A", "plain"),
        ("B", "single $X \\n `y`"),
        ("C", "double \"q\" $X \\ \n end"),
        ("D", ""),
        ("E", ""),
        ("F", "two\nlines"),
        ("G", "a#b"),
        ("H", "k=v"),
    ]);
    assert_eq!(read(Form::Dotenv, text), expected);
}

#[test]
fn what_readers_of_variables_disagree_about_is_refused_with_its_place() {
    let cases = [
        ("A=1\nB=pa$HOME", (2, 5), "single quotes"),
        ("A=\"pa$HOME\"", (1, 6), "replace this by a variable"),
        ("A=a\\b", (1, 4), "single quotes"),
        ("A=it's", (1, 5), "single quotes"),
        ("A=two words", (1, 7), "something follows"),
        ("A='x'y", (1, 6), "something follows"),
        ("A=#x", (1, 3), "comment"),
        ("A='x", (1, 3), "not closed"),
        ("A=\"x\\\"", (1, 3), "not closed"),
        ("A=\"\\q\"", (1, 4), "escape"),
        ("just a line", (1, 1), "NAME=value"),
        ("A=1\n  A=2", (2, 3), "A is there twice"),
        ("a b=1", (1, 1), "invalid characters"),
        ("=1", (1, 1), "empty"),
    ];
    for (text, place, reason) in cases {
        let flaw = flaw(Form::Dotenv, text);
        assert_eq!(flaw.place, Some(place), "{text}: {}", flaw.reason);
        assert!(flaw.reason.contains(reason), "{text}: {}", flaw.reason);
    }
}

#[test]
fn what_is_no_flat_object_of_texts_is_refused_with_its_place_and_without_its_values() {
    let cases = [
        (Form::Json, "null", "expected an object"),
        (Form::Json, "[\"x!x\"]", "expected an object"),
        (Form::Json, "\"x!x\"", "expected an object"),
        (Form::Json, "{\n \"a\": 5}", "the value of a is a number"),
        (Form::Json, "{\"a\": null}", "the value of a is null"),
        (Form::Json, "{\"a\": {\"b\": \"x!x\"}}", "the value of a is an object"),
        (Form::Json, "{\"a\": [\"x!x\"]}", "the value of a is a list"),
        (Form::Json, "{\"a\": \"x!x\", \"a\": \"y\"}", "a is there twice"),
        (Form::Json, "{\"x!x\": \"y\"}", "invalid characters"),
        (Form::Json, "{\"a\": \"x!x\"", "ends too early"),
        (Form::Json, "{\"a\": \"x!x\"} x!x", "not valid JSON"),
        (Form::Json, "{\"a\": \"x!x\\u0000\"}", "NUL"),
        (Form::Json, "{\"a\": x!x}", "not valid JSON"),
        (Form::Yaml, "a: 5", "the value of a is a number"),
        (Form::Yaml, "a: true", "the value of a is true or false"),
        (Form::Yaml, "a:", "the value of a is null"),
        (Form::Yaml, "a: {b: x!x}", "the value of a is an object"),
        (Form::Yaml, "a: [x!x]", "the value of a is a list"),
        (Form::Yaml, "a: x!x\na: y", "twice"),
        (Form::Yaml, "x!x", "expected an object"),
        (Form::Yaml, "a: &x \"x!x\"\nb: *x", "anchors"),
        (Form::Yaml, "a: \"x!x", "not valid YAML"),
        (Form::Yaml, "12: x!x", "a name is a number"),
        (Form::Yaml, "a: x!x\n---\nb: y", "several documents"),
        (Form::Yaml, "- x!x\n- y", "it is a list"),
        (Form::Yaml, "# c\n[x!x]", "it is a list"),
        (Form::Yaml, "a: !!binary aHVudGVy", "tags"),
        (Form::Yaml, "a: !mine x!x", "tags"),
        (Form::Yaml, "a: !<tag:example.com,2026:x> x!x", "tags"),
        (Form::Yaml, "!mine a: x!x", "tags"),
        (Form::Yaml, "!mine {a: x!x}", "tags"),
        (Form::Yaml, "a: !!int 5", "the value of a is a number"),
        (Form::Dotenv, "a='x!x\0'", "NUL"),
    ];
    for (form, text, reason) in cases {
        let flaw = flaw(form, text);
        assert!(flaw.reason.contains(reason), "{text:?}: {flaw:?}");
        // What the whole is has no place in it.
        let is_whole = form == Form::Json && reason == "expected an object";
        assert!(flaw.place.is_some() || is_whole, "{text:?}: {flaw:?}");
        assert!(!format!("{flaw:?}").contains("x!x"), "{text:?}: {flaw:?}");
    }
    for form in FORMS {
        for text in ["", " \n\t\r\n", "\u{feff}"] {
            assert!(flaw(form, text).reason.contains("it is empty"), "{form:?} {text:?}");
        }
        let flaw = form.parse(b"a: \xff").unwrap_err();
        assert_eq!(flaw.reason, "byte 4 is not UTF-8 text");
    }
}

#[test]
fn what_yaml_is_not_to_have_is_told_with_its_line() {
    let cases = [
        ("a: x\nb: !!binary aHVudGVy\n", (2, 13), "tags"),
        ("a: x\n---\nb: y\n", (2, 1), "several documents"),
        ("# c\n\n- x\n", (3, 1), "it is a list"),
    ];
    for (text, place, reason) in cases {
        let flaw = flaw(Form::Yaml, text);
        assert_eq!(flaw.place, Some(place), "{text}: {}", flaw.reason);
        assert!(flaw.reason.contains(reason), "{text}: {}", flaw.reason);
    }
    assert_eq!(read(Form::Yaml, "a: !!str 5\n"), pairs(&[("a", "5")]));
}

#[test]
fn a_change_of_a_variable_leaves_all_other_lines_as_they_are() {
    let text = "# head\nexport A=1 # one\n\nB='two\nlines'\r\n  C = 3\n# end";
    let set = changed(Form::Dotenv, text, "A", Some("it's $5"));
    assert_eq!(set, "# head\nexport A=\"it's \\$5\" # one\n\nB='two\nlines'\r\n  C = 3\n# end");
    let deleted = changed(Form::Dotenv, text, "B", None);
    assert_eq!(deleted, "# head\nexport A=1 # one\n\n  C = 3\n# end");
    let added = changed(Form::Dotenv, text, "d-1", Some("x"));
    assert_eq!(added, format!("{text}\nd-1='x'\n"));
    assert_eq!(changed(Form::Dotenv, "A=", "A", Some("x")), "A='x'");
    assert_eq!(changed(Form::Dotenv, "A= # c", "A", Some("x")), "A='x' # c");
    // What is left is not an empty file, which would be refused.
    assert_eq!(read(Form::Dotenv, &changed(Form::Dotenv, "A=1\n", "A", None)), []);
}

#[test]
fn objects_are_written_sorted_and_one_to_a_line() {
    let json = changed(Form::Json, r#"{"b": "2", "c": "3"}"#, "a", Some("\"\n"));
    assert_eq!(json, "{\n  \"a\": \"\\\"\\n\",\n  \"b\": \"2\",\n  \"c\": \"3\"\n}\n");
    let yaml = changed(Form::Yaml, "b: two # lost\n", "no", Some("é\u{1f600}\t\u{7f}"));
    assert_eq!(yaml, "\"b\": \"two\"\n\"no\": \"\\u00E9\\U0001F600\\t\\u007F\"\n");
    assert_eq!(read(Form::Yaml, &changed(Form::Yaml, "a: b", "a", None)), []);
    assert_eq!(changed(Form::Json, "{\"a\": \"b\"}", "a", None), "{}\n");
}

/// Any text that a secret may be.
fn value() -> impl Strategy<Value = String> {
    let nasty = "['\"\\\\$`#=\n\r\t {}:,&*!|>%@a-c\u{85}\u{2028}\u{feff}é😀\u{1}\u{7f}-]{0,12}";
    let no_nul = any::<String>().prop_map(|text| text.replace('\0', ""));
    prop_oneof![nasty.prop_map(|text| text), no_nul, "[ -~]{1,40}"]
}

fn name() -> impl Strategy<Value = String> {
    let special = ["null", "true", "no", "~", "12", "1e5", "-", "---", "export", "0x1", "y"];
    let special: Vec<_> = special.into_iter().filter(|it| *it != "~").collect();
    prop_oneof![5 => "[A-Za-z0-9_-]{1,12}", 1 => select(special).prop_map(str::to_owned)]
}

proptest! {
    #[test]
    fn what_is_written_is_what_is_read(
        form in select(&FORMS[..]),
        wanted in btree_map(name(), value(), 0..8),
        removed in any::<prop::sample::Index>(),
    ) {
        let mut text = form.empty().to_owned();
        for (name, value) in &wanted {
            text = changed(form, &text, name, Some(value));
        }
        let mut expected: Vec<_> = wanted.clone().into_iter().collect();
        prop_assert_eq!(read(form, &text), expected.clone());
        if !expected.is_empty() {
            let (name, _) = expected.remove(removed.index(expected.len()));
            text = changed(form, &text, &name, None);
            prop_assert_eq!(read(form, &text), expected);
        }
    }

    /// Of those names that it takes.
    #[test]
    fn another_reader_of_variables_reads_what_is_written(
        wanted in btree_map("[A-Z_][A-Z0-9_]{0,8}", value(), 1..6),
    ) {
        let mut text = Form::Dotenv.empty().to_owned();
        for (name, value) in &wanted {
            text = changed(Form::Dotenv, &text, name, Some(value));
        }
        let read: Result<std::collections::BTreeMap<_, _>, _> = dotenvy::from_read_iter(text.as_bytes()).collect();
        prop_assert_eq!(read.unwrap(), wanted);
    }

    /// Whatever is accepted means the same to another reader, or is an error for it.
    #[test]
    fn another_reader_of_variables_agrees_with_what_is_accepted(
        lines in prop::collection::vec("[AB]( ){0,2}=( ){0,2}[a-c'\"$`= ]{0,8}(\r)?", 1..3),
    ) {
        let text = lines.join("\n");
        let read: Result<Vec<_>, _> = dotenvy::from_read_iter(text.as_bytes()).collect();
        if let (Ok(entries), Ok(mut read)) = (Form::Dotenv.parse(text.as_bytes()), read) {
            read.sort();
            prop_assert_eq!(exposed(&entries), read);
        }
    }

    #[test]
    fn no_text_makes_a_reader_fail_otherwise_or_tell_what_it_holds(
        form in select(&FORMS[..]),
        wanted in btree_map(name(), value(), 0..4),
        cut in any::<prop::sample::Index>(),
        junk in "[\\x00-\\x7f]{0,6}|.{0,6}",
        at in any::<prop::sample::Index>(),
    ) {
        const PLANTED: &str = "p@ss!w0rd";

        let mut text = changed(form, form.empty(), "planted", Some(PLANTED));
        for (name, value) in &wanted {
            text = changed(form, &text, name, Some(value));
        }
        let mut bytes = text.into_bytes();
        bytes.truncate(cut.index(bytes.len()) + 1);
        let at = at.index(bytes.len());
        bytes.splice(at..at, junk.bytes());
        if let Err(flaw) = form.parse(&bytes) {
            prop_assert!(!format!("{flaw:?}").contains(PLANTED), "{flaw:?}");
        }
    }

    #[test]
    fn no_text_at_all_makes_a_reader_panic(form in select(&FORMS[..]), bytes in any::<Vec<u8>>(), text in any::<String>()) {
        let _ = form.parse(&bytes);
        let _ = form.parse(text.as_bytes());
    }
}
