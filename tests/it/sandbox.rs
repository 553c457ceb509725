//! DESIGN 3.6: reading a directory that a hostile task can write to.

use std::fs;
use std::path::Path;

use regcred::{Error, Level, Resolver};

use crate::archives::{file, gzip, tar};
use crate::support::{answer, config};

fn read(home: &Path) -> Result<Resolver, Error> {
    Resolver::builder().sandbox_home(home).build()
}

fn put(home: &Path, name: &str, bytes: impl AsRef<[u8]>) {
    let path = home.join(name);
    fs::create_dir_all(path.parent().unwrap()).unwrap();
    fs::write(path, bytes).unwrap();
}

#[test]
fn its_files_are_one_pool_in_their_order() {
    let home = tempfile::tempdir().unwrap();
    let empty = read(home.path()).unwrap();
    assert_eq!(answer(&empty, "reg.io/app"), "-", "each file may be missing");

    let keys = |user| config(&[("reg.io", user), (&format!("{user}.io"), user)]);
    put(home.path(), "docker.tar.gz", gzip(&tar(&[file(".docker/config.json", &keys("archive"))])));
    assert_eq!(answer(&read(home.path()).unwrap(), "reg.io/app"), "archive:p");
    put(home.path(), ".dockercfg", keys("flat"));
    assert_eq!(answer(&read(home.path()).unwrap(), "reg.io/app"), "flat:p");
    put(home.path(), ".docker/config.json", keys("json"));
    let all = read(home.path()).unwrap();
    assert_eq!(answer(&all, "reg.io/app"), "json:p");
    for user in ["archive", "flat", "json"] {
        assert_eq!(answer(&all, &format!("{user}.io/app")), format!("{user}:p"), "union");
    }
    let image = regcred::ImageRef::parse("archive.io/app").unwrap();
    let auth = all.resolve(&image).unwrap();
    let archive = home.path().join("docker.tar.gz");
    assert_eq!(auth.origin().level(), Level::SandboxHome);
    assert_eq!(auth.origin().file(), Some(&*archive.to_string_lossy()));
    let shown = auth.origin().to_string();
    assert!(shown.contains("docker.tar.gz (.docker/config.json): key \"archive.io\""), "{shown}");
}

#[test]
fn the_directory_itself_must_be() {
    let home = tempfile::tempdir().unwrap();
    let error = read(&home.path().join("missing")).unwrap_err().to_string();
    assert!(error.starts_with("sandbox HOME, ") && error.contains("check the path"), "{error}");
    put(home.path(), "file", "x");
    assert!(matches!(read(&home.path().join("file")), Err(Error::Read { .. })));
}

#[cfg(unix)]
mod unix {
    use std::os::unix::fs::{PermissionsExt, symlink};
    use std::os::unix::net::UnixListener;
    use std::process::Command;
    use std::sync::atomic::{AtomicBool, Ordering};

    use super::*;

    /// What stands in the place of each file in turn, and how the error calls it.
    #[test]
    fn nothing_but_a_regular_file_is_opened_and_no_link_is_followed() {
        let outside = tempfile::tempdir().unwrap();
        put(outside.path(), "config.json", config(&[("reg.io", "root")]));
        put(outside.path(), ".docker/config.json", config(&[("reg.io", "root")]));
        let target = outside.path().join("config.json");
        type Put = Box<dyn Fn(&Path)>;
        let fifo: fn(&Path) = |path| {
            assert!(Command::new("mkfifo").arg(path).status().unwrap().success());
        };
        #[rustfmt::skip]
        let table: Vec<(&str, Put)> = vec![
            ("a symbolic link", Box::new(move |path| symlink(&target, path).unwrap())),
            ("a symbolic link", Box::new(|path| symlink("/nowhere", path).unwrap())),
            ("a symbolic link", Box::new(|path| symlink("/dev/zero", path).unwrap())),
            ("a directory", Box::new(|path| fs::create_dir(path).unwrap())),
            ("a pipe", Box::new(fifo)),
            ("a socket", Box::new(|path| drop(UnixListener::bind(path).unwrap()))),
        ];
        for (found, put_there) in &table {
            for name in [".docker/config.json", ".dockercfg", "docker.tar.gz"] {
                let home = tempfile::tempdir().unwrap();
                fs::create_dir(home.path().join(".docker")).unwrap();
                put_there(&home.path().join(name));
                let error = read(home.path()).unwrap_err();
                assert!(matches!(error, Error::NotAFile { .. }), "{name}: {error}");
                let text = error.to_string();
                assert!(text.contains(found) && text.contains(name), "{name}: {text}");
            }
        }
        let home = tempfile::tempdir().unwrap();
        symlink(outside.path().join(".docker"), home.path().join(".docker")).unwrap();
        let error = read(home.path()).unwrap_err().to_string();
        assert!(error.contains("link or no directory"), "{error}");
        let home = tempfile::tempdir().unwrap();
        put(home.path(), ".docker", "a file");
        assert!(matches!(read(home.path()), Err(Error::NotAFile { .. })));
    }

    /// A device needs the right to make one; where that is missing there is nothing to test.
    #[test]
    fn a_device_is_not_opened() {
        let home = tempfile::tempdir().unwrap();
        let path = home.path().join(".dockercfg");
        let made = Command::new("mknod").arg(&path).args(["c", "1", "5"]).output();
        if made.is_ok_and(|made| made.status.success()) {
            let error = read(home.path()).unwrap_err().to_string();
            assert!(error.contains("a device"), "{error}");
        }
    }

    #[test]
    fn the_sandbox_itself_may_be_reached_by_a_link() {
        let home = tempfile::tempdir().unwrap();
        put(home.path(), "real/.dockercfg", config(&[("reg.io", "u")]));
        symlink(home.path().join("real"), home.path().join("link")).unwrap();
        assert_eq!(answer(&read(&home.path().join("link")).unwrap(), "reg.io/app"), "u:p");
    }

    #[test]
    fn a_file_that_may_not_be_read_is_an_error() {
        let home = tempfile::tempdir().unwrap();
        put(home.path(), ".dockercfg", config(&[("reg.io", "u")]));
        let path = home.path().join(".dockercfg");
        fs::set_permissions(&path, fs::Permissions::from_mode(0o000)).unwrap();
        // Root may read it all the same.
        if fs::read(&path).is_err() {
            let error = read(home.path()).unwrap_err().to_string();
            assert!(error.contains("check who may read it"), "{error}");
        }
    }

    /// A task swaps its file for a link to somebody else's while the runtime reads: whatever the
    /// moment, the answer is the task's own or an error, never what the link leads to.
    #[test]
    fn a_swap_between_check_and_use_gains_nothing() {
        let outside = tempfile::tempdir().unwrap();
        put(outside.path(), "config.json", config(&[("reg.io", "root")]));
        put(outside.path(), "dir/config.json", config(&[("reg.io", "root")]));
        let home = tempfile::tempdir().unwrap();
        let docker = home.path().join(".docker");
        let name = docker.join("config.json");
        let stop = AtomicBool::new(false);
        let own = config(&[("reg.io", "own")]);
        put(home.path(), ".docker/config.json", &own);
        std::thread::scope(|scope| {
            scope.spawn(|| {
                let (link, kept) = (home.path().join("link"), home.path().join("kept"));
                while !stop.load(Ordering::Relaxed) {
                    let _ = symlink(outside.path().join("config.json"), &link);
                    let _ = fs::rename(&link, &name);
                    let _ = fs::write(&kept, &own).and_then(|()| fs::rename(&kept, &name));
                    let aside = home.path().join("aside");
                    let _ = fs::rename(&docker, &aside);
                    let _ = symlink(outside.path().join("dir"), &docker);
                    let _ = fs::remove_file(&docker).and_then(|()| fs::rename(&aside, &docker));
                }
            });
            let mut seen = [0; 3];
            for _ in 0..3000 {
                match read(home.path()) {
                    Ok(resolver) => match &*answer(&resolver, "reg.io/app") {
                        "own:p" => seen[0] += 1,
                        "-" => seen[1] += 1,
                        other => panic!("a link was followed: {other}"),
                    },
                    Err(_) => seen[2] += 1,
                }
            }
            stop.store(true, Ordering::Relaxed);
            assert!(seen[0] > 0, "the task's own file was never read: {seen:?}");
        });
    }
}
