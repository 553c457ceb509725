//! Inputs of any size, in every shape that could be slow.

use crate::{config, gzip, header};

/// The image that is looked up in every file.
pub const IMAGE: &str = "sub.registry.io/team/app";
pub const AUTH: &str = r#"{"auth":"dTpw"}"#;

/// The factor from the size `n` to bytes, for inputs of few parts.
const BYTES: usize = 8;

/// The texts for all numbers below `n`, concatenated.
pub fn each(n: usize, text: impl Fn(usize) -> String) -> String {
    (0..n).map(text).collect()
}

/// A text whose n-th letter is in upper case if bit n of the number is set.
pub fn cased(text: &str, mut number: usize) -> String {
    let fold = |c: char| {
        let is_upper = c.is_ascii_lowercase() && number & 1 == 1;
        number >>= usize::from(c.is_ascii_lowercase());
        if is_upper { c.to_ascii_uppercase() } else { c }
    };
    text.chars().map(fold).collect()
}

/// A `config.json` whose entries all have the same value.
pub fn all(n: usize, value: &str, key: impl Fn(usize) -> String) -> String {
    let keys: Vec<String> = (0..n).map(|n| format!(r#""{}":{value}"#, key(n))).collect();
    format!(r#"{{"auths":{{{}}}}}"#, keys.join(","))
}

/// A `config.json` with one key.
fn one(key: &str) -> String {
    all(1, AUTH, |_| key.to_owned())
}

/// A `config.json` with one entry and a further field for each number.
fn beside(n: usize, field: impl Fn(usize) -> String) -> String {
    format!(r#"{{{}"auths":{{"registry.io":{AUTH}}}}}"#, each(n, field))
}

/// An object with a field for each number.
fn object(n: usize, field: impl Fn(usize) -> String) -> String {
    format!(r#"{{{}"x":1}}"#, each(n, field))
}

/// A `config.json` with one key and a further key for each number.
fn long_beside(long: &str, n: usize, key: impl Fn(usize) -> String) -> String {
    let keys = each(n, |n| format!(r#""{}":{AUTH},"#, key(n)));
    format!(r#"{{"auths":{{"{long}":{AUTH},{keys}"x":{{}}}}}}"#)
}

/// A `config.json` with a helper for each number.
fn helpers(n: usize, helper: impl Fn(usize) -> String) -> String {
    format!(r#"{{"credHelpers":{{{}"x":"y"}}}}"#, each(n, helper))
}

/// A Kubernetes Secret.
fn secret(field: &str, content: &str) -> String {
    format!(r#"{{"kind":"Secret","{field}":{{{content}}}}}"#)
}

/// A `config.json` with one entry that has this `auth` field.
fn auth(auth: &str) -> String {
    entry(&format!(r#""auth":"{auth}""#))
}

fn password(json: &str) -> String {
    entry(&format!(r#""username":"u","password":"{json}""#))
}

/// A `config.json` with one entry of these fields.
fn entry(fields: &str) -> String {
    format!(r#"{{"auths":{{"sub.registry.io":{{{fields}}}}}}}"#)
}

fn base64(text: &str) -> String {
    base64::Engine::encode(&base64::engine::general_purpose::STANDARD, text)
}

#[rustfmt::skip]
pub fn files(n: usize) -> Vec<(&'static str, String)> {
    let long = n * BYTES;
    let encoded = base64(&config((0..n).map(|n| format!("reg{n}.io"))));
    vec![
        ("hosts", all(n, AUTH, |n| format!("reg{n}.io"))),
        ("namespaces of one host", all(n, AUTH, |n| format!("sub.registry.io/team{n}"))),
        ("nested paths", all(n, AUTH, |n| format!("sub.registry.io/team{}", "/app".repeat(n % 10)))),
        ("one host in many spellings", all(n, AUTH, |n| cased("sub.registry.io", n))),
        ("one scope in many spellings", all(n, AUTH, |n| cased("https://sub.registry.io", n) + "/v1/")),
        ("one key", all(n, AUTH, |_| "sub.registry.io".into())),
        ("one namespace in many spellings", all(n, AUTH, |n| cased("sub.registry.io", n) + "/team")),
        ("ports of one host", all(n, AUTH, |n| format!("sub.registry.io:{}", n + 1))),
        ("namespaces of the host above", all(n, AUTH, |n| format!("registry.io/team{n}"))),
        ("lookalikes of Docker Hub", all(n, AUTH, |n| format!("https://index.docker.io{n}.registry.io/v1/"))),
        ("patterns", all(n, AUTH, |n| format!("*{n}.registry.io"))),
        ("patterns that match", all(n, AUTH, |n| format!("*.registry.io/team{}", "/a".repeat(n % 2)))),
        ("patterns of another depth", all(n, AUTH, |n| format!("*.{n}.registry.io"))),
        ("patterns in many spellings", all(n, AUTH, |n| cased("*.registry.io", n))),
        ("one long pattern beside many", long_beside(&format!("*{}.io", ".a".repeat(long)), n, |n| format!("*{n}.io"))),
        ("one long spelling beside many", {
            let key = format!("https://sub.registry.io{}", "/".repeat(long));
            long_beside(&key, n, |n| cased("https://sub.registry.io", n) + "//")
        }),
        ("empty keys", all(n, "0", |_| String::new())),
        ("one long spelling of a pattern beside many", {
            let key = format!("https://*.registry.io{}", "/".repeat(long));
            long_beside(&key, n, |n| "s".repeat(n % 2) + "*.registry.io")
        }),
        ("patterns that differ between two stars", all(n, AUTH, |n| format!("*{n}*.registry.io"))),
        ("ports of one pattern", all(n, AUTH, |n| format!("*.registry.io:{}", n + 1))),
        ("empty entries", all(n, "{}", |n| cased("sub.registry.io", n))),
        ("empty entries beside a helper", {
            all(n, "{}", |n| cased("sub.registry.io", n)).replacen('{', r#"{"credsStore":"x","#, 1)
        }),
        ("null entries", all(n, "null", |n| cased("sub.registry.io", n))),
        ("malformed entries", all(n, "1", |n| format!("reg{n}.io"))),
        ("malformed entries of one host", all(n, r#"{"auth":"x"}"#, |n| cased("sub.registry.io", n))),
        ("entries without a value", all(n, r#"{"password":"\ud800"}"#, |n| format!("reg{n}.io"))),
        ("passwords that end in a newline", all(n, r#"{"auth":"dTpwCg=="}"#, |n| format!("reg{n}.io"))),
        ("keys that match nothing", all(n, AUTH, |n| format!("u{n}@sub.registry.io"))),
        ("keys with bad ports", all(n, AUTH, |n| format!("sub.registry.io:x{n}"))),
        ("repeated auths", object(n, |n| format!(r#""auths":{{"reg{n}.io":{AUTH}}},"#))),
        ("auths in any case", object(n, |n| format!(r#""{}":{{"reg{n}.io":{AUTH}}},"#, cased("auths", n)))),
        ("entries beside auths", beside(n, |n| format!(r#""reg{n}.io":{AUTH},"#))),
        ("unknown fields", beside(n, |n| format!(r#""x{n}":{{"y":[{n}]}},"#))),
        ("an unknown field of many items", beside(1, |_| format!(r#""x":[{}1],"#, "1,".repeat(long)))),
        ("an unknown field that nests deeply", {
            beside(1, |_| format!(r#""x":{}1{},"#, "[".repeat(long), "]".repeat(long)))
        }),
        ("an unknown field with a long number", beside(1, |_| format!(r#""x":{},"#, "1".repeat(long)))),
        ("registries in an unknown field", {
            beside(1, |_| format!(r#""x":{{{}"auths":{{}}}},"#, each(n, |n| format!(r#""reg{n}.io":{AUTH},"#))))
        }),
        ("a registry in many unknown fields", beside(n, |n| format!(r#""x{n}":{{"sub.registry.io":{AUTH}}},"#))),
        ("a token with many claims", {
            let part = |json: &str| base64(json).replace('+', "-").replace('/', "_").replace('=', "");
            let claims = format!("{{{}}}", each(n, |n| format!(r#""exp":{n},"#)) + r#""exp":1"#);
            entry(&format!(r#""identitytoken":"{}.{}.x""#, part("{}"), part(&claims)))
        }),
        ("a long field name", beside(1, |_| format!(r#""{}":1,"#, "x".repeat(long)))),
        ("fields of one entry", entry(&(each(n, |n| format!(r#""x{n}":"{n}","#)) + r#""auth":"dTpw""#))),
        ("one field of one entry", {
            let repeated = each(n, |n| format!(r#""auth":"{}","#, base64(&format!("u:{n}"))));
            entry(&(repeated + r#""auth":"dTpw""#))
        }),
        ("a field of one entry in any case", {
            let repeated = each(n, |n| format!(r#""{}":"{n}","#, cased("password", n)));
            entry(&(repeated + r#""auth":"dTpw""#))
        }),
        ("a long auth with white space", {
            let start = base64("u:ppppppppppp")[..16].to_owned() + &base64("ppp").repeat(9);
            auth(&format!(r"{start}{}\n\t", " cHBw".repeat(long)))
        }),
        ("an auth with many colons", auth(&base64(&":".repeat(long)))),
        ("an auth of NULs", auth(&base64(&format!("u:{}x", "\0".repeat(long))))),
        ("a long malformed auth", auth(&("A".repeat(long) + "!"))),
        ("a password of escapes", password(&r"\u00e4\n\ud83d\ude00".repeat(long / 10))),
        ("a password of escapes with half a pair", password(&(r"\u00e4\n".repeat(long / 10) + r"\ud800"))),
        ("a key of escapes", one(&format!("sub.registry.io/{}", r"\u0061".repeat(long)))),
        ("helpers", helpers(n, |n| format!(r#""{}":"h{n}","#, cased("sub.registry.io", n)))),
        ("one helper", helpers(n, |n| format!(r#""registry.io":"h{n}","#))),
        ("repeated credHelpers", object(n, |n| format!(r#""credHelpers":{{"reg{n}.io":"x"}},"#))),
        ("a helper with a long name", format!(r#"{{"credsStore":"{}"}}"#, "x".repeat(long))),
        (".dockercfg", object(n, |n| format!(r#""reg{n}.io":{AUTH},"#))),
        ("ignored fields of a .dockercfg", {
            object(n, |n| format!(r#""reg{n}.io":1,"#)).replace(r#""x":1"#, &format!(r#""registry.io":{AUTH}"#))
        }),
        ("lines", each(n, |n| format!("auth = dTpw\nemail = {n}\n"))),
        ("lines with long ends", each(n, |_| format!("auth = dTpw{}\n", " ".repeat(BYTES)))),
        ("lines before a bad line", format!("{}x", "auth = dTpw\n".repeat(n))),
        ("white space", format!("{}{{}}{}", "\n ".repeat(long), " \n".repeat(long))),
        ("nothing but white space", "\n".repeat(long)),
        ("a Secret", secret("data", &format!(r#"".dockerconfigjson":"{encoded}""#))),
        ("a repeated field of a Secret", secret("data", &(r#"".dockerconfigjson":"e30=","#.repeat(n) + r#""x":1"#))),
        ("repeated data", format!(r#"{{{}"kind":"Secret"}}"#, r#""data":{".dockercfg":"e30="},"#.repeat(n))),
        ("stringData", {
            let file = object(n, |n| format!(r#""reg{n}.io":{AUTH},"#)).replace('"', r#"\""#);
            secret("stringData", &format!(r#"".dockercfg":"{file}""#))
        }),
        ("a long path", one(&format!("sub.registry.io/team{}", "/a".repeat(long)))),
        ("a path of slashes", one(&format!("sub.registry.io{}team", "/".repeat(long)))),
        ("a path with empty segments", one(&format!("sub.registry.io{}", "/a//b".repeat(long)))),
        ("a path of separators", one(&format!("sub.registry.io/{}a", "a__a.a---".repeat(long)))),
        ("a path of hyphens", one(&format!("sub.registry.io/a{}a", "-".repeat(long)))),
        ("a path with an error at its end", one(&format!("sub.registry.io/{}A", "a/".repeat(long)))),
        ("a host of many labels", one(&format!("{}io", "a.".repeat(long)))),
        ("a host in upper case", one(&format!("{}.io", "A".repeat(long)))),
        ("a host of stars", one(&format!("{}.io", "*".repeat(long)))),
        ("a host of labels that are stars", one(&format!("{}registry.io", "*.".repeat(long)))),
        ("a host of stars and letters", one(&format!("{}b.registry.io", "*u".repeat(long)))),
        ("a host of hyphens", one(&format!("a{}a.io", "-".repeat(long)))),
        ("a host with a long port", one(&format!("sub.registry.io:{}443", "0".repeat(long)))),
        ("a host with many colons", one(&format!("sub.registry.io{}", ":1".repeat(long)))),
        ("an address", one(&format!("[{}]:1", ":a".repeat(long)))),
        ("long user info", one(&format!("{}@sub.registry.io", "u:p".repeat(long)))),
        ("much user info", one(&format!("{}sub.registry.io", "u@".repeat(long)))),
        ("characters that no key has", one(&format!("sub.registry.io/{}", "?#%;&=@".repeat(long)))),
        ("an international host", one(&format!("https://{}io", "ä.".repeat(long)))),
        ("a long international label", {
            let character = |n: usize| char::from_u32(0x4E00 + n as u32 % 0x5000).unwrap().to_string();
            one(&format!("https://{}.io", each(long, character)))
        }),
        ("many international labels", all(n, AUTH, |n| format!("https://{}{n}.io", "äöü".repeat(8)))),
        ("JSON that ends too early", all(n, AUTH, |n| format!("reg{n}.io")).trim_end_matches('}').into()),
        ("JSON with an error at its end", all(n, AUTH, |n| format!("reg{n}.io\",\n\"x")).replace("}}}", "}}\n!")),
        ("text after the JSON", format!("{{}}{}", "\n{}".repeat(long))),
        ("base64 of base64", base64(&base64(&all(n, AUTH, |n| format!("reg{n}.io"))))),
        ("a bare token", "x.".repeat(long)),
        ("a token after comments", "#\n\n".repeat(long) + "x"),
        ("YAML", each(n, |n| format!("reg{n}.io:\n  auth: dTpw\n"))),
        ("a line of YAML", format!("- x: {}", "a: ".repeat(long))),
        ("TOML", each(n, |n| format!("[reg{n}]\nauth = 1\n"))),
        ("byte order marks", "\u{FEFF}".repeat(long)),
        ("a text of base64", format!("\"{}\"", base64(&all(n, AUTH, |n| format!("reg{n}.io"))))),
        ("JSON that ends in a key of byte order marks", format!("{{\"{}", "\u{FEFF}".repeat(long))),
    ]
}

#[rustfmt::skip]
pub fn images(n: usize) -> Vec<(&'static str, String)> {
    let long = n * BYTES;
    vec![
        ("a long name", "a".repeat(long)),
        ("a path of many segments", "a/".repeat(long) + "a"),
        ("a path of separators", "a__a.a--".repeat(long) + "a"),
        ("a path of hyphens", format!("a{}a", "-".repeat(long))),
        ("a path with an error at its end", "a/".repeat(long)),
        ("a long tag", format!("a:{}", "a".repeat(long))),
        ("many tags", "a:".repeat(long) + "a"),
        ("a long digest", format!("a@sha256:{}", "0".repeat(long))),
        ("many digests", "a@".repeat(long) + "a"),
        ("a host of many labels", "u.".repeat(long) + "registry.io/team/app"),
        ("a long label", "u".repeat(long) + ".registry.io/team/app"),
        ("a host in upper case", "U".repeat(long) + ".registry.io/team/app"),
        ("a host of hyphens", format!("a{}a.registry.io/a", "-".repeat(long))),
        ("a host with an error at its end", "u.".repeat(long) + ".io/team/app"),
        ("a long port", format!("sub.registry.io:{}443/a", "0".repeat(long))),
        ("a port of any size", format!("sub.registry.io:{}/a", "9".repeat(long))),
        ("many colons", format!("sub.registry.io{}/a", ":1".repeat(long))),
        ("an address", format!("[{}]/a", ":a".repeat(long))),
        ("a URL", format!("https://{}", "registry.io/".repeat(long))),
        ("a non-ASCII host", "ä.".repeat(long) + "io/a"),
    ]
}

/// A long file and a long image.
#[rustfmt::skip]
pub fn pairs(n: usize) -> Vec<(&'static str, String, String)> {
    let long = n * BYTES;
    let labels = |n: usize| "u.".repeat(n) + "sub.registry.io/team/app";
    let label = || "u".repeat(long) + ".registry.io/team/app";
    let patterns = || all(n, AUTH, |n| format!("*u*{n}.registry.io"));
    let ports = each(n, |n| format!(r#""registry.io/a{n}":{AUTH},"registry.io:{}":{AUTH},"#, n + 1));
    vec![
        ("a pattern of stars, a long label", one(&format!("{}b.registry.io", "*u".repeat(n))), label()),
        ("a pattern of labels, a host of many", one(&format!("{}registry.io", "*.".repeat(n))), labels(n)),
        ("patterns, a host of many labels", patterns(), labels(long)),
        ("patterns, a long label", patterns(), label()),
        ("patterns, a host of as many labels as DNS allows",
            all(n, AUTH, |n| format!("*.*.x{n}")), "u.".repeat(n / 8) + "io/team/app"),
        ("namespaces above a host of many labels", all(n, AUTH, |n| format!("registry.io/a{n}")), labels(long)),
        ("ports of a long host", format!(r#"{{"auths":{{{ports}"x":{{}}}}}}"#), labels(long)),
    ]
}

/// A record of a pax extended header.
const RECORD: &str = "10 a=bcde\n";

fn block(name: &str, kind: u8, data: &str) -> Vec<u8> {
    let mut block = header(name, kind, data.len() as u64);
    block.extend_from_slice(data.as_bytes());
    block.resize(block.len().next_multiple_of(512), 0);
    block
}

#[rustfmt::skip]
pub fn archives(n: usize) -> Vec<(&'static str, Vec<u8>)> {
    let long = n * BYTES;
    let end = || [block(".dockercfg", b'0', &format!(r#"{{"sub.registry.io":{AUTH}}}"#)), vec![0; 1024]].concat();
    let many = |one: &dyn Fn(usize) -> Vec<u8>| [(0..n).flat_map(one).collect(), end()].concat();
    let named = |name: &str| [block("././@LongLink", b'L', name), block("x", b'0', "x"), end()].concat();
    let gzipped = |member: &dyn Fn(usize) -> Vec<u8>| {
        (0..n).flat_map(member).chain(gzip(std::iter::once(end()))).collect()
    };
    vec![
        ("members", many(&|n| block(&format!("a{n}"), b'0', "x"))),
        ("directories", many(&|n| block(&format!("a{n}/"), b'5', ""))),
        ("links", many(&|n| block(&format!("a{n}"), b'2', ""))),
        ("hard links", many(&|n| block(&format!("a{n}"), b'1', ""))),
        ("links beside files", many(&|n| {
            [block(&format!("a{n}/l"), b'1', ""), block(&format!("a{n}/b/c"), b'0', "")].concat()
        })),
        ("a repeated credential file", many(&|_| {
            block(".dockercfg", b'0', &format!(r#"{{"registry.io":{AUTH}}}"#))
        })),
        ("near misses of the file names", many(&|n| block(&format!("{n}/config.json"), b'0', "{}"))),
        ("long names", many(&|n| {
            let name = format!("{n}{}", "/a".repeat(300));
            [block("././@LongLink", b'L', &name), block("x", b'0', "")].concat()
        })),
        ("extended headers", many(&|_| [block("x", b'x', RECORD), block("x", b'0', "")].concat())),
        ("global headers", many(&|_| block("x", b'g', RECORD))),
        ("headers without members", many(&|_| block("././@LongLink", b'K', "x"))),
        ("records of one header", [block("x", b'x', &RECORD.repeat(long)), end()].concat()),
        ("one long record", {
            let record = format!("{} a={}\n", long + 10, "b".repeat(long + 10));
            [block("x", b'x', &record), end()].concat()
        }),
        ("a long name", named(&"a".repeat(long))),
        ("a deep path", named(&"a/".repeat(long))),
        ("a path of dots", named(&format!("{}.dockercfg", "./".repeat(long)))),
        ("a path up and down", named(&"a/../".repeat(long))),
        ("a path of slashes", named(&format!("{}x", "/".repeat(long)))),
        ("a long member", [block("x", b'0', &"x".repeat(long * 10)), end()].concat()),
        ("members of gzip", gzipped(&|n| gzip(std::iter::once(block(&format!("a{n}"), b'0', "x"))))),
        ("empty members of gzip", gzipped(&|_| gzip(std::iter::empty()))),
        ("zeros in gzip", gzip(std::iter::once(end()).chain(std::iter::once(vec![0; long * 10])))),
        ("a long comment in gzip", {
            let header = [0x1F, 0x8B, 8, 16, 0, 0, 0, 0, 0, 3];
            [&header[..], &vec![b'x'; long], &[0], &gzip(std::iter::once(end()))[10..]].concat()
        }),
        ("a credential file with many hosts", {
            let file = all(n, AUTH, |n| format!("reg{n}.io"));
            [block(".docker/config.json", b'0', &file), end()].concat()
        }),
    ]
}

#[rustfmt::skip]
pub fn definitions(n: usize) -> Vec<(&'static str, String)> {
    let long = n * BYTES;
    let list = |one: &dyn Fn(usize) -> String| format!("[{}]", (0..n).map(one).collect::<Vec<_>>().join(","));
    let app = |id: &str, more: &str| {
        format!(r#"{{"id":"{id}","container":{{"docker":{{"image":"registry.io/a"}}}}{more}}}"#)
    };
    let fetching = |uris: &str| app("a", &format!(r#","fetch":{uris}"#));
    let pod = |containers: &str, secrets: &str| {
        format!(r#"{{"id":"p","containers":{containers},"secrets":{{{secrets}}}}}"#)
    };
    let pull = r#""image":{"kind":"DOCKER","id":"sub.registry.io/team/app","pullConfig":{"secret":"s"}}"#;
    let named = |name: &str| format!(r#"{{"name":"{name}",{pull}}}"#);
    let one = format!("[{{{pull}}}]");
    let declared = r#""s":{"source":"s"}"#;
    let secrets = each(n, |n| format!(r#""s{n}":{{"source":"{n}"}},"#));
    vec![
        ("apps", list(&|n| app(&n.to_string(), ""))),
        ("apps with one id", list(&|_| app("a", ""))),
        ("apps in a group", {
            let apps = list(&|n| app(&n.to_string(), ""));
            format!(r#"{{"id":"{}","apps":{apps}}}"#, "g".repeat(long))
        }),
        ("refused apps", list(&|n| format!(r#"{{"id":"{n}","container":{{"docker":{{"credential":1}}}}}}"#))),
        ("groups", {
            let group = |n| format!(r#"{{"id":"{n}","apps":[{}]}}"#, app("a", ""));
            format!(r#"{{"groups":{}}}"#, list(&group))
        }),
        ("groups in groups", list(&|n| {
            r#"{"id":"g","groups":["#.repeat(9) + &app(&n.to_string(), "") + &"]}".repeat(9)
        })),
        ("lists in lists", list(&|_| format!("{}1{}", "[".repeat(9), "]".repeat(9)))),
        ("numbers instead of apps", list(&|_| "1".into())),
        ("a long id", app(&"a/".repeat(long), "")),
        ("an id of slashes", format!(r#"{{"id":"{}","apps":[{}]}}"#, "/".repeat(long), app("a", ""))),
        ("containers of a pod", pod(&list(&|n| named(&format!("c{n}"))), declared)),
        ("refused containers of a pod", pod(&list(&|_| format!("{{{pull}}}")), "")),
        ("a container with a long name", pod(&format!("[{}]", named(&"c".repeat(long * 10))), declared)),
        ("fetched files", fetching(&list(&|n| format!(r#"{{"uri":"https://h/{n}/docker.tar.gz"}}"#)))),
        ("one fetched file", fetching(&list(&|_| r#"{"uri":"/nowhere/.dockercfg"}"#.into()))),
        ("numbers instead of fetched files", fetching(&list(&|_| "1".into()))),
        ("uris", {
            let uris = list(&|n| format!(r#""https://u:p@h/{n}/.dockercfg?x={n}""#));
            app("a", &format!(r#","uris":{uris}"#))
        }),
        ("a long URI", {
            let (uri, path) = ("u@h/".repeat(long), "a/../".repeat(long));
            fetching(&format!(r#"[{{"uri":"https://{uri}/docker.tar.gz","destPath":"{path}x"}}]"#))
        }),
        ("secrets", pod(&one, &format!("{secrets}{declared}"))),
        ("secrets that no container names", {
            pod(&list(&|_| format!("{{{pull}}}")), &format!(r#"{secrets}"t":{{"source":"s"}}"#))
        }),
        ("secrets with long names", {
            let (name, source) = ("a:".repeat(long), "b/".repeat(long));
            pod(&one, &format!(r#""{name}":1,"s":{{"source":"{source}"}}"#))
        }),
        ("fields of an app", format!(r#"{{{}"cmd":"x"}}"#, each(n, |n| format!(r#""x{n}":{n},"#)))),
        ("numbers and texts without a value", {
            format!(r#"{{"x":[{}1],"y":"{}","cmd":"x"}}"#, "1e999,".repeat(n), r"\ud800\\".repeat(n))
        }),
    ]
}
