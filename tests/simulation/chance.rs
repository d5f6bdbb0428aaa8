//! Everything that is left to chance comes from one generator, and so from one seed.

use std::time::Duration;

use fastrand::Rng;

/// A generator, with the questions that the simulation asks.
pub struct Chance(Rng);

impl Chance {
    pub fn new(seed: u64) -> Self {
        // Neighbouring seeds shall have nothing in common.
        Self(Rng::with_seed(seed.wrapping_mul(0x9E37_79B9_7F4A_7C15)))
    }

    pub fn seed(&mut self) -> u64 {
        self.0.u64(..)
    }

    /// Once in so many times.
    pub fn one_in(&mut self, times: u32) -> bool {
        self.0.u32(..times) == 0
    }

    pub fn below(&mut self, end: usize) -> usize {
        self.0.usize(..end)
    }

    pub fn between(&mut self, from: Duration, to: Duration) -> Duration {
        let from = from.as_micros() as u64;
        let to = to.as_micros() as u64;
        Duration::from_micros(self.0.u64(from..=to))
    }

    pub fn milliseconds(&mut self, from: u64, to: u64) -> Duration {
        self.between(Duration::from_millis(from), Duration::from_millis(to))
    }

    pub fn seconds(&mut self, from: u64, to: u64) -> Duration {
        self.between(Duration::from_secs(from), Duration::from_secs(to))
    }

    /// Mostly short, now and then long: how networks and people are.
    pub fn delay(&mut self) -> Duration {
        match self.below(40) {
            0 => self.milliseconds(200, 4000),
            1..=4 => self.milliseconds(30, 300),
            _ => self.milliseconds(1, 30),
        }
    }

    pub fn pick<T: Copy>(&mut self, of: &[T]) -> Option<T> {
        (!of.is_empty()).then(|| of[self.below(of.len())])
    }
}
