"""The checks page: findings of each check, and one finding in detail."""
