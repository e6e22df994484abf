//! An HTTP server that answers what it was told to, in order, and remembers what it was asked.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex};

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};

/// What is answered to one request.
#[derive(Debug, Clone)]
pub enum Say {
    /// A status, a further header, and a body.
    This(u16, &'static str, &'static str),
    /// Nothing: the connection is closed when the request has been read.
    Nothing,
}

#[derive(Debug, Clone)]
pub struct Server {
    pub url: String,
    asked: Arc<Mutex<Vec<String>>>,
}

impl Server {
    pub async fn that_says(script: Vec<Say>) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}/client/v4", listener.local_addr().unwrap());
        let asked = Arc::new(Mutex::new(vec![]));
        let (script, heard) = (Arc::new(Mutex::new(VecDeque::from(script))), Arc::clone(&asked));
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                tokio::spawn(serve(stream, Arc::clone(&script), Arc::clone(&heard)));
            }
        });
        Self { url, asked }
    }

    /// Method, path and body of what was asked.
    pub fn asked(&self) -> Vec<String> {
        self.asked.lock().unwrap().clone()
    }
}

async fn serve(mut stream: TcpStream, script: Arc<Mutex<VecDeque<Say>>>, asked: Arc<Mutex<Vec<String>>>) {
    let mut read = vec![];
    let mut chunk = [0; 4096];
    loop {
        let Some(request) = whole(&read) else {
            match stream.read(&mut chunk).await {
                Ok(0) | Err(_) => return,
                Ok(count) => read.extend_from_slice(&chunk[..count]),
            }
            continue;
        };
        read.clear();
        asked.lock().unwrap().push(request);
        let say = script.lock().unwrap().pop_front().unwrap_or(Say::This(500, "x: y", "the script has ended"));
        let Say::This(status, header, body) = say else { return };
        let length = body.len();
        let answer =
            format!("HTTP/1.1 {status} Said\r\ncf-ray: ray-1\r\n{header}\r\ncontent-length: {length}\r\n\r\n{body}");
        if stream.write_all(answer.as_bytes()).await.is_err() {
            return;
        }
    }
}

/// The request's first line without the protocol, and its body, when all of it has come.
fn whole(read: &[u8]) -> Option<String> {
    let text = String::from_utf8_lossy(read).into_owned();
    let (head, body) = text.split_once("\r\n\r\n")?;
    let length =
        head.lines().find_map(|line| line.to_ascii_lowercase().strip_prefix("content-length:")?.trim().parse().ok());
    if body.len() < length.unwrap_or(0) {
        return None;
    }
    let line = head.lines().next()?.trim_end_matches(" HTTP/1.1").replace("/client/v4", "");
    Some(if body.is_empty() { line } else { format!("{line} {body}") })
}
