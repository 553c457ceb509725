//! Laws that hold for every input. Each takes bytes from a fuzzer: `fuzz/` generates inputs, and
//! [`replay`](crate::replay) uses the inputs that were kept.

mod archive;
pub mod export;
mod file;
pub mod image;
mod json;
mod key;
mod marathon;
mod model;
pub mod printed;
pub mod readers;
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

/// A secret that resembles nothing else. Laws put it where secrets belong; nothing that is printed
/// may contain it.
pub const CANARY: &str = "Zw4_Tmf8_Rcx3_Lhd6";

/// Returns whether an input may already contain a piece of the canary.
fn is_of_canary(piece: &[u8]) -> bool {
    CANARY.as_bytes().windows(piece.len()).any(|of_canary| of_canary == piece)
}
