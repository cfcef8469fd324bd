//! Secrets that are set, deleted and rotated in a file.

use std::{fs, sync::Arc};

use agentflow::{
    Error,
    core::random::Generator,
    secrets::{FileOptions, FileProvider, SecretsProvider},
};

use super::{Folder, mode_of, open, secret, write_private};
use crate::secrets::{get, key, names};

#[tokio::test]
async fn secrets_are_set_deleted_and_rotated_in_every_form() {
    for (name, content) in
        [("s.json", "{\"a\": \"1\"}"), ("s.yaml", "a: \"1\""), ("s.env", "# kept\na=1 # too\n")]
    {
        let (folder, path) = Folder::with(name, content);
        let entropy = Arc::new(Generator::seeded(8));
        let options = FileOptions { entropy, ..FileOptions::default() };
        let file = FileProvider::open(&path, options).unwrap();
        let capabilities = file.capabilities();
        assert!(capabilities.durable && capabilities.writable && capabilities.rotatable);

        let written = file.set(&key("b"), secret("it's \"$5\"\nand more \\")).await.unwrap();
        assert_eq!(written.version, None);
        file.set(&key("a"), secret("2")).await.unwrap();
        assert_eq!(get(&file, "a").await, "2");
        file.rotate(&key("a")).await.unwrap();
        let rotated = get(&file, "a").await;
        assert_eq!(rotated.len(), 64);
        assert!(rotated.bytes().all(|it| matches!(it, b'0'..=b'9' | b'a'..=b'f')));
        file.rotate(&key("a")).await.unwrap();
        assert_ne!(get(&file, "a").await, rotated);
        file.delete(&key("a")).await.unwrap();

        // Somebody who opens it now reads the same.
        for file in [&file, &open(&path).unwrap()] {
            assert_eq!(names(file).await, ["b"]);
            assert_eq!(get(file, "b").await, "it's \"$5\"\nand more \\");
        }
        for missing in
            [file.delete(&key("a")).await.unwrap_err(), file.rotate(&key("a")).await.unwrap_err()]
        {
            assert!(matches!(missing, Error::NotFound { .. }), "{missing}");
        }
        for bad in ["", "p@ss!\0"] {
            let refused = file.set(&key("b"), secret(bad)).await.unwrap_err();
            assert!(matches!(refused, Error::InvalidInput { .. }));
            assert!(!format!("{refused}{refused:?}").contains("p@ss!"), "{refused}");
        }
        assert_eq!(folder.names(), [name.to_owned(), format!("{name}.lock")]);
        #[cfg(unix)]
        assert_eq!(
            (mode_of(&path), mode_of(&folder.path(&format!("{name}.lock")))),
            (0o600, 0o600)
        );
        if name == "s.env" {
            assert!(fs::read_to_string(&path).unwrap().starts_with("# kept\n"));
        }
    }
}

#[tokio::test]
async fn a_secret_that_is_set_to_what_it_is_leaves_the_file_as_it_is() {
    let (_folder, path) = Folder::with("secrets.yaml", "a: \"1\" # kept\n");
    let file = open(&path).unwrap();
    file.set(&key("a"), secret("1")).await.unwrap();
    assert_eq!(fs::read_to_string(&path).unwrap(), "a: \"1\" # kept\n");
}

#[tokio::test]
async fn a_change_is_made_to_what_the_file_holds_then() {
    let (folder, path) = Folder::with("secrets.json", "{\"a\": \"1\"}");
    let file = open(&path).unwrap();
    let other = folder.path("other");
    write_private(&other, b"{\"a\": \"2\", \"theirs\": \"t\"}");
    fs::rename(&other, &path).unwrap();
    file.set(&key("mine"), secret("m")).await.unwrap();
    assert_eq!(names(&file).await, ["a", "mine", "theirs"]);
    assert_eq!(get(&file, "a").await, "2");
}

#[tokio::test]
async fn a_file_that_was_there_is_not_made_anew() {
    let (_folder, path) = Folder::with("secrets.json", "{\"a\": \"1\"}");
    let file = open(&path).unwrap();
    fs::remove_file(&path).unwrap();
    let error = file.set(&key("b"), secret("2")).await.unwrap_err();
    assert!(matches!(error, Error::Unavailable { .. }));
    assert!(error.to_string().contains("put it back"), "{error}");
    assert!(!path.exists());
}

#[cfg(unix)]
#[tokio::test]
async fn a_link_is_read_and_not_written() {
    let (folder, path) = Folder::with("target.json", "{\"a\": \"1\"}");
    let link = folder.path("secrets.json");
    std::os::unix::fs::symlink("target.json", &link).unwrap();
    let file = open(&link).unwrap();
    assert_eq!(get(&file, "a").await, "1");
    for error in [
        file.set(&key("a"), secret("2")).await.unwrap_err(),
        file.rotate(&key("a")).await.unwrap_err(),
        file.delete(&key("a")).await.unwrap_err(),
    ] {
        assert!(matches!(error, Error::Unsupported { .. }));
        assert!(error.to_string().contains("is a link that something else manages"), "{error}");
    }
    assert_eq!(fs::read(&path).unwrap(), b"{\"a\": \"1\"}");
    assert!(fs::symlink_metadata(&link).unwrap().is_symlink());
}

#[cfg(unix)]
#[tokio::test]
async fn a_folder_that_cannot_be_written_leaves_file_and_memory_as_they_are() {
    // Root may write everywhere but where there is a folder in the way.
    let (folder, path) = Folder::with("secrets.json", "{\"a\": \"1\"}");
    let file = open(&path).unwrap();
    fs::create_dir(folder.path("secrets.json.lock")).unwrap();
    file.set(&key("a"), secret("2")).await.unwrap_err();
    assert_eq!(get(&file, "a").await, "1");
    assert_eq!(fs::read(&path).unwrap(), b"{\"a\": \"1\"}");
}
