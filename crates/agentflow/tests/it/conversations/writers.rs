use std::sync::Arc;

use agentflow::{
    conversations::NewTurn,
    core::envelope::{MessageRole, SealedEnvelope},
};

use super::Stage;

const WRITERS: usize = 32;
const ROUNDS: usize = 6;

/// Each appends to both conversations and takes the first turn of each batch away again.
async fn write(stage: &Stage, ids: [agentflow::conversations::Conversation; 2], writer: usize) {
    for round in 0..ROUNDS {
        let role = if (writer + round).is_multiple_of(2) {
            MessageRole::User
        } else {
            MessageRole::Assistant
        };
        for conversation in &ids {
            let turns: Vec<_> =
                (1..=3).map(|tokens| NewTurn::text(role, "said").with_cost(tokens, 0.0)).collect();
            let said = stage.tenant.conversations().append_to(conversation, &turns).await.unwrap();
            let first: &SealedEnvelope = &said[0];
            // As the owner of the tables: nobody else may.
            let sql = "DELETE FROM public.messages WHERE id = $1";
            let id = first.envelope().id.0;
            assert_eq!(stage.superuser.execute(sql, &[&id]).await.unwrap(), 1);
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn counters_and_totals_are_right_after_32_writers_who_append_and_delete() {
    let stage = Arc::new(Stage::new().await);
    let ids = [stage.conversation().await, stage.conversation().await];
    let writers: Vec<_> = (0..WRITERS)
        .map(|writer| {
            // Half of them go the other way round, which would be a deadlock without an order.
            let mut ids = ids.clone();
            if writer % 2 == 0 {
                ids.reverse();
            }
            let stage = Arc::clone(&stage);
            tokio::spawn(async move { write(&stage, ids, writer).await })
        })
        .collect();
    for writer in writers {
        writer.await.unwrap();
    }
    for conversation in &ids {
        let now = stage.again(conversation).await;
        // Two turns of every batch are left, with 2 and 3 tokens; half of the batches are the assistant's.
        let batches = i64::try_from(WRITERS * ROUNDS).unwrap();
        assert_eq!(i64::from(now.message_count), 2 * batches);
        assert_eq!(now.total_input_tokens, 5 * batches / 2);
        assert_eq!(now.total_output_tokens, 5 * batches / 2);
        let counted = format!("SELECT count(*) FROM messages WHERE conversation_id = '{}'", now.id);
        assert_eq!(stage.count(&counted).await, 2 * batches);
    }
    assert!(stage.verify_all().await.is_good());
}
