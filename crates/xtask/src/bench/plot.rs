//! Plots of how figures grow with the size, as SVG.

use std::{fs, path::Path};

use plotters::prelude::*;

use super::figures::{Figures, Series};
use crate::Error;

const WIDTH: u32 = 760;
const HEIGHT: u32 = 420;
/// More lines than this in one plot cannot be told apart.
const MOST: usize = 6;

/// A file, and what it shows.
pub(super) struct Plot {
    pub(super) file: String,
    pub(super) bench: String,
    pub(super) unit: String,
}

/// A plot for each unit of each benchmark that measured several sizes. Files of earlier runs are renewed.
pub(super) fn draw(all: &[Figures], folder: &Path) -> Result<Vec<Plot>, Error> {
    fs::create_dir_all(folder)?;
    let mut plots = Vec::new();
    for figures in all {
        let growth = figures.growth();
        let mut units: Vec<_> = growth.iter().map(|it| it.unit.clone()).collect();
        units.sort();
        units.dedup();
        for unit in units {
            let of_unit: Vec<_> = growth.iter().filter(|it| it.unit == unit).take(MOST).collect();
            let name: String = unit.chars().filter(char::is_ascii_alphanumeric).collect();
            let file = format!("{}-{}.svg", figures.bench, name.to_lowercase());
            let svg = svg(&format!("{}, {unit}", figures.bench), &of_unit)?;
            fs::write(folder.join(&file), svg)?;
            plots.push(Plot { file, bench: figures.bench.clone(), unit });
        }
    }
    Ok(plots)
}

/// Both axes are logarithmic: what grows with the size is a straight line, and what does not is level.
fn svg(title: &str, series: &[&Series]) -> Result<String, Error> {
    let mut text = String::new();
    {
        let area = SVGBackend::with_string(&mut text, (WIDTH, HEIGHT)).into_drawing_area();
        area.fill(&WHITE)?;
        let points = || series.iter().flat_map(|it| it.points.iter().copied());
        let (sizes, values) = (around(points().map(|it| it.0)), around(points().map(|it| it.1)));
        let mut chart = ChartBuilder::on(&area)
            .caption(title, ("sans-serif", 18))
            .margin(12)
            .x_label_area_size(32)
            .y_label_area_size(72)
            .build_cartesian_2d((sizes.0..sizes.1).log_scale(), (values.0..values.1).log_scale())?;
        chart.configure_mesh().x_desc("size").light_line_style(BLACK.mix(0.05)).draw()?;
        for (number, series) in series.iter().enumerate() {
            let color = Palette99::pick(number).to_rgba();
            let line = LineSeries::new(series.points.iter().copied(), color.stroke_width(2));
            chart.draw_series(line)?.label(series.name.as_str()).legend(move |(x, y)| {
                PathElement::new(vec![(x, y), (x + 16, y)], color.stroke_width(2))
            });
            let points = series.points.iter().map(|it| Circle::new(*it, 3, color.filled()));
            chart.draw_series(points)?;
        }
        chart
            .configure_series_labels()
            .border_style(BLACK.mix(0.2))
            .background_style(WHITE.mix(0.8))
            .position(SeriesLabelPosition::LowerLeft)
            .draw()?;
        area.present()?;
    }
    Ok(text)
}

/// A range that holds all values, with room at both ends.
fn around(values: impl Iterator<Item = f64>) -> (f64, f64) {
    let (low, high) = values
        .filter(|value| *value > 0.0)
        .fold((f64::MAX, f64::MIN_POSITIVE), |(low, high), value| {
            (low.min(value), high.max(value))
        });
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
}
