//! Secrets in a file: what is read, what is refused, and what a change leaves behind.

mod changes;
mod writers;

use std::{
    fs,
    io::Write,
    path::{Path, PathBuf},
    process::Command,
};

use agentflow::{
    Error,
    secrets::{FileOptions, FileProvider, SecretsProvider, VersionSelector},
};
use secrecy::{ExposeSecret, SecretString};
use tempfile::TempDir;

use super::{get, key, names};

/// A private folder with a file in it that only its owner may read.
pub(super) struct Folder(TempDir);

impl Folder {
    pub(super) fn new() -> Self {
        Self(tempfile::tempdir().unwrap())
    }

    pub(super) fn with(name: &str, content: &str) -> (Self, PathBuf) {
        let folder = Self::new();
        let path = folder.path(name);
        write_private(&path, content.as_bytes());
        (folder, path)
    }

    pub(super) fn path(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    /// What is in it.
    fn names(&self) -> Vec<String> {
        let entries = fs::read_dir(self.0.path()).unwrap();
        let mut names: Vec<_> =
            entries.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
        names.sort();
        names
    }
}

/// Writes a file in place, or a new one.
pub(super) fn write_private(path: &Path, content: &[u8]) {
    let mut options = fs::OpenOptions::new();
    options.write(true).create(true).truncate(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.open(path).unwrap().write_all(content).unwrap();
}

#[cfg(unix)]
pub(super) fn set_mode(path: &Path, mode: u32) {
    fs::set_permissions(path, std::os::unix::fs::PermissionsExt::from_mode(mode)).unwrap();
}

#[cfg(unix)]
fn mode_of(path: &Path) -> u32 {
    use std::os::unix::fs::PermissionsExt;

    fs::metadata(path).unwrap().permissions().mode() & 0o7777
}

fn open(path: &Path) -> agentflow::Result<FileProvider> {
    FileProvider::open(path, FileOptions::default())
}

fn secret(text: &str) -> SecretString {
    SecretString::from(text)
}

#[tokio::test]
async fn every_form_is_read() {
    for (name, content) in [
        ("secrets.json", "{\"b\": \"2\", \"a\": \"one 1\", \"empty\": \"\"}"),
        ("secrets.yaml", "b: \"2\" # two\na: one 1\nempty: ''\n"),
        ("secrets.yml", "{b: '2', a: one 1, empty: ''}"),
        (".env", "# comment\nb=2\nexport a='one 1'\nempty=\n"),
    ] {
        let (_folder, path) = Folder::with(name, content);
        let file = open(&path).unwrap();
        assert_eq!(file.name(), format!("file:{}", path.display()));
        assert_eq!(names(&file).await, ["a", "b"], "{name}");
        assert_eq!(get(&file, "a").await, "one 1", "{name}");
        let value = file.get(&key("b"), VersionSelector::Latest).await.unwrap();
        assert_eq!(value.value.expose_secret(), "2");
        assert_eq!(value.provider, file.name());
        assert_eq!((value.version, value.not_after, value.stale_since), (None, None, None));
        for missing in ["c", "empty", "A"] {
            let error = file.get(&key(missing), VersionSelector::Latest).await.unwrap_err();
            assert!(matches!(error, Error::NotFound { .. }), "{error}");
        }
        let pinned = file.get(&key("a"), VersionSelector::Pinned(1)).await.unwrap_err();
        assert!(matches!(pinned, Error::Unsupported { .. }), "{pinned}");
        file.check().await.unwrap();
    }
}

#[tokio::test]
async fn a_missing_file_says_how_to_make_one() {
    let folder = Folder::new();
    let path = folder.path("secrets.json");
    let error = open(&path).unwrap_err();
    assert!(matches!(error, Error::Unavailable { .. }));
    let how = format!("(umask 077; echo '{{}}' > {})", path.display());
    assert!(error.to_string().contains(&how), "{error}");
    assert_eq!(folder.names(), [""; 0]);

    let unknown = open(&folder.path("secrets.toml")).unwrap_err();
    assert!(matches!(unknown, Error::InvalidInput { .. }));
    assert!(unknown.to_string().contains(".yaml"), "{unknown}");
}

#[tokio::test]
async fn a_file_is_made_when_that_is_asked_for() {
    for name in ["secrets.json", "secrets.yaml", ".env"] {
        let folder = Folder::new();
        let path = folder.path("deeper/down").join(name);
        let file = FileProvider::create(&path, FileOptions::default()).unwrap();
        assert_eq!(names(&file).await, [""; 0]);
        #[cfg(unix)]
        {
            assert_eq!(mode_of(&path), 0o600);
            assert_eq!(mode_of(path.parent().unwrap()), 0o700);
        }
        file.set(&key("a"), secret("1")).await.unwrap();
        // One that is there is opened.
        let again = FileProvider::create(&path, FileOptions::default()).unwrap();
        assert_eq!(get(&again, "a").await, "1");
    }
}

#[tokio::test]
async fn the_first_secret_makes_a_file_that_was_missing() {
    let folder = Folder::new();
    let path = folder.path("deeper/secrets.json");
    let file = FileProvider::open_later(&path, FileOptions::default()).unwrap();
    for error in [
        file.get(&key("a"), VersionSelector::Latest).await.unwrap_err(),
        file.list().await.unwrap_err(),
        file.check().await.unwrap_err(),
    ] {
        assert!(matches!(error, Error::Unavailable { .. }), "{error}");
    }
    let missing = file.delete(&key("a")).await.unwrap_err();
    assert!(matches!(missing, Error::NotFound { .. }), "{missing}");
    assert!(!path.exists());
    file.set(&key("a"), secret("1")).await.unwrap();
    assert_eq!(get(&file, "a").await, "1");
    file.check().await.unwrap();
    #[cfg(unix)]
    assert_eq!(mode_of(&path), 0o600);
}

#[cfg(unix)]
#[tokio::test]
async fn a_file_that_others_may_read_or_write_is_refused() {
    let (_folder, path) = Folder::with("secrets.json", "{\"a\": \"p@ss\"}");
    for mode in [0o640, 0o620, 0o610, 0o604, 0o602, 0o601, 0o644, 0o666, 0o777] {
        set_mode(&path, mode);
        let error = open(&path).unwrap_err();
        assert!(matches!(error, Error::Denied { .. }), "{error}");
        let text = error.to_string();
        assert!(text.contains(&format!("its mode is {mode:04o}")), "{text}");
        assert!(text.contains("chmod 600"), "{text}");
        assert!(!text.contains("p@ss"), "{text}");
    }
    for mode in [0o600, 0o400] {
        set_mode(&path, mode);
        assert_eq!(get(&open(&path).unwrap(), "a").await, "p@ss");
    }
}

#[cfg(unix)]
#[tokio::test]
async fn a_file_of_somebody_else_is_refused() {
    let (_folder, path) = Folder::with("secrets.json", "{\"a\": \"p@ss\"}");
    if std::os::unix::fs::chown(&path, Some(12_345), None).is_err() {
        eprintln!("skipped: only root may give files away");
        return;
    }
    let error = open(&path).unwrap_err();
    assert!(matches!(error, Error::Denied { .. }));
    assert!(error.to_string().contains("belongs to user 12345"), "{error}");
}

#[cfg(unix)]
#[tokio::test]
async fn a_folder_that_everybody_may_write_to_is_refused() {
    let (folder, path) = Folder::with("secrets.json", "{\"a\": \"1\"}");
    set_mode(folder.0.path(), 0o777);
    let error = open(&path).unwrap_err();
    assert!(matches!(error, Error::Denied { .. }));
    assert!(error.to_string().contains("its mode is 0777"), "{error}");
    // Where a link leads to counts as well.
    let other = Folder::new();
    let link = other.path("secrets.json");
    std::os::unix::fs::symlink(&path, &link).unwrap();
    let error = open(&link).unwrap_err();
    assert!(matches!(error, Error::Denied { .. }), "{error}");
    // Nobody can replace what is somebody else's there.
    set_mode(folder.0.path(), 0o1777);
    open(&path).unwrap();
    open(&link).unwrap();
}

#[cfg(unix)]
#[tokio::test]
async fn a_folder_of_somebody_else_is_refused_and_one_of_a_group_is_not() {
    let (folder, path) = Folder::with("secrets.json", "{\"a\": \"1\"}");
    set_mode(folder.0.path(), 0o770);
    open(&path).unwrap();
    if std::os::unix::fs::chown(folder.0.path(), Some(12_345), None).is_err() {
        eprintln!("skipped: only root may give folders away");
        return;
    }
    for mode in [0o700, 0o1777] {
        set_mode(folder.0.path(), mode);
        let error = open(&path).unwrap_err();
        assert!(matches!(error, Error::Denied { .. }), "{error}");
        assert!(error.to_string().contains("belongs to user 12345"), "{error}");
    }
}

#[cfg(unix)]
#[tokio::test]
async fn what_is_no_plain_file_is_refused_without_waiting() {
    let folder = Folder::new();
    let pipe = folder.path("pipe.json");
    nix_mkfifo(&pipe);
    let directory = folder.path("folder.json");
    fs::create_dir(&directory).unwrap();
    let device = folder.path("device.json");
    std::os::unix::fs::symlink("/dev/zero", &device).unwrap();
    for path in [pipe, directory, device] {
        let error = open(&path).unwrap_err();
        assert!(matches!(error, Error::Denied { .. }), "{error}");
        assert!(error.to_string().contains("a plain file was expected"), "{error}");
    }
}

#[cfg(unix)]
fn nix_mkfifo(path: &Path) {
    assert!(Command::new("mkfifo").arg("-m").arg("600").arg(path).status().unwrap().success());
}

#[tokio::test]
async fn a_file_that_is_too_large_is_refused() {
    let long = "x".repeat(4 << 20);
    let (_folder, path) = Folder::with("secrets.json", &format!("{{\"a\": \"{long}\"}}"));
    let error = open(&path).unwrap_err();
    assert!(matches!(error, Error::Corrupt { .. }));
    assert!(error.to_string().contains("more than 4096 kB"), "{error}");

    let (_folder, path) = Folder::with("secrets.json", "{\"a\": \"1\"}");
    let file = open(&path).unwrap();
    let error = file.set(&key("b"), secret(&long)).await.unwrap_err();
    assert!(matches!(error, Error::InvalidInput { .. }));
    assert_eq!(fs::read(&path).unwrap(), b"{\"a\": \"1\"}");
    assert_eq!(names(&file).await, ["a"]);
}

#[tokio::test]
async fn a_broken_file_is_never_written_nor_shown() {
    for (name, broken, place) in [
        ("secrets.json", "{\"a\": \"p@ss!\", \"b\": 5}", "line 1, column "),
        ("secrets.json", "{\"a\": \"p@ss!\"", "line 1, column "),
        ("secrets.json", "null", "line 1, column "),
        ("secrets.json", "", "it is empty"),
        ("secrets.yaml", "a: p@ss!\na: twice", "line 2, column 1"),
        ("secrets.yaml", " \n", "it is empty"),
        (".env", "a='p@ss!'\nb='p@ss!", "line 2, column 3"),
        (".env", "", "it is empty"),
    ] {
        let (_folder, path) = Folder::with(name, broken);
        let error = open(&path).unwrap_err();
        assert!(matches!(error, Error::Corrupt { .. }), "{error}");
        assert!(error.to_string().contains(place), "{name}: {error}");

        let file = FileProvider::open_later(&path, FileOptions::default()).unwrap();
        for error in [
            error,
            file.set(&key("a"), secret("new")).await.unwrap_err(),
            file.delete(&key("a")).await.unwrap_err(),
            file.rotate(&key("a")).await.unwrap_err(),
            file.get(&key("a"), VersionSelector::Latest).await.unwrap_err(),
            file.list().await.unwrap_err(),
            file.check().await.unwrap_err(),
        ] {
            assert!(matches!(error, Error::Corrupt { .. }), "{error}");
            assert!(error.to_string().contains(&path.display().to_string()), "{error}");
            assert!(!format!("{error}{error:?}{file:?}").contains("p@ss!"), "{error}");
        }
        assert_eq!(fs::read_to_string(&path).unwrap(), broken);
    }
}
