//! URIs of `fetch`: the grammar of `java.net.URI`, and the parts that are never shown.

use super::{PULLS, app_with, only, read, shown};
use crate::support::{check_rows, quote};

#[test]
fn uris_must_parse_in_java() {
    // URIs that java.net.URI parses, then URIs that it rejects.
    #[rustfmt::skip]
    let valid = [
        "x", "/etc/docker.tar.gz", "file:///etc/.dockercfg", "file:/etc/.dockercfg", "file://localhost/x", "HTTP://h/x",
        "a+b-c.1:x", "//h/x", "?x", "#x", "x?", "x#",
        "https://h", "https://h:5000", "https://h:/x", "https://h:port/x", "https://h:99999999999/x", "https://u:p@h/x",
        "https://u@v@h/x", "https://u:p%40w@h/x", "https://a_b/x", "https://a,b;c/x", "https://-/x",
        "https:///x", "https://?x", "https://#x", "///x", "///", "a/b:c", "?a:b", "/:", "mailto:a@b", "h:5000/x",
        "data:text/plain;base64,eA==", "a:?x", "a:[x]",
        "https://[::1]/x", "https://[::1]:5000/x", "https://[::1]:", "https://u:p@[fe80::1%eth0]:1/x",
        "https://[1:2:3:4:5:6:7:8]", "https://[::ffff:10.0.0.1]/",
        "/a;b=c,d/e!f~g*h(i)j'k$l&m+n@o", "x?a=b&c=[d]/?e", "x#a?b/[c]", "/%20%C3%a4", "https://h/\u{e4}\u{1F600}",
        "https://\u{e4}.de/x", "x?\u{20ac}", "s3n://AKIA:ab/cd@bucket/x",
    ];
    #[rustfmt::skip]
    let invalid = [
        "a b", " x", "x ", "https://h/a b", "https://h/x?a b", "https://h/x#a b", "https://a b/x", "a:b c", "x\t",
        "x\n", "x\0", "x\u{7f}", "x\u{80}", "x\u{85}", "x\u{a0}", "x\u{2028}", "x\u{3000}",
        "a\\b", "C:\\x", "a\"b", "a<b", "a>b", "a^b", "a`b", "a{b", "a|b", "a}b", "${HOME}/x", "https://h/${name}.tgz",
        "https://{{host}}/x", "<your/archive>",
        ":", ":x", "1a:x", "a_b:x", "\u{e4}:x", "+a:x", "10.0.0.1:80/x", "my_host:5000/x", "file:", "file:#x",
        "file://", "https://", "//", "a:b#c#d",
        "/a[b", "/a]b", "https://h/[x]", "%", "%2", "/%zz", "/%2g/x", "x?%", "x#%f", "https://h%2/x", "https://%zz@h/x",
        "https://[::1/x", "https://::1]/x", "https://[]/x", "https://[x]/x", "https://[10.0.0.1]/x", "https://[::1]x/",
        "https://[::1]:a/x", "https://[::1]:99999999999/x", "https://u[x@h/x", "https://u@v@[::1]/x",
        "https://[::1%]/x", "https://[::1%e-0]/x", "https://[1:2:3:4:5:6:7]", "https://[1::2::3]", "https://[12345::]",
        "https://h[::1]/x",
    ];
    let rows = valid.map(|uri| (uri, true)).into_iter().chain(invalid.map(|uri| (uri, false)));
    check_rows(rows, |(uri, is_valid)| {
        let app = |fetch: &str| {
            format!(r#"{{"id": "/a", "cmd": "x", {}}}"#, fetch.replace("URI", &quote(uri)))
        };
        let pod = format!(
            r#"{{"id": "/a", "containers": [{{"artifacts": [{{"uri": {}}}]}}]}}"#,
            quote(uri)
        );
        for (definition, path) in [
            (app(r#""fetch": [{"uri": "x"}, {"uri": URI}]"#), "/a: /fetch(1)/uri"),
            (app(r#""uris": [URI]"#), "/a: /uris(0)"),
            (pod, "/a: /containers(0)/artifacts(0)/uri"),
        ] {
            let told = read(&definition).join("\n");
            let is_refused =
                told.starts_with(&format!("{path}: URI has invalid syntax. Percent-encode"));
            assert_ne!(is_refused, is_valid, "{uri:?}, {path}: {told}");
        }
    });
}

#[test]
fn uris_are_shown_without_user_info_query_and_fragment() {
    let long = format!("https://u:{}@h/x", "canary".repeat(400));
    // A URI, and how it is shown.
    #[rustfmt::skip]
    let table = [
        ("https://h/docker.tar.gz", "https://h/docker.tar.gz"),
        ("hdfs://n:9000/docker.tar.gz", "hdfs://n:9000/docker.tar.gz"), ("vault://kv/pull", "vault://kv/pull"),
        ("https://canary:canary@h/p?X-Amz-Signature=canary#canary", "https://…@h/p…"),
        ("https://canary@h", "https://…@h"), ("https://h?canary", "https://h…"),
        ("https://h#canary", "https://h…"),
        ("s3n://AKIA:canary/canary@bucket/docker.tar.gz", "s3n://…@bucket/docker.tar.gz"),
        ("https://u:can@canary@h/x", "https://…@h/x"), ("https://u:canary//canary@h/x", "https://…@h/x"),
        ("https://u:canary?canary@h/x", "https://…"), ("https://u:canary#canary@h/x", "https://…"),
        ("https://u:canary;canary@h/x", "https://…"), ("https://u:p@h/x?canary@canary", "https://…"),
        ("https://u:a://canary@h/x", "https://…@h/x"),
        ("https://h/a;X-Amz-Signature=canary/docker.tar.gz", "https://h/a…"), ("https://h/x%3Fy", "https://h/x%3Fy"),
        ("https://u:canary%40h/x", "https://…@h/x"), ("https://u:canary\u{FF20}h/x", "https://…@h/x"),
        ("https://u:canary\u{FE6B}h/x", "https://…@h/x"),
        ("https://u:canary%40canary\u{FF20}canary@h/x", "https://…@h/x"),
        ("https://h/x\u{FF1F}canary", "https://h/x…"), ("https://h/x\u{FF03}canary", "https://h/x…"),
        ("https://h/x\u{FF1B}canary", "https://h/x…"), ("https://u:a\u{FF1F}canary%40h/x", "https://…"),
        ("h-1.2+x://u:canary@h/x", "h-1.2+x://…@h/x"), (&long, "https://…@h/x"),
    ];
    // URIs of `fetch` only: as a source, a text without a scheme may be the name of a secret.
    #[rustfmt::skip]
    let without_scheme = [
        ("/etc/docker.tar.gz", "/etc/docker.tar.gz"), ("docker.tar.gz", "docker.tar.gz"),
        ("/etc/x?canary", "/etc/x…"), ("/etc/x#canary", "/etc/x…"),
        ("//u:canary@h/.dockercfg", "//…@h/.dockercfg"), ("//h/x?canary", "//h/x…"),
        ("/canary@y/docker.tar.gz?sig=canary", "…@y/docker.tar.gz…"), ("canary＠h/x", "…@h/x"),
        ("data:application/json;base64,canary", "data:application/json…"), ("https:u:canary@h/x", "…@h/x"),
        ("/x?canary@canary", "…"),
    ];
    // Sources only: Marathon refuses to fetch from these.
    #[rustfmt::skip]
    let as_source = [
        ("my vault://u:canary@h/x", "…@h/x"), ("u:canary://canary@h/x", "…@h/x"), ("a\n://x?canary", "a\n://x…"),
        ("https://u:can ary\"canary@h/x", "https://…@h/x"),
        ("https://u:canary\u{FE56}@h/x", "https://…"), ("https://", "https://"), ("://canary@x", "://…@x"),
    ];
    check_rows(table.into_iter().chain(without_scheme), |(uri, expected)| {
        let item = format!(r#""fetch": [{{"uri": {}, "destPath": ".dockercfg"}}]"#, quote(uri));
        let container = only(&app_with(&item));
        let fetch = container.fetch()[0].to_string();
        assert_eq!(fetch, format!("/fetch(0): \"{expected}\""), "{uri}");
        let all = shown(&app_with(&item)) + &format!("{container:?} {:?}", container.fetch());
        assert!(!all.contains("canary"), "{uri}: {all}");
    });
    check_rows(table.into_iter().chain(as_source), |(source, expected)| {
        let told = shown(&PULLS.replace(r#""/store/s""#, &quote(source)));
        let is_shown =
            told.contains(&format!("source \"{}\", is not available", expected.escape_debug()));
        assert!(is_shown, "{source}: {expected}: {told}");
        assert!(!told.contains("canary"), "{source}: {expected}: {told}");
    });
}
