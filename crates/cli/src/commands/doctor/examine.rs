//! Looking at the database, and what comes of it.

use agentflow_doctor::{Doctor, Finding, Level, Options, Report, Rule, Skipped};
use serde::Serialize;

use super::{
    Args,
    baseline::Baseline,
    explain::{every_rule, find},
    own, show,
};
use crate::{
    context::Context,
    error::{Error, Result},
    exit::Exit,
};

/// What came of it.
#[derive(Debug, Serialize)]
pub(super) struct Examined {
    pub(super) status: &'static str,
    pub(super) server_version: String,
    /// How many are new, by level.
    pub(super) errors: usize,
    pub(super) warnings: usize,
    pub(super) infos: usize,
    pub(super) findings: Vec<Seen>,
    pub(super) rules_run: Vec<&'static str>,
    pub(super) skipped: Vec<Skipped>,
    /// Lines of the baseline that nothing is found for any more.
    pub(super) gone: Vec<String>,
}

/// A finding, and whether it is in the baseline.
#[derive(Debug, Serialize)]
pub(super) struct Seen {
    #[serde(flatten)]
    pub(super) finding: Finding,
    pub(super) known: bool,
}

pub(super) async fn run(args: &Args, options: Options, context: &Context) -> Result<Exit> {
    let rules = rules(args)?;
    let baseline = args.baseline.as_deref();
    let baseline = baseline.map(|path| Baseline::read(path, args.write_baseline)).transpose()?;
    let report = examine(&rules, options, context).await?;
    let mut examined = examined(report, baseline.as_ref());
    if let (true, Some(baseline)) = (args.write_baseline, baseline) {
        baseline.renew(&examined)?;
        for seen in &mut examined.findings {
            seen.known = true;
        }
        examined.gone.clear();
        examined.count();
    }
    let exit = if examined.errors == 0 { Exit::Done } else { Exit::Found };
    let output = &context.output;
    output.conclude(&examined, exit, |examined| show::text(examined, output))
}

/// The rules that were asked for.
fn rules(args: &Args) -> Result<Vec<&'static Rule>> {
    let least = Level::from(args.level);
    let mut rules: Vec<_> = match &args.rules[..] {
        [] => every_rule().collect(),
        names => names.iter().map(|name| find(name)).collect::<Result<_>>()?,
    };
    if let Some(last) = rules.iter().map(|rule| rule.level).max().filter(|level| *level < least) {
        let message = format!(
            "no rule is left to look at: the worst of those given is of level {last}, and --level is {least}"
        );
        return Err(
            Error::usage(message).with_hint(format!("leave --level out, or --level {last}"))
        );
    }
    rules.retain(|rule| rule.level >= least);
    rules.sort_by_key(|rule| rule.id);
    rules.dedup();
    Ok(rules)
}

async fn examine(rules: &[&'static Rule], options: Options, context: &Context) -> Result<Report> {
    let (ours, theirs): (Vec<&'static Rule>, Vec<&'static Rule>) =
        rules.iter().copied().partition(|rule| rule.query.is_none());
    let store = context.store().await?;
    let mut client = store.admin().connect().await?;
    let doctor = Doctor::new(options).with_rules(theirs.iter().map(|rule| rule.id))?;
    let mut report = doctor.examine(&mut client).await?;
    own::examine(&ours, &store, &client, &mut report).await?;
    store.close();
    Ok(report)
}

fn examined(report: Report, baseline: Option<&Baseline>) -> Examined {
    let is_known = |finding: &Finding| baseline.is_some_and(|it| it.has(finding));
    let seen = |finding: Finding| Seen { known: is_known(&finding), finding };
    let gone = baseline.map(|it| it.gone(&report)).unwrap_or_default();
    let mut examined = Examined {
        status: "success",
        server_version: report.server_version,
        errors: 0,
        warnings: 0,
        infos: 0,
        findings: report.findings.into_iter().map(seen).collect(),
        rules_run: report.rules_run,
        skipped: report.skipped,
        gone,
    };
    examined.count();
    examined
}

impl Examined {
    fn count(&mut self) {
        let of = |level| {
            let new = self.findings.iter().filter(|seen| !seen.known);
            new.filter(|seen| seen.finding.level == level).count()
        };
        (self.errors, self.warnings, self.infos) =
            (of(Level::Error), of(Level::Warning), of(Level::Info));
        self.status = if self.errors == 0 { "success" } else { "found" };
    }
}
