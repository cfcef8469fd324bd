/// Rates of contestants by size.
pub(crate) struct Table {
    title: &'static str,
    sizes: Vec<String>,
    rows: Vec<(&'static str, Vec<f64>)>,
}

impl Table {
    /// Sizes as they are named.
    pub(crate) fn new(title: &'static str, sizes: Vec<String>) -> Self {
        Self { title, sizes, rows: Vec::new() }
    }

    pub(crate) fn add(&mut self, name: &'static str, rates: Vec<f64>) {
        self.rows.push((name, rates));
    }

    /// In Markdown.
    pub(crate) fn print(&self) {
        println!("| {} | {} |", self.title, self.sizes.join(" | "));
        println!("|---|{}", "---:|".repeat(self.sizes.len()));
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
