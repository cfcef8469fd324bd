//! Errors of archives of tenants that are about files, and of checkpoints that may be of another database.

use std::{error::Error as StdError, io};

use super::{Error, without_arc};
use crate::exit::Exit;

/// Where the library was writing or reading, in the errors of archives.
const ARCHIVE: &str = "the archive cannot be ";
const TEMPORARY: &str = "the folder for temporary files cannot be used";

const FULL: &str = "make room there, or name another place with --out; nothing was left behind";
const NO_ROOM: &str = "make room in the folder for temporary files, or name another with TMPDIR";

/// Of checkpoints: what was signed or published is not in this database.
const FORGOTTEN: &str = "if an older backup was restored on purpose, move the file beside the key (KEY_FILE.last) away; or this key signs \
                         for another database: give each its own key (`af audit keygen`). Otherwise keep everything as it is, and \
                         see docs/audit.md";

/// What failed because of a file, and not of the database.
pub(super) fn of_files(error: &agentflow::Error) -> Option<Error> {
    let agentflow::Error::Unavailable { reason, source, .. } = error else { return None };
    let hint = match reason {
        it if it.starts_with(ARCHIVE) => FULL,
        it if it.starts_with(TEMPORARY) => NO_ROOM,
        _ => return None,
    };
    let source = source.as_deref().map(|it| without_arc(it as &(dyn StdError + 'static)));
    let kind = source.and_then(|it| it.downcast_ref::<io::Error>()).map(io::Error::kind);
    let is_full =
        kind == Some(io::ErrorKind::StorageFull) || reason.contains("No space left on device");
    let told = Error::new("io", Exit::Failed, error.to_string());
    Some(if is_full { told.with_hint(hint) } else { told })
}

/// What may be no attack, but a key that signs for two databases.
pub(super) fn of_checkpoints(faults: &[String]) -> Option<&'static str> {
    let is_missed = |fault: &String| {
        ["the database forgot", "that was signed", "was signed, as"]
            .iter()
            .any(|it| fault.contains(it))
    };
    faults.iter().any(is_missed).then_some(FORGOTTEN)
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;

    fn report(error: agentflow::Error) -> super::super::Report {
        let Error::Told(report) = Error::from(error) else { panic!("another error") };
        *report
    }

    fn unavailable(reason: &str, source: Option<io::Error>) -> agentflow::Error {
        let source = source.map(|it| Arc::new(it) as Arc<dyn StdError + Send + Sync>);
        agentflow::Error::Unavailable {
            operation: "export a tenant",
            reason: reason.to_owned(),
            source,
        }
    }

    #[test]
    fn a_full_disk_is_not_blamed_on_the_database() {
        let full = io::Error::from(io::ErrorKind::StorageFull);
        let told = report(unavailable("the archive cannot be written: no room", Some(full)));
        assert_eq!((told.exit, told.hint.as_deref()), (Exit::Failed, Some(FULL)));
        let reason = format!("{TEMPORARY}: No space left on device (os error 28)");
        let told = report(unavailable(&reason, None));
        assert_eq!((told.exit, told.hint.as_deref()), (Exit::Failed, Some(NO_ROOM)));
        let told = report(unavailable("the archive cannot be read: broken", None));
        assert_eq!((told.exit, told.hint), (Exit::Failed, None));
        let told = report(unavailable("connection refused", None));
        assert_eq!(told.exit, Exit::Unavailable);
        assert!(told.hint.unwrap().contains("DATABASE_URL"));
    }

    #[test]
    fn a_checkpoint_that_is_missed_may_be_of_another_database() {
        let fault =
            "the database forgot a checkpoint that was signed: audit.key.last has x at size 2";
        let told = report(agentflow::Error::Tampered { faults: vec![fault.to_owned()] });
        assert_eq!(told.hint.as_deref(), Some(FORGOTTEN));
        let fault = "the head of the chain is not a head".to_owned();
        assert_eq!(report(agentflow::Error::Tampered { faults: vec![fault] }).hint, None);
    }
}
