//! Renderers: one pure function a format. They decide nothing, and each escapes for its medium: file names, code and
//! messages are data.

pub mod escape;
pub mod github;
pub mod json;
pub mod markdown;
pub mod summary;
pub mod text;
pub mod twin;
