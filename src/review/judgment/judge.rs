//! What every judge is to the phase: somebody who is shown a prompt and gives a text, or a reason why not. What the text may
//! say is checked by `answer`; what it can do to a verdict is nothing but what `Additions` can hold.

use crate::error::Result;

use super::prompt::Prompt;

/// What a judge gave.
#[derive(Debug, Clone, Default)]
pub(super) struct Reply {
    /// As it came.
    pub text: String,
    /// What a reader should know of how it came, one sentence each.
    pub notes: Vec<String>,
}

/// An answer that could not be used.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::review) struct Rejected {
    /// Why, as a fragment.
    pub why: String,
    /// As it came; empty where nothing came.
    pub payload: String,
}

impl Rejected {
    /// Without anything that came.
    pub(super) fn nothing(why: impl Into<String>) -> Rejected {
        Rejected { why: why.into(), payload: String::new() }
    }
}

/// Somebody who judges on top of the evidence.
pub(super) trait Judge {
    /// The model that is asked, as it is written down.
    fn model(&self) -> &str;

    /// What tells this judge from others that go by the same model; none where its answers are not kept.
    fn identity(&self) -> Option<String>;

    /// Shows the prompt and waits for the answer. An error is a fault of the machine around us; what goes wrong with the
    /// judge is an answer that cannot be used.
    fn ask(&self, prompt: &Prompt) -> Result<Reply, Rejected>;

    /// Whether the evidence is to name the model that the answer names.
    fn is_named_by_its_answer(&self) -> bool {
        false
    }
}

/// The built-in judge: what the rubric has to say stands in the evidence already, and it adds nothing.
pub(super) struct Rubric;

impl Judge for Rubric {
    fn model(&self) -> &'static str {
        super::RUBRIC
    }

    fn identity(&self) -> Option<String> {
        None
    }

    fn ask(&self, _: &Prompt) -> Result<Reply, Rejected> {
        Ok(Reply { text: r#"{"findings":[]}"#.to_owned(), notes: Vec::new() })
    }
}
