//! Guides, one for each kind of reader. They hold no code.

#[doc = include_str!("embedding.md")]
pub mod embedding {}

#[doc = include_str!("tools.md")]
pub mod tools {}

#[doc = include_str!("operators.md")]
pub mod operators {}

#[doc = include_str!("migration.md")]
pub mod migration {}

#[doc = include_str!("security.md")]
pub mod security {}
