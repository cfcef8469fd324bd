//! Copies that are no evidence: they are refused, and never taken for tampering.

use agentflow::{
    Error,
    audit::VerifyOptions,
    core::audit::{SignedCheckpoint, TornEnd, read_checkpoints},
};

use super::{COVER_UP, HEAD_FOLLOWS, Notary, Stage, options};

async fn refusal(stage: &Stage, options: &VerifyOptions) -> String {
    let admin = stage.victim.world.store.admin();
    let error = admin.verify_audit(options, &|_| ()).await.unwrap_err();
    assert!(matches!(error, Error::InvalidInput { .. }), "{error:?}");
    error.to_string()
}

#[tokio::test]
async fn copies_need_a_key() {
    let stage = Stage::new().await;
    let without = VerifyOptions { outside: stage.notary.copies.clone(), ..options(1, 10) };
    assert!(refusal(&stage, &without).await.contains("without a trusted key"));
}

#[tokio::test]
async fn a_copy_signed_by_an_unknown_key_is_refused_and_named() {
    let mut stage = Stage::new().await;
    let tenant = stage.victim.tenant.id();
    let root = stage.notary.copies[0].checkpoint().root;
    stage.notary.copies.push(Notary::new(2).sign(tenant, 8, root));
    let refused = refusal(&stage, &stage.with_copies()).await;
    assert!(refused.contains(&format!("audit.example.com/t/{tenant} at 8")), "{refused}");
    assert!(refused.contains("no signature is by a known key"), "{refused}");
}

#[tokio::test]
async fn an_altered_copy_is_refused() {
    let mut stage = Stage::new().await;
    let note = stage.notary.copies[0].note().to_string();
    let altered = note.replacen("\n4\n", "\n3\n", 1);
    assert_ne!(note, altered);
    stage.notary.copies.push(SignedCheckpoint::read(&altered).unwrap());
    let refused = refusal(&stage, &stage.with_copies()).await;
    assert!(refused.contains("the text was changed"), "{refused}");
}

#[tokio::test]
async fn a_torn_file_of_copies_is_refused_or_read_up_to_the_tear() {
    let mut stage = Stage::new().await;
    let notes = stage.notary.copies.iter().map(|copy| format!("{}\n", copy.note()));
    let file: String = notes.collect();
    let torn = format!("{file}{}", &stage.notary.copies[0].note().to_string()[..60]);
    let refused = read_checkpoints(torn.as_bytes(), TornEnd::Refuse).find_map(Result::err);
    assert!(refused.unwrap().to_string().contains("cut off"));

    let read: Result<Vec<_>, _> = read_checkpoints(torn.as_bytes(), TornEnd::Ignore).collect();
    assert_eq!(read.as_ref().unwrap(), &stage.notary.copies);
    stage.notary.copies = read.unwrap();
    stage.assert_unnoticed(&stage.with_copies()).await;
    let cut = "DELETE FROM audits WHERE tenant_id = :t AND seq > 7";
    stage.victim.forge(&format!("{cut}; {HEAD_FOLLOWS}; {COVER_UP}")).await;
    stage.assert_found(&stage.with_copies(), 8, "ends at entry 7, and 8 were signed").await;
}

#[tokio::test]
async fn a_single_tenant_is_compared_with_its_own_copies() {
    let mut stage = Stage::new().await;
    let tenant = &stage.victim.tenant;
    let check = async |options: &VerifyOptions| {
        let report = tenant.audit().verify(options, &|_| ()).await.unwrap();
        assert_eq!(report.tenant_log, None);
        report
    };
    let report = check(&stage.with_copies()).await;
    assert_eq!((report.checkpoints, report.first_tampered_seq), (4, None), "rows and copies");
    stage.victim.forge(COVER_UP).await;
    assert_eq!(check(&stage.with_copies()).await.checkpoints, 2);
    let other = agentflow::core::hash::Sha256::of(&[b"other"]);
    stage.notary.copies.push(stage.notary.sign(stage.victim.tenant.id(), 6, other));
    let report = check(&stage.with_copies()).await;
    assert_eq!(report.first_tampered_seq, Some(5), "{report:?}");
}
