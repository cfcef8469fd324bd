//! Every way to change a bundle that we could think of, each refused at the line it is told at.

mod notes;

use agentflow_core::{audit::bundle::BundleError, merkle::CompactRange};
use base64::{Engine, engine::general_purpose::STANDARD};

use crate::samples::{Log, OTHER_TENANT, TENANT, sample, verify};

/// What a change does. Ours refuses all of them; the independent program need not refuse another spelling.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    /// It says something else, or cannot be understood, or leaves doubt: every verifier must refuse it.
    Meaning,
    /// All that is proved stays the same. What is misspelled is a mere claim, or changes nothing.
    Spelling,
}

/// A changed bundle, the line that is refused, and what is said.
pub(crate) struct Changed {
    pub(crate) name: &'static str,
    pub(crate) kind: Kind,
    pub(crate) bundle: Vec<u8>,
    line: u64,
    says: &'static str,
}

const NOT_SIGNED: (u64, &str) = (14, "not those that were signed");

fn changed(
    name: &'static str,
    (line, says): (u64, &'static str),
    change: impl FnOnce(&mut Vec<String>),
) -> Changed {
    let mut lines: Vec<_> = sample().split('\n').map(str::to_owned).collect();
    change(&mut lines);
    Changed { name, kind: Kind::Meaning, bundle: lines.join("\n").into_bytes(), line, says }
}

fn spelling(changed: Changed) -> Changed {
    Changed { kind: Kind::Spelling, ..changed }
}

/// A text instead of another in one line of the sample, counted from 1.
fn put(
    name: &'static str,
    expected: (u64, &'static str),
    at: usize,
    from: &str,
    to: &str,
) -> Changed {
    changed(name, expected, |lines| {
        assert!(lines[at - 1].contains(from), "{name}: {}", lines[at - 1]);
        lines[at - 1] = lines[at - 1].replacen(from, to, 1);
    })
}

pub(crate) fn all() -> Vec<Changed> {
    [records(), order(), gaps(), headers(), notes::notes(), notes::signatures(), bytes()]
        .into_iter()
        .flatten()
        .collect()
}

fn records() -> Vec<Changed> {
    let fewer = (2, "the header says");
    vec![
        put("a record was edited", NOT_SIGNED, 5, "test", "rest"),
        put("a space was added to a record", NOT_SIGNED, 9, ":", ": "),
        changed("records were swapped", NOT_SIGNED, |lines| lines.swap(7, 8)),
        changed("distant records were swapped", NOT_SIGNED, |lines| lines.swap(4, 8)),
        changed("a record was removed", (9, "not that number of hashes"), |lines| {
            drop(lines.remove(8));
        }),
        changed("a record was doubled", (11, "there are more than"), |lines| {
            let double = lines[7].clone();
            lines.insert(7, double);
        }),
        changed("a record was replaced by another", NOT_SIGNED, |lines| {
            lines[8] = lines[7].clone();
        }),
        changed("a record was hidden in a gap, and the header says nothing", fewer, |lines| {
            let log = Log::new(TENANT, 9);
            let hashes: Vec<_> = log.range(6, 9).hashes().map(|hash| hash.to_base64()).collect();
            lines.splice(8..10, [format!("gap 3 {}", hashes.join(" "))]);
        }),
        put("a record begins otherwise", (5, "expected a record"), 5, "{", " {"),
    ]
}

fn order() -> Vec<Changed> {
    let no_hash = (4, "a hash in base64");
    vec![
        changed("`after` is missing", (4, "expected `after`"), |lines| drop(lines.remove(3))),
        changed("`after` follows on a record", (9, "`after` stands between"), |lines| {
            let after = lines[6].clone();
            lines.insert(8, after);
        }),
        changed("`after` comes first", (3, "`after` stands between"), |lines| lines.swap(2, 3)),
        changed("`after` twice", (5, "`after` stands between"), |lines| {
            let after = lines[3].clone();
            lines.insert(3, after);
        }),
        changed("`after` at the end", (12, "expected a record after"), |lines| {
            let after = lines[6].clone();
            lines.insert(10, after);
        }),
        changed("a gap after `after`", (5, "expected a record after"), |lines| lines.swap(4, 5)),
        changed("another hash after a gap", NOT_SIGNED, |lines| lines[3] = lines[6].clone()),
        changed("a short hash after a gap", no_hash, |lines| {
            lines[3].truncate(40);
        }),
        changed("a record's beginning was moved to the hash before it", no_hash, |lines| {
            // The bytes that are hashed stay the same.
            let log =
                Log::of(TENANT, (0..9).map(|seq| format!(r#"{{"details":{{"seq":{seq}}}}}"#)));
            *lines = log.bundle(&[4, 6, 7]).split('\n').map(str::to_owned).collect();
            let (begins, ends) = lines[4].split_at(lines[4].rfind('{').unwrap());
            let hash = [log.prev_hash(4).as_bytes(), begins.as_bytes()].concat();
            (lines[3], lines[4]) = (format!("after {}", STANDARD.encode(hash)), ends.to_owned());
        }),
        changed("a blank after a hash", no_hash, |lines| lines[3].push(' ')),
        changed("a gap was split", (4, "a gap follows on a gap"), |lines| {
            let log = Log::new(TENANT, 9);
            let gap = |begin, end: u64| {
                let hashes: Vec<_> =
                    log.range(begin, end).hashes().map(|hash| hash.to_base64()).collect();
                format!("gap {} {}", end - begin, hashes.join(" "))
            };
            lines.splice(2..3, [gap(0, 2), gap(2, 3)]);
        }),
        changed("the header is missing", (2, "header"), |lines| drop(lines.remove(1))),
        changed("the header comes first", (1, "expected"), |lines| lines.swap(0, 1)),
        changed("an unknown line", (3, "expected a record"), |lines| {
            lines.insert(2, "# a comment".to_owned());
        }),
        changed("an empty line among the entries", (2, "the header says"), |lines| {
            lines.insert(5, String::new());
        }),
        changed("the empty line is missing", (11, "expected a record"), |lines| {
            drop(lines.remove(10));
        }),
        changed("two empty lines", (12, "key name"), |lines| lines.insert(10, String::new())),
    ]
}

fn gaps() -> Vec<Changed> {
    let number = |name, to| put(name, (3, "a number of entries"), 3, "gap 3", to);
    let wrong_count = (3, "not that number of hashes");
    vec![
        number("a gap with a sign", "gap +3"),
        number("a gap with a zero in front", "gap 03"),
        number("a gap without a number", "gap"),
        number("a gap of two blanks", "gap  3"),
        number("a gap beyond all numbers", "gap 99999999999999999999999"),
        put("a gap of 2^64 - 1", (3, "more than the 9"), 3, "gap 3", "gap 18446744073709551615"),
        put("a gap of 10 of 9", (3, "more than the 9"), 3, "gap 3", "gap 10"),
        put("a gap of none", (6, "at least one entry"), 6, "gap 1", "gap 0"),
        changed("a gap of nothing", (9, "at least one entry"), |lines| {
            let after = format!("after {}", Log::new(TENANT, 9).prev_hash(7).to_base64());
            lines.splice(8..8, ["gap 0".to_owned(), after]);
        }),
        put("a gap of less", wrong_count, 3, "gap 3", "gap 2"),
        put("a gap of more", wrong_count, 3, "gap 3", "gap 7"),
        put("a gap of more with as many hashes", (10, "more than the 9"), 6, "gap 1", "gap 2"),
        changed("a gap without hashes", wrong_count, |lines| lines[2].truncate(5)),
        changed("a gap with a hash too many", wrong_count, |lines| {
            lines[2] = format!("{} {}", lines[2], &lines[3][6..]);
        }),
        changed("a gap with a thousand hashes", (3, "no gap needs"), |lines| {
            lines[2] = format!("gap 3{}", lines[3][5..].repeat(1000));
        }),
        changed("a gap with 183 hashes", (3, "no gap needs"), |lines| {
            lines[2] = format!("gap 3{}", lines[3][5..].repeat(183));
        }),
        changed("the hashes of a gap are swapped", NOT_SIGNED, |lines| {
            let words: Vec<_> = lines[2].split(' ').collect();
            lines[2] = [words[0], words[1], words[3], words[2]].join(" ");
        }),
        changed("a gap has other hashes", NOT_SIGNED, |lines| {
            let hash = CompactRange::new().root().unwrap();
            lines[5] = format!("gap 1 {}", hash.to_base64());
        }),
        changed("a gap ends in a blank", (3, "hashes in base64"), |lines| lines[2].push(' ')),
        changed("a hash with loose bits", (6, "hashes in base64"), |lines| {
            // The last letter before the padding stands for four bits; these are two of the others.
            let at = lines[5].len() - 2;
            let letter = lines[5].as_bytes()[at];
            lines[5].replace_range(at..=at, &char::from(letter + 1).to_string());
        }),
        changed("the last gap is missing", (2, "the header says"), |lines| drop(lines.remove(9))),
    ]
}

fn headers() -> Vec<Changed> {
    let put = |name, line: (u64, &'static str), from: &str, to: &str| put(name, line, 2, from, to);
    let canonical = (2, "expected canonical JSON");
    vec![
        put("another count", (2, "left_out"), "\"count\":3", "\"count\":4"),
        put("another left_out", (2, "left_out"), "\"left_out\":6", "\"left_out\":5"),
        put("a smaller size", (2, "left_out"), "\"size\":9", "\"size\":8"),
        put("another first_seq", (2, "the header says 3 as"), "\"first_seq\":4", "\"first_seq\":3"),
        put("another last_seq", (2, "the header says 8 as"), "\"last_seq\":7", "\"last_seq\":8"),
        put("an impossible last_seq", (2, "no 3 of 9"), "\"last_seq\":7", "\"last_seq\":5"),
        changed("size and left_out in agreement", (2, "the header says 10 entries"), |lines| {
            lines[1] = lines[1].replace("\"left_out\":6", "\"left_out\":7");
            lines[1] = lines[1].replace("\"size\":9", "\"size\":10");
        }),
        changed("count and left_out in agreement", (2, "the header says 4 records"), |lines| {
            lines[1] = lines[1].replace("\"left_out\":6", "\"left_out\":5");
            lines[1] = lines[1].replace("\"count\":3", "\"count\":4");
        }),
        put("another tenant", (12, "and not of tenant"), TENANT, OTHER_TENANT),
        put("a tenant in capitals", canonical, TENANT, &TENANT.to_uppercase()),
        put("a tenant without hyphens", canonical, TENANT, &TENANT.replace('-', "")),
        put("an unknown key", (2, "unknown field"), "{\"count\"", "{\"a\":1,\"count\""),
        put("a key is missing", (2, "missing field"), "\"size\":9,", ""),
        put(
            "a missing filter",
            canonical,
            ",\"filter\":{\"actor_id\":\"ann\",\"since\":\"2026-11-01T00:00:00Z\"}",
            "",
        ),
        put("a key twice", (2, "duplicate field"), "\"size\":9", "\"size\":9,\"size\":9"),
        put(
            "a filter twice",
            canonical,
            "\"actor_id\":\"ann\"",
            "\"actor_id\":\"bob\",\"actor_id\":\"ann\"",
        ),
        put(
            "keys in another order",
            canonical,
            "\"left_out\":6,\"size\":9",
            "\"size\":9,\"left_out\":6",
        ),
        put("a blank", canonical, ",\"size\"", ", \"size\""),
        put("an escape that is not needed", canonical, "\"ann\"", "\"\\u0061nn\""),
        put("a negative number", (2, "header"), "\"count\":3", "\"count\":-3"),
        put("a fraction", (2, "header"), "\"count\":3", "\"count\":3.0"),
        put("a number as text", (2, "header"), "\"count\":3", "\"count\":\"3\""),
        spelling(put(
            "a filter that is a number",
            (2, "header"),
            "{\"actor_id\":\"ann\",\"since\":\"2026-11-01T00:00:00Z\"}",
            "7",
        )),
        spelling(put("a filter of fractions", (2, "filter.actor_id"), "\"ann\"", "1.5")),
        spelling(put("a filter of objects", (2, "filter.actor_id"), "\"ann\"", "{}")),
        spelling(put(
            "a filter with another key",
            (2, "keys of lower-case"),
            "actor_id",
            "actor id",
        )),
        spelling(put("milliseconds", canonical, ".123456Z", ".123Z")),
        spelling(put("another time zone", canonical, ".123456Z", ".123456+00:00")),
        spelling(put("no time", (2, "header"), "2026-11-21T04:41:00", "2026-13-21T04:41:00")),
        spelling(put("a leap second", canonical, "04:41:00.123456", "23:59:60.123456")),
        put("no object", (2, "header"), "{\"count\"", "[\"count\""),
        changed("another version", (1, "expected"), |lines| {
            lines[0].replace_range(28.., "2");
        }),
    ]
}

fn bytes() -> Vec<Changed> {
    let whole = sample();
    let with = |name, line, says, bundle: Vec<u8>| {
        let kind = Kind::Meaning;
        Changed { name, kind, bundle, line, says }
    };
    let until = |line: usize| whole.split_inclusive('\n').take(line).collect::<String>();
    let mut not_utf8 = whole.clone().into_bytes();
    not_utf8[until(4).len() + 5] = 0xff;
    vec![
        with("nothing", 1, "cut off", Vec::new()),
        with("CR LF", 1, "CR LF", whole.replace('\n', "\r\n").into_bytes()),
        with("cut after the format", 2, "cut off", until(1).into_bytes()),
        with("cut after the header", 3, "cut off", until(2).into_bytes()),
        with("cut after a record", 9, "cut off", until(8).into_bytes()),
        with("cut in a record", 9, "cut off", whole.as_bytes()[..until(8).len() + 7].to_vec()),
        with("cut after the entries", 11, "cut off", until(10).into_bytes()),
        with("cut before the note", 12, "empty line", until(11).into_bytes()),
        with("a byte order mark", 1, "expected", [b"\xef\xbb\xbf", whole.as_bytes()].concat()),
        with("no UTF-8", 5, "UTF-8", not_utf8),
        with("two bundles", 12, "no empty lines", whole.repeat(2).into_bytes()),
        with(
            "CR in a record's line",
            5,
            "CR LF",
            whole.replacen("\"seq\":4}", "\"seq\":4}\r", 1).into_bytes(),
        ),
    ]
}

#[test]
fn every_change_is_refused_and_told_at_its_line() {
    let changed = all();
    assert!(changed.len() > 100, "{}", changed.len());
    let unexpected: Vec<_> = changed
        .iter()
        .filter_map(|Changed { name, bundle, line, says, .. }| {
            let error = verify(bundle).expect_err(name);
            let text = error.to_string();
            let is_expected = error.line() == Some(*line) && text.contains(says);
            (!is_expected).then(|| format!("{name}: {text}"))
        })
        .collect();
    assert!(unexpected.is_empty(), "{}", unexpected.join("\n"));
}

#[test]
fn what_was_forged_is_told_from_what_is_no_bundle() {
    let error = |name: &str| {
        let changed = all().into_iter().find(|changed| changed.name == name).unwrap();
        verify(&changed.bundle).unwrap_err()
    };
    assert!(matches!(error("a record was edited"), BundleError::Altered { .. }));
    assert!(matches!(error("a record was removed"), BundleError::Altered { .. }));
    assert!(matches!(error("another name in the note"), BundleError::Untrusted { .. }));
    assert!(matches!(error("CR LF"), BundleError::Malformed { .. }));
}
