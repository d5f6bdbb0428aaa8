//! Names for batches (IRCv3 `batch`).

/// Gives every batch a name that no other has.
#[derive(Debug, Default)]
pub(super) struct Batches(u64);

impl Batches {
    /// The next name: letters and digits, as the specification wants it.
    pub fn next(&mut self) -> String {
        self.0 += 1;
        format!("b{}", self.0)
    }
}
