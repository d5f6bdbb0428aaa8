//! What the fuzz targets have in common: a made-up [`world`] for the two that run the whole
//! pure middle, and how their scripts are [changed](mutate).

pub mod mutate;
pub mod world;
