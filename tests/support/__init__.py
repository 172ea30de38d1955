"""What tests share: makers of real media and the programs that judge our work."""
