"""The element IDs of Matroska (RFC 9559, section 5.1) that Indexium knows, and their names."""

from __future__ import annotations

from indexium_core.files.containers.matroska import ebml

EBML = 0x1A45DFA3
EBML_READ_VERSION = 0x42F7
EBML_MAX_ID_LENGTH = 0x42F2
EBML_MAX_SIZE_LENGTH = 0x42F3
DOC_TYPE = 0x4282

SEGMENT = 0x18538067
SEEK_HEAD = 0x114D9B74
SEEK = 0x4DBB
SEEK_ID = 0x53AB
SEEK_POSITION = 0x53AC
INFO = 0x1549A966
TRACKS = 0x1654AE6B
CLUSTER = 0x1F43B675
CUES = 0x1C53BB6B
CHAPTERS = 0x1043A770
ATTACHMENTS = 0x1941A469
TAGS = 0x1254C367

TITLE = 0x7BA9
DATE_UTC = 0x4461

POSITION = 0xA7  # position of a cluster
SIMPLE_BLOCK = 0xA3
BLOCK_GROUP = 0xA0
ENCRYPTED_BLOCK = 0xAF

CUE_POINT = 0xBB
CUE_TIME = 0xB3
CUE_TRACK_POSITIONS = 0xB7
CUE_TRACK = 0xF7
CUE_CLUSTER_POSITION = 0xF1
CUE_RELATIVE_POSITION = 0xF0
CUE_DURATION = 0xB2
CUE_BLOCK_NUMBER = 0x5378
CUE_CODEC_STATE = 0xEA
CUE_REFERENCE = 0xDB
CUE_REF_TIME = 0x96
CUE_REF_CLUSTER = 0x97
CUE_REF_NUMBER = 0x535F
CUE_REF_CODEC_STATE = 0xEB

TAG = 0x7373
TARGETS = 0x63C0
TARGET_TYPE_VALUE = 0x68CA
TARGET_TYPE = 0x63CA
TAG_TRACK_UID = 0x63C5
TAG_EDITION_UID = 0x63C9
TAG_CHAPTER_UID = 0x63C4
TAG_ATTACHMENT_UID = 0x63C6
SIMPLE_TAG = 0x67C8
TAG_NAME = 0x45A3
TAG_LANGUAGE = 0x447A
TAG_LANGUAGE_BCP47 = 0x447B
TAG_DEFAULT = 0x4484
TAG_DEFAULT_BOGUS = 0x44B4  # written by old libmatroska in place of TAG_DEFAULT
TAG_STRING = 0x4487

NAMES = {
    ebml.VOID: "Void",
    ebml.CRC_32: "CRC-32",
    EBML: "EBML header",
    SEGMENT: "Segment",
    SEEK_HEAD: "SeekHead",
    INFO: "Info",
    TRACKS: "Tracks",
    CLUSTER: "Cluster",
    CUES: "Cues",
    CHAPTERS: "Chapters",
    ATTACHMENTS: "Attachments",
    TAGS: "Tags",
    TARGETS: "Targets",
    SIMPLE_TAG: "SimpleTag",
    TAG: "Tag",
}
DOCUMENT = frozenset({EBML, SEGMENT})  # elements that start a document, and cannot lie inside a segment
# All defined children of a segment.
TOP_LEVEL = frozenset({SEEK_HEAD, INFO, TRACKS, CLUSTER, CUES, CHAPTERS, ATTACHMENTS, TAGS})


def name_of(number: int) -> str:
    """Return the element's name, or its ID in hexadecimal."""
    return NAMES.get(number, f"0x{number:X}")
