//! A disk that is slow, and a program that starts again on it.

use super::*;

impl World {
    /// The disk keeps up again.
    pub fn disk_catches_up(&mut self) {
        if let Some(through) = self.slow_disk.take() {
            self.event(Event::Stored { through });
        }
    }

    /// The store has answered.
    pub fn answers_come(&mut self) {
        for event in std::mem::take(&mut self.waiting_answers) {
            self.event(event);
        }
    }

    /// The program ends without a word, and starts again with what is on disk.
    pub fn crash(self, settings: Settings, book: Book) -> Self {
        let loaded = self.db.load().unwrap();
        let now = self.now;
        let mut world = Self::on(self.db, settings, book, loaded);
        world.now.wall = now.wall;
        world
    }
}
