//! Changing a script line by line: libFuzzer changes bytes, and hardly ever moves a step or
//! makes up a new one.

use libfuzzer_sys::fuzzer_mutate;

/// Changes the script that is the first `size` bytes of `data`, and returns its new size, of
/// at most `most`. `phrases` are steps that make sense, one in each line.
pub fn mutate(data: &mut [u8], size: usize, most: usize, seed: u32, phrases: &str) -> usize {
    let mut dice = Dice(seed);
    if dice.throw(2) == 0 {
        return fuzzer_mutate(data, size, most);
    }
    let mut lines: Vec<Vec<u8>> = data[..size]
        .split(|byte| *byte == b'\n')
        .map(<[u8]>::to_vec)
        .collect();
    let phrases: Vec<&str> = phrases.lines().filter(|line| !line.is_empty()).collect();
    for _ in 0..=dice.throw(4) {
        change(&mut lines, &phrases, &mut dice);
    }
    let mut script = lines.join(&b'\n');
    script.truncate(most);
    data[..script.len()].copy_from_slice(&script);
    script.len()
}

fn change(lines: &mut Vec<Vec<u8>>, phrases: &[&str], dice: &mut Dice) {
    let at = dice.throw(lines.len());
    match dice.throw(10) {
        0..5 => {
            let phrase = phrases[dice.throw(phrases.len())].as_bytes().to_vec();
            lines.insert(dice.throw(lines.len() + 1), phrase);
        }
        5 => {
            let line = lines[at].clone();
            lines.insert(dice.throw(lines.len() + 1), line);
        }
        6 if lines.len() > 1 => drop(lines.remove(at)),
        7 => {
            let other = dice.throw(lines.len());
            lines.swap(at, other);
        }
        // To or about somebody else.
        8 => {
            if let Some(sign) = lines[at].get_mut(1) {
                *sign = b'0' + dice.throw(8) as u8;
            }
        }
        _ => {
            // The bytes of one step.
            let line = &mut lines[at];
            let size = line.len();
            let most = size + 16;
            line.resize(most, 0);
            let size = fuzzer_mutate(line, size, most);
            line.truncate(size);
        }
    }
}

/// Numbers by chance, the same for the same seed.
struct Dice(u32);

impl Dice {
    /// One below `sides`, or 0.
    fn throw(&mut self, sides: usize) -> usize {
        // Marsaglia, Xorshift RNGs (2003); a state of 0 would stay.
        let mut state = self.0 | 1 << 31;
        state ^= state << 13;
        state ^= state >> 17;
        state ^= state << 5;
        self.0 = state;
        (state >> 4) as usize % sides.max(1)
    }
}
