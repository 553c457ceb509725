//! An async daemon that follows its rotated credential files.

use std::sync::Arc;

use regcred::{AuthConfig, Error, ImageRef, LiveResolver, ResolverBuilder};

/// The credentials of a daemon. Reading files blocks, so it is done on a thread for that; a lookup
/// takes less than a microsecond and is done where it is needed.
#[derive(Clone)]
pub struct Credentials {
    live: Arc<LiveResolver>,
}

impl Credentials {
    pub async fn read(builder: ResolverBuilder) -> Result<Self, Error> {
        let live = blocking(move || LiveResolver::build(builder)).await?;
        Ok(Credentials { live: Arc::new(live) })
    }

    /// Reads the files again if one has changed. If that fails, the credentials stay as they are.
    pub async fn refresh(&self) -> Result<bool, Error> {
        let live = self.live.clone();
        blocking(move || live.refresh()).await
    }

    pub fn resolve(&self, image: &ImageRef<'_>) -> Option<AuthConfig> {
        self.live.get().resolve(image)
    }
}

async fn blocking<T: Send + 'static>(work: impl FnOnce() -> T + Send + 'static) -> T {
    match tokio::task::spawn_blocking(work).await {
        Ok(done) => done,
        Err(stopped) => std::panic::resume_unwind(stopped.into_panic()),
    }
}
