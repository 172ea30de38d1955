"""The web server: routes of pages, downloads, uploads and thumbnails, and the guard in front of them."""
