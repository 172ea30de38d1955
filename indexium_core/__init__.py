"""Indexium: plan, write and take back metadata of video files. Public names are collected here; importing runs nothing."""

from __future__ import annotations

__version__ = "0.1.0"
