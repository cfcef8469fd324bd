use std::{
    collections::BTreeMap,
    fmt::Debug,
    sync::{Arc, Mutex},
};

use agentflow::{NewWorkspace, audit::Actor};
use tracing::{
    Id, Instrument, Subscriber,
    field::{Field, Visit},
    span::{Attributes, Record},
};
use tracing_subscriber::{
    Layer, Registry,
    layer::{Context, SubscriberExt},
    registry::LookupSpan,
    util::SubscriberInitExt,
};

use crate::support::World;

/// A span that is over.
#[derive(Debug, Clone, Default)]
struct Ended {
    name: &'static str,
    target: &'static str,
    parent: Option<&'static str>,
    fields: BTreeMap<&'static str, String>,
}

impl Visit for Ended {
    fn record_debug(&mut self, field: &Field, value: &dyn Debug) {
        self.fields.insert(field.name(), format!("{value:?}"));
    }

    fn record_str(&mut self, field: &Field, value: &str) {
        self.fields.insert(field.name(), value.to_owned());
    }
}

/// Keeps the spans of this thread.
#[derive(Clone, Default)]
struct Spans(Arc<Mutex<Vec<Ended>>>);

impl<S: Subscriber + for<'a> LookupSpan<'a>> Layer<S> for Spans {
    fn on_new_span(&self, attributes: &Attributes<'_>, id: &Id, context: Context<'_, S>) {
        let span = context.span(id).unwrap();
        let metadata = attributes.metadata();
        let parent = span.parent().map(|it| it.metadata().name());
        let mut ended =
            Ended { name: metadata.name(), target: metadata.target(), parent, ..Ended::default() };
        attributes.record(&mut ended);
        span.extensions_mut().insert(ended);
    }

    fn on_record(&self, id: &Id, values: &Record<'_>, context: Context<'_, S>) {
        let span = context.span(id).unwrap();
        values.record(span.extensions_mut().get_mut::<Ended>().unwrap());
    }

    fn on_close(&self, id: Id, context: Context<'_, S>) {
        let ended = context.span(&id).unwrap().extensions_mut().remove::<Ended>().unwrap();
        self.0.lock().unwrap().push(ended);
    }
}

impl Spans {
    fn operations(&self) -> Vec<Ended> {
        let all = self.0.lock().unwrap();
        all.iter().filter(|it| it.target == "agentflow::operation").cloned().collect()
    }
}

#[tokio::test]
async fn each_operation_is_a_span_with_name_tenant_rows_and_outcome() {
    let world = World::new().await;
    let tenant = world.tenant("Acme").await;
    tenant.workspaces().create(NewWorkspace::named("First"), &Actor::user("ann")).await.unwrap();
    let spans = Spans::default();
    let guard = Registry::default().with(spans.clone()).set_default();
    let work = async {
        let new = NewWorkspace::named("Confidential-4711");
        let made = tenant.workspaces().create(new, &Actor::user("ann")).await.unwrap();
        tenant.workspaces().get(made.id).await.unwrap().unwrap();
        tenant.execute("UPDATE workspaces SET description = $1", &[&"4711"]).await.unwrap();
        tenant.query("SELECT 1 / 0", &[]).await.unwrap_err();
    };
    work.instrument(tracing::info_span!("request")).await;
    drop(guard);

    let spans = spans.operations();
    let found: Vec<_> = spans
        .iter()
        .map(|it| {
            let field = |name: &str| it.fields.get(name).map_or("-", String::as_str);
            (field("operation"), field("rows"), field("outcome"))
        })
        .collect();
    let expected = [
        // The row, and the entry of the chain.
        ("create a workspace", "2", "ok"),
        ("get a workspace", "1", "ok"),
        ("run a statement", "2", "ok"),
        ("run a query", "-", "database"),
    ];
    assert_eq!(found, expected, "{spans:#?}");
    for span in &spans {
        assert_eq!((span.name, span.parent), ("operation", Some("request")), "{span:?}");
        assert_eq!(span.fields["tenant"], tenant.id().to_string(), "{span:?}");
        assert_eq!(span.fields["otel.name"], span.fields["operation"], "{span:?}");
        assert!(!format!("{span:?}").contains("4711"), "{span:?}");
    }
}

#[tokio::test]
async fn rows_are_told_only_where_all_of_them_are_counted() {
    let world = World::new().await;
    world.tenant("Acme").await;
    let admin = world.store.admin();
    let spans = Spans::default();
    let guard = Registry::default().with(spans.clone()).set_default();
    // It looks at one row, and then reads the others as a stream.
    admin.tenants().list(None, 10).await.unwrap();
    drop(guard);
    let spans = spans.operations();
    let [list] = &spans[..] else { panic!("{spans:#?}") };
    assert_eq!(list.fields["operation"], "list tenants");
    assert_eq!(list.fields.get("rows"), None, "{list:?}");
}
