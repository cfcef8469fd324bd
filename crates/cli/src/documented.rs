//! Every command line of the documents is one that this program understands.

use std::{
    fs,
    path::{Path, PathBuf},
};

use clap::{CommandFactory, Parser, error::ErrorKind};

use crate::cli::Cli;

const ID: &str = "01998a5d-ac96-774b-bcce-b302099a8057";
const AGE: &str = "age1ql3z7hjy54pw3hyww5ayyfg7zqgvc7w3j2elw8zmrj2kg5sfn9aqmcac8p";

/// A line of a document, and where it is.
struct Line {
    place: String,
    text: String,
}

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

fn documents() -> Vec<PathBuf> {
    let folders = [root(), root().join("docs"), root().join("docs/cli"), root().join("docs/adr")];
    let files = folders.iter().flat_map(|folder| fs::read_dir(folder).unwrap());
    let mut documents: Vec<_> = files
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.extension().is_some_and(|it| it == "md"))
        .collect();
    documents.sort();
    documents
}

/// The lines of blocks of commands, where one that ends with a backslash goes on in the next. What is to be tried by hand is left out:
/// another test runs that.
fn commands(document: &Path) -> Vec<Line> {
    let text = fs::read_to_string(document).unwrap();
    let name = document.strip_prefix(root()).unwrap().display().to_string();
    let (mut lines, mut inside, mut begun) = (Vec::new(), false, String::new());
    let mut is_run = false;
    for (number, line) in (1..).zip(text.lines().map(str::trim)) {
        match line {
            heading if heading.starts_with("## ") => is_run = heading == "## Try it by hand",
            "```sh" | "```console" => inside = !is_run,
            "```" => inside = false,
            line if inside => {
                let more = line.strip_suffix('\\');
                begun.push_str(more.unwrap_or(line));
                if more.is_none() {
                    let text = std::mem::take(&mut begun);
                    lines.push(Line { place: format!("{name}:{number}"), text });
                }
            }
            _ => {}
        }
    }
    lines
}

/// What is written in prose, between single backticks.
fn mentions(document: &Path) -> Vec<Line> {
    let text = fs::read_to_string(document).unwrap();
    let name = document.strip_prefix(root()).unwrap().display().to_string();
    let mut is_code = false;
    let mut found = Vec::new();
    for (number, line) in (1..).zip(text.lines()) {
        if line.trim_start().starts_with("```") {
            is_code = !is_code;
        } else if !is_code {
            let words = line.split('`').skip(1).step_by(2).filter(|it| it.starts_with("af "));
            found.extend(
                words.map(|it| Line { place: format!("{name}:{number}"), text: it.to_owned() }),
            );
        }
    }
    found
}

/// The calls of `af` in a line of a shell: alone, behind another program, or in a substitution.
fn calls(line: &str) -> Vec<Vec<String>> {
    let line = line.split(" # ").next().unwrap_or_default().trim_start_matches(['$', '!', ' ']);
    let open = line.replace("\"$(", " ; ").replace(")\"", " ; ");
    let open = open.replace("$(", " ; ").replace("<(", " ; ");
    let mut calls = Vec::new();
    let mut call: Option<Vec<String>> = None;
    for word in words(&open) {
        match word.as_str() {
            "|" | "&&" | "||" | ";" | "&" | ";;" => calls.extend(call.take()),
            "af" if call.is_none() => call = Some(vec!["af".to_owned()]),
            _ => {
                if let Some(call) = &mut call {
                    call.push(word);
                }
            }
        }
    }
    calls.extend(call);
    calls.into_iter().map(|call| without_redirections(&call)).collect()
}

/// Words as a shell sees them, as far as the documents need it.
fn words(line: &str) -> Vec<String> {
    let (mut words, mut word, mut quote) = (Vec::new(), None::<String>, None);
    for letter in line.chars() {
        match (letter, quote) {
            ('\'' | '"', None) => {
                quote = Some(letter);
                word.get_or_insert_default();
            }
            (_, Some(open)) if letter == open => quote = None,
            (' ', None) => words.extend(word.take()),
            (')' | ';', None) => {
                words.extend(word.take());
                words.push(";".to_owned());
            }
            _ => word.get_or_insert_default().push(letter),
        }
    }
    words.extend(word);
    words
}

fn without_redirections(call: &[String]) -> Vec<String> {
    let mut kept = Vec::new();
    let mut words = call.iter();
    while let Some(word) = words.next() {
        let bare = word.trim_start_matches(['1', '2', '&']);
        if ["<", ">", ">>"].contains(&bare) {
            words.next();
        } else if !bare.starts_with(['<', '>']) {
            kept.push(filled_in(word));
        }
    }
    kept
}

/// A value in place of what stands for one.
fn filled_in(word: &str) -> String {
    match word {
        "ID" | "RUN" | "MESSAGE-ID" => ID.to_owned(),
        "age1…" => AGE.to_owned(),
        _ if word.starts_with('$') => ID.to_owned(),
        _ if word.ends_with('…') => ID.to_owned(),
        _ => word.to_owned(),
    }
}

#[test]
fn every_command_line_of_the_documents_is_understood() {
    let (mut faults, mut count) = (Vec::new(), 0);
    for line in documents().iter().flat_map(|it| commands(it)) {
        for call in calls(&line.text) {
            count += 1;
            match Cli::try_parse_from(&call) {
                Ok(_) => {}
                Err(error)
                    if matches!(
                        error.kind(),
                        ErrorKind::DisplayHelp | ErrorKind::DisplayVersion
                    ) => {}
                Err(error) => faults.push(format!("{}: {}\n{error}", line.place, line.text)),
            }
        }
    }
    assert!(faults.is_empty(), "{}", faults.join("\n"));
    assert!(count > 300, "only {count} were found");
}

#[test]
fn every_command_that_the_documents_mention_is_there() {
    let cli = Cli::command();
    let (mut faults, mut count) = (Vec::new(), 0);
    for line in documents().iter().flat_map(|it| mentions(it)) {
        count += 1;
        let mut command = &cli;
        for word in line.text.split_whitespace().skip(1) {
            match command.find_subcommand(word) {
                Some(found) => command = found,
                None if command.has_subcommands() && word.chars().all(char::is_lowercase) => {
                    faults.push(format!("{}: `{}` has no `{word}`", line.place, line.text));
                    break;
                }
                None => break,
            }
        }
    }
    assert!(faults.is_empty(), "{}", faults.join("\n"));
    assert!(count > 100, "only {count} were found");
}

#[test]
fn calls_are_found_wherever_they_stand_in_a_line() {
    let found = |line: &str| calls(line).iter().map(|call| call.join(" ")).collect::<Vec<_>>();
    assert_eq!(found("af up   # starts it"), ["af up"]);
    assert_eq!(
        found("echo 'af x' | af audit append --tenant acme < in > out"),
        ["af audit append --tenant acme"]
    );
    assert_eq!(found("psql \"$(af up --output json | jq -r .url)\""), ["af up --output json"]);
    assert_eq!(found("id=$(af run list --quiet)"), ["af run list --quiet"]);
    assert_eq!(found("af a && af b 2>/dev/null"), ["af a", "af b"]);
    assert_eq!(found("! af run show ID"), [format!("af run show {ID}")]);
}
