//! What is in a database, row for row.

use std::collections::BTreeMap;

use agentflow::{Config, Store};

use crate::support::block_on;

const TABLES: &str = "SELECT format('%I.%I', n.nspname, c.relname) AS name
    FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
    WHERE c.relkind = 'r' AND n.nspname NOT IN ('pg_catalog', 'information_schema')
    ORDER BY 1";

/// The rows of every table, and the definition of every index, constraint, policy and trigger: a number and a hash each.
pub(crate) fn of(url: &str) -> BTreeMap<String, String> {
    block_on(async {
        let store = Store::connect(Config::from_url(url).unwrap()).unwrap();
        let client = store.admin().connect().await.unwrap();
        let mut content = BTreeMap::new();
        for row in client.query(TABLES, &[]).await.unwrap() {
            let name: String = row.get("name");
            let sql = format!(
                "SELECT count(*) || ' ' || md5(coalesce(string_agg(md5(x::text), '' ORDER BY md5(x::text)), '')) FROM {name} x"
            );
            let hash: String = client.query_one(&sql, &[]).await.unwrap().get(0);
            content.insert(name, hash);
        }
        for (what, sql) in DEFINITIONS {
            for row in client.query(sql, &[]).await.unwrap() {
                // Reading its own text, PostgreSQL leaves out parentheses that make no difference.
                let text = row.get::<_, String>(1).replace(['(', ')'], "");
                content.insert(format!("{what} {}", row.get::<_, String>(0)), text);
            }
        }
        content
    })
}

const DEFINITIONS: [(&str, &str); 5] = [
    ("index", "SELECT schemaname || '.' || indexname, indexdef FROM pg_indexes WHERE schemaname = 'public'"),
    (
        "constraint",
        "SELECT conrelid::regclass::text || ' ' || conname, concat(pg_get_constraintdef(oid), convalidated)
         FROM pg_constraint WHERE connamespace = 'public'::regnamespace AND conrelid <> 0",
    ),
    (
        "policy",
        "SELECT tablename || ' ' || policyname, concat(cmd, roles, qual, with_check)
         FROM pg_policies WHERE schemaname = 'public'",
    ),
    (
        "trigger",
        "SELECT tgrelid::regclass::text || ' ' || tgname, concat(pg_get_triggerdef(oid), tgenabled)
         FROM pg_trigger WHERE NOT tgisinternal",
    ),
    (
        "table",
        "SELECT relname::text, concat(relrowsecurity, relforcerowsecurity, obj_description(oid, 'pg_class'), ARRAY(
             SELECT acl::text FROM unnest(coalesce(relacl, acldefault('r', relowner))) acl ORDER BY 1))
         FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relkind IN ('r', 'p', 'v')",
    ),
];

/// Tables and definitions that differ.
pub(crate) fn differences(
    before: &BTreeMap<String, String>,
    after: &BTreeMap<String, String>,
) -> Vec<String> {
    let names = before.keys().chain(after.keys().filter(|name| !before.contains_key(*name)));
    names
        .filter(|name| before.get(*name) != after.get(*name))
        .map(|name| format!("{name}: {:?} became {:?}", before.get(name), after.get(name)))
        .collect()
}
