//! The sources of a resolver, as the programs in this directory take them.

use std::fmt::Display;
use std::io::Write;

use regcred::{Environment, Resolver, ResolverBuilder};

pub type Failure = Box<dyn std::error::Error>;

/// The sources from the strongest: option, value, meaning.
pub const SOURCES: [(&str, &str, &str); 5] = [
    ("--task-secret", " FILE", "a file with the content of the task's secret"),
    ("--sandbox", " DIR", "the task's sandbox, its HOME"),
    ("--agent-flag", " VALUE", "a value of --docker_config: a path, a file:// URL or JSON"),
    ("--cluster-file", " FILE", "the file shared by the cluster"),
    ("--env", "", "your own files, as Docker and podman find them"),
];

/// Returns a list of the sources, each under the name that `name` gives its option and value.
pub fn usage(name: impl Fn(&str, &str) -> Option<String>) -> String {
    let line = |(option, value, meaning): &(&str, &str, &str)| {
        Some(format!("\n  {:21} {meaning}", name(option, value)?))
    };
    let lines: String = SOURCES.iter().filter_map(line).collect();
    format!("sources, from the strongest:{lines}")
}

/// Returns the arguments of the program. `args` panics on one that is not UTF-8, and a path that is changed
/// to UTF-8 is another one.
#[allow(dead_code)] // A helper has none.
pub fn arguments() -> Result<std::vec::IntoIter<String>, Failure> {
    let text = |argument: std::ffi::OsString| argument.into_string();
    let arguments: Result<Vec<String>, _> = std::env::args_os().skip(1).map(text).collect();
    Ok(arguments.map_err(|argument| format!("{argument:?} is not UTF-8"))?.into_iter())
}

/// Prints a line to standard error. Unlike `eprintln!`, it does not panic if nobody reads there.
#[allow(dead_code)] // A helper prints to standard output.
pub fn report(line: impl Display) {
    let _ = writeln!(std::io::stderr(), "{line}");
}

/// Sources that are read from arguments.
pub struct Sources {
    builder: ResolverBuilder,
    is_given: bool,
}

impl Sources {
    pub fn none() -> Self {
        Sources { builder: Resolver::builder(), is_given: false }
    }

    /// Adds the source of an option, whose value is the next argument. Returns whether there is such an
    /// option.
    pub fn take(
        &mut self,
        option: &str,
        rest: &mut impl Iterator<Item = String>,
    ) -> Result<bool, Failure> {
        let value = &mut || rest.next().ok_or_else(|| format!("{option} needs a value"));
        let builder = self.builder.clone();
        self.builder = match option {
            "--task-secret" => builder.task_secret(read(&value()?)?),
            "--sandbox" => builder.sandbox_home(value()?),
            "--agent-flag" => builder.agent_flag(value()?),
            "--cluster-file" => builder.cluster_file(value()?),
            "--env" => builder.environment(Environment::from_process()),
            _ => return Ok(false),
        };
        self.is_given = true;
        Ok(true)
    }

    /// Returns the builder, or `None` if no source was given.
    pub fn builder(self) -> Option<ResolverBuilder> {
        self.is_given.then_some(self.builder)
    }
}

fn read(path: &str) -> Result<Vec<u8>, Failure> {
    std::fs::read(path).map_err(|error| format!("{path}: {error}").into())
}
