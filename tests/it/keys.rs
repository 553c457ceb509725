//! DESIGN 3.2: keys and the scopes they mean.

use regcred::{Level, Resolver, WarningKind};

use crate::support::{answer, check_rows, config, image_ref, is_read, secret, texts};

#[test]
fn a_key_covers_its_scope_and_nothing_else() {
    // key, images covered, images not covered, rule
    #[rustfmt::skip]
    let table: &[(&str, &[&str], &[&str], &str)] = &[
        ("quay.io", &["quay.io/a", "quay.io/a/b:1", "QUAY.io/a", "quay.io:443/a"],
            &["quay.io:80/a", "nquay.io/a", "quay.io.evil.com/a", "a.quay.io/a", "a"], "Docker: the host"),
        ("https://quay.io", &["quay.io/a"], &["a"], "3.2.1: the scheme is dropped"),
        ("HTTP://quay.io", &["quay.io/a"], &["a"], "3.2.1: in any case"),
        ("https://quay.io/", &["quay.io/a"], &[], "3.2.3: an empty path"),
        ("https://quay.io/v1/", &["quay.io/a"], &[], "3.2.3: API root, Docker before 1.7"),
        ("https://quay.io/v2", &["quay.io/a", "quay.io/v2ray/core"], &[], "3.2.3: API root without slash"),
        ("quay.io/v1/", &["quay.io/a"], &[], "3.2.3: API root, Mesos"),
        ("quay.io/v1", &["quay.io/v1/a", "quay.io/v1"], &["quay.io/a", "quay.io/v1a"], "3.2.3: a namespace, podman"),
        ("https://quay.io//v2/", &["quay.io/a"], &[], "Mesos: empty segments count for nothing"),
        ("https://quay.io/v1/team", &["quay.io/v1/team/a"], &["quay.io/team/a", "quay.io/a"], "3.2.3: not cut"),
        ("quay.io/team", &["quay.io/team", "quay.io/team/a", "quay.io/team/b/c"],
            &["quay.io/teams", "quay.io/teams/a", "quay.io/a", "quay.io/tea", "quay.io/b/team"],
            "3.2.3: whole segments (kubelet compares bytes)"),
        ("https://quay.io/team/", &["quay.io/team/a"], &["quay.io/a"], "3.2.3: alike with scheme and slash"),
        ("quay.io//team//app", &["quay.io/team/app"], &["quay.io/team/b"], "empty segments count for nothing"),
        ("quay.io:5000", &["quay.io:5000/a", "quay.io:05000/a"], &["quay.io/a", "quay.io:500/a"], "3.1: as numbers"),
        ("quay.io:0443", &["quay.io/a"], &["quay.io:80/a"], "3.2.2: 443 is elided"),
        ("http://quay.io:80", &["quay.io:80/a"], &["quay.io/a"], "Mesos: the scheme implies no port"),
        ("QUAY.IO/team", &["quay.io/team/a"], &[], "3.2.2: hosts in lower case"),
        ("[::1]:5000", &["[::1]:5000/a"], &["[::1]/a", "[::2]:5000/a"], "Docker: IPv6"),
        ("https://[FD00::1]/v2/", &["[fd00::1]/a"], &[], "Docker: IPv6, case"),
        ("docker.io", &["a", "team/a", "docker.io/a/b", "index.docker.io/a", "registry-1.docker.io/a"],
            &["quay.io/a", "localhost/a", "Foo/a", "docker.io:5000/a"], "3.2.2: one registry"),
        ("index.docker.io", &["a"], &["localhost/a"], "kubelet"),
        ("https://registry-1.docker.io/v2/", &["a"], &[], "nerdctl"),
        ("https://index.docker.io/v1/", &["a"], &["docker.io.evil.com/a", "notdocker.io/a", "evil.com/docker.io"],
            "Docker"),
        ("index.docker.io/v1", &["a"], &[], "3.2.3: on Docker Hub an API root without slash"),
        ("INDEX.docker.io:443/v1/", &["a"], &[], "3.2.2"),
        ("docker.io/library", &["nginx", "library/nginx"], &["team/a"], "3.2.3: the normalised repository, podman"),
        ("docker.io/library/nginx", &["nginx:1", "docker.io/nginx"], &["nginxs", "library/nginx2"], "3.2.3"),
        ("https://index.docker.io/v1/access-token", &[], &["a", "team/a"], "Docker Desktop's pseudo key"),
        ("https://index.docker.io/v1/refresh-token", &[], &["a"], "Docker Desktop's pseudo key"),
        ("hub.docker.com", &[], &["a"], "no name of the Hub's registry"),
        ("https://docker.io.evil.example/", &[], &["a"], "never by substring (Mesos does)"),
        ("localhost", &["localhost/a", "Localhost/a"], &["a", "localhost:5000/a"], "Docker"),
        ("build", &["Build/a", "build:443/a"], &["build/a"], "Docker: build/a is on the Hub"),
        ("*.example.com", &["a.example.com/x", "A.example.com/x"],
            &["a.b.example.com/x", "example.com/x", "a.example.com:5000/x"], "3.2.4, kubelet"),
        ("*.*.example.com", &["a.b.example.com/x"], &["a.example.com/x"], "3.2.4"),
        ("PRE*.Example.com", &["prefix.example.com/x"], &["example.com/x"], "3.2.2: patterns in lower case"),
        ("pre*.example.com", &["pre.example.com/x", "prefix.example.com/x"], &["apre.example.com/x"],
            "3.2.4: in a label"),
        ("a*b*c.example.com", &["abc.example.com/x", "a-bb-cc.example.com/x"],
            &["acb.example.com/x", "ab.c.example.com/x"], "3.2.4"),
        ("*.dkr.ecr.*.amazonaws.com", &["1234.dkr.ecr.eu-west-1.amazonaws.com/x"], &["1234.dkr.ecr.amazonaws.com/x"],
            "docker/cli#2928"),
        ("*.example.com:5000/team", &["a.example.com:5000/team/x"], &["a.example.com:5000/x", "a.example.com/team/x"],
            "3.2.4: only the host"),
        ("*.docker.io", &["a.docker.io/x"], &["x", "index.docker.io/x", "registry-1.docker.io/x"],
            "3.2.4: not the Hub"),
        ("docker.*", &["docker.com/x"], &["x"], "3.2.4: not the Hub"),
        ("*.io:5000", &["docker.io:5000/x", "reg.io:5000/x"], &["docker.io/x", "x"], "3.2.2: not Docker Hub"),
        ("a**.example.com", &["ab.example.com/x"], &["b.example.com/x"], "3.2.4: two * are one"),
        ("*.example.com/team", &["a.example.com/team/x", "a.example.com/team"],
            &["a.example.com/teams", "a.example.com/x"], "3.2.3: whole segments, under a glob too"),
        ("*.example.com:443", &["a.example.com/x"], &["a.example.com:5000/x"], "3.2.2: 443 is elided"),
        ("https://*.example.com/v1/", &["a.example.com/x"], &[], "3.2.3: API root"),
        ("https://reg.io/v1", &["reg.io/x", "reg.io/v1x"], &[], "3.2.3: API root without slash"),
        ("reg.io:0", &["reg.io:0/x", "reg.io:00/x"], &["reg.io/x"], "3.1: 0 is a number"),
        ("registry-with-a-long-name-*.example.com", &["REGISTRY-with-a-long-NAME-1.EXAMPLE.com/x"], &[],
            "3.2.2: hosts in lower case"),
        ("*", &["localhost/x", "Build/x"], &["x", "quay.io/x"], "3.2.4: one label"),
        ("reg.io:65535", &["reg.io:65535/x"], &["reg.io/x", "reg.io:65534/x"], "3.2.1: the last port"),
        ("index.docker.io/v2", &["a"], &[], "3.2.3: on Docker Hub an API root without slash"),
        ("x*ab*cd*y.example.io", &["xabcdy.example.io/x", "x-ab-cd-y.example.io/x"],
            &["xcdaby.example.io/x", "xaby.example.io/x"], "3.2.4: the pieces in their order"),
        ("x*ab*ba*y.example.io", &["xabbay.example.io/x"], &["xabay.example.io/x"], "3.2.4: no overlap"),
        ("a*b*b.example.io", &["abb.example.io/x"], &["ab.example.io/x"], "3.2.4: a piece shares none with the end"),
        ("ab*ba.example.io", &["abba.example.io/x"], &["aba.example.io/x"], "3.2.4: nor does the beginning"),
        ("docker.io:5000/v1", &["docker.io:5000/v1/a"], &["docker.io:5000/a", "a"], "3.2.3: not Docker Hub"),
        ("Docker.io:5000/v1", &["docker.io:5000/v1/a"], &["docker.io:5000/a", "a"], "3.2.3: not Docker Hub"),
        ("index.docker.io:5000/v2", &["index.docker.io:5000/v2/a"], &["index.docker.io:5000/a", "a"],
            "3.2.3: not Docker Hub"),
        ("https://bücher.example/", &["xn--bcher-kva.example/x"], &[], "3.2.1: IDNA"),
        ("https://ＱＵＡＹ.io", &["quay.io/x"], &[], "3.2.1: IDNA folds full-width letters"),
        ("https://quаy.io", &["xn--quy-7cd.io/x"], &["quay.io/x"], "3.2.1: a Cyrillic а is another host"),
    ];
    let table = table.iter().filter(|row| cfg!(feature = "url") || row.0.is_ascii());
    check_rows(table, |(key, covered, not_covered, rule)| {
        let resolver = secret(config(&[(key, "u")])).unwrap();
        for image in *covered {
            assert_eq!(answer(&resolver, image), "u:p", "{key} should cover {image}: {rule}");
        }
        for image in *not_covered {
            assert_eq!(answer(&resolver, image), "-", "{key} should not cover {image}: {rule}");
        }
        assert!(resolver.warnings().is_empty(), "{key}: {:?}", resolver.warnings());
    });
}

/// A path may have any number of segments, next to any number of other keys.
#[test]
fn paths_of_any_depth_are_covered() {
    let others: Vec<String> = (0..20).map(|n| format!("other{n}.io/a")).collect();
    check_rows([1, 2, 29, 30, 31, 32, 33, 34, 62, 63, 64, 65, 96], |depth| {
        let path = vec!["a"; depth].join("/");
        let key = format!("reg.io/{path}");
        for beside in [&[][..], &others] {
            let keys: Vec<(&str, &str)> =
                beside.iter().chain([&key]).map(|key| (&**key, "u")).collect();
            let resolver = secret(config(&keys)).unwrap();
            let above = path.strip_suffix("/a").unwrap_or("x");
            for (repository, expected) in [
                (path.clone(), "u:p"),
                (format!("{path}/app"), "u:p"),
                (format!("{path}b"), "-"),
                (format!("{above}/b"), "-"),
            ] {
                let image = format!("reg.io/{repository}");
                assert_eq!(answer(&resolver, &image), expected, "{key} for {image}");
            }
        }
    });
}

/// An unbounded pattern would slow every lookup.
#[test]
fn a_glob_longer_than_any_host_is_unmatchable() {
    let rows = [(254, true), (255, true), (256, false), (15_000, false)];
    check_rows(rows, |(literals, is_matchable)| {
        let key = format!("*{}*", "a".repeat(literals));
        let resolver = Resolver::builder().task_secret(config(&[(&*key, "u")])).build().unwrap();
        let warnings = texts(resolver.warnings());
        let is_left_out = warnings.iter().any(|w| w.contains("not a valid registry name"));
        assert_eq!(is_left_out, !is_matchable, "{literals}: {warnings:?}");
    });
}

#[test]
fn an_unmatchable_key_is_skipped_with_a_warning() {
    // key, why, whether it is shown, rule
    #[rustfmt::skip]
    let table = [
        ("user@quay.io", "user info", false, "3.2.1"),
        ("https://user:word@quay.io/team", "user info", false, "3.2.1"),
        ("https://quay.io@evil.com/", "user info", false, "3.2.1"),
        ("admin:2024/word@quay.io", "valid repository name", false, "a password with a slash"),
        ("https://admin:2024/word@quay.io/v1/", "valid repository name", false, "a password with a slash"),
        ("admin:w/o/r/d@quay.io", "port", false, "a password with slashes"),
        ("admin:2024/word﹫quay.io", "outside ASCII", false, "U+FE6B looks like an @"),
        ("admin:2024/word＠quay.io", "outside ASCII", false, "U+FF20 looks like an @"),
        ("admin:2024/word%40quay.io", "valid repository name", false, "an escaped @"),
        ("https://quay.io/?token=word", "query", false, "3.2.1"),
        ("quay.io#word", "fragment", false, "3.2.1"),
        (" quay.io", "white space", false, "3.2.1"),
        ("quay.io\n", "white space", false, "3.2.1"),
        ("quay.io\0", "control", false, "3.2.1"),
        ("quаy.io", "outside ASCII", false, "3.2.1: bare keys are not put through IDNA"),
        ("https://xn--quay-.bücher.example", "outside ASCII", false, "CVE-2024-12224: Punycode of plain ASCII"),
        ("https://quay.io/тeam", "outside ASCII", false, "3.2.1"),
        ("", "no host", false, "docker/cli#3022"),
        ("https://", "no host", false, "3.2.1"),
        ("//quay.io", "no host", false, "Mesos"),
        ("://quay.io", "no host", false, "half a scheme"),
        ("*_x.quay.io", "valid registry name", true, "no image can name it"),
        (":5000", "no host", false, "3.2.1"),
        ("quay.io:", "port", false, "3.2.1"),
        ("quay.io:x", "port", false, "3.2.1"),
        ("quay.io:65536", "port", true, "3.2.1"),
        ("quay.io:*", "port", false, "3.2.4: no other glob"),
        ("ftp://quay.io", "scheme", true, "3.2.1: http and https alone"),
        ("quay.io.", "valid registry name", true, "no image can name it"),
        ("quay_io", "valid registry name", false, "no sign of a registry"),
        ("quay_io:5000", "valid registry name", true, "no image can name it"),
        ("https://::1:5000/v2/", "valid registry name", false, "brackets are required"),
        ("quay.io%2eevil", "valid registry name", false, "no escapes"),
        ("https://user:word%40quay.io", "port", false, "an escaped @"),
        ("https://user:word＠quay.io", "port", false, "another @"),
        ("https://word:12345678/v1/", "port", false, "digits, but no port"),
        ("word%3Aword%40quay.io", "valid registry name", false, "all of it escaped"),
        ("ssh://word:word/quay.io", "scheme", false, "another scheme"),
        ("https:/word:word/quay.io", "port", false, "half a scheme"),
        ("quay.io/word:word", "valid repository name", false, "a colon in the path"),
        ("https://[::1]word", "port", false, "text behind an address"),
        ("[::1]:5000/Team", "valid repository name", true, "an address and its port"),
        ("user:word", "port", false, "no @ at all"),
        ("https://user:word/quay.io", "port", false, "no @ at all"),
        ("https://quay.io/@word", "valid repository name", false, "an @ in the path"),
        ("https://quay.io/team%3Ft=word", "valid repository name", false, "an escaped ?"),
        ("https://quay.io/team;t=word", "valid repository name", false, "not a character of a path"),
        ("[a-z].io", "valid registry name", false, "3.2.4: no other glob"),
        ("quay.io/*/app", "valid repository name", true, "3.2.4: no other glob"),
        ("quay.io/Team", "valid repository name", true, "no image can name it"),
        ("quay.io/../team", "valid repository name", true, "no image can name it"),
        ("https://quay.io/team&t=word", "valid repository name", false, "not a character of a path"),
        ("quay.io/team=word", "valid repository name", false, "not a character of a path"),
        ("https://quay.io/team？word", "outside ASCII", false, "another ?"),
        ("https://quay.io/team＃word", "outside ASCII", false, "another #"),
        ("quay.io;word", "valid registry name", false, "not a character of a host"),
        ("quay.io&word", "valid registry name", false, "not a character of a host"),
        ("quay.io=word", "valid registry name", false, "not a character of a host"),
        ("quay.io？word", "outside ASCII", false, "another ?"),
        ("quay.io＃word", "outside ASCII", false, "another #"),
    ];
    let image = image_ref("quay.io/team/app");
    check_rows(table.into_iter().filter(|row| is_read(row.0)), |(key, why, is_shown, rule)| {
        let resolver = secret(config(&[("other.io", "u"), (key, "u")])).unwrap();
        let check = |is_right: bool, found: &dyn std::fmt::Debug| {
            assert!(is_right, "{key:?}, {why:?}, {rule}: {found:?}");
        };
        check(resolver.resolve(&image).is_none(), &"it answers");
        let [warning] = resolver.warnings() else {
            return check(false, &resolver.warnings());
        };
        check(matches!(warning.kind(), WarningKind::UnmatchableKey(_)), warning.kind());
        let text = warning.to_string();
        let shown =
            if is_shown { format!("key {key:?} can") } else { "key #2 (not shown, ".into() };
        check(text.contains(why) && text.contains(&shown), &text);
        check(warning.key() == Some(if is_shown { key } else { "#2" }), &warning.key());
        let explained = resolver.explain(&image);
        let told = format!("{text} {warning:?} {explained} {explained:?}");
        check(!told.contains("word"), &told);

        let strict = Resolver::builder().task_secret(config(&[(key, "u")])).strict().build();
        let error = strict.map_or_else(|error| error.to_string(), |_| String::new());
        check(error.contains(why) && error.contains("task secret"), &error);
    });
}

#[test]
fn resolve_registry_accepts_every_spelling_of_a_registry() {
    let file = config(&[
        ("https://index.docker.io/v1/", "hub"),
        ("quay.io/team", "team"),
        ("quay.io", "quay"),
        ("*.example.com", "any"),
        ("only.io/team", "only"),
        ("*.port.dev:5000", "port"),
        ("broken.io", "broken"),
        ("roots.io/v1", "root"),
        (
            if cfg!(feature = "url") { "https://bücher.example" } else { "xn--bcher-kva.example" },
            "idna",
        ),
        ("plain.io:80", "plain"),
        ("[::1]", "v6"),
    ]);
    let broken = r#""broken.io": 1, "*.broken.io": "#;
    let resolver = secret(file.replace(r#""broken.io": "#, broken)).unwrap();
    // server, answer, rule
    #[rustfmt::skip]
    let table = [
        ("docker.io", "hub", "3.2.2"),
        ("https://index.docker.io/v1/", "hub", "3.2.2"),
        ("registry-1.docker.io", "hub", "3.2.2"),
        ("index.docker.io/v1", "hub", "3.2.3: an API root on Docker Hub"),
        ("quay.io", "quay", "3.2.1"),
        ("HTTPS://QUAY.IO:443/v2/", "quay", "3.2.2: case, 443 and an API root"),
        ("quay.io/v2/", "quay", "3.2.3: an API root"),
        ("a.example.com", "any", "3.2.4"),
        ("only.io", "-", "3.2.3: a scoped key is not for all of it"),
        ("a.example.com:5000", "-", "3.2.2: another port"),
        ("a.port.dev:5000", "port", "3.2.4"),
        ("a.port.dev", "-", "3.2.2: another port"),
        ("broken.io", "-", "3.7: blocked"),
        ("example.com", "-", "3.2.4: not the domain itself"),
        ("*.example.com", "-", "no registry is called so"),
        ("quay.io:5000", "-", "3.2.2: another port"),
        ("user@quay.io", "-", "3.2.1: user info"),
        ("", "-", "no registry"),
        // A path that is not an API root is a namespace.
        ("quay.io/team", "team", "4: r.io/team"),
        ("https://quay.io/team/", "team", "4: with a scheme"),
        ("quay.io//team/", "team", "3.2.3: no empty segment"),
        ("quay.io/team/app", "team", "3.2.3: covered by its prefix"),
        ("quay.io/teams", "quay", "3.2.3: whole segments"),
        ("quay.io/other", "quay", "3.2.3: the whole registry covers it"),
        ("quay.io/v1", "quay", "3.2.3: a namespace without scheme and slash, which the registry covers"),
        ("only.io/team", "only", "4: r.io/team"),
        ("only.io/team/v1/", "only", "3.2.3: an API root below a namespace is a namespace"),
        ("only.io/other", "-", "3.2.3: another namespace"),
        ("https://only.io/v1/", "-", "3.2.3: an API root"),
        ("roots.io/v1", "root", "3.2.3: the namespace v1"),
        ("roots.io/v1/", "-", "3.2.3: an API root"),
        ("https://roots.io/v1", "-", "3.2.3: an API root"),
        ("a.example.com/team", "any", "3.2.4"),
        ("quay.io/Team", "-", "3.2.1: no repository is called so"),
        ("quay.io/../quay.io", "-", "3.2.1: no repository is called so"),
        ("https://quay.io:443/x?y", "-", "3.2.1: a query"),
        ("quay.io/team#x", "-", "3.2.1: a fragment"),
        ("quay.io/te am", "-", "3.2.1: white space"),
        ("xn--bcher-kva.example", "idna", "its ASCII form"),
        ("bücher.example", "idna", "an international host without a scheme"),
        ("https://BÜCHER.example/v1/", "idna", "an international host"),
        ("bücher.example/team", "idna", "an international host"),
        ("bücher.example/bücher", "-", "3.2.1: no repository is called so"),
        // http without a port is the registry at port 80.
        ("http://quay.io", "-", "3.1: port 443 has another credential"),
        ("HTTP://quay.io/v2/", "-", "3.1: in any case"),
        ("http://quay.io/team", "-", "3.1: its namespaces too"),
        ("http://quay.io:443", "quay", "3.1: a port that is written counts"),
        ("http://plain.io", "plain", "3.1: port 80"),
        ("plain.io:80/team", "plain", "3.1: port 80"),
        ("https://plain.io", "-", "3.1: port 443"),
        ("http://index.docker.io/v1/", "-", "3.1: not Docker Hub"),
        ("http://docker.io", "-", "3.1: not Docker Hub"),
        ("http://a.example.com", "-", "3.1: patterns too"),
        ("http://bücher.example", "-", "3.1: international hosts too"),
        ("http://[::1]", "-", "3.1: addresses too"),
        ("[::1]/team", "v6", "an IPv6 address"),
    ];
    let table = table.into_iter().filter(|row| cfg!(feature = "url") || row.1 != "idna");
    check_rows(table, |(server, user, rule)| {
        let auth = resolver.resolve_registry(server);
        let answer = auth.as_ref().and_then(|auth| auth.username()).unwrap_or("-");
        assert_eq!(answer, user, "{server:?}: {answer} instead of {user}, {rule}");
    });
}

#[test]
fn a_key_with_a_path_never_answers_for_the_whole_registry() {
    let resolver = Resolver::builder()
        .add(Level::TaskSecret, config(&[("quay.io/team", "u")]))
        .build()
        .unwrap();
    assert!(resolver.resolve_registry("quay.io").is_none());
    assert!(resolver.resolve_registry("quay.io/v2/").is_none());
    assert!(resolver.resolve_registry("quay.io/team").is_some());
    assert!(resolver.resolve(&image_ref("quay.io/team")).is_some());
}
