//! DESIGN 3.1 and 3.2: no spelling of a host, in a key or an image, gets the credential of another
//! host.

use regcred::ImageRef;

use super::{PASSWORD, asked, means_nothing, same, strangers};
use crate::support::{answer, check_rows, config, is_read, secret};

#[test]
fn a_registry_with_docker_hub_in_its_name() {
    #[rustfmt::skip]
    let evil = [
        "docker.io.evil.com", "index.docker.io.evil.com", "notdocker.io", "xdocker.io", "docker.iox",
        "docker.io-evil.com",
        "evil-docker.io", "docker-io.com", "evil.docker.io", "a.index.docker.io", "docker.com", "hub.docker.com",
        "docker.io.",
        "docker.io:5000", "docker.io:80", "docker.io:0", "index.docker.io:5000", "docker.1o", "d0cker.io",
    ];
    check_rows(evil, |evil| {
        for hub in ["docker.io", "index.docker.io", "registry-1.docker.io"] {
            strangers(hub, evil);
        }
        let evil = secret(config(&[(evil, "stolen")])).unwrap();
        for image in ["nginx", "team/app", "docker.io/app"] {
            assert_eq!(answer(&evil, image), "-", "{image}");
        }
    });
    same("https://index.docker.io/v1/", "registry-1.docker.io");
}

#[test]
fn docker_hub_in_the_path_of_another_registry() {
    let hub = secret(config(&[("https://index.docker.io/v1/", "hub")])).unwrap();
    #[rustfmt::skip]
    let images = [
        "evil.com/docker.io", "evil.com/docker.io/app", "evil.com/index.docker.io/v1/app", "localhost/docker.io/app",
        "evil.com:5000/docker.io/library/nginx",
    ];
    check_rows(images, |image| {
        assert_eq!(answer(&hub, image), "-", "{image}");
    });
    let rows = ["evil.com/docker.io", "https://evil.com/docker.io/", "evil.com/index.docker.io/v1"];
    check_rows(rows, |key| {
        let evil = secret(config(&[(key, "stolen")])).unwrap();
        for image in ["nginx", "docker.io/docker.io/app", "evil.com/app", "evil.com/docker.iox"] {
            assert_eq!(answer(&evil, image), "-", "{key} for {image}");
        }
    });
}

#[test]
fn a_registry_name_with_another_as_prefix_or_suffix() {
    #[rustfmt::skip]
    let evil = [
        "evilreg.io", "evil-reg.io", "a.reg.io", "reg.io.evil.com", "reg.io-evil.com", "reg.iox", "reg.i", "eg.io",
        "reg", "io",
        "reg-io.com", "regxio", "reg.io.reg.io", "reg.io.io", "www.reg.io", "localhost",
    ];
    check_rows(evil, |evil| {
        strangers("reg.io", evil);
    });
    same("reg.io", "reg.io");
}

#[test]
fn a_trusted_host_as_the_user_info_of_another() {
    let hosts = ["reg.io", "evil.com", "reg.io:443", "evil.com:443", "reg.io@evil.com"];
    #[rustfmt::skip]
    let keys = [
        "reg.io@evil.com", "evil.com@reg.io", "https://reg.io@evil.com/", "https://reg.io:443@evil.com/",
        "https://reg.io:443@evil.com:443/v2/",
        "https://reg.io%40evil.com", "https://reg.io%40evil.com@reg.io", "https://evil.com#@reg.io",
        "https://evil.com?@reg.io", "https://evil.com/#@reg.io",
        "https://evil.com/?@reg.io", "https://evil.com/@reg.io", "https://reg.io\\@evil.com",
        "https://evil.com;@reg.io", "https://@reg.io", "https://:@reg.io",
        "https://reg.io@", "https://reg.io＠evil.com", "https://reg.io﹫evil.com", "https://a@reg.io@evil.com",
        "https://[@reg.io]", "https://[reg.io]@evil.com",
    ];
    check_rows(keys.into_iter().filter(|key| is_read(key)), |key| {
        means_nothing(key, &hosts);
        let bare = key.trim_start_matches("https://");
        means_nothing(&format!("{PASSWORD}@{bare}"), &hosts);
        let trusted = secret(config(&[("reg.io", "own"), ("evil.com", "own")])).unwrap();
        let image = format!("{bare}/app");
        assert!(ImageRef::parse(&image).is_err(), "{image}");
        assert!(ImageRef::parse_with_default("app", bare).is_err() || bare.contains('/'), "{bare}");
        if !bare.contains('/') {
            assert_eq!(asked(&trusted, bare), [""; 0], "{bare}");
        }
    });
}

#[test]
fn upper_case_in_a_host() {
    check_rows(["REG.IO", "https://Reg.Io/", "reg.io"], |key| {
        same(key, "rEG.iO");
    });
    same("DOCKER.IO", "Index.Docker.Io");
    // A repository has no upper-case letters; a component with one is a registry.
    check_rows([("docker.io", "Library/nginx"), ("docker.io", "Docker/app")], |(key, image)| {
        assert_eq!(answer(&secret(config(&[(key, "hub")])).unwrap(), image), "-", "{image}");
    });
    strangers("LOCALHOST", "docker.io");
    means_nothing("reg.io/Team", &["reg.io"]);
}

#[test]
fn another_port_of_the_same_host() {
    #[rustfmt::skip]
    let others = [
        "reg.io:5000", "reg.io:80", "reg.io:0", "reg.io:00", "reg.io:4430", "reg.io:44", "reg.io:1443", "reg.io:65535",
        // 443 and 5000, if a number were cut to 16, 32 or 64 bits.
        "reg.io:65979", "reg.io:4294967739", "reg.io:18446744073709552059",
        "reg.io:340282366920938463463374607431768211899",
        "reg.io:+443", "reg.io:-443", "reg.io:0x1bb", "reg.io:0o673", "reg.io:443:443", "reg.io: 443", "reg.io:443 ",
        "reg.io:４４３", "reg.io:", "reg.io:https", "reg.io:4_43", "reg.io:443.",
    ];
    check_rows(others, |other| {
        strangers("reg.io", other);
        strangers("https://reg.io:443/v2/", other);
    });
    check_rows(["70536", "4294972296", "18446744073709556616", "500", "50000"], |port| {
        strangers("reg.io:5000", &format!("reg.io:{port}"));
    });
    same("reg.io:000000000000000000000000000000443", "reg.io");
    same("reg.io:05000", "reg.io:5000");
}

#[test]
fn a_trailing_dot() {
    #[rustfmt::skip]
    let dotted = ["reg.io.", "reg.io..", ".reg.io", "reg..io", "reg.io.:443", "reg.io:443.", "reg.io。", "reg.io．"];
    check_rows(dotted.into_iter().filter(|key| is_read(key)), |dotted| {
        strangers("reg.io", dotted);
        means_nothing(dotted, &["reg.io", "io", "reg"]);
        means_nothing(&format!("https://{dotted}/v2/"), &["reg.io", "io", "reg"]);
    });
    means_nothing("docker.io.", &["docker.io"]);
}

#[test]
fn percent_encoding() {
    #[rustfmt::skip]
    let encoded = [
        "reg%2eio", "%72eg.io", "reg.io%2f", "reg.io%2fteam", "reg.io%00.evil.com", "evil.com%23.reg.io",
        "evil.com%2f.reg.io", "evil.com%3f.reg.io",
        "reg.io%3a443", "reg.io:%34%34%33", "reg.io%20", "reg.io%0a", "reg.io%252e", "%", "reg.io%", "reg%uff0eio",
        "r%65g.io", "%E2%84%AA.io", "ｒ%65g.io",
    ];
    check_rows(encoded, |encoded| {
        for key in [encoded.to_owned(), format!("https://{encoded}/v2/")] {
            means_nothing(&key, &["reg.io", "evil.com", encoded]);
        }
        strangers("reg.io", encoded);
    });
    means_nothing("docker%2eio", &["docker.io"]);
}

/// A key that is a URL is normalised with IDNA, as in a browser. A host that folds to another is
/// that host; one that folds to a separator is unmatchable.
#[test]
#[cfg_attr(not(feature = "url"), ignore = "needs the feature url")]
fn a_look_alike_in_another_script() {
    // a host as written in a URL, the host it folds to
    #[rustfmt::skip]
    let folds = [
        ("ｒｅｇ.io", "full-width letters"), ("reg．io", "a full-width full stop"),
        ("reg。io", "an ideographic full stop"), ("reg｡io", "half of one"),
        ("re\u{ad}g.io", "a soft hyphen, which is nothing"), ("re\u{200b}g.io", "no space, which is nothing"),
        ("ⓡeg.io", "in a circle"), ("𝐫eg.io", "bold"), ("re\u{2060}g.io", "a word joiner"),
        ("\u{feff}reg.io", "a BOM"),
    ];
    check_rows(folds, |(host, what)| {
        let url = secret(config(&[(&format!("https://{host}"), "own")])).unwrap();
        assert_eq!(asked(&url, "reg.io"), ["own:p"; 5], "{what}");
        // Only URLs are folded.
        means_nothing(host, &["reg.io"]);
        assert!(ImageRef::parse(&format!("{host}/app")).is_err(), "{what}");
    });
    #[rustfmt::skip]
    let others = [
        ("rеg.io", "Cyrillic"), ("rэg.io", "Cyrillic"), ("reġ.io", "a dot above"), ("rëg.io", "an umlaut"),
        ("reɡ.io", "a script g"), ("reg.ıo", "no dot"), ("reg.ｉо", "half and half"), ("ɾeg.io", "a fish hook"),
    ];
    check_rows(others, |(host, what)| {
        let url = secret(config(&[(&format!("https://{host}"), "stolen")])).unwrap();
        assert_eq!(asked(&url, "reg.io"), [""; 0], "{what}");
        means_nothing(host, &["reg.io"]);
        assert!(ImageRef::parse(&format!("{host}/app")).is_err(), "{what}");
    });
    // Characters that fold to separators of a host, the trick known as HostSplit.
    #[rustfmt::skip]
    let split = [
        "reg.io／evil.com", "evil.com／.reg.io", "evil.c℀.reg.io", "evil.c℆.reg.io", "reg.io？evil.com",
        "evil.com＃.reg.io", "reg.io＠evil.com", "reg.io：443", "reg.io：evil.com", "evil.com＼.reg.io",
        "evil.com％2f.reg.io",
        "reg.io\u{202e}moc.live", "re\u{200d}g.io", "re\u{200c}g.io", "reg.io\u{3000}", "reg.io\u{a0}", "reg.io\u{0}",
        "reg.io⩴443", "xn--\u{e9}.reg.io", "reg․io", "１２７.0.0.1", "0x７f.1", "①27.1", "［::1］",
    ];
    check_rows(split, |host| {
        let url = format!("https://{host}");
        means_nothing(&url, &["reg.io", "evil.com", "127.0.0.1", "[::1]"]);
        means_nothing(host, &["reg.io", "evil.com", "127.0.0.1", "[::1]"]);
        strangers("reg.io", host);
        assert!(ImageRef::parse(&format!("{host}/app")).is_err(), "{host}");
    });
    check_rows(["dоcker.io", "docker.іo", "ɗocker.io"], |host| {
        let url = secret(config(&[(&format!("https://{host}/v1/"), "stolen")])).unwrap();
        assert_eq!(answer(&url, "nginx"), "-", "{host}");
    });
}

#[test]
fn a_backslash() {
    #[rustfmt::skip]
    let keys = [
        "reg.io\\", "reg.io\\evil.com", "evil.com\\.reg.io", "https:\\\\reg.io", "https:/\\reg.io",
        "https://evil.com\\reg.io", "https://reg.io\\v2\\", "\\\\reg.io", "reg.io\\..\\evil.com", "reg.io/team\\app",
    ];
    check_rows(keys, |key| {
        means_nothing(key, &["reg.io", "evil.com"]);
        assert!(ImageRef::parse(&format!("{key}/app")).is_err(), "{key}");
    });
}

/// URL parsers drop tabs and newlines anywhere.
#[test]
fn a_tab_or_a_newline_that_url_parsers_drop() {
    let rows =
        ['\t', '\n', '\r', ' ', '\u{b}', '\u{c}', '\0', '\u{1b}', '\u{85}', '\u{a0}', '\u{2028}'];
    check_rows(rows, |space| {
        #[rustfmt::skip]
        let keys = [
            format!("re{space}g.io"), format!("{space}reg.io"), format!("reg.io{space}"), format!("reg.io:4{space}43"),
            format!("reg.io{space}:443"), format!("reg.io/te{space}am"),
            format!("https://re{space}g.io"), format!("https:{space}//reg.io"), format!("ht{space}tps://reg.io"),
            format!("https://{space}reg.io"), format!("https://reg.io/{space}"), format!("{space}https://reg.io"),
            format!("https://evil.com{space}.reg.io"), format!("reg.io{space}evil.com"),
        ];
        for key in keys {
            means_nothing(&key, &["reg.io", "evil.com", &*key]);
            let image = key.trim_start_matches("https://").to_owned() + "/app";
            assert!(ImageRef::parse(&image).is_err(), "{image:?}");
        }
    });
}

#[test]
fn an_incomplete_scheme() {
    #[rustfmt::skip]
    let keys = [
        "https:reg.io", "https:/reg.io", "https:///reg.io", "https:////reg.io", "https://", "//reg.io", "///reg.io",
        "/reg.io", "://reg.io", ":reg.io", "http://https://reg.io", "https://https:",
        "ftp://reg.io", "file:///reg.io", "docker://reg.io", "oci:reg.io", "javascript:reg.io", "https;//reg.io",
        "https//:reg.io", "ｈttps://reg.io", "https：//reg.io",
    ];
    check_rows(keys, |key| {
        means_nothing(key, &["reg.io", "https", "http"]);
        assert!(ImageRef::parse(&format!("{key}/app")).is_err(), "{key}");
    });
    same("hTTpS://reg.io", "reg.io");
    // Without a slash or a dot in the right place these are other names.
    strangers("https", "reg.io");
    strangers("https:443", "reg.io");
}

/// A URL parser turns all of these into one address. Here a host is its text, as in Docker.
#[test]
fn an_ipv4_address_in_another_notation() {
    #[rustfmt::skip]
    let spellings = [
        "0x7f000001", "0x7f.1", "0X7F.0.0.1", "2130706433", "127.1", "127.0.1", "0177.0.0.1", "017700000001",
        "127.0.0.001", "127.0.0.1.", "127.0.0.1.nip.io", "0127.0.0.1", "[::ffff:7f00:1]", "[::1]", "localhost", "0",
        "0.0.0.0",
    ];
    check_rows(spellings, |spelling| {
        strangers("127.0.0.1", spelling);
        strangers("https://127.0.0.1/v2/", spelling);
        strangers("localhost", if spelling == "localhost" { "127.0.0.1" } else { spelling });
    });
    same("https://127.0.0.1/", "127.0.0.1");
    let rows = [("https://0x7f000001/", "0x7f000001:443"), ("https://127.1/", "127.1")];
    check_rows(rows, |(key, host)| {
        assert_eq!(asked(&secret(config(&[(key, "own")])).unwrap(), host), ["own:p"; 5], "{key}");
    });
}

/// The same for IPv6: Docker compares spellings, so another spelling is a miss and never a wrong
/// host.
#[test]
fn an_ipv6_address_in_another_notation() {
    #[rustfmt::skip]
    let spellings = [
        "[0:0:0:0:0:0:0:1]", "[::0001]", "[0::1]", "[::2]", "[::1]:5000", "[::ffff:127.0.0.1]", "127.0.0.1",
        "localhost", "::1", "[::1", "::1]", "[[::1]]", "[]", "[:]", "[::1]evil.com", "[::1].evil.com", "[::1]@evil.com",
        "evil.com[::1]", "[::1%eth0]", "[::1%25eth0]", "[::1/128]",
    ];
    check_rows(spellings, |spelling| {
        strangers("[::1]", spelling);
    });
    let rows =
        ["[fe80::1%eth0]", "[fe80::1%25eth0]", "[fe80::1%]", "https://[fe80::1%25eth0]:5000/v2/"];
    check_rows(rows, |zone| {
        means_nothing(zone, &["[fe80::1]", "[fe80::1]:5000", "eth0"]);
    });
    same("https://[FE80::1]/", "[fe80::1]");
}

#[test]
fn localhost_in_place_of_docker_hub() {
    #[rustfmt::skip]
    let images = [
        "localhost/app", "localhost/library/nginx", "Localhost/app", "LOCALHOST/app", "localhost:443/app",
        "localhost:5000/app", "127.0.0.1/app", "[::1]/app", "Build/app", "build:443/app",
    ];
    let rows = ["https://index.docker.io/v1/", "docker.io", "index.docker.io", "docker.io/library"];
    check_rows(rows, |key| {
        let hub = secret(config(&[(key, "hub")])).unwrap();
        assert_eq!(answer(&hub, "nginx"), "hub:p", "{key}");
        for image in images {
            assert_eq!(answer(&hub, image), "-", "{key} for {image}");
        }
    });
    let local = secret(config(&[("localhost", "local"), ("localhost:5000", "local")])).unwrap();
    let rows =
        ["nginx", "localhost", "localhost:5000", "library/localhost", "docker.io/localhost/app"];
    check_rows(rows, |image| {
        assert_eq!(answer(&local, image), "-", "{image} is on the Hub");
    });
}

/// A registry at port 80 is another one, and traffic to it can be read.
#[test]
fn no_credential_for_port_443_goes_to_an_http_server() {
    // key, what an http:// server or default registry must not get
    #[rustfmt::skip]
    let table = [
        ("reg.io", "http://reg.io"), ("https://reg.io/v2/", "HTTP://REG.IO/v2/"), ("http://reg.io", "http://reg.io"),
        ("reg.io:443", "hTTp://reg.io/"),
        ("*.reg.io", "http://a.reg.io"), ("https://index.docker.io/v1/", "http://index.docker.io/v1/"),
        ("docker.io", "http://docker.io"),
        ("docker.io", "http://registry-1.docker.io"), ("[::1]", "http://[::1]"), ("localhost", "http://localhost"),
        ("reg.io/app", "http://reg.io"),
    ];
    check_rows(table, |(key, server)| {
        let resolver = secret(config(&[(key, "stolen")])).unwrap();
        let namespace = format!("{}/app", server.trim_end_matches('/'));
        for server in [server, &namespace] {
            assert!(resolver.resolve_registry(server).is_none(), "{key} for {server}");
        }
        let image = ImageRef::parse_with_default("app", server).unwrap();
        assert!(resolver.resolve(&image).is_none(), "{key} for {image}");
    });
}

/// Docker Desktop stores its own tokens next to the real key. They do not pull images.
#[test]
fn docker_desktops_pseudo_keys() {
    let tokens = [
        ("https://index.docker.io/v1/access-token", "access"),
        ("https://index.docker.io/v1/refresh-token", "refresh"),
    ];
    let images = [
        "nginx",
        "team/app",
        "docker.io/v1/app",
        "docker.io/access-token/app",
        "docker.io/v1/access",
    ];
    let alone = secret(config(&tokens)).unwrap();
    check_rows(images, |image| {
        assert_eq!(answer(&alone, image), "-", "{image}");
    });
    assert!(alone.resolve_registry("https://index.docker.io/v1/").is_none());
    let asked = alone.resolve_registry("https://index.docker.io/v1/access-token").unwrap();
    assert_eq!(asked.username(), Some("access"), "whoever asks for exactly that gets it");
    let hub = ("https://index.docker.io/v1/", "hub");
    check_rows([[tokens[0], tokens[1], hub], [hub, tokens[0], tokens[1]]], |beside| {
        let resolver = secret(config(&beside)).unwrap();
        for image in images {
            assert_eq!(answer(&resolver, image), "hub:p", "{image}");
        }
    });
}
