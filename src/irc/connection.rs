//! One client's connection, from its first byte to its last.

use tokio::io::{AsyncRead, AsyncWrite};

use super::codec::{Line, LineCodec};
use crate::pipe::{Ended, Pipe, linger, pump};

/// Runs a connection: awaits `deliver` for each line, sends what is put into the pipe.
///
/// When it is over, `report` is awaited with the reason, and only then, if the client has
/// closed its half and may still be listening (`printf … | nc`), what is queued goes out. So
/// a `report` that returns once the last lines have been dealt with lets their
/// answers arrive.
pub async fn run<S: AsyncRead + AsyncWrite + Unpin>(
    mut stream: S,
    pipe: Pipe,
    deliver: impl AsyncFnMut(Line),
    report: impl AsyncFnOnce(Ended),
) {
    let mut decoder = LineCodec::new(pipe.limit());
    let ended = pump(&mut stream, &mut decoder, &pipe, deliver).await;
    let may_listen = matches!(ended, Ended::ByOther);
    report(ended).await;
    if may_listen {
        linger(&mut stream, &pipe).await;
    }
}

#[cfg(test)]
mod tests {
    use tokio::io::{AsyncReadExt, AsyncWriteExt, duplex};

    use super::super::codec::BODY_LIMIT;
    use super::*;

    #[tokio::test(flavor = "current_thread")]
    async fn a_client_that_has_closed_its_half_still_gets_its_answers() {
        let (mut client, server) = duplex(64);
        let pipe = Pipe::new(BODY_LIMIT);
        let mut lines = Vec::new();
        let told = async {
            client.write_all(b"NICK a\r\nPING x\r\nQUI").await.unwrap();
            client.shutdown().await.unwrap();
            let mut heard = String::new();
            client.read_to_string(&mut heard).await.unwrap();
            heard
        };
        let mut reason = None;
        let ran = run(
            server,
            pipe.clone(),
            async |line| lines.push(line),
            async |ended| {
                pipe.push(b"PONG :x\r\n");
                reason = Some(ended);
            },
        );
        let (heard, ()) = tokio::join!(told, ran);
        assert_eq!(heard, "PONG :x\r\n");
        assert!(matches!(reason, Some(Ended::ByOther)));
        assert_eq!(
            lines,
            ["NICK a", "PING x"].map(|line| Line::Text(line.to_owned()))
        );
    }
}
