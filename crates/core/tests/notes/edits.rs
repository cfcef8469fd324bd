//! Random changes to a text.

use proptest::{prelude::*, sample::Index};

/// How many random inputs each test takes: few for a quick run, many by `AF_TEST_CASES`.
pub(crate) fn cases() -> ProptestConfig {
    let cases = std::env::var("AF_TEST_CASES").map_or(6_000, |text| text.parse().unwrap());
    ProptestConfig::with_cases(cases)
}

/// What parsers of lines stumble over.
const FRAGMENTS: [&str; 24] = [
    "\n",
    "\n\n",
    "\r\n",
    "\r",
    "\0",
    " ",
    "  ",
    "\t",
    "+",
    "=",
    "==",
    "/",
    "\u{2014} ",
    "\u{2014}",
    "\u{a0}",
    "\u{85}",
    "\u{2028}",
    "\u{feff}",
    "é",
    "0",
    "-1",
    "18446744073709551616",
    "extra ",
    "index ",
];

/// What changes base64 into other base64, names into names and numbers into numbers.
const LETTERS: &[u8; 20] = b"ABEMQZabgmtz01789+/=";

/// One change, at places that are found when the text is known.
#[derive(Debug, Clone)]
pub(crate) enum Edit {
    Flip(Index, u8),
    Set(Index, u8),
    Insert(Index, &'static str),
    Replace(Index, &'static str),
    Remove(Index, u8),
    Move(Index, u8, Index),
    CopyLine(Index, Index),
    RemoveLine(Index),
    SwapCase(Index),
    Cut(Index),
    Splice(Index, Index),
}

pub(crate) fn edits() -> impl Strategy<Value = Vec<Edit>> {
    let at = any::<Index>;
    let fragment = || proptest::sample::select(&FRAGMENTS[..]);
    let edit = prop_oneof![
        4 => (at(), 0..8_u8).prop_map(|(at, bit)| Edit::Flip(at, bit)),
        1 => (at(), any::<u8>()).prop_map(|(at, byte)| Edit::Set(at, byte)),
        5 => (at(), proptest::sample::select(&LETTERS[..])).prop_map(|(at, byte)| Edit::Set(at, byte)),
        3 => (at(), fragment()).prop_map(|(at, text)| Edit::Insert(at, text)),
        2 => (at(), fragment()).prop_map(|(at, text)| Edit::Replace(at, text)),
        2 => (at(), 1..80_u8).prop_map(|(at, count)| Edit::Remove(at, count)),
        2 => (at(), 1..80_u8, at()).prop_map(|(from, count, to)| Edit::Move(from, count, to)),
        2 => (at(), at()).prop_map(|(from, to)| Edit::CopyLine(from, to)),
        2 => at().prop_map(Edit::RemoveLine),
        1 => at().prop_map(Edit::SwapCase),
        1 => at().prop_map(Edit::Cut),
        2 => (at(), at()).prop_map(|(from, to)| Edit::Splice(from, to)),
    ];
    prop::collection::vec(edit, 1..4)
}

/// The text with the changes. `other` is a text of the same kind, to take parts from.
pub(crate) fn edited(text: &str, other: &str, edits: &[Edit]) -> Vec<u8> {
    edits.iter().fold(text.as_bytes().to_vec(), |bytes, edit| apply(bytes, other, edit))
}

/// The same as text, in which what is not UTF-8 is a replacement character.
pub(crate) fn edited_text(text: &str, other: &str, edits: &[Edit]) -> String {
    String::from_utf8_lossy(&edited(text, other, edits)).into_owned()
}

fn apply(mut bytes: Vec<u8>, other: &str, edit: &Edit) -> Vec<u8> {
    let len = bytes.len();
    if len == 0 {
        return bytes;
    }
    let end = |at: usize, count: u8| (at + usize::from(count)).min(len);
    match edit {
        Edit::Flip(at, bit) => bytes[at.index(len)] ^= 1 << bit,
        Edit::Set(at, byte) => bytes[at.index(len)] = *byte,
        Edit::Insert(at, text) => {
            let at = at.index(len + 1);
            bytes.splice(at..at, text.bytes());
        }
        Edit::Replace(at, text) => {
            let at = at.index(len);
            bytes.splice(at..=at, text.bytes());
        }
        Edit::Remove(at, count) => drop(bytes.drain(at.index(len)..end(at.index(len), *count))),
        Edit::Move(from, count, to) => {
            let part: Vec<_> = bytes.drain(from.index(len)..end(from.index(len), *count)).collect();
            let to = to.index(bytes.len() + 1);
            bytes.splice(to..to, part);
        }
        Edit::CopyLine(from, to) => {
            let mut lines: Vec<Vec<u8>> = lines(&bytes);
            let line = lines[from.index(lines.len())].clone();
            lines.insert(to.index(lines.len() + 1), line);
            bytes = lines.concat();
        }
        Edit::RemoveLine(at) => {
            let mut lines = lines(&bytes);
            lines.remove(at.index(lines.len()));
            bytes = lines.concat();
        }
        Edit::SwapCase(at) => bytes[at.index(len)] ^= 0x20,
        Edit::Cut(at) => bytes.truncate(at.index(len)),
        Edit::Splice(from, to) => {
            let lines = lines(other.as_bytes());
            let line = lines[from.index(lines.len())].clone();
            let at = to.index(len + 1);
            bytes.splice(at..at, line);
        }
    }
    bytes
}

fn lines(bytes: &[u8]) -> Vec<Vec<u8>> {
    bytes.split_inclusive(|byte| *byte == b'\n').map(<[u8]>::to_vec).collect()
}
