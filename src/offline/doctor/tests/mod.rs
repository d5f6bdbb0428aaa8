//! What facts mean, without a machine.

mod contacts;
mod mesh;
mod reach;
mod state;

use super::*;

fn lines(findings: Vec<Finding>) -> Vec<String> {
    findings.iter().map(|finding| finding.line(false)).collect()
}

/// The one line that is not `ok`.
fn complaint(findings: Vec<Finding>) -> String {
    let mut bad = findings;
    bad.retain(|finding| finding.status != Status::Ok);
    assert_eq!(bad.len(), 1, "{bad:?}");
    bad.remove(0).line(false)
}
