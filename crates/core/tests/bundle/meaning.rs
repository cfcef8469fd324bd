//! What a bundle says, read without regard to how it is spelled.

use base64::{
    Engine, alphabet,
    engine::{GeneralPurpose, GeneralPurposeConfig},
};
use serde_json::Value;

use crate::random::POOL;

/// Base64 as careless readers take it: what the last letter has beyond the last byte is not looked at.
const CARELESS: GeneralPurpose = GeneralPurpose::new(
    &alphabet::STANDARD,
    GeneralPurposeConfig::new().with_decode_allow_trailing_bits(true),
);

/// All of a bundle that is proved, and so all but `filter` and `exported_at`.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Meaning {
    format: String,
    tenant: String,
    /// `count`, `first_seq`, `last_seq`, `left_out` and `size`.
    numbers: [u64; 5],
    /// Records, gaps and the hashes before records: they have one spelling.
    entries: Vec<String>,
    checkpoint: String,
    /// Who signed, and the id of the key with the signature.
    signature: (String, Vec<u8>),
}

impl Meaning {
    /// None if it cannot be understood.
    pub(crate) fn of(bundle: &[u8]) -> Option<Self> {
        let (body, note) = std::str::from_utf8(bundle).ok()?.split_once("\n\n")?;
        let mut lines = body.split('\n').map(str::to_owned);
        let format = lines.next()?;
        let header: Value = serde_json::from_str(&lines.next()?).ok()?;
        let number = |key: &str| header.get(key)?.as_u64();
        let (checkpoint, signatures) = note.split_once("\n\n")?;
        let (signer, signature) =
            signatures.lines().next()?.strip_prefix("\u{2014} ")?.split_once(' ')?;
        Some(Self {
            format,
            tenant: header.get("tenant_id")?.as_str()?.to_owned(),
            numbers: [
                number("count")?,
                number("first_seq")?,
                number("last_seq")?,
                number("left_out")?,
                number("size")?,
            ],
            entries: lines.collect(),
            checkpoint: checkpoint.to_owned(),
            signature: (signer.to_owned(), CARELESS.decode(signature).ok()?),
        })
    }

    /// The positions of the records, by counting.
    fn seqs(&self) -> Option<Vec<u64>> {
        let (mut seqs, mut end) = (Vec::new(), 0_u64);
        for line in &self.entries {
            if let Some(gap) = line.strip_prefix("gap ") {
                end = end.checked_add(gap.split(' ').next()?.parse().ok()?)?;
            } else if line.starts_with('{') {
                end += 1;
                seqs.push(end);
            }
        }
        Some(seqs)
    }

    /// Whether all of it is so: it says what its tenant's log says of the same entries.
    pub(crate) fn is_so(&self) -> bool {
        let log = self.tenant.parse().ok().and_then(|tenant| POOL.logs.get(&tenant));
        let (Some(log), Some(seqs)) = (log, self.seqs()) else { return false };
        seqs.last().is_none_or(|last| *last <= log.size())
            && Self::of(log.bundle(&seqs).as_bytes()).as_ref() == Some(self)
    }
}

#[test]
fn the_meaning_of_what_was_written_is_so_and_that_of_what_was_edited_is_not() {
    for bundle in &POOL.bundles {
        assert!(Meaning::of(bundle.as_bytes()).unwrap().is_so(), "{bundle}");
    }
    let bundle = POOL.bundles.iter().find(|bundle| bundle.contains("gap")).unwrap();
    for (from, to) in [
        ("bundle@v1", "bundle@v2"),
        ("\"count\":", "\"count\":1"),
        ("\"left_out\":", "\"left_out\":1"),
        ("\"tenant_id\":\"0", "\"tenant_id\":\"1"),
        ("\ngap ", "\ngap 1"),
        ("\n\naudit", "\n\nodit"),
        ("\u{2014} audit", "\u{2014} odit"),
    ] {
        let edited = bundle.replacen(from, to, 1);
        assert_ne!(edited, *bundle, "{from}");
        assert!(!Meaning::of(edited.as_bytes()).is_some_and(|meaning| meaning.is_so()), "{from}");
    }
    let claimed = bundle.replacen("2026-11-21T", "some time ", 1);
    assert!(Meaning::of(claimed.as_bytes()).unwrap().is_so());
}
