//! Plots of how figures grow with the size, as SVG.

use std::{fs, path::Path};

use plotters::prelude::*;

use super::{
    document::number,
    figures::{Figures, Series},
};
use crate::Error;

const WIDTH: u32 = 760;
const HEIGHT: u32 = 420;
const MARGIN: u32 = 12;
/// The height of a name.
const NAME: u32 = 18;
/// About as many numbers beside an axis as can be told apart.
const LABELS: usize = 6;
/// More lines than this in one plot cannot be told apart.
const MOST: usize = 6;

/// A file, and what it shows.
pub(super) struct Plot {
    pub(super) file: String,
    pub(super) svg: String,
    pub(super) bench: String,
    pub(super) unit: String,
}

/// Writes the plots, and removes those of earlier runs that are not among them.
pub(super) fn store(plots: &[Plot], folder: &Path) -> Result<(), Error> {
    for Plot { file, svg, .. } in plots {
        fs::write(folder.join(file), svg)?;
    }
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        let is_new = plots.iter().any(|plot| path.ends_with(&plot.file));
        if !is_new && path.extension().is_some_and(|it| it == "svg") {
            fs::remove_file(path)?;
        }
    }
    Ok(())
}

/// A plot for each unit of each benchmark that measured several sizes.
pub(super) fn draw(all: &[Figures]) -> Result<Vec<Plot>, Error> {
    let mut plots = Vec::new();
    for figures in all {
        let growth = figures.growth();
        let mut units: Vec<_> = growth.iter().map(|it| it.unit.clone()).collect();
        units.sort();
        units.dedup();
        for unit in units {
            let of_unit: Vec<_> = growth.iter().filter(|it| it.unit == unit).collect();
            for (file, title, series) in parts(&figures.bench, &unit, &of_unit) {
                let (svg, bench) = (svg(&title, &series)?, figures.bench.clone());
                plots.push(Plot { file, svg, bench, unit: unit.clone() });
            }
        }
    }
    Ok(plots)
}

/// File, title and series of each plot, and in all of them all series: what does not go into one goes into the next.
fn parts<'s>(
    bench: &str,
    unit: &str,
    series: &[&'s Series],
) -> Vec<(String, String, Vec<&'s Series>)> {
    let name = unit.to_lowercase().replace('µ', "u").replace('/', "-per-");
    let name = format!("{bench}-{}", name.trim_matches('-'));
    let title = format!("{bench}, {unit}");
    let chunks: Vec<_> = series.chunks(MOST).collect();
    let count = chunks.len();
    let part = |(at, chunk): (usize, &&[&'s Series])| match at {
        0 if count == 1 => (format!("{name}.svg"), title.clone(), chunk.to_vec()),
        0 => (format!("{name}.svg"), format!("{title} (1 of {count})"), chunk.to_vec()),
        _ => {
            let number = at + 1;
            (
                format!("{name}-{number}.svg"),
                format!("{title} ({number} of {count})"),
                chunk.to_vec(),
            )
        }
    };
    chunks.iter().enumerate().map(part).collect()
}

/// The points that have a place on logarithmic axes, and how many have none.
fn placed(series: &Series) -> (Vec<(f64, f64)>, usize) {
    let points: Vec<_> =
        series.points.iter().copied().filter(|(size, value)| *size > 0.0 && *value > 0.0).collect();
    let left_out = series.points.len() - points.len();
    (points, left_out)
}

/// The name of a series, and what of it is not shown.
fn name(series: &Series, left_out: usize) -> String {
    match left_out {
        0 => series.name.clone(),
        1 => format!("{} (1 point at 0 is not shown)", series.name),
        _ => format!("{} ({left_out} points at 0 are not shown)", series.name),
    }
}

/// Both axes are logarithmic: what grows with the size is a straight line, and what does not is level. Names stand below, where
/// they hide nothing.
fn svg(title: &str, series: &[&Series]) -> Result<String, Error> {
    let mut text = String::new();
    {
        let height = HEIGHT + NAME * u32::try_from(series.len())? + MARGIN;
        let area = SVGBackend::with_string(&mut text, (WIDTH, height)).into_drawing_area();
        area.fill(&WHITE)?;
        let (above, below) = area.split_vertically(HEIGHT);
        let points = || series.iter().flat_map(|it| placed(it).0);
        let (sizes, values) = (around(points().map(|it| it.0)), around(points().map(|it| it.1)));
        let mut chart = ChartBuilder::on(&above)
            .caption(title, ("sans-serif", 18))
            .margin(MARGIN)
            .x_label_area_size(36)
            .y_label_area_size(72)
            .build_cartesian_2d((sizes.0..sizes.1).log_scale(), (values.0..values.1).log_scale())?;
        chart
            .configure_mesh()
            .x_desc("n")
            .x_labels(LABELS)
            .y_labels(LABELS)
            .x_label_formatter(&|size| label(*size))
            .y_label_formatter(&|value| label(*value))
            .light_line_style(BLACK.mix(0.05))
            .draw()?;
        for (number, (series, y)) in series.iter().zip((0..).step_by(NAME as usize)).enumerate() {
            let color = Palette99::pick(number).to_rgba();
            let (placed, left_out) = placed(series);
            chart.draw_series(LineSeries::new(placed.iter().copied(), color.stroke_width(2)))?;
            chart.draw_series(placed.iter().map(|it| Circle::new(*it, 3, color.filled())))?;
            let sample = vec![(84, y + 7), (104, y + 7)];
            below.draw(&PathElement::new(sample, color.stroke_width(2)))?;
            below.draw(&Text::new(name(series, left_out), (112, y), ("sans-serif", 13)))?;
        }
        area.present()?;
    }
    Ok(text)
}

/// A number beside an axis.
fn label(value: f64) -> String {
    let number = number(value);
    number.strip_suffix(".00").map_or(number.clone(), str::to_owned)
}

/// A range that holds all values, which are above 0, with room at both ends. Any range, where there are none.
fn around(values: impl Iterator<Item = f64>) -> (f64, f64) {
    let range = values.fold(None, |range, value| {
        let (low, high) = range.unwrap_or((value, value));
        Some((value.min(low), value.max(high)))
    });
    let (low, high) = range.unwrap_or((1.0, 1.0));
    (low / 2.0, high * 2.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_series_has_its_line_and_its_name() {
        let series = |name: &str, factor: f64| Series {
            name: name.to_owned(),
            unit: "ms".to_owned(),
            points: vec![(10.0, factor), (100.0, 10.0 * factor), (1000.0, 100.0 * factor)],
        };
        let svg = svg("scope, ms", &[&series("one", 1.0), &series("other", 2.0)]).unwrap();
        assert!(svg.starts_with("<svg") && svg.contains("scope, ms"), "{svg}");
        assert!(svg.contains("one") && svg.contains("other"));
        assert_eq!(svg.matches("<circle").count(), 6);
    }

    #[test]
    fn plots_that_are_no_longer_drawn_are_removed() {
        let folder = tempfile::tempdir().unwrap();
        for name in ["old.svg", "audit.json"] {
            fs::write(folder.path().join(name), "").unwrap();
        }
        let [file, svg, bench, unit] = ["new.svg", "<svg/>", "audit", "ms"].map(str::to_owned);
        store(&[Plot { file, svg, bench, unit }], folder.path()).unwrap();
        let left = ["old.svg", "audit.json", "new.svg"].map(|name| folder.path().join(name));
        assert_eq!(left.map(|path| path.exists()), [false, true, true]);
    }

    fn named(name: &str, points: &[(f64, f64)]) -> Series {
        Series { name: name.to_owned(), unit: "ms".to_owned(), points: points.to_vec() }
    }

    #[test]
    fn more_series_than_one_plot_can_show_go_into_several() {
        let all: Vec<_> =
            (0..=2 * MOST).map(|number| named(&format!("s{number}"), &[(1.0, 1.0)])).collect();
        let all: Vec<_> = all.iter().collect();
        let found = parts("scope", "ms", &all);
        let files: Vec<_> = found.iter().map(|(file, ..)| file.as_str()).collect();
        assert_eq!(files, ["scope-ms.svg", "scope-ms-2.svg", "scope-ms-3.svg"]);
        assert_eq!(found[1].1, "scope, ms (2 of 3)");
        let shown: Vec<_> = found.iter().flat_map(|(_, _, series)| series.iter()).collect();
        assert!(shown.iter().zip(&all).all(|(shown, one)| shown.name == one.name));
        assert_eq!(shown.len(), all.len());
        let few = parts("scope", "µs/row", &all[..MOST]);
        assert_eq!(few.len(), 1);
        assert_eq!((&*few[0].0, &*few[0].1), ("scope-us-per-row.svg", "scope, µs/row"));
        assert_eq!(parts("keys", "/s", &all[..1])[0].0, "keys-per-s.svg");
    }

    #[test]
    fn what_logarithmic_axes_have_no_place_for_is_told() {
        let zero = named("waits", &[(10.0, 0.0), (100.0, 2.0), (1000.0, 20.0)]);
        let none = named("never", &[(10.0, 0.0), (100.0, 0.0)]);
        let svg = svg("runs, ms", &[&zero, &none]).unwrap();
        assert_eq!(svg.matches("<circle").count(), 2);
        assert!(svg.contains("waits (1 point at 0 is not shown)"), "{svg}");
        assert!(svg.contains("never (2 points at 0 are not shown)"), "{svg}");
        assert!(!svg.contains("inf") && !svg.contains("NaN"), "{svg}");
        super::svg("empty, ms", &[&none]).unwrap();
    }
}
