"""What names say: the rules that read the names of files and folders, two readers and their judge."""
