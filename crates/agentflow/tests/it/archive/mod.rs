//! One tenant in one file: what travels, that it comes back as it was, and that nothing of anybody else changes.

mod chain;
mod classes;
mod hostile;
mod hundred;
mod memories;
mod owner;
mod round_trip;
mod sealed;
mod target;
mod usage;

use std::{
    collections::BTreeMap,
    fs::File,
    io::{Read, Seek, SeekFrom, Write},
    sync::Arc,
};

use agentflow::{
    Error, Store, TenantId,
    archive::{
        ArchiveReader, ArchiveReport, ArchiveTrust, ArchiveWriter, ChainHead, ExportArchive,
        ImportArchive, ImportReport, SealedSpool, SecretsChoice, Spool, TableHead, VerifiedArchive,
    },
    audit::Actor,
    core::{archive::ArchiveManifest, audit::TrustedKeys, note::SigningKey, random::Generator},
};
use tokio_postgres::Client;

use crate::isolation::planters;

pub fn key() -> SigningKey {
    SigningKey::generate("audit.example.com".parse().unwrap(), &Generator::seeded(11))
}

pub fn trusted() -> TrustedKeys {
    TrustedKeys::new([key().verifying_key().clone()])
}

fn ann() -> Actor {
    Actor::user("ann")
}

/// A temporary file that can be written by one and read by another.
pub fn file() -> Arc<File> {
    Arc::new(tempfile::tempfile().unwrap())
}

pub fn rewound(file: &Arc<File>) -> File {
    let mut file = file.try_clone().unwrap();
    file.seek(SeekFrom::Start(0)).unwrap();
    file
}

pub fn bytes(file: &Arc<File>) -> Vec<u8> {
    let mut bytes = Vec::new();
    rewound(file).read_to_end(&mut bytes).unwrap();
    bytes
}

pub async fn export_with(
    store: &Store,
    tenant: TenantId,
    secrets: SecretsChoice,
) -> Result<(Arc<File>, ArchiveReport), Error> {
    let (key, file) = (key(), file());
    let options =
        ExportArchive { secrets, signer: Some((&key).into()), ..ExportArchive::default() };
    let archives = store.admin();
    let report =
        archives.archives().export(tenant, &options, &ann(), Arc::clone(&file), &|_| {}).await?;
    Ok((file, report))
}

pub async fn export(store: &Store, tenant: TenantId) -> (Arc<File>, ArchiveReport) {
    export_with(store, tenant, SecretsChoice::LeaveOut).await.unwrap()
}

pub fn options() -> ImportArchive {
    ImportArchive::trusting(ArchiveTrust::Keys(trusted()))
}

pub async fn import_with(
    store: &Store,
    file: &Arc<File>,
    options: &ImportArchive,
) -> Result<ImportReport, Error> {
    store.admin().archives().import(rewound(file), options, &ann(), &|_| {}).await
}

pub async fn import(store: &Store, file: &Arc<File>) -> ImportReport {
    import_with(store, file, &options()).await.unwrap()
}

pub fn open(file: &Arc<File>) -> VerifiedArchive {
    let trust = ArchiveTrust::Keys(trusted());
    ArchiveReader::open(rewound(file), None).unwrap().verify(&trust, &|_| {}).unwrap()
}

/// The same archive, each table and the manifest changed by somebody who can sign.
pub fn forge(
    file: &Arc<File>,
    change: impl FnMut(&mut TableHead, &mut String),
    change_manifest: impl FnMut(&mut ArchiveManifest),
) -> Arc<File> {
    rewrite(open(file), change, change_manifest, None)
}

/// The same, with these secrets.
pub fn rewrite(
    mut archive: VerifiedArchive,
    mut change: impl FnMut(&mut TableHead, &mut String),
    mut change_manifest: impl FnMut(&mut ArchiveManifest),
    secrets: Option<SealedSpool>,
) -> Arc<File> {
    let mut manifest = archive.manifest().clone();
    change_manifest(&mut manifest);
    let forged = self::file();
    let mut writer = ArchiveWriter::new(Arc::clone(&forged), None).unwrap();
    for table in &manifest.tables {
        let mut csv = String::new();
        archive.table(&table.name).unwrap().read_to_string(&mut csv).unwrap();
        let (name, columns) = (table.name.clone(), table.columns.clone());
        let mut head = TableHead { name, class: table.class, columns, rows: table.rows };
        change(&mut head, &mut csv);
        let mut spool = Spool::new().unwrap();
        spool.write_all(csv.as_bytes()).unwrap();
        writer.table(head, spool).unwrap();
    }
    let mut bundle = Vec::new();
    archive.chain().unwrap().read_to_end(&mut bundle).unwrap();
    let mut spool = Spool::new().unwrap();
    spool.write_all(&bundle).unwrap();
    let head = ChainHead { size: manifest.chain.size, head_hash: manifest.chain.head_hash };
    writer.chain(head, spool).unwrap();
    if let Some(secrets) = secrets {
        writer.sealed(secrets).unwrap();
    }
    writer.finish(manifest.source, manifest.migration_version, Some(&key())).unwrap();
    forged
}

/// Tables whose rows travel.
pub async fn travelling(client: &Client) -> Vec<String> {
    let sql = "SELECT table_name FROM archive_travelling() ORDER BY table_name COLLATE \"C\"";
    client.query(sql, &[]).await.unwrap().iter().map(|row| row.get(0)).collect()
}

/// A tenant with rows in every table that travels, and a chain.
pub async fn plant(store: &Store, client: &Client, tenant: &str) -> TenantId {
    let mut tables = travelling(client).await;
    // What is sealed below names it.
    tables.push("tenant_key_versions".to_owned());
    planters::plant(client, &tables, tenant).await;
    let insert = format!(
        "INSERT INTO memories (tenant_id, team_id, memory_type, content, subject, embedding, embedding_model)
         SELECT '{tenant}', '{tenant}', 'semantic', 'vector ' || n || E' with \"quotes\", a\nline and ünïcode',
                CASE WHEN n % 2 = 0 THEN 'user.number' END,
                ARRAY(SELECT sin(n * k + 0.1) FROM generate_series(1, 16) AS k)::vector, 'planted'
         FROM generate_series(1, 40) AS n;
         UPDATE workspaces SET metadata = '{{\"a\": [1, 2.50, null, \"\"]}}', description = '' WHERE tenant_id = '{tenant}';"
    );
    client.batch_execute(&insert).await.unwrap();
    let id: TenantId = tenant.parse().unwrap();
    for _ in 0..3 {
        store.tenant(id).audit().append(&crate::scope_event()).await.unwrap();
    }
    id
}

/// Every row of a tenant, table by table, but for whose it is and what does not travel.
pub async fn rows_of(client: &Client, tenant: TenantId) -> BTreeMap<String, Vec<String>> {
    let mut all = BTreeMap::new();
    for table in travelling(client).await {
        let sql = format!(
            "SELECT row::text FROM (
                 SELECT to_jsonb(t) - 'tenant_id' - ARRAY(
                     SELECT column_name FROM archive_columns WHERE table_name = '{table}') AS row
                 FROM public.{table} AS t WHERE tenant_id = '{tenant}'
             ) AS rows ORDER BY 1"
        );
        let rows = client.query(&sql, &[]).await.unwrap();
        all.insert(table, rows.iter().map(|row| row.get(0)).collect());
    }
    all
}

/// A hash of everything that is not this tenant's, table by table.
pub async fn others(client: &Client, tenant: Option<TenantId>) -> BTreeMap<String, String> {
    let tables = "SELECT c.relname::text, EXISTS (
                      SELECT FROM pg_attribute a WHERE a.attrelid = c.oid AND a.attname = 'tenant_id')
                  FROM pg_class c
                  WHERE c.relnamespace = 'public'::regnamespace AND c.relkind IN ('r', 'p') AND NOT c.relispartition";
    let mut all = BTreeMap::new();
    for row in client.query(tables, &[]).await.unwrap() {
        let (table, has_tenant): (String, bool) = (row.get(0), row.get(1));
        // What the log of all tenants holds grows with every checkpoint.
        if table.starts_with("tenant_log") {
            continue;
        }
        let condition = match tenant {
            Some(tenant) if has_tenant => format!("tenant_id <> '{tenant}'"),
            Some(tenant) if table == "tenants" => format!("id <> '{tenant}'"),
            _ => "true".to_owned(),
        };
        let sql = format!(
            "SELECT md5(coalesce(string_agg(t::text || xmin::text, '|' ORDER BY t::text), '')) FROM public.{table} AS t WHERE {condition}"
        );
        let sql = if table == "metering_events" || table == "memories" {
            sql.replace(" || xmin::text", "")
        } else {
            sql
        };
        all.insert(table, client.query_one(&sql, &[]).await.unwrap().get(0));
    }
    all
}
