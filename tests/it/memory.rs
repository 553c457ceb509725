//! The promise of the documentation that secrets are wiped, checked in the memory of a process.

use std::any::Any;
use std::fs::{self, File};
use std::os::unix::fs::FileExt;
use std::path::Path;
use std::process::Command;

use regcred::{Client, CredentialFile, ImageRef, Level, Limits, Resolver, dcos, marathon, mesos};
use zeroize::Zeroizing;

use crate::support::archive::{file, gzip, tar};
use crate::support::{base64, check_rows, quote};

const DIRECTORY: &str = "REGCRED_TEST_MEMORY";
const MASK: u8 = 0xA5;

/// The number of consecutive bytes of a secret that count as a find. A freed block loses its first
/// bytes.
const PIECE: usize = 8;

/// More bytes in a row than registers leave on the stack where they are saved.
const LONG_PIECE: usize = 512;

/// The value that holds the secrets once a file was read; `None` if it could not be read.
type Held = Option<Box<dyn Any>>;

/// Letters that appear nowhere else, in a number that base64 encodes without a rest.
fn canary(number: usize) -> String {
    let mut state = number as u64 + 1;
    let letter = |_| {
        state = state.wrapping_mul(0x5851_F42D_4C95_7F2D).wrapping_add(0x1405_7B7E_F767_814F);
        char::from(b'a' + (state >> 40) as u8 % 26)
    };
    (0..48).map(letter).collect()
}

/// A `config.json` that is longer than the header of an archive.
fn config(entry: &str) -> String {
    format!(r#"{{"auths":{{"reg.io":{entry}}},"psFormat":"{}"}}"#, "x".repeat(600))
}

fn auth(secret: &str) -> String {
    format!(r#"{{"auth":"{}"}}"#, base64(format!("us:{secret}")))
}

fn flat(secret: &str) -> String {
    format!(r#"{{"reg.io":{},"x":"{}"}}"#, auth(secret), "x".repeat(600))
}

fn plain(secret: &str) -> String {
    format!(r#"{{"username":"{secret}","password":"{secret}"}}"#)
}

fn tokens(secret: &str) -> String {
    format!(r#"{{"identitytoken":"{secret}","registrytoken":"{secret}","email":"{secret}"}}"#)
}

/// Escapes characters that need no escape, as PHP does.
fn escaped(json: &str, secret: &str) -> String {
    let escape = format!("\\u{:04x}{}", secret.as_bytes()[0], &secret[1..]);
    json.replace(secret, &escape).replace("\"us:", "\"\\u0075s:")
}

fn kubernetes(secret: &str) -> String {
    format!(
        r#"{{"kind":"Secret","data":{{".dockerconfigjson":"{}"}}}}"#,
        base64(config(&auth(secret)))
    )
}

fn build(builder: regcred::ResolverBuilder) -> Held {
    let resolver = builder.build().unwrap();
    let image = ImageRef::parse("reg.io/app").unwrap();
    let auth = resolver.resolve(&image).unwrap();
    drop((
        resolver.explain(&image).to_string(),
        format!("{resolver:?} {auth:?}"),
        resolver.warnings(),
    ));
    drop(auth.basic_authorization().map(Zeroizing::new));
    drop(Zeroizing::new(auth.x_registry_auth()));
    // The answer alone keeps the secrets of its file.
    Some(Box::new(auth))
}

/// An export in every form. The caller wipes what it asks for.
fn exported(path: &Path) -> Held {
    let resolver = Resolver::builder().task_secret(fs::read(path).unwrap()).build().unwrap();
    let image = ImageRef::parse("reg.io/app").unwrap();
    let export = resolver.export([&image], Client::Docker).unwrap();
    let secret = export.kubernetes_secret("pull").unwrap();
    drop([export.config_json(), secret].map(Zeroizing::new));
    drop(export.dockercfg().map(Zeroizing::new));
    #[cfg(feature = "archive")]
    drop(Zeroizing::new(export.docker_tar_gz()));
    export.write_directory(path.with_extension("written")).unwrap();
    Some(Box::new(export))
}

fn secret(path: &Path) -> Held {
    build(Resolver::builder().task_secret(fs::read(path).unwrap()))
}

fn broken(path: &Path) -> Held {
    let error = Resolver::builder().task_secret(fs::read(path).unwrap()).build().unwrap_err();
    assert!(!error.to_string().is_empty());
    None
}

fn alone(path: &Path) -> Held {
    Some(Box::new(CredentialFile::parse(&Zeroizing::new(fs::read(path).unwrap())).unwrap()))
}

fn answers(definition: &str, path: &Path) -> Held {
    let agent = Resolver::builder().build().unwrap();
    let store = |_: &str| fs::read(path);
    let mut answers =
        marathon::resolvers(definition.as_bytes(), &agent, Limits::default(), store).unwrap();
    Some(Box::new(answers.remove(0).unwrap()))
}

const PULL_CONFIG: &str = r#"{
    "container": {"type": "MESOS", "docker": {"image": "reg.io/app", "pullConfig": {"secret": "s"}}},
    "secrets": {"s": {"source": "/s"}}
}"#;

fn fetched(path: &Path) -> Held {
    let definition = format!(
        r#"{{"container":{{"docker":{{"image":"reg.io/app"}}}},"fetch":[{{"uri":"{}"}}]}}"#,
        path.display()
    );
    answers(&definition, path)
}

fn flag(path: &Path) -> String {
    format!("file://{}", path.display())
}

/// The JSON itself in the flag.
fn inline(path: &Path) -> Held {
    build(Resolver::builder().agent_flag(fs::read_to_string(path).unwrap()))
}

fn checked(path: &Path) -> Held {
    let limits = Limits::default();
    drop((
        dcos::check_file(path, limits).to_string(),
        mesos::check_docker_config(&flag(path), limits),
    ));
    None
}

fn parameters(path: &Path) -> Held {
    let value = Zeroizing::new(fs::read_to_string(path).unwrap());
    let parameters = dcos::Parameters::new([("cluster_docker_credentials", &**value)]).unwrap();
    Some(Box::new(parameters))
}

fn cluster_config(path: &Path) -> Held {
    let config = Zeroizing::new(fs::read(path).unwrap());
    Some(Box::new(dcos::Parameters::from_json(&config).unwrap()))
}

fn sandbox(path: &Path) -> Held {
    build(Resolver::builder().sandbox_home(path.parent().unwrap()))
}

fn home(path: &Path) -> Held {
    build(Resolver::builder().home(path.parent().map(Into::into)))
}

fn agent_flag(path: &Path) -> Held {
    build(Resolver::builder().agent_flag(flag(path)))
}

fn cluster_file(path: &Path) -> Held {
    build(Resolver::builder().cluster_file(path))
}

fn layered(path: &Path) -> Held {
    let base = Resolver::builder().cluster_file(path).build().unwrap();
    build(Resolver::builder().add(Level::AgentFlag, "{}").base(&base))
}

fn docker_hub(path: &Path) -> Held {
    let resolver = Resolver::builder().task_secret(fs::read(path).unwrap()).build().unwrap();
    Some(Box::new(resolver.resolve(&ImageRef::parse("nginx").unwrap()).unwrap()))
}

fn pull_secret(path: &Path) -> Held {
    answers(PULL_CONFIG, path)
}

fn copied_builder(path: &Path) -> Held {
    let builder = Resolver::builder().task_secret(fs::read(path).unwrap());
    Some(Box::new((builder.clone(), builder)))
}

fn not_wiped(path: &Path) -> Held {
    Some(Box::new(fs::read(path).unwrap()))
}

fn lines(s: &str) -> String {
    format!("auth = {}\nemail = {s}\n{}", base64(format!("us:{s}")), " \n".repeat(600))
}

fn dcos_config(s: &str) -> Vec<u8> {
    member("cluster_docker_credentials", &config(&auth(s))).into()
}

fn secret_data(s: &str) -> Vec<u8> {
    member(".dockerconfigjson", &config(&auth(s))).into()
}

fn escaped_auth(s: &str) -> Vec<u8> {
    config(&auth(s)).replace("\"dXM6", r#""\u0064XM6"#).into()
}

fn auth_with_line_break(s: &str) -> Vec<u8> {
    config(&auth(s)).replace("\"dXM6", r#""dXM6\r\n"#).into()
}

fn beside_a_lone_surrogate(s: &str) -> Vec<u8> {
    config(&auth(s)).replace("}},", r#"},"b.io":{"auth":"\ud800"}},"#).into()
}

fn string_data(s: &str) -> String {
    format!(r#"{{"kind":"Secret","stringData":{}}}"#, member(".dockercfg", &flat(s)))
}

fn config_archive(s: &str) -> Vec<u8> {
    tar(&[file(".docker/config.json", &config(&auth(s)))])
}

/// An archive with a `.dockercfg`.
fn archive(s: &str) -> Vec<u8> {
    tar(&[file(".dockercfg", &flat(s))])
}

fn large_archive(s: &str) -> Vec<u8> {
    let (flat, large, config) = (flat(s), "x".repeat(200_000), config(&auth(s)));
    tar(&[file(".dockercfg", &flat), file("x", &large), file(".docker/config.json", &config)])
}

fn two_gzip_members(s: &str) -> Vec<u8> {
    let archive = archive(s);
    [gzip(&archive[..700]), gzip(&archive[700..])].concat()
}

fn damaged_archive(s: &str) -> Vec<u8> {
    let mut packed = gzip(&archive(s));
    let checksum = packed.len() - 6;
    packed[checksum] ^= 1;
    packed
}

fn in_latin_1(text: String) -> Vec<u8> {
    text.into_bytes().into_iter().map(|b| if b == b'x' { 0xE4 } else { b }).collect()
}

/// A JSON object with one text.
fn member(name: &str, text: &str) -> String {
    format!(r#"{{"{name}":{}}}"#, quote(text))
}

/// A row: what is read, the name of the file, its content, and the function that reads it.
type Row = (&'static str, &'static str, fn(&str) -> Vec<u8>, fn(&Path) -> Held);

#[rustfmt::skip]
const ROWS: &[Row] = &[
    ("auth",                        "a",             |s| config(&auth(s)).into(),                secret),
    ("user name and password",      "a",             |s| config(&plain(s)).into(),               secret),
    ("tokens and email",            "a",             |s| config(&tokens(s)).into(),              secret),
    ("escapes in a password",       "a",             |s| escaped(&config(&plain(s)), s).into(),  secret),
    ("escapes in tokens",           "a",             |s| escaped(&config(&tokens(s)), s).into(), secret),
    ("an escaped auth",             "a",             escaped_auth,                               secret),
    ("white space in auth",         "a",             auth_with_line_break,                       secret),
    ("a lone surrogate beside it",  "a",             beside_a_lone_surrogate,                    secret),
    (".dockercfg",                  "a",             |s| flat(s).into(),                         secret),
    (".dockercfg in lines",         "a",             |s| lines(s).into(),                        docker_hub),
    ("a Secret",                    "a",             |s| kubernetes(s).into(),                   secret),
    ("stringData of a Secret",      "a",             |s| string_data(s).into(),                  secret),
    ("a plain archive",             "a",             archive,                                    secret),
    ("docker.tar.gz",               "a",             |s| gzip(&config_archive(s)),               secret),
    ("a large docker.tar.gz",       "a",             |s| gzip(&large_archive(s)),                secret),
    ("gzip in two members",         "a",             two_gzip_members,                           secret),
    ("bytes behind an archive",     "a",             |s| gzip(&[archive(s), flat(s).into()].concat()), secret),
    ("a file alone",                "a",             |s| config(&plain(s)).into(),               alone),
    ("docker.tar.gz alone",         "a",             |s| gzip(&archive(s)),                      alone),
    ("a sandbox",                   ".dockercfg",    |s| flat(s).into(),                         sandbox),
    ("docker.tar.gz in a sandbox",  "docker.tar.gz", |s| gzip(&archive(s)),                      sandbox),
    ("a HOME",                      ".dockercfg",    |s| flat(s).into(),                         home),
    ("an agent flag",               "a",             |s| config(&auth(s)).into(),                agent_flag),
    ("JSON as agent flag",          "a",             |s| config(&auth(s)).into(),                inline),
    ("a cluster file",              "a",             |s| config(&auth(s)).into(),                cluster_file),
    ("a layer over another",        "a",             |s| config(&auth(s)).into(),                layered),
    ("a pull secret",               "a",             |s| config(&auth(s)).into(),                pull_secret),
    ("a fetched file",              ".dockercfg",    |s| flat(s).into(),                         fetched),
    ("a fetched .dockercfg.gz",     ".dockercfg.gz", |s| gzip(flat(s).as_bytes()),               fetched),
    ("a fetched docker.tar.gz",     "docker.tar.gz", |s| gzip(&archive(s)),                      fetched),
    ("DC/OS's parameters",          "a",             |s| config(&auth(s)).into(),                parameters),
    ("DC/OS's configuration",       "a",             dcos_config,                                cluster_config),
    ("a checked file",              "a",             |s| config(&auth(s)).into(),                checked),
    ("escapes in a checked file",   "a",             |s| escaped(&config(&tokens(s)), s).into(), checked),
    ("a checked Secret's data",     "a",             secret_data,                                checked),
    ("a checked file in Latin-1",   "a",             |s| in_latin_1(config(&auth(s))),           checked),
    ("an export",                   "a",             |s| config(&auth(s)).into(),                exported),
    ("an export of plain fields",   "a",             |s| config(&plain(s).replacen(":\"", ":\":", 1)).into(), exported),
    ("an export of a token",        "a",             |s| config(&tokens(s)).into(),              exported),
    ("broken JSON",                 "a",             |s| config(&auth(s)).replace("}}", "}").into(), broken),
    ("a broken Secret",             "a",             |s| kubernetes(s).replace("}}", "}").into(), broken),
    ("gzip without tar",            "a",             |s| gzip(flat(s).as_bytes()),               broken),
    ("a damaged docker.tar.gz",     "a",             damaged_archive,                            broken),
    ("a builder and its copy",      "a",             |s| config(&auth(s)).into(),                copied_builder),
    // The last row: what it leaves may be overwritten by chance.
    ("not wiped",                   "a",             |s| config(&plain(s)).into(),               not_wiped),
];

/// The forms of a secret in memory: plain, in base64, and in base64 of that.
fn spellings(secret: &str) -> Vec<u8> {
    let file = config(&auth(secret));
    let encoded = &base64(format!("us:{secret}"))[4..];
    let at = file.find(encoded).unwrap().next_multiple_of(3);
    [secret, encoded, &base64(&file[at..at + 48])].concat().into_bytes()
}

/// Returns whether any piece of the masked secret is in memory that this process can write to.
fn is_in_memory(masked: &[u8]) -> bool {
    has_piece_in_memory(masked, PIECE)
}

/// Returns whether any piece of `size` bytes is.
fn has_piece_in_memory(masked: &[u8], size: usize) -> bool {
    let mut starts = [false; 256];
    masked.chunks_exact(size).for_each(|piece| starts[usize::from(piece[0] ^ MASK)] = true);
    let is_piece = |bytes: &[u8]| {
        let is =
            |piece: &[u8]| bytes.iter().zip(piece).all(|(byte, masked)| byte ^ MASK == *masked);
        starts[usize::from(bytes[0])] && masked.chunks_exact(size).any(is)
    };
    let memory = File::open("/proc/self/mem").unwrap();
    let mut buffer = Zeroizing::new(vec![0; 1 << 20]);
    let own = buffer.as_ptr() as usize..buffer.as_ptr() as usize + buffer.len();
    for map in fs::read_to_string("/proc/self/maps").unwrap().lines() {
        let mut fields = map.split_ascii_whitespace();
        let (start, end) = fields.next().unwrap().split_once('-').unwrap();
        let address = |text| usize::from_str_radix(text, 16).unwrap();
        let (mut at, end) = (address(start), address(end));
        if !fields.next().unwrap().starts_with("rw") {
            continue;
        }
        while at < end {
            // The buffer itself is skipped.
            let stop = if at < own.start { own.start } else { usize::MAX };
            let len = buffer.len().min(end - at).min(stop - at);
            if own.contains(&at) {
                at = own.end;
                continue;
            }
            memory.read_exact_at(&mut buffer[..len], at as u64).unwrap();
            if buffer[..len].windows(size).any(is_piece) {
                return true;
            }
            // Overlaps, so that a piece across two reads is found.
            at += if at + len == end || at + len == stop { len } else { len - size + 1 };
        }
    }
    false
}

/// Overwrites the stack, as the next calls of a process would: the stack is not wiped.
#[inline(never)]
fn overwrite_the_stack() {
    std::hint::black_box([0_u8; 256 << 10]);
}

fn look_through_memory(directory: &Path) {
    check_rows(ROWS.iter().enumerate(), |(number, (what, name, _, read))| {
        let row = directory.join(number.to_string());
        let masked = fs::read(row.join("masked")).unwrap();
        assert!(!is_in_memory(&masked), "{what}: before it was read");
        let held = read(&row.join(name));
        if held.is_some() {
            assert!(is_in_memory(&masked), "{what}: in use");
        }
        drop(held);
        overwrite_the_stack();
        let is_wiped = number + 1 < ROWS.len();
        assert_eq!(is_in_memory(&masked), !is_wiped, "{what}: dropped");
    });
}

/// A reader: a label, the name of the file, and the function.
type Reader = (&'static str, &'static str, fn(&Path) -> Held);

#[rustfmt::skip]
const READERS: &[Reader] = &[
    ("a cluster file", "a",          cluster_file),
    ("an agent flag",  "a",          agent_flag),
    ("a HOME",         ".dockercfg", home),
    ("a sandbox",      ".dockercfg", sandbox),
    ("a fetched file", ".dockercfg", fetched),
    ("a checked file", "a",          checked),
];

/// The buffers that a file is read through are wiped too, where no later call happens to overwrite
/// them.
fn look_through_the_stack(directory: &Path) {
    check_rows(READERS.iter().enumerate(), |(number, (what, name, read))| {
        let reader = directory.join(format!("reader-{number}"));
        let masked = fs::read(reader.join("masked")).unwrap();
        drop(read(&reader.join(name)));
        assert!(!has_piece_in_memory(&masked, LONG_PIECE), "{what}: left by a call");
    });
}

/// Wiped secrets are nowhere in memory, not even in pieces.
#[test]
#[cfg_attr(not(feature = "archive"), ignore = "needs the feature archive")]
fn dropped_secrets_are_nowhere_in_memory() {
    if let Some(directory) = std::env::var_os(DIRECTORY) {
        look_through_the_stack(Path::new(&directory));
        return look_through_memory(Path::new(&directory));
    }
    let directory = tempfile::tempdir().unwrap();
    for (number, (_, name, input, _)) in ROWS.iter().enumerate() {
        let row = directory.path().join(number.to_string());
        let secret = canary(number);
        fs::create_dir(&row).unwrap();
        fs::write(row.join(name), input(&secret)).unwrap();
        let masked: Vec<u8> = spellings(&secret).iter().map(|byte| byte ^ MASK).collect();
        fs::write(row.join("masked"), masked).unwrap();
    }
    for (number, (_, name, _)) in READERS.iter().enumerate() {
        let reader = directory.path().join(format!("reader-{number}"));
        // The length of a read buffer.
        let secret: String = (0..400).map(|n| canary(1000 * (number + 1) + n)).collect();
        fs::create_dir(&reader).unwrap();
        fs::write(reader.join(name), format!(r#"{{"reg.io":{}}}"#, plain(&secret))).unwrap();
        let masked: Vec<u8> = secret.bytes().map(|byte| byte ^ MASK).collect();
        fs::write(reader.join("masked"), masked).unwrap();
    }
    let looked = Command::new(std::env::current_exe().unwrap())
        .args(["--exact", "memory::dropped_secrets_are_nowhere_in_memory", "--nocapture"])
        .env(DIRECTORY, directory.path())
        .output()
        .unwrap();
    let said = String::from_utf8_lossy(&looked.stderr);
    assert!(looked.status.success(), "{said}");
    // Exactly one test ran.
    assert!(String::from_utf8_lossy(&looked.stdout).contains("1 passed"), "{said}");
}
