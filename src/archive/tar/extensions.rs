//! Headers that extend the next one: POSIX's extended headers (pax) and GNU's long names.

use super::header::{Header, until_nul};
use crate::error::ArchiveProblem;

/// The extensions that were read for the next member.
#[derive(Default)]
pub(super) struct Extensions {
    gnu_name: Option<Vec<u8>>,
    pub(super) gnu_link: Option<Vec<u8>>,
    pax: Option<Pax>,
}

/// A member as its header and its extensions describe it.
pub(super) struct Described {
    pub(super) name: Vec<u8>,
    pub(super) size: u64,
    /// For a symbolic link: its target is in the archive, or could be.
    pub(super) link_leads_inside: bool,
}

/// The records of an extended header that matter here.
#[derive(Default)]
pub(super) struct Pax {
    pub(super) path: Option<Vec<u8>>,
    pub(super) size: Option<u64>,
    link: Option<Vec<u8>>,
}

impl Extensions {
    pub(super) fn add_gnu_name(&mut self, data: &[u8]) -> Result<(), ArchiveProblem> {
        let earlier = self.gnu_name.replace(until_nul(data).to_vec());
        if earlier.is_some() { Err(ArchiveProblem::Ambiguous) } else { Ok(()) }
    }

    pub(super) fn add_pax(&mut self, pax: Pax) -> Result<(), ArchiveProblem> {
        // GNU tar forgets the first of two, others unite them.
        if self.pax.replace(pax).is_some() { Err(ArchiveProblem::Ambiguous) } else { Ok(()) }
    }

    pub(super) fn apply(self, header: &Header) -> Result<Described, ArchiveProblem> {
        let pax = self.pax.unwrap_or_default();
        let name = match (self.gnu_name, pax.path) {
            (Some(name), Some(path)) if name != path => return Err(ArchiveProblem::Ambiguous),
            (Some(name), _) | (None, Some(name)) => name,
            (None, None) => header.name(),
        };
        let is_inside = |target: &[u8]| !target.starts_with(b"/");
        let link_leads_inside = match [self.gnu_link, pax.link] {
            [None, None] => is_inside(header.link()),
            links => links.iter().flatten().any(|link| is_inside(link)),
        };
        Ok(Described { name, size: pax.size.unwrap_or(header.size), link_leads_inside })
    }
}

impl Pax {
    pub(super) fn read(mut records: &[u8]) -> Result<Self, ArchiveProblem> {
        let mut pax = Pax::default();
        while !records.is_empty() {
            let (key, value, rest) = pax_record(records).ok_or(ArchiveProblem::Tar)?;
            records = rest;
            match key {
                // GNU tar would cut it there.
                b"path" if value.contains(&0) => return Err(ArchiveProblem::Ambiguous),
                b"path" => pax.path = Some(value.to_vec()),
                b"linkpath" => pax.link = Some(value.to_vec()),
                b"size" => pax.size = Some(decimal(value).ok_or(ArchiveProblem::Tar)?),
                // Three formats say differently how much data such a member has.
                _ if key.starts_with(b"GNU.sparse.") => return Err(ArchiveProblem::Sparse),
                _ => {}
            }
        }
        Ok(pax)
    }
}

/// Splits off one record, `LENGTH KEY=VALUE\n`. The length counts, since a value may hold newlines.
fn pax_record(records: &[u8]) -> Option<(&[u8], &[u8], &[u8])> {
    let space = records.iter().take(20).position(|b| *b == b' ')?;
    let length = usize::try_from(decimal(records.get(..space)?)?).ok()?;
    let (record, rest) = records.split_at_checked(length)?;
    let record = record.get(space + 1..)?.strip_suffix(b"\n")?;
    let equals = record.iter().position(|b| *b == b'=')?;
    Some((record.get(..equals)?, record.get(equals + 1..)?, rest))
}

/// Reads digits alone: `parse` would also take a sign.
fn decimal(digits: &[u8]) -> Option<u64> {
    let all_digits = digits.iter().all(u8::is_ascii_digit);
    std::str::from_utf8(digits).ok().filter(|_| all_digits)?.parse().ok()
}
