//! `af run work`: steps done by a command.

use std::{
    sync::{Arc, Mutex, mpsc},
    time::Duration,
};

use agentflow::{
    Config, Store,
    rules::Listening,
    runs::{CancellationToken, StepContext, StepOutput, StepType},
};
use serde_json::{Value, json};

use crate::support::{Sandbox, block_on};

const GREET: &str = "name: Greet
version: 1.0.0
steps:
  - { name: hello, type: llm_call, with: { whom: Bo }, retry: { max_attempts: 2, backoff: 1m } }
  - { name: bye, type: llm_call, timeout: 1s }
";

/// A sandbox whose workspace keeps contents, with a workflow and somebody who starts runs of it.
fn greeting(definition: &str) -> Sandbox {
    greeting_in("full", definition)
}

/// The same with contents as the mode says.
fn greeting_in(mode: &str, definition: &str) -> Sandbox {
    let sandbox = Sandbox::of_acme();
    sandbox.made(&["workspace", "create", "Finance", "--mode", mode]);
    sandbox.made(&["service", "create", "starter"]);
    sandbox.write("greet.yaml", definition);
    sandbox.made(&["workflow", "create", "Greet", "--workspace", "Finance"]);
    sandbox.made(&["workflow", "publish", "greet.yaml"]);
    sandbox
}

fn start(sandbox: &Sandbox) -> String {
    sandbox.write("input.json", "{\"n\": 7}");
    let started =
        sandbox.made(&["run", "start", "Greet", "--for", "starter", "--input", "input.json"]);
    started["id"].as_str().unwrap().to_owned()
}

fn work(sandbox: &Sandbox, command: &str) -> Value {
    sandbox.made(&["run", "work", "--exec", command, "--until-idle", "--name", "w1"])
}

fn show(sandbox: &Sandbox, run: &str) -> Value {
    sandbox.made(&["run", "show", run])
}

#[cfg(unix)]
#[test]
fn a_command_does_not_learn_how_to_reach_the_database() {
    let sandbox = greeting(GREET);
    let run = start(&sandbox);
    let command =
        r#"cat >/dev/null; printf '{"output": "%s%s|%s"}' "$DATABASE_URL" "$AF_DATA_DIR" "$USER""#;
    work(&sandbox, command);
    let shown = show(&sandbox, &run);
    assert_eq!(shown["run"]["status"], "succeeded", "{shown}");
    let output = shown["run"]["output"]["value"].as_str().unwrap();
    assert!(output.starts_with('|') && output != "|", "{output}");
}

#[cfg(unix)]
#[test]
fn steps_are_done_by_a_command() {
    let sandbox = greeting(GREET);
    let run = start(&sandbox);
    // Each process keeps what it was given, and puts out a part of it.
    let command = "cat > given-$$.json; echo '{\"output\": {\"said\": true}, \"tool_calls\": \
                   [{\"tool_type\": \"llm\", \"tool_name\": \"openai/gpt\", \"usage\": {\"input_tokens\": 3, \
                   \"cost_in_cents\": \"0.25\"}}]}'";
    let stats = work(&sandbox, command);
    assert_eq!((&stats["steps"], &stats["succeeded"]), (&json!(2), &json!(1)), "{stats}");
    let shown = show(&sandbox, &run);
    assert_eq!(shown["run"]["status"], json!("succeeded"), "{shown}");
    assert_eq!(shown["run"]["worker"], json!("w1"));
    assert_eq!(shown["tool_calls"].as_array().unwrap().len(), 2);
    assert_eq!(shown["cost_in_cents"], json!("0.5"));

    let mut given: Vec<Value> = std::fs::read_dir(sandbox.path())
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.file_name().unwrap().to_str().unwrap().starts_with("given-"))
        .map(|path| serde_json::from_str(&std::fs::read_to_string(path).unwrap()).unwrap())
        .collect();
    given.sort_by_key(|it| it["step"]["name"] == json!("bye"));
    let [first, second] = &given[..] else { panic!("{given:?}") };
    assert_eq!((&first["run"]["id"], &first["input"]), (&json!(run), &json!({ "n": 7 })));
    assert_eq!((&first["with"], &first["attempt"]), (&json!({ "whom": "Bo" }), &json!(1)));
    assert_eq!(first["step"]["type"], json!("llm_call"));
    assert_eq!((&first["tool"], &first["outputs"]), (&Value::Null, &json!({})));
    assert_eq!(second["outputs"], json!({ "hello": { "said": true } }));
    assert_eq!(second["idempotency_key"], json!(format!("{run}/bye")));
    assert_eq!(second["time_limit_ms"], json!(1000));
}

#[cfg(unix)]
#[test]
fn a_command_that_fails_is_tried_again_unless_it_says_otherwise() {
    let sandbox = greeting(GREET);
    let run = start(&sandbox);
    let stats = work(&sandbox, "echo 'no model' >&2; exit 75");
    assert_eq!((&stats["retries"], &stats["failed"]), (&json!(1), &json!(0)), "{stats}");
    let error = show(&sandbox, &run)["run"]["error"].as_str().unwrap().to_owned();
    assert!(error.contains("exit status: 75") && error.contains("no model"), "{error}");
    sandbox.sql("UPDATE runs SET due_at = now()");
    let stats = work(&sandbox, "exit 1");
    assert_eq!(stats["failed"], json!(1), "the second attempt was the last: {stats}");

    let run = start(&sandbox);
    let stats = work(&sandbox, "echo '{\"error\": \"no such person\", \"retry\": false}'; exit 1");
    assert_eq!((&stats["retries"], &stats["failed"]), (&json!(0), &json!(1)), "{stats}");
    let error = &show(&sandbox, &run)["run"]["error"];
    assert_eq!(*error, json!("step `hello` failed: no such person"));
}

#[cfg(unix)]
#[test]
fn what_is_no_answer_fails_the_step_for_good() {
    let sandbox = greeting(GREET);
    let run = start(&sandbox);
    let stats = work(&sandbox, "echo done");
    assert_eq!((&stats["retries"], &stats["failed"]), (&json!(0), &json!(1)), "{stats}");
    let error = show(&sandbox, &run)["run"]["error"].as_str().unwrap().to_owned();
    assert!(error.contains("not what is expected"), "{error}");
}

#[cfg(unix)]
#[test]
fn what_is_no_answer_is_quoted_only_where_contents_are_kept() {
    for (mode, told) in
        [("full", "string \"SECRET-4711\""), ("metadata_only", "JSON of another form, at line 1")]
    {
        let sandbox = greeting_in(mode, GREET);
        let run = start(&sandbox);
        work(&sandbox, "echo '{\"tool_calls\": \"SECRET-4711\"}'");
        let shown = show(&sandbox, &run);
        let error = shown["run"]["error"].as_str().unwrap();
        assert!(error.contains(told), "{error}");
        let all = format!("{shown}{}", sandbox.made(&["audit", "list", "--limit", "50"]));
        assert_eq!(all.contains("SECRET-4711"), mode == "full", "{all}");
    }
}

#[cfg(unix)]
#[test]
fn a_process_that_left_the_group_keeps_no_step_open() {
    let sandbox = greeting(GREET);
    let run = start(&sandbox);
    // It would hold stdout for longer than the step has.
    let command = "setsid sleep 20 & echo $! >> left; echo '{\"output\": {\"said\": true}}'";
    let began = std::time::Instant::now();
    let stats = work(&sandbox, command);
    let took = began.elapsed();
    for pid in std::fs::read_to_string(sandbox.path().join("left")).unwrap().lines() {
        let _ = std::process::Command::new("kill").args(["-KILL", pid]).status();
    }
    assert_eq!((&stats["steps"], &stats["retries"]), (&json!(2), &json!(0)), "{stats}");
    assert!(took.as_secs() < 15, "{took:?}");
    assert_eq!(show(&sandbox, &run)["steps"][0]["output"]["value"], json!({ "said": true }));
}

#[cfg(unix)]
#[test]
fn more_than_a_report_takes_is_told_and_not_tried_again() {
    let sandbox = greeting(GREET);
    let run = start(&sandbox);
    let stats = work(&sandbox, "head -c 17000000 /dev/zero | tr '\\0' x");
    assert_eq!((&stats["retries"], &stats["failed"]), (&json!(0), &json!(1)), "{stats}");
    let error = show(&sandbox, &run)["run"]["error"].as_str().unwrap().to_owned();
    assert!(error.contains("more than 16777216 bytes"), "{error}");
}

#[test]
fn commands_that_make_something_due_tell_workers_before_they_end() {
    const NEVER: Duration = Duration::from_secs(86_400);
    let sandbox = greeting(
        "name: Greet\nversion: 1.0.0\nsteps:\n  - { name: ask, type: approval_gate, subject: Now? }\n  - { name: hello, type: llm_call }\n",
    );
    sandbox.made(&["user", "create", "bea@acme.test", "--name", "Bea"]);
    let bind = ["role", "bind", "approver", "--to", "bea@acme.test", "--workspace", "Finance"];
    sandbox.made(&bind);
    let store = Store::connect(Config::from_url(sandbox.url()).unwrap()).unwrap();
    let (tell, told) = mpsc::channel();
    let tell = Mutex::new(tell);
    let handler = move |_: StepContext| {
        tell.lock().unwrap().send(()).unwrap();
        async { Ok(StepOutput::default()) }
    };
    let builder = store.run_worker("w").on(StepType::LlmCall, handler).poll(NEVER, NEVER);
    let (worker, stop) = (Arc::new(builder.build()), CancellationToken::new());
    let stopped = stop.clone().drop_guard();
    let working = Arc::clone(&worker);
    let thread = std::thread::spawn(move || block_on(working.run(stop)));
    until(|| matches!(worker.listening(), Listening::On));
    start(&sandbox);
    let mut request = String::new();
    until(|| {
        let listed = sandbox.made(&["approval", "list"]);
        request = listed[0]["id"].as_str().unwrap_or_default().to_owned();
        !request.is_empty()
    });
    sandbox.made(&["approval", "approve", &request, "--as", "bea@acme.test"]);
    told.recv_timeout(Duration::from_secs(20)).expect("nobody told the worker");
    drop(stopped);
    thread.join().unwrap().unwrap();
}

fn until(mut is_so: impl FnMut() -> bool) {
    let deadline = std::time::Instant::now() + Duration::from_secs(20);
    while !is_so() {
        assert!(std::time::Instant::now() < deadline, "it did not come");
        std::thread::sleep(Duration::from_millis(20));
    }
}

#[cfg(unix)]
#[test]
fn the_time_limit_of_a_step_ends_the_command_with_all_that_it_started() {
    let sandbox = greeting(
        "name: Greet\nversion: 1.0.0\nsteps:\n  - { name: slow, type: llm_call, timeout: 300ms }\n",
    );
    let run = start(&sandbox);
    // The grandchild would write it, long after the time of the step.
    let stats = work(&sandbox, "sh -c 'echo $$ > grandchild; exec sleep 1000' & wait");
    assert_eq!(stats["failed"], json!(1), "{stats}");
    let error = show(&sandbox, &run)["run"]["error"].clone();
    assert_eq!(error, json!("step `slow` failed: it took longer than 300ms"));
    let pid = std::fs::read_to_string(sandbox.path().join("grandchild")).unwrap();
    let deadline = std::time::Instant::now() + std::time::Duration::from_secs(20);
    while is_running(pid.trim()) {
        assert!(std::time::Instant::now() < deadline, "process {pid} still runs");
        std::thread::yield_now();
    }
}

/// One that was killed and that nobody asked after yet is no longer running.
#[cfg(unix)]
fn is_running(pid: &str) -> bool {
    let asked = std::process::Command::new("ps").args(["-o", "stat=", "-p", pid]).output().unwrap();
    let state = String::from_utf8(asked.stdout).unwrap();
    !state.trim().is_empty() && !state.trim().starts_with('Z')
}

#[cfg(unix)]
#[test]
fn ctrl_c_lets_a_running_step_end_and_gives_the_run_back() {
    use std::{
        io::{BufRead, BufReader},
        process::{Command, Stdio},
    };

    let sandbox = greeting(GREET);
    let run = start(&sandbox);
    let command = "echo began >&2; read go < pipe; echo '{\"output\": 1}'";
    assert!(Command::new("mkfifo").arg(sandbox.path().join("pipe")).status().unwrap().success());
    let mut worker = sandbox
        .command(&["run", "work", "--exec", command, "-v", "--name", "w1", "--output", "json"])
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let mut lines = BufReader::new(worker.stderr.take().unwrap()).lines().map_while(Result::ok);
    let told = lines.find(|line| line.ends_with("began")).unwrap();
    assert_eq!(told, format!("{run} hello: began"));
    let pid = worker.id().to_string();
    assert!(Command::new("kill").args(["-INT", &pid]).status().unwrap().success());
    lines.find(|line| line.contains("Stopping")).unwrap();
    std::fs::write(sandbox.path().join("pipe"), "go\n").unwrap();
    std::thread::spawn(move || lines.for_each(drop));
    let ended = worker.wait_with_output().unwrap();
    assert_eq!(ended.status.code(), Some(0));
    let stats: Value = serde_json::from_slice(&ended.stdout).unwrap();
    assert_eq!((&stats["steps"], &stats["given_back"]), (&json!(1), &json!(1)), "{stats}");
    let stats = work(&sandbox, "true");
    assert_eq!((&stats["steps"], &stats["succeeded"]), (&json!(1), &json!(1)), "{stats}");
}

#[test]
fn a_worker_needs_a_command_and_a_hook_that_is_one() {
    let sandbox = Sandbox::of_acme();
    assert_eq!(sandbox.failed(&["run", "work", "--exec", " "]), ("usage".to_owned(), 2));
    let hook = ["run", "work", "--exec", "true", "--approval-hook", "ftp://x"];
    assert_eq!(sandbox.failed(&hook).1, 2);
    let told = sandbox.told(&["run", "work", "--exec", "true", "--until-idle"], "");
    assert_eq!(
        (told.code, told.stdout.as_str()),
        (0, "Did 0 steps: 0 runs succeeded, 0 failed.\n")
    );
    assert!(told.stderr.contains("takes runs of tenant acme"), "{}", told.stderr);
}
