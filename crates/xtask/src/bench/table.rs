/// Rates of contestants by size.
pub(crate) struct Table {
    sizes: Vec<u32>,
    rows: Vec<(&'static str, Vec<f64>)>,
}

impl Table {
    pub(crate) fn new(sizes: &[u32]) -> Self {
        Self { sizes: sizes.to_vec(), rows: Vec::new() }
    }

    pub(crate) fn add(&mut self, name: &'static str, rates: Vec<f64>) {
        self.rows.push((name, rates));
    }

    /// In Markdown.
    pub(crate) fn print(&self) {
        let sizes: Vec<_> = self.sizes.iter().map(|size| format!("{size} jobs")).collect();
        println!("| claimed and completed per second | {} |", sizes.join(" | "));
        println!("|---|{}", "---:|".repeat(sizes.len()));
        for (name, rates) in &self.rows {
            let rates: Vec<_> = rates.iter().map(|rate| format!("{rate:.0}")).collect();
            println!("| {name} | {} |", rates.join(" | "));
        }
    }
}

/// The one in the middle; of an even number the lower one of the two.
pub(crate) fn median(mut rates: Vec<f64>) -> f64 {
    rates.sort_by(f64::total_cmp);
    rates.get(rates.len().saturating_sub(1) / 2).copied().unwrap_or(f64::NAN)
}
