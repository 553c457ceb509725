//! Certificates of a registry.

use std::fs;
use std::path::Path;

use regcred::certs::{self, Certificates};
use regcred::{Error, ImageRef};

use crate::support;
use crate::support::{check_rows, image_ref};

/// Puts empty files below a directory.
fn put(root: &Path, files: &[&str]) {
    for file in files {
        support::put(root, file, "");
    }
}

/// The certificates found, in one line: directory, CAs, and pairs as `cert+key`.
fn told(root: &Path, found: &Certificates) -> String {
    let name = |path: &Path| path.file_name().unwrap().to_str().unwrap().to_owned();
    let directory = found.directory().map_or("-".to_owned(), |directory| {
        directory.strip_prefix(root).unwrap().to_str().unwrap().to_owned()
    });
    let mut words = vec![directory];
    words.extend(found.authorities().iter().map(|ca| name(ca)));
    let pair = |(certificate, key)| format!("{}+{}", name(certificate), name(key));
    words.extend(found.clients().iter().map(|client| pair((client.certificate(), client.key()))));
    words.join(" ")
}

#[test]
fn certificates_are_selected_as_docker_and_podman_do() {
    let long = format!("{}:5000", vec!["a".repeat(63); 4].join("."));
    // files, registry, what is found, rule
    #[rustfmt::skip]
    let table: &[(&[&str], &str, &str, &str)] = &[
        (&["docker/reg.io/ca.crt"], "reg.io", "docker/reg.io ca.crt", "Docker: *.crt is a CA"),
        (&["docker/reg.io:5000/ca.crt"], "reg.io:5000", "docker/reg.io:5000 ca.crt", "Docker: the name has the port"),
        (&["docker/reg.io:5000/ca.crt"], "reg.io", "-", "another port is another registry"),
        (&["docker/reg.io/ca.crt"], "reg.io:5000", "-", "another port is another registry"),
        (&["docker/reg.io/b.crt", "docker/reg.io/a.crt"], "reg.io", "docker/reg.io a.crt b.crt", "sorted by name"),
        (&["docker/reg.io/c.cert", "docker/reg.io/c.key"], "reg.io", "docker/reg.io c.cert+c.key", "Docker: a pair"),
        (&["docker/reg.io/b.key", "docker/reg.io/a.key", "docker/reg.io/b.cert", "docker/reg.io/a.cert",
            "docker/reg.io/ca.crt"],
            "reg.io", "docker/reg.io ca.crt a.cert+a.key b.cert+b.key", "Docker: all of them"),
        (&["docker/reg.io/x.y.cert", "docker/reg.io/x.y.key"], "reg.io", "docker/reg.io x.y.cert+x.y.key", "with dots"),
        (&["docker/reg.io/notes.txt", "docker/reg.io/ca.pem", "docker/reg.io/ca.CRT"], "reg.io", "docker/reg.io",
            "Docker: other names are ignored"),
        (&["docker/reg.io/.crt", "docker/reg.io/.cert", "docker/reg.io/.key"], "reg.io",
            "docker/reg.io .crt .cert+.key", "Docker: a name may be all suffix"),
        (&["docker/reg.io/crt", "docker/reg.io/a.crt.bak", "docker/reg.io/.hidden"], "reg.io", "docker/reg.io",
            "Docker: only the suffix counts"),
        (&["docker/reg.io/notes", "docker/reg.io:443/ca.crt"], "reg.io", "docker/reg.io:443 ca.crt",
            "an empty directory is skipped"),
        (&["docker/reg.io:443/ca.crt"], "reg.io", "docker/reg.io:443 ca.crt", "3.1: :443 equals no port"),
        (&["docker/reg.io/ca.crt"], "reg.io:443", "docker/reg.io ca.crt", "3.1: :443 equals no port"),
        (&["docker/reg.io/a.crt", "docker/reg.io:443/b.crt"], "reg.io:443", "docker/reg.io:443 b.crt",
            "Docker: the spelling given"),
        (&["docker/reg.io/a.crt", "docker/reg.io:443/b.crt"], "reg.io", "docker/reg.io a.crt", "without a port first"),
        (&["docker/REG.io/a.crt", "docker/reg.io/b.crt"], "REG.io", "docker/REG.io a.crt",
            "Docker: the spelling given"),
        (&["docker/REG.io/notes", "docker/reg.io/b.crt"], "REG.io", "docker/reg.io b.crt",
            "an empty directory is skipped"),
        (&["docker/REG.io/a.crt"], "reg.io", "-", "Docker: another spelling"),
        (&["docker/Reg.io:443/a.crt", "docker/reg.io:443/b.crt"], "Reg.io:443", "docker/Reg.io:443 a.crt",
            "Docker: the spelling given, port and all"),
        (&["docker/reg.io:05000/a.crt", "docker/reg.io:5000/b.crt"], "reg.io:05000", "docker/reg.io:05000 a.crt",
            "Docker: the spelling given"),
        (&["docker/index.docker.io/a.crt", "docker/docker.io/b.crt"], "index.docker.io", "docker/index.docker.io a.crt",
            "Docker Hub too"),
        (&["docker/[FD00::1]/a.crt", "docker/[fd00::1]/b.crt"], "[FD00::1]", "docker/[FD00::1] a.crt", "IPv6 too"),
        (&["containers/reg.io/a.crt", "docker/REG.io/b.crt"], "REG.io", "containers/reg.io a.crt",
            "podman: the first directory that exists, in any spelling"),
        (&["docker/reg.io/ca.crt"], "REG.io", "docker/reg.io ca.crt", "3.1: hosts are compared in lower case"),
        (&["docker/reg.io:5000/ca.crt"], "reg.io:05000", "docker/reg.io:5000 ca.crt", "3.1: ports are numbers"),
        (&["docker/[::1]:5000/ca.crt"], "[::1]:5000", "docker/[::1]:5000 ca.crt", "IPv6 in brackets, as in the image"),
        (&["docker/[2001:db8::1]/ca.crt"], "[2001:DB8::1]:443", "docker/[2001:db8::1] ca.crt", "IPv6 and :443"),
        (&["docker/[::1]:443/ca.crt"], "[::1]", "docker/[::1]:443 ca.crt", "IPv6 and :443"),
        (&["docker/docker.io:443/ca.crt"], "registry-1.docker.io", "docker/docker.io:443 ca.crt", "the Hub and :443"),
        (&["docker/localhost:5000/ca.crt"], "localhost:5000", "docker/localhost:5000 ca.crt", "localhost"),
        (&["containers/reg.io/a.crt", "docker/reg.io/b.crt"], "reg.io", "containers/reg.io a.crt",
            "podman: only the first directory that exists"),
        (&["containers/reg.io/notes", "docker/reg.io/b.crt"], "reg.io", "containers/reg.io", "podman: even if empty"),
        (&["containers/other.io/a.crt", "docker/reg.io/b.crt"], "reg.io", "docker/reg.io b.crt", "podman: then Docker"),
        (&["docker/docker.io/ca.crt"], "index.docker.io", "docker/docker.io ca.crt", "podman: Docker Hub is docker.io"),
        (&[], "reg.io", "-", "none is not an error"),
        (&[], &long, "-", "longer than any name of a directory"),
    ];
    check_rows(table, |(files, registry, expected, rule)| {
        let root = tempfile::tempdir().unwrap();
        put(root.path(), files);
        let directories = ["containers", "docker"].map(|name| root.path().join(name));
        let found = certs::find(registry, directories).unwrap_or_else(|e| panic!("{rule}: {e}"));
        assert_eq!(told(root.path(), &found), *expected, "{registry}, {rule}");
    });
}

/// `registry_as_written` returns the name that `find` tries first.
#[test]
fn the_registry_as_written_in_the_image_is_tried_first() {
    // image, default registry, the registry as written, the registry, rule
    #[rustfmt::skip]
    let table = [
        ("REG.io/app", "x.io", "REG.io", "reg.io", "Docker: the image's own spelling"),
        ("reg.io:443/app", "x.io", "reg.io:443", "reg.io", "a port 443"),
        ("reg.io:05000/app:1", "x.io", "reg.io:05000", "reg.io:5000", "zeros"),
        ("Build/app", "x.io", "Build", "build", "a name without a dot"),
        ("index.docker.io/nginx", "x.io", "index.docker.io", "docker.io", "Docker Hub"),
        ("reg.io/app", "x.io", "reg.io", "reg.io", "already normalised"),
        ("team/app", "https://X.io:443/v1/", "X.io:443", "x.io", "the default's own spelling"),
        ("team/app", "docker.io", "docker.io", "docker.io", "Docker Hub by default"),
        ("team/app", "http://X.io", "x.io:80", "x.io:80", "3.1: without its scheme X.io is another registry"),
    ];
    check_rows(table, |(image, default, written, registry, rule)| {
        let parsed = ImageRef::parse_with_default(image, default).unwrap();
        let root = tempfile::tempdir().unwrap();
        put(root.path(), &[&format!("{written}/ca.crt")]);
        let found = certs::find(parsed.registry_as_written(), [root.path()]).unwrap();
        let found = told(root.path(), &found);
        let (got, expected) = (
            (parsed.registry_as_written(), parsed.registry(), found),
            (written, registry, format!("{written} ca.crt")),
        );
        assert_eq!(got, expected, "{image}, {rule}: {got:?}, not {expected:?}");
    });
    assert_eq!(image_ref("nginx").registry_as_written(), "docker.io");
}

#[test]
fn a_url_is_an_error_that_says_what_to_leave_out() {
    let rows = ["https://reg.io", "http://reg.io:5000/v2/", "HTTPS://reg.io", "docker://reg.io"];
    check_rows(rows, |url| {
        let error = certs::find(url, ["."]).unwrap_err().to_string();
        assert!(error.contains("it starts with a scheme") && error.contains("leave"), "{error}");
    });
}

/// 255 bytes is the longest name of a directory.
#[cfg(unix)]
#[test]
fn registry_names_of_up_to_255_bytes_have_a_directory() {
    let rows =
        [(format!("{}.io", "a".repeat(252)), true), (format!("{}.io", "a".repeat(253)), false)];
    check_rows(rows, |(registry, is_found)| {
        let root = tempfile::tempdir().unwrap();
        if is_found {
            put(root.path(), &[&format!("{registry}/ca.crt")]);
        }
        let found = certs::find(&registry, [root.path()])
            .unwrap_or_else(|error| panic!("{} bytes: {error}", registry.len()));
        assert_eq!(found.authorities().len(), usize::from(is_found), "{} bytes", registry.len());
    });
}

/// [`certs::find`] stops at the first directory, so the order matters.
#[test]
fn podmans_directory_comes_before_dockers() {
    assert_eq!(certs::DIRECTORIES, ["/etc/containers/certs.d", "/etc/docker/certs.d"]);
    assert_eq!(certs::DIRECTORIES, [certs::CONTAINERS, certs::DOCKER]);
}

#[test]
fn half_a_pair_is_an_error_that_names_the_other_half() {
    // files, error, rule
    #[rustfmt::skip]
    let table: &[(&[&str], &[&str], &str)] = &[
        (&["client.cert"], &["client.cert: \"client.key\" is missing"], "Docker: missing key for a client certificate"),
        (&["client.key"], &["client.key: \"client.cert\" is missing"], "Docker: missing client certificate for a key"),
        (&["ca.cert"], &["ca.cert: \"ca.key\" is missing", "the certificate of a CA is called NAME.crt"],
            "Docker's own advice: a CA named .cert"),
        (&["a.cert", "b.key"], &["a.cert: \"a.key\" is missing"], "two halves are not a pair"),
        (&[".key"], &[".key: \".cert\" is missing"], "a name that is all suffix"),
        (&["client.crt", "client.key"], &["client.key: \"client.cert\" is missing"], "a certificate named like a CA"),
    ];
    check_rows(table, |(files, expected, rule)| {
        let root = tempfile::tempdir().unwrap();
        put(&root.path().join("reg.io"), files);
        let error = certs::find("reg.io", [root.path()]).expect_err(rule);
        assert!(matches!(error, Error::HalfPair { .. }), "{files:?}: {error:?}, {rule}");
        for expected in *expected {
            assert!(error.to_string().contains(expected), "{files:?}: {error}, {rule}");
        }
    });
}

#[test]
fn no_registry_name_leaves_the_directories() {
    let root = tempfile::tempdir().unwrap();
    put(root.path(), &["secret/ca.crt", "certs.d/reg.io/ca.crt", "certs.d/ca.crt"]);
    let directory = root.path().join("certs.d");
    let absolute = root.path().join("secret").to_str().unwrap().to_owned();
    #[rustfmt::skip]
    let table = [
        "..", ".", "", "/", "../secret", "reg.io/../../secret", "..\\secret", &absolute, "reg.io/", "reg.io/team",
        "%2e%2e", "https://reg.io", "u@reg.io", "reg.io:", "reg.io:../..", "[../..]", "[::1]/..", "reg.io\0", "*.io",
        "reg..io", "REG.io/../../secret", "..:443", ".:443", "../secret:443", "SECRET/..",
        "reg.io:443/../../secret", "Reg.io:0443/..", "https://../secret",
    ];
    check_rows(table, |registry| {
        let error = certs::find(registry, [&directory]).expect_err(registry);
        assert!(matches!(error, Error::Image(_)), "{registry:?}: {error:?}");
    });
    check_rows(["../secret/app", "reg.io/../secret/app", "../../etc/passwd"], |image| {
        assert!(ImageRef::parse(image).is_err(), "{image}");
    });
}

#[cfg(unix)]
#[test]
fn a_certificate_that_is_not_a_file_is_an_error() {
    let root = tempfile::tempdir().unwrap();
    let directory = root.path().join("reg.io");
    fs::create_dir_all(directory.join("ca.crt")).unwrap();
    assert!(matches!(certs::find("reg.io", [root.path()]), Err(Error::NotAFile { .. })));
    fs::remove_dir(directory.join("ca.crt")).unwrap();
    let pipe = directory.join("ca.crt");
    assert!(std::process::Command::new("mkfifo").arg(&pipe).status().unwrap().success());
    assert!(matches!(certs::find("reg.io", [root.path()]), Err(Error::NotAFile { .. })));
    fs::remove_file(&pipe).unwrap();
    put(root.path(), &["pki/corporate.crt"]);
    std::os::unix::fs::symlink(root.path().join("pki/corporate.crt"), &pipe).unwrap();
    let found = certs::find("reg.io", [root.path()]).unwrap();
    assert_eq!(told(root.path(), &found), "reg.io ca.crt", "links are the operator's own");
    fs::remove_file(root.path().join("pki/corporate.crt")).unwrap();
    let error = certs::find("reg.io", [root.path()]).unwrap_err().to_string();
    assert!(error.contains("ca.crt: cannot read it"), "a link to nothing: {error}");
    let file = root.path().join("other.io");
    fs::write(file, "").unwrap();
    assert!(matches!(certs::find("other.io", [root.path()]), Err(Error::Read { .. })));
}
