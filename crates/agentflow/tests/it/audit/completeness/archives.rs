//! Tenants that move. What is recorded of an import is in the chain of the tenant that it made.

use std::{
    fs::File,
    io::{Seek, SeekFrom},
    sync::Arc,
};

use agentflow::{
    archive::{ArchiveTrust, ExportArchive, ImportArchive, SecretsChoice},
    core::{audit::TrustedKeys, note::SigningKey, random::Generator},
};

use super::Book;

pub(super) async fn archives() {
    let mut book = Book::open().await;
    let by = book.by.clone();
    let key = SigningKey::generate("audit.example.com".parse().unwrap(), &Generator::seeded(1));
    let file: Arc<File> = Arc::new(tempfile::tempfile().unwrap());
    let (secrets, signer) = (SecretsChoice::LeaveOut, Some((&key).into()));
    let options = ExportArchive { secrets, signer, ..ExportArchive::default() };
    let (tenant, writer) = (book.tenant.id(), Arc::clone(&file));
    let admin = book.store.admin();
    let report = admin.archives().export(tenant, &options, &by, writer, &|_| {}).await.unwrap();
    let told = book.saw("archive/archives.rs export", "tenant.exported", "tenant").await;
    assert_eq!(told["details"]["sha256"], report.sha256.to_string());

    let mut file = file.try_clone().unwrap();
    file.seek(SeekFrom::Start(0)).unwrap();
    let trusted = TrustedKeys::new([key.verifying_key().clone()]);
    let mut options = ImportArchive::trusting(ArchiveTrust::Keys(trusted));
    options.slug = Some("moved".parse().unwrap());
    let moved = admin.archives().import(file, &options, &by, &|_| {}).await.unwrap();
    (book.tenant, book.last) = (book.store.tenant(moved.tenant.id), 0);
    let told = book.saw("archive/archives.rs import", "tenant.imported", "tenant").await;
    let details = &told["details"];
    assert_eq!(details["source_tenant_id"], tenant.to_string());
    assert_eq!(
        (&details["size"], &details["sha256"]),
        (&2.into(), &report.sha256.to_string().into())
    );
}
