//! DESIGN 3.6: files that a task puts in its sandbox, and files named by an operator.

use std::fs::{self, File};
use std::io::{ErrorKind, Write};
use std::path::Path;
use std::sync::atomic::{AtomicBool, Ordering};

use regcred::{Error, Level, Limit, Limits, Resolver, ResolverBuilder};

use super::{PASSWORD, canary, refusal, refused};
use crate::support::{answer, check_rows, config, put};

/// Everything that reads the file `.dockercfg` in a directory: those that a task can write under,
/// and those that an operator names.
fn readers(home: &Path) -> Vec<(Level, ResolverBuilder)> {
    let file = home.join(".dockercfg");
    let path = file.to_str().unwrap();
    let build = Resolver::builder;
    vec![
        (Level::SandboxHome, build().sandbox_home(home)),
        (Level::SandboxHome, build().home(home)),
        (Level::AgentFlag, build().agent_flag(path)),
        (Level::AgentFlag, build().agent_flag(format!("file://{path}"))),
        (Level::ClusterFile, build().cluster_file(path)),
        (Level::ClusterFile, build().cluster_file_if_exists(path)),
    ]
}

/// Asserts that no reader takes the file, and that each error names its location.
#[track_caller]
fn all_refuse(home: &Path, is_right: impl Fn(&Error) -> bool) {
    check_rows(readers(home), |(level, reader)| {
        let error = refusal(reader.build());
        assert!(is_right(&error), "{level}: {error:?}");
        let text = error.to_string();
        assert!(text.starts_with(&format!("{level}, ")) && text.contains(".dockercfg"), "{text}");
    });
}

/// Ends an attacker's thread with the test, however the test ends.
struct Until<'a>(&'a AtomicBool);

impl Drop for Until<'_> {
    fn drop(&mut self) {
        self.0.store(true, Ordering::Relaxed);
    }
}

/// A file of eight terabytes without a byte in it, as `truncate -s 8T` makes it; also one that
/// begins as an archive.
#[test]
fn a_huge_sparse_file() {
    check_rows(
        [(&b""[..], Limit::FileBytes), (b"\x1f\x8b\x08", Limit::ArchiveBytes)],
        |(begins, name)| {
            let home = tempfile::tempdir().unwrap();
            let mut huge = File::create(home.path().join(".dockercfg")).unwrap();
            huge.write_all(begins).unwrap();
            if huge.set_len(8 << 40).is_ok() {
                all_refuse(
                    home.path(),
                    |e| matches!(e, Error::Limit { limit, .. } if *limit == name),
                );
                // A claimed size is not allocated, even with higher limits.
                let mut limits = Limits::default();
                (limits.file_bytes, limits.archive_bytes) = (u64::MAX, u64::MAX);
                for (level, reader) in readers(home.path()) {
                    let error = refusal(reader.limits(limits).build());
                    assert!(
                        matches!(error, Error::Limit { limit, .. } if limit == name),
                        "{level}, {name} at its most: {error}"
                    );
                }
            }
        },
    );
}

#[test]
fn a_directory_in_place_of_a_file() {
    let home = tempfile::tempdir().unwrap();
    put(home.path(), ".dockercfg/config.json", canary("reg.io"));
    all_refuse(home.path(), |error| matches!(error, Error::NotAFile { .. }));
}

/// The writer never stops; the reader stops at its limit.
#[test]
fn a_file_that_grows_while_it_is_read() {
    const MOST: u64 = 1 << 20;
    let home = tempfile::tempdir().unwrap();
    let (path, next) = (home.path().join(".dockercfg"), home.path().join("next"));
    let stop = AtomicBool::new(false);
    fs::write(&path, config(&[("reg.io", "u")])).unwrap();
    let mut limits = Limits::default();
    limits.file_bytes = MOST;
    std::thread::scope(|scope| {
        let _until = Until(&stop);
        scope.spawn(|| {
            while !stop.load(Ordering::Relaxed) {
                fs::write(&next, config(&[("reg.io", "u")])).unwrap();
                // A system that cannot replace an open file stops it from growing.
                let _ = fs::rename(&next, &path);
                let mut file = File::options().append(true).open(&path).unwrap();
                for _ in 0..4 * MOST / 0x4000 {
                    file.write_all(&[b' '; 0x4000]).unwrap();
                }
            }
        });
        for _ in 0..20 {
            for (level, reader) in readers(home.path()) {
                match reader.limits(limits).build() {
                    Ok(resolver) => assert_eq!(answer(&resolver, "reg.io/app"), "u:p", "{level}"),
                    Err(Error::Limit { limit: Limit::FileBytes, value: MOST, .. }) => {}
                    // It grew during each attempt, so none of them has read a whole version.
                    Err(Error::Read { cause, .. }) if cause.kind() == ErrorKind::ResourceBusy => {}
                    Err(error) => panic!("{level}: {error}"),
                }
            }
        }
    });
}

/// `--docker_config=/etc/shadow`: what is in a file is not in the error that says that it is no
/// JSON.
#[test]
fn a_file_of_other_secrets() {
    let home = tempfile::tempdir().unwrap();
    let rows = [
        format!("root:{PASSWORD}:19000:0:99999:7:::\n"),
        format!("\"{PASSWORD}\""),
        PASSWORD.into(),
    ];
    check_rows(rows, |text| {
        put(home.path(), ".dockercfg", &text);
        all_refuse(home.path(), |e| {
            matches!(e, Error::Syntax { .. } | Error::NotACredentialFile { .. })
        });
        refused(text);
    });
}

#[test]
fn a_path_that_forges_a_log() {
    check_rows(["a\nagent flag: fine", "\u{1b}[2Jx", "\u{202e}x", "x\r"], |name| {
        let path = Path::new("/nonexistent").join(name);
        for builder in [
            Resolver::builder().cluster_file(&path),
            Resolver::builder().sandbox_home(&path),
            Resolver::builder().agent_flag(path.to_str().unwrap()),
        ] {
            let text = refusal(builder.build()).to_string();
            assert!(!text.contains(['\n', '\r', '\u{1b}', '\u{202e}']), "{text:?}");
        }
    });
}

#[cfg(unix)]
mod unix {
    use std::os::unix::fs::symlink;
    use std::os::unix::net::UnixListener;
    use std::process::Command;

    use super::*;

    fn read(home: &Path) -> Result<Resolver, Error> {
        Resolver::builder().sandbox_home(home).build()
    }

    fn make_pipe(path: &Path) {
        assert!(Command::new("mkfifo").arg(path).status().unwrap().success());
    }

    /// Files to put in place of a credential file, and their names in errors.
    #[test]
    fn a_link_a_pipe_or_a_socket_in_place_of_a_file() {
        let outside = tempfile::tempdir().unwrap();
        put(outside.path(), "config.json", canary("reg.io"));
        let target = outside.path().join("config.json");
        type Put = Box<dyn Fn(&Path)>;
        #[rustfmt::skip]
        let table: Vec<(&str, Put)> = vec![
            ("a symbolic link", Box::new(move |path| symlink(&target, path).unwrap())),
            ("a symbolic link", Box::new(|path| symlink("/nowhere", path).unwrap())),
            ("a symbolic link", Box::new(|path| symlink("/dev/zero", path).unwrap())),
            ("a symbolic link", Box::new(|path| symlink(path, path).unwrap())),
            ("a directory", Box::new(|path| fs::create_dir(path).unwrap())),
            ("a pipe", Box::new(make_pipe)),
            ("a socket", Box::new(|path| drop(UnixListener::bind(path).unwrap()))),
        ];
        for (found, put_there) in &table {
            for name in [".docker/config.json", ".dockercfg", "docker.tar.gz"] {
                let home = tempfile::tempdir().unwrap();
                fs::create_dir(home.path().join(".docker")).unwrap();
                put_there(&home.path().join(name));
                let error = refusal(read(home.path()));
                assert!(matches!(error, Error::NotAFile { .. }), "{name}: {error}");
                let text = error.to_string();
                assert!(text.contains(found) && text.contains(name), "{name}: {text}");
            }
        }
    }

    #[test]
    fn a_link_in_place_of_the_directory() {
        let outside = tempfile::tempdir().unwrap();
        put(outside.path(), ".docker/config.json", canary("reg.io"));
        put(outside.path(), "inside/config.json", canary("reg.io"));
        for target in
            [outside.path().join(".docker"), "inside".into(), ".docker".into(), "/".into()]
        {
            let home = tempfile::tempdir().unwrap();
            put(home.path(), "inside/config.json", canary("reg.io"));
            symlink(target, home.path().join(".docker")).unwrap();
            let error = refusal(read(home.path())).to_string();
            assert!(error.contains("below a link"), "{error}");
        }
        let home = tempfile::tempdir().unwrap();
        put(home.path(), ".docker", "a file");
        assert!(matches!(refusal(read(home.path())), Error::NotAFile { .. }));
        let home = tempfile::tempdir().unwrap();
        make_pipe(&home.path().join(".docker"));
        assert!(matches!(refusal(read(home.path())), Error::NotAFile { .. }));
    }

    /// A device needs the right to make one; where that is missing, only those that are there are
    /// tried.
    #[test]
    fn a_device_in_place_of_a_file() {
        let home = tempfile::tempdir().unwrap();
        let path = home.path().join(".dockercfg");
        let made = Command::new("mknod").arg(&path).args(["c", "1", "5"]).output();
        if made.is_ok_and(|made| made.status.success()) {
            all_refuse(home.path(), |error| error.to_string().contains("a device"));
        }
        for device in ["/dev/zero", "/dev/null"] {
            let flag = Resolver::builder().agent_flag(device);
            for builder in [flag, Resolver::builder().cluster_file(device)] {
                assert!(matches!(refusal(builder.build()), Error::NotAFile { .. }), "{device}");
            }
        }
    }

    /// The runtime names the sandbox, and the operator the file: there a link is a name like any
    /// other.
    #[test]
    fn a_link_in_place_of_the_home_or_of_a_named_file() {
        let home = tempfile::tempdir().unwrap();
        put(home.path(), "real/.dockercfg", config(&[("reg.io", "u")]));
        symlink(home.path().join("real"), home.path().join("link")).unwrap();
        for (level, reader) in readers(&home.path().join("link")) {
            assert_eq!(answer(&reader.build().unwrap(), "reg.io/app"), "u:p", "{level}");
        }
        // A link to something other than a file, or to itself, is always refused.
        for target in ["/dev/zero", ".dockercfg", "."] {
            let home = tempfile::tempdir().unwrap();
            symlink(target, home.path().join(".dockercfg")).unwrap();
            all_refuse(home.path(), |e| matches!(e, Error::NotAFile { .. } | Error::Read { .. }));
        }
    }

    /// A second name of a file is a regular file, and nothing tells which of the two is the first.
    /// That a task makes none of a file that it may not write is for the system to see to
    /// (`fs.protected_hardlinks`).
    #[test]
    fn a_hard_link_is_a_file_like_any_other() {
        let home = tempfile::tempdir().unwrap();
        put(home.path(), "kept", config(&[("reg.io", "u")]));
        fs::hard_link(home.path().join("kept"), home.path().join(".dockercfg")).unwrap();
        for (level, reader) in readers(home.path()) {
            assert_eq!(answer(&reader.build().unwrap(), "reg.io/app"), "u:p", "{level}");
        }
    }

    /// A pipe would make the agent wait for a writer that never comes.
    #[test]
    fn a_pipe_in_place_of_a_named_file() {
        let home = tempfile::tempdir().unwrap();
        make_pipe(&home.path().join(".dockercfg"));
        all_refuse(home.path(), |error| error.to_string().contains("a pipe"));
    }

    /// Files whose size is nought and whose content has no end, or that are an error to read.
    #[cfg(target_os = "linux")]
    #[test]
    fn a_file_of_proc() {
        let mut limits = Limits::default();
        limits.file_bytes = 1 << 20;
        type Check = fn(&Error) -> bool;
        #[rustfmt::skip]
        let table: [(&str, Check); 4] = [
            ("/proc/self/pagemap", |e| matches!(e, Error::Limit { limit: Limit::FileBytes, .. })),
            ("/proc/self/mem", |e| matches!(e, Error::Read { .. })),
            ("/proc/self/status", |e| matches!(e, Error::Syntax { .. })),
            ("/proc/self/task", |e| matches!(e, Error::NotAFile { .. })),
        ];
        for (path, is_right) in table {
            let flag = Resolver::builder().agent_flag(path);
            for builder in [flag, Resolver::builder().cluster_file(path)] {
                let error = refusal(builder.limits(limits).build());
                assert!(is_right(&error), "{path}: {error}");
            }
            let home = tempfile::tempdir().unwrap();
            symlink(path, home.path().join(".dockercfg")).unwrap();
            assert!(matches!(refusal(read(home.path())), Error::NotAFile { .. }), "{path}");
        }
    }

    /// A task swaps its file for a link to somebody else's while the runtime reads: whatever the
    /// moment, the answer is the task's own or an error, never what the link leads to.
    #[test]
    fn a_swap_between_check_and_use() {
        let outside = tempfile::tempdir().unwrap();
        put(outside.path(), "config.json", config(&[("reg.io", "root")]));
        put(outside.path(), "dir/config.json", config(&[("reg.io", "root")]));
        let home = tempfile::tempdir().unwrap();
        let docker = home.path().join(".docker");
        let name = docker.join("config.json");
        let own = config(&[("reg.io", "own")]);
        put(home.path(), ".docker/config.json", &own);
        std::thread::scope(|scope| {
            let swapping = scope.spawn(|| {
                let (link, kept) = (home.path().join("link"), home.path().join("kept"));
                for _ in 0..2000 {
                    let _ = symlink(outside.path().join("config.json"), &link);
                    let _ = fs::rename(&link, &name);
                    let _ = fs::write(&kept, &own).and_then(|()| fs::rename(&kept, &name));
                    let aside = home.path().join("aside");
                    let _ = fs::rename(&docker, &aside);
                    let _ = symlink(outside.path().join("dir"), &docker);
                    let _ = fs::remove_file(&docker).and_then(|()| fs::rename(&aside, &docker));
                }
            });
            while !swapping.is_finished() {
                if let Ok(resolver) = read(home.path()) {
                    let answer = answer(&resolver, "reg.io/app");
                    assert!(answer == "own:p" || answer == "-", "a link was followed: {answer}");
                }
            }
        });
        assert_eq!(answer(&read(home.path()).unwrap(), "reg.io/app"), "own:p", "in the end");
    }

    /// A file is swapped for a pipe without a writer, on which a careless reader hangs for ever.
    #[test]
    fn a_pipe_swapped_in_between_check_and_use() {
        let home = tempfile::tempdir().unwrap();
        let in_home = |name: &str| home.path().join(name);
        make_pipe(&in_home("pipe"));
        put(home.path(), "file", config(&[("reg.io", "u")]));
        fs::hard_link(in_home("file"), in_home(".dockercfg")).unwrap();
        let stop = AtomicBool::new(false);
        std::thread::scope(|scope| {
            let _until = Until(&stop);
            scope.spawn(|| {
                for name in ["pipe", "file"].iter().cycle() {
                    if stop.load(Ordering::Relaxed) {
                        break;
                    }
                    fs::hard_link(in_home(name), in_home("next")).unwrap();
                    fs::rename(in_home("next"), in_home(".dockercfg")).unwrap();
                }
            });
            for _ in 0..500 {
                for (level, reader) in readers(home.path()) {
                    match reader.build() {
                        Ok(resolver) => assert_eq!(answer(&resolver, "reg.io/app"), "u:p"),
                        Err(Error::NotAFile { .. }) => {}
                        Err(error) => panic!("{level}: {error}"),
                    }
                }
            }
        });
    }
}
