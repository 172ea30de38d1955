"""Values and pure rules: this package uses no files, no database and no clock."""
