//! DESIGN 3.2: no path gets out of its namespace, and no `*` out of its label.

use regcred::ImageRef;

use super::{asked, means_nothing};
use crate::support::{answer, check_rows, config, secret};

#[test]
fn a_team_name_with_another_as_prefix() {
    let rows =
        [("reg.io/team", "team"), ("https://reg.io/team/", "team"), ("docker.io/team", "hub")];
    check_rows(rows, |(key, user)| {
        let resolver = secret(config(&[(key, user)])).unwrap();
        let registry = key.trim_start_matches("https://").split('/').next().unwrap();
        assert_eq!(answer(&resolver, &format!("{registry}/team/app")), format!("{user}:p"));
        #[rustfmt::skip]
        let others = [
            "teams", "teams/app", "team-a/app", "team.a/app", "team_a/app", "team__a/app", "tea/app", "tea",
            "ateam/app", "x/team", "x/team/app", "teamteam/app", "app",
        ];
        for other in others {
            assert_eq!(answer(&resolver, &format!("{registry}/{other}")), "-", "{key} for {other}");
        }
        assert!(resolver.resolve_registry(registry).is_none(), "{key} is not for all of it");
    });
    let own = secret(config(&[("reg.io/team", "team"), ("reg.io/teams", "teams")])).unwrap();
    assert_eq!(answer(&own, "reg.io/teams/app"), "teams:p");
    assert_eq!(answer(&own, "reg.io/team/s/app"), "team:p");
}

/// A repository has 255 bytes at most. No image lies below a longer path, whoever asks for it.
#[test]
fn a_server_with_a_path_beyond_all_repositories() {
    let resolver = secret(config(&[("reg.io", "own"), ("reg.io/a", "own"), ("reg.io/a/a", "own")]));
    let resolver = resolver.unwrap();
    check_rows([1, 127, 128], |segments| {
        let server = format!("reg.io/{}", vec!["a"; segments].join("/"));
        assert!(resolver.resolve_registry(&server).is_some(), "{segments} segments");
    });
    check_rows([129, 255, 256, 257, 300, 100_000], |segments| {
        for scheme in ["", "https://"] {
            let server = format!("{scheme}reg.io/{}", vec!["a"; segments].join("/"));
            assert!(resolver.resolve_registry(&server).is_none(), "{segments} segments");
        }
    });
}

#[test]
fn climbing_out_of_a_namespace() {
    let team = secret(config(&[("reg.io/team", "team"), ("docker.io/team", "hub")])).unwrap();
    let other = secret(config(&[("reg.io/other", "other")])).unwrap();
    #[rustfmt::skip]
    let climbs = [
        "team/../other", "team/..", "../other", "team/./x", "./team", "team/.", "team//../other", "team/%2e%2e/other",
        "team/..%2fother", "team%2f..%2fother", "team/.../other", "team/..;/other", "team/..\\other",
        "team/\u{2024}\u{2024}/other", "team/．．/other", "team\0/other", "team/?/other", "team#/other",
        "team/../../evil.com/other", "..", ".", "team/*/other", "*",
    ];
    check_rows(climbs, |climb| {
        for registry in ["reg.io", "docker.io", "reg.io:5000"] {
            let image = format!("{registry}/{climb}/app");
            let error = ImageRef::parse(&image).expect_err(&image).to_string();
            assert!(error.contains("its repository is not made of"), "{image}: {error}");
            let with_default = format!("{climb}/app");
            assert!(
                ImageRef::parse_with_default(&with_default, registry).is_err(),
                "{with_default}"
            );
        }
        means_nothing(&format!("reg.io/{climb}"), &["reg.io"]);
        let key = secret(config(&[(&format!("https://reg.io/{climb}/"), "stolen")])).unwrap();
        for image in ["reg.io/team/x", "reg.io/other/x", "reg.io/x", "nginx"] {
            assert_eq!(answer(&key, image), "-", "{climb} for {image}");
        }
    });
    // Empty segments are ignored in a key and invalid in an image.
    let slashes = secret(config(&[("reg.io//team///x//", "x")])).unwrap();
    assert_eq!(answer(&slashes, "reg.io/team/x"), "x:p");
    assert_eq!(answer(&slashes, "reg.io/team/other"), "-");
    check_rows(["reg.io/team//x", "reg.io//team/x", "reg.io/team/x/"], |image| {
        assert!(ImageRef::parse(image).is_err(), "{image}");
    });
    // A tag or a digest is not a path.
    assert_eq!(answer(&team, "reg.io/other:team"), "-");
    assert_eq!(answer(&other, &format!("reg.io/team@sha256:{}", "0".repeat(64))), "-");
}

#[test]
fn a_wildcard_that_reaches_too_far() {
    // key, an image it covers or none, images it must not cover
    #[rustfmt::skip]
    let table: &[(&str, Option<&str>, &[&str])] = &[
        ("*", Some("localhost/x"), &["nginx", "reg.io/x", "docker.io/x", "localhost:5000/x", "127.0.0.1/x"]),
        ("**", Some("localhost/x"), &["nginx", "reg.io/x"]),
        ("*.io", Some("reg.io/x"), &["nginx", "docker.io/x", "index.docker.io/x", "a.reg.io/x", "reg.io:5000/x",
            "reg.io.evil.com/x", "io:443/x"]),
        ("*.com", Some("evil.com/x"), &["nginx", "a.evil.com/x"]),
        ("*.*", Some("reg.io/x"), &["nginx", "docker.io/x", "localhost/x", "a.reg.io/x"]),
        ("*.*.*", Some("a.reg.io/x"), &["nginx", "index.docker.io/x", "registry-1.docker.io/x", "reg.io/x"]),
        ("*.docker.io", Some("evil.docker.io/x"), &["nginx", "index.docker.io/x", "registry-1.docker.io/x"]),
        ("docker.*", Some("docker.evil/x"), &["nginx", "docker.io/x"]),
        ("d*r.io", Some("dir.io/x"), &["nginx", "docker.io/x"]),
        ("https://*.docker.io/v1/", None, &["nginx", "index.docker.io/x"]),
        ("reg.*", Some("reg.io/x"), &["reg.io.evil.com/x", "reg.evil.com/x", "areg.io/x", "reg:443/x"]),
        ("*.reg.io", Some("a.reg.io/x"), &["reg.io/x", "a.b.reg.io/x", "evilreg.io/x", "a.reg.io.evil.com/x"]),
        ("*-reg.io", Some("a-reg.io/x"), &["reg.io/x", "a.b-reg.io/x"]),
        ("*.reg.io/team", Some("a.reg.io/team/x"), &["a.reg.io/teams/x", "a.reg.io/x"]),
        ("*:5000", Some("localhost:5000/x"), &["localhost/x", "localhost:500/x", "nginx"]),
        ("127.*.*.*", Some("127.0.0.1/x"), &["127.1/x", "127.0.0.1.evil.com/x", "127.0.0.1:5000/x"]),
    ];
    check_rows(table, |(key, covered, others)| {
        let resolver = secret(config(&[(key, "u")])).unwrap();
        for image in *others {
            assert_eq!(answer(&resolver, image), "-", "{key} for {image}");
        }
        if let Some(image) = covered {
            assert_eq!(answer(&resolver, image), "u:p", "{key} for {image}");
        }
    });
    #[rustfmt::skip]
    let no_globs = [
        "?.io", "reg.[a-z]*", "r[e]g.io", "[*]", "[::*]", "{reg,evil}.io", "reg.io:*", "*:*", "reg.io/*", "*/*",
        "!evil.com", "reg.i?", "^reg.io$", "reg.io|evil.com", "*.-", ".*", "*.", "*@*", "%2a.io", "https://*@reg.io",
    ];
    check_rows(no_globs, |key| {
        means_nothing(key, &["reg.io", "evil.com", "localhost", "[::1]", "docker.io"]);
    });
    // An image is never a pattern.
    let all = secret(config(&[("*.io", "u"), ("reg.io", "u"), ("*", "u")])).unwrap();
    check_rows(["*", "*.io", "r*g.io", "reg.*"], |host| {
        assert_eq!(asked(&all, host), [""; 0], "{host}");
    });
}

/// In a label that IDNA encodes, a `*` would stand for pieces of the code: `ä*` is `xn--*-zfa`,
/// which covers names without any ä. And a sign that only looks like a `*` must not become one.
#[test]
#[cfg_attr(not(feature = "url"), ignore = "needs the feature url")]
fn a_wildcard_in_another_script() {
    let keys = [
        "https://ä*.reg.io",
        "https://*ä.reg.io",
        "https://＊.reg.io",
        "https://＊.ä.io",
        "https://a＊.*.io",
        "https://*.＊.ä.io",
        "https://x。＊.*.ä.io",
    ];
    check_rows(keys, |key| {
        means_nothing(
            key,
            &[
                "xn--a-zfa.reg.io",
                "xn--b-0ga.reg.io",
                "a.reg.io",
                "a.xn--4ca.io",
                "a.b.xn--4ca.io",
                "ab.c.io",
            ],
        );
    });
    let beside =
        secret(config(&[("https://*.bücher.example", "u"), ("https://Pre*.bücher.dev", "v")]))
            .unwrap();
    assert_eq!(answer(&beside, "a.xn--bcher-kva.example/x"), "u:p", "beside one it is what it is");
    assert_eq!(answer(&beside, "prefix.xn--bcher-kva.dev/x"), "v:p");
}

/// A lookup would take the length of the host again for every pattern, and a task brings both.
#[test]
fn a_host_longer_than_dns_allows() {
    let patterns = secret(config(&[("*.io", "pattern"), ("*a*b*.io", "pattern")])).unwrap();
    check_rows([(63, true), (252, true), (253, false), (100_000, false)], |(length, found)| {
        for letter in ["a", "A"] {
            let image = format!("{}.io/x", letter.repeat(length));
            let expected = if found { "pattern:p" } else { "-" };
            assert_eq!(answer(&patterns, &image), expected, "{letter} {length} times");
        }
    });
    // Encoding takes the square of the length.
    means_nothing(&format!("https://{}.io", "ä".repeat(500)), &["reg.io"]);
    // By its own name a host of any length is found.
    let long = format!("{}.io", "a".repeat(100_000));
    assert_eq!(asked(&secret(config(&[(&long, "own")])).unwrap(), &long), ["own:p"; 5]);
}
