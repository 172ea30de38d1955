"""Commands of publications: publish titles, show what is published, decide about files of other programs."""
