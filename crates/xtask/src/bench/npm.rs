use std::{
    fs,
    path::{Path, PathBuf},
    process::{Command, Output},
};

use crate::{Error, root};

/// What is installed, and the programs that are run.
const FILES: [(&str, &str); 3] = [
    ("package.json", include_str!("peers/package.json")),
    ("graphile-worker.mjs", include_str!("peers/graphile-worker.mjs")),
    ("pg-boss.mjs", include_str!("peers/pg-boss.mjs")),
];

/// Installs the others into `target/peers`, from wherever npm is set up to take them.
pub(crate) fn install() -> Result<PathBuf, Error> {
    let folder = root().join("target/peers");
    fs::create_dir_all(&folder)?;
    for (name, text) in FILES {
        fs::write(folder.join(name), text)?;
    }
    let mut npm = Command::new(if cfg!(windows) { "npm.cmd" } else { "npm" });
    npm.args(["install", "--no-audit", "--no-fund", "--no-package-lock", "--loglevel=error"]);
    let installed = npm.current_dir(&folder).output().map_err(|error| {
        format!("npm cannot be run ({error}); install Node.js with npm to compare with others")
    })?;
    succeeded("npm install", &installed)?;
    Ok(folder)
}

/// Runs one of the programs; gives what it printed.
pub(crate) fn run(folder: &Path, program: &str, arguments: &[&str]) -> Result<String, Error> {
    let node = folder.join("node_modules/.bin/node");
    let output = Command::new(node).arg(program).args(arguments).current_dir(folder).output()?;
    succeeded(program, &output)
}

/// What a program printed, or what it complained of.
pub(crate) fn succeeded(name: &str, output: &Output) -> Result<String, Error> {
    if output.status.success() {
        return Ok(String::from_utf8_lossy(&output.stdout).into_owned());
    }
    let told = String::from_utf8_lossy(&output.stderr);
    Err(format!("{name} failed ({})\n{}", output.status, told.trim()).into())
}
