//! DESIGN 4: a resolver tells when its files have changed, and is built again from its builder.

use std::fs;
use std::path::Path;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;

use regcred::{Level, Limits, LiveResolver, Resolver, ResolverBuilder, mesos};

use crate::support::{answer, check_rows, image_ref, put, user};

/// Replaces a file as tools do that rotate secrets: a new file, renamed over the old one.
fn rotate(path: &Path, content: &str) {
    let new = path.with_extension("new");
    fs::write(&new, content).unwrap();
    fs::rename(new, path).unwrap();
}

#[test]
fn a_change_of_any_file_is_noticed() {
    type Change = fn(&Path);
    let changes: [(&str, Change); 5] = [
        ("replaced by another of the same size", |path| rotate(path, &user("v"))),
        ("written to", |path| fs::write(path, user("longer")).unwrap()),
        ("removed", |path| fs::remove_file(path).unwrap()),
        ("a directory", |path| {
            fs::remove_file(path).unwrap();
            fs::create_dir(path).unwrap();
        }),
        ("touched", |path| {
            fs::File::options()
                .append(true)
                .open(path)
                .unwrap()
                .set_modified(std::time::SystemTime::UNIX_EPOCH)
                .unwrap()
        }),
    ];
    // source, its file
    type Source = fn(&Path) -> ResolverBuilder;
    let sources: [(&str, Source, &str); 6] = [
        ("a file", |d| Resolver::builder().cluster_file(d.join("f")), "f"),
        ("an optional file", |d| Resolver::builder().cluster_file_if_exists(d.join("f")), "f"),
        ("an agent flag", |d| Resolver::builder().agent_flag(d.join("f")), "f"),
        ("a HOME", |d| Resolver::builder().home(d), ".dockercfg"),
        ("a sandbox", |d| Resolver::builder().sandbox_home(d), ".docker/config.json"),
        (
            "a base",
            |d| {
                let base = Resolver::builder().cluster_file(d.join("f")).build().unwrap();
                Resolver::builder().task_secret("{}").base(&base)
            },
            "f",
        ),
    ];
    let rows = sources.iter().flat_map(|source| changes.iter().map(move |change| (source, change)));
    check_rows(rows, |((source, builder, file), (change, apply))| {
        let directory = tempfile::tempdir().unwrap();
        put(&directory, file, user("u"));
        let resolver = builder(directory.path()).build().unwrap();
        assert!(!resolver.is_stale(), "{source}");
        apply(&directory.path().join(file));
        assert!(resolver.is_stale(), "{source} that is {change}");
        assert_eq!(answer(&resolver, "reg.io/a"), "u:p", "it answers as before");
    });
}

#[test]
fn a_file_that_appears_is_noticed() {
    type Source = fn(&Path) -> ResolverBuilder;
    let rows: [(Source, &str); 5] = [
        (|d| Resolver::builder().cluster_file_if_exists(d.join("f")), "f"),
        (|d| Resolver::builder().home(d), ".docker/config.json"),
        (|d| Resolver::builder().home(d), ".dockercfg"),
        (|d| Resolver::builder().sandbox_home(d), "docker.tar.gz"),
        (|d| Resolver::builder().sandbox_home(d), ".docker/config.json"),
    ];
    check_rows(rows, |(builder, file)| {
        let directory = tempfile::tempdir().unwrap();
        let resolver = builder(directory.path()).build().unwrap();
        assert!(!resolver.is_stale(), "{file}");
        put(&directory, "unrelated", "");
        assert!(!resolver.is_stale(), "{file}");
        put(&directory, file, user("u"));
        assert!(resolver.is_stale(), "{file}");
    });
    assert!(!Resolver::builder().task_secret(user("u")).build().unwrap().is_stale(), "bytes");
    assert!(!Resolver::default().is_stale());
    let sandbox = tempfile::tempdir().unwrap();
    let resolver = mesos::docker_containerizer(&Resolver::default(), Limits::default(), &sandbox);
    let resolver = resolver.unwrap();
    put(&sandbox, ".dockercfg", user("u"));
    assert!(resolver.is_stale());
}

/// A symbolic link, by which Kubernetes rotates a mounted Secret.
#[cfg(unix)]
#[test]
fn a_link_that_leads_elsewhere_is_noticed() {
    let directory = tempfile::tempdir().unwrap();
    put(&directory, "one/config.json", user("one"));
    put(&directory, "two/config.json", user("two"));
    let link = directory.path().join("data");
    std::os::unix::fs::symlink("one", &link).unwrap();
    let builder = Resolver::builder().cluster_file(link.join("config.json"));
    let resolver = builder.clone().build().unwrap();
    assert!(!resolver.is_stale());
    std::os::unix::fs::symlink("two", directory.path().join("new")).unwrap();
    fs::rename(directory.path().join("new"), &link).unwrap();
    assert!(resolver.is_stale());
    assert_eq!(answer(&builder.build().unwrap(), "reg.io/a"), "two:p");
}

/// A daemon rebuilds while somebody rotates the file, in both ways that people do it.
#[test]
fn a_daemon_never_uses_half_a_file() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("config.json");
    let files = ["first", "second"].map(|name| user(name) + &" ".repeat(100_000));
    fs::write(&path, &files[0]).unwrap();
    let builder = Resolver::builder().cluster_file(&path);
    let is_done = AtomicBool::new(false);
    thread::scope(|scope| {
        scope.spawn(|| {
            for n in 0..200 {
                match n % 3 {
                    0 => fs::write(&path, &files[n % 2]).unwrap(),
                    _ => rotate(&path, &files[n % 2]),
                }
            }
            is_done.store(true, Ordering::Relaxed);
        });
        let mut resolver = None;
        while !is_done.load(Ordering::Relaxed) {
            if resolver.as_ref().is_none_or(Resolver::is_stale) {
                resolver = builder.clone().build().ok().or(resolver);
            }
            if let Some(resolver) = &resolver {
                let user = resolver.resolve(&image_ref("reg.io/a")).expect("a whole file");
                assert!(["first", "second"].contains(&user.username().unwrap()));
            }
        }
    });
}

#[test]
fn a_live_resolver_follows_its_files_and_survives_broken_ones() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("config.json");
    let builder = Resolver::builder().file_if_exists(Level::ClusterFile, &path);
    let live = LiveResolver::build(builder).unwrap();
    let steps: [(&str, &str, Result<bool, ()>); 6] = [
        (&user("u"), "u:p", Ok(true)),
        (&user("u"), "u:p", Ok(false)),
        ("{", "u:p", Err(())),
        ("{", "u:p", Err(())),
        (&user("v"), "v:p", Ok(true)),
        ("{}", "-", Ok(true)),
    ];
    let mut content = "";
    for (number, (next, expected, refreshed)) in steps.into_iter().enumerate() {
        if next != content {
            rotate(&path, next);
            content = next;
        }
        let before = live.get();
        assert_eq!(live.refresh().map_err(drop), refreshed, "step {number}");
        assert_eq!(answer(&live.get(), "reg.io/a"), expected, "step {number}");
        let kept = answer(&before, "reg.io/a");
        assert!(refreshed == Ok(true) || kept == expected, "step {number}: {kept}");
    }
}

/// A base is not read again, so that a change of it is no reason to read the rest again and again.
#[test]
fn a_live_resolver_does_not_look_at_its_base() {
    let directory = tempfile::tempdir().unwrap();
    let [own, of_base] = ["own", "base"].map(|name| directory.path().join(name));
    rotate(&own, "{}");
    rotate(&of_base, &user("b"));
    let base = Resolver::builder().cluster_file(&of_base).build().unwrap();
    let live = LiveResolver::build(Resolver::builder().cluster_file(&own).base(&base)).unwrap();
    rotate(&of_base, &user("c"));
    assert!(live.get().is_stale() && !live.refresh().unwrap());
    rotate(&own, &user("own"));
    assert!(live.refresh().unwrap() && !live.refresh().unwrap());
    assert_eq!(answer(&live.get(), "reg.io/a"), "own:p");
}
