//! Archives of somebody who can sign, and wants to harm.

use agentflow::{TenantId, archive::TableHead};
use tokio_postgres::Client;

use super::{export, forge, import_with, options, others, plant};
use crate::support::World;

const ONE: &str = "10000000-0000-4000-8000-00000000000d";
const OTHER: &str = "20000000-0000-4000-8000-00000000000e";

type Change = Box<dyn Fn(&mut TableHead, &mut String)>;

fn on(table: &'static str, change: impl Fn(&mut TableHead, &mut String) + 'static) -> Change {
    Box::new(move |head, csv| {
        if head.name == table {
            change(head, csv);
        }
    })
}

/// Changes the text of a table, and keeps the count of its rows true.
fn text(table: &'static str, change: impl Fn(&str) -> String + 'static) -> Change {
    on(table, move |head, csv| {
        let before = csv.lines().count();
        *csv = change(csv);
        head.rows = head.rows + csv.lines().count() as u64 - before as u64;
    })
}

fn doubled(csv: &str) -> String {
    format!("{csv}{}\n", csv.lines().last().unwrap())
}

/// One column of every row becomes this, which needs no quotes, or stands in them.
fn set(csv: &str, column: &str, value: &str) -> String {
    let mut records = records(csv).into_iter();
    let header = records.next().unwrap();
    let place = header.iter().position(|name| name == column).unwrap();
    let mut changed = header.join(",") + "\n";
    for mut record in records {
        record[place] = format!("\"{value}\"");
        changed += &(record.join(",") + "\n");
    }
    changed
}

/// The fields of each record, as they are written.
fn records(csv: &str) -> Vec<Vec<String>> {
    let (mut records, mut record, mut field, mut is_quoted) =
        (Vec::new(), Vec::new(), String::new(), false);
    for letter in csv.chars() {
        match letter {
            ',' if !is_quoted => record.push(std::mem::take(&mut field)),
            '\n' if !is_quoted => {
                record.push(std::mem::take(&mut field));
                records.push(std::mem::take(&mut record));
            }
            _ => {
                is_quoted ^= letter == '"';
                field.push(letter);
            }
        }
    }
    records
}

/// Every row says that it is the other tenant's.
fn with_tenant(csv: &str) -> String {
    let mut changed = String::new();
    for (number, line) in csv.lines().enumerate() {
        let owner = if number == 0 { "tenant_id" } else { OTHER };
        changed += &[line, ",", owner, "\n"].concat();
    }
    changed
}

async fn world() -> (World, Client, TenantId, TenantId) {
    let world = World::new().await;
    let client = world.superuser().await;
    let one = plant(&world.store, &client, ONE).await;
    let other = plant(&world.store, &client, OTHER).await;
    (world, client, one, other)
}

#[tokio::test]
async fn whatever_is_wrong_with_rows_is_named_and_nothing_remains() {
    agentflow_postgres::needs_pgvector!();
    let (world, client, one, _) = world().await;
    let (file, _) = export(&world.store, one).await;
    let before = others(&client, None).await;
    let cases: Vec<(&str, Change)> = vec![
        // The header names more, and the columns agree with it.
        (
            "environments has other columns",
            on("environments", |head, csv| {
                head.columns.push("tenant_id".to_owned());
                *csv = with_tenant(csv);
            }),
        ),
        // The manifest says what is expected, and the file says more.
        ("environments.csv.zst: its columns are not", text("environments", with_tenant)),
        // Other names in the header.
        (
            "environments.csv.zst: its columns are not",
            text("environments", |csv| csv.replacen("tier", "tenant_id", 1)),
        ),
        (
            "a row breaks the constraint environments_tier_known",
            text("environments", |csv| csv.replace(",dev,", ",moon,").replace(",dev\n", ",moon\n")),
        ),
        ("two rows have the same key", text("environments", doubled)),
        (
            "1 rows of environments break the foreign key environments_tenant_id_workspace_id_fkey",
            on("workspaces", |head, csv| {
                let header = format!("{}\n", csv.lines().next().unwrap());
                *csv = header;
                head.rows = 0;
            }),
        ),
        ("table tools", text("tools", |csv| csv.replace(ONE, "not-a-uuid"))),
        (
            "role_permissions_permission_fkey",
            text("role_permissions", |csv| csv.replace("run:read", "run:everything")),
        ),
        // For a key of another tenant, so that it could never be given up again.
        (
            "webhook_secret has sealed values",
            on("teams", |_, csv| {
                *csv = set(csv, "webhook_secret", "\\x4147530107736861726564");
            }),
        ),
        (
            "updated_at has times that are infinite",
            on("tools", |_, csv| *csv = set(csv, "updated_at", "infinity")),
        ),
        (
            "created_at has times that are infinite, or outside of the years 1 to 9999",
            on("tools", |_, csv| *csv = set(csv, "created_at", "20000-01-01 00:00:00+00")),
        ),
        (
            "break the rule that a role holds what its permissions say",
            on("rbac_roles", |_, csv| *csv = set(csv, "permissions", "{tenant:export}")),
        ),
        (
            "rows of api_keys break the rule that API keys belong to services",
            on("api_keys", |_, csv| *csv = set(csv, "principal_id", ONE)),
        ),
        (
            "rows of teams break the rule that whoever is accountable",
            on("team_memberships", |_, csv| *csv = set(csv, "role", "member")),
        ),
        (
            "break the rule that approvals and rejections are those of the decisions",
            on("approval_requests", |_, csv| *csv = set(csv, "rejections", "2")),
        ),
        (
            "break the rule that a conversation has as many messages as it counts",
            on("conversations", |_, csv| *csv = set(csv, "message_count", "9")),
        ),
    ];
    for (expected, change) in cases {
        let forged = forge(&file, |head, csv| change(head, csv), |_| {});
        let mut options = options();
        options.slug = Some("second".parse().unwrap());
        let refused = import_with(&world.store, &forged, &options).await.unwrap_err().to_string();
        assert!(refused.contains(expected), "{expected}: {refused}");
        assert!(!refused.contains("DETAIL") && !refused.contains(OTHER), "{refused}");
        assert_eq!(others(&client, None).await, before, "{expected}");
    }
}

#[tokio::test]
async fn tables_of_another_schema_are_refused_by_name() {
    agentflow_postgres::needs_pgvector!();
    let (world, client, one, _) = world().await;
    let (file, _) = export(&world.store, one).await;
    let before = others(&client, None).await;
    let mut options = options();
    options.slug = Some("second".parse().unwrap());

    let renamed = forge(
        &file,
        |head, _| {
            if head.name == "tools" {
                head.name = "audits".to_owned();
            }
        },
        |_| {},
    );
    let refused = import_with(&world.store, &renamed, &options).await.unwrap_err().to_string();
    assert!(refused.contains("tools is not in the archive"), "{refused}");
    assert!(refused.contains("audits is no table here whose rows travel"), "{refused}");

    let older = forge(&file, |_, _| {}, |manifest| manifest.migration_version -= 1);
    let refused = import_with(&world.store, &older, &options).await.unwrap_err().to_string();
    assert!(refused.contains("af migrate up"), "{refused}");

    let lied = forge(&file, |_, _| {}, |manifest| manifest.source.id = OTHER.parse().unwrap());
    let refused = import_with(&world.store, &lied, &options).await.unwrap_err().to_string();
    assert!(refused.contains("chain"), "{refused}");
    assert_eq!(others(&client, None).await, before);
}

#[tokio::test]
async fn what_is_checked_only_at_the_end_of_a_transaction_is_checked_too() {
    agentflow_postgres::needs_pgvector!();
    let (world, client, one, _) = world().await;
    client
        .batch_execute(&format!(
            "CREATE TABLE targets (tenant_id uuid NOT NULL, id integer NOT NULL, n integer, PRIMARY KEY (tenant_id, id));
             CREATE TABLE notes (
                 tenant_id uuid NOT NULL, id integer NOT NULL, text text, mark text, span int4range,
                 PRIMARY KEY (tenant_id, id),
                 CONSTRAINT notes_once UNIQUE (tenant_id, text) DEFERRABLE INITIALLY DEFERRED,
                 CONSTRAINT notes_mark UNIQUE NULLS NOT DISTINCT (tenant_id, mark) DEFERRABLE,
                 CONSTRAINT notes_apart EXCLUDE USING gist (span WITH &&) WHERE (id > 0) DEFERRABLE
             );
             SELECT archive_classify('notes', 'data'), archive_classify('targets', 'data');
             INSERT INTO notes
             VALUES ('{one}', 1, 'one', 'a', '[1,2)'), ('{one}', 2, 'two', 'b', '[2,3)'),
                    ('{one}', 3, NULL, 'c', '[7,8)'), ('{one}', 4, NULL, NULL, NULL);
             ALTER TABLE notes ADD CONSTRAINT notes_later FOREIGN KEY (tenant_id, id) REFERENCES targets NOT VALID"
        ))
        .await
        .unwrap();
    let (file, _) = export(&world.store, one).await;
    // Ranges are apart whoever has them.
    client.batch_execute("DELETE FROM notes").await.unwrap();
    let mut options = options();
    options.slug = Some("second".parse().unwrap());
    for (from, to, expected) in [
        ("two", "one", "1 rows of notes break the unique notes_once"),
        ("c,\"[7", ",\"[7", "1 rows of notes break the unique notes_mark"),
        ("[2,3)", "[0,9)", "3 rows of notes break the exclusion notes_apart"),
    ] {
        let changed = text("notes", move |csv| csv.replace(from, to));
        let forged = forge(&file, |head, csv| changed(head, csv), |_| {});
        let refused = import_with(&world.store, &forged, &options).await.unwrap_err().to_string();
        assert!(refused.contains(expected), "{expected}: {refused}");
    }
    import_with(&world.store, &file, &options).await.unwrap();
}
