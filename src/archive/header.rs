//! One tar header and what extends it, read as GNU tar reads them and stricter: what programs are
//! known to read differently is refused.

use tar::{GnuExtSparseHeader, GnuSparseHeader, Header as TarHeader};

use crate::error::ArchiveProblem;

pub(super) const BLOCK: usize = 512;

/// What kind of member a header starts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    Regular,
    Directory,
    /// A directory with a list of what is in it as data, as GNU tar's `--listed-incremental`
    /// writes.
    ListedDirectory,
    SymbolicLink,
    HardLink,
    Device,
    /// An old GNU sparse file.
    Sparse,
    LongName,
    LongLink,
    Extended,
    GlobalExtended,
    Unknown,
}

pub(super) struct Header {
    block: Box<TarHeader>,
    pub(super) kind: Kind,
    pub(super) size: u64,
}

impl Header {
    /// Reads a block; `None` if its checksum says that it is no header.
    pub(super) fn read(block: &[u8; BLOCK]) -> Option<Result<Self, ArchiveProblem>> {
        // No copy before it is sure to be a header: any credential file may be asked for one.
        let header = TarHeader::from_byte_slice(block);
        let old = header.as_old();
        if !checksum_fits(block, octal(&old.cksum)?) {
            return None;
        }
        let kind = match old.linkflag[0] {
            b'0' | 0 | b'7' => Kind::Regular,
            b'1' => Kind::HardLink,
            b'2' => Kind::SymbolicLink,
            b'3' | b'4' | b'6' => Kind::Device,
            b'5' => Kind::Directory,
            b'D' => Kind::ListedDirectory,
            b'S' => Kind::Sparse,
            b'L' => Kind::LongName,
            b'K' => Kind::LongLink,
            // Solaris's 'X' is read as POSIX's 'x'.
            b'x' | b'X' => Kind::Extended,
            b'g' => Kind::GlobalExtended,
            _ => Kind::Unknown,
        };
        Some(match number(&old.size) {
            Some(size) => Ok(Header { kind, size, block: Box::new(header.clone()) }),
            None => Err(ArchiveProblem::Tar),
        })
    }

    /// The name in the header itself. The prefix counts by the magic alone, whatever the version.
    pub(super) fn name(&self) -> Vec<u8> {
        let old = self.block.as_old();
        let name = until_nul(&old.name);
        let bytes = self.block.as_bytes();
        let (magic, prefix) = (bytes.get(257..263), bytes.get(345..500).map(until_nul));
        match prefix {
            Some(prefix) if magic == Some(b"ustar\0") && !prefix.is_empty() => {
                [prefix, b"/", name].concat()
            }
            _ => name.to_vec(),
        }
    }

    fn link(&self) -> &[u8] {
        until_nul(&self.block.as_old().linkname)
    }

    /// The pieces of a sparse file that its header tells, and whether more blocks of them follow.
    pub(super) fn sparse_map(&self) -> Result<SparseMap, ArchiveProblem> {
        let gnu = self.block.as_gnu().ok_or(ArchiveProblem::Ambiguous)?;
        let mut map = SparseMap { bytes: 0, has_ended: false, more: gnu.isextended != [0] };
        map.add(&gnu.sparse)?;
        Ok(map)
    }
}

/// How many bytes of data a sparse file claims to have.
///
/// GNU tar reads whole blocks for each piece and stops at the first empty place, so a map is taken
/// only if its pieces fill their blocks, but for the last, and nothing stands after their end.
pub(super) struct SparseMap {
    pub(super) bytes: u64,
    has_ended: bool,
    pub(super) more: bool,
}

impl SparseMap {
    pub(super) fn add_block(&mut self, block: &[u8; BLOCK]) -> Result<(), ArchiveProblem> {
        let mut header = GnuExtSparseHeader::new();
        header.as_mut_bytes().copy_from_slice(block);
        self.more = header.isextended != [0];
        self.add(&header.sparse)
    }

    fn add(&mut self, pieces: &[GnuSparseHeader]) -> Result<(), ArchiveProblem> {
        for piece in pieces {
            let is_empty = piece.numbytes.first() == Some(&0);
            let bytes = if is_empty { Some(0) } else { number(&piece.numbytes) };
            let bytes = bytes.ok_or(ArchiveProblem::Tar)?;
            if self.has_ended && bytes > 0 {
                return Err(ArchiveProblem::Ambiguous);
            }
            self.has_ended |= is_empty || bytes % BLOCK as u64 != 0;
            self.bytes = self.bytes.checked_add(bytes).ok_or(ArchiveProblem::Tar)?;
        }
        if self.has_ended && self.more { Err(ArchiveProblem::Ambiguous) } else { Ok(()) }
    }
}

/// What extended headers say about the member that follows them.
#[derive(Default)]
pub(super) struct Extensions {
    gnu_name: Option<Vec<u8>>,
    gnu_link: Option<Vec<u8>>,
    pax: Option<Pax>,
}

/// A member once its header and what extends it are put together.
pub(super) struct Described {
    pub(super) name: Vec<u8>,
    pub(super) size: u64,
    /// For a symbolic link: that it leads to a place in the archive, or could.
    pub(super) links_inside: bool,
}

/// The records of an extended header that matter here.
#[derive(Default)]
pub(super) struct Pax {
    pub(super) path: Option<Vec<u8>>,
    pub(super) size: Option<u64>,
    link: Option<Vec<u8>>,
}

impl Extensions {
    pub(super) fn add_gnu_link(&mut self, data: Vec<u8>) {
        self.gnu_link = Some(data);
    }

    pub(super) fn add_gnu_name(&mut self, data: &[u8]) -> Result<(), ArchiveProblem> {
        let earlier = self.gnu_name.replace(until_nul(data).to_vec());
        if earlier.is_some() { Err(ArchiveProblem::Ambiguous) } else { Ok(()) }
    }

    pub(super) fn add_pax(&mut self, pax: Pax) -> Result<(), ArchiveProblem> {
        // GNU tar forgets the first of two, others unite them.
        if self.pax.replace(pax).is_some() { Err(ArchiveProblem::Ambiguous) } else { Ok(()) }
    }

    /// Puts a header together with what came before it.
    pub(super) fn apply(self, header: &Header) -> Result<Described, ArchiveProblem> {
        let pax = self.pax.unwrap_or_default();
        let name = match (self.gnu_name, pax.path) {
            (Some(name), Some(path)) if name != path => return Err(ArchiveProblem::Ambiguous),
            (Some(name), _) | (None, Some(name)) => name,
            (None, None) => header.name(),
        };
        let links = [self.gnu_link.as_deref(), pax.link.as_deref()];
        let is_inside = |target: &[u8]| !target.starts_with(b"/");
        let links_inside = match links {
            [None, None] => is_inside(header.link()),
            links => links.into_iter().flatten().any(is_inside),
        };
        Ok(Described { name, size: pax.size.unwrap_or(header.size), links_inside })
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
                // How much data such a member has is told in three ways, not all of them here.
                _ if key.starts_with(b"GNU.sparse.") => return Err(ArchiveProblem::Sparse),
                _ => {}
            }
        }
        Ok(pax)
    }
}

/// One record, `LENGTH KEY=VALUE\n`, and the rest. The length counts; a value may hold newlines.
fn pax_record(records: &[u8]) -> Option<(&[u8], &[u8], &[u8])> {
    let space = records.iter().take(20).position(|b| *b == b' ')?;
    let length = usize::try_from(decimal(records.get(..space)?)?).ok()?;
    let (record, rest) = records.split_at_checked(length)?;
    let record = record.get(space + 1..)?.strip_suffix(b"\n")?;
    let equals = record.iter().position(|b| *b == b'=')?;
    Some((record.get(..equals)?, record.get(equals + 1..)?, rest))
}

/// Digits alone: `parse` would also take a sign.
fn decimal(digits: &[u8]) -> Option<u64> {
    let all_digits = digits.iter().all(u8::is_ascii_digit);
    std::str::from_utf8(digits).ok().filter(|_| all_digits)?.parse().ok()
}

/// A number in a header: octal, or binary after a byte 0x80. A field of NULs is 0, as in GNU tar.
fn number(field: &[u8]) -> Option<u64> {
    match field.split_first() {
        Some((0x80, binary)) => binary.iter().try_fold(0_u64, |number, byte| {
            (number >> 56 == 0).then_some(number << 8 | u64::from(*byte))
        }),
        _ if field.iter().all(|b| *b == 0) => Some(0),
        _ => octal(field),
    }
}

/// Octal digits after blanks and before a blank or a NUL; stricter than GNU tar, which also takes
/// other things for nought. A field has 12 digits at most, which fit.
fn octal(field: &[u8]) -> Option<u64> {
    let start = field.iter().position(|b| *b != b' ')?;
    let digits = field.get(start..)?.split(|b| matches!(b, b' ' | 0)).next()?;
    let value = digits.iter().try_fold(0_u64, |number, byte| match byte {
        b'0'..=b'7' => Some(number << 3 | u64::from(byte - b'0')),
        _ => None,
    });
    value.filter(|_| !digits.is_empty())
}

/// Old tars added the bytes up as signed numbers.
fn checksum_fits(block: &[u8; BLOCK], told: u64) -> bool {
    let sum = |bytes: &[u8]| bytes.iter().map(|byte| u64::from(*byte)).sum::<u64>();
    let negative = |bytes: &[u8]| bytes.iter().filter(|byte| **byte >= 0x80).count() as u64;
    // The field itself counts as blanks.
    let field = block.get(148..156).unwrap_or_default();
    let unsigned = sum(block) - sum(field) + sum(&[b' '; 8]);
    told == unsigned || told + 256 * (negative(block) - negative(field)) == unsigned
}

fn until_nul(text: &[u8]) -> &[u8] {
    text.split(|b| *b == 0).next().unwrap_or_default()
}
