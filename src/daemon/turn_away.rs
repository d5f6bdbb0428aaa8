//! Turning a client away: it is told why, and that costs little however many there are.

use std::sync::Arc;
use std::time::Duration;

use tokio::io::{AsyncRead, AsyncWrite};
use tokio::sync::Semaphore;
use tokio::time::timeout;

use crate::pipe::{Pipe, linger};

use super::tasks;

/// Clients at one time that we wait for to have read the reason. Beyond, the reason is
/// written and not waited for: who connects in a loop and never closes must not take all
/// descriptors, nor keep others from being heard.
const WAITED_FOR: usize = 16;

/// Where clients go that may not come in.
#[derive(Clone, Debug)]
pub struct TurnAway {
    places: Arc<Semaphore>,
}

/// Nobody has been turned away yet.
impl Default for TurnAway {
    fn default() -> Self {
        Self {
            places: Arc::new(Semaphore::new(WAITED_FOR)),
        }
    }
}

impl TurnAway {
    /// Tells a client why, and closes; returns at once.
    pub fn tell<S>(&self, mut stream: S, lines: String)
    where
        S: AsyncRead + AsyncWrite + Unpin + 'static,
    {
        let place = Arc::clone(&self.places).try_acquire_owned();
        tasks::spawn(async move {
            let pipe = Pipe::new(0);
            pipe.push(lines.as_bytes());
            let told = linger(&mut stream, &pipe);
            match place {
                Ok(_place) => told.await,
                // One try, which is enough where the kernel has room for a few words.
                Err(_) => timeout(Duration::ZERO, told).await.unwrap_or_default(),
            }
        });
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use tokio::io::{AsyncReadExt, DuplexStream, duplex};
    use tokio::task::LocalSet;

    async fn heard(mut client: DuplexStream) -> String {
        let mut heard = String::new();
        client.read_to_string(&mut heard).await.unwrap();
        heard
    }

    #[tokio::test]
    async fn everybody_is_told_and_few_are_waited_for() {
        let test = async {
            let exit = TurnAway::default();
            let mut clients = Vec::new();
            for _ in 0..WAITED_FOR * 2 {
                let (ours, theirs) = duplex(64);
                exit.tell(ours, "ERROR :no\r\n".to_owned());
                clients.push(theirs);
            }
            tokio::task::yield_now().await;
            assert_eq!(exit.places.available_permits(), 0);
            let late = clients.split_off(WAITED_FOR);
            let waited_for = Arc::strong_count(&exit.places);
            assert_eq!(waited_for, 1 + WAITED_FOR, "the others are closed already");
            for client in late.into_iter().chain(clients) {
                assert_eq!(heard(client).await, "ERROR :no\r\n");
            }
        };
        LocalSet::new().run_until(test).await;
    }
}
