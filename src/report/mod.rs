//! Renderers: one pure function a format. They decide nothing, and each escapes for its medium: file names, code and
//! messages are data.

pub mod escape;
pub mod github;
pub mod gitlab;
pub mod html;
pub mod json;
pub mod junit;
pub mod markdown;
pub mod sarif;
pub mod summary;
pub mod text;
pub mod twin;
pub mod whole;
