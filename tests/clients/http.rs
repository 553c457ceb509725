//! The part of HTTP/1.1 that the clients need: one request for each connection, on loopback.

use std::io::{self, BufRead, BufReader, Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::{self, JoinHandle};
use std::time::Duration;

/// A client that is silent for longer has failed.
const PATIENCE: Duration = Duration::from_secs(30);

#[derive(Clone, Debug)]
pub struct Request {
    pub method: String,
    /// The path and the query, without the server that a client names to a proxy.
    pub path: String,
    headers: Vec<(String, String)>,
    pub body: String,
}

impl Request {
    /// Reads a request. `None` if the connection ends before it is complete.
    fn read(stream: &TcpStream) -> Option<Self> {
        let mut stream = BufReader::new(stream);
        let start = line(&mut stream)?;
        let mut words = start.split(' ').map(str::to_owned);
        let (method, target) = (words.next()?, words.next()?);
        let path = match target.strip_prefix("http://").and_then(|rest| rest.split_once('/')) {
            Some((_server, path)) => format!("/{path}"),
            None => target,
        };
        let mut headers = Vec::new();
        while let Some((name, value)) = line(&mut stream)?.split_once(':') {
            headers.push((name.to_owned(), value.trim().to_owned()));
        }
        let mut request = Request { method, path, headers, body: String::new() };
        if let Some(length) = request.header("Content-Length") {
            request.body = text(&mut stream, length.parse().ok()?)?;
        } else if request.header("Transfer-Encoding") == Some("chunked") {
            loop {
                let length = u64::from_str_radix(&line(&mut stream)?, 16).ok()?;
                request.body += &text(&mut stream, length)?;
                line(&mut stream)?;
                if length == 0 {
                    break;
                }
            }
        }
        Some(request)
    }

    pub fn header(&self, name: &str) -> Option<&str> {
        let mut headers = self.headers.iter();
        headers.find(|(other, _)| other.eq_ignore_ascii_case(name)).map(|(_, value)| &**value)
    }
}

/// Reads a line without its end. `None` at the end of the connection.
fn line(stream: &mut impl BufRead) -> Option<String> {
    let mut line = String::new();
    let length = stream.read_line(&mut line).ok()?;
    (length > 0).then(|| line.trim_end().to_owned())
}

fn text(stream: &mut impl Read, length: u64) -> Option<String> {
    let mut text = String::new();
    stream.take(length).read_to_string(&mut text).ok()?;
    Some(text)
}

pub struct Response {
    /// `200 OK`
    pub status: &'static str,
    pub headers: Vec<String>,
    pub body: String,
}

impl Response {
    pub fn new(status: &'static str, body: &str) -> Self {
        Response { status, headers: Vec::new(), body: body.to_owned() }
    }

    fn write(&self, request: &Request, mut stream: &TcpStream) -> io::Result<()> {
        let headers: String = self.headers.iter().map(|header| format!("{header}\r\n")).collect();
        let body = if request.method == "HEAD" { "" } else { &self.body };
        let (status, length) = (self.status, self.body.len());
        let head = format!("HTTP/1.1 {status}\r\n{headers}Content-Length: {length}\r\n");
        stream.write_all(format!("{head}Connection: close\r\n\r\n{body}").as_bytes())
    }
}

/// A server on a free port of loopback, until it is dropped.
pub struct Server {
    pub address: SocketAddr,
    is_closed: Arc<AtomicBool>,
    accepting: Option<JoinHandle<()>>,
}

impl Server {
    pub fn start(respond: impl Fn(&Request) -> Response + Send + Sync + 'static) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a free port of loopback");
        let address = listener.local_addr().expect("the address of a listener");
        let is_closed = Arc::new(AtomicBool::new(false));
        let (closed, respond) = (is_closed.clone(), Arc::new(respond));
        let accepting = thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                if closed.load(Ordering::SeqCst) {
                    break;
                }
                let respond = respond.clone();
                thread::spawn(move || {
                    let limited = stream.set_read_timeout(Some(PATIENCE));
                    if let Some(request) = limited.ok().and_then(|()| Request::read(&stream)) {
                        // A client that has gone away fails by its own report.
                        let _ = respond(&request).write(&request, &stream);
                    }
                });
            }
        });
        Server { address, is_closed, accepting: Some(accepting) }
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.is_closed.store(true, Ordering::SeqCst);
        // The connection ends the wait for the next one.
        let woken = TcpStream::connect(self.address).is_ok();
        if let Some(accepting) = self.accepting.take().filter(|_| woken) {
            let _ = accepting.join();
        }
    }
}

/// A request without a body, for a server that is asked once.
pub fn request(method: &str, path: &str, host: &str, headers: &[(&str, &str)]) -> String {
    let headers: String =
        headers.iter().map(|(name, value)| format!("{name}: {value}\r\n")).collect();
    let head = format!("{method} {path} HTTP/1.1\r\nHost: {host}\r\n{headers}");
    format!("{head}Content-Length: 0\r\nConnection: close\r\n\r\n")
}

/// Sends a request over a plain connection, and returns the whole response.
pub fn send(address: &str, request: &str) -> String {
    let exchange = || {
        let mut stream = TcpStream::connect(address)?;
        stream.set_read_timeout(Some(PATIENCE))?;
        stream.write_all(request.as_bytes())?;
        let mut response = Vec::new();
        stream.read_to_end(&mut response)?;
        io::Result::Ok(String::from_utf8_lossy(&response).into_owned())
    };
    exchange().unwrap_or_else(|error| panic!("{address} does not answer: {error}"))
}
