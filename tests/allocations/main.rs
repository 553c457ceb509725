//! The promises about memory and time, counted: no allocation on the hot path, memory within the
//! limits, and no growth by the square. A binary of its own, because it replaces the allocator.

mod linear;
mod shapes;
#[cfg(not(debug_assertions))]
mod steps;
mod work;

use std::alloc::{GlobalAlloc, Layout, System};
use std::cell::Cell;
use std::io::Write;

use regcred::{
    AuthConfig, Client, Error, ImageRef, Level, Limit, Limits, Resolver, dcos, marathon, mesos,
};
use zeroize::Zeroizing;

/// An allocator that counts for each thread.
struct Counting;

thread_local! {
    static ALLOCATIONS: Cell<usize> = const { Cell::new(0) };
    static BYTES: Cell<isize> = const { Cell::new(0) };
    /// All bytes that were ever allocated.
    static TOTAL: Cell<usize> = const { Cell::new(0) };
    static PEAK: Cell<isize> = const { Cell::new(0) };
    /// Set while freed memory is searched for the canary.
    static WATCHES: Cell<bool> = const { Cell::new(false) };
    /// The number of freed blocks that held the canary.
    static UNWIPED: Cell<usize> = const { Cell::new(0) };
}

/// A secret that must not be left in freed memory, plain and in base64.
const CANARY: &str = "Zw4_Tmf8_Rcx3_Lhd6";
const AUTH: &str = "dXM6Wnc0X1RtZjhfUmN4M19MaGQ2"; // us:CANARY

fn count(allocations: usize, bytes: isize) {
    // The counters are gone while a thread ends.
    let _ = ALLOCATIONS.try_with(|n| n.set(n.get() + allocations));
    let _ = TOTAL.try_with(|n| n.set(n.get() + bytes.max(0) as usize));
    let _ = BYTES.try_with(|n| {
        n.set(n.get() + bytes);
        let _ = PEAK.try_with(|peak| peak.set(peak.get().max(n.get())));
    });
}

// SAFETY: every call is passed on unchanged to the system's allocator.
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        count(1, layout.size() as isize);
        if WATCHES.try_with(Cell::get) == Ok(true) {
            // Zeroed, so that a canary found in it later was written after this.
            return unsafe { System.alloc_zeroed(layout) };
        }
        unsafe { System.alloc(layout) }
    }

    unsafe fn dealloc(&self, pointer: *mut u8, layout: Layout) {
        count(0, -(layout.size() as isize));
        if WATCHES.try_with(Cell::get) == Ok(true) {
            WATCHES.set(false);
            // SAFETY: the block is still allocated, with this size.
            search(unsafe { std::slice::from_raw_parts(pointer, layout.size()) });
            WATCHES.set(true);
        }
        unsafe { System.dealloc(pointer, layout) }
    }
}

#[global_allocator]
static ALLOCATOR: Counting = Counting;

fn search(freed: &[u8]) {
    let holds = |canary: &str| freed.windows(canary.len()).any(|piece| piece == canary.as_bytes());
    if holds(CANARY) || holds(AUTH) {
        UNWIPED.set(UNWIPED.get() + 1);
    }
}

fn allocations(work: impl FnOnce()) -> usize {
    let before = ALLOCATIONS.get();
    work();
    ALLOCATIONS.get() - before
}

/// Returns the most bytes held at once, beyond those held before.
fn peak<T>(work: impl FnOnce() -> T) -> (T, usize) {
    let before = BYTES.get();
    PEAK.set(before);
    let result = work();
    (result, (PEAK.get() - before) as usize)
}

fn config(keys: impl Iterator<Item = String>) -> String {
    let entries: Vec<String> = keys.map(|key| format!(r#""{key}":{{"auth":"dTpw"}}"#)).collect();
    format!(r#"{{"auths":{{{}}}}}"#, entries.join(","))
}

#[test]
fn looking_up_allocates_nothing() {
    let agent = Resolver::builder()
        .add(Level::AgentFlag, config((0..1000).map(|n| format!("reg{n}.io"))))
        .add(Level::ClusterFile, config((0..1000).map(|n| format!("reg.io/team{n}/app"))))
        .add(Level::ClusterFile, config((0..100).map(|n| format!("*.cluster{n}.io"))))
        .build()
        .unwrap();
    let keys = ["docker.io", "docker.io/library", "malformed.io", "absent.io", "[::1]:5000"];
    let task = config(keys.iter().map(ToString::to_string))
        .replace(r#""malformed.io":{"auth":"dTpw"}"#, r#""malformed.io":1"#)
        .replace(r#""absent.io":{"auth":"dTpw"}"#, r#""absent.io":{}"#);
    // Two layers of one level, so that their matches are compared.
    let spellings = [
        "*.Odd.io",
        "https://*.bücher.example",
        "https://*.BÜCHER.example/team/",
        "A*B.odd.io",
        "HTTPS://Odd.io:443/v1/",
        "https://bücher.example/",
    ];
    let tied = || config(spellings.iter().map(ToString::to_string));
    let below = Resolver::builder().task_secret(tied()).base(&agent).build().unwrap();
    let below = Resolver::builder().task_secret(tied()).base(&below).build().unwrap();
    let resolver = Resolver::builder().task_secret(task).base(&below).build().unwrap();
    let long = format!("{}.io/{}", "a".repeat(1000), "a/".repeat(100) + "a");
    let hex = "0".repeat(64);
    let digest = format!("reg1.io/a/b/c:1@sha256:{hex}");
    // image, whether it is found
    #[rustfmt::skip]
    let table = [
        ("nginx", true), ("team/app:1.2", true), ("docker.io/library/nginx", true),
        ("reg1.io/app", true), ("REG1.IO:443/app", true), ("Reg1.io:00443/app", true),
        ("reg.io/team7/app/x/y/z", true), ("a.cluster9.io/app", true), ("A.Cluster9.IO/app", true),
        ("[::1]:5000/app", true), (&*digest, true), ("malformed.io/app", false),
        ("absent.io/app", false), ("none.io/app", false), ("reg.io/team7", false),
        ("a.odd.io/app", true), ("A-B.Odd.io/app", true), ("odd.io/app", true),
        ("a.xn--bcher-kva.example/team/app", true), ("xn--bcher-kva.example/app", true),
        ("localhost/app", false), ("a.b.cluster9.io/x", false), (&*long, false),
    ];
    let mut failed = Vec::new();
    for (image, found) in table {
        let (mut parsed, mut auth) = (None, None);
        let parse = allocations(|| parsed = Some(ImageRef::parse(image)));
        let parsed = parsed.unwrap().unwrap();
        let resolve = allocations(|| auth = resolver.resolve(&parsed));
        let clone = allocations(|| drop(auth.clone()));
        if parse + resolve + clone > 0 || auth.is_some() != found {
            failed.push(format!("{image}: {parse}, {resolve}, {clone} allocations, {auth:?}"));
        }
    }
    for image in ["", "Nginx", "reg.io/", "https://reg.io/a", "a@sha256:0"] {
        let refuse = allocations(|| assert!(ImageRef::parse(image).is_err()));
        if refuse > 0 {
            failed.push(format!("{image}: {refuse} allocations"));
        }
    }
    assert!(failed.is_empty(), "{failed:#?}");
    assert_eq!(allocations(|| drop(resolver.clone())), 0, "clone of the resolver");
    let with_default = || assert!(ImageRef::parse_with_default("a/b", "https://Reg.io/x").is_ok());
    assert_eq!(allocations(with_default), 0);
}

#[test]
fn layering_over_an_agent_copies_nothing_of_it() {
    let agent_of = |entries: usize| {
        let keys = (0..entries).map(|n| format!("reg{n}.io"));
        Resolver::builder().add(Level::AgentFlag, config(keys)).build().unwrap()
    };
    let cost = |agent: &Resolver| {
        let task = config(std::iter::once("reg.io".to_owned()));
        let (resolver, bytes) =
            peak(|| Resolver::builder().task_secret(task).base(agent).build().unwrap());
        drop(resolver);
        bytes
    };
    assert_eq!(cost(&agent_of(1)), cost(&agent_of(10_000)));
}

/// The peak includes the file. Only a key with upper-case letters costs an allocation of its own.
#[test]
fn building_takes_three_times_the_file_and_no_allocation_for_an_entry() {
    const ENTRIES: usize = 100_000;
    let auth = "cm9ib3QtMTIzNDU6c2VjcmV0LW9mLXJvYm90"; // robot-12345:secret-of-robot
    let file = |before: &str, key: &dyn Fn(usize) -> String, after: &str| {
        let entry = |n| format!("{before}\"{}\"{after}", key(n));
        let entries: Vec<String> = (0..ENTRIES).map(entry).collect();
        format!("{{\"auths\":{{{}}}}}", entries.join(","))
    };
    let indented = format!(": {{\n\t\t\t\"auth\": \"{auth}\"\n\t\t}}");
    let compact = format!(":{{\"auth\":\"{auth}\"}}");
    let host = |n| format!("registry-{n}.example.com");
    let path = |n| format!("registry.example.com/team-{n}");
    let url = |n| format!("https://registry-{n}.example.com/v1/");
    let upper = |n| format!("Registry-{n}.example.com");
    let tokens = format!("{},\"identitytoken\":\"{auth}\"}}", &compact[..compact.len() - 1]);
    let table = [
        ("as Docker writes it", file("\n\t\t", &host, &indented), 0),
        ("without white space", file("", &host, &compact), 0),
        ("namespaces", file("\n\t\t", &path, &indented), 0),
        ("keys of old Docker versions", file("\n\t\t", &url, &indented), 0),
        ("with tokens", file("", &host, &tokens), 0),
        ("upper-case keys", file("\n\t\t", &upper, &indented), 1),
    ];
    let mut failed = Vec::new();
    for (what, file, each) in table {
        let (size, bytes) = (file.len(), file.into_bytes());
        let mut built = None;
        let (count, peak) = peak(|| {
            allocations(|| built = Some(Resolver::builder().task_secret(bytes).build().unwrap()))
        });
        let most = size + peak;
        let times = most as f64 / size as f64;
        println!("{what}: {count} allocations, {times:.2} times the file");
        if count > 64 + each * ENTRIES || most > 3 * size {
            failed.push(format!("{what}: {count} allocations, {times:.2} times the file"));
        }
    }
    assert!(failed.is_empty(), "{failed:#?}");
}

fn gzip(bytes: impl Iterator<Item = Vec<u8>>) -> Vec<u8> {
    let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    bytes.for_each(|bytes| encoder.write_all(&bytes).unwrap());
    encoder.finish().unwrap()
}

fn header(name: &str, kind: u8, size: u64) -> Vec<u8> {
    let mut header = tar::Header::new_gnu();
    header.as_old_mut().name[..name.len()].copy_from_slice(name.as_bytes());
    header.as_old_mut().linkflag = [kind];
    header.set_size(size);
    header.set_cksum();
    header.as_bytes().to_vec()
}

#[test]
fn input_over_a_limit_is_refused_within_the_memory_of_the_limit() {
    const MIB: usize = 1 << 20;
    let megabyte = || vec![0; MIB];
    let mut limits = Limits::default();
    limits.file_bytes = MIB as u64;
    limits.file_entries = 1000;
    limits.archive_unpacked_bytes = 8 * MIB as u64;
    limits.archive_entries = 100;
    let many_keys = config((0..20_000).map(|n| format!("reg{n}.io")));
    let zeros = || std::iter::repeat_with(megabyte).take(20);
    let member = |name, kind, size| std::iter::once(header(name, kind, size)).chain(zeros());
    let headers = std::iter::repeat_with(|| header("x", b'5', 0)).take(200);
    // input, limit, most memory beside the input
    #[rustfmt::skip]
    let table: Vec<(Vec<u8>, Option<Limit>, usize)> = vec![
        (vec![b' '; 2 * MIB], Some(Limit::FileBytes), MIB / 8),
        (many_keys.into_bytes(), Some(Limit::FileEntries), 2 * MIB),
        (gzip(member("zeros", b'0', 20 * MIB as u64)), Some(Limit::ArchiveUnpackedBytes), MIB / 4),
        (gzip(member(".dockercfg", b'0', 20 * MIB as u64)), Some(Limit::FileBytes), MIB / 4),
        (gzip(member(".dockercfg", b'0', MIB as u64)), Some(Limit::ArchiveUnpackedBytes), 3 * MIB),
        (gzip(member("././@LongLink", b'L', 20 * MIB as u64)), None, MIB / 4),
        (gzip(member("pax", b'x', 20 * MIB as u64)), None, MIB / 4),
        (gzip(headers), Some(Limit::ArchiveEntries), MIB / 4),
    ];
    let mut failed = Vec::new();
    for (number, (input, expected, most)) in table.into_iter().enumerate() {
        let (result, peak) =
            peak(move || Resolver::builder().limits(limits).task_secret(input).build());
        let is_expected = match &result {
            Err(Error::Limit { limit, .. }) => expected == Some(*limit),
            Err(Error::Archive { .. } | Error::Syntax { .. }) => expected.is_none(),
            _ => false,
        };
        if !is_expected || peak > most {
            failed.push(format!(
                "row {number}: {result:?} at {peak} bytes, not {expected:?} at {most}"
            ));
        }
    }
    assert!(failed.is_empty(), "{failed:#?}");
}

#[test]
fn a_file_over_a_limit_is_not_read_into_memory() {
    const MIB: usize = 1 << 20;
    let scratch = tempfile::tempdir().unwrap();
    let put = |name: &str, bytes: &[u8]| {
        let path = scratch.path().join(name);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(&path, bytes).unwrap();
        path
    };
    let long = vec![b' '; 4 * MIB];
    let file = put("flat/.dockercfg", &long);
    put("json/.docker/config.json", &long);
    let packed = put("gz/.dockercfg.gz", &gzip(std::iter::repeat_with(|| vec![0; MIB]).take(20)));
    let mut limits = Limits::default();
    limits.file_bytes = MIB as u64;
    let agent = Resolver::builder().build().unwrap();
    let in_definition = |fetched: &std::path::Path| {
        let uri = fetched.display();
        let definition = format!(
            r#"{{"id":"/a","container":{{"docker":{{"image":"reg.io/app"}}}},"fetch":[{{"uri":"{uri}"}}]}}"#
        );
        let container = marathon::containers(definition.as_bytes(), limits).unwrap().remove(0);
        container.unwrap()
    };
    let (fetches, unpacks) = (in_definition(&file), in_definition(&packed));
    let [flat, json] = ["flat", "json"].map(|name| scratch.path().join(name));
    let build = || Resolver::builder().limits(limits);
    let no_secrets = |_: &str| Err(std::io::ErrorKind::NotFound.into());
    type Read<'r> = Box<dyn Fn() -> Result<(), Error> + 'r>;
    // source, how it is read, most memory
    let flag = file.to_str().unwrap();
    let in_sandbox = || fetches.resolver_in_sandbox(&agent, limits, &flat, no_secrets).map(drop);
    #[rustfmt::skip]
    let table: Vec<(&str, Read<'_>, usize)> = vec![
        ("a cluster file", Box::new(|| build().cluster_file(&file).build().map(drop)), MIB / 4),
        ("an agent flag", Box::new(|| build().agent_flag(flag).build().map(drop)), MIB / 4),
        ("a HOME", Box::new(|| build().home(&flat).build().map(drop)), MIB / 4),
        ("a sandbox, .dockercfg", Box::new(|| build().sandbox_home(&flat).build().map(drop)), MIB / 4),
        ("a sandbox, config.json", Box::new(|| build().sandbox_home(&json).build().map(drop)), MIB / 4),
        ("the Docker containerizer",
            Box::new(|| mesos::docker_containerizer(&agent, limits, &json).map(drop)), MIB / 4),
        ("a fetched file", Box::new(|| fetches.resolver(&agent, limits, no_secrets).map(drop)), MIB / 4),
        ("a fetched .dockercfg.gz",
            Box::new(|| unpacks.resolver(&agent, limits, no_secrets).map(drop)), 4 * MIB),
        ("a fetched file in the sandbox", Box::new(in_sandbox), MIB / 4),
        ("a checked flag", Box::new(|| mesos::check_docker_config(flag, limits).map(drop)), MIB / 4),
    ];
    let mut failed = Vec::new();
    for (what, read, most) in table {
        let (result, peak) = peak(&read);
        let is_limit = matches!(result, Err(Error::Limit { limit: Limit::FileBytes, .. }));
        if !is_limit || peak > most {
            failed.push(format!("{what}: {result:?}, {peak} bytes at once, not {most}"));
        }
    }
    assert!(failed.is_empty(), "{failed:#?}");
    let (check, peak) = peak(|| dcos::check_file(&file, limits));
    assert!(matches!(check.problem(), Some(Error::Limit { .. })), "a checked file: {check}");
    assert!(peak <= MIB / 4, "a checked file: {peak} bytes at once");

    let keys: Vec<String> = (0..100_000).map(|n| format!("\"a{n}\":{{}}")).collect();
    let json = format!("{{\"auths\":{{{}}}}}", keys.join(","));
    let mut limits = Limits::default();
    limits.file_entries = 10;
    std::fs::write(&file, &json).unwrap();
    let (check, peak) = self::peak(|| dcos::check_file(&file, limits));
    assert!(matches!(check.problem(), Some(Error::Limit { .. })), "many entries: {check}");
    assert!(peak <= 2 * json.len(), "many entries: {peak} bytes for {}", json.len());
}

#[test]
fn a_hostile_file_takes_a_bounded_number_of_times_its_size() {
    let spellings = (0..20_000_u32).map(|n| {
        // One registry in 20,000 spellings.
        let letters = "registryexample".chars().enumerate();
        let upper =
            |(at, c): (usize, char)| if n >> at & 1 == 1 { c.to_ascii_uppercase() } else { c };
        letters.map(upper).collect::<String>() + ".io"
    });
    let short = |key: fn(u32) -> String| {
        let entries: Vec<String> = (0..100_000).map(|n| format!(r#""{}":{{}}"#, key(n))).collect();
        format!(r#"{{"auths":{{{}}}}}"#, entries.join(","))
    };
    let one_long = std::iter::once(format!("https://reg.io{}", "/".repeat(200_000)));
    let many_short = (0..20_000).map(|n| format!("HTTPS://reg.io:{n:0>9}", n = 443 + (n & 1)));
    let table = [
        ("distinct", config((0..20_000).map(|n| format!("registry{n}.example.com"))), 3),
        ("one registry in many spellings", config(spellings), 12),
        ("one repeated key", config((0..20_000).map(|_| "reg.example.com".to_owned())), 12),
        ("a long key beside many", config(one_long.chain(many_short)), 12),
        ("patterns", config((0..20_000).map(|n| format!("*.registry{n}.example.com"))), 4),
        ("short entries", short(|n| format!("{n:x}.a")), 10),
        ("short entries with paths", short(|n| format!("a/{n:x}")), 10),
        ("short patterns", short(|n| format!("{n:x}*")), 20),
        ("one short repeated key", short(|_| "a".to_owned()), 50),
    ];
    let mut failed = Vec::new();
    for (what, file, times) in table {
        let size = file.len();
        let mut limits = Limits::default();
        limits.file_patterns = u64::MAX;
        let build = || Resolver::builder().limits(limits).task_secret(file).build();
        let (resolver, peak) = peak(|| build().unwrap_or_else(|error| panic!("{what}: {error}")));
        if peak > times * size {
            failed.push(format!("{what}: {peak} bytes for a file of {size}"));
        }
        drop(resolver);
    }
    assert!(failed.is_empty(), "{failed:#?}");
}

#[test]
fn a_definition_takes_a_bounded_number_of_times_its_size() {
    // start, repeated part, end
    #[rustfmt::skip]
    let table = [
        ("[", "1,", "1]"),
        ("[", "[],", "[]]"),
        ("[", r#"{"cmd":1},"#, r#"{"cmd":1}]"#),
        (r#"{"apps":["#, "1,", "1]}"),
        (r#"{"id":"a","containers":["#, "1,", "1]}"),
        (r#"{"id":"a","containers":["#, "{},", "{}]}"),
        (r#"{"id":"a","fetch":["#, "1,", "1]}"),
        (r#"{"id":"a","fetch":["#, r#"{"uri":"a"},"#, r#"{"uri":"a"}]}"#),
        (r#"{"id":"a","uris":["#, r#""a","#, r#""a"]}"#),
        (r#"{"cmd":"a","secrets":{"#, r#""a":1,"#, r#""a":1}}"#),
    ];
    let definitions = table.map(|(start, repeated, end)| {
        [start, &repeated.repeat(200_000 / repeated.len()), end].concat()
    });
    // Parts that many containers share: the id of a group or pod, a secret, its alias.
    let long = "a".repeat(100_000);
    let containers =
        r#"{"image":{"kind":"DOCKER","id":"x","pullConfig":{"secret":"s"}}},"#.repeat(1_500);
    let containers = format!(r#""containers":[{containers}{{}}]"#);
    #[rustfmt::skip]
    let shared = [
        format!(r#"{{"id":"{long}","apps":[{}{{}}]}}"#, r#"{"id":"b"},"#.repeat(10_000)),
        format!(r#"{{"id":"{long}",{containers}}}"#),
        format!(r#"{{"id":"a",{containers},"secrets":{{"s":{{"source":"{long}"}}}}}}"#),
        format!(r#"{{"id":"a",{containers},"secrets":{{"{long}":{{"source":"x"}}}}}}"#),
    ];
    let mut failed = Vec::new();
    for definition in definitions.into_iter().chain(shared) {
        let (answers, peak) =
            peak(|| marathon::containers(definition.as_bytes(), Limits::default()));
        let size = definition.len();
        if peak > 128 * size {
            failed.push(format!("{}: {peak} bytes for {size}", &definition[..80]));
        }
        drop(answers);
    }
    assert!(failed.is_empty(), "{failed:#?}");
    // In nested groups every path is long.
    let apps = r#"{"fetch":[1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1]},"#.repeat(3_000);
    let mut definition = format!(r#"{{"id":"x","apps":[{apps}{{}}]}}"#);
    for _ in 0..60 {
        definition = format!(r#"{{"id":"{}","groups":[{definition}]}}"#, "g".repeat(20));
    }
    let (answers, peak) = peak(|| marathon::containers(definition.as_bytes(), Limits::default()));
    let size = definition.len();
    assert!(answers.is_ok() && peak <= 400 * size, "{peak} bytes for a definition of {size}");
    drop(answers);
    let mut limits = Limits::default();
    limits.definition_bytes = 10;
    let error = marathon::containers(b"[          ]", limits).unwrap_err();
    assert!(
        matches!(error, Error::Limit { limit: Limit::DefinitionBytes, value: 10, .. }),
        "{error}"
    );
}

#[test]
fn secrets_are_wiped_before_their_memory_is_freed() {
    let auth = format!(r#"{{"auths":{{"reg.io":{{"auth":"{AUTH}"}}}}}}"#);
    let plain = format!(
        r#"{{"auths":{{"reg.io":{{"username":"us","password":"{CANARY}"}},
            "quay.io":{{"identitytoken":"{CANARY}"}},"broken.io":{{"auth":"{CANARY}"}}}}}}"#
    );
    let flat = format!(r#"{{"reg.io":{{"auth":"{AUTH}","email":"{CANARY}"}}}}"#);
    let lines = format!("auth = {AUTH}\nemail = {CANARY}\n");
    let encoded = base64::Engine::encode(&base64::engine::general_purpose::STANDARD, &plain);
    let secret = format!(r#"{{"kind":"Secret","data":{{".dockerconfigjson":"{encoded}"}}}}"#);
    let packed = |file: &str| {
        let mut archive = header(".dockercfg", b'0', file.len() as u64);
        archive.extend_from_slice(file.as_bytes());
        archive.resize(archive.len().next_multiple_of(512) + 1024, 0);
        archive
    };
    // Longer than the first buffer, so that the buffer grows.
    let long = format!("{flat}{}", " ".repeat(200_000));
    let escaped = plain.replace("Zw4", r"\u005aw4").replace(r#""us""#, r#""\u0075s""#);
    let zipped = |file: &str| gzip(std::iter::once(packed(file)));
    let broken = format!(r#"{{"auths":{{"reg.io":{{"auth":"{AUTH}"}}}}"#);
    let home = tempfile::tempdir().unwrap();
    std::fs::write(home.path().join(".dockercfg"), &flat).unwrap();
    let quoted = serde_json::to_string(&flat).unwrap();
    let (start, end) = AUTH.split_at(9);
    let spaced = format!(r#"{{"auths":{{"reg.io":{{"auth":"{start} {end}"}}}}}}"#);
    let in_lines = format!(r#"{{"auths":{{"reg.io":{{"auth":"{start}\n {end}"}}}}}}"#);
    let string_data = format!(r#"{{"kind":"Secret","stringData":{{".dockercfg":{quoted}}}}}"#);
    let helpers = format!(r#"{{"credsStore":"{AUTH}","credHelpers":{{"reg.io":"{AUTH}"}}}}"#);
    let in_two = [
        gzip(std::iter::once(packed(&flat)[..700].to_vec())),
        gzip(std::iter::once(packed(&flat)[700..].to_vec())),
    ];
    let in_second = [
        gzip(std::iter::once(packed(&flat)[..100].to_vec())),
        gzip(std::iter::once(packed(&flat)[100..].to_vec())),
    ];
    let at_end = [header("x", b'0', 512 << 9), vec![b'x'; 512 << 9], packed(&flat)];
    let at_end = gzip(at_end.into_iter());
    #[rustfmt::skip]
    let files: Vec<(&str, Vec<u8>)> = vec![
        ("auth", auth.clone().into_bytes()),
        ("user name, password, token and a broken auth", plain.into_bytes()),
        ("the same with escapes", escaped.into_bytes()),
        ("white space in auth", in_lines.into_bytes()),
        ("a space in auth, without escapes", spaced.into_bytes()),
        ("a tar archive", packed(&flat)),
        ("a long tar archive", packed(&long)),
        ("docker.tar.gz", zipped(&flat)),
        ("a long docker.tar.gz", zipped(&long)),
        ("docker.tar.gz in two gzip members", in_two.concat()),
        // The decompressor's window still holds the end of the output.
        ("a long docker.tar.gz with its credentials at the end", at_end),
        ("docker.tar.gz with its credentials in the second gzip member", in_second.concat()),
        ("gzip without tar", gzip(std::iter::once(flat.clone().into_bytes()))),
        (".dockercfg in lines", lines.into_bytes()),
        ("a Secret", secret.into_bytes()),
        ("stringData of a Secret", string_data.into_bytes()),
        ("text instead of base64 in a Secret", format!(r#"{{".dockercfg":{quoted}}}"#).into_bytes()),
        ("an auth instead of a helper's name", helpers.clone().into_bytes()),
        ("another entry without a value", flat.replacen('{', r#"{"a.io":1e999,"#, 1).into_bytes()),
        (".dockercfg", flat.clone().into_bytes()),
        ("broken JSON", broken.into_bytes()),
    ];
    let image = ImageRef::parse("reg.io/app").unwrap();
    let watched = |work: &mut dyn FnMut()| {
        UNWIPED.set(0);
        WATCHES.set(true);
        work();
        WATCHES.set(false);
        UNWIPED.get()
    };
    assert_eq!(watched(&mut || drop(CANARY.to_owned())), 1, "the allocator finds the canary");
    let mut left = Vec::new();
    for (what, file) in files {
        let mut file = Some(file);
        let unwiped = watched(&mut || {
            if let Ok(resolver) = Resolver::builder().task_secret(file.take().unwrap()).build() {
                let auth = resolver.resolve(&image);
                // The caller wipes the texts that it asks for.
                drop(auth.as_ref().and_then(AuthConfig::basic_authorization).map(Zeroizing::new));
                drop(auth.as_ref().map(AuthConfig::x_registry_auth).map(Zeroizing::new));
                drop((auth, resolver.explain(&image), resolver.clone()));
                if let Ok(export) = resolver.export([&image], Client::Docker) {
                    drop([export.config_json(), export.dockercfg().unwrap()].map(Zeroizing::new));
                    drop(export.kubernetes_secret("pull").map(Zeroizing::new));
                    #[cfg(feature = "archive")]
                    drop(Zeroizing::new(export.docker_tar_gz()));
                }
            }
        });
        if unwiped > 0 {
            left.push(format!("{what}: {unwiped} blocks"));
        }
    }
    assert!(left.is_empty(), "left unwiped: {left:#?}");
    let unwiped = watched(&mut || {
        let resolver = Resolver::builder().sandbox_home(home.path()).agent_flag(&*auth).build();
        assert!(resolver.unwrap().resolve(&image).is_some());
    });
    assert_eq!(unwiped, 0, "left unwiped by a sandbox and an agent flag");
    let file = home.path().join(".dockercfg");
    let flag = format!("file://{}", file.display());
    let limits = Limits::default();
    let config = format!(r#"{{"cluster_docker_credentials":{auth}}}"#);
    let pulls = br#"{"id":"/a","container":{"type":"MESOS",
        "docker":{"image":"reg.io/app","pullConfig":{"secret":"s"}}},
        "secrets":{"s":{"source":"/s"}}}"#;
    let fetches = format!(
        r#"{{"id":"/a","container":{{"docker":{{"image":"reg.io/app"}}}},"fetch":[{{"uri":"{flag}"}}]}}"#
    );
    let agent = Resolver::builder().build().unwrap();
    let mut stored = vec![auth.clone().into_bytes()];
    let resolves = |definition: &[u8], store: &mut dyn FnMut() -> Vec<u8>| {
        let answers = marathon::resolvers(definition, &agent, limits, |_| Ok(store()));
        assert!(answers.unwrap().remove(0).unwrap().resolver.resolve(&image).is_some());
    };
    let mut home_of_agent = || {
        drop(Resolver::builder().home(home.path()).build().unwrap());
    };
    let put = |name: &str, bytes: &[u8]| {
        let path = home.path().join(name);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(&path, bytes).unwrap();
        path
    };
    // The check of a cluster file copies bytes that are not UTF-8, here three bytes of a character
    // of four.
    let odd = [auth.trim_end_matches('}'), r#","email":""#].concat().into_bytes();
    let odd = put("odd", &[&odd[..], b"\xF0\x9F\x98\"}}}"].concat());
    let helpers = put("helpers", helpers.as_bytes());
    put("archive/docker.tar.gz", &zipped(&flat));
    let fetch = |name: &str| {
        format!(
            r#"{{"id":"/a","container":{{"docker":{{"image":"reg.io/app"}}}},"fetch":[{{"uri":"{}"}}]}}"#,
            put(
                name,
                &if name.ends_with(".tar.gz") {
                    zipped(&flat)
                } else {
                    gzip(std::iter::once(flat.clone().into_bytes()))
                }
            )
            .display()
        )
    };
    let (archive, gz) = (fetch("fetched/docker.tar.gz"), fetch("fetched/.dockercfg.gz"));
    #[rustfmt::skip]
    let platforms: [(&str, &mut dyn FnMut()); 14] = [
        ("DC/OS's parameters",
            &mut || drop(dcos::Parameters::new([("cluster_docker_credentials", &*auth)]).unwrap())),
        ("DC/OS's configuration", &mut || drop(dcos::Parameters::from_json(config.as_bytes()).unwrap())),
        ("a checked cluster file", &mut || drop(dcos::check_file(&file, limits).to_string())),
        ("a checked agent flag", &mut || drop(mesos::check_docker_config(&flag, limits).unwrap())),
        ("a HOME", &mut home_of_agent),
        ("a pull secret", &mut || resolves(pulls, &mut || stored.pop().unwrap())),
        ("a fetched file", &mut || resolves(fetches.as_bytes(), &mut Vec::new)),
        ("a fetched docker.tar.gz", &mut || resolves(archive.as_bytes(), &mut Vec::new)),
        ("a fetched .dockercfg.gz", &mut || resolves(gz.as_bytes(), &mut Vec::new)),
        ("docker.tar.gz in a sandbox",
            &mut || drop(Resolver::builder().sandbox_home(home.path().join("archive")).build().unwrap())),
        ("the Docker containerizer's sandbox",
            &mut || drop(mesos::docker_containerizer(&agent, limits, home.path()).unwrap())),
        ("a cluster file", &mut || drop(Resolver::builder().cluster_file(&file).build().unwrap())),
        ("a checked cluster file that is not UTF-8", &mut || drop(dcos::check_file(&odd, limits).to_string())),
        ("a checked cluster file with an auth instead of a helper's name",
            &mut || drop(dcos::check_file(&helpers, limits).to_string())),
    ];
    for (what, work) in platforms {
        let unwiped = watched(work);
        if unwiped > 0 {
            left.push(format!("{what}: {unwiped} blocks"));
        }
    }
    assert!(left.is_empty(), "left unwiped: {left:#?}");
}
