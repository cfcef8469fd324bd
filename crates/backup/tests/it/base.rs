//! Base backups of a real server.

use std::{
    fs,
    net::TcpListener,
    path::{Path, PathBuf},
    process::Command,
};

use agentflow::{
    Config, Store,
    core::{clock::ManualClock, random::Generator},
};
use agentflow_backup::{
    Error, Programs,
    base::{
        BaseBackup, BaseFolder, BaseKind, BaseOptions, BaseTools, Parent, combine_base,
        create_base, create_incremental_base, restore_base, verify_base,
    },
};
use agentflow_postgres::{Ephemeral, EphemeralOptions, Installation};

/// A server, and a place for its base backups.
struct Scene {
    server: Ephemeral,
    installation: Installation,
    programs: Programs,
    home: tempfile::TempDir,
    folder: BaseFolder,
    /// Stands still, unless a test moves it.
    clock: ManualClock,
    entropy: Generator,
}

impl Scene {
    fn with(settings: &[(&str, &str)]) -> Self {
        let installation = Installation::find_or_provision(&mut |_| ()).unwrap();
        let settings =
            settings.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned()));
        let options = EphemeralOptions { durable: true, settings: settings.collect() };
        let server = Ephemeral::start(&installation, &options).unwrap();
        let home = tempfile::tempdir().unwrap();
        // As root, a server that is started here runs under an account that must get in.
        #[cfg(unix)]
        fs::set_permissions(home.path(), std::os::unix::fs::PermissionsExt::from_mode(0o755))
            .unwrap();
        let folder = BaseFolder::below(home.path());
        let version = installation.version;
        let programs = Programs::new(&installation.bin_dir, version.major, version.to_string());
        let clock = ManualClock::at("2026-11-22T08:00:00Z".parse().unwrap());
        let entropy = Generator::from_os();
        Self { server, installation, programs, home, folder, clock, entropy }
    }

    fn summarizing() -> Self {
        Self::with(&[("summarize_wal", "on"), ("wal_level", "replica")])
    }

    fn config(&self) -> Config {
        Config::from_url(&self.server.url("postgres")).unwrap()
    }

    fn tools(&self) -> BaseTools<'_> {
        BaseTools { folder: &self.folder, programs: &self.programs }
    }

    async fn sql(&self, sql: &str) {
        run_sql(&self.server.url("postgres"), sql).await;
    }

    async fn full(&self) -> agentflow_backup::Result<BaseBackup> {
        let sources = (&self.clock as &_, &self.entropy as &_);
        create_base(&self.config(), self.tools(), &BaseOptions::default(), sources, &|_| ()).await
    }

    async fn incremental(&self) -> agentflow_backup::Result<BaseBackup> {
        let sources = (&self.clock as &_, &self.entropy as &_);
        let how = (&Parent::Newest, &BaseOptions::default());
        create_incremental_base(&self.config(), self.tools(), how, sources, &|_| ()).await
    }

    /// A full one and two that build upon each other, with rows that came in between.
    async fn chain(&self) -> [BaseBackup; 3] {
        self.sql(
            "CREATE TABLE t AS SELECT n, md5(n::text) AS word FROM generate_series(1, 20000) n",
        )
        .await;
        let full = self.full().await.unwrap();
        self.sql("UPDATE t SET word = 'first' WHERE n % 1000 = 0; DELETE FROM t WHERE n > 19000")
            .await;
        let first = self.incremental().await.unwrap();
        self.sql("CREATE TABLE u AS SELECT n FROM generate_series(1, 300) n; TRUNCATE t").await;
        self.sql("INSERT INTO t SELECT n, md5((n + 1)::text) FROM generate_series(1, 5000) n")
            .await;
        let second = self.incremental().await.unwrap();
        [full, first, second]
    }

    fn data(&self, backup: &BaseBackup) -> PathBuf {
        self.home.path().join("base").join(backup.id.as_str()).join("data")
    }

    fn names(&self) -> Vec<String> {
        let entries = fs::read_dir(self.home.path().join("base")).unwrap();
        let mut names: Vec<_> =
            entries.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
        names.retain(|name| name != ".lock");
        names.sort();
        names
    }
}

async fn run_sql(url: &str, sql: &str) {
    let store = Store::connect(Config::from_url(url).unwrap()).unwrap();
    store.admin().connect().await.unwrap().batch_execute(sql).await.unwrap();
}

async fn hash_of(url: &str, table: &str) -> String {
    let store = Store::connect(Config::from_url(url).unwrap()).unwrap();
    let client = store.admin().connect().await.unwrap();
    let sql = format!("SELECT count(*) || md5(string_agg(x::text, ',' ORDER BY x)) FROM {table} x");
    client.query_one(&sql, &[]).await.unwrap().get(0)
}

/// A server on a data folder, under an account that may run one. Stopped when it is dropped.
struct Started<'a> {
    scene: &'a Scene,
    data: PathBuf,
    port: u16,
}

impl<'a> Started<'a> {
    fn on(scene: &'a Scene, data: &Path) -> Self {
        let listener = TcpListener::bind(("127.0.0.1", 0)).unwrap();
        let port = listener.local_addr().unwrap().port();
        drop(listener);
        let started = Self { scene, data: data.to_owned(), port };
        own_all(data);
        let options =
            format!("-p {port} -c listen_addresses=127.0.0.1 -c unix_socket_directories=");
        let log = data.join("log");
        let status = started
            .pg_ctl()
            .args(["start", "-w", "-o", &options, "-l"])
            .arg(&log)
            .status()
            .unwrap();
        assert!(status.success(), "{}", fs::read_to_string(&log).unwrap_or_default());
        started
    }

    fn pg_ctl(&self) -> Command {
        let mut command = Command::new(self.scene.installation.program("pg_ctl"));
        command.current_dir("/").arg("-D").arg(&self.data).stdout(std::process::Stdio::null());
        #[cfg(unix)]
        if let Some(user) = account() {
            use std::os::unix::process::CommandExt;
            command.uid(user.uid.as_raw()).gid(user.gid.as_raw());
        }
        command
    }

    fn url(&self) -> String {
        format!(
            "postgres://postgres:{}@127.0.0.1:{}/postgres",
            self.scene.server.password(),
            self.port
        )
    }
}

impl Drop for Started<'_> {
    fn drop(&mut self) {
        let _ = self.pg_ctl().args(["stop", "-w", "-m", "immediate"]).status();
    }
}

/// PostgreSQL does not run as root.
#[cfg(unix)]
fn account() -> Option<nix::unistd::User> {
    use nix::unistd::{Uid, User};
    Uid::effective().is_root().then(|| {
        let find = |name| User::from_name(name).unwrap();
        find("postgres").or_else(|| find("nobody")).unwrap()
    })
}

fn own_all(path: &Path) {
    #[cfg(unix)]
    if let Some(user) = account() {
        std::os::unix::fs::lchown(path, Some(user.uid.as_raw()), Some(user.gid.as_raw())).unwrap();
    }
    if path.is_dir() {
        for entry in fs::read_dir(path).unwrap() {
            own_all(&entry.unwrap().path());
        }
    }
}

fn faults(error: &Error) -> String {
    let Error::Corrupt { .. } = error else { panic!("another error: {error}") };
    error.to_string()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_server_starts_on_what_a_chain_is_combined_into_and_has_the_same_rows() {
    agentflow_postgres::needs_postgres!(17);
    let scene = Scene::summarizing();
    let [full, first, second] = scene.chain().await;
    assert_eq!((full.kind, first.kind), (BaseKind::Full, BaseKind::Incremental));
    assert_eq!((first.parent.as_ref(), second.parent.as_ref()), (Some(&full.id), Some(&first.id)));
    let url = scene.server.url("postgres");
    let rows = (hash_of(&url, "t").await, hash_of(&url, "u").await);

    let verified = verify_base(scene.tools(), &second.id, &|_| ()).await.unwrap();
    assert_eq!((verified.chain.len(), verified.faults), (3, Vec::new()));

    let to = scene.home.path().join("restored");
    // What a process left beside that was killed.
    let left = scene.home.path().join("agentflow-restore-left");
    fs::create_dir(&left).unwrap();
    fs::write(left.join("lock"), "").unwrap();
    restore_base(scene.tools(), &second.id, &to, &|_| ()).await.unwrap();
    assert!(!left.exists());
    let started = Started::on(&scene, &to);
    assert_eq!((hash_of(&started.url(), "t").await, hash_of(&started.url(), "u").await), rows);
    drop(started);

    // The one in the middle has what was there then.
    let to = scene.home.path().join("earlier");
    restore_base(scene.tools(), &first.id, &to, &|_| ()).await.unwrap();
    let started = Started::on(&scene, &to);
    assert_ne!(hash_of(&started.url(), "t").await, rows.0);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_combined_one_needs_no_other_and_carries_on_the_chain() {
    agentflow_postgres::needs_postgres!(17);
    let scene = Scene::summarizing();
    let [full, first, second] = scene.chain().await;
    let sources = (&scene.clock as &_, &scene.entropy as &_);
    let error = scene.folder.delete(&full.id).unwrap_err();
    assert!(matches!(error, Error::Conflict { .. }), "{error}");
    assert!(error.to_string().contains(first.id.as_str()), "{error}");

    let combined = combine_base(scene.tools(), &second.id, sources, &|_| ()).await.unwrap();
    assert_eq!(combined.kind, BaseKind::Combined);
    assert_eq!(combined.combined_from, [full.id.clone(), first.id.clone(), second.id.clone()]);
    scene.sql("INSERT INTO u SELECT 7 FROM generate_series(1, 1000)").await;
    let third = scene.incremental().await.unwrap();
    assert_eq!(third.parent.as_ref(), Some(&combined.id));
    for id in [&second.id, &first.id, &full.id] {
        scene.folder.delete(id).unwrap();
    }
    assert_eq!(scene.names(), [combined.id.as_str(), third.id.as_str()]);

    let to = scene.home.path().join("restored");
    restore_base(scene.tools(), &third.id, &to, &|_| ()).await.unwrap();
    let started = Started::on(&scene, &to);
    let (there, here) = (scene.server.url("postgres"), started.url());
    assert_eq!(hash_of(&here, "u").await, hash_of(&there, "u").await);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_clock_that_goes_back_breaks_no_chain() {
    agentflow_postgres::needs_postgres!(17);
    let scene = Scene::summarizing();
    let full = scene.full().await.unwrap();
    scene.clock.set("2026-11-22T07:00:00Z".parse().unwrap());
    let first = scene.incremental().await.unwrap();
    assert!(first.id > full.id && first.parent.as_ref() == Some(&full.id), "{first:?}");
    assert_eq!(first.created_at, "2026-11-22T08:00:01Z".parse().unwrap());
    let second = scene.incremental().await.unwrap();
    assert!(second.id > first.id && second.parent.as_ref() == Some(&first.id), "{second:?}");
    let verified = verify_base(scene.tools(), &second.id, &|_| ()).await.unwrap();
    assert_eq!((verified.chain.len(), verified.faults), (3, Vec::new()));
    assert_eq!(scene.folder.list().unwrap()[0].needed_by, [first.id, second.id]);
}

#[tokio::test(flavor = "multi_thread")]
async fn every_fault_of_a_link_is_named_and_nothing_is_combined_of_it() {
    agentflow_postgres::needs_postgres!(17);
    let scene = Scene::summarizing();
    let [full, first, second] = scene.chain().await;
    let data = scene.data(&full);
    let flipped = data.join("base/1/1249");
    let mut bytes = fs::read(&flipped).unwrap();
    bytes[100] ^= 1;
    fs::write(&flipped, &bytes).unwrap();
    fs::remove_file(data.join("base/1/1259")).unwrap();
    fs::File::options().write(true).open(data.join("base/1/1255")).unwrap().set_len(8192).unwrap();
    fs::write(data.join("planted"), "").unwrap();

    let verified = verify_base(scene.tools(), &second.id, &|_| ()).await.unwrap();
    let named =
        |what: &str| verified.faults.iter().any(|it| it.id == full.id && it.fault.contains(what));
    for what in ["base/1/1249", "base/1/1259", "base/1/1255", "planted"] {
        assert!(named(what), "{what}: {:?}", verified.faults);
    }
    let before = scene.names();
    let to = scene.home.path().join("restored");
    let error = restore_base(scene.tools(), &second.id, &to, &|_| ()).await.unwrap_err();
    assert!(faults(&error).contains("base/1/1249"), "{error}");
    let sources = (&scene.clock as &_, &scene.entropy as &_);
    let error = combine_base(scene.tools(), &second.id, sources, &|_| ()).await.unwrap_err();
    assert!(faults(&error).contains("base/1/1249"), "{error}");
    assert_eq!((to.exists(), scene.names()), (false, before));

    // A link in the middle that is gone is told, and so is one that was put in its place.
    let (from, aside) = (scene.data(&first), scene.home.path().join("aside"));
    fs::rename(&from, &aside).unwrap();
    fs::rename(scene.data(&second), &from).unwrap();
    let verified = verify_base(scene.tools(), &first.id, &|_| ()).await.unwrap();
    assert!(verified.faults.iter().any(|it| it.id == first.id), "{:?}", verified.faults);
    fs::remove_dir_all(from.parent().unwrap()).unwrap();
    let error = verify_base(scene.tools(), &second.id, &|_| ()).await.unwrap_err();
    assert!(faults(&error).contains(first.id.as_str()), "{error}");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_a_server_lacks_is_told_before_anything_is_begun() {
    let scene = Scene::with(&[]);
    if scene.installation.version.major < 17 {
        let error = scene.full().await.unwrap_err();
        assert!(error.to_string().contains("came with 17"), "{error}");
        assert!(!scene.home.path().join("base").exists());
        return;
    }
    scene.sql("CREATE ROLE ann LOGIN PASSWORD 'x'").await;
    scene.full().await.unwrap();
    let error = scene.incremental().await.unwrap_err();
    assert!(error.to_string().contains("summarize_wal"), "{error}");

    let url = scene.server.url("postgres").replace(scene.server.password(), "x");
    let ann = Config::from_url(&url.replace("postgres:x@", "ann:x@")).unwrap();
    let sources = (&scene.clock as &_, &scene.entropy as &_);
    let options = BaseOptions::default();
    let taken = create_base(&ann, scene.tools(), &options, sources, &|_| ()).await;
    let error = taken.unwrap_err();
    assert!(matches!(error, Error::Denied { .. }), "{error}");
    assert!(error.to_string().contains("ALTER ROLE \"ann\" REPLICATION"), "{error}");

    let minimal = Scene::with(&[("wal_level", "minimal"), ("max_wal_senders", "0")]);
    let error = minimal.full().await.unwrap_err();
    assert!(error.to_string().contains("wal_level is minimal"), "{error}");
    assert!(!minimal.home.path().join("base").exists());
}

#[tokio::test(flavor = "multi_thread")]
async fn one_that_was_given_up_leaves_nothing_and_one_that_was_killed_is_cleared_away() {
    agentflow_postgres::needs_postgres!(17);
    let scene = Scene::summarizing();
    {
        let slow = BaseOptions { max_rate_kib: Some(32), ..BaseOptions::default() };
        let sources = (&scene.clock as &_, &scene.entropy as &_);
        let (begun, is_begun) = tokio::sync::oneshot::channel();
        let begun = std::sync::Mutex::new(Some(begun));
        let seen = |_| {
            if let Some(begun) = begun.lock().unwrap().take() {
                let _ = begun.send(());
            }
        };
        let config = scene.config();
        let taken = create_base(&config, scene.tools(), &slow, sources, &seen);
        tokio::select! {
            ended = taken => panic!("so soon: {ended:?}"),
            begun = is_begun => begun.unwrap(),
        }
    }
    assert_eq!(scene.names(), Vec::<String>::new());
    // What is left when nothing could be cleared away.
    let left = scene.home.path().join("base/.20261122T080000Z-7f3a9c21.partial/data");
    fs::create_dir_all(&left).unwrap();
    let full = scene.full().await.unwrap();
    assert_eq!(scene.names(), [full.id.as_str()]);
}
