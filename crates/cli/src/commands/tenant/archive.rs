//! What commands about archives have in common.

use std::{
    fs::File,
    path::{Path, PathBuf},
};

use agentflow::{
    archive::{ArchiveProgress, ArchiveTrust},
    secrets::{AgeIdentity, AgeRecipients},
};

use crate::{
    commands::audit::trust::Trust,
    context::{Context, blocking},
    error::{Error, Result},
    output::Output,
    progress::Progress,
};

/// What the library calls something that age encrypted.
const AGE_FILE: &str = "the age file";

/// What is told of secrets where those that there were are not in an archive.
pub(super) const LEFT_OUT: &str = "left out, if there were any";

/// The file, and what it takes to believe it and to read it.
#[derive(Debug, clap::Args)]
pub(super) struct Archive {
    /// The archive
    #[arg(value_name = "FILE")]
    pub(super) file: PathBuf,
    #[command(flatten)]
    trust: Trust,
    /// Believe the archive whoever signed it, or nobody
    #[arg(long, conflicts_with = "keys")]
    allow_unsigned: bool,
    /// A file of age identities, one or more: opens an encrypted archive, and the secrets in it
    #[arg(long, value_name = "FILE")]
    pub(super) identity: Option<PathBuf>,
}

impl Archive {
    pub(super) fn open(&self) -> Result<File> {
        let path = self.file.display();
        let cannot = |error| Error::usage(format!("cannot read {path}: {error}"));
        let file = File::open(&self.file).map_err(cannot)?;
        if !file.metadata().map_err(cannot)?.is_file() {
            let hint =
                "an archive is read more than once, so it cannot come from a pipe; save it first";
            return Err(Error::usage(format!("{path} is no file")).with_hint(hint));
        }
        Ok(file)
    }

    pub(super) fn trust(&self, context: &Context) -> Result<ArchiveTrust> {
        if !self.allow_unsigned {
            return Ok(ArchiveTrust::Keys(self.trust.required(context)?));
        }
        context.output.warn(
            "--allow-unsigned: nobody's signature is asked for, so whoever had the archive could have made it up; what \
             was damaged by accident is found all the same",
        );
        Ok(ArchiveTrust::Unsigned)
    }

    pub(super) async fn identity(&self) -> Result<Option<AgeIdentity>> {
        let Some(file) = self.identity.clone() else { return Ok(None) };
        blocking(move || Ok(AgeIdentity::from_file(&file)?)).await.map(Some)
    }
}

/// What failed to open the archive, or the secrets in it, could be opened with.
pub(super) fn unopened(error: agentflow::Error, identity: Option<&Path>) -> Error {
    use agentflow::Error as E;

    let hint = match &error {
        E::InvalidInput { input, .. } if input.field == "identity" => {
            let what = if input.reason.contains("secrets") { "the secrets in it are" } else { "it is" };
            Some(format!("give a file with the age identity that {what} encrypted for: --identity FILE"))
        }
        _ if is_another_identity(&error) => {
            identity.map(|path| {
                format!(
                    "{} has no identity that the archive, or what is secret in it, is encrypted for: name the right file with \
                     --identity, which may hold several",
                    path.display()
                )
            })
        }
        _ => None,
    };
    let told = Error::from(error);
    match hint {
        Some(hint) => told.with_hint(hint),
        None => told,
    }
}

/// Whether it is the identity that does not fit, and not the archive that is damaged.
pub(super) fn is_another_identity(error: &agentflow::Error) -> bool {
    matches!(
        error,
        agentflow::Error::Corrupt { what, reason, .. } if what == AGE_FILE && reason.contains("other identities")
    )
}

/// Recipients of age; none if none are given.
pub(super) fn recipients(given: &[String]) -> Result<Option<AgeRecipients>> {
    if given.is_empty() {
        return Ok(None);
    }
    Ok(Some(AgeRecipients::parse(given)?))
}

/// A spinner that says which part is under way.
pub(super) fn progress(
    output: &Output,
    message: &'static str,
) -> impl Fn(ArchiveProgress<'_>) + use<> {
    let progress = Progress::bar(output, message);
    move |seen: ArchiveProgress<'_>| {
        let what = if seen.name.is_empty() { seen.stage } else { seen.name };
        progress.message(what);
        progress.reached(seen.done, seen.total);
    }
}
