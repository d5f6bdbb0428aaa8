//! What one input can cost: twice as much of the worst that is known takes about twice as
//! long. A limit in seconds would say more about the machine than about the program.

// What helps a test is no test to clippy.
#![allow(clippy::expect_used, clippy::unwrap_used)]

mod frames;
mod lines;
mod measure;
mod node;
