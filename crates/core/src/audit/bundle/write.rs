use std::io::{BufWriter, Write};

use super::{AFTER, BundleError, FORMAT, GAP, Header, body::Body};
use crate::{audit::Checkpoint, hash::Sha256, merkle::CompactRange, note::SignedNote};

/// Writes a bundle, from the first entry to the last, in memory that does not grow.
///
/// It hashes what it writes, and so refuses whatever would not verify: entries that are not those of the header, or of
/// the checkpoint. What it had written by then is of no use. Only the signature is not checked.
///
/// ```
/// use agentflow_core::{
///     audit::{Checkpoint, TrustedKeys, bundle, genesis_hash, link_hash, tenant_origin},
///     ids::TenantId, merkle::{CompactRange, leaf_hash}, note::SigningKey, random::Generator,
/// };
///
/// let tenant: TenantId = "01890a5d-ac96-774b-bcce-b302099a8057".parse().unwrap();
/// let key = SigningKey::generate("audit.example.com".parse().unwrap(), &Generator::seeded(1));
/// let record = r#"{"action":"tenant.created"}"#;
/// let mut log = CompactRange::new();
/// log.push(leaf_hash(link_hash(&genesis_hash(tenant), record).as_bytes()));
/// let origin = tenant_origin(key.verifying_key().name(), tenant).unwrap();
/// let checkpoint = Checkpoint { origin, size: 1, root: log.root().unwrap() };
///
/// let header = bundle::Header {
///     tenant_id: tenant, size: 1, count: 1, first_seq: 1, last_seq: 1, left_out: 0,
///     filter: None, exported_at: "2026-11-21T04:41:00Z".parse().unwrap(),
/// };
/// let mut writer = bundle::Writer::new(Vec::new(), header).unwrap();
/// writer.record(record).unwrap();
/// let bundle = writer.finish(&checkpoint.sign(&key).unwrap()).unwrap();
///
/// let keys = TrustedKeys::new([key.verifying_key().clone()]);
/// assert!(bundle::verify(bundle.as_slice(), &keys, &mut |_| ()).unwrap().is_whole());
/// ```
#[derive(Debug)]
pub struct Writer<W: Write> {
    output: BufWriter<W>,
    body: Body,
}

impl<W: Write> Writer<W> {
    /// Begins a bundle. It is buffered here, so `output` need not be.
    pub fn new(output: W, header: Header) -> Result<Self, BundleError> {
        let text = header.to_text().map_err(|error| BundleError::malformed(2, error))?;
        let mut output = BufWriter::with_capacity(1 << 16, output);
        write!(output, "{FORMAT}\n{text}\n")?;
        Ok(Self { output, body: Body::new(header) })
    }

    /// How many entries it has so far, with those left out.
    pub fn position(&self) -> u64 {
        self.body.position()
    }

    /// Adds the next entry, by its record as it was hashed.
    pub fn record(&mut self, record: &str) -> Result<(), BundleError> {
        if record.contains('\n') || record.ends_with('\r') {
            let reason = "a record is canonical JSON, and has no line breaks";
            return Err(BundleError::malformed(self.body.line() + 1, reason));
        }
        self.body.record(record)?;
        self.output.write_all(record.as_bytes())?;
        self.output.write_all(b"\n")?;
        Ok(())
    }

    /// Leaves out the next entries: those of `left_out`, which must begin where the bundle is. If a record follows,
    /// `next_prev_hash` is the hash before it; if none follows, none.
    pub fn gap(
        &mut self,
        left_out: &CompactRange,
        next_prev_hash: Option<Sha256>,
    ) -> Result<(), BundleError> {
        let (begin, position) = (left_out.begin(), self.position());
        if begin != position {
            let reason = format!("the gap begins after {begin} entries, and there are {position}");
            return Err(BundleError::malformed(self.body.line() + 1, reason));
        }
        let length = left_out.end() - begin;
        self.body.gap(length, left_out.hashes())?;
        write!(self.output, "{GAP}{length}")?;
        for hash in left_out.hashes() {
            write!(self.output, " {}", hash.to_base64())?;
        }
        self.output.write_all(b"\n")?;
        if let Some(hash) = next_prev_hash {
            self.body.after(hash)?;
            writeln!(self.output, "{AFTER}{}", hash.to_base64())?;
        }
        Ok(())
    }

    /// Ends the bundle with the signed checkpoint that proves it, and gives the output back, flushed.
    pub fn finish(mut self, checkpoint: &SignedNote) -> Result<W, BundleError> {
        self.body.end()?;
        let line = self.body.line() + 2;
        let signed: Checkpoint =
            checkpoint.text().parse().map_err(|error| BundleError::malformed(line, error))?;
        self.body.check(&signed, line)?;
        write!(self.output, "\n{checkpoint}")?;
        self.output.into_inner().map_err(|error| error.into_error().into())
    }
}
