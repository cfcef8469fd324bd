//! A real server of Vault or OpenBao in its development mode, where there is one.

use std::{
    ffi::OsString,
    net::TcpListener,
    path::PathBuf,
    process::{Child, Command, Stdio},
    time::{Duration, Instant},
};

use serde_json::json;

const PATIENCE: Duration = Duration::from_secs(30);

/// Ends when it is dropped.
pub(in crate::secrets) struct Real {
    pub(in crate::secrets) address: String,
    process: Child,
    http: reqwest::Client,
    _home: tempfile::TempDir,
}

impl Drop for Real {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

/// The program that `AF_TEST_VAULT` names, else `bao` or `vault` of the path.
fn program() -> Option<PathBuf> {
    if let Some(path) = std::env::var_os("AF_TEST_VAULT") {
        return Some(path.into());
    }
    let folders: OsString = std::env::var_os("PATH")?;
    let named = |name| std::env::split_paths(&folders).map(move |it| it.join(name));
    named("bao").chain(named("vault")).find(|it| it.is_file())
}

impl Real {
    /// `None` where there is no program. Recorded exchanges stand in for it there.
    pub(in crate::secrets) async fn start() -> Option<Self> {
        let program = program()?;
        // Free when we look; whoever takes it in between makes the test fail, not pass.
        let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
        let home = tempfile::tempdir().unwrap();
        let process = Command::new(&program)
            .args(["server", "-dev", "-dev-root-token-id=root-token"])
            .arg(format!("-dev-listen-address=127.0.0.1:{port}"))
            .env("HOME", home.path())
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let http = reqwest::Client::builder().no_proxy().tls_certs_only([]).build().unwrap();
        let address = format!("http://127.0.0.1:{port}");
        let real = Self { address, process, http, _home: home };
        let until = Instant::now() + PATIENCE;
        while !real.is_up().await {
            assert!(Instant::now() < until, "{} does not start", program.display());
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
        Some(real)
    }

    async fn is_up(&self) -> bool {
        let health = self.http.get(format!("{}/v1/sys/health", self.address)).send().await;
        health.is_ok_and(|it| it.status().is_success())
    }

    /// Mounts the transit engine.
    pub(in crate::secrets) async fn mount_transit(&self) {
        let request = self.http.post(format!("{}/v1/sys/mounts/transit", self.address));
        let body = json!({"type": "transit"}).to_string();
        let answer = request.header("X-Vault-Token", "root-token").body(body).send().await.unwrap();
        assert!(answer.status().is_success(), "{}", answer.status());
    }
}
