"""Files beside films that say what the films are."""
