//! What a benchmark measured.

use std::{collections::BTreeMap, fs, io::ErrorKind, path::Path, time::Duration};

use serde_json::{Value, json};

use crate::Error;

/// One figure, as a benchmark wrote it down.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Line {
    /// What it and others are about.
    pub(super) title: String,
    /// What it is of.
    pub(super) name: String,
    pub(super) kind: Kind,
}

#[derive(Debug, Clone, PartialEq)]
pub(super) enum Kind {
    /// The middle one of several samples, and how far they are apart.
    Measured { unit: String, median: f64, low: f64, high: f64 },
    /// A figure beside its target.
    Judged { value: f64, sign: String, target: f64, met: bool },
}

/// All that one benchmark measured in a run.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Figures {
    pub(super) bench: String,
    /// What told it to measure less or more than usual.
    pub(super) flag: Option<String>,
    pub(super) took: Duration,
    /// What it ran on.
    pub(super) machine: String,
    /// How busy the machine was when it ended, over the last minute.
    pub(super) load: Option<f64>,
    /// The day, in UTC.
    pub(super) date: String,
    pub(super) lines: Vec<Line>,
}

/// Points of one thing at several sizes.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Series {
    /// What it is, with `n` where the size stands.
    pub(super) name: String,
    pub(super) unit: String,
    /// Size, and the median there.
    pub(super) points: Vec<(f64, f64)>,
}

/// Reads lines of JSON objects.
pub(super) fn read(text: &str) -> Result<Vec<Line>, Error> {
    let parse = |(number, line): (usize, &str)| {
        serde_json::from_str(line)
            .ok()
            .and_then(|value| Line::from_json(&value))
            .ok_or_else(|| format!("line {number} of what was recorded cannot be read: {line}"))
    };
    (1..).zip(text.lines()).map(parse).collect::<Result<_, _>>().map_err(Into::into)
}

impl Line {
    fn from_json(value: &Value) -> Option<Self> {
        let text = |name: &str| value[name].as_str().map(str::to_owned);
        let number = |name: &str| value[name].as_f64();
        let kind = if value.get("unit").is_some() {
            Kind::Measured {
                unit: text("unit")?,
                median: number("median")?,
                low: number("p10")?,
                high: number("p90")?,
            }
        } else {
            Kind::Judged {
                value: number("value")?,
                sign: text("sign")?,
                target: number("target")?,
                met: value["met"].as_bool()?,
            }
        };
        Some(Self { title: text("title")?, name: text("name")?, kind })
    }

    fn to_json(&self) -> Value {
        let Self { title, name, kind } = self;
        match kind {
            Kind::Measured { unit, median, low, high } => json!({
                "title": title, "name": name, "unit": unit, "median": median, "p10": low, "p90": high,
            }),
            Kind::Judged { value, sign, target, met } => json!({
                "title": title, "name": name, "value": value, "sign": sign, "target": target, "met": met,
            }),
        }
    }
}

impl Kind {
    /// Whether it is the verdict on this figure.
    pub(super) fn judges(&self, median: f64) -> bool {
        matches!(self, Self::Judged { value, .. } if value.total_cmp(&median).is_eq())
    }
}

impl Figures {
    pub(super) fn new(
        bench: &str,
        flag: Option<&str>,
        took: Duration,
        lines: Vec<Line>,
    ) -> Result<Self, Error> {
        if lines.is_empty() {
            return Err(format!("the benchmark {bench} told no figures").into());
        }
        let load = fs::read_to_string("/proc/loadavg").ok();
        let load = load.and_then(|text| text.split_whitespace().next()?.parse().ok());
        #[expect(
            clippy::disallowed_methods,
            reason = "the day of a measurement is that of the machine"
        )]
        let date = jiff::Timestamp::now().strftime("%Y-%m-%d").to_string();
        let (bench, flag) = (bench.to_owned(), flag.map(str::to_owned));
        Ok(Self { bench, flag, took, machine: machine(), load, date, lines })
    }

    /// Keeps them, so that a later run of other benchmarks shows them still.
    pub(super) fn store(&self, path: &Path) -> Result<(), Error> {
        let lines: Vec<_> = self.lines.iter().map(Line::to_json).collect();
        let value = json!({
            "bench": self.bench, "flag": self.flag, "seconds": self.took.as_secs(), "machine": self.machine,
            "load": self.load, "date": self.date, "lines": lines,
        });
        Ok(fs::write(path, format!("{value:#}\n"))?)
    }

    /// What was kept. `None` if there is nothing.
    pub(super) fn load(path: &Path) -> Result<Option<Self>, Error> {
        let text = match fs::read_to_string(path) {
            Err(error) if error.kind() == ErrorKind::NotFound => return Ok(None),
            read => read?,
        };
        let value = serde_json::from_str(&text).ok();
        let figures = value.as_ref().and_then(Self::from_json);
        let unreadable = || format!("{} holds no figures; run its benchmark again", path.display());
        Ok(Some(figures.ok_or_else(unreadable)?))
    }

    fn from_json(value: &Value) -> Option<Self> {
        Some(Self {
            bench: value["bench"].as_str()?.to_owned(),
            flag: value["flag"].as_str().map(str::to_owned),
            took: Duration::from_secs(value["seconds"].as_u64()?),
            machine: value["machine"].as_str()?.to_owned(),
            load: value["load"].as_f64(),
            date: value["date"].as_str()?.to_owned(),
            lines: value["lines"].as_array()?.iter().map(Line::from_json).collect::<Option<_>>()?,
        })
    }

    /// What was measured at two sizes or more. A size is a number that differs between lines which are the same otherwise.
    pub(super) fn growth(&self) -> Vec<Series> {
        let mut families: BTreeMap<(String, String), Vec<Member>> = BTreeMap::new();
        let mut order = Vec::new();
        for line in &self.lines {
            let Kind::Measured { unit, median, .. } = &line.kind else { continue };
            let (shape, numbers) = numbers_of(&format!("{}: {}", line.title, line.name));
            let key = (shape, unit.clone());
            if !families.contains_key(&key) {
                order.push(key.clone());
            }
            families.entry(key).or_default().push((numbers, *median));
        }
        order.iter().flat_map(|key| series(key, &families[key])).collect()
    }
}

/// How many cores of what, and what for a system.
fn machine() -> String {
    let model = fs::read_to_string("/proc/cpuinfo").ok().and_then(|text| {
        let line = text.lines().find_map(|line| line.strip_prefix("model name"))?;
        Some(line.trim_start_matches([' ', '\t', ':']).to_owned())
    });
    let cores = std::thread::available_parallelism().map_or(1, std::num::NonZero::get);
    let model = model.unwrap_or_else(|| std::env::consts::ARCH.to_owned());
    format!("{cores} cores, {model}, {}", std::env::consts::OS)
}

/// One series for the first number that grows; the other numbers tell series apart, unless they grow with it.
fn series((shape, unit): &(String, String), members: &[Member]) -> Vec<Series> {
    let count = members[0].0.len();
    let distinct = |place: usize| {
        let mut values: Vec<_> = members.iter().map(|(numbers, _)| numbers[place].0).collect();
        values.sort_unstable();
        values.dedup();
        values.len()
    };
    let Some(size) = (0..count).max_by_key(|place| (distinct(*place), count - place)) else {
        return Vec::new();
    };
    let grows_along =
        |place: usize| distinct(place) == distinct(size) && members.len() == distinct(size);
    let mut groups: BTreeMap<Vec<Written>, Vec<(f64, f64)>> = BTreeMap::new();
    for (numbers, median) in members {
        let rest = (0..count)
            .filter(|place| *place != size && !grows_along(*place))
            .map(|place| numbers[place].clone())
            .collect();
        #[expect(clippy::cast_precision_loss, reason = "a place in a plot")]
        groups.entry(rest).or_default().push((numbers[size].0 as f64, *median));
    }
    let mut found = Vec::new();
    for (rest, mut points) in groups {
        points.sort_by(|a, b| a.0.total_cmp(&b.0));
        points.dedup_by(|a, b| a.0.total_cmp(&b.0).is_eq());
        if points.len() < 2 {
            continue;
        }
        let mut rest = rest.iter();
        let name = shape.split('#').enumerate().fold(String::new(), |name, (place, part)| {
            let number = match place.checked_sub(1) {
                None => String::new(),
                Some(place) if place == size || grows_along(place) => "n".to_owned(),
                Some(_) => rest.next().map(|(_, text)| text.clone()).unwrap_or_default(),
            };
            name + &number + part
        });
        found.push(Series { name, unit: unit.clone(), points });
    }
    found
}

/// The numbers in a line, and its figure.
type Member = (Vec<Written>, f64);

/// A number, and how it is written: with commas or without.
type Written = (u64, String);

/// A text with `#` in place of whole numbers, and the numbers.
fn numbers_of(text: &str) -> (String, Vec<Written>) {
    let (mut shape, mut numbers) = (String::new(), Vec::new());
    let mut rest = text;
    while let Some(start) = rest.find(|letter: char| letter.is_ascii_digit()) {
        let (before, from) = rest.split_at(start);
        let end = from.find(|letter: char| !letter.is_ascii_digit() && letter != ',');
        let number = from[..end.unwrap_or(from.len())].trim_end_matches(',');
        shape.push_str(before);
        shape.push('#');
        let value = number.replace(',', "").parse().unwrap_or(u64::MAX);
        numbers.push((value, number.to_owned()));
        rest = &from[number.len()..];
    }
    shape.push_str(rest);
    (shape, numbers)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn measured(title: &str, name: &str, median: f64) -> Line {
        let kind = Kind::Measured { unit: "/s".to_owned(), median, low: median, high: median };
        Line { title: title.to_owned(), name: name.to_owned(), kind }
    }

    fn growth(lines: Vec<Line>) -> Vec<(String, Vec<(f64, f64)>)> {
        let figures = Figures::new("b", None, Duration::ZERO, lines).unwrap();
        figures.growth().into_iter().map(|it| (it.name, it.points)).collect()
    }

    #[test]
    fn what_is_written_down_is_read_again() {
        let text = "{\"title\":\"t\",\"name\":\"n\",\"unit\":\"ms\",\"median\":1.5,\"p10\":1.0,\"p90\":2.0}\n\
                    {\"title\":\"t\",\"name\":\"n\",\"value\":2.0,\"sign\":\"≥\",\"target\":1.0,\"met\":true}\n";
        let lines = read(text).unwrap();
        let figures = Figures::new("b", Some("--full"), Duration::from_secs(7), lines).unwrap();
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("b.json");
        figures.store(&path).unwrap();
        assert_eq!(Figures::load(&path).unwrap(), Some(figures));
        let refused = read("{\"title\":\"t\"}\n").unwrap_err().to_string();
        assert!(refused.starts_with("line 1"), "{refused}");
        assert_eq!(Figures::load(&folder.path().join("none")).unwrap(), None);
        fs::write(&path, "<<<<<<< ours").unwrap();
        assert!(Figures::load(&path).unwrap_err().to_string().contains("b.json"));
    }

    #[test]
    fn a_benchmark_that_tells_nothing_is_an_error() {
        assert!(Figures::new("b", None, Duration::ZERO, Vec::new()).is_err());
    }

    #[test]
    fn sizes_are_numbers_that_differ() {
        let lines = vec![
            measured("append, 1,000 a call", "100 entries", 5.0),
            measured("append, 1,000 a call", "1000 entries", 6.0),
        ];
        let expected =
            vec![("append, 1,000 a call: n entries".to_owned(), vec![(100.0, 5.0), (1000.0, 6.0)])];
        assert_eq!(growth(lines), expected);
    }

    #[test]
    fn what_differs_besides_makes_series_of_its_own() {
        let mut lines = Vec::new();
        for size in [10, 20, 30] {
            for jobs in [1, 2] {
                lines.push(measured(
                    "verify",
                    &format!("{size} entries, {jobs} jobs"),
                    f64::from(size * jobs),
                ));
            }
        }
        let found = growth(lines);
        assert_eq!(found.len(), 2);
        assert_eq!(
            found[0],
            (
                "verify: n entries, 1 jobs".to_owned(),
                vec![(10.0, 10.0), (20.0, 20.0), (30.0, 30.0)]
            )
        );
        assert_eq!(found[1].0, "verify: n entries, 2 jobs");
    }

    #[test]
    fn numbers_that_grow_together_are_one_size() {
        let lines = vec![
            measured("one tenant: 100 audit entries, 10 memories", "export", 5.0),
            measured("one tenant: 400 audit entries, 40 memories", "export", 6.0),
        ];
        let found = growth(lines);
        assert_eq!(
            found,
            [(
                "one tenant: n audit entries, n memories: export".to_owned(),
                vec![(100.0, 5.0), (400.0, 6.0)]
            )]
        );
    }

    #[test]
    fn one_size_is_no_growth() {
        assert!(
            growth(vec![measured("a", "10 entries", 1.0), measured("a", "scoped", 2.0)]).is_empty()
        );
    }
}
