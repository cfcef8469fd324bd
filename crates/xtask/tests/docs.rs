//! Links of the documents lead somewhere.

use std::{
    fs,
    path::{Path, PathBuf},
};

#[test]
fn every_relative_link_leads_to_a_file() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    let mut documents = documents_in(&root, false);
    documents.extend(documents_in(&root.join("docs"), true));
    assert!(documents.iter().any(|it| it.ends_with("CONTRIBUTING.md")), "{documents:?}");
    let mut faults = Vec::new();
    for document in documents {
        let text = fs::read_to_string(&document).unwrap_or_default();
        for (line, target) in links(&text) {
            let folder = document.parent().unwrap_or(&root);
            if !folder.join(&target).exists() {
                let shown = document.strip_prefix(&root).unwrap_or(&document).display();
                faults.push(format!("{shown}:{line}: {target} is not there"));
            }
        }
    }
    assert!(faults.is_empty(), "\n{}", faults.join("\n"));
}

#[test]
fn links_are_told_from_what_only_looks_like_one() {
    let text = "[a](b.md) ![c](d.png \"title\") [e](#f) [g](https://example.org) [h](i.md#j)\n\
                ```\n[k](l.md)\n```\n`[m](n.md)`\n[o]: p.md\n[q](mailto:r@example.org)";
    let expected = [(1, "b.md"), (1, "d.png"), (1, "i.md"), (6, "p.md")];
    assert_eq!(links(text), expected.map(|(line, target)| (line, target.to_owned())));
}

/// Markdown files of a folder, and with `deep` of what is below it.
fn documents_in(folder: &Path, deep: bool) -> Vec<PathBuf> {
    let mut documents = Vec::new();
    let entries = fs::read_dir(folder).unwrap_or_else(|e| panic!("{}: {e}", folder.display()));
    for path in entries.flatten().map(|entry| entry.path()) {
        if deep && path.is_dir() {
            documents.extend(documents_in(&path, true));
        } else if path.extension().is_some_and(|it| it == "md") {
            documents.push(path);
        }
    }
    documents.sort();
    documents
}

/// Relative targets with their lines, without anchors. What stands in code is no link.
fn links(text: &str) -> Vec<(usize, String)> {
    let mut links = Vec::new();
    let mut in_fence = false;
    for (number, line) in (1..).zip(text.lines()) {
        if line.trim_start().starts_with("```") {
            in_fence = !in_fence;
        }
        if in_fence {
            continue;
        }
        let prose: String = line.split('`').step_by(2).collect::<Vec<_>>().join("`");
        let inline = prose.split("](").skip(1).filter_map(|rest| rest.split_once(')'));
        let mut targets: Vec<_> = inline.map(|(target, _)| target.to_owned()).collect();
        if let Some((_, target)) = prose.split_once("]: ").filter(|_| prose.starts_with('[')) {
            targets.push(target.to_owned());
        }
        for target in targets {
            let target = target.split_whitespace().next().unwrap_or_default();
            let file = target.split('#').next().unwrap_or_default();
            if !file.is_empty() && !file.contains("://") && !file.starts_with("mailto:") {
                links.push((number, file.to_owned()));
            }
        }
    }
    links
}

/// Blocks of code: the line of the fence, the language, the text.
fn blocks(text: &str) -> Vec<(usize, String, String)> {
    let (mut blocks, mut block) = (Vec::new(), None::<(usize, String, String)>);
    for (number, line) in (1..).zip(text.lines()) {
        match (line.trim().strip_prefix("```"), &mut block) {
            (Some(language), None) => block = Some((number, language.to_owned(), String::new())),
            (Some(_), Some(_)) => blocks.extend(block.take()),
            (None, Some((_, _, text))) => {
                text.push_str(line);
                text.push('\n');
            }
            (None, None) => {}
        }
    }
    blocks
}

#[test]
fn every_block_of_code_is_of_a_kind_that_a_test_reads() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    let mut documents = documents_in(&root, false);
    documents.extend(documents_in(&root.join("docs"), true));
    let mut faults = Vec::new();
    for document in documents {
        let text = fs::read_to_string(&document).unwrap_or_default();
        let shown = document.strip_prefix(&root).unwrap_or(&document).display();
        for (line, language, block) in blocks(&text) {
            let reason = match language.as_str() {
                // Several values are one a line.
                "json" => serde_json::Deserializer::from_str(&block)
                    .into_iter::<serde_json::Value>()
                    .try_for_each(|value| value.map(drop))
                    .map_err(|error| error.to_string()),
                "yaml" => serde_saphyr::from_str::<serde_json::Value>(&block)
                    .map(drop)
                    .map_err(|error| error.to_string()),
                // Read by af's `documented` and its guides, and by `documents` and `guides` of the library; the last line is for
                // people: what is shown, drawn, or belongs to another program.
                "sh" | "console" | "rust" | "rust,no_run" | "sql" | "rego" | "text" | ""
                | "mermaid" | "ini" | "hcl" => Ok(()),
                other => Err(format!("no test reads `{other}`")),
            };
            if let Err(reason) = reason {
                faults.push(format!("{shown}:{line}: {reason}"));
            }
        }
    }
    assert!(faults.is_empty(), "\n{}", faults.join("\n"));
}
