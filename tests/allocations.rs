//! What is promised of memory, counted: no allocation on the hot path, and limits that hold. In a
//! binary of its own, for it replaces the allocator.

use std::alloc::{GlobalAlloc, Layout, System};
use std::cell::Cell;
use std::io::Write;

use regcred::{Error, ImageRef, Level, Limits, Resolver};

/// Counts what the current thread allocates.
struct Counting;

thread_local! {
    static ALLOCATIONS: Cell<usize> = const { Cell::new(0) };
    static BYTES: Cell<isize> = const { Cell::new(0) };
    static PEAK: Cell<isize> = const { Cell::new(0) };
}

fn count(allocations: usize, bytes: isize) {
    // Gone while a thread ends, when nothing is counted any more.
    let _ = ALLOCATIONS.try_with(|n| n.set(n.get() + allocations));
    let _ = BYTES.try_with(|n| {
        n.set(n.get() + bytes);
        let _ = PEAK.try_with(|peak| peak.set(peak.get().max(n.get())));
    });
}

// SAFETY: every call goes to the system's allocator as it came.
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        count(1, layout.size() as isize);
        unsafe { System.alloc(layout) }
    }

    unsafe fn dealloc(&self, pointer: *mut u8, layout: Layout) {
        count(0, -(layout.size() as isize));
        unsafe { System.dealloc(pointer, layout) }
    }
}

#[global_allocator]
static ALLOCATOR: Counting = Counting;

fn allocations(work: impl FnOnce()) -> usize {
    let before = ALLOCATIONS.get();
    work();
    ALLOCATIONS.get() - before
}

/// The most bytes held at once beyond those held before.
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
    let resolver = Resolver::builder().task_secret(task).base(&agent).build().unwrap();
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
        ("localhost/app", false), ("a.b.cluster9.io/x", false), (&*long, false),
    ];
    for (image, found) in table {
        let mut parsed = None;
        assert_eq!(allocations(|| parsed = Some(ImageRef::parse(image))), 0, "parse {image}");
        let image = parsed.unwrap().unwrap();
        let mut auth = None;
        assert_eq!(allocations(|| auth = resolver.resolve(&image)), 0, "resolve {image}");
        assert_eq!(auth.is_some(), found, "{image}");
        assert_eq!(allocations(|| drop(auth.clone())), 0, "clone for {image}");
        assert_eq!(allocations(|| drop(resolver.clone())), 0, "clone of the resolver");
    }
    for image in ["", "Nginx", "reg.io/", "https://reg.io/a", "a@sha256:0"] {
        assert_eq!(allocations(|| assert!(ImageRef::parse(image).is_err())), 0, "{image:?}");
    }
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

/// What is over a limit is refused before it takes more memory than the limit allows.
#[test]
fn a_limit_that_is_hit_leaves_memory_within_it() {
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
    // input, limit, the most memory it may take beside the input
    #[rustfmt::skip]
    let table: Vec<(Vec<u8>, Option<&str>, usize)> = vec![
        (vec![b' '; 2 * MIB], Some("file_bytes"), MIB / 8),
        (many_keys.into_bytes(), Some("file_entries"), 2 * MIB),
        (gzip(member("zeros", b'0', 20 * MIB as u64)), Some("archive_unpacked_bytes"), MIB / 4),
        (gzip(member(".dockercfg", b'0', 20 * MIB as u64)), Some("file_bytes"), MIB / 4),
        (gzip(member(".dockercfg", b'0', MIB as u64)), Some("archive_unpacked_bytes"), 3 * MIB),
        (gzip(member("././@LongLink", b'L', 20 * MIB as u64)), None, MIB / 4),
        (gzip(member("pax", b'x', 20 * MIB as u64)), None, MIB / 4),
        (gzip(headers), Some("archive_entries"), MIB / 4),
    ];
    for (number, (input, expected, most)) in table.into_iter().enumerate() {
        let (result, peak) =
            peak(move || Resolver::builder().limits(limits).task_secret(input).build());
        match (result.unwrap_err(), expected) {
            (Error::Limit { limit, .. }, Some(expected)) => assert_eq!(limit, expected),
            (Error::Archive { .. } | Error::Syntax { .. }, None) => {}
            (other, expected) => panic!("row {number}: {other}, not {expected:?}"),
        }
        assert!(peak <= most, "row {number} ({expected:?}): {peak} bytes at once, not {most}");
    }
}

/// A file within its limits takes a few times its size, and no more for being hostile.
#[test]
fn a_file_takes_a_few_times_its_size() {
    let spellings = (0..20_000_u32).map(|n| {
        // One registry, spelled in twenty thousand ways.
        let letters = "registryexample".chars().enumerate();
        let upper =
            |(at, c): (usize, char)| if n >> at & 1 == 1 { c.to_ascii_uppercase() } else { c };
        letters.map(upper).collect::<String>() + ".io"
    });
    let one_long = std::iter::once(format!("https://reg.io{}", "/".repeat(200_000)));
    let many_short = (0..20_000).map(|n| format!("HTTPS://reg.io:{n:0>9}", n = 443 + (n & 1)));
    let table = [
        ("distinct", config((0..20_000).map(|n| format!("registry{n}.example.com")))),
        ("one registry in many spellings", config(spellings)),
        ("one key again and again", config((0..20_000).map(|_| "registry.example.com".to_owned()))),
        ("a long key beside many", config(one_long.chain(many_short))),
        ("patterns", config((0..20_000).map(|n| format!("*.registry{n}.example.com")))),
    ];
    for (what, file) in table {
        let size = file.len();
        let (resolver, peak) = peak(|| Resolver::builder().task_secret(file).build().unwrap());
        assert!(peak <= 12 * size, "{what}: {peak} bytes for a file of {size}");
        drop(resolver);
    }
}
