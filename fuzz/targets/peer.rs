//! Whatever peers say, with everything else that can happen in between.

#![no_main]

use enclave_irc_fuzz::mutate::mutate;
use enclave_irc_fuzz::world::World;
use libfuzzer_sys::{fuzz_mutator, fuzz_target};

fuzz_target!(|input: &[u8]| {
    if let Some((&first, script)) = input.split_first() {
        let mut world = World::new(first & 1 == 0);
        // Somebody has to see it.
        world.begin(include_str!("../phrases/peer-begins"));
        world.run(script);
    }
});

fuzz_mutator!(|data: &mut [u8], size: usize, max_size: usize, seed: u32| {
    mutate(data, size, max_size, seed, include_str!("../phrases/peer"))
});
