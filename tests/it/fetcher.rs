//! A model of Mesos's fetcher, compared with the answers before the fetch.

use std::fs;
use std::path::Path;

use regcred::Limits;

use crate::marathon::{agent, app_with, no_secrets, only};
use crate::properties::{check, list};
use crate::support::archive::{file, gzip, tar};
use crate::support::{answer, config};

/// The content of a file to fetch.
#[derive(Clone, Copy)]
enum Content {
    /// A credential file for the registry `<name>.io` and for `reg.io`.
    Plain,
    /// An archive of credential files and others.
    Tar(&'static [&'static str]),
    /// A credential file, compressed.
    Gzip,
}

const SOURCES: [(&str, Content); 8] = [
    ("docker.tar.gz", Content::Tar(&[".docker/config.json"])),
    ("docker.tgz", Content::Tar(&[".dockercfg", "readme"])),
    ("creds.tar", Content::Tar(&[".dockercfg", ".docker/config.json"])),
    ("app.tar.gz", Content::Tar(&["bin/app"])),
    (".dockercfg", Content::Plain),
    ("config.json", Content::Plain),
    ("long-name", Content::Plain),
    (".dockercfg.gz", Content::Gzip),
];

const DESTINATIONS: [Option<&str>; 13] = [
    None,
    Some(".dockercfg"),
    Some(".docker/config.json"),
    Some("./.docker//config.json"),
    Some("docker.tar.gz"),
    Some("sub/docker.tar.gz"),
    Some(".dockercfg.gz"),
    Some("creds.tgz"),
    Some("elsewhere"),
    Some("sub/.dockercfg.gz"),
    Some(".docker/config.json.gz"),
    Some("sub/../.dockercfg"),
    Some("docker.tgz"),
];

impl Content {
    /// The file itself, and the paths and contents of its unpacked members.
    fn bytes(self, name: &str) -> (Vec<u8>, Vec<(&'static str, String)>) {
        let json =
            |inner: &str| config(&[("reg.io", &format!("{name}-{inner}")), (&host(name), name)]);
        match self {
            Content::Plain => (json("").into(), Vec::new()),
            Content::Gzip => (gzip(json("").as_bytes()), Vec::new()),
            Content::Tar(members) => {
                let members: Vec<_> =
                    members.iter().map(|member| (*member, json(member))).collect();
                let files: Vec<_> = members.iter().map(|(path, json)| file(path, json)).collect();
                (if name.ends_with(".tar") { tar(&files) } else { gzip(&tar(&files)) }, members)
            }
        }
    }
}

fn host(name: &str) -> String {
    format!("{}.io", name.trim_start_matches('.').replace('.', "-"))
}

/// One entry of `fetch`: source, destination, extract, executable, cache.
type Entry = (usize, usize, bool, bool, bool);

/// Mesos's fetcher (`src/launcher/fetcher.cpp`), in a directory; `None` if the task fails.
fn fetch_as_mesos(entries: &[Entry], sandbox: &Path) -> Option<()> {
    let write = |path: &str, bytes: &[u8]| {
        let path = sandbox.join(path);
        fs::create_dir_all(path.parent()?).ok()?;
        fs::write(path, bytes).ok()
    };
    for (source, destination, extract, executable, cache) in entries {
        let (name, content) = SOURCES[*source];
        let (bytes, members) = content.bytes(name);
        let called = DESTINATIONS[*destination].unwrap_or(name);
        let by = if *cache { name } else { called };
        let unpacks = *extract && !*executable;
        let is_tar =
            unpacks && [".tar", ".tar.gz", ".tgz"].iter().any(|suffix| by.ends_with(suffix));
        let is_gz = unpacks && !is_tar && by.ends_with(".gz");
        if !((is_tar || is_gz) && *cache) {
            write(called, &bytes)?;
        }
        match content {
            Content::Tar(_) if is_tar => {
                for (path, json) in members {
                    write(path, json.as_bytes())?;
                }
            }
            Content::Gzip if is_gz => {
                let (json, _) = Content::Plain.bytes(name);
                // Gunzip writes to the sandbox root. The cache adds `c1-` to the name.
                let name = called.rsplit('/').next()?.strip_suffix(".gz")?;
                write(&if *cache { format!("c1-{name}") } else { name.to_owned() }, &json)?;
            }
            // A file that is not an archive fails to unpack, and so does an archive as a single
            // file.
            _ if is_tar || is_gz => return None,
            _ => {}
        }
    }
    Some(())
}

/// A resolver that reads the sources in place answers as one that reads the sandbox after the
/// fetch.
#[test]
#[cfg_attr(not(feature = "archive"), ignore = "needs the feature archive")]
fn answers_agree_before_and_after_fetching() {
    check(|u| {
        let entries = list(u, 0..=4, |u| {
            let source = u.choose_index(SOURCES.len())?;
            let destination = u.choose_index(DESTINATIONS.len())?;
            Ok((source, destination, u.ratio(8, 10)?, u.ratio(2, 10)?, u.ratio(3, 10)?))
        })?;
        let sandbox = tempfile::tempdir().unwrap();
        if fetch_as_mesos(&entries, sandbox.path()).is_none() {
            return Ok(());
        }
        let sources = tempfile::tempdir().unwrap();
        let item = |(source, destination, extract, executable, cache): &Entry| {
            let (name, content) = SOURCES[*source];
            fs::write(sources.path().join(name), content.bytes(name).0).unwrap();
            let mut item = serde_json::json!({
                "uri": format!("file://{}/{name}", sources.path().display()),
                "extract": extract, "executable": executable, "cache": cache,
            });
            if let Some(path) = DESTINATIONS[*destination] {
                item["destPath"] = path.into();
            }
            item
        };
        let fetch: Vec<_> = entries.iter().map(item).collect();
        let fetch = serde_json::Value::from(fetch);
        let container = only(&app_with(&format!(r#""fetch": {fetch}"#)));
        let limits = Limits::default();
        let here = container.resolver(&agent(), limits, no_secrets);
        let there = container.resolver_in_sandbox(&agent(), limits, sandbox.path(), no_secrets);
        match (here, there) {
            (Ok(here), Ok(there)) => {
                for name in SOURCES.map(|(name, _)| host(name)).into_iter().chain(["reg.io".into()])
                {
                    let image = format!("{name}/app");
                    assert_eq!(
                        answer(&here, &image),
                        answer(&there, &image),
                        "{image}, {container:?}"
                    );
                }
            }
            (here, there) => assert_eq!(here.is_ok(), there.is_ok(), "{here:?} {there:?}"),
        }
        Ok(())
    });
}
