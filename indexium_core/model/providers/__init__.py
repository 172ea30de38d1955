"""The providers of metadata (`registry` has them), what they answer, and how requests to them are recorded."""
