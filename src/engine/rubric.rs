//! The rubric: category, confidence, hot path, bound and profile in; severity and `blocking` out.
