//! Laws that hold whatever the input. Each takes bytes as a fuzzer makes them: `fuzz/` feeds them
//! without end, [`replay`](crate::replay) with what was kept of that.

mod archive;
mod file;
pub mod image;
mod json;
mod key;
mod marathon;
mod model;
pub mod printed;
mod resolver;

pub type Law = fn(&[u8]);

pub const LAWS: [(&str, Law); 6] = [
    ("archive", archive::law),
    ("file", file::law),
    ("image", image::law),
    ("key", key::law),
    ("marathon", marathon::law),
    ("resolver", resolver::law),
];

/// A secret that looks like nothing else. Laws put it where secrets stand; nothing that is printed
/// may hold eight bytes of it.
pub const CANARY: &str = "Zw4_Tmf8_Rcx3_Lhd6";

/// Whether a piece of an input may be one of the canary that a fuzzer has put somewhere by itself.
fn is_of_canary(piece: &[u8]) -> bool {
    CANARY.as_bytes().windows(piece.len()).any(|of_canary| of_canary == piece)
}
