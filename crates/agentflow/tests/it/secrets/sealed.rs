//! Values sealed in rows, planted with the same key ring, and what the operator is told of those that were moved.

use std::{path::PathBuf, sync::Arc};

use agentflow::{
    Config, Error, NewWorkspace, Store, Tenant,
    audit::Actor,
    core::{
        clock::{Clock, SystemClock},
        ids::{IdSource, RandomIds},
        random::Generator,
        sealed::{DataKey, Sealed},
    },
    secrets::key_ring::{
        KeyId, KeyProvider, LocalKeyProvider, Place, RewrapOptions, RewrapReport, Wrapping,
    },
};
use agentflow_postgres::testing::TestDatabase;
use tempfile::TempDir;
use tokio_postgres::Client;
use uuid::Uuid;

use crate::support::{World, config, connect, database};

pub fn ann() -> Actor {
    Actor::user("ann")
}

pub fn new_id() -> Uuid {
    RandomIds::from_os().next_id(SystemClock.now())
}

/// The sealed columns: table, column in force, column of the value before.
pub const TABLES: [(&str, &str, &str); 3] = [
    ("provider_keys", "encrypted_key", "previous_encrypted_key"),
    ("connector_installations", "encrypted_config", "previous_encrypted_config"),
    ("teams", "webhook_secret", "previous_webhook_secret"),
];

/// A database with a key ring in a file.
pub struct Sealing {
    pub store: Store,
    pub database: TestDatabase,
    pub keys: Arc<LocalKeyProvider>,
    pub path: PathBuf,
    pub superuser: Client,
    _folder: TempDir,
}

impl Sealing {
    pub async fn new() -> Self {
        let (database, folder) = (database().await, TempDir::new().unwrap());
        let path = folder.path().join("keys.json");
        let keys = Arc::new(
            LocalKeyProvider::create(&path, Arc::new(SystemClock), Arc::new(Generator::from_os()))
                .unwrap(),
        );
        let store = Store::connect(with_keys(&database, &path)).unwrap();
        store.admin().key_ring().adopt(&ann()).await.unwrap();
        let superuser = connect(database.url()).await;
        Self { store, database, keys, path, superuser, _folder: folder }
    }

    pub async fn tenant(&self, name: &str) -> Tenant {
        let new = agentflow::NewTenant::named(name);
        let row = self.store.admin().tenants().create(new, &ann()).await.unwrap();
        self.store.tenant(row.id)
    }

    /// A row in each of the tables, with both columns sealed: six values, each of which says where it is.
    pub async fn plant(&self, tenant: &Tenant) -> Vec<Place> {
        let name = format!("at-{}", new_id().simple());
        let workspace = tenant.workspaces().create(NewWorkspace::named(&name), &ann()).await;
        let workspace = *workspace.unwrap().id.as_uuid();
        let user = new_id();
        self.superuser
            .execute(
                "INSERT INTO principals (tenant_id, id, type, display_name) VALUES ($1, $2, 'human', $3)",
                &[tenant.id().as_uuid(), &user, &name],
            )
            .await
            .unwrap();
        self.superuser
            .execute(
                "INSERT INTO users (tenant_id, id, email) VALUES ($1, $2, $3)",
                &[tenant.id().as_uuid(), &user, &format!("{name}@example.com")],
            )
            .await
            .unwrap();
        let id = tenant.id();
        let tenant_id = id.as_uuid();
        let mut places = Vec::new();
        for (table, column, previous) in TABLES {
            let row = new_id();
            let at = |column| Place { table, column, tenant: tenant.id(), row };
            let value = seal(&*self.keys, &at(column)).await;
            let before = seal(&*self.keys, &at(previous)).await;
            let insert = match table {
                "provider_keys" => {
                    "INSERT INTO provider_keys (tenant_id, id, workspace_id, provider_type, name, encrypted_key,
                         previous_encrypted_key, previous_expires_at)
                     VALUES ($1, $2, $3, 'openai', $4, $5, $6, now())"
                }
                "connector_installations" => {
                    "INSERT INTO connector_installations (tenant_id, id, workspace_id, connector_type, connector_version,
                         display_name, encrypted_config, previous_encrypted_config, previous_expires_at)
                     VALUES ($1, $2, $3, 'slack', '1', $4, $5, $6, now())"
                }
                _ => {
                    "INSERT INTO teams (tenant_id, id, owner_id, name, slug, webhook_secret, previous_webhook_secret,
                         previous_webhook_secret_expires_at)
                     VALUES ($1, $2, $3, $4, $4::text, $5, $6, now())"
                }
            };
            let third = if table == "teams" { user } else { workspace };
            let values: [&(dyn tokio_postgres::types::ToSql + Sync); 6] =
                [tenant_id, &row, &third, &name, &value, &before];
            self.superuser.execute(insert, &values).await.unwrap();
            places.extend([at(column), at(previous)]);
        }
        places
    }

    pub async fn bytes(&self, place: &Place) -> Vec<u8> {
        let Place { table, column, tenant, row } = place;
        let query = format!("SELECT {column} FROM {table} WHERE tenant_id = $1 AND id = $2");
        let found = self.superuser.query_one(&query, &[tenant.as_uuid(), row]).await.unwrap();
        found.get(0)
    }

    pub async fn put(&self, place: &Place, bytes: &[u8]) {
        let Place { table, column, tenant, row } = place;
        let update = format!("UPDATE {table} SET {column} = $3 WHERE tenant_id = $1 AND id = $2");
        let count = self.superuser.execute(&update, &[tenant.as_uuid(), row, &bytes]).await;
        assert_eq!(count.unwrap(), 1);
    }

    /// Whether every value is what was planted, and which keys wrap them.
    pub async fn keys_of(&self, places: &[Place]) -> Vec<String> {
        let mut keys = Vec::new();
        for place in places {
            let bytes = self.bytes(place).await;
            assert_eq!(open(&*self.keys, place, &bytes).await.unwrap(), text(place));
            keys.push(Sealed::parse(&bytes).unwrap().key().to_string());
        }
        keys.sort();
        keys.dedup();
        keys
    }

    pub async fn rewrap(&self, options: RewrapOptions) -> RewrapReport {
        self.store.admin().key_ring().rewrap(options, &ann(), &|_| {}).await.unwrap()
    }
}

/// The settings of a process that uses the key file at `path`.
pub fn with_keys(database: &TestDatabase, path: &std::path::Path) -> Config {
    let mut config = config(database);
    config.key_ring = Some(agentflow::KeyRingSetting::File(path.to_owned()));
    config
}

/// What is planted at a place.
pub fn text(place: &Place) -> Vec<u8> {
    format!("{}.{} of {} {}", place.table, place.column, place.tenant, place.row).into_bytes()
}

/// Seals what belongs to a place, as the library does.
pub async fn seal(keys: &dyn KeyProvider, place: &Place) -> Vec<u8> {
    let key = keys.current(place.tenant).await.unwrap();
    seal_with(keys, key, place).await
}

pub async fn seal_with(keys: &dyn KeyProvider, key: KeyId, place: &Place) -> Vec<u8> {
    let entropy = Generator::from_os();
    let data_key = DataKey::generate(&entropy);
    let context = place.key_context(key);
    let wrapping = Wrapping { key, tenant: place.tenant, context: &context };
    let wrapped = keys.wrap(wrapping, data_key.as_bytes()).await.unwrap();
    data_key.seal(place, key, wrapped, &text(place), &entropy).unwrap().to_bytes()
}

pub async fn open(
    keys: &dyn KeyProvider,
    place: &Place,
    bytes: &[u8],
) -> Result<Vec<u8>, Box<dyn std::error::Error>> {
    let sealed = Sealed::parse(bytes)?;
    let context = place.key_context(sealed.key());
    let wrapping = Wrapping { key: sealed.key(), tenant: place.tenant, context: &context };
    let data_key = DataKey::from(keys.unwrap(wrapping, sealed.wrapped_key()).await?);
    Ok(data_key.open(place, &sealed)?.to_vec())
}

/// Moves `from` to `to`, and sees that whoever opens it there is told so.
async fn moved(at: &Sealing, from: &Place, to: &Place) {
    let (there, back) = (at.bytes(from).await, at.bytes(to).await);
    at.put(to, &there).await;
    let report = at.rewrap(RewrapOptions { dry_run: true, ..RewrapOptions::default() }).await;
    let told: Vec<_> = report.failures.iter().map(|it| (it.table, it.column, it.row)).collect();
    assert_eq!(told, [(to.table, to.column, to.row)], "{from:?} → {to:?}");
    let expected = "it was changed, belongs to another place, or is encrypted with another key";
    assert_eq!(report.failures[0].reason, expected);
    at.put(to, &back).await;
}

#[tokio::test]
async fn a_value_that_was_moved_to_another_row_column_table_or_tenant_does_not_open() {
    let at = Sealing::new().await;
    let (acme, globex) = (at.tenant("Acme").await, at.tenant("Globex").await);
    let (here, row, tenant) =
        (at.plant(&acme).await, at.plant(&acme).await, at.plant(&globex).await);
    at.store.admin().key_ring().rotate(&ann()).await.unwrap();
    for index in (0..6).step_by(2) {
        moved(&at, &here[index], &row[index]).await;
        moved(&at, &here[index], &tenant[index]).await;
        moved(&at, &here[index], &here[index + 1]).await;
        moved(&at, &here[index + 1], &here[index]).await;
        moved(&at, &here[index], &here[(index + 2) % 6]).await;
    }
    let whole = at.rewrap(RewrapOptions { dry_run: true, ..RewrapOptions::default() }).await;
    assert_eq!((whole.rewrapped, whole.failed), (18, 0));
}

#[tokio::test]
async fn a_value_whose_key_version_or_scope_was_changed_does_not_open() {
    let at = Sealing::new().await;
    let acme = at.tenant("Acme").await;
    let place = at.plant(&acme).await[0];
    let ring = at.store.admin();
    let ring = ring.key_ring();
    ring.rotate(&ann()).await.unwrap();
    ring.rotate(&ann()).await.unwrap();
    ring.create_tenant_key(acme.id(), &ann()).await.unwrap();
    let bytes = at.bytes(&place).await;
    assert_eq!(bytes[1..6], [0, 0, 0, 0, 1]);
    // The key ring has all of these keys.
    for (scope, version) in [(0, 2), (0, 3), (1, 1)] {
        let mut changed = bytes.clone();
        (changed[1], changed[5]) = (scope, version);
        assert!(open(&*at.keys, &place, &changed).await.is_err());
        at.put(&place, &changed).await;
        let report = at.rewrap(RewrapOptions { dry_run: true, ..RewrapOptions::default() }).await;
        // What says that it is wrapped with the current key is not looked at: there is nothing to do for it.
        let expected = u64::from((scope, version) != (1, 1));
        assert_eq!((report.failed, report.rewrapped), (expected, 5), "{scope}/{version}");
    }
    at.put(&place, &bytes).await;
    assert_eq!(open(&*at.keys, &place, &at.bytes(&place).await).await.unwrap(), text(&place));
}

#[tokio::test]
async fn the_database_takes_nothing_into_a_sealed_column_that_is_not_sealed() {
    let at = Sealing::new().await;
    let acme = at.tenant("Acme").await;
    for place in at.plant(&acme).await {
        let Place { table, column, row, .. } = place;
        let update = format!("UPDATE {table} SET {column} = $2 WHERE id = $1");
        let short = &at.bytes(&place).await[..40];
        let mut no_version = at.bytes(&place).await;
        no_version[5] = 0;
        let plain = b"sk-0123456789012345678901234567890123456789";
        for plain in [&plain[..], b"", short, &no_version] {
            let refused = at.superuser.execute(&update, &[&row, &plain]).await.unwrap_err();
            let told = refused.as_db_error().unwrap();
            assert_eq!(told.code().code(), "23514", "{table}.{column}");
            // What is told to us is in the log of the server as well.
            assert_eq!(told.detail(), None, "{table}.{column}");
            assert!(told.message().ends_with(&format!("{table}.{column} is not sealed")));
        }
    }
}

#[tokio::test]
async fn another_key_ring_is_an_error_and_seals_nothing() {
    let (at, other) = (Sealing::new().await, Sealing::new().await);
    let acme = at.tenant("Acme").await;
    at.plant(&acme).await;
    let wrong = Store::connect(with_keys(&at.database, &other.path)).unwrap();
    let error = wrong.admin().key_ring().rewrap(RewrapOptions::default(), &ann(), &|_| {}).await;
    let text = error.unwrap_err().to_string();
    assert!(text.contains("this database was sealed with key ring"), "{text}");
    let status = wrong.admin().key_ring().status().await.unwrap();
    assert!(status.fault.unwrap().contains("set it to the other one"));
}

#[tokio::test]
async fn without_a_key_ring_it_is_said_what_to_set() {
    let world = World::new().await;
    let error = world.store.admin().key_ring().init(&ann()).await.unwrap_err();
    let text = error.to_string();
    assert!(matches!(error, Error::InvalidSetting(_)), "{text}");
    assert!(text.contains("AF_KEY_RING") && text.contains("af key-ring init"), "{text}");
}
