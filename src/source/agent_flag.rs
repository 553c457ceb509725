//! Mesos's `--docker_config`: an absolute path, a `file://` URL, or the JSON itself.

use std::path::{Path, PathBuf};

use super::{Contents, Watched, named};
use crate::error::Error;
use crate::level::{Level, Location};
use crate::limits::Limits;

pub(super) fn read(value: &str, ordinal: u32, limits: &Limits) -> Result<Contents, Error> {
    let inline = Location::bytes(Level::AgentFlag, ordinal);
    match Form::of(value) {
        Ok(Form::Json) => Contents::read(inline, value.as_bytes(), limits),
        Ok(Form::File(path)) => {
            let location = Location::file(Level::AgentFlag, &path);
            let (bytes, stamp) = named::read_stamped(&path, &location, limits)?;
            let contents = Contents::read(location, bytes.as_slice(), limits)?;
            Ok(Contents { watched: vec![Watched::named(&path, Some(stamp))], ..contents })
        }
        Err(problem) => Err(Error::AgentFlag { location: inline, problem }),
    }
}

/// The forms that the flag takes.
pub(crate) enum Form {
    Json,
    File(PathBuf),
}

impl Form {
    pub(crate) fn of(value: &str) -> Result<Self, &'static str> {
        let text = value.trim_start_matches('\u{FEFF}').trim_start();
        let scheme = text.split_once("://").map(|(scheme, _)| scheme);
        if text.starts_with('{') {
            Ok(Form::Json)
        } else if text.starts_with(['[', '"']) {
            Err("its value is JSON, but not an object")
        } else if text.is_empty() {
            Err("its value is empty")
        } else if is_no_path(text) {
            Err(NO_PATH)
        } else if Path::new(value).is_absolute() {
            Ok(Form::File(PathBuf::from(value)))
        } else if scheme.is_some_and(|scheme| scheme.eq_ignore_ascii_case("file")) {
            path_of_url(text).map(Form::File)
        } else if scheme.is_some() {
            Err("its value is a URL, but not a file:// URL; nothing is fetched")
        } else {
            Err("its value is a relative path or is not JSON")
        }
    }
}

/// Returns the path of a `file://` URL, percent-decoded.
#[cfg(feature = "url")]
fn path_of_url(url: &str) -> Result<PathBuf, &'static str> {
    // The error of `url` is not kept: it may quote the value.
    let url = url::Url::parse(url).map_err(|_| "its value is not a valid file:// URL")?;
    if url.query().is_some() || url.fragment().is_some() {
        return Err("its file:// URL has a query or a fragment; write %3F for ?, %23 for #");
    }
    let path = url.to_file_path().map_err(
        |()| "its file:// URL names a host; the path needs three slashes, file:///etc/…",
    )?;
    // Escapes may have hidden it.
    if is_no_path(&path.to_string_lossy()) { Err(NO_PATH) } else { Ok(path) }
}

/// Returns the path of a `file://` URL that spells it out: without a host, escapes or dot segments.
#[cfg(not(feature = "url"))]
fn path_of_url(url: &str) -> Result<PathBuf, &'static str> {
    let path = url.get("file://".len()..).unwrap_or_default();
    let is_spelled_out = path.starts_with('/')
        && !path.contains(['%', '?', '#', '\\', '|'])
        && path.trim_end() == path
        && !path.split('/').any(|segment| matches!(segment, "." | ".."));
    if is_spelled_out && Path::new(path).is_absolute() {
        Ok(PathBuf::from(path))
    } else {
        Err(
            "its file:// URL is more than file:// before a plain absolute path, and regcred was built \
             without its feature \"url\"; turn the feature on, or give the path",
        )
    }
}

const NO_PATH: &str = "its value is neither a path nor JSON alone";

/// Returns whether a text looks like a piece of JSON. It must not become a path, which is logged.
pub(super) fn is_no_path(text: &str) -> bool {
    text.contains(['{', '"']) || text.contains(char::is_control)
}
