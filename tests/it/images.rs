//! DESIGN 3.1: image references.

use std::cmp::Ordering;
use std::hash::{BuildHasher, BuildHasherDefault, DefaultHasher};

use regcred::{ImageRef, ImageRefBuf, InvalidImageRef};

use crate::laws::image::digests_change_nothing;

use crate::support::{check_rows, image_ref};

const HEX: &str = "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef";

#[test]
fn references_are_normalised() {
    // image, registry, repository, printed, rule
    #[rustfmt::skip]
    let table = [
        ("nginx", "docker.io", "library/nginx", "docker.io/library/nginx", "Docker: no slash, Hub"),
        ("team/app:1", "docker.io", "team/app", "docker.io/team/app:1", "Docker: no sign of a host"),
        ("a/b/c", "docker.io", "a/b/c", "docker.io/a/b/c", "Docker: first component alone counts"),
        ("quay.io/app", "quay.io", "app", "quay.io/app", "Docker: a dot"),
        ("reg:5000/app", "reg:5000", "app", "reg:5000/app", "Docker: a colon"),
        ("localhost/app", "localhost", "app", "localhost/app", "Docker: localhost"),
        ("localhost", "docker.io", "library/localhost", "docker.io/library/localhost", "Docker: no slash"),
        ("quay.io", "docker.io", "library/quay.io", "docker.io/library/quay.io", "Docker: no slash"),
        ("Build/app", "build", "app", "build:443/app", "Docker: upper case is a host; printed so that it stays one"),
        ("QUAY.io/app", "quay.io", "app", "quay.io/app", "DNS: case does not count"),
        ("Localhost/app", "localhost", "app", "localhost/app", "DNS: case does not count"),
        ("[::1]:5000/app", "[::1]:5000", "app", "[::1]:5000/app", "Docker: IPv6 in brackets"),
        ("[FD00::1]/app", "[fd00::1]", "app", "[fd00::1]/app", "DNS: case does not count"),
        ("quay.io:443/app", "quay.io", "app", "quay.io/app", "nerdctl: 443 is elided"),
        ("quay.io:0443/app", "quay.io", "app", "quay.io/app", "Mesos: ports are numbers"),
        ("quay.io:05000/app", "quay.io:5000", "app", "quay.io:5000/app", "Mesos: ports are numbers"),
        ("build:443/app", "build", "app", "build:443/app", "printed so that it stays a registry"),
        ("docker.io/nginx", "docker.io", "library/nginx", "docker.io/library/nginx", "Docker"),
        ("index.docker.io/nginx", "docker.io", "library/nginx", "docker.io/library/nginx", "Docker"),
        ("registry-1.docker.io/nginx", "docker.io", "library/nginx", "docker.io/library/nginx", "docker/cli#5378"),
        ("docker.io:443/nginx", "docker.io", "nginx", "docker.io:443/nginx", "Docker: no library/ for :443"),
        ("notdocker.io/nginx", "notdocker.io", "nginx", "notdocker.io/nginx", "never by substring (Mesos does)"),
        ("docker.io.evil.com/nginx", "docker.io.evil.com", "nginx", "docker.io.evil.com/nginx", "never by substring"),
        ("docker.io:5000/nginx", "docker.io:5000", "nginx", "docker.io:5000/nginx", "another port is another registry"),
    ];
    check_rows(table, |(image, registry, repository, printed, rule)| {
        let parsed = ImageRef::parse(image).unwrap_or_else(|e| panic!("{image}: {e}, {rule}"));
        assert_eq!(
            (parsed.registry(), parsed.repository()),
            (registry, repository),
            "{image}, {rule}"
        );
        assert_eq!(parsed.to_string(), printed, "{image}, {rule}");
        assert_eq!(ImageRef::try_from(printed), Ok(parsed.clone()), "{image} -> {printed}, {rule}");
        assert_eq!(format!("{parsed:?}"), format!("ImageRef({printed})"));
    });
}

#[test]
fn tags_and_digests_are_parsed() {
    let with_both = format!("reg.io/app:1@sha256:{HEX}");
    let image = ImageRef::parse(&with_both).unwrap();
    assert_eq!(image.tag(), Some("1"));
    assert_eq!(image.digest(), Some(&*format!("sha256:{HEX}")));
    assert_eq!(image.to_string(), with_both);
    let sha512 = format!("app@sha512:{HEX}{HEX}");
    assert_eq!(ImageRef::parse(&sha512).unwrap().digest(), Some(&sha512[4..]));
    let sha384 = format!("app@sha384:{HEX}{}", &HEX[..32]);
    assert_eq!(ImageRef::parse(&sha384).unwrap().digest(), Some(&sha384[4..]));
    let longest = format!("app:{}", "t".repeat(128));
    assert_eq!(ImageRef::parse(&longest).unwrap().tag().map(str::len), Some(128));
    assert_eq!(ImageRef::parse("app").unwrap().tag(), None, "no tag is implied");
}

/// Errors have a text each, and never hold the input.
#[test]
fn invalid_references_are_errors_that_say_why() {
    let long = "a".repeat(256);
    let long_tag = format!("app:{}", "t".repeat(129));
    let short_digest = format!("app@sha256:{}", &HEX[1..]);
    let upper_digest = format!("app@sha256:{}", HEX.to_uppercase());
    let md5 = format!("app@md5:{HEX}");
    // image, error, rule
    #[rustfmt::skip]
    let table = [
        ("", "it is empty", "Docker"),
        (HEX, "the id of an image", "Docker: 64 hexadecimal digits"),
        ("https://reg.io/app", "starts with a scheme", "Docker"),
        ("docker://nginx", "starts with a scheme; leave that out", "skopeo's transports"),
        ("oci://reg.io/app:1", "starts with a scheme; leave that out", "Helm"),
        ("docker+ssh://reg.io/app", "starts with a scheme; leave that out", "RFC 3986"),
        ("HTTPS://nginx", "starts with a scheme; leave that out", "in any case"),
        ("reg.io://app", "the port of its registry is not a number", "rather a port that was forgotten"),
        ("://reg.io/app", "its registry is not a valid host name", "no scheme"),
        ("1x://reg.io/app", "the port of its registry is not a number", "RFC 3986: it starts with a letter"),
        ("nginx\n", "it holds white space", "a line read with its end"),
        (" nginx", "it holds white space", "Docker: no white space"),
        ("ngi nx", "it holds white space", "Docker: no white space"),
        ("reg .io/app", "it holds white space", "Docker: no white space"),
        ("reg.io:50 00/app", "it holds white space", "Docker: no white space"),
        ("app:1\t", "it holds white space", "Docker: no white space"),
        ("app@sha256:0 ", "it holds white space", "Docker: no white space"),
        ("app\u{a0}", "it holds white space", "a no-break space, as web pages have it"),
        (" ", "it holds white space", "not empty"),
        (" https://reg.io/app", "it holds white space", "a scheme is not at the start"),
        ("app\0", "not made of lower-case letters", "a control character"),
        ("app\u{200b}", "not made of lower-case letters", "a zero-width space is not white space"),
        ("reg_1.io/app", "its registry is not a valid host name", "Docker: domain grammar"),
        ("-reg.io/app", "its registry is not a valid host name", "Docker: domain grammar"),
        ("reg.io./app", "its registry is not a valid host name", "Docker: domain grammar"),
        ("[::1%eth0]:5000/app", "its registry is not a valid host name", "Docker: no zone ids"),
        ("::1/app", "its registry is not a valid host name", "Docker: brackets are required"),
        ("user:pass@reg.io/app", "the port of its registry is not a number", "Docker"),
        ("reg.io:/app", "the port of its registry is not a number", "Docker"),
        ("reg.io:x80/app", "the port of its registry is not a number", "Docker"),
        ("reg.io/App", "has an upper-case letter", "Docker"),
        ("Nginx", "has an upper-case letter", "Docker"),
        ("reg.io/", "not made of lower-case letters", "Docker"),
        ("reg.io//app", "not made of lower-case letters", "Docker"),
        ("/app", "not made of lower-case letters", "Docker"),
        ("a___b", "not made of lower-case letters", "Docker: at most two underscores"),
        ("a._b", "not made of lower-case letters", "Docker: one separator"),
        ("a-", "not made of lower-case letters", "Docker: no separator at the end"),
        ("reg.io/a%2fb", "not made of lower-case letters", "Docker: no escapes"),
        (&long, "longer than 255 bytes", "Docker"),
        ("app:", "its tag", "Docker"),
        ("app:.x", "its tag", "Docker"),
        (&long_tag, "its tag", "Docker: 128"),
        ("app@", "its digest", "Docker"),
        (&short_digest, "its digest", "go-digest"),
        (&upper_digest, "its digest", "go-digest: lower case"),
        (&md5, "its digest", "go-digest: known algorithms"),
    ];
    check_rows(table, |(image, why, rule)| {
        let error: InvalidImageRef = ImageRef::parse(image).expect_err(why);
        let (text, copy) = (error.to_string(), error);
        assert!(text.contains(why), "{image:?} should say {why:?}, says {text:?}, {rule}");
        assert!(image.len() < 3 || !format!("{text} {copy:?}").contains(image), "{text}");
    });
}

/// The boundary between the fast path and the grammar.
#[test]
fn the_fast_path_agrees_with_the_grammar() {
    let host = "registry-1.example.com";
    // image; `registry repository tag`, or error
    #[rustfmt::skip]
    let table = [
        ("registry-1.example.com/team/app", "registry-1.example.com team/app -"),
        ("registry-1.example.com/team/my_app:1_2", "registry-1.example.com team/my_app 1_2"),
        ("registry-1.example.com/team/my__app", "registry-1.example.com team/my__app -"),
        ("registry-1.example.com/team/my--app", "registry-1.example.com team/my--app -"),
        ("registry-1.example.com/team/app:1-", "registry-1.example.com team/app 1-"),
        ("registry-1.example.com/team/app:_1", "registry-1.example.com team/app _1"),
        ("registry-1.example.com/team/app:1.4-RC", "registry-1.example.com team/app 1.4-RC"),
        ("registry-1.example.com:80/app:80", "registry-1.example.com:80 app 80"),
        ("registry-1.example.com:080/app", "registry-1.example.com:80 app -"),
        ("registry-1.example.com:0/team/app", "registry-1.example.com:0 team/app -"),
        ("registry-1.example.com:00443/app", "registry-1.example.com app -"),
        ("registry:4294967296/team/app", "registry:4294967296 team/app -"),
        ("registry:00099999999999/app", "registry:99999999999 app -"),
        ("my-registry.my-domain/team/app", "my-registry.my-domain team/app -"),
        ("my-registry/my-team/app:1.2", "docker.io my-registry/my-team/app 1.2"),
        ("my_registry/my_team/app", "docker.io my_registry/my_team/app -"),
        ("localhost/team/app:1", "localhost team/app 1"),
        ("localhosts/team/app:1", "docker.io localhosts/team/app 1"),
        ("registry-1.docker.io/app", "docker.io library/app -"),
        ("registry-1.docker.io:443/app", "docker.io app -"),
        ("just.a-long_name.of-one", "docker.io library/just.a-long_name.of-one -"),
        ("just-a-long-name:1.27-alpine", "docker.io library/just-a-long-name 1.27-alpine"),
        ("abcdefghijklmno", "docker.io library/abcdefghijklmno -"),
        ("abcdefghijklmnop", "docker.io library/abcdefghijklmnop -"),
        ("my_registry.example.com/app", "its registry is not"),
        ("my_registry:5000/team/app", "its registry is not"),
        ("registry.example.com:5o00/app", "the port of its registry"),
        ("registry.example.com:5-0/app", "the port of its registry"),
        ("registry.example/app:1/team", "its tag"),
        ("registry.example/team/app:1:2", "its tag"),
        ("registry-one-two:three:4/app", "its registry is not"),
        ("registry.example/team/app:", "its tag"),
        ("registry.example/team/.app", "not made of lower-case letters"),
        ("registry.example/team/app/", "not made of lower-case letters"),
        ("registry.example/team`app", "not made of lower-case letters"),
        ("registry.example/team{app", "not made of lower-case letters"),
        ("registry.example/team,app", "not made of lower-case letters"),
        ("registry.example/team;app", "not made of lower-case letters"),
        ("registry.example/team\u{e1}app", "not made of lower-case letters"),
        (HEX, "the id of an image"),
    ];
    check_rows(table, |(image, expected)| {
        match ImageRef::parse(image) {
            Ok(parsed) => {
                let tag = parsed.tag().unwrap_or("-");
                let parts = format!("{} {} {tag}", parsed.registry(), parsed.repository());
                assert_eq!(parts, expected, "{image}");
            }
            Err(error) => assert!(error.to_string().contains(expected), "{image}: {error}"),
        }
        digests_change_nothing(image);
    });
    // Paths of every length up to several SIMD blocks.
    check_rows(1..100, |length| {
        let path = "a-b/c.d_e/".repeat(10);
        let image = format!("{host}/{}z", &path[..length]);
        for image in [image.clone(), format!("{image}:1.2"), image.replace("-b", "-B")] {
            digests_change_nothing(&image);
        }
        digests_change_nothing(&"f".repeat(length));
    });
    // Each digit of a digest counts.
    check_rows(0..HEX.len(), |at| {
        for wrong in ["g", "A", "/", ":", "`", "\u{e1}"] {
            let hex = format!("{}{wrong}{}", &HEX[..at], &HEX[at + 1..]);
            let error = ImageRef::parse(&format!("{host}/team/app@sha256:{hex}")).map(drop);
            let error = error.expect_err(&hex).to_string();
            assert!(error.contains("its digest"), "{hex}: {error}");
        }
    });
}

#[test]
fn lengths_are_limited_as_in_docker() {
    let (fits, over) = ("a".repeat(255), "a".repeat(256));
    assert!(ImageRef::parse(&format!("quay.io/{fits}")).is_ok(), "the registry does not count");
    assert!(ImageRef::parse(&format!("quay.io/{over}")).is_err());
    assert!(ImageRef::parse(&fits).is_err(), "library/ counts");
    let named = ImageRef::parse(&fits[8..]).map(|image| image.repository().len());
    assert_eq!(named, Ok(255));
}

#[test]
fn images_without_a_registry_get_the_default_registry() {
    // image, default, printed, rule
    #[rustfmt::skip]
    let table = [
        ("team/app", "https://registry.example.com", "registry.example.com/team/app", "DC/OS: a URL"),
        ("team/app", "registry.example.com:5000", "registry.example.com:5000/team/app", "Mesos: a host"),
        ("app", "registry.example.com", "registry.example.com/app", "no library/ there"),
        ("app", "HTTPS://Registry.example.com:443/v1/", "registry.example.com/app", "Mesos: path ignored; case, 443"),
        ("app", "https://registry-1.docker.io", "docker.io/library/app", "Mesos: its own default"),
        ("quay.io/app", "registry.example.com", "quay.io/app", "the image names its own"),
        ("app", "internal", "internal:443/app", "printed so that it stays a registry"),
        ("localhost/app", "registry.example.com", "localhost/app", "the image names its own"),
        ("team/app", "http://reg.example.com", "reg.example.com:80/team/app", "3.1: http without a port is port 80"),
        ("team/app", "HTTP://Reg.Example.com/v1/", "reg.example.com:80/team/app", "3.1: http in any case"),
        ("team/app", "http://reg.example.com:443", "reg.example.com/team/app", "3.1: a written port counts"),
        ("team/app", "http://reg.example.com:080/", "reg.example.com:80/team/app", "3.1: a written port counts"),
        ("team/app", "http://[::1]", "[::1]:80/team/app", "3.1: http and IPv6"),
        ("app", "http://index.docker.io/v1/", "index.docker.io:80/app", "3.1: port 80 is not Docker Hub"),
        ("app", "http://docker.io", "docker.io:80/app", "3.1: port 80 is not Docker Hub"),
        ("quay.io/app", "http://reg.example.com", "quay.io/app", "the image names its own"),
    ];
    check_rows(table, |(image, default, printed, rule)| {
        let parsed = ImageRef::parse_with_default(image, default).unwrap();
        assert_eq!(parsed.to_string(), printed, "{image} with {default}, {rule}");
        assert_eq!(ImageRef::parse(printed).unwrap(), parsed, "{printed}, {rule}");
    });
    let rows = ["", "https://", "user@reg.io", "reg.io:x", "ftp://reg.io", "reg io", "reg.io\n"];
    check_rows(rows, |default| {
        let error = ImageRef::parse_with_default("app", default).expect_err(default);
        assert!(error.to_string().contains("default registry"), "{default:?}: {error}");
        assert!(
            ImageRef::parse_with_default("quay.io/app", default).is_ok(),
            "it is not asked for"
        );
    });
}

#[test]
fn equivalent_references_are_equal() {
    let same = |a: &str, b: &str| ImageRef::parse(a).unwrap() == ImageRef::parse(b).unwrap();
    assert!(same("nginx", "index.docker.io/library/nginx"));
    assert!(same("QUAY.IO:443/app", "quay.io/app"));
    assert!(!same("nginx", "nginx:latest"));
    let digest = |hex: char| format!("nginx@sha256:{}", hex.to_string().repeat(64));
    assert!(same(&digest('0'), &format!("docker.io/library/{}", digest('0'))));
    assert!(!same(&digest('0'), &digest('1')), "another digest");
    assert!(!same(&digest('0'), "nginx"), "no digest");
    assert!(!same("quay.io/app", "quay.io/apps") && !same("quay.io/app", "gcr.io/app"));
    assert!(!same("reg:99999/app", "reg:88888/app"), "ports beyond all ports differ too");
    assert!(!same("quay.io/app", "quay.io:80/app"));
}

#[test]
fn order_hash_and_name_follow_the_meaning() {
    // two references, whether they mean the same
    let table = [
        ("nginx", "index.docker.io/library/nginx", true),
        ("Reg.io/a", "reg.io:443/a", true),
        ("Build/a", "build:443/a", true),
        ("reg.io/a", "reg.io:80/a", false),
        ("reg.io/a:1", "reg.io/a", false),
        ("reg.io/a", "reg.io/b", false),
        ("docker.io:443/a", "docker.io/a", false),
        ("reg.io:99999999999/a", "reg.io:88888888888/a", false),
        ("reg.io:099/a", "reg.io:99/a", true),
    ];
    let hash =
        |image: &ImageRef<'_>| BuildHasherDefault::<DefaultHasher>::default().hash_one(image);
    check_rows(table, |(one, other, is_same)| {
        let (a, b) = (image_ref(one), image_ref(other));
        assert_eq!(a == b, is_same, "{one} {other}");
        assert_eq!(a.cmp(&b) == Ordering::Equal, is_same, "{one} {other}");
        assert_eq!(a.cmp(&b), b.cmp(&a).reverse(), "{one} {other}");
        assert!(!is_same || hash(&a) == hash(&b), "{one} {other}");
        for image in [&a, &b] {
            assert_eq!(image_ref(image.name()).name(), image.name());
            assert_eq!(image_ref(image.name()).repository(), image.repository());
            assert!(image.to_string().starts_with(image.name()));
            let owned = ImageRefBuf::from(image);
            assert_eq!(owned.as_image_ref(), *image);
            assert_eq!(
                (owned.to_string(), hash(&owned.as_image_ref())),
                (image.to_string(), hash(image))
            );
        }
        let owned: [ImageRefBuf; 2] = [one.parse().unwrap(), other.parse().unwrap()];
        assert_eq!(owned[0] == owned[1], is_same, "{one} {other}");
        assert_eq!(owned[0].cmp(&owned[1]), a.cmp(&b));
    });
    assert_eq!(
        image_ref(
            "nginx:1@sha256:0123456789012345678901234567890123456789012345678901234567890123"
        )
        .name(),
        "docker.io/library/nginx"
    );
    assert_eq!(image_ref("Build/app").name(), "build:443/app");
    assert!("NGINX".parse::<ImageRefBuf>().is_err());
    // With a default registry, the name holds it.
    let image = ImageRef::parse_with_default("team/app", "http://reg.io").unwrap();
    assert_eq!(ImageRefBuf::from(&image).to_string(), "reg.io:80/team/app");
    let json = serde_json::to_string(&image).unwrap();
    assert_eq!(json, "\"reg.io:80/team/app\"");
    assert_eq!(serde_json::from_str::<ImageRefBuf>(&json).unwrap().as_image_ref(), image);
    assert!(serde_json::from_str::<ImageRefBuf>("\"-\"").is_err());
}
