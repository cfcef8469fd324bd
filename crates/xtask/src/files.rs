use std::{
    collections::BTreeMap,
    fs,
    path::{Path, PathBuf},
};

use crate::Error;

/// Every file below a folder, by its path in it.
pub(crate) fn read_tree(folder: &Path) -> Result<BTreeMap<PathBuf, String>, Error> {
    let mut files = BTreeMap::new();
    let mut folders = vec![folder.to_owned()];
    while let Some(next) = folders.pop() {
        for entry in fs::read_dir(&next)? {
            let path = entry?.path();
            if path.is_dir() {
                folders.push(path);
            } else {
                files.insert(path.strip_prefix(folder)?.to_owned(), fs::read_to_string(&path)?);
            }
        }
    }
    Ok(files)
}

/// Fails unless the two are the same, naming the files that differ and how to mend it.
pub(crate) fn refuse_drift(
    what: &str,
    committed: &BTreeMap<PathBuf, String>,
    fresh: &BTreeMap<PathBuf, String>,
) -> Result<(), Error> {
    let mut names: Vec<_> = committed.keys().chain(fresh.keys()).collect();
    names.sort();
    names.dedup();
    let differing: Vec<_> = names
        .into_iter()
        .filter_map(|name| {
            let (before, after) = (committed.get(name), fresh.get(name));
            (before != after)
                .then(|| format!("  {}{}", name.display(), first_difference(before, after)))
        })
        .collect();
    if differing.is_empty() {
        return Ok(());
    }
    Err(format!(
        "{what} is not up to date:\n{}\nrun `cargo xtask {what}` and commit",
        differing.join("\n")
    )
    .into())
}

fn first_difference(before: Option<&String>, after: Option<&String>) -> String {
    let (Some(before), Some(after)) = (before, after) else {
        return if before.is_some() {
            " should be gone".to_owned()
        } else {
            " is missing".to_owned()
        };
    };
    let lines = before.lines().zip(after.lines()).enumerate();
    lines
        .into_iter()
        .find(|(_, (before, after))| before != after)
        .map_or(String::new(), |(line, (before, after))| {
            format!(":{}\n    - {before}\n    + {after}", line + 1)
        })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tree(files: &[(&str, &str)]) -> BTreeMap<PathBuf, String> {
        files.iter().map(|(name, text)| (PathBuf::from(name), (*text).to_owned())).collect()
    }

    #[test]
    fn drift_names_the_file_the_line_and_the_mend() {
        let committed = tree(&[("a.rs", "one\ntwo\n"), ("gone.rs", "")]);
        let fresh = tree(&[("a.rs", "one\n2\n"), ("new.rs", "")]);
        let error = refuse_drift("sql", &committed, &fresh).unwrap_err().to_string();
        for expected in [
            "a.rs:2",
            "- two",
            "+ 2",
            "gone.rs should be gone",
            "new.rs is missing",
            "cargo xtask sql",
        ] {
            assert!(error.contains(expected), "{expected} is not in:\n{error}");
        }
        assert!(refuse_drift("sql", &committed, &committed).is_ok());
    }
}
