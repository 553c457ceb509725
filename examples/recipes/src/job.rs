//! A job that stores its image.

use regcred::ImageRefBuf;
use serde::{Deserialize, Serialize};

/// An image is checked when the job is read, and compared by its meaning.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Deserialize, Serialize)]
pub struct Job {
    pub name: String,
    pub image: ImageRefBuf,
}
