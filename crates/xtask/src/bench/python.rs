//! Peers that are written in Python: our benchmark `data` beside them.

use std::{fs, path::PathBuf, process::Command};

use super::npm::succeeded;
use crate::{Error, root};

const REQUIREMENTS: &str = include_str!("peers/requirements.txt");

/// Rows, vectors and migrations: ours, sqlx, and SQLAlchemy with asyncpg and Alembic. What is printed goes to the terminal.
pub(crate) fn compare(quick: bool) -> Result<(), Error> {
    let python = install()?;
    let mut cargo = Command::new("cargo");
    cargo.args(["bench", "--quiet", "--package", "agentflow", "--bench", "data", "--"]);
    cargo.arg("--python").arg(python).current_dir(root());
    if quick {
        cargo.arg("--quick");
    }
    let status = cargo.status()?;
    if status.success() { Ok(()) } else { Err(format!("the benchmark failed ({status})").into()) }
}

/// Installs them into `target/peers`, from wherever pip is set up to take them; gives the interpreter.
fn install() -> Result<PathBuf, Error> {
    let folder = root().join("target/peers");
    fs::create_dir_all(&folder)?;
    let wanted = folder.join("requirements.txt");
    fs::write(&wanted, REQUIREMENTS)?;
    let environment = folder.join("python");
    let mut venv = Command::new(if cfg!(windows) { "python" } else { "python3" });
    let made = venv.args(["-m", "venv"]).arg(&environment).output().map_err(|error| {
        format!("Python cannot be run ({error}); install Python 3 with venv and pip to compare with others")
    })?;
    succeeded("python3 -m venv", &made)?;
    let programs = environment.join(if cfg!(windows) { "Scripts" } else { "bin" });
    let python = programs.join("python");
    let mut pip = Command::new(&python);
    pip.args(["-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--requirement"]);
    succeeded("pip install", &pip.arg(&wanted).output()?)?;
    Ok(python)
}
