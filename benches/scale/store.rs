//! What each change and each question costs the store with how many messages in it.

use std::time::Instant;

use enclave_irc::store::{Db, Position, Write};

use crate::messages::{MISSED, fill, time};
use crate::report::{Report, heading, least, table};
use crate::steps::{LINEAR, steps};

/// How often each is measured.
const ROUNDS: usize = 7;

/// How much more the same may cost with the most messages than with the fewest.
const FLAT: f64 = 4.0;

/// What takes less than this is little either way, milliseconds.
const SHORT: f64 = 0.5;

/// Measures, with each of these numbers of messages.
pub fn run(counts: &[u64], report: &mut Report) {
    for has_expired in [false, true] {
        heading(match has_expired {
            false => "The store, all texts there",
            true => "The store, all texts but the last deleted",
        });
        let columns: Vec<Vec<(String, f64)>> = counts
            .iter()
            .map(|&count| measure(count, has_expired))
            .collect();
        let rows: Vec<Vec<String>> = (0..columns[0].len())
            .map(|row| {
                let cells = columns.iter().map(|column| format!("{:.3}", column[row].1));
                [vec![columns[0][row].0.clone()], cells.collect()].concat()
            })
            .collect();
        println!("Milliseconds, the least of {ROUNDS}, without the disk.\n");
        let heads: Vec<String> = counts.iter().map(u64::to_string).collect();
        let heads: Vec<&str> = heads.iter().map(String::as_str).collect();
        table(&[&["what"], heads.as_slice()].concat(), &rows);
        let (Some(fewest), Some(most)) = (columns.first(), columns.last()) else {
            return;
        };
        let times_as_many = counts[counts.len() - 1] as f64 / counts[0] as f64;
        for ((name, before), (_, after)) in fewest.iter().zip(most) {
            let bar = match LINEAR.contains(&name.as_str()) {
                true => times_as_many * FLAT,
                false => FLAT,
            };
            let ratio = after / before.max(SHORT);
            report.bar(&format!("{name}, the most to the fewest"), ratio, bar, "x");
        }
    }
}

fn measure(count: u64, has_expired: bool) -> Vec<(String, f64)> {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("state.db");
    fill(&path, count);
    let mut db = Db::open(&path).unwrap();
    let begun = Instant::now();
    db.apply(&Write::Expire(time(0))).unwrap();
    println!(
        "the first time that texts may expire, of {count}: {:?}",
        begun.elapsed()
    );
    if has_expired {
        db.begin().unwrap();
        for client in ["reader", "asker"] {
            db.apply(&Write::Position(Position {
                client: client.to_owned(),
                seq: count.saturating_sub(MISSED),
                at: time(count),
            }))
            .unwrap();
        }
        let begun = Instant::now();
        db.apply(&Write::Expire(time(count.saturating_sub(MISSED))))
            .unwrap();
        println!("to delete the texts of {count}: {:?}", begun.elapsed());
        db.commit().unwrap();
        db.wipe().unwrap();
        let begun = Instant::now();
        while db.index(8 * 1024).unwrap() {}
        println!("to make the index anew: {:?}", begun.elapsed());
    }
    let mut all = Vec::new();
    for (name, step) in steps(count) {
        let mut times = Vec::new();
        for _ in 0..ROUNDS {
            db.begin().unwrap();
            let begun = Instant::now();
            step(&mut db);
            times.push(begun.elapsed().as_secs_f64() * 1000.0);
            db.rollback().unwrap();
        }
        all.push((name.to_owned(), least(times)));
    }
    all
}
