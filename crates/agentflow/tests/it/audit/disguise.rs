//! Attacks on what verification reads and not on what it checks: other things in the place of ours.

use agentflow::{Error, Store, audit::Verdict};

use super::{Victim, options, verify};
use crate::support::{World, config};

/// A new session: settings of the database hold from its next connection on.
async fn verdict_of_a_new_session(victim: &Victim, deep: bool) -> Verdict {
    let store = Store::connect(config(&victim.world.database)).unwrap();
    let options = agentflow::audit::VerifyOptions { deep, ..options(2, 4) };
    verify(&store.tenant(victim.tenant.id()), &options).await.status
}

#[tokio::test]
async fn a_copy_in_another_schema_does_not_stand_in_for_the_original() {
    let victim = Victim::with_entries(10).await;
    let database = victim.world.database.name().to_owned();
    victim
        .forge(&format!(
            "CREATE SCHEMA evil; CREATE TABLE evil.audits AS SELECT * FROM public.audits;
             GRANT USAGE ON SCHEMA evil TO PUBLIC; GRANT SELECT ON evil.audits TO PUBLIC;
             ALTER DATABASE {database} SET search_path = evil, public;
             UPDATE public.audits SET record = '{{}}' WHERE tenant_id = :t AND seq = 5"
        ))
        .await;
    for deep in [false, true] {
        assert_eq!(verdict_of_a_new_session(&victim, deep).await, Verdict::Tampered);
    }
}

#[tokio::test]
async fn a_function_of_the_same_name_does_not_stand_in_for_ours() {
    let victim = Victim::with_entries(10).await;
    victim
        .forge(
            "CREATE TABLE original AS SELECT record FROM audits WHERE tenant_id = :t AND seq = 5;
             GRANT SELECT ON original TO PUBLIC;
             UPDATE audits SET record = '{}' WHERE tenant_id = :t AND seq = 5;
             CREATE FUNCTION public.convert_to(text, text) RETURNS bytea LANGUAGE sql AS
                 $$ SELECT pg_catalog.convert_to(CASE $1 WHEN '{}' THEN (SELECT record FROM public.original) ELSE $1 END,
                    'UTF8'::name) $$",
        )
        .await;
    assert_eq!(verdict_of_a_new_session(&victim, false).await, Verdict::Tampered);
}

#[tokio::test]
async fn a_view_in_the_place_of_the_table_is_noticed() {
    let victim = Victim::with_entries(10).await;
    victim
        .forge("ALTER TABLE audits RENAME TO hidden; CREATE VIEW audits AS SELECT * FROM hidden")
        .await;
    let error =
        victim.world.store.admin().verify_audit(&options(1, 10), &|_| ()).await.unwrap_err();
    assert!(
        matches!(&error, Error::Tampered { faults } if faults[0].contains("audits")),
        "{error:?}"
    );
}

#[tokio::test]
async fn rows_that_no_chain_reaches_are_noticed() {
    for column in ["seq", "tenant_id"] {
        let victim = Victim::with_entries(10).await;
        victim
            .forge(&format!(
                "ALTER TABLE audits DROP CONSTRAINT audits_pkey, ALTER {column} DROP NOT NULL;
                 UPDATE audits SET {column} = NULL WHERE tenant_id = :t AND seq = 10"
            ))
            .await;
        let error =
            victim.world.store.admin().verify_audit(&options(1, 10), &|_| ()).await.unwrap_err();
        assert!(matches!(error, Error::Tampered { .. }), "{column}: {error:?}");
    }
    let victim = Victim::with_entries(10).await;
    victim
        .forge("UPDATE audits SET tenant_id = '00000000-0000-0000-0000-000000000000' WHERE tenant_id = :t AND seq = 10")
        .await;
    let report = victim.verify_all().await;
    assert_eq!(
        report.tenants.iter().filter(|v| v.status == Verdict::Tampered).count(),
        2,
        "{report:?}"
    );
}

#[tokio::test]
async fn a_record_too_deep_to_read_is_a_forgery_and_no_failure() {
    let victim = Victim::with_entries(3).await;
    victim
        .forge(&format!(
            "ALTER TABLE audits ALTER COLUMN entry DROP EXPRESSION;
             UPDATE audits SET record = repeat('[', 200000) WHERE tenant_id = :t AND seq = 2; {}
             UPDATE audit_heads AS h SET hash = a.hash FROM audits AS a
             WHERE h.tenant_id = :t AND a.tenant_id = :t AND a.seq = 3",
            super::rechain(2)
        ))
        .await;
    victim.assert_intact(false).await;
    victim.assert_tampered(true, 2, "not what its record says").await;
}

#[tokio::test]
async fn a_role_that_sees_one_tenant_is_told_so_and_not_that_all_is_well() {
    let world = World::new().await;
    let tenant = world.tenant("Acme").await;
    let name = format!("reader_{}", world.database.name());
    let superuser = world.superuser().await;
    superuser
        .batch_execute(&format!("CREATE ROLE {name} LOGIN PASSWORD 'reader' IN ROLE af_app"))
        .await
        .unwrap();
    let url = format!("{}?sslmode=disable", world.database.url_as(&name, "reader"));
    let store = Store::connect(agentflow::Config::from_url(&url).unwrap()).unwrap();
    let admin = store.admin();
    for error in [
        admin.verify_audit(&options(1, 10), &|_| ()).await.map(drop).unwrap_err(),
        admin.tenants().list(None, 10).await.map(drop).unwrap_err(),
        admin.tenants().find("acme").await.map(drop).unwrap_err(),
    ] {
        assert!(matches!(error, Error::Denied { .. }), "{error:?}");
    }
    let verdict = verify(&store.tenant(tenant.id()), &options(1, 10)).await;
    assert_eq!((verdict.status, verdict.total_records), (Verdict::Success, 1));
    store.close();
    drop((admin, store));
    superuser
        .execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename = $1",
            &[&name],
        )
        .await
        .unwrap();
    superuser.batch_execute(&format!("DROP ROLE {name}")).await.unwrap();
}
