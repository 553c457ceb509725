//! The laws of `tests/it/laws` as fuzz targets, and one more law that needs an allocator: the
//! memory that an input takes grows no faster than the input.

#[path = "../../tests/it/laws/mod.rs"]
pub mod laws;

use std::alloc::{GlobalAlloc, Layout, System};
use std::cell::Cell;

struct Counting;

thread_local! {
    static ALLOCATED: Cell<usize> = const { Cell::new(0) };
}

// SAFETY: every call is passed on unchanged to the system's allocator.
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        let _ = ALLOCATED.try_with(|bytes| bytes.set(bytes.get() + layout.size()));
        unsafe { System.alloc(layout) }
    }

    unsafe fn dealloc(&self, pointer: *mut u8, layout: Layout) {
        unsafe { System.dealloc(pointer, layout) }
    }
}

#[global_allocator]
static ALLOCATOR: Counting = Counting;

/// The bytes that reading any input may allocate, and those that it may allocate in addition for
/// each byte of the input.
const BYTES: usize = 256 << 10;
const BYTES_FOR_EACH: usize = 2 << 10;

/// Checks an input against the law of that name.
///
/// # Panics
///
/// If the law does not hold.
pub fn hold(name: &str, data: &[u8]) {
    let (_, law) = laws::LAWS.iter().find(|(law, _)| *law == name).expect("a law has that name");
    law(data);
    let before = ALLOCATED.get();
    read(name, data);
    let allocated = ALLOCATED.get() - before;
    let most = BYTES + BYTES_FOR_EACH * data.len();
    assert!(allocated <= most, "{allocated} bytes allocated for {} of input", data.len());
}

fn read(name: &str, data: &[u8]) {
    match (name, std::str::from_utf8(data)) {
        ("image", Ok(text)) => {
            let before = ALLOCATED.get();
            let _ = regcred::ImageRef::parse(text);
            assert_eq!(ALLOCATED.get(), before, "parsing a reference allocates nothing");
        }
        ("marathon", _) => drop(regcred::marathon::containers(data, Default::default())),
        // Compressed input may take any memory within the limits.
        ("archive", _) => {}
        _ => drop(regcred::Resolver::builder().task_secret(data).build()),
    }
}
