//! Finding runs.

use agentflow::runs::{RunCursor, RunFilter, RunStatus};

use super::support::{Place, ann, publish, steps_of};
use crate::support::World;

#[tokio::test]
async fn runs_are_listed_newest_first_in_pages() {
    let world = World::new().await;
    let tenant = world.tenant("Acme").await;
    let place = Place::new(&tenant, 1).await;
    // Those of a batch have one time, and are told apart by their ids.
    let mut made: Vec<_> = place.start_many(5).await.iter().map(|it| it.id).collect();
    made.push(place.start().await.id);
    made.sort_unstable();
    let mut seen = Vec::new();
    let mut after = None;
    loop {
        let page = tenant.runs().list(RunFilter::default(), after, 2).await.unwrap();
        let Some(last) = page.last() else { break };
        after = Some(RunCursor::from(last));
        seen.extend(page);
    }
    let order: Vec<_> = seen.iter().map(|it| (it.created_at, it.id)).collect();
    assert!(order.windows(2).all(|pair| pair[0] > pair[1]), "{order:?}");
    let mut ids: Vec<_> = seen.iter().map(|it| it.id).collect();
    ids.sort_unstable();
    assert_eq!(ids, made);
}

#[tokio::test]
async fn runs_are_listed_by_workspace_workflow_and_status() {
    let world = World::new().await;
    let tenant = world.tenant("Acme").await;
    let place = Place::new(&tenant, 1).await;
    let other_workflow = place.another("Payouts", &steps_of(1)).await;
    let new = agentflow::NewWorkspace::named("Support");
    let support = tenant.workspaces().create(new, &ann()).await.unwrap().id;
    let version = publish(&tenant, support, "Refunds", &steps_of(1)).await;
    let elsewhere = Place { workspace: support, version, ..place.clone() };
    let [first, second, third] =
        [place.start().await, other_workflow.start().await, elsewhere.start().await];
    let canceled = tenant.runs().cancel(first.id, "stop", &ann()).await.unwrap();
    let list = async |filter| {
        let runs = tenant.runs().list(filter, None, 9).await.unwrap();
        runs.iter().map(|run| (run.id, run.status)).collect::<Vec<_>>()
    };
    let [first, second, third] =
        [(canceled.id, canceled.status), (second.id, second.status), (third.id, third.status)];
    let all = RunFilter::default();
    let here = RunFilter { workspace: Some(place.workspace), ..all };
    assert_eq!(list(here).await, [second, first]);
    let of_workflow = RunFilter { workflow: Some(other_workflow.version.workflow_id), ..all };
    assert_eq!(list(of_workflow).await, [second]);
    let stopped = RunFilter { status: Some(RunStatus::Canceled), ..all };
    assert_eq!(list(stopped).await, [first]);
    let queued = RunFilter { status: Some(RunStatus::Queued), ..all };
    assert_eq!(list(queued).await, [third, second]);
    let narrow = RunFilter { status: Some(RunStatus::Queued), ..here };
    assert_eq!(list(narrow).await, [second]);
    assert_eq!(list(RunFilter { status: Some(RunStatus::Running), ..all }).await, []);
}
