//! DESIGN 3.6: reading a directory that a hostile task can write to.

use std::fs;
use std::path::Path;

use regcred::{Error, Level, Resolver};

use crate::support::archive::{file, gzip, tar};
use crate::support::{answer, check_rows, config, image_ref, put};

fn read(home: &Path) -> Result<Resolver, Error> {
    Resolver::builder().sandbox_home(home).build()
}

#[test]
#[cfg_attr(not(feature = "archive"), ignore = "needs the feature archive")]
fn the_files_of_a_sandbox_are_pooled_in_dockers_order() {
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
    check_rows(["archive", "flat", "json"], |user| {
        assert_eq!(answer(&all, &format!("{user}.io/app")), format!("{user}:p"), "union");
    });
    let image = image_ref("archive.io/app");
    let auth = all.resolve(&image).unwrap();
    let archive = home.path().join("docker.tar.gz");
    assert_eq!(auth.origin().level(), Level::SandboxHome);
    assert_eq!(auth.origin().file(), Some(&*archive));
    let shown = auth.origin().to_string();
    assert!(shown.contains("docker.tar.gz (.docker/config.json): key \"archive.io\""), "{shown}");
}

#[test]
fn a_missing_sandbox_directory_is_an_error() {
    let home = tempfile::tempdir().unwrap();
    let error = read(&home.path().join("missing")).unwrap_err().to_string();
    assert!(error.starts_with("sandbox HOME, ") && error.contains("check the path"), "{error}");
    put(home.path(), "file", "x");
    assert!(matches!(read(&home.path().join("file")), Err(Error::Read { .. })));
}

#[cfg(unix)]
mod unix {
    use std::os::unix::fs::PermissionsExt;

    use super::*;

    #[test]
    fn an_unreadable_file_in_the_sandbox_is_an_error() {
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
}
