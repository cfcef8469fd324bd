//! The report for people: a table, then what to do about what is down.

use agentflow_services::{Name, Report, Service, Status};

use crate::output::{Output, table};

pub(super) fn text(report: &Report, output: &Output) -> String {
    let rows = report.services.iter().map(|(name, service)| row(*name, service));
    let mut parts = vec![table(&["", "SERVICE", "LATENCY", ""], rows)];
    for (name, service) in &report.services {
        if service.status == Status::Unavailable
            && let Some(hint) = &service.hint
        {
            parts.push(advice(*name, hint, output));
        }
    }
    let warnings: Vec<_> = report
        .services
        .iter()
        .flat_map(|(name, service)| {
            service.warnings.iter().map(move |it| format!("! {name}: {it}"))
        })
        .collect();
    if !warnings.is_empty() {
        parts.push(warnings.join("\n"));
    }
    parts.push(output.dim(&machine(report)));
    parts.push(verdict(report, output));
    parts.join("\n\n")
}

fn row(name: Name, service: &Service) -> Vec<String> {
    let mark = match service.status {
        Status::Available => "✓",
        Status::Unavailable => "✗",
        Status::Unknown => "–",
    };
    let latency = service.latency_ms.map(|it| format!("{it:.1} ms")).unwrap_or_default();
    vec![mark.to_owned(), name.to_string(), latency, service.message.clone()]
}

/// Each way on a line of its own.
fn advice(name: Name, hint: &str, output: &Output) -> String {
    let mut lines = vec![output.bold(&format!("{name}: what to do"))];
    lines.extend(hint.lines().map(|line| format!("  {line}")));
    lines.join("\n")
}

fn machine(report: &Report) -> String {
    let environment = &report.environment;
    let container = match environment.container.as_str() {
        "host" => String::new(),
        kind => format!(", in a container ({kind})"),
    };
    let tools = report.tools.iter().map(|(tool, version)| match version {
        Some(version) => format!("{tool} {version}"),
        None => format!("no {tool}"),
    });
    let tools: Vec<_> = tools.collect();
    format!(
        "af {} on {} {}{container}; {}",
        report.version,
        environment.platform,
        environment.architecture,
        tools.join(", ")
    )
}

fn verdict(report: &Report, output: &Output) -> String {
    if report.is_good() {
        return output.good("✓ everything that is required is available");
    }
    let errors: Vec<_> = report.errors.iter().map(|it| output.bad(&format!("✗ {it}"))).collect();
    errors.join("\n")
}
