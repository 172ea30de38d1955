"""The page *To decide*: titles whose match a person chooses."""
