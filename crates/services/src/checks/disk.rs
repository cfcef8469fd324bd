//! Whether there is room where something is written.

use std::{
    collections::BTreeMap,
    io,
    path::{Path, PathBuf},
};

use crate::{fault::Fault, fault::Kind, pace::Pace, report::Service, settings::Folder};

const MIB: u64 = 1024 * 1024;
const GIB: u64 = 1024 * MIB;
/// Less is not enough to go on with.
const TOO_LITTLE: u64 = 100 * MIB;
/// Less is worth a warning.
const LITTLE: u64 = GIB;
/// So is less than a tenth of the disk, unless there is as much as this.
const PLENTY: u64 = 50 * GIB;

/// The room on the disk of a folder, in bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Room {
    free: u64,
    total: u64,
}

pub(crate) async fn check(folders: &[Folder], pace: &Pace) -> Service {
    let mut found = Vec::new();
    for folder in folders {
        let path = folder.path.clone();
        // A file system of the network that is gone keeps its callers waiting.
        let look = tokio::task::spawn_blocking(move || measure(&path));
        let room = match tokio::time::timeout_at(pace.end_of_try(), look).await {
            Ok(Ok(Ok(room))) => Ok(room),
            Ok(Ok(Err(error))) => Err(Fault::new(Kind::Other, error.to_string())),
            Ok(Err(_)) => Err(Fault::new(Kind::Other, "it could not be looked at")),
            Err(_) => Err(Fault::silent(pace.timeout)),
        };
        found.push((folder, room));
    }
    tell(&found)
}

/// Of the folder itself, or of the nearest above it that is there.
fn measure(folder: &Path) -> io::Result<Room> {
    let absolute = std::path::absolute(folder)?;
    let mut there: PathBuf = absolute.clone();
    loop {
        match fs4::statvfs(&there) {
            Ok(stats) => {
                return Ok(Room { free: stats.available_space(), total: stats.total_space() });
            }
            Err(error) if error.kind() == io::ErrorKind::NotFound && there.pop() => {}
            Err(error) => return Err(error),
        }
    }
}

fn tell(found: &[(&Folder, Result<Room, Fault>)]) -> Service {
    let mut faults = Vec::new();
    // Folders on the same disk have the same room, which is told once.
    let (mut little, mut fine) = (BTreeMap::<_, Vec<_>>::new(), BTreeMap::<_, Vec<_>>::new());
    for (folder, room) in found {
        let what = format!("{} ({})", folder.path.display(), folder.purpose);
        match room {
            Err(fault) => faults.push(format!("{what}: {}", fault.said)),
            Ok(room) => {
                let free = size(room.free);
                if room.free < TOO_LITTLE {
                    faults.push(format!("{what}: {free} are free"));
                } else if is_little(*room) {
                    little
                        .entry(format!("only {free} of {}", size(room.total)))
                        .or_default()
                        .push(what);
                }
                fine.entry(free).or_default().push(folder.purpose.as_str());
            }
        }
    }
    let warnings = little
        .into_iter()
        .map(|(room, folders)| format!("{room} are free for {}", folders.join(", ")));
    let warnings = warnings.collect();
    if !faults.is_empty() {
        let hint = "make room there, or move it to another disk: AF_DATA_DIR, AF_BACKUP_DIR and TMPDIR (TEMP on Windows) say where";
        return Service::unavailable(faults.join("; "), hint).with_warnings(warnings);
    }
    let fine =
        fine.iter().map(|(free, purposes)| format!("{free} free for {}", purposes.join(", ")));
    Service::available(fine.collect::<Vec<_>>().join("; ")).with_warnings(warnings)
}

fn is_little(room: Room) -> bool {
    room.free < LITTLE || (room.free < room.total / 10 && room.free < PLENTY)
}

/// `820 MiB`, `12.5 GiB`.
fn size(bytes: u64) -> String {
    if bytes < GIB {
        return format!("{} MiB", bytes / MIB);
    }
    let tenths = bytes / (GIB / 10);
    format!("{}.{} GiB", tenths / 10, tenths % 10)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::Status;

    fn told(free: u64, total: u64) -> Service {
        let folder = Folder { purpose: "backups".to_owned(), path: "/backups".into() };
        tell(&[(&folder, Ok(Room { free, total }))])
    }

    #[test]
    fn little_room_is_a_warning_and_none_a_fault() {
        assert_eq!(told(20 * GIB, 100 * GIB).warnings.len(), 0);
        let little = told(9 * GIB, 100 * GIB);
        assert_eq!((little.status, little.warnings.len()), (Status::Available, 1));
        assert_eq!(little.warnings[0], "only 9.0 GiB of 100.0 GiB are free for /backups (backups)");
        assert_eq!(told(500 * MIB, GIB).warnings.len(), 1);
        // A tenth of a large disk is plenty.
        assert_eq!(told(300 * GIB, 4_000 * GIB).warnings.len(), 0);
        let none = told(99 * MIB, 100 * GIB);
        assert_eq!(none.status, Status::Unavailable);
        assert!(none.message.contains("/backups (backups): 99 MiB"), "{none:?}");
        assert!(none.hint.is_some());
    }

    #[test]
    fn folders_on_the_same_disk_are_told_together() {
        let folders = ["a", "b"].map(|it| Folder { purpose: it.to_owned(), path: it.into() });
        let room = Room { free: GIB / 2, total: 100 * GIB };
        let told = tell(&[(&folders[0], Ok(room)), (&folders[1], Ok(room))]);
        assert_eq!(told.message, "512 MiB free for a, b");
        assert_eq!(told.warnings, ["only 512 MiB of 100.0 GiB are free for a (a), b (b)"]);
    }

    #[test]
    fn a_folder_that_is_not_there_yet_has_the_room_of_the_one_above() {
        let folder = tempfile::tempdir().unwrap();
        let room = measure(&folder.path().join("not/there/yet")).unwrap();
        assert!(room.total > 0 && room.free <= room.total, "{room:?}");
    }
}
