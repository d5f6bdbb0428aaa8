//! Tables, and the bars that figures have to stay below.

use std::fmt::Display;

/// What came out so far.
pub struct Report {
    missed: usize,
    is_strict: bool,
}

impl Report {
    /// Nothing yet. Unless it `is_strict`, nothing is demanded of figures: those of a small
    /// run say nothing.
    pub fn new(is_strict: bool) -> Self {
        Self {
            missed: 0,
            is_strict,
        }
    }

    /// Notes a figure that must not be above a bar.
    pub fn bar(&mut self, what: &str, measured: f64, most: f64, unit: &str) {
        let is_kept = measured <= most;
        let verdict = match (is_kept, self.is_strict) {
            (true, _) => "ok    ",
            (false, true) => "MISSED",
            (false, false) => "-     ",
        };
        println!("  {verdict} {what}: {measured:.2}{unit} (at most {most}{unit})");
        self.missed += usize::from(!is_kept && self.is_strict);
    }

    /// Notes what must be so, in a small run too.
    pub fn holds(&mut self, what: &str, is_so: bool) {
        println!("  {} {what}", if is_so { "ok    " } else { "MISSED" });
        self.missed += usize::from(!is_so);
    }

    /// How many bars were missed.
    pub fn missed(&self) -> usize {
        self.missed
    }
}

/// A headline.
pub fn heading(text: &str) {
    println!("\n## {text}\n");
}

/// A table as Markdown has them.
pub fn table<T: Display>(head: &[&str], rows: &[Vec<T>]) {
    println!("| {} |", head.join(" | "));
    println!("|{}", "---:|".repeat(head.len()));
    for row in rows {
        let cells: Vec<String> = row.iter().map(ToString::to_string).collect();
        println!("| {} |", cells.join(" | "));
    }
    println!();
}

/// The least of several measurements of the same: what else runs on the machine only ever adds
/// to it.
pub fn least(figures: Vec<f64>) -> f64 {
    figures.into_iter().fold(f64::INFINITY, f64::min)
}
