//! The tasks that run on this thread, counted: one for each connection, door, dial and the
//! like. Where their number grows while nothing else does, one of them has not ended.

use std::cell::Cell;
use std::pin::Pin;
use std::task::{Context, Poll};

use tokio::task::{JoinHandle, spawn_local};

thread_local! {
    static RUNNING: Cell<usize> = const { Cell::new(0) };
}

/// As tokio's `spawn_local`, and counted. The runtime counts only tasks that are not local.
pub fn spawn<F>(future: F) -> JoinHandle<F::Output>
where
    F: Future + 'static,
    F::Output: 'static,
{
    RUNNING.set(RUNNING.get() + 1);
    // On the heap: as a part of an `async` block it would be there twice, to be moved.
    spawn_local(Counted(Box::pin(future)))
}

/// How many have been started and have not ended.
pub fn running() -> usize {
    RUNNING.get()
}

/// A task, until it is over: it has returned, or it was aborted.
struct Counted<F>(Pin<Box<F>>);

impl<F: Future> Future for Counted<F> {
    type Output = F::Output;

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<F::Output> {
        self.0.as_mut().poll(context)
    }
}

impl<F> Drop for Counted<F> {
    fn drop(&mut self) {
        RUNNING.set(RUNNING.get() - 1);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::future::pending;
    use tokio::task::LocalSet;

    #[tokio::test]
    async fn a_task_counts_until_it_has_returned_or_was_aborted() {
        let all = async {
            let before = running();
            let (returns, never_returns) = (spawn(async {}), spawn(pending::<()>()));
            assert_eq!(running(), before + 2);
            returns.await.unwrap();
            assert_eq!(running(), before + 1);
            never_returns.abort();
            assert!(never_returns.await.unwrap_err().is_cancelled());
            assert_eq!(running(), before);
            // One that never began, too.
            spawn(async {}).abort();
            tokio::task::yield_now().await;
            assert_eq!(running(), before);
        };
        LocalSet::new().run_until(all).await;
    }
}
