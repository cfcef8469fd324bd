use std::sync::Arc;

use age::{secrecy::ExposeSecret as _, x25519};
use agentflow::{
    Error, Store,
    archive::{
        ArchiveReader, ArchiveTrust, ImportArchive, SealedSpool, SealedValue, SecretsChoice,
    },
    core::{clock::SystemClock, random::Generator},
    secrets::{
        AgeIdentity, AgeRecipients,
        key_ring::{LocalKeyProvider, Place},
    },
};
use secrecy::SecretString;
use tempfile::TempDir;
use uuid::Uuid;
use zeroize::Zeroizing;

use super::{bytes, export_with, import_with, rewound, rewrite, trusted};
use crate::{
    secrets::sealed::{Sealing, open, text},
    support::{config, connect, database},
};

/// Whoever may open the secrets where the tenant goes.
struct Reader(x25519::Identity);

impl Reader {
    fn new() -> Self {
        Self(x25519::Identity::generate())
    }

    fn options(&self) -> ImportArchive {
        let text = SecretString::from(self.0.to_string().expose_secret());
        let mut options = ImportArchive::trusting(ArchiveTrust::Keys(trusted()));
        options.identity = Some(AgeIdentity::from_text(&text).unwrap());
        options
    }

    fn rewrap(&self) -> SecretsChoice {
        let recipient = self.0.to_public().to_string();
        SecretsChoice::Rewrap(AgeRecipients::parse(&[recipient]).unwrap())
    }
}

#[tokio::test]
async fn secrets_are_opened_for_their_recipient_and_sealed_anew_with_another_key_ring() {
    agentflow_postgres::needs_pgvector!();
    let (reader, source) = (Reader::new(), Sealing::new().await);
    let tenant = source.tenant("Acme").await;
    let places = source.plant(&tenant).await;
    let refused = export_with(&source.store, tenant.id(), SecretsChoice::Refuse).await.unwrap_err();
    assert!(
        matches!(&refused, Error::Conflict { reason, .. } if reason.contains("6 sealed secrets")),
        "{refused}"
    );
    let (file, report) = export_with(&source.store, tenant.id(), reader.rewrap()).await.unwrap();
    assert_eq!(report.sealed, 6);
    let all = bytes(&file);
    for place in &places {
        let value = text(place);
        assert!(!all.windows(value.len()).any(|window| window == value), "{place:?}");
    }

    // Another database with another key ring.
    let target = Sealing::new().await;
    target.tenant("Acme").await;
    let mut named = reader.options();
    named.slug = Some("moved".parse().unwrap());
    let imported = import_with(&target.store, &file, &named).await.unwrap();
    assert_eq!(imported.sealed, 6);
    for place in &places {
        let moved = Place { tenant: imported.tenant.id, ..*place };
        let sealed = target.bytes(&moved).await;
        assert_eq!(open(&*target.keys, &moved, &sealed).await.unwrap(), text(place));
        assert_ne!(sealed, source.bytes(place).await);
    }
    let refused = import_with(&target.store, &file, &super::options()).await.unwrap_err();
    assert!(refused.to_string().contains("or leave them out"), "{refused}");

    // A key ring that is not that of the database seals nothing.
    let folder = TempDir::new().unwrap();
    let path = folder.path().join("other.json");
    LocalKeyProvider::create(&path, Arc::new(SystemClock), Arc::new(Generator::from_os())).unwrap();
    let other = crate::secrets::sealed::with_keys(&target.database, &path);
    let other = Store::connect(other).unwrap();
    assert!(import_with(&other, &file, &named).await.is_err());
}

#[tokio::test]
async fn left_out_secrets_leave_no_row_that_is_nothing_without_them() {
    agentflow_postgres::needs_pgvector!();
    let (reader, source) = (Reader::new(), Sealing::new().await);
    let tenant = source.tenant("Acme").await;
    source.plant(&tenant).await;
    let (with, _) = export_with(&source.store, tenant.id(), reader.rewrap()).await.unwrap();
    let (without, _) =
        export_with(&source.store, tenant.id(), SecretsChoice::LeaveOut).await.unwrap();
    let target = database().await;
    let store = Store::connect(config(&target)).unwrap();
    let client = connect(target.url()).await;
    for (name, file) in [("with", with), ("without", without)] {
        let mut options = super::options();
        options.slug = Some(name.parse().unwrap());
        options.leave_out_secrets = name == "with";
        let report = import_with(&store, &file, &options).await.unwrap();
        assert_eq!(report.sealed, 0);
        let left: u64 = report.tables.iter().map(|table| table.left_out).sum();
        assert_eq!(left, if name == "with" { 2 } else { 0 });
        let sql = "SELECT (SELECT count(*) FROM provider_keys), (SELECT count(*) FROM teams WHERE tenant_id = $1),
                   (SELECT count(*) FROM teams WHERE webhook_secret IS NOT NULL OR previous_webhook_secret_expires_at IS NOT NULL)";
        let row = client.query_one(sql, &[report.tenant.id.as_uuid()]).await.unwrap();
        assert_eq!((row.get(0), row.get(1), row.get(2)), (0_i64, 1_i64, 0_i64));
    }
}

#[tokio::test]
async fn secrets_of_no_row_no_column_or_twice_are_refused() {
    agentflow_postgres::needs_pgvector!();
    let (reader, source) = (Reader::new(), Sealing::new().await);
    let tenant = source.tenant("Acme").await;
    let places = source.plant(&tenant).await;
    let (file, _) = export_with(&source.store, tenant.id(), reader.rewrap()).await.unwrap();
    let target = Sealing::new().await;
    let count = "SELECT count(*) FROM tenants";
    for (column, row, times, expected) in [
        (
            "encrypted_config",
            Uuid::nil(),
            1,
            "1 secrets of encrypted_config are of rows that are not there",
        ),
        (
            "display_name",
            places[2].row,
            1,
            "connector_installations.display_name, which is no column of secrets",
        ),
        (
            "encrypted_config",
            places[2].row,
            2,
            "there are two for connector_installations.encrypted_config",
        ),
    ] {
        let SecretsChoice::Rewrap(recipients) = reader.rewrap() else { unreachable!() };
        let mut secrets = SealedSpool::new(&recipients).unwrap();
        for _ in 0..times {
            let (table, column) = ("connector_installations".to_owned(), column.to_owned());
            let value = Zeroizing::new(b"stolen".to_vec());
            secrets.push(&SealedValue { table, column, row, value }).unwrap();
        }
        let options = reader.options();
        let archive = ArchiveReader::open(rewound(&file), options.identity.as_ref()).unwrap();
        let archive = archive.verify(&options.trust, &|_| {}).unwrap();
        let forged = rewrite(archive, |_, _| {}, |_| {}, Some(secrets));
        let refused = import_with(&target.store, &forged, &options).await.unwrap_err().to_string();
        assert!(refused.contains(expected) && !refused.contains("stolen"), "{refused}");
        let left: i64 = target.superuser.query_one(count, &[]).await.unwrap().get(0);
        assert_eq!(left, 0);
    }
}
