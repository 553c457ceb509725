//! The members of a tar archive that are credential files: what GNU tar would leave on disk under
//! their names. Where programs unpack an archive differently, it is refused.
//!
//! Headers are read here and not by `tar::Archive::entries().raw(true)`. That iterator takes
//! signed and 96-bit sizes, refuses checksums of signed bytes, and passes over each member by the
//! size in its header: after a pax `size` or a sparse map of more than 4 pieces it takes data for
//! the next header.

mod extensions;
mod header;
mod path;
mod sparse;

use self::extensions::{Described, Extensions, Pax};
use self::header::{Header, Kind};
use self::path::{Links, UnpackedPath};
use self::sparse::SparseMap;
use super::Member;
use super::recognise::{BLOCK, is_tar_header};
use super::stream::{Failure, Stream};
use crate::error::ArchiveProblem;
use crate::file_names::{CONFIG_JSON, DOCKER_FILES, DOCKERCFG};
use crate::limits::Limit;
use crate::secret::SecretBytes;

/// The longest name or extended header that is read; extended attributes stay below this.
const LONGEST_EXTENSION: u64 = 1 << 20;

/// The longest path that can be unpacked: Linux takes 4,096 bytes with the NUL at its end.
const LONGEST_PATH: usize = 4095;

/// The longest name that is shown.
const LONGEST_SHOWN: usize = 255;

/// Reads the credential files of an archive, `.docker/config.json` first.
pub(super) fn credential_files(stream: Stream<'_>) -> Result<Vec<Member>, Failure> {
    let slots = DOCKER_FILES.map(|name| Slot { name, file: None, is_directory: false });
    let links = Links::default();
    let mut reader = Reader { stream, slots, links, near_miss: None, docker_link: None };
    reader.read_members()?;
    reader.stream.drain()?;
    Ok(reader.finish()?)
}

struct Reader<'a> {
    stream: Stream<'a>,
    slots: [Slot; DOCKER_FILES.len()],
    links: Links,
    near_miss: Option<String>,
    docker_link: Option<DockerLink>,
}

/// The contents of the archive under the name of a credential file, up to the current member.
struct Slot {
    name: &'static str,
    file: Option<SecretBytes>,
    is_directory: bool,
}

/// `.docker` itself is a symbolic link, as managers of home directories make it.
struct DockerLink {
    /// Its target could be in the archive under another name.
    leads_inside: bool,
}

impl Reader<'_> {
    fn read_members(&mut self) -> Result<(), Failure> {
        let mut extensions = Extensions::default();
        let most = self.stream.limits.archive_entries;
        let mut entries = 0;
        while let Some(header) = self.next_header(entries == 0)? {
            if entries == most {
                return Err(Failure::limit(Limit::ArchiveEntries, most));
            }
            entries += 1;
            match header.kind {
                Kind::LongName => extensions.add_gnu_name(&self.read_extension(header.size)?)?,
                Kind::LongLink => extensions.gnu_link = Some(self.read_extension(header.size)?),
                Kind::Extended => {
                    extensions.add_pax(Pax::read(&self.read_extension(header.size)?)?)?;
                }
                Kind::GlobalExtended => {
                    // Nobody packs credentials with one name or size for all members after it.
                    let pax = Pax::read(&self.read_extension(header.size)?)?;
                    if pax.path.is_some() || pax.size.is_some() {
                        return Err(ArchiveProblem::Ambiguous.into());
                    }
                }
                _ => {
                    let described = std::mem::take(&mut extensions).apply(&header)?;
                    self.read_member(&header, &described)?;
                }
            }
        }
        Ok(())
    }

    /// Reads the next header; `None` at the end of the archive.
    fn next_header(&mut self, is_first: bool) -> Result<Option<Header>, Failure> {
        let piece = self.stream.piece(BLOCK)?;
        if piece.is_empty() {
            return Ok(None);
        }
        match piece.first_chunk().copied() {
            Some(block) if block == [0; BLOCK] => Ok(None),
            Some(block) if is_tar_header(&block) => Ok(Some(Header::read(block)?)),
            _ if is_first => Err(ArchiveProblem::NotTar.into()),
            Some(_) => Err(ArchiveProblem::Tar.into()),
            None => Err(self.stream.cut_short().into()),
        }
    }

    /// Reads the data of a header that extends the next one.
    fn read_extension(&mut self, size: u64) -> Result<Vec<u8>, Failure> {
        if size > LONGEST_EXTENSION {
            return Err(ArchiveProblem::LongHeader.into());
        }
        let mut data = Vec::new();
        self.stream.each_piece(size, |piece| data.extend_from_slice(piece))?;
        Ok(data)
    }

    fn read_member(&mut self, header: &Header, member: &Described) -> Result<(), Failure> {
        let Described { ref name, size, link_leads_inside } = *member;
        let path = UnpackedPath::of(name);
        let kind = match header.kind {
            // Old tars mark a directory by a slash at the end of its name.
            Kind::Regular if path.names_directory => Kind::Directory,
            kind => kind,
        };
        let without_data =
            [Kind::Directory, Kind::SymbolicLink, Kind::HardLink, Kind::Device].contains(&kind);
        if without_data && size > 0 {
            // Programs disagree whether data follows.
            return Err(ArchiveProblem::Ambiguous.into());
        }
        // Programs cannot unpack a longer path, so such a member is only passed over.
        let is_unpacked = name.len() <= LONGEST_PATH;
        let target = path.target().filter(|_| is_unpacked);
        if kind == Kind::Sparse && target.is_none_or(|(_, is_inside)| is_inside) {
            self.read_sparse_map(header, size)?;
        }
        if is_unpacked {
            self.note_links(kind, &path, link_leads_inside)?;
        }
        let Some((file, is_inside)) = target else {
            self.note_near_miss(name);
            return self.stream.skip(size);
        };
        let refused = |why| Err(ArchiveProblem::Member { member: file, why }.into());
        match kind {
            _ if is_inside => self.slot(file).is_directory = true,
            _ if path.climbs => return refused("its path climbs by \"..\""),
            Kind::Regular => return self.keep(file, size),
            Kind::Directory | Kind::ListedDirectory => self.slot(file).is_directory = true,
            Kind::SymbolicLink | Kind::HardLink => return refused("it is a link"),
            Kind::Device => return refused("it is a device or a pipe"),
            Kind::Sparse => return refused("it is a sparse file"),
            _ => return refused("it is not a regular file"),
        }
        self.stream.skip(size)
    }

    /// Reads the blocks by which an old GNU sparse header continues; they are not part of its size.
    /// GNU tar would read a member whose map and size differ on into the next member.
    fn read_sparse_map(&mut self, header: &Header, size: u64) -> Result<(), Failure> {
        let mut map = SparseMap::of(header)?;
        while map.continues {
            map.add_block(&self.stream.block()?)?;
        }
        if map.bytes == size { Ok(()) } else { Err(ArchiveProblem::Ambiguous.into()) }
    }

    /// Remembers links, and refuses a member that would be written through one.
    fn note_links(
        &mut self,
        kind: Kind,
        path: &UnpackedPath,
        leads_inside: bool,
    ) -> Result<(), ArchiveProblem> {
        if self.links.is_above(path) {
            return Err(ArchiveProblem::Ambiguous);
        }
        if kind == Kind::HardLink || (kind == Kind::SymbolicLink && leads_inside) {
            self.links.add(path);
        }
        match kind {
            _ if !path.is(".docker") => {}
            Kind::SymbolicLink => self.docker_link = Some(DockerLink { leads_inside }),
            Kind::Directory | Kind::ListedDirectory => {}
            // Nothing can be unpacked below it.
            _ => return Err(ArchiveProblem::Ambiguous),
        }
        Ok(())
    }

    fn slot(&mut self, name: &'static str) -> &mut Slot {
        let [config_json, dockercfg] = &mut self.slots;
        if name == CONFIG_JSON { config_json } else { dockercfg }
    }

    fn keep(&mut self, file: &'static str, size: u64) -> Result<(), Failure> {
        let limit = self.stream.limits.effective_file_bytes();
        if size > limit {
            return Err(Failure::limit(Limit::FileBytes, limit));
        }
        let mut bytes = SecretBytes::default();
        self.stream.each_piece(size, |piece| bytes.extend_towards(size as usize, piece))?;
        self.slot(file).file = Some(bytes);
        Ok(())
    }

    /// Remembers the first member that someone may have meant as a credential file.
    fn note_near_miss(&mut self, path: &[u8]) {
        let last = path.rsplit(|b| *b == b'/').next().unwrap_or_default();
        let meant = [&b"config.json"[..], b".dockercfg", b"dockercfg", b"auth.json"];
        if self.near_miss.is_none() && meant.contains(&last) && path.len() <= LONGEST_SHOWN {
            self.near_miss = Some(String::from_utf8_lossy(path).into_owned());
        }
    }

    fn finish(self) -> Result<Vec<Member>, ArchiveProblem> {
        let refused = |member, why| Err(ArchiveProblem::Member { member, why });
        let mut members = Vec::new();
        for Slot { name, file, is_directory } in self.slots {
            match file {
                Some(_) if is_directory => return refused(name, "it is a file and a directory"),
                Some(bytes) => members.push(Member { name, bytes }),
                None => {}
            }
        }
        match (&*members, self.docker_link) {
            ([], Some(_)) => {
                Err(ArchiveProblem::Missing { near_miss: Some(".docker (a link)".to_owned()) })
            }
            ([], None) => Err(ArchiveProblem::Missing { near_miss: self.near_miss }),
            // The link may lead to a `config.json`, which would answer before the `.dockercfg`.
            ([Member { name: DOCKERCFG, .. }], Some(DockerLink { leads_inside: true })) => {
                refused(CONFIG_JSON, "its directory .docker is a link")
            }
            _ => Ok(members),
        }
    }
}
