//! An async daemon that follows its rotated credential files.

use std::sync::{Arc, RwLock};

use regcred::{AuthConfig, Error, ImageRef, Resolver, ResolverBuilder};

/// The credentials of a daemon. Reading files blocks, so it is done on a thread for that; a lookup
/// takes less than a microsecond and is done where it is needed.
#[derive(Clone)]
pub struct Credentials {
    builder: ResolverBuilder,
    current: Arc<RwLock<Resolver>>,
}

impl Credentials {
    pub async fn read(builder: ResolverBuilder) -> Result<Self, Error> {
        let copy = builder.clone();
        let resolver = blocking(move || copy.build()).await?;
        Ok(Credentials { builder, current: Arc::new(RwLock::new(resolver)) })
    }

    /// Reads the files again if one has changed. If that fails, the credentials stay as they are.
    pub async fn refresh(&self) -> Result<bool, Error> {
        let (builder, current) = (self.builder.clone(), self.resolver());
        let rebuilt =
            blocking(move || current.is_stale().then(|| builder.build()).transpose()).await?;
        let is_new = rebuilt.is_some();
        if let Some(rebuilt) = rebuilt {
            *self.current.write().unwrap_or_else(|poisoned| poisoned.into_inner()) = rebuilt;
        }
        Ok(is_new)
    }

    pub fn resolve(&self, image: &ImageRef<'_>) -> Option<AuthConfig> {
        self.resolver().resolve(image)
    }

    fn resolver(&self) -> Resolver {
        self.current.read().unwrap_or_else(|poisoned| poisoned.into_inner()).clone()
    }
}

async fn blocking<T: Send + 'static>(work: impl FnOnce() -> T + Send + 'static) -> T {
    match tokio::task::spawn_blocking(work).await {
        Ok(done) => done,
        Err(stopped) => std::panic::resume_unwind(stopped.into_panic()),
    }
}
