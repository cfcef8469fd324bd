//! What criterion keeps of its last run.

use std::{fs, path::Path, time::SystemTime};

use serde_json::Value;

use super::figures::{Kind, Line};
use crate::Error;

/// A moment to compare files with.
#[expect(
    clippy::disallowed_methods,
    reason = "compared with the times of files, which the system sets"
)]
pub(super) fn now() -> SystemTime {
    SystemTime::now()
}

/// The medians of what was measured since then, with the interval that criterion is confident of at 95 %.
pub(super) fn read(folder: &Path, since: SystemTime) -> Result<Vec<Line>, Error> {
    let mut lines = Vec::new();
    collect(folder, since, &mut lines)?;
    lines.sort_by(|a, b| (&a.title, &a.name).cmp(&(&b.title, &b.name)));
    Ok(lines)
}

fn collect(folder: &Path, since: SystemTime, lines: &mut Vec<Line>) -> Result<(), Error> {
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        if !path.is_dir() {
            continue;
        }
        let estimates = path.join("estimates.json");
        let is_last = path.file_name().is_some_and(|name| name == "new");
        if is_last && fs::metadata(&estimates)?.modified()? >= since {
            let value = |file: &Path| -> Result<Value, Error> {
                Ok(serde_json::from_str(&fs::read_to_string(file)?)?)
            };
            let line = line(&value(&path.join("benchmark.json"))?, &value(&estimates)?);
            lines.push(line.ok_or_else(|| format!("{} cannot be read", path.display()))?);
        } else {
            collect(&path, since, lines)?;
        }
    }
    Ok(())
}

fn line(benchmark: &Value, estimates: &Value) -> Option<Line> {
    let title = benchmark["group_id"].as_str()?.to_owned();
    let parts = ["function_id", "value_str"].map(|it| benchmark[it].as_str());
    let name = parts.into_iter().flatten().collect::<Vec<_>>().join(" ");
    let median = &estimates["median"];
    let interval = &median["confidence_interval"];
    let kind = Kind::Measured {
        unit: "ns".to_owned(),
        median: median["point_estimate"].as_f64()?,
        low: interval["lower_bound"].as_f64()?,
        high: interval["upper_bound"].as_f64()?,
    };
    Some(Line { title, name, kind })
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    #[test]
    fn only_what_was_measured_since_is_read() {
        let folder = tempfile::tempdir().unwrap();
        let new = folder.path().join("rules/decide all/100/new");
        fs::create_dir_all(&new).unwrap();
        let benchmark = r#"{"group_id":"rules","function_id":"decide all","value_str":"100"}"#;
        fs::write(new.join("benchmark.json"), benchmark).unwrap();
        let interval = r#"{"confidence_level":0.95,"lower_bound":1.0,"upper_bound":3.0}"#;
        let estimates =
            format!(r#"{{"median":{{"confidence_interval":{interval},"point_estimate":2.0}}}}"#);
        fs::write(new.join("estimates.json"), estimates).unwrap();
        let written = fs::metadata(new.join("estimates.json")).unwrap().modified().unwrap();

        let kind = Kind::Measured { unit: "ns".to_owned(), median: 2.0, low: 1.0, high: 3.0 };
        let expected = Line { title: "rules".to_owned(), name: "decide all 100".to_owned(), kind };
        assert_eq!(read(folder.path(), written).unwrap(), [expected]);
        assert_eq!(read(folder.path(), written + Duration::from_secs(1)).unwrap(), []);
    }
}
