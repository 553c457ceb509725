//! An image reference that owns its text.

use std::cmp::Ordering;
use std::fmt;
use std::hash::{Hash, Hasher};
use std::str::FromStr;

use serde::{Deserialize, Deserializer, Serialize, Serializer};

use super::{ImageRef, InvalidImageRef, Registry};

/// An image reference that owns its text, to store in a struct.
///
/// [`as_image_ref`](Self::as_image_ref) returns the reference itself, at the cost of parsing it.
/// Equality, order and hash are those of the meaning. It is read and written as text, the
/// normalised form.
///
/// ```
/// use regcred::ImageRefBuf;
///
/// struct Job {
///     image: ImageRefBuf,
/// }
///
/// let job = Job { image: "nginx:1.27".parse()? };
/// assert_eq!(job.image.as_image_ref().registry(), "docker.io");
/// assert_eq!(job.image.to_string(), "docker.io/library/nginx:1.27");
/// assert_eq!(job.image, "index.docker.io/library/nginx:1.27".parse()?);
/// # Ok::<(), regcred::InvalidImageRef>(())
/// ```
#[derive(Clone)]
pub struct ImageRefBuf {
    /// A valid reference.
    text: Box<str>,
}

impl ImageRefBuf {
    /// Returns the reference.
    #[must_use]
    pub fn as_image_ref(&self) -> ImageRef<'_> {
        let image = ImageRef::parse(&self.text);
        debug_assert!(image.is_ok(), "the text was parsed before");
        image.unwrap_or_else(|_| ImageRef::of_parts(Registry::HUB, "", None, None))
    }
}

impl FromStr for ImageRefBuf {
    type Err = InvalidImageRef;

    fn from_str(image: &str) -> Result<Self, InvalidImageRef> {
        ImageRef::parse(image).map(|_| ImageRefBuf { text: image.into() })
    }
}

impl TryFrom<&str> for ImageRefBuf {
    type Error = InvalidImageRef;

    fn try_from(image: &str) -> Result<Self, InvalidImageRef> {
        image.parse()
    }
}

/// Keeps the normalised form, which names the registry: a default registry is part of it.
impl From<&ImageRef<'_>> for ImageRefBuf {
    fn from(image: &ImageRef<'_>) -> Self {
        ImageRefBuf { text: image.to_string().into() }
    }
}

impl From<ImageRef<'_>> for ImageRefBuf {
    fn from(image: ImageRef<'_>) -> Self {
        Self::from(&image)
    }
}

impl fmt::Display for ImageRefBuf {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(&self.as_image_ref(), f)
    }
}

impl fmt::Debug for ImageRefBuf {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "ImageRefBuf({self})")
    }
}

impl PartialEq for ImageRefBuf {
    fn eq(&self, other: &Self) -> bool {
        self.as_image_ref() == other.as_image_ref()
    }
}

impl Eq for ImageRefBuf {}

impl Hash for ImageRefBuf {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.as_image_ref().hash(state);
    }
}

impl Ord for ImageRefBuf {
    fn cmp(&self, other: &Self) -> Ordering {
        self.as_image_ref().cmp(&other.as_image_ref())
    }
}

impl PartialOrd for ImageRefBuf {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Serialize for ImageRefBuf {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for ImageRefBuf {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        text.parse().map_err(serde::de::Error::custom)
    }
}
