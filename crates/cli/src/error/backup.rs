//! Errors of backups: kinds, exit codes, and what to do.

use std::{io, path::Path};

use agentflow::core::backup::{BackupId, NOTE_FILE};
use agentflow_backup::{Error as BackupError, Fault};

use super::Error;
use crate::exit::Exit;

/// What to do where there is no room.
const FULL: &str = "make room, or name another place: --dir for backups, --staging for what is on its way to an object store, TMPDIR for \
                    what is restored; what was begun is removed";

impl From<BackupError> for Error {
    fn from(error: BackupError) -> Self {
        use BackupError as E;

        let error = match error {
            E::Database(error) => return error.into(),
            E::NotUploaded { id, staging, source } => return not_uploaded(&id, &staging, *source),
            other => other,
        };
        let (kind, exit) = match &error {
            E::InvalidInput { .. } => ("invalid_input", Exit::Usage),
            E::NotFound { .. } => ("not_found", Exit::Found),
            E::Conflict { .. } => ("conflict", Exit::Failed),
            // A store that does not know us is as good as none.
            E::Denied { operation, .. } if is_of_store(operation) => ("denied", Exit::Unavailable),
            E::Denied { .. } => ("denied", Exit::Found),
            E::Unavailable { .. } => ("unavailable", Exit::Unavailable),
            E::Corrupt { .. } => ("corrupt", Exit::Found),
            E::Program { .. } => ("program", Exit::Failed),
            E::Io { .. } => ("io", Exit::Failed),
            _ => ("backup", Exit::Failed),
        };
        let hint = hint(&error);
        let told = match &error {
            // Each has a line of its own.
            E::Corrupt { operation, what, faults } => {
                let mut told =
                    Self::new(kind, exit, format!("failed to {operation}: {what} is damaged"));
                if let Self::Told(report) = &mut told {
                    report.causes = faults.iter().map(ToString::to_string).collect();
                }
                told.with_few_causes()
            }
            E::Program { operation, name, log, last_lines } => {
                let log = log.as_ref().map(|log| format!("; all it said is in {}", log.display()));
                let message =
                    format!("failed to {operation}: {name} failed{}", log.unwrap_or_default());
                let mut told = Self::new(kind, exit, message);
                if let Self::Told(report) = &mut told {
                    report.causes.clone_from(last_lines);
                }
                told.with_few_causes()
            }
            E::Io { operation, place, source } => {
                Self::new(kind, exit, format!("failed to {operation}: {place}")).with_causes(source)
            }
            _ => Self::new(kind, exit, error.to_string()),
        };
        match hint {
            Some(hint) => told.with_hint(hint),
            None => told,
        }
    }
}

/// The backup is made, and only its way is left.
fn not_uploaded(id: &BackupId, staging: &Path, source: BackupError) -> Error {
    let mut error = Error::from(source);
    if let Error::Told(report) = &mut error {
        report.message =
            format!("{}; all of backup {id} is kept in {}", report.message, staging.display());
        let why = report.hint.take().map(|hint| format!("{hint}; then ")).unwrap_or_default();
        let place = staging.parent().unwrap_or(staging).display();
        report.hint = Some(format!(
            "{why}go on without dumping again: af backup create --resume {id} --staging {place}, with the same --dir"
        ));
    }
    error
}

/// Whether it is the place of backups that was asked, and not the database.
fn is_of_store(operation: &str) -> bool {
    operation.ends_with("backup store")
}

/// The variables of the cloud that a message names.
fn variables_of(reason: &str) -> Option<&'static str> {
    [
        ("s3://", "set AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY and AWS_REGION, and AWS_ENDPOINT for a server of your own"),
        ("gs://", "set GOOGLE_APPLICATION_CREDENTIALS (a file) or GOOGLE_SERVICE_ACCOUNT_KEY"),
        ("az://", "set AZURE_STORAGE_ACCOUNT_NAME and AZURE_STORAGE_ACCOUNT_KEY"),
    ]
    .into_iter()
    .find_map(|(scheme, hint)| reason.contains(scheme).then_some(hint))
}

fn hint(error: &BackupError) -> Option<&'static str> {
    use BackupError as E;

    match error {
        E::NotFound { what, .. } => Some(where_to_look(what)),
        E::InvalidInput { input, .. } if input.field == "identity" => Some(
            "--identity FILE or AF_BACKUP_IDENTITY_FILE names the age identity of one whom it is encrypted for",
        ),
        E::Corrupt { faults, .. } if faults.iter().all(is_of_signature) => Some(
            "nothing was changed; take an older backup that is signed (af backup list), or this one with --allow-unsigned if you know where it comes from",
        ),
        E::Corrupt { what, .. } if what.starts_with("base backup") => {
            Some("take another one: af backup base list")
        }
        E::Corrupt { .. } => Some(
            "nothing was changed; take another backup or another copy of it (af backup list), and find out what changed this one",
        ),
        E::Denied { operation, reason } if is_of_store(operation) => variables_of(reason),
        // What says itself who could do it needs no other advice.
        E::Denied { reason, .. }
            if reason.contains("ALTER ROLE") || reason.contains("connect as") =>
        {
            None
        }
        E::Denied { .. } => Some("connect as a role that may, with --database-url"),
        // A store that is an object store names its address. What else is away has no credentials there.
        E::Unavailable { reason, .. } if is_of_a_store(reason) => variables_of(reason),
        E::Io { source, .. } if source.kind() == io::ErrorKind::StorageFull => Some(FULL),
        E::Program { last_lines, .. } => program_hint(last_lines),
        _ => None,
    }
}

fn is_of_a_store(reason: &str) -> bool {
    ["s3://", "gs://", "az://"].iter().any(|scheme| reason.starts_with(scheme))
}

/// Where something is to be looked for.
fn where_to_look(what: &str) -> &'static str {
    if what.starts_with("table ") {
        "tables are named as SQL names them, with their schema where it is not public: public.audits, s2.\"Odd Name\""
    } else if what.starts_with("an interrupted upload") {
        "nothing waits there to be gone on with; leave out --resume to take a new backup, or name the --staging of the one that was \
         interrupted"
    } else if what.contains("base backup") {
        "af backup base list shows what is there; --dir or AF_BACKUP_DIR says where"
    } else if what.starts_with("bucket ") {
        "make the bucket, or name another one with --dir or AF_BACKUP_DIR"
    } else {
        "af backup list shows what is there; --dir or AF_BACKUP_DIR says where"
    }
}

/// Whether it is only that nobody signed it.
fn is_of_signature(fault: &Fault) -> bool {
    fault.place == NOTE_FILE && fault.reason.contains("nobody signed")
}

/// What the last lines of a program tell to do.
fn program_hint(lines: &[String]) -> Option<&'static str> {
    let said = |text: &str| lines.iter().any(|line| line.contains(text));
    if said("No space left on device") {
        return Some(FULL);
    }
    if said("no pg_hba.conf entry for replication") {
        return Some(
            "let the role in by a line of pg_hba.conf such as `host replication ROLE ADDRESS scram-sha-256`, and reload the server",
        );
    }
    if said("WAL summaries are required") {
        return Some(
            "summarize_wal was off meanwhile, or the summaries are gone (wal_summary_keep_time); take a full one: af backup base create",
        );
    }
    let is_gone = |line: &String| {
        line.contains("does not exist")
            && ["schema \"", "type \""].iter().any(|it| line.contains(it))
    };
    if lines.iter().any(is_gone) {
        return Some(
            "more than tables is missing; restore everything beside (af backup restore ID --into OTHER), and copy from there",
        );
    }
    if said("permission denied") {
        return Some("connect as a superuser, with --database-url");
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    fn report(error: BackupError) -> super::super::Report {
        let Error::Told(report) = Error::from(error) else { panic!("another error") };
        *report
    }

    #[test]
    fn a_full_disk_is_told_as_such_whoever_met_it() {
        let (operation, place) = ("store a part", "/mnt/x".to_owned());
        let source = io::Error::from(io::ErrorKind::StorageFull);
        let met = report(BackupError::Io { operation, place, source });
        let name = "pg_dump".to_owned();
        let last_lines =
            vec!["pg_dump: error: could not write to file: No space left on device".to_owned()];
        let told = report(BackupError::Program { operation, name, log: None, last_lines });
        assert_eq!((met.hint.as_deref(), told.hint.as_deref()), (Some(FULL), Some(FULL)));
        assert_eq!(told.causes.len(), 1);
    }
    #[test]
    fn what_did_not_get_to_its_store_is_told_with_where_it_waits() {
        let reason = "s3://bucket/a: it cannot be reached: connection refused".to_owned();
        let source = BackupError::Unavailable { operation: "write to the backup store", reason };
        let id: BackupId = "20261122T080000Z-7f3a9c21".parse().unwrap();
        let staging = Path::new("/mnt/x").join(format!(".{id}.partial"));
        let source = Box::new(source);
        let told = report(BackupError::NotUploaded { id, staging, source });
        assert_eq!((told.kind, told.exit), ("unavailable", Exit::Unavailable));
        assert!(told.message.ends_with("is kept in /mnt/x/.20261122T080000Z-7f3a9c21.partial"));
        let hint = told.hint.unwrap();
        let go_on = "--resume 20261122T080000Z-7f3a9c21 --staging /mnt/x";
        assert!(hint.contains("AWS_ACCESS_KEY_ID") && hint.contains(go_on), "{hint}");
    }

    #[test]
    fn credentials_that_are_missing_are_those_of_that_cloud() {
        for (place, variable) in
            [("s3://b", "AWS_REGION"), ("gs://b", "GOOGLE_"), ("az://b", "AZURE_")]
        {
            let reason = format!("there are no credentials for {place}");
            let operation = "read the backup store";
            let told = report(BackupError::Denied { operation, reason });
            assert_eq!(told.exit, Exit::Unavailable);
            assert!(told.hint.unwrap().contains(variable));
        }
        let reason = "let a superuser run: ALTER ROLE x BYPASSRLS".to_owned();
        let told = report(BackupError::Denied { operation: "create a backup", reason });
        assert_eq!((told.exit, told.hint), (Exit::Found, None));
    }
}
