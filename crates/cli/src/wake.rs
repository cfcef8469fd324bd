use agentflow::Store;

/// Tells workers that something may be due, before the program ends. They find it by polling otherwise, so this never fails.
pub(crate) async fn wake_workers(store: &Store) {
    if let Err(error) = store.run_queue().wake().await {
        tracing::debug!(%error, "workers were not told; they find what is due by polling");
    }
}
