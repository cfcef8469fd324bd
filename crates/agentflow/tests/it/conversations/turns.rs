use agentflow::{
    Error,
    conversations::{NewTurn, Rating, Replay, StoredMessage},
    core::envelope::{MessageRole, MessageType, SealedEnvelope, ToolCall, ToolResult, Turn},
};
use jiff::{SignedDuration, ToSpan};
use serde_json::json;

use super::{Stage, ann, pages};

fn numbered(count: usize) -> Vec<NewTurn> {
    (0..count)
        .map(|number| {
            let role = if number % 2 == 0 { MessageRole::User } else { MessageRole::Assistant };
            NewTurn::text(role, number.to_string()).with_cost(1 + number as u64, 0.5)
        })
        .collect()
}

#[tokio::test]
async fn turns_come_back_as_they_were_said_with_their_defaults() {
    let stage = Stage::new().await;
    let conversation = stage.conversation().await;
    let mut call = Turn::new(MessageRole::Assistant, "");
    call.tool_calls.push(ToolCall {
        id: "c1".to_owned(),
        name: "search".to_owned(),
        arguments: json!({ "q": [1.5, null] }),
    });
    call.model = Some("a/b".to_owned());
    let mut answer = Turn::new(MessageRole::Tool, "");
    answer.tool_results.push(ToolResult {
        tool_call_id: "c1".to_owned(),
        content: json!("found"),
        is_error: false,
    });
    let span = "00f067aa0ba902b7".parse().unwrap();
    let trace = "4bf92f3577b34da6a3ce929d0e0e4736".parse().unwrap();
    let mut last = NewTurn::text(MessageRole::User, "thanks");
    last.from = Some("ann's phone".to_owned());
    last.to = Some("everybody".to_owned());
    last.trace = Some((trace, Some(span)));
    last.metadata.insert("n".to_owned(), json!(1));
    let said = [
        NewTurn::text(MessageRole::System, "be kind"),
        NewTurn::text(MessageRole::User, "hello"),
        NewTurn::new(call),
        NewTurn::new(answer),
        last,
    ];
    let sealed = stage.tenant.conversations().append(conversation.id, &said).await.unwrap();
    let turns = stage.tenant.conversations().turns(conversation.id, None, 10).await.unwrap();
    assert_eq!(turns.len(), said.len());
    for ((stored, sealed), said) in turns.iter().zip(&sealed).zip(&said) {
        stored.verdict().unwrap();
        assert_eq!(&stored.sealed().unwrap(), sealed);
        assert_eq!(stored.turn().as_ref(), Some(&said.turn));
        assert_eq!(stored.conversation_id, Some(conversation.id));
    }
    let envelopes: Vec<_> = sealed.iter().map(SealedEnvelope::envelope).collect();
    let (user, agent) = (format!("user:{}", stage.user), format!("agent:{}", stage.agent));
    let parties: Vec<_> =
        envelopes.iter().map(|e| (e.from.as_str(), e.to.as_str(), e.kind)).collect();
    assert_eq!(
        parties,
        [
            ("system", &*agent, MessageType::Control),
            (&*user, &*agent, MessageType::Request),
            (&*agent, &*user, MessageType::Response),
            ("tool", &*agent, MessageType::Response),
            ("ann's phone", "everybody", MessageType::Request),
        ]
    );
    let speakers: Vec<_> = turns.iter().map(|turn| turn.agent_id).collect();
    assert_eq!(speakers, [None, None, Some(stage.agent), None, None]);
    let own = conversation.id.0.simple().to_string();
    assert_eq!(envelopes[0].trace_id.unwrap().as_str(), own);
    assert_eq!((envelopes[4].trace_id, envelopes[4].span_id), (Some(trace), Some(span)));
}

#[tokio::test]
async fn a_batch_is_replayed_in_the_order_in_which_it_was_said() {
    let stage = Stage::new().await;
    let conversation = stage.conversation().await;
    // What is finer than microseconds is cut off before anything is hashed.
    stage.clock.set(stage.now().checked_add(1_500.nanoseconds()).unwrap());
    let conversations = stage.tenant.conversations();
    let sealed = conversations.append_to(&conversation, &numbered(300)).await.unwrap();
    let first = sealed[0].envelope().ts;
    assert_eq!(first.as_nanosecond() % 1_000_000_000, 1_000);
    for (index, sealed) in sealed.iter().enumerate() {
        let expected = first.checked_add(i64::try_from(index).unwrap().microseconds()).unwrap();
        assert_eq!(sealed.envelope().ts, expected);
    }
    let mut contents = Vec::new();
    let what = Replay::Conversation(conversation.id);
    let each = |message: &StoredMessage, _: Result<(), &str>| {
        contents.push(message.turn().unwrap().content);
    };
    let report = stage.tenant.messages().replay(&what, &pages(64), each).await.unwrap();
    assert_eq!(contents, (0..300).map(|number| number.to_string()).collect::<Vec<_>>());
    assert_eq!((report.total, report.verified, report.bad.len()), (300, 300, 0));
}

#[tokio::test]
async fn totals_count_tokens_by_role_and_the_last_turn_never_moves_back() {
    let stage = Stage::new().await;
    let conversation = stage.conversation().await;
    stage.pass(SignedDuration::from_secs(60));
    let conversations = stage.tenant.conversations();
    let said = conversations.append(conversation.id, &numbered(4)).await.unwrap();
    let now = stage.again(&conversation).await;
    assert_eq!((now.message_count, now.total_input_tokens, now.total_output_tokens), (4, 4, 6));
    assert_eq!(now.last_message_at, said[3].envelope().ts);

    stage.clock.set(stage.now() - SignedDuration::from_hours(1));
    conversations.append(conversation.id, &numbered(1)).await.unwrap();
    let later = stage.again(&conversation).await;
    assert_eq!((later.message_count, later.last_message_at), (5, now.last_message_at));
    let first = conversations.turns(conversation.id, None, 1).await.unwrap().remove(0);
    assert!(first.envelope.unwrap().ts < conversation.created_at, "it is replayed first");
}

#[tokio::test]
async fn turns_are_paged_without_gaps_or_repetitions() {
    let stage = Stage::new().await;
    let conversation = stage.conversation().await;
    let conversations = stage.tenant.conversations();
    conversations.append(conversation.id, &numbered(7)).await.unwrap();
    // At the same moment as the first of them.
    conversations.append(conversation.id, &numbered(1)).await.unwrap();
    let whole = conversations.turns(conversation.id, None, 100).await.unwrap();
    assert_eq!(whole.len(), 8);
    for page in [1, 2, 3, 7, 8] {
        let mut pieces: Vec<StoredMessage> = Vec::new();
        loop {
            let after = pieces.last();
            let next = conversations.turns(conversation.id, after, page).await.unwrap();
            if next.is_empty() {
                break;
            }
            pieces.extend(next);
        }
        assert_eq!(pieces, whole, "pages of {page}");
    }
}

#[tokio::test]
async fn one_bad_turn_of_a_batch_is_named_and_nothing_is_said() {
    let stage = Stage::new().await;
    let conversation = stage.conversation().await;
    let mut turns = numbered(3);
    turns[1].turn.model = Some(String::new());
    let append = |turns: Vec<NewTurn>| {
        let conversations = stage.tenant.conversations();
        async move { conversations.append(conversation.id, &turns).await.unwrap_err().to_string() }
    };
    let error = append(turns).await;
    assert!(error.contains("turns[1].payload.model: expected 1 to 255"), "{error}");
    let mut turns = numbered(3);
    turns[2].turn.content = "a\0b".to_owned();
    let error = append(turns).await;
    assert!(error.contains("turns[2].payload.content: the character U+0000"), "{error}");
    let mut turns = numbered(3);
    turns[0].dollars = f64::NAN;
    let error = append(turns).await;
    assert!(error.contains("turns[0].cost.dollars: expected a finite"), "{error}");
    assert_eq!(stage.again(&conversation).await.message_count, 0);
    assert!(stage.tenant.conversations().append(conversation.id, &[]).await.unwrap().is_empty());
}

#[tokio::test]
async fn feedback_is_noted_changed_taken_back_and_recorded_without_the_comment() {
    let stage = Stage::new().await;
    let conversation = stage.conversation().await;
    let said = stage.say(&conversation, "hello").await;
    let (conversations, id) = (stage.tenant.conversations(), said.envelope().id);
    let feedback = async |rating, comment: Option<&str>| {
        conversations.feedback(id, rating, comment, &ann()).await
    };
    let stored = feedback(Some(Rating::Negative), Some("too short")).await.unwrap();
    assert_eq!(stored.feedback_rating, Some(Rating::Negative));
    let turns = conversations.turns(conversation.id, None, 10).await.unwrap();
    assert_eq!(turns[0].feedback_comment.as_deref(), Some("too short"));
    turns[0].verdict().unwrap();
    let (entry, _) = stage.recorded("message.feedback_noted").await;
    let details = entry.details.unwrap();
    assert_eq!((&details["rating"], &details["has_comment"]), (&json!("negative"), &json!(true)));
    assert!(!details.to_string().contains("too short"));

    let longest = "é".repeat(2_000);
    feedback(Some(Rating::Positive), Some(&longest)).await.unwrap();
    for (rating, comment) in [
        (Some(Rating::Positive), "x".repeat(2_001)),
        (Some(Rating::Positive), "a\0".to_owned()),
        (Some(Rating::Positive), String::new()),
        (None, "why".to_owned()),
    ] {
        let error = feedback(rating, Some(&comment)).await.unwrap_err();
        assert!(matches!(error, Error::InvalidInput { .. }), "{error}");
    }
    let stored = feedback(None, None).await.unwrap();
    assert_eq!((stored.feedback_rating, stored.feedback_comment), (None, None));

    let message = stage.store(1).await.remove(0);
    let rating = Some(Rating::Positive);
    let error =
        conversations.feedback(message.envelope().id, rating, None, &ann()).await.unwrap_err();
    assert!(matches!(error, Error::NotFound { .. }), "only turns are rated: {error}");
}
