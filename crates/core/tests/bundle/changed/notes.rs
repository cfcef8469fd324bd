//! Changes of the checkpoint at the end.

use agentflow_core::audit::Checkpoint;
use base64::{Engine, engine::general_purpose::STANDARD};

use super::{Changed, NOT_SIGNED, changed, spelling};
use crate::samples::{Log, OTHER_TENANT, TENANT, key};

/// 2^252 + 27742317777372353535851937790883648493, lowest byte first.
const GROUP_ORDER: [u8; 32] = [
    0xed, 0xd3, 0xf5, 0x5c, 0x1a, 0x63, 0x12, 0x58, 0xd6, 0x9c, 0xf7, 0xa2, 0xde, 0xf9, 0xde, 0x14,
    0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0x10,
];

/// A note whose signature, with the id of the key before it, was changed.
fn resigned(note: &str, change: impl FnOnce(&mut [u8])) -> String {
    let (before, signature) = note.trim_end().rsplit_once(' ').unwrap();
    let mut signature = STANDARD.decode(signature).unwrap();
    change(&mut signature);
    format!("{before} {}\n", STANDARD.encode(signature))
}

/// The sample with this at its end.
fn with(name: &'static str, expected: (u64, &'static str), note: String) -> Changed {
    changed(name, expected, |lines| {
        lines.truncate(11);
        lines.push(note);
    })
}

pub(super) fn notes() -> Vec<Changed> {
    let log = Log::new(TENANT, 9);
    let mut other_root = log.checkpoint(9);
    other_root.root = Log::new(TENANT, 8).checkpoint(8).root;
    let mut elsewhere = log.checkpoint(9);
    elsewhere.origin = "log.example.com/t".parse().unwrap();
    elsewhere.origin = elsewhere.origin.below(TENANT).unwrap();
    let stranger = key().named("log.example.com".parse().unwrap());
    let mut below = log.checkpoint(9);
    below.origin = "audit.example.com/x".parse().unwrap();
    let tampered = |from: &str, to: &str| log.note(9).to_string().replacen(from, to, 1);
    vec![
        with("no note", (12, "empty line"), String::new()),
        with("no signature", (12, "empty line"), log.checkpoint(9).to_string()),
        with("a stripped signature", (12, "signatures after"), format!("{}\n", log.checkpoint(9))),
        with(
            "another root in the note",
            (12, "the signature of"),
            tampered(&log.checkpoint(9).root.to_base64(), &other_root.root.to_base64()),
        ),
        with("another size in the note", (12, "the signature of"), tampered("\n9\n", "\n8\n")),
        with("another name in the note", (12, "no signature is by"), tampered("audit.", "odit.")),
        with(
            "the root of others, signed",
            NOT_SIGNED,
            other_root.sign(&key()).unwrap().to_string(),
        ),
        with("an older checkpoint", (13, "of 8 entries"), log.note(8).to_string()),
        with(
            "the checkpoint of another tenant",
            (12, "and not of tenant"),
            Log::new(OTHER_TENANT, 9).note(9).to_string(),
        ),
        with(
            "another log of the same key",
            (12, "and not of tenant"),
            below.sign(&key()).unwrap().to_string(),
        ),
        with(
            "another log, signed by its own name",
            (12, "no signature is by"),
            elsewhere.sign(&stranger).unwrap().to_string(),
        ),
        with(
            "a note after the note",
            (12, "no empty lines"),
            format!("{}{}", log.note(9), log.note(9)),
        ),
        with(
            "an empty line after the note",
            (12, "signatures after"),
            format!("{}\n", log.note(9)),
        ),
        with("text after the note", (12, "signatures after"), format!("{}x", log.note(9))),
        with("a line after the note", (12, "the form"), format!("{}x\n", log.note(9))),
        spelling(with(
            "no line end after the note",
            (12, "signatures after"),
            log.note(9).to_string().trim_end().to_owned(),
        )),
        with("another size with the root, signed", (13, "of 8 entries"), {
            Checkpoint { size: 8, ..log.checkpoint(9) }.sign(&key()).unwrap().to_string()
        }),
        with(
            "CR LF in the note",
            (12, "control characters"),
            log.note(9).to_string().replacen("\n9\n", "\r\n9\r\n", 1),
        ),
        with("an endless note", (12, "at most"), "x\n".repeat(600_000)),
    ]
}

pub(super) fn signatures() -> Vec<Changed> {
    let log = Log::new(TENANT, 9);
    let flipped = {
        let note = log.note(9).to_string();
        let at = note.len() - 10;
        let letter = if &note[at..=at] == "A" { "B" } else { "A" };
        format!("{}{letter}{}", &note[..at], &note[at + 1..])
    };
    vec![
        with("a flipped bit of the signature", (12, "the signature of"), flipped.clone()),
        with("another id of the key", (12, "no signature is by"), {
            resigned(&log.note(9).to_string(), |signature| signature[0] ^= 1)
        }),
        with("a second form of the signature", (12, "the signature of"), {
            // RFC 8032: s is less than the order of the group, which is added here.
            resigned(&log.note(9).to_string(), |signature| {
                let mut carry = 0;
                for (byte, more) in signature[36..].iter_mut().zip(GROUP_ORDER) {
                    carry += u16::from(*byte) + u16::from(more);
                    *byte = carry.to_le_bytes()[0];
                    carry >>= 8;
                }
            })
        }),
        with("signatures twice", (12, "no empty lines"), {
            let note = log.note(9).to_string();
            let (_, signatures) = note.split_once("\n\n").unwrap();
            format!("{note}\n{signatures}")
        }),
        with("a wrong signature after the right one", (12, "the signature of"), {
            let note = log.note(9).to_string();
            let (_, wrong) = flipped.split_once("\n\n").unwrap();
            format!("{note}{wrong}")
        }),
        spelling(with("a signature with loose bits", (12, "base64"), {
            let note = log.note(9).to_string();
            let at = note.len() - 3;
            let letter = char::from(note.as_bytes()[at] + 1);
            format!("{}{letter}{}", &note[..at], &note[at + 1..])
        })),
        spelling(with("a signature of others that is none", (12, "form"), {
            format!("{}\u{2014} example.com AAAA\n", log.note(9))
        })),
    ]
}
