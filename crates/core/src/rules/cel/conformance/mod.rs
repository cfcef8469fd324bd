//! Runs the tests of the specification of CEL: `tests/simple/testdata` of github.com/google/cel-spec.

mod cases;
mod gaps;
mod textproto;
mod values;

use std::{
    collections::BTreeMap,
    fs,
    panic::{AssertUnwindSafe, catch_unwind},
    path::Path,
};

use cel_core::{Ast, CelType, Env, MapActivation, Value};

use cases::{Case, Wanted};
use gaps::{Gap, gap};
use values::{Bound, resolved, same};

use super::{functions::Functions, node::Slot, program::Program};
use crate::rules::{Fault, FaultKind, Limits};

/// Names the root of a copy of the repository google/cel-spec, absolute.
const SPEC: &str = "AF_CEL_SPEC";

/// When fewer can be run, the reader has lost some.
const LEAST: usize = 1_700;

/// What an evaluation came to.
enum Outcome {
    Value(Value),
    /// An error as the specification knows them.
    Error(String),
    /// Something else that went wrong.
    Broken(String),
}

type Evaluator = fn(&Env, &Ast, &Case) -> Outcome;

fn environment(case: &Case) -> Env {
    let mut env = Env::with_standard_library().with_all_extensions();
    env.set_container(&case.container);
    for (name, cel_type) in &case.variables {
        env.add_variable(name, cel_type.clone());
    }
    for function in &case.functions {
        env.add_function(function.clone());
    }
    env
}

fn compiled(env: &Env, case: &Case) -> Result<Ast, String> {
    let ast =
        if case.checked { env.compile(&case.expression) } else { env.parse_only(&case.expression) };
    ast.map_err(|error| error.to_string())
}

fn by_us(env: &Env, ast: &Ast, case: &Case) -> Outcome {
    // The checker resolves names within the container; without it, this must be done here.
    let inside = format!("{}.", case.container);
    let exactly = |name: &str| case.variables.iter().position(|(it, _)| it == name);
    let place = |name: &str| {
        let within = (!case.checked).then(|| exactly(&format!("{inside}{name}")));
        within.flatten().or_else(|| exactly(name))
    };
    let values = case.variables.iter().map(|(name, _)| {
        let value = case.bindings.iter().find(|(it, _)| it == name);
        value.map_or(Slot::Missing, |(_, value)| Slot::Value(value.clone()))
    });
    let slots: Vec<_> = values.collect();
    let program = match Program::new(ast, &Functions::new(env), &place, Limits::default()) {
        Ok(program) => program,
        Err(problems) => return Outcome::Broken(problems.to_string()),
    };
    match program.value(&slots) {
        Ok(value) => Outcome::Value(value),
        Err(Fault { kind: FaultKind::Internal | FaultKind::Limit, message }) => {
            Outcome::Broken(message)
        }
        Err(fault) => Outcome::Error(fault.message),
    }
}

/// With the evaluator of the library, to tell its gaps from ours.
fn by_the_library(env: &Env, ast: &Ast, case: &Case) -> Outcome {
    let values: MapActivation = case.bindings.iter().cloned().collect();
    match env.program(ast).map(|it| it.eval_with_container(&values, &case.container)) {
        Ok(Value::Error(error)) => Outcome::Error(error.message.clone()),
        Ok(value) => Outcome::Value(value),
        Err(error) => Outcome::Broken(error.to_string()),
    }
}

fn run(case: &Case, evaluator: Evaluator) -> Result<(), String> {
    let env = environment(case);
    let ast = compiled(&env, case)?;
    let wanted = match &case.wanted {
        Wanted::Checked => return Ok(()),
        Wanted::Error => None,
        Wanted::Value(wanted) => Some(wanted),
    };
    let wants = || wanted.map_or("an error".to_owned(), |it| format!("{it:?}"));
    match (evaluator(&env, &ast, case), wanted) {
        (Outcome::Value(got), Some(wanted)) if same(&got, wanted) => Ok(()),
        (Outcome::Error(_), None) => Ok(()),
        (Outcome::Value(got), _) => Err(format!("wanted {}, got {got:?}", wants())),
        (Outcome::Error(got) | Outcome::Broken(got), _) => {
            Err(format!("wanted {}, failed: {got}", wants()))
        }
    }
}

fn deduce(case: &Case, wanted: &CelType) -> Result<(), String> {
    let ast = compiled(&environment(case), case)?;
    match ast.result_type().map_or(CelType::Dyn, resolved) {
        got if got == *wanted => Ok(()),
        got => Err(format!("wanted the type {wanted}, got {got}")),
    }
}

/// What passed, and what failed why.
#[derive(Default)]
struct Score<'c> {
    passed: Vec<&'c Case>,
    failed: Vec<(&'c Case, String)>,
}

impl<'c> Score<'c> {
    fn of(
        cases: impl Iterator<Item = &'c Case>,
        run: impl Fn(&Case) -> Result<(), String>,
    ) -> Self {
        let mut score = Self::default();
        for case in cases {
            let result = catch_unwind(AssertUnwindSafe(|| run(case)));
            match result.unwrap_or_else(|_| Err("it panicked".to_owned())) {
                Ok(()) => score.passed.push(case),
                Err(reason) => score.failed.push((case, reason)),
            }
        }
        score
    }

    /// What is not as the list of gaps has it.
    fn surprises(&self, gaps: &[Gap]) -> Vec<String> {
        let mut surprises = Vec::new();
        for (case, reason) in &self.failed {
            if gap(gaps, &case.path).is_none() {
                surprises.push(format!("{} fails: `{}`: {reason}", case.path, case.expression));
            }
        }
        for case in &self.passed {
            if gap(gaps, &case.path).is_some() {
                surprises.push(format!("{} passes, and is listed as a gap", case.path));
            }
        }
        for (index, (pattern, _)) in gaps.iter().enumerate() {
            if !self.failed.iter().any(|(case, _)| gap(gaps, &case.path) == Some(index)) {
                surprises.push(format!("{pattern} is listed as a gap, and no such test fails"));
            }
        }
        surprises
    }

    fn print(&self, title: &str, gaps: &[Gap]) {
        let (passed, failed) = (self.passed.len(), self.failed.len());
        println!("{title}: {} run, {passed} passed, {failed} failed", passed + failed);
        for (index, (pattern, reason)) in gaps.iter().enumerate() {
            let cases = self.failed.iter().map(|(case, _)| &case.path);
            let count = cases.filter(|path| gap(gaps, path) == Some(index)).count();
            println!("  {pattern}: {count}: {reason}");
        }
    }
}

struct File {
    name: String,
    cases: Vec<Result<Case, Bound>>,
}

fn files(root: &Path) -> Vec<File> {
    let folder = root.join("tests/simple/testdata");
    let files = fs::read_dir(&folder)
        .unwrap_or_else(|error| panic!("{SPEC}: failed to read {}: {error}", folder.display()));
    let mut files: Vec<_> = files.map(|it| it.unwrap().path()).collect();
    files.retain(|it| it.extension().is_some_and(|it| it == "textproto"));
    files.sort();
    let files = files.iter().map(|file| {
        let name = file.file_stem().unwrap().to_string_lossy().into_owned();
        let message = textproto::read(&fs::read_to_string(file).unwrap());
        let message = message.unwrap_or_else(|it| panic!("{}: {it}", file.display()));
        File { cases: cases::cases(&name, &message), name }
    });
    files.collect()
}

fn print_counts(files: &[File], ours: &Score<'_>) {
    let tests = files.iter().map(|it| it.cases.len()).sum::<usize>();
    println!("{} files, {tests} tests", files.len());
    let mut bound = BTreeMap::<Bound, usize>::new();
    for reason in files.iter().flat_map(|it| &it.cases).filter_map(|it| it.as_ref().err()) {
        *bound.entry(*reason).or_default() += 1;
    }
    println!("bound to protocol buffers: {}", bound.values().sum::<usize>());
    for (reason, count) in &bound {
        println!("  {reason}: {count}");
    }
    println!("{:<16} {:>5} {:>5} {:>6} {:>6}", "file", "tests", "bound", "passed", "failed");
    for File { name, cases } in files {
        let own = |case: &&Case| case.path.split('/').next() == Some(name);
        let passed = ours.passed.iter().copied().filter(own).count();
        let failed = ours.failed.iter().map(|it| it.0).filter(own).count();
        let bound = cases.len() - passed - failed;
        println!("{name:<16} {:>5} {bound:>5} {passed:>6} {failed:>6}", cases.len());
    }
}

#[test]
fn the_tests_of_the_specification_pass_except_the_listed_gaps() {
    let Some(root) = std::env::var_os(SPEC) else {
        eprintln!("skipped: {SPEC} does not name a copy of github.com/google/cel-spec");
        return;
    };
    let files = files(Path::new(&root));
    let cases: Vec<_> = files.iter().flat_map(|it| &it.cases).flatten().collect();
    assert!(cases.len() >= LEAST, "only {} tests can be run", cases.len());

    let ours = Score::of(cases.iter().copied(), |case| run(case, by_us));
    let library = Score::of(cases.iter().copied(), |case| run(case, by_the_library));
    let with_type = cases.iter().copied().filter(|it| it.deduced.is_some());
    let types = Score::of(with_type, |case| deduce(case, case.deduced.as_ref().unwrap()));
    print_counts(&files, &ours);
    ours.print("values", gaps::VALUES);
    library.print("values by the evaluator of the library", gaps::VALUES);
    types.print("types", gaps::TYPES);

    let mut surprises = ours.surprises(gaps::VALUES);
    surprises.extend(types.surprises(gaps::TYPES));
    assert!(surprises.is_empty(), "{}", surprises.join("\n"));
}
