"""Components and drawing code that several pages share."""
